"""What a waiter weighs: the memory of a process while all of its waiters are parked."""

from __future__ import annotations

import gc
import os
import threading

from gilbench_worker import Task, Unsupported, run

# Memory before the first waiter of this process: what is freed later stays with the process.
before: list[int] = []


def memory_bytes() -> int:
    """Return the process's proportional set size: what it alone would need of shared pages."""
    try:
        with open("/proc/self/smaps_rollup", encoding="ascii", errors="replace") as rollup:
            for line in rollup:
                if line.startswith("Pss:"):
                    return int(line.split()[1]) * 1024
    except FileNotFoundError:
        pass
    raise Unsupported("needs /proc/self/smaps_rollup, of Linux 4.14")


def note_before() -> None:
    if not before:
        gc.collect()
        before.append(memory_bytes())


def observe_parked(task: Task) -> None:
    now = memory_bytes()
    kernel_threads = len(os.listdir("/proc/self/task"))
    task.observe("bytes-per-waiter", (now - before[0]) // task.waiters)
    task.observe("added-kib", (now - before[0]) // 1024)
    task.observe("process-kib", now // 1024)
    task.observe("waiters-per-thread", task.waiters // kernel_threads)


def threads(task: Task) -> list[int]:
    note_before()
    done = [-1] * task.waiters
    gate = threading.Event()
    parked = threading.Semaphore(0)

    def wait(index: int) -> None:
        parked.release()
        gate.wait()
        done[index] = index

    started = [threading.Thread(target=wait, args=(index,)) for index in range(task.waiters)]
    for thread in started:
        thread.start()
    for _ in started:
        parked.acquire()
    observe_parked(task)
    gate.set()
    for thread in started:
        thread.join()
    return done


def asyncio_tasks(task: Task) -> list[int]:
    import asyncio

    async def wait(index: int, gate: asyncio.Event, parked: asyncio.Semaphore) -> int:
        parked.release()
        await gate.wait()
        return index

    async def main() -> list[int]:
        gate, parked = asyncio.Event(), asyncio.Semaphore(0)
        waits = [asyncio.ensure_future(wait(index, gate, parked)) for index in range(task.waiters)]
        for _ in waits:
            await parked.acquire()
        observe_parked(task)
        gate.set()
        return await asyncio.gather(*waits)

    note_before()
    return asyncio.run(main())


def to_thread(task: Task) -> list[int]:
    import asyncio
    from concurrent.futures import ThreadPoolExecutor

    if not hasattr(asyncio, "to_thread"):
        raise Unsupported("needs asyncio.to_thread, which is new in Python 3.9")
    gate = threading.Event()
    parked = threading.Semaphore(0)

    def wait(index: int) -> int:
        parked.release()
        gate.wait()
        return index

    async def main() -> list[int]:
        executor = ThreadPoolExecutor(max_workers=task.waiters)
        asyncio.get_running_loop().set_default_executor(executor)
        waits = [asyncio.ensure_future(asyncio.to_thread(wait, i)) for i in range(task.waiters)]
        await asyncio.sleep(0)  # each hands its call over
        for _ in waits:
            parked.acquire()
        observe_parked(task)
        gate.set()
        return await asyncio.gather(*waits)

    note_before()
    return asyncio.run(main())


if __name__ == "__main__":
    # Two again, with what a program that fetches has imported besides.
    run(
        {
            "threads": threads,
            "threads-urllib": threads,
            "asyncio": asyncio_tasks,
            "asyncio-aiohttp": asyncio_tasks,
            "to-thread": to_thread,
        },
        imports={
            "threads-urllib": ["urllib.request"],
            "asyncio": ["asyncio"],
            "asyncio-aiohttp": ["asyncio", "aiohttp"],
            "to-thread": ["asyncio", "concurrent.futures.thread"],
        },
    )
