import threading
import time

import numpy as np


class Job:
    def __init__(self, seconds):
        self.progress = np.zeros(1)
        self.done_at = time.monotonic() + seconds

    def poll(self):
        self.progress[0] = time.monotonic() >= self.done_at
        return bool(self.progress[0])


def wait(job, name, log):
    while not job.poll():
        time.sleep(0.05)
    log.append(name)


log = []
first = threading.Thread(target=wait, args=(Job(4.0), "training", log))
first.start()
first.join()
wait(Job(6.0), "evaluation", log)
print(" -> ".join(log))
