"""{{title}}: what it does, in a sentence."""

from __future__ import annotations

import threading

from gilbench_worker import Task, run


def piece(n: int) -> int:
    """One of the independent pieces of work."""
    return sum(i * i for i in range(n))


def sequential(task: Task) -> list[int]:
    return [piece(task.n) for _ in range(task.tasks)]


def threads(task: Task) -> list[int]:
    answers = [0] * task.tasks

    def work(worker: int) -> None:
        for index in range(worker, task.tasks, task.workers):
            answers[index] = piece(task.n)

    started = [threading.Thread(target=work, args=(k,)) for k in range(task.workers)]
    for thread in started:
        thread.start()
    for thread in started:
        thread.join()
    return answers


if __name__ == "__main__":
    run({"sequential": sequential, "threads": threads})
