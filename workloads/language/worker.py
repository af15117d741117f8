"""What an interpreter has of that in which current libraries are written."""

from __future__ import annotations

import features_minimal
from gilbench_worker import Task, run


def modern(task: Task) -> list[int]:
    features_minimal.observe(task)
    return [1]


if __name__ == "__main__":
    run({"modern": modern})
