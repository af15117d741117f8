"""Reading many small files, from the kernel's page cache or past it.

The files are written at a process's first iteration. What counts is the phase `read`.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

from gilbench_worker import Task, Unsupported, run

TYPE_CHECKING = False  # as in `typing`, without its import
if TYPE_CHECKING:
    from collections.abc import Callable

    Strategy = Callable[[Task], list[int]]

written: list[str] = []


def paths(task: Task) -> list[str]:
    """Return the files, each a byte longer than the one before; once written, they are cached."""
    if not written:
        folder = tempfile.mkdtemp(prefix="gilbench-files-")
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        for index in range(task.files):
            path = os.path.join(folder, str(index))
            with open(path, "wb") as file:
                file.write(b"x" * (task.bytes + index))
                file.flush()
                os.fsync(file.fileno())  # only pages that are on disk can be dropped
            written.append(path)
    return written * task.passes


def read(path: str) -> int:
    with open(path, "rb") as file:
        return len(file.read())


def sequential(task: Task) -> list[int]:
    files = paths(task)
    with task.phase("read"):
        return [read(path) for path in files]


def thread_pool(task: Task) -> list[int]:
    from concurrent.futures import ThreadPoolExecutor

    files = paths(task)
    with task.phase("read"), ThreadPoolExecutor(max_workers=task.workers) as executor:
        return list(executor.map(read, files))


def to_thread(task: Task) -> list[int]:
    import asyncio
    from concurrent.futures import ThreadPoolExecutor

    if not hasattr(asyncio, "to_thread"):
        raise Unsupported("needs asyncio.to_thread, which is new in Python 3.9")
    files = paths(task)

    async def main() -> list[int]:
        executor = ThreadPoolExecutor(max_workers=task.workers)
        asyncio.get_running_loop().set_default_executor(executor)
        return await asyncio.gather(*(asyncio.to_thread(read, path) for path in files))

    with task.phase("read"):
        return asyncio.run(main())


def cold(strategy: Strategy) -> Strategy:
    """Return the strategy for files that the kernel has dropped from its cache just before."""

    def run_cold(task: Task) -> list[int]:
        if not hasattr(os, "posix_fadvise"):
            raise Unsupported("needs os.posix_fadvise")
        paths(task)
        drop_from_cache()
        before = read_from_disk()
        answer = strategy(task)
        from_disk = read_from_disk() - before
        task.observe("kib-from-disk", from_disk // 1024)
        if from_disk < task.files * task.bytes // 2:
            raise Unsupported(f"the kernel keeps {tempfile.gettempdir()} cached")
        return answer

    return run_cold


def drop_from_cache() -> None:
    for path in written:
        descriptor = os.open(path, os.O_RDONLY)
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(descriptor)


def read_from_disk() -> int:
    """Return how many bytes this process has caused to be read from block devices."""
    try:
        with open("/proc/self/io", encoding="ascii") as counters:
            return next(int(line.split()[1]) for line in counters if line.startswith("read_bytes:"))
    except OSError:
        raise Unsupported("needs /proc/self/io, to see that files come from disk") from None


if __name__ == "__main__":
    pool = ["concurrent.futures.thread"]
    run(
        {
            "sequential": sequential,
            "thread-pool": thread_pool,
            "to-thread": to_thread,
            "sequential-cold": cold(sequential),
            "thread-pool-cold": cold(thread_pool),
            "to-thread-cold": cold(to_thread),
        },
        imports={
            "thread-pool": pool,
            "to-thread": ["asyncio", *pool],
            "thread-pool-cold": pool,
            "to-thread-cold": ["asyncio", *pool],
        },
    )
