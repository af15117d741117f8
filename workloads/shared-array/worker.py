"""Sums over one large array by joblib's processes, which get it pickled or mapped."""

from __future__ import annotations

import os
import tempfile

from gilbench_worker import Task, run

TYPE_CHECKING = False  # as in `typing`, without its import
if TYPE_CHECKING:
    from numpy import ndarray


def whole_numbers(task: Task) -> ndarray:
    import numpy

    return numpy.arange(task.numbers, dtype=numpy.int64)


def add_up(numbers: ndarray, offset: int) -> int:
    """Add up the array; the offset makes each task's sum its own."""
    return int(numbers.sum()) + offset


def sequential(task: Task) -> list[int]:
    with task.phase("prepare"):
        numbers = whole_numbers(task)
    with task.phase("work"):
        return [add_up(numbers, offset) for offset in range(task.tasks)]


def pickled(task: Task) -> list[int]:
    with task.phase("prepare"):
        numbers = whole_numbers(task)
    return in_processes(task, numbers, max_nbytes=None)


def mapped(task: Task) -> list[int]:
    with task.phase("prepare"):
        numbers = whole_numbers(task)
    return in_processes(task, numbers, max_nbytes="1M", mmap_mode="r")


def mapped_file(task: Task) -> list[int]:
    import joblib

    with tempfile.TemporaryDirectory() as folder:
        with task.phase("prepare"):
            path = os.path.join(folder, "numbers")
            joblib.dump(whole_numbers(task), path)
        with task.phase("map"):
            numbers = joblib.load(path, mmap_mode="r")
        return in_processes(task, numbers)


def in_processes(task: Task, numbers: ndarray, **options: object) -> list[int]:
    from joblib import Parallel, delayed

    with task.phase("start"):  # in the first iteration only: joblib keeps its processes
        nothing = (delayed(abs)(number) for number in range(task.workers))
        Parallel(n_jobs=task.workers, **options)(nothing)
    with task.phase("work"):
        tasks = (delayed(add_up)(numbers, offset) for offset in range(task.tasks))
        return Parallel(n_jobs=task.workers, batch_size=1, **options)(tasks)


if __name__ == "__main__":
    run(
        {
            "sequential": sequential,
            "pickled": pickled,
            "mapped": mapped,
            "mapped-file": mapped_file,
        },
        imports={
            "sequential": ["numpy"],
            "pickled": ["joblib", "numpy"],
            "mapped": ["joblib", "numpy"],
            "mapped-file": ["joblib", "numpy"],
        },
    )
