"""On which CPUs do threads run? Each looks around every millisecond while it computes."""

from __future__ import annotations

import ctypes
import os
import threading

from gilbench_worker import Task, Unsupported, run

CHUNK = 20_000  # about a millisecond of CPython between two looks


def threads(task: Task) -> list[int]:
    # A PyDLL, unlike a CDLL, keeps the GIL during the call: looking must not hand it over.
    library = getattr(ctypes, "PyDLL", ctypes.CDLL)  # PyPy has no PyDLL
    where = getattr(library(None), "sched_getcpu", None)
    if where is None:
        raise Unsupported("needs sched_getcpu of the C library")
    if hasattr(os, "sched_getaffinity") and len(os.sched_getaffinity(0)) < 2:
        raise Unsupported("needs two CPUs: on one there is nowhere else to run")
    totals = [0] * task.tasks
    cpus: list[set[int]] = [set() for _ in range(task.workers)]

    def work(worker: int) -> None:
        for index in range(worker, task.tasks, task.workers):
            for start in range(0, task.n, CHUNK):
                totals[index] += sum(i * i for i in range(start, min(start + CHUNK, task.n)))
                cpus[worker].add(where())

    started = [threading.Thread(target=work, args=(k,)) for k in range(task.workers)]
    for thread in started:
        thread.start()
    for thread in started:
        thread.join()

    task.observe("cpus-used", len(set().union(*cpus)))
    task.observe("cpus-of-one-thread", max(len(seen) for seen in cpus))
    return totals


if __name__ == "__main__":
    run({"threads": threads})
