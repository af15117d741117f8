"""SHA-256 of the same buffer over and over: a computation that is all in a C library."""

from __future__ import annotations

import hashlib
import threading
from functools import lru_cache

from gilbench_worker import Task, run


@lru_cache(maxsize=None)
def buffer(length: int) -> bytes:
    """Make it once in a process: only the hashing is to be compared."""
    return bytes(range(256)) * (length // 256)


def digest(data: bytes, times: int) -> int:
    """Return the first eight bytes of the digest, as a number."""
    found = b""
    for _ in range(times):
        found = hashlib.sha256(data).digest()
    return int.from_bytes(found[:8], "big")


def sequential(task: Task) -> list[int]:
    data = buffer(task.buffer_bytes)
    return [digest(data, task.buffers) for _ in range(task.tasks)]


def threads(task: Task) -> list[int]:
    data = buffer(task.buffer_bytes)
    digests = [0] * task.tasks

    def work(worker: int) -> None:
        for index in range(worker, task.tasks, task.workers):
            digests[index] = digest(data, task.buffers)

    started = [threading.Thread(target=work, args=(k,)) for k in range(task.workers)]
    for thread in started:
        thread.start()
    for thread in started:
        thread.join()
    return digests


if __name__ == "__main__":
    run({"sequential": sequential, "threads": threads})
