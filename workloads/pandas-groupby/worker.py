"""Sums by group, of whole numbers with whole numbers as keys, by pandas."""

from __future__ import annotations

import threading

from gilbench_worker import Task, run

TYPE_CHECKING = False
if TYPE_CHECKING:
    import pandas as pd


def prepare(task: Task) -> list[pd.DataFrame]:
    import numpy as np
    import pandas as pd

    frames = []
    for index in range(task.tasks):
        numbers = np.arange(task.rows, dtype=np.int64) + index
        mixed = numbers * 2654435761 % 1000003
        frames.append(pd.DataFrame({"category": mixed % task.groups, "value": mixed % 1009}))
    return frames


def sums_by_group(frame: pd.DataFrame) -> int:
    """Return the sum of each group, multiplied by its key, all added up."""
    sums = frame.groupby("category")["value"].sum()
    return int((sums.index * sums).sum())


def sequential(task: Task) -> list[int]:
    return [sums_by_group(frame) for frame in task.prepared]


def threads(task: Task) -> list[int]:
    done = [0] * task.tasks

    def work(worker: int) -> None:
        for index in range(worker, task.tasks, task.workers):
            done[index] = sums_by_group(task.prepared[index])

    started = [threading.Thread(target=work, args=(k,)) for k in range(task.workers)]
    for thread in started:
        thread.start()
    for thread in started:
        thread.join()
    return done


if __name__ == "__main__":
    run(
        {"sequential": sequential, "threads": threads},
        imports={"sequential": ["pandas"], "threads": ["pandas"]},
        prepare=prepare,
    )
