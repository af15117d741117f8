"""Three producers hand lines to one consumer, which does the work."""

import queue
import threading
from datetime import datetime, timedelta

lines: queue.Queue = queue.Queue(maxsize=1000)
DONE = object()


def produce(source):
    for i in range(360):
        stamp = datetime(2024, 1, 1) + timedelta(seconds=i * 37)
        lines.put([f"{stamp:%Y-%m-%d %H:%M:%S} {source} user={i % 91} ms={i * 7 % 400}"] * 2000)
    lines.put(DONE)


def consume(summary):
    running = 3
    while running:
        block = lines.get()
        if block is DONE:
            running -= 1
            continue
        for line in block:
            day, clock, source, user, ms = line.split()
            hour = int(clock.split(":")[0])
            key = (source, hour, int(user.partition("=")[2]) % 10)
            count, total = summary.get(key, (0, 0))
            summary[key] = (count + 1, total + int(ms[3:]) + len(day))


summary: dict = {}
team = [threading.Thread(target=produce, args=(s,)) for s in ("web", "api", "job")]
team.append(threading.Thread(target=consume, args=(summary,)))
for t in team:
    t.start()
for t in team:
    t.join()
print(len(summary), max(total / count for count, total in summary.values()))
