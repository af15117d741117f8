"""Many waits that overlap, or do not: nothing but sleep."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager

from gilbench_worker import Task, Unsupported, run

TYPE_CHECKING = False  # as in `typing`, without its import
if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Executor

try:
    import resource
except ImportError:
    resource = None


@contextmanager
def counted(task: Task) -> Iterator[None]:
    """Observe the context switches of this process meanwhile, and its CPU time."""
    if resource is None:
        yield
        return
    before = resource.getrusage(resource.RUSAGE_SELF)
    yield
    after = resource.getrusage(resource.RUSAGE_SELF)
    switches = after.ru_nvcsw - before.ru_nvcsw + after.ru_nivcsw - before.ru_nivcsw
    seconds = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    task.observe("context-switches", switches)
    task.observe("cpu-us", round(seconds * 1e6))


def sleep(task: Task, index: int) -> int:
    time.sleep(task.delay_ms / 1000)
    return index


def sequential(task: Task) -> list[int]:
    return [sleep(task, index) for index in range(task.waiters)]


def threads(task: Task) -> list[int]:
    done = [-1] * task.waiters

    def wait(index: int) -> None:
        done[index] = sleep(task, index)

    with counted(task):
        started = [threading.Thread(target=wait, args=(index,)) for index in range(task.waiters)]
        for thread in started:
            thread.start()
        for thread in started:
            thread.join()
    return done


def thread_pool(task: Task) -> list[int]:
    from concurrent.futures import ThreadPoolExecutor

    with counted(task), ThreadPoolExecutor(max_workers=task.workers) as executor:
        return list(executor.map(lambda index: sleep(task, index), range(task.waiters)))


def asyncio_tasks(task: Task) -> list[int]:
    import asyncio

    async def wait(index: int) -> int:
        await asyncio.sleep(task.delay_ms / 1000)
        return index

    async def main() -> list[int]:
        return await asyncio.gather(*(wait(index) for index in range(task.waiters)))

    with counted(task):
        return asyncio.run(main())


def to_thread(task: Task) -> list[int]:
    from concurrent.futures import ThreadPoolExecutor

    return in_threads(task, ThreadPoolExecutor(max_workers=task.workers))


def to_thread_default(task: Task) -> list[int]:
    return in_threads(task, None)  # the loop's own: min(32, CPUs + 4) threads


def in_threads(task: Task, executor: Executor | None) -> list[int]:
    import asyncio

    if not hasattr(asyncio, "to_thread"):
        raise Unsupported("needs asyncio.to_thread, which is new in Python 3.9")

    async def main() -> list[int]:
        if executor is not None:
            asyncio.get_running_loop().set_default_executor(executor)
        waits = (asyncio.to_thread(sleep, task, index) for index in range(task.waiters))
        return await asyncio.gather(*waits)

    with counted(task):
        return asyncio.run(main())  # which also ends the executor


if __name__ == "__main__":
    run(
        {
            "sequential": sequential,
            "threads": threads,
            "thread-pool": thread_pool,
            "asyncio": asyncio_tasks,
            "to-thread": to_thread,
            "to-thread-default": to_thread_default,
        },
        imports={
            "thread-pool": ["concurrent.futures.thread"],
            "asyncio": ["asyncio"],
            "to-thread": ["asyncio", "concurrent.futures.thread"],
            "to-thread-default": ["asyncio", "concurrent.futures.thread"],
        },
    )
