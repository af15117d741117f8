# A session that is shared by all threads, with a lock because it isn't thread-safe.
import threading
import time
from queue import Empty, Queue


class Session:
    """Answers as a remote service does: after a while."""

    def get(self, path):
        time.sleep(0.03)
        return {"path": path, "length": len(path) * 7}


session = Session()
session_lock = threading.Lock()
todo = Queue()
for n in range(70):
    todo.put(f"/users/{n}")
lengths = []


def worker():
    while True:
        try:
            path = todo.get_nowait()
        except Empty:
            return
        with session_lock:
            reply = session.get(path)
        lengths.append(reply["length"])


workers = [threading.Thread(target=worker) for _ in range(6)]
for w in workers:
    w.start()
for w in workers:
    w.join()
print(len(lengths), sum(lengths))
