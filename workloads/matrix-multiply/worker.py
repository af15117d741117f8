"""The article's NumPy example: each thread draws two random matrices and multiplies them."""

from __future__ import annotations

import threading

from gilbench_worker import Task, run

TYPE_CHECKING = False
if TYPE_CHECKING:
    import numpy as np


def matrix_multiply(size: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    import numpy as np

    a = np.random.rand(size, size)
    b = np.random.rand(size, size)
    return a, b, np.dot(a, b)


def is_product(a: np.ndarray, b: np.ndarray, c: np.ndarray) -> int:
    """Compare the sums of the rows, which need no second product (Freivalds)."""
    import numpy as np

    return int(np.allclose(c.sum(axis=1), (a * b.sum(axis=1)).sum(axis=1)))


def sequential(task: Task) -> list[int]:
    return [is_product(*matrix_multiply(task.n)) for _ in range(task.tasks)]


def threads(task: Task) -> list[int]:
    right = [0] * task.tasks

    def work(worker: int) -> None:
        for index in range(worker, task.tasks, task.workers):
            right[index] = is_product(*matrix_multiply(task.n))

    started = [threading.Thread(target=work, args=(k,)) for k in range(task.workers)]
    for thread in started:
        thread.start()
    for thread in started:
        thread.join()
    return right


if __name__ == "__main__":
    run(
        {"sequential": sequential, "threads": threads},
        imports={"sequential": ["numpy"], "threads": ["numpy"]},
    )
