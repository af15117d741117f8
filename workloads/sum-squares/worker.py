"""The article's CPU-bound task: the sum of the squares below n, several times over."""

from __future__ import annotations

import threading

from gilbench_worker import Task, run

TYPE_CHECKING = False  # as in `typing`, without its import
if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor


def cpu_task(n: int) -> int:
    return sum(i * i for i in range(n))


def sequential(task: Task) -> list[int]:
    return [cpu_task(task.n) for _ in range(task.tasks)]


def threads(task: Task) -> list[int]:
    totals = [0] * task.tasks

    def work(worker: int) -> None:
        for index in range(worker, task.tasks, task.workers):
            totals[index] = cpu_task(task.n)

    start_and_join([threading.Thread(target=work, args=(k,)) for k in range(task.workers)])
    return totals


def threads_lock(task: Task) -> list[int]:
    totals = []
    lock = threading.Lock()

    def work(worker: int) -> None:
        for _ in range(worker, task.tasks, task.workers):
            total = cpu_task(task.n)
            with lock:
                totals.append(total)

    start_and_join([threading.Thread(target=work, args=(k,)) for k in range(task.workers)])
    return totals


def start_and_join(threads: list[threading.Thread]) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def thread_pool(task: Task) -> list[int]:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(max_workers=task.workers) as executor:
        return list(executor.map(cpu_task, [task.n] * task.tasks))


def process_pool(task: Task) -> list[int]:
    import multiprocessing

    context = multiprocessing.get_context(task.start_method)
    with task.phase("start"):
        pool = context.Pool(task.workers)
    with task.phase("work"):
        totals = pool.map(cpu_task, [task.n] * task.tasks)
    with task.phase("stop"):
        pool.close()
        pool.join()
    return totals


warm_pools = []  # of `process-pool-warm`: the first iteration makes one


def process_pool_warm(task: Task) -> list[int]:
    import atexit
    import multiprocessing

    with task.phase("start"):
        if not warm_pools:
            pool = multiprocessing.get_context(task.start_method).Pool(task.workers)
            atexit.register(pool.terminate)
            pool.map(nothing, range(task.workers))
            warm_pools.append(pool)
    with task.phase("work"):
        return warm_pools[0].map(cpu_task, [task.n] * task.tasks)


def nothing(_: object = None) -> None:
    """Be answered by a process that has started."""


def started_executor(task: Task) -> ProcessPoolExecutor:
    """Return an executor whose processes are there: it starts them when tasks are submitted."""
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor, wait

    context = multiprocessing.get_context(task.start_method)
    executor = ProcessPoolExecutor(max_workers=task.workers, mp_context=context)
    wait([executor.submit(nothing) for _ in range(task.workers)])
    return executor


def process_executor(task: Task) -> list[int]:
    with task.phase("start"):
        executor = started_executor(task)
    with task.phase("work"):
        totals = list(executor.map(cpu_task, [task.n] * task.tasks))
    with task.phase("stop"):
        executor.shutdown()
    return totals


def as_completed(task: Task) -> list[int]:
    from concurrent import futures

    totals = [0] * task.tasks
    with task.phase("start"):
        executor = started_executor(task)
    with task.phase("work"):
        submitted = {executor.submit(cpu_task, task.n): index for index in range(task.tasks)}
        for future in futures.as_completed(submitted):
            totals[submitted[future]] = future.result()
    with task.phase("stop"):
        executor.shutdown()
    return totals


if __name__ == "__main__":
    run(
        {
            "sequential": sequential,
            "threads": threads,
            "threads-lock": threads_lock,
            "thread-pool": thread_pool,
            "process-pool": process_pool,
            "process-pool-warm": process_pool_warm,
            "process-executor": process_executor,
            "as-completed": as_completed,
        },
        imports={
            "thread-pool": ["concurrent.futures.thread"],
            "process-pool": ["multiprocessing.pool"],
            "process-pool-warm": ["multiprocessing.pool"],
            "process-executor": ["concurrent.futures.process"],
            "as-completed": ["concurrent.futures.process"],
        },
    )
