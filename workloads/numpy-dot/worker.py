"""Matrix products by BLAS, on matrices of small whole numbers, so that no sum is rounded."""

from __future__ import annotations

import threading

from gilbench_worker import Task, run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from multiprocessing.synchronize import Barrier

    import numpy as np


def matrices(index: int, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return two matrices of numbers from 0 to 18, other ones for each index below 16."""
    import numpy as np

    numbers = np.arange(n * n, dtype=np.int64).reshape(n, n)
    a, b = numbers * (index + 1) % 19, (numbers * (index + 2) + numbers // n) % 19
    return a.astype(np.float64), b.astype(np.float64)


def prepare(task: Task) -> list[tuple[np.ndarray, np.ndarray]]:
    return [matrices(index, task.n) for index in range(task.tasks)]


def multiply(a: np.ndarray, b: np.ndarray) -> int:
    """Return the sum of the product's elements, those of its diagonal counted twice."""
    c = a.dot(b)
    return int(c.sum() + c.trace())


def sequential(task: Task) -> list[int]:
    return [multiply(a, b) for a, b in task.prepared]


def threads(task: Task) -> list[int]:
    done = [0] * task.tasks

    def work(worker: int) -> None:
        for index in range(worker, task.tasks, task.workers):
            done[index] = multiply(*task.prepared[index])

    started = [threading.Thread(target=work, args=(k,)) for k in range(task.workers)]
    for thread in started:
        thread.start()
    for thread in started:
        thread.join()
    return done


inputs = []  # of a process of the pool


def get_ready(tasks: int, n: int, all_are_ready: Barrier) -> None:
    inputs.extend(matrices(index, n) for index in range(tasks))
    all_are_ready.wait()


def multiply_own(index: int) -> int:
    return multiply(*inputs[index])


def process_pool(task: Task) -> list[int]:
    import multiprocessing

    context = multiprocessing.get_context(task.start_method)
    with task.phase("start"):
        all_are_ready = context.Barrier(task.workers + 1, timeout=60)
        arguments = (task.tasks, task.n, all_are_ready)
        pool = context.Pool(task.workers, get_ready, arguments)
        all_are_ready.wait()
    with task.phase("work"):
        done = pool.map(multiply_own, range(task.tasks), chunksize=1)
    with task.phase("stop"):
        pool.close()
        pool.join()
    return done


if __name__ == "__main__":
    run(
        {"sequential": sequential, "threads": threads, "process-pool": process_pool},
        imports={
            "sequential": ["numpy"],
            "threads": ["numpy"],
            "process-pool": ["numpy", "multiprocessing.pool"],
        },
        prepare=prepare,
    )
