"""Fibonacci numbers by their definition: nothing but calls of a small function."""

from __future__ import annotations

import threading

from gilbench_worker import Task, run


def fib(n: int) -> int:
    return n if n < 2 else fib(n - 1) + fib(n - 2)


def sequential(task: Task) -> list[int]:
    return [fib(task.n) for _ in range(task.tasks)]


def threads(task: Task) -> list[int]:
    numbers = [0] * task.tasks

    def work(worker: int) -> None:
        for index in range(worker, task.tasks, task.workers):
            numbers[index] = fib(task.n)

    started = [threading.Thread(target=work, args=(k,)) for k in range(task.workers)]
    for thread in started:
        thread.start()
    for thread in started:
        thread.join()
    return numbers


if __name__ == "__main__":
    run({"sequential": sequential, "threads": threads})
