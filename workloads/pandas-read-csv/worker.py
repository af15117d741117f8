"""Reading CSV files that are in the page cache, by pandas."""

from __future__ import annotations

import threading
from tempfile import TemporaryDirectory

from gilbench_worker import Task, run

BLOCK = 1000  # rows that differ; a file repeats them


def prepare(task: Task) -> TemporaryDirectory:
    """Write a file for each task into a folder that is removed when the process ends."""
    folder = TemporaryDirectory(prefix="gilbench-")
    for index in range(task.tasks):
        block = [f"{k},{k * (index + 3) % 1009},{k % 97 / 8}\n" for k in range(BLOCK)]
        with open(path(folder, index), "w", encoding="ascii") as file:
            file.write("key,value,weight\n")
            file.writelines(block * (task.rows // BLOCK))
    return folder


def path(folder: TemporaryDirectory, index: int) -> str:
    return f"{folder.name}/data_{index}.csv"


def read(path: str) -> int:
    """Return the sum of all numbers; the weights are eighths, which floats hold exactly."""
    import pandas as pd

    frame = pd.read_csv(path)
    return int(frame["key"].sum() + frame["value"].sum() + frame["weight"].sum() * 8)


def sequential(task: Task) -> list[int]:
    return [read(path(task.prepared, index)) for index in range(task.tasks)]


def threads(task: Task) -> list[int]:
    done = [0] * task.tasks

    def work(worker: int) -> None:
        for index in range(worker, task.tasks, task.workers):
            done[index] = read(path(task.prepared, index))

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
