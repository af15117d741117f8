"""How many calls asyncio.to_thread has at once, unless it is given a pool."""

from __future__ import annotations

import asyncio
import os
import threading
import time

from gilbench_worker import Task, Unsupported, run


def to_thread(task: Task) -> list[int]:
    if not hasattr(asyncio, "to_thread"):
        raise Unsupported("needs asyncio.to_thread, which is new in Python 3.9")
    names = set()

    def call() -> None:
        names.add(threading.get_ident())
        time.sleep(task.delay_ms / 1000)

    async def main() -> None:
        await asyncio.gather(*(asyncio.to_thread(call) for _ in range(task.calls)))

    asyncio.run(main())
    # New in 3.13, and used by its pools: the CPUs of this process, not of the machine.
    count = getattr(os, "process_cpu_count", os.cpu_count)
    expected = min(32, (count() or 1) + 4)
    task.observe("threads", len(names))
    task.observe("threads-beyond-expected", len(names) - expected)
    return [1]


if __name__ == "__main__":
    run({"to-thread": to_thread}, imports={"to-thread": ["concurrent.futures.thread"]})
