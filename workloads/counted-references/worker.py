"""Two loops: one that does little but count references, and one that counts none."""

from __future__ import annotations

from itertools import repeat

from gilbench_worker import Task, run

STEP, LIMIT = 3, 200


def counted(task: Task) -> list[int]:
    """Copy a list: each copy counts one up for every object, and the end of the old one down."""
    objects = [[k] for k in range(1000)]
    for _ in repeat(None, task.copies):
        objects = objects[:]
    return objects[1]


def uncounted(task: Task) -> list[int]:
    """Add and compare small numbers, which like None are immortal: their counts never change."""
    number = 1
    for _ in repeat(None, task.steps):
        number = number + STEP
        if number > LIMIT:
            number = number - LIMIT
    return [number]


if __name__ == "__main__":
    run({"counted": counted, "uncounted": uncounted})
