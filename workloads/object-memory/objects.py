"""Make objects and say what that does to the memory of the process, which does nothing else."""

from __future__ import annotations

import gc
import sys

TYPE_CHECKING = False  # as in `typing`, without its import
if TYPE_CHECKING:
    from collections.abc import Callable


class Pair:
    """Two attributes, as a person would write it."""

    def __init__(self, left: int, right: float) -> None:
        self.left = left
        self.right = right


KINDS = {
    "instances": lambda i: Pair(i, i + 0.5),
    "tuples": lambda i: (i, i + 0.5),
    "lists": lambda i: [i, i + 0.5],
    "floats": lambda i: i + 0.5,
}


def resident_bytes() -> int:
    """Ask the kernel what of this process is in memory, exactly: `statm` may lag behind."""
    with open("/proc/self/smaps_rollup") as rollup:
        for line in rollup:
            if line.startswith("Rss:"):
                return int(line.split()[1]) * 1024
    raise ValueError("no line `Rss:` in /proc/self/smaps_rollup")


def main(make: Callable[[int], object], count: int) -> None:
    gc.collect()
    at_start = resident_bytes()
    kept = [None] * count
    before = resident_bytes()
    for i in range(count):
        kept[i] = make(i)
    grown = resident_bytes() - before
    made = sum(item is not None for item in kept)
    sys.stdout.write(f"{at_start} {grown} {made}\n")


if __name__ == "__main__":
    main(KINDS[sys.argv[1]], int(sys.argv[2]))
