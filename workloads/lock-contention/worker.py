"""Threads that take one lock at every step, against threads that take none."""

from __future__ import annotations

import threading

from gilbench_worker import Task, run

TYPE_CHECKING = False  # as in `typing`, without its import
if TYPE_CHECKING:
    from collections.abc import Callable


def compute(work: int) -> int:
    total = 0
    for i in range(work):
        total += i
    return total


def sequential(task: Task) -> list[int]:
    total = 0
    for _ in range(task.steps):
        total += compute(task.work)
    return [total]


def sequential_lock(task: Task) -> list[int]:
    total = 0
    lock = threading.Lock()
    for _ in range(task.steps):
        found = compute(task.work)
        with lock:
            total += found
    return [total]


def threads(task: Task) -> list[int]:
    totals = [0] * task.workers

    def work(worker: int) -> None:
        total = 0
        for _ in range(worker, task.steps, task.workers):
            total += compute(task.work)
        totals[worker] = total

    start_and_join(task, work)
    return [sum(totals)]


def threads_lock(task: Task) -> list[int]:
    total = 0
    lock = threading.Lock()

    def work(worker: int) -> None:
        nonlocal total
        for _ in range(worker, task.steps, task.workers):
            found = compute(task.work)
            with lock:
                total += found

    start_and_join(task, work)
    return [total]


def start_and_join(task: Task, work: Callable[[int], None]) -> None:
    threads = [threading.Thread(target=work, args=(k,)) for k in range(task.workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    run(
        {
            "sequential": sequential,
            "sequential-lock": sequential_lock,
            "threads": threads,
            "threads-lock": threads_lock,
        }
    )
