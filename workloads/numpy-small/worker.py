"""Many operations on tiny arrays: more of NumPy's own overhead than of computing."""

from __future__ import annotations

import threading

from gilbench_worker import Task, run


def many_steps(steps: int) -> int:
    import numpy as np

    array = np.arange(10)
    for _ in range(steps):
        array = (array * 5 + 3) % 1009
    return int(array.sum())


def sequential(task: Task) -> list[int]:
    return [many_steps(task.steps) for _ in range(task.tasks)]


def threads(task: Task) -> list[int]:
    done = [0] * task.tasks

    def work(worker: int) -> None:
        for index in range(worker, task.tasks, task.workers):
            done[index] = many_steps(task.steps)

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
    )
