"""How much memory a process takes once it has started, and how much more for small objects."""

from __future__ import annotations

import os
import sys

from gilbench_worker import Task, Unsupported, run

TYPE_CHECKING = False  # as in `typing`, without its import
if TYPE_CHECKING:
    from collections.abc import Callable

SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "objects.py")


def objects(kind: str) -> Callable[[Task], list[int]]:
    """In a process of its own: this one has imported more, and has room left by earlier objects."""

    def strategy(task: Task) -> list[int]:
        import subprocess

        if not os.path.exists("/proc/self/smaps_rollup"):
            raise Unsupported("needs /proc/self/smaps_rollup")
        command = [sys.executable, SCRIPT, kind, str(task.objects)]
        told = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout.split()
        at_start, grown, count = map(int, told)
        task.observe("resident-at-start", at_start)
        task.observe("bytes-of-objects", grown)
        return [count]

    return strategy


if __name__ == "__main__":
    kinds = ["instances", "tuples", "lists", "floats"]
    run(
        {kind: objects(kind) for kind in kinds},
        imports={kind: ["subprocess"] for kind in kinds},
    )
