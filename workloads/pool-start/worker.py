"""What a pool costs before and beside the work: its start, each trivial task, and its end."""

from __future__ import annotations

from gilbench_worker import Task, run
from gilbench_worker.pools import meet, started_pool


def successor(number: int) -> int:
    return number + 1


def sequential(task: Task) -> list[int]:
    with task.phase("work"):
        return [sum([successor(number) for number in range(task.tasks)])]


def thread_pool(task: Task) -> list[int]:
    import threading
    from concurrent.futures import ThreadPoolExecutor

    with task.phase("start"):
        barrier = threading.Barrier(task.workers + 1)
        executor = ThreadPoolExecutor(task.workers, initializer=meet, initargs=(barrier,))
        fill(executor, task, barrier)
    return submit_and_stop(executor, task)


def process_executor(task: Task) -> list[int]:
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    with task.phase("start"):
        context = multiprocessing.get_context(task.start_method)
        barrier = context.Barrier(task.workers + 1)
        executor = ProcessPoolExecutor(task.workers, context, initializer=meet, initargs=(barrier,))
        fill(executor, task, barrier)
    return submit_and_stop(executor, task)


def fill(executor: object, task: Task, barrier: object) -> None:
    """Make an executor start all its workers, which it does when tasks come and none is idle."""
    first = [executor.submit(successor, 0) for _ in range(task.workers)]
    barrier.wait()
    for future in first:
        future.result()


def submit_and_stop(executor: object, task: Task) -> list[int]:
    with task.phase("work"):
        submitted = [executor.submit(successor, number) for number in range(task.tasks)]
        total = sum([future.result() for future in submitted])
    with task.phase("stop"):
        executor.shutdown()
    return [total]


def process_pool(task: Task) -> list[int]:
    import multiprocessing

    with task.phase("start"):
        pool = started_pool(multiprocessing.get_context(task.start_method), task.workers)
        for first in [pool.apply_async(successor, (0,)) for _ in range(task.workers)]:
            first.get()
    with task.phase("work"):
        submitted = [pool.apply_async(successor, (number,)) for number in range(task.tasks)]
        total = sum([result.get() for result in submitted])
    with task.phase("stop"):
        pool.close()
        pool.join()
    return [total]


if __name__ == "__main__":
    run(
        {
            "sequential": sequential,
            "thread-pool": thread_pool,
            "process-pool": process_pool,
            "process-executor": process_executor,
        },
        imports={
            "thread-pool": ["threading", "concurrent.futures.thread"],
            "process-pool": ["multiprocessing.pool", "multiprocessing.synchronize"],
            "process-executor": ["concurrent.futures.process", "multiprocessing.synchronize"],
        },
    )
