"""Singular values of a matrix, by NumPy and LAPACK."""

from __future__ import annotations

import threading

from gilbench_worker import Task, run

TYPE_CHECKING = False
if TYPE_CHECKING:
    import numpy as np


def prepare(task: Task) -> list[np.ndarray]:
    import numpy as np

    numbers = np.arange(task.n * task.n, dtype=np.int64).reshape(task.n, task.n)
    mixed = [numbers * numbers * (2 * index + 3) + numbers // task.n for index in range(task.tasks)]
    return [(each % 101).astype(np.float64) for each in mixed]


def singular_values(array: np.ndarray) -> list[int]:
    """Return the largest singular value and the sum of all, in thousandths."""
    import numpy as np

    values = np.linalg.svd(array, compute_uv=False)
    return [round(float(values[0]) * 1000), round(float(values.sum()) * 1000)]


def sequential(task: Task) -> list[list[int]]:
    return [singular_values(array) for array in task.prepared]


def threads(task: Task) -> list[list[int]]:
    done = [[]] * task.tasks

    def work(worker: int) -> None:
        for index in range(worker, task.tasks, task.workers):
            done[index] = singular_values(task.prepared[index])

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
