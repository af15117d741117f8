"""In which order do results come out of a pool? The first task that is submitted is the longest."""

from __future__ import annotations

import time
from concurrent import futures

from gilbench_worker import Task, run

TYPE_CHECKING = False  # as in `typing`, without its import
if TYPE_CHECKING:
    from collections.abc import Iterable


def sleep_and_look(index: int, delay_ms: int) -> tuple[int, int]:
    """Return the task's index and when it finished, by a clock that all processes share."""
    time.sleep(delay_ms / 1000)
    return index, time.monotonic_ns()


def delays(task: Task) -> list[int]:
    return [task.step_ms * (task.tasks - index) for index in range(task.tasks)]


def as_completed(task: Task) -> list[int]:
    with futures.ProcessPoolExecutor(max_workers=task.tasks) as executor:
        submitted = [
            executor.submit(sleep_and_look, index, delay)
            for index, delay in enumerate(delays(task))
        ]
        results = [future.result() for future in futures.as_completed(submitted)]
    return look_at(task, results)


def ordered_map(task: Task) -> list[int]:
    with futures.ProcessPoolExecutor(max_workers=task.tasks) as executor:
        results = list(executor.map(sleep_and_look, range(task.tasks), delays(task)))
    return look_at(task, results)


def look_at(task: Task, results: Iterable[tuple[int, int]]) -> list[int]:
    indexes, finished = zip(*results)
    task.observe("in-order-of-submission", int(list(indexes) == sorted(indexes)))
    task.observe("in-order-of-finish", int(list(finished) == sorted(finished)))
    return sorted(indexes)


if __name__ == "__main__":
    run(
        {"as-completed": as_completed, "map": ordered_map},
        imports={
            "as-completed": ["concurrent.futures.process"],
            "map": ["concurrent.futures.process"],
        },
    )
