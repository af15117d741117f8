"""Random numbers in threads: one generator for all, as in `np.random.rand`, or one for each."""

from __future__ import annotations

import threading

from gilbench_worker import Task, run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

    Draw = Callable[[int], np.ndarray]


def mean_in_tenths(array: np.ndarray) -> int:
    """Tell uniform numbers from others, whatever the seed."""
    return round(float(array.mean()) * 10)


def shared(_: int) -> Draw:
    """Return the article's way: a generator of NumPy's own, behind a lock."""
    import numpy as np

    return np.random.rand


def own_state(seed: int) -> Draw:
    """Return the same generator, with a state and a lock of its own."""
    import numpy as np

    return np.random.RandomState(seed).rand


def own_generator(seed: int) -> Draw:
    """Return what NumPy recommends today."""
    import numpy as np

    return np.random.default_rng(seed).random


def one_after_another(task: Task, generator: Callable[[int], Draw]) -> list[int]:
    draw = generator(0)
    return [mean_in_tenths(draw(task.n)) for _ in range(task.tasks)]


def in_threads(task: Task, generator: Callable[[int], Draw]) -> list[int]:
    means = [0] * task.tasks

    def work(worker: int) -> None:
        draw = generator(worker)
        for index in range(worker, task.tasks, task.workers):
            means[index] = mean_in_tenths(draw(task.n))

    started = [threading.Thread(target=work, args=(k,)) for k in range(task.workers)]
    for thread in started:
        thread.start()
    for thread in started:
        thread.join()
    return means


def sequential(task: Task) -> list[int]:
    return one_after_another(task, shared)


def sequential_generator(task: Task) -> list[int]:
    return one_after_another(task, own_generator)


def threads(task: Task) -> list[int]:
    return in_threads(task, shared)


def threads_own_state(task: Task) -> list[int]:
    return in_threads(task, own_state)


def threads_generator(task: Task) -> list[int]:
    return in_threads(task, own_generator)


if __name__ == "__main__":
    strategies = {
        "sequential": sequential,
        "sequential-generator": sequential_generator,
        "threads": threads,
        "threads-own-state": threads_own_state,
        "threads-generator": threads_generator,
    }
    run(strategies, imports={name: ["numpy"] for name in strategies})
