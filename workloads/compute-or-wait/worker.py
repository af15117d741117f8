"""Tasks that compute or wait, one after another, on threads and in processes."""

from __future__ import annotations

import time

from gilbench_worker import Task, run
from gilbench_worker.pools import started_pool


def compute_or_wait(n: int, delay_ms: int) -> int:
    if delay_ms:
        time.sleep(delay_ms / 1000)
    return sum(i * i for i in range(n))


def arguments(task: Task) -> list[tuple[int, int]]:
    return [(task.n, task.delay_ms)] * task.tasks


def sequential(task: Task) -> list[int]:
    with task.phase("work"):
        return [compute_or_wait(n, delay_ms) for n, delay_ms in arguments(task)]


def threads(task: Task) -> list[int]:
    from concurrent.futures import ThreadPoolExecutor

    with task.phase("start"):
        executor = ThreadPoolExecutor(max_workers=task.workers)
    with task.phase("work"):
        totals = list(executor.map(compute_or_wait, *zip(*arguments(task))))
    with task.phase("stop"):
        executor.shutdown()
    return totals


def process_pool(task: Task) -> list[int]:
    import multiprocessing

    with task.phase("start"):
        pool = started_pool(multiprocessing.get_context(task.start_method), task.workers)
    with task.phase("work"):
        totals = pool.starmap(compute_or_wait, arguments(task), chunksize=1)
    with task.phase("stop"):
        pool.close()
        pool.join()
    return totals


if __name__ == "__main__":
    run(
        {"sequential": sequential, "threads": threads, "process-pool": process_pool},
        imports={
            "threads": ["concurrent.futures.thread"],
            "process-pool": ["multiprocessing.pool", "multiprocessing.synchronize"],
        },
    )
