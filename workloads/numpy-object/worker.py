"""Arithmetic on an array of Python objects: NumPy loops, Python computes."""

from __future__ import annotations

import threading

from gilbench_worker import Task, run

TYPE_CHECKING = False
if TYPE_CHECKING:
    import numpy as np


def prepare(task: Task) -> list[np.ndarray]:
    import numpy as np

    starts = range(task.tasks)
    return [np.arange(1000 + index, 1000 + index + task.n).astype(object) for index in starts]


def sum_of_squares(array: np.ndarray) -> int:
    return int((array * array).sum())


def sequential(task: Task) -> list[int]:
    return [sum_of_squares(array) for array in task.prepared]


def threads(task: Task) -> list[int]:
    done = [0] * task.tasks

    def work(worker: int) -> None:
        for index in range(worker, task.tasks, task.workers):
            done[index] = sum_of_squares(task.prepared[index])

    started = [threading.Thread(target=work, args=(k,)) for k in range(task.workers)]
    for thread in started:
        thread.start()
    for thread in started:
        thread.join()
    return done


if __name__ == "__main__":
    run(
        {"sequential": sequential, "threads": threads},
        imports={"sequential": ["numpy"], "threads": ["numpy"]},
        prepare=prepare,
    )
