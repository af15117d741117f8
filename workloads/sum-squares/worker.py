"""The article's CPU-bound task: the sum of the squares below n, several times over."""

from __future__ import annotations

import threading

from gilbench_worker import Task, run


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


if __name__ == "__main__":
    run(
        {
            "sequential": sequential,
            "threads": threads,
            "threads-lock": threads_lock,
            "thread-pool": thread_pool,
            "process-pool": process_pool,
        },
        imports={
            "thread-pool": ["concurrent.futures.thread"],
            "process-pool": ["multiprocessing.pool"],
        },
    )
