"""How late an event loop comes to its next task while a call lasts: a ticker measures it."""

from __future__ import annotations

import asyncio
import time

from gilbench_worker import Task, Unsupported, run

TYPE_CHECKING = False  # as in `typing`, without its import
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

PERIOD_S = 0.001


async def tick(lags: list[float]) -> None:
    """Sleep a millisecond at a time, and note by how much each sleep was too long."""
    last = time.perf_counter()
    while True:
        await asyncio.sleep(PERIOD_S)
        now = time.perf_counter()
        lags.append(now - last - PERIOD_S)
        last = now


def ticked(task: Task, call: Callable[[], Awaitable[object]]) -> list[int]:
    """Run a coroutine function beside the ticker, and observe the ticker's lags."""

    async def main() -> None:
        lags: list[float] = []
        ticker = asyncio.ensure_future(tick(lags))
        await asyncio.sleep(PERIOD_S * 5)
        await call()
        await asyncio.sleep(PERIOD_S * 5)  # so that the lag of a call that blocked is noted
        ticker.cancel()
        lags.sort()
        task.observe("largest-lag-us", round(lags[-1] * 1e6))
        task.observe("median-lag-us", round(lags[len(lags) // 2] * 1e6))

    asyncio.run(main())
    return [1]


def compute(n: int) -> int:
    return sum(i * i for i in range(n))


def to_thread(function: Callable[..., object], *arguments: object) -> Awaitable[object]:
    if not hasattr(asyncio, "to_thread"):
        raise Unsupported("needs asyncio.to_thread, which is new in Python 3.9")
    return asyncio.to_thread(function, *arguments)


def quiet(task: Task) -> list[int]:
    return ticked(task, lambda: asyncio.sleep(task.call_ms / 1000))


def sleep_in_loop(task: Task) -> list[int]:
    async def call() -> None:
        time.sleep(task.call_ms / 1000)

    return ticked(task, call)


def sleep_to_thread(task: Task) -> list[int]:
    return ticked(task, lambda: to_thread(time.sleep, task.call_ms / 1000))


def compute_in_loop(task: Task) -> list[int]:
    async def call() -> None:
        compute(task.n)

    return ticked(task, call)


def compute_to_thread(task: Task) -> list[int]:
    return ticked(task, lambda: to_thread(compute, task.n))


def compute_to_process(task: Task) -> list[int]:
    from concurrent.futures import ProcessPoolExecutor

    with ProcessPoolExecutor(max_workers=1) as executor:
        executor.submit(compute, 1).result()  # its process has started before anything is noted

        async def call() -> None:
            await asyncio.get_running_loop().run_in_executor(executor, compute, task.n)

        return ticked(task, call)


if __name__ == "__main__":
    run(
        {
            "quiet": quiet,
            "sleep-in-loop": sleep_in_loop,
            "sleep-to-thread": sleep_to_thread,
            "compute-in-loop": compute_in_loop,
            "compute-to-thread": compute_to_thread,
            "compute-to-process": compute_to_process,
        },
        imports={
            "sleep-to-thread": ["concurrent.futures.thread"],
            "compute-to-thread": ["concurrent.futures.thread"],
            "compute-to-process": ["concurrent.futures.process"],
        },
    )
