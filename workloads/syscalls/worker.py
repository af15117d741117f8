"""One short system call after another."""

from __future__ import annotations

import os

from gilbench_worker import Task, run


def sequential(task: Task) -> list[int]:
    zeros = os.open("/dev/zero", os.O_RDONLY)
    try:
        return [sum(len(os.read(zeros, 1)) for _ in range(task.calls))]
    finally:
        os.close(zeros)


if __name__ == "__main__":
    run({"sequential": sequential})
