"""Many GET requests to a local server that takes its time: the article's download examples.

Every request opens a connection of its own, in every strategy, and none goes through a proxy.
"""

from __future__ import annotations

from urllib.request import ProxyHandler, build_opener, install_opener, urlopen

from gilbench_worker import Task, run

# Once, before any thread: left to itself, urlopen does this at its first call, and threads that all
# come first each do it, TLS set-up included. No proxy; aiohttp uses none unless told to.
install_opener(build_opener(ProxyHandler({})))


def fetch(url: str) -> int:
    with urlopen(url) as response:
        return len(response.read())


def addresses(task: Task) -> list[str]:
    return [f"{task.server}/item/{index}" for index in range(task.requests)]


def sequential(task: Task) -> list[int]:
    return [fetch(url) for url in addresses(task)]


def thread_pool(task: Task) -> list[int]:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(max_workers=task.workers) as executor:
        return list(executor.map(fetch, addresses(task)))


def asyncio_tasks(task: Task) -> list[int]:
    import asyncio

    import aiohttp

    async def fetch(session: aiohttp.ClientSession, url: str) -> int:
        async with session.get(url) as response:
            return len(await response.read())

    async def main() -> list[int]:
        # urllib closes after every request and knows no limit: so does this.
        connector = aiohttp.TCPConnector(force_close=True, limit=0)
        async with aiohttp.ClientSession(connector=connector) as session:
            return await asyncio.gather(*(fetch(session, url) for url in addresses(task)))

    return asyncio.run(main())


if __name__ == "__main__":
    run(
        {"sequential": sequential, "thread-pool": thread_pool, "asyncio": asyncio_tasks},
        imports={
            "thread-pool": ["concurrent.futures.thread"],
            "asyncio": ["asyncio", "aiohttp"],
        },
    )
