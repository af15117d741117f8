"""Fetch in threads, then process: in a loop, or in processes as the article chains them."""

from __future__ import annotations

from urllib.request import ProxyHandler, build_opener, install_opener, urlopen

from gilbench_worker import Task, run

# Once, before any thread: left to itself, urlopen does this at its first call, and threads that all
# come first each do it, TLS set-up included.
install_opener(build_opener(ProxyHandler({})))


def download(url: str) -> bytes:
    with urlopen(url) as response:
        return response.read()


def process(data: bytes, passes: int) -> int:
    """Do the article's work, and sum the squares of the bytes as often as there are passes."""
    return len(data) * 2 + sum(sum(byte * byte for byte in data) for _ in range(passes))


def addresses(task: Task) -> list[str]:
    return [f"{task.server}/item/{index}" for index in range(task.requests)]


def sequential(task: Task) -> list[int]:
    return [process(download(url), task.passes) for url in addresses(task)]


def download_in_threads(task: Task) -> list[bytes]:
    from concurrent.futures import ThreadPoolExecutor

    with task.phase("fetch"), ThreadPoolExecutor(max_workers=task.requests) as executor:
        return list(executor.map(download, addresses(task)))


def threads_then_loop(task: Task) -> list[int]:
    bodies = download_in_threads(task)
    with task.phase("process"):
        return [process(data, task.passes) for data in bodies]


def threads_then_processes(task: Task) -> list[int]:
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    bodies = download_in_threads(task)
    context = multiprocessing.get_context(task.start_method)
    with task.phase("process"), ProcessPoolExecutor(task.workers, context) as executor:
        return list(executor.map(process, bodies, [task.passes] * task.requests))


if __name__ == "__main__":
    run(
        {
            "sequential": sequential,
            "threads-then-loop": threads_then_loop,
            "threads-then-processes": threads_then_processes,
        },
        imports={
            "threads-then-loop": ["concurrent.futures.thread"],
            "threads-then-processes": ["concurrent.futures.thread", "concurrent.futures.process"],
        },
    )
