"""Compresses a buffer and decompresses it again, over and over, in the C library zlib."""

from __future__ import annotations

import threading
import zlib
from functools import lru_cache

from gilbench_worker import Task, run


@lru_cache(maxsize=None)
def buffer(length: int) -> bytes:
    """Make it once in a process: a block of numbers, as often as it fits.

    The block is longer than the 32 KiB in which zlib looks for repetitions.
    """
    block = b" ".join(b"%d" % (k * k % 9973) for k in range(14000))[:65536]
    return (block * (length // len(block) + 1))[:length]


def checksum(data: bytes, times: int) -> int:
    """Return the sum of the checksums of what comes back: what it is packed into may vary."""
    total = 0
    for _ in range(times):
        packed = zlib.compress(data, 6)
        total += zlib.crc32(zlib.decompress(packed))
    return total


def sequential(task: Task) -> list[int]:
    data = buffer(task.buffer_bytes)
    return [checksum(data, task.buffers) for _ in range(task.tasks)]


def threads(task: Task) -> list[int]:
    data = buffer(task.buffer_bytes)
    totals = [0] * task.tasks

    def work(worker: int) -> None:
        for index in range(worker, task.tasks, task.workers):
            totals[index] = checksum(data, task.buffers)

    started = [threading.Thread(target=work, args=(k,)) for k in range(task.workers)]
    for thread in started:
        thread.start()
    for thread in started:
        thread.join()
    return totals


if __name__ == "__main__":
    run({"sequential": sequential, "threads": threads})
