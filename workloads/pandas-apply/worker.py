"""A Python function applied to each row of a frame, by pandas."""

from __future__ import annotations

import threading

from gilbench_worker import Task, run

TYPE_CHECKING = False
if TYPE_CHECKING:
    import pandas as pd


def prepare(task: Task) -> list[pd.DataFrame]:
    import numpy as np
    import pandas as pd

    numbers = np.arange(task.rows, dtype=np.int64)
    starts = range(task.tasks)
    return [pd.DataFrame({"a": numbers + index, "b": numbers % 97}) for index in starts]


def weigh(row: pd.Series) -> int:
    return row["a"] * row["b"] % 1009


def sum_of_rows(frame: pd.DataFrame) -> int:
    return int(frame.apply(weigh, axis=1).sum())


def sequential(task: Task) -> list[int]:
    return [sum_of_rows(frame) for frame in task.prepared]


def threads(task: Task) -> list[int]:
    done = [0] * task.tasks

    def work(worker: int) -> None:
        for index in range(worker, task.tasks, task.workers):
            done[index] = sum_of_rows(task.prepared[index])

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
