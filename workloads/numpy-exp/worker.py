"""The exponentials of an array's numbers: a function of NumPy's, applied to each element."""

from __future__ import annotations

import threading

from gilbench_worker import Task, run

TYPE_CHECKING = False
if TYPE_CHECKING:
    import numpy as np


def prepare(task: Task) -> np.ndarray:
    import numpy as np

    return np.arange(task.n) / task.n


def mean_exponential(array: np.ndarray) -> int:
    """Return the mean of the exponentials in millionths: far coarser than any rounding."""
    import numpy as np

    return int(np.exp(array).mean() * 1e6)


def sequential(task: Task) -> list[int]:
    return [mean_exponential(task.prepared) for _ in range(task.tasks)]


def threads(task: Task) -> list[int]:
    done = [0] * task.tasks

    def work(worker: int) -> None:
        for index in range(worker, task.tasks, task.workers):
            done[index] = mean_exponential(task.prepared)

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
