"""Sorts whole numbers by a key that a function returns."""

from __future__ import annotations

import threading

from gilbench_worker import Task, run


def made_up(length: int, seed: int) -> list[int]:
    """Return numbers below 2^31 that look random: the generator of the C standard's example."""
    numbers = []
    for _ in range(length):
        seed = (seed * 1103515245 + 12345) & 0x7FFFFFFF
        numbers.append(seed)
    return numbers


def sort(length: int, seed: int) -> int:
    """Return the sum of every 97th number, once all are in the order of their last three digits."""
    in_order = sorted(made_up(length, seed), key=lambda number: number % 1000)
    return sum(in_order[::97])


def sequential(task: Task) -> list[int]:
    return [sort(task.length, index) for index in range(task.tasks)]


def threads(task: Task) -> list[int]:
    sums = [0] * task.tasks

    def work(worker: int) -> None:
        for index in range(worker, task.tasks, task.workers):
            sums[index] = sort(task.length, index)

    started = [threading.Thread(target=work, args=(k,)) for k in range(task.workers)]
    for thread in started:
        thread.start()
    for thread in started:
        thread.join()
    return sums


if __name__ == "__main__":
    run({"sequential": sequential, "threads": threads})
