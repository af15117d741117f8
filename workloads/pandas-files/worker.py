"""The article's data pipeline: sums by category of several CSV files, in a pool of processes."""

from __future__ import annotations

import os
from tempfile import TemporaryDirectory

from gilbench_worker import Task, run

TYPE_CHECKING = False
if TYPE_CHECKING:
    import pandas as pd

BLOCK = 1000  # rows that differ; a file repeats them
CATEGORIES = 10


def prepare(task: Task) -> TemporaryDirectory:
    """Write the files into a folder that is removed when the process ends."""
    folder = TemporaryDirectory(prefix="gilbench-")
    for index in range(task.files):
        with open(os.path.join(folder.name, f"data_{index}.csv"), "w", encoding="ascii") as file:
            file.write("category,value,amount\n")
            file.writelines([block(index)] * (task.rows // BLOCK))
    return folder


def block(index: int) -> str:
    numbers = ((index * BLOCK + k) * 2654435761 % 1000003 for k in range(BLOCK))
    return "".join(f"category-{n % CATEGORIES},{n % 1009},{n}\n" for n in numbers)


def process_chunk(filepath: str) -> pd.DataFrame:
    import pandas as pd

    df = pd.read_csv(filepath)
    return df.groupby("category").sum()


def combine(task: Task, results: list[pd.DataFrame]) -> list[int]:
    """Put the sums of the files together as the article does, then add them up."""
    import pandas as pd

    combined = pd.concat(results)
    totals = combined.groupby("category").sum()
    task.observe("categories", len(totals))
    task.observe("rows-for-each-category", len(combined) // len(totals))
    return [int(total) for row in totals.to_numpy() for total in row]


def paths(task: Task) -> list[str]:
    return [os.path.join(task.prepared.name, f"data_{index}.csv") for index in range(task.files)]


def sequential(task: Task) -> list[int]:
    return combine(task, [process_chunk(path) for path in paths(task)])


def thread_pool(task: Task) -> list[int]:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(task.workers) as executor:
        return combine(task, list(executor.map(process_chunk, paths(task))))


def process_pool(task: Task) -> list[int]:
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    context = multiprocessing.get_context(task.start_method)
    with ProcessPoolExecutor(task.workers, mp_context=context) as executor:
        return combine(task, list(executor.map(process_chunk, paths(task))))


if __name__ == "__main__":
    run(
        {"sequential": sequential, "thread-pool": thread_pool, "process-pool": process_pool},
        imports={
            "sequential": ["pandas"],
            "thread-pool": ["pandas", "concurrent.futures.thread"],
            "process-pool": ["pandas", "multiprocessing", "concurrent.futures.process"],
        },
        prepare=prepare,
    )
