"""Sorting whole numbers in random order, by NumPy."""

from __future__ import annotations

import threading

from gilbench_worker import Task, run

TYPE_CHECKING = False
if TYPE_CHECKING:
    import numpy as np


def prepare(task: Task) -> list[np.ndarray]:
    import numpy as np

    return [
        scrambled(np.arange(index * task.n, (index + 1) * task.n)) for index in range(task.tasks)
    ]


def scrambled(numbers: np.ndarray) -> np.ndarray:
    """Map each number to another one of 63 bits that looks random (SplitMix64, as of Vigna)."""
    import numpy as np

    z = (numbers.astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return ((z ^ (z >> np.uint64(31))) >> np.uint64(1)).astype(np.int64)


def sum_of_quartiles(array: np.ndarray) -> int:
    import numpy as np

    ordered = np.sort(array)
    return sum(int(ordered[len(ordered) * quarter // 4]) for quarter in (1, 2, 3))


def sequential(task: Task) -> list[int]:
    return [sum_of_quartiles(array) for array in task.prepared]


def threads(task: Task) -> list[int]:
    done = [0] * task.tasks

    def work(worker: int) -> None:
        for index in range(worker, task.tasks, task.workers):
            done[index] = sum_of_quartiles(task.prepared[index])

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
