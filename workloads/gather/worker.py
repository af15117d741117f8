"""What becomes of the others when one of several tasks fails."""

from __future__ import annotations

import asyncio
import time

from gilbench_worker import Task, Unsupported, run


class Fate:
    """Counts how the siblings of the task that fails end."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.finished = 0
        self.cancelled = 0

    async def sibling(self) -> None:
        """Wait, unless cancelled."""
        try:
            await asyncio.sleep(self.task.delay_ms / 1000)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        self.finished += 1

    def sibling_in_thread(self) -> None:
        """Wait in a thread, which nothing can cancel."""
        time.sleep(self.task.delay_ms / 1000)
        self.finished += 1

    async def observe(self, *, raised: bool) -> None:
        """Report, when those that are left have had the time to end."""
        await asyncio.sleep(self.task.delay_ms * 3 / 1000)
        self.task.observe("raised", int(raised))
        self.task.observe("siblings-finished", self.finished)
        self.task.observe("siblings-cancelled", self.cancelled)


async def fail() -> None:
    raise OSError("fails on purpose")


def gather(task: Task) -> list[int]:
    return gathered(task)


def gather_return_exceptions(task: Task) -> list[int]:
    return gathered(task, return_exceptions=True)


def gathered(task: Task, **options: bool) -> list[int]:
    async def main() -> None:
        fate, raised = Fate(task), False
        siblings = [fate.sibling() for _ in range(task.siblings)]
        try:
            await asyncio.gather(fail(), *siblings, **options)
        except OSError:
            raised = True
        await fate.observe(raised=raised)

    asyncio.run(main())
    return [1]


def gather_threads(task: Task) -> list[int]:
    if not hasattr(asyncio, "to_thread"):
        raise Unsupported("needs asyncio.to_thread, which is new in Python 3.9")

    def fail_in_thread() -> None:
        raise OSError("fails on purpose")

    async def main() -> None:
        fate, raised = Fate(task), False
        siblings = [asyncio.to_thread(fate.sibling_in_thread) for _ in range(task.siblings)]
        try:
            await asyncio.gather(asyncio.to_thread(fail_in_thread), *siblings)
        except OSError:
            raised = True
        await fate.observe(raised=raised)

    asyncio.run(main())
    return [1]


def task_group(task: Task) -> list[int]:
    if not hasattr(asyncio, "TaskGroup"):
        raise Unsupported("needs asyncio.TaskGroup, which is new in Python 3.11")

    async def main() -> None:
        fate, raised = Fate(task), False
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(task.siblings):
                    group.create_task(fate.sibling())
                await asyncio.sleep(0)  # the siblings begin
                group.create_task(fail())
        except Exception as error:  # an ExceptionGroup: `except*` is no syntax for Python 3.8
            raised = isinstance(error.exceptions[0], OSError)
        await fate.observe(raised=raised)

    asyncio.run(main())
    return [1]


if __name__ == "__main__":
    run(
        {
            "gather": gather,
            "gather-return-exceptions": gather_return_exceptions,
            "gather-threads": gather_threads,
            "task-group": task_group,
        },
        imports={"gather-threads": ["concurrent.futures.thread"]},
    )
