"""Sums of squares of numbers that processes get as lists, arrays, files or ranges."""

from __future__ import annotations

import os
import tempfile
from array import array

from gilbench_worker import Task, run
from gilbench_worker.pools import started_pool

TYPE_CHECKING = False  # as in `typing`, without its import
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


def process_chunk(numbers: Iterable[int], passes: int) -> int:
    return sum(sum(number * number for number in numbers) for _ in range(passes))


def process_array(numbers: array, passes: int) -> int:
    return process_chunk(numbers.tolist(), passes)


def process_file(path: str, passes: int) -> int:
    numbers = array("q")
    with open(path, "rb") as file:
        numbers.fromfile(file, os.path.getsize(path) // numbers.itemsize)
    return process_array(numbers, passes)


def chunks(task: Task) -> list[range]:
    starts = range(0, task.tasks * task.numbers, task.numbers)
    return [range(start, start + task.numbers) for start in starts]


def sequential(task: Task) -> list[int]:
    with task.phase("prepare"):
        data = [list(chunk) for chunk in chunks(task)]
    with task.phase("work"):
        return [process_chunk(numbers, task.passes) for numbers in data]


def lists(task: Task) -> list[int]:
    with task.phase("prepare"):
        data = [list(chunk) for chunk in chunks(task)]
    return in_processes(task, process_chunk, data)


def arrays(task: Task) -> list[int]:
    with task.phase("prepare"):
        data = [array("q", chunk) for chunk in chunks(task)]
    return in_processes(task, process_array, data)


def paths(task: Task) -> list[int]:
    with tempfile.TemporaryDirectory() as folder:
        with task.phase("prepare"):
            data = [os.path.join(folder, str(index)) for index in range(task.tasks)]
            for path, chunk in zip(data, chunks(task)):
                with open(path, "wb") as file:
                    array("q", chunk).tofile(file)
        return in_processes(task, process_file, data)


def ranges(task: Task) -> list[int]:
    return in_processes(task, process_chunk, chunks(task))


def in_processes(task: Task, function: Callable, data: list) -> list[int]:
    import multiprocessing

    with task.phase("start"):
        pool = started_pool(multiprocessing.get_context(task.start_method), task.workers)
    with task.phase("work"):
        sums = pool.starmap(function, [(item, task.passes) for item in data], chunksize=1)
    with task.phase("stop"):
        pool.close()
        pool.join()
    return sums


if __name__ == "__main__":
    run(
        {
            "sequential": sequential,
            "lists": lists,
            "arrays": arrays,
            "paths": paths,
            "ranges": ranges,
        },
        imports={
            "lists": ["multiprocessing.pool", "multiprocessing.synchronize"],
            "arrays": ["multiprocessing.pool", "multiprocessing.synchronize"],
            "paths": ["multiprocessing.pool", "multiprocessing.synchronize"],
            "ranges": ["multiprocessing.pool", "multiprocessing.synchronize"],
        },
    )
