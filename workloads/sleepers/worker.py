"""Many waits that overlap, or do not: nothing but sleep."""

from __future__ import annotations

import time

from gilbench_worker import Task, run


def sequential(task: Task) -> list[int]:
    def wait(index: int) -> int:
        time.sleep(task.delay_ms / 1000)
        return index

    return [wait(index) for index in range(task.waiters)]


def thread_pool(task: Task) -> list[int]:
    from concurrent.futures import ThreadPoolExecutor

    def wait(index: int) -> int:
        time.sleep(task.delay_ms / 1000)
        return index

    with ThreadPoolExecutor(max_workers=task.workers) as executor:
        return list(executor.map(wait, range(task.waiters)))


def asyncio_tasks(task: Task) -> list[int]:
    import asyncio

    async def wait(index: int) -> int:
        await asyncio.sleep(task.delay_ms / 1000)
        return index

    async def main() -> list[int]:
        return await asyncio.gather(*(wait(index) for index in range(task.waiters)))

    return asyncio.run(main())


if __name__ == "__main__":
    run(
        {"sequential": sequential, "thread-pool": thread_pool, "asyncio": asyncio_tasks},
        imports={"thread-pool": ["concurrent.futures.thread"], "asyncio": ["asyncio"]},
    )
