"""A program for a profiler to look at: computes or waits, in its main thread or in threads.

``child.py PROFILER TASK WORKERS AMOUNT``, where PROFILER is ``cprofile`` or ``none``, TASK is a
function below, and no workers means the main thread. Under cProfile it answers with what the
statistics say of the task: a JSON object of whole numbers.
"""

from __future__ import annotations

import contextlib
import cProfile
import json
import pstats
import sys
import threading
import time


def my_computing(n: int) -> int:
    return sum(i * i for i in range(n))


def my_waiting(ms: int) -> None:
    time.sleep(ms / 1000)


TASKS = {"my_computing": my_computing, "my_waiting": my_waiting}


def work(task: str, workers: int, amount: int) -> None:
    if not workers:
        TASKS[task](amount)
        return
    threads = [threading.Thread(target=TASKS[task], args=(amount,)) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def report(profile: cProfile.Profile, task: str) -> None:
    # By file, line and name: calls that are not recursive, all calls, own time, time with callees.
    entries = pstats.Stats(profile).stats
    total = sum(own for _, _, own, _, _ in entries.values())
    of_task = [entry for (_, _, name), entry in entries.items() if name == task]
    # What is built in has only a name: `<method 'acquire' of '_thread.lock' objects>`.
    of_locks = [entry for (_, _, name), entry in entries.items() if "_thread" in name]
    numbers = {
        "sees-task": int(bool(of_task)),
        "task-calls": sum(entry[0] for entry in of_task),
        "task-permille": permille(sum(entry[3] for entry in of_task), total),
        "locks-permille": permille(sum(entry[2] for entry in of_locks), total),
    }
    json.dump(numbers, sys.stdout)


def permille(part: float, total: float) -> int:
    return round(1000 * part / total) if total else 0


def main(profiler: str, task: str, workers: str, amount: str) -> None:
    profile = cProfile.Profile() if profiler == "cprofile" else contextlib.nullcontext()
    with profile:
        work(task, int(workers), int(amount))
    if profiler == "cprofile":
        report(profile, task)


if __name__ == "__main__":
    main(*sys.argv[1:])
