"""Many GET requests to a local server that takes its time: the article's download examples.

Unless a strategy says otherwise, every request opens a connection of its own and none goes through
a proxy. The answer to a request is the length of its body; one that the server refuses has none.
"""

from __future__ import annotations

import threading
from urllib.error import HTTPError
from urllib.request import ProxyHandler, build_opener, install_opener, urlopen

from gilbench_worker import Task, Unsupported, run

# Once, before any thread: left to itself, urlopen does this at its first call, and threads that all
# come first each do it, TLS set-up included. No proxy; aiohttp uses none unless told to.
install_opener(build_opener(ProxyHandler({})))

# Resident memory before the first request of this process, by strategies that observe its growth.
memory_before: list[int] = []


def fetch(url: str) -> int:
    try:
        with urlopen(url) as response:
            return len(response.read())
    except HTTPError as refusal:
        with refusal:
            return len(refusal.read())


def addresses(task: Task) -> list[str]:
    return [f"{task.server}/item/{index}" for index in range(task.requests)]


def sequential(task: Task) -> list[int]:
    return [fetch(url) for url in addresses(task)]


def thread_pool(task: Task) -> list[int]:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(max_workers=task.workers) as executor:
        return list(executor.map(fetch, addresses(task)))


def threads(task: Task) -> list[int]:
    if not memory_before:
        memory_before.append(memory_kib("VmRSS"))
    urls = addresses(task)
    lengths = [-1] * task.requests

    def work(index: int) -> None:
        lengths[index] = fetch(urls[index])

    started = [threading.Thread(target=work, args=(index,)) for index in range(task.requests)]
    for thread in started:
        thread.start()
    for thread in started:
        thread.join()
    if memory_before[0]:
        task.observe("added-kib", memory_kib("VmHWM") - memory_before[0])
    return lengths


def threads_first_use(task: Task) -> list[int]:
    install_opener(None)  # as in a new process: each thread finds none and builds its own
    return threads(task)


def memory_kib(field: str) -> int:
    """Return resident memory now (VmRSS) or the most there was (VmHWM); 0 without /proc."""
    try:
        with open("/proc/self/status", encoding="ascii", errors="replace") as status:
            return next((int(line.split()[1]) for line in status if line.startswith(field)), 0)
    except FileNotFoundError:
        return 0


def thread_pool_keep_alive(task: Task) -> list[int]:
    from concurrent.futures import ThreadPoolExecutor
    from http.client import HTTPConnection

    connections = []
    own = threading.local()

    def connect() -> None:
        own.connection = HTTPConnection(task.server[len("http://") :])
        connections.append(own.connection)

    def fetch(index: int) -> int:
        own.connection.request("GET", f"/item/{index}")
        return len(own.connection.getresponse().read())

    with ThreadPoolExecutor(max_workers=task.workers, initializer=connect) as executor:
        lengths = list(executor.map(fetch, range(task.requests)))
    for connection in connections:
        connection.close()
    return lengths


def to_thread(task: Task) -> list[int]:
    import asyncio
    from concurrent.futures import ThreadPoolExecutor

    if not hasattr(asyncio, "to_thread"):
        raise Unsupported("needs asyncio.to_thread, which is new in Python 3.9")

    async def main() -> list[int]:
        executor = ThreadPoolExecutor(max_workers=task.workers)
        asyncio.get_running_loop().set_default_executor(executor)
        return await asyncio.gather(*(asyncio.to_thread(fetch, url) for url in addresses(task)))

    return asyncio.run(main())


def requests_pool(task: Task) -> list[int]:
    from concurrent.futures import ThreadPoolExecutor

    import requests

    def scrape(url: str) -> int:
        return len(requests.get(url).content)

    with ThreadPoolExecutor(max_workers=task.workers) as executor:
        return list(executor.map(scrape, addresses(task)))


def requests_session(task: Task) -> list[int]:
    from concurrent.futures import ThreadPoolExecutor

    import requests

    sessions = []
    own = threading.local()

    def open_session() -> None:  # one for each thread: nobody promises that they may be shared
        own.session = requests.Session()
        sessions.append(own.session)

    def scrape(url: str) -> int:
        return len(own.session.get(url).content)

    with ThreadPoolExecutor(max_workers=task.workers, initializer=open_session) as executor:
        lengths = list(executor.map(scrape, addresses(task)))
    for session in sessions:
        session.close()
    return lengths


def httpx_client(task: Task) -> list[int]:
    import asyncio

    import httpx

    async def fetch(client: httpx.AsyncClient, url: str) -> int:
        return len((await client.get(url)).content)

    async def main() -> list[int]:
        # Nothing is encrypted, so no certificates are loaded; no limits, time-outs or proxies.
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
        client = httpx.AsyncClient(limits=limits, timeout=None, trust_env=False, verify=False)
        async with client:
            return await asyncio.gather(*(fetch(client, url) for url in addresses(task)))

    return asyncio.run(main())


def asyncio_closing(task: Task) -> list[int]:
    # urllib closes after every request and knows no limit: so does this.
    return with_aiohttp(task, force_close=True, limit=0)


def asyncio_keep_alive(task: Task) -> list[int]:
    return with_aiohttp(task, limit=0)


def asyncio_default(task: Task) -> list[int]:
    return with_aiohttp(task)  # as the article has it: keeps connections, at most 100 of them


def with_aiohttp(task: Task, **options: int) -> list[int]:
    import asyncio

    import aiohttp

    connections = 0

    async def connected(*_: object) -> None:
        nonlocal connections
        connections += 1

    async def fetch(session: aiohttp.ClientSession, url: str) -> int:
        async with session.get(url) as response:
            return len(await response.read())

    async def main() -> list[int]:
        trace = aiohttp.TraceConfig()
        trace.on_connection_create_end.append(connected)
        connector = aiohttp.TCPConnector(**options)
        async with aiohttp.ClientSession(connector=connector, trace_configs=[trace]) as session:
            return await asyncio.gather(*(fetch(session, url) for url in addresses(task)))

    lengths = asyncio.run(main())
    task.observe("connections", connections)
    return lengths


if __name__ == "__main__":
    pool = ["concurrent.futures.thread"]
    run(
        {
            "sequential": sequential,
            "thread-pool": thread_pool,
            "threads": threads,
            "threads-first-use": threads_first_use,
            "thread-pool-keep-alive": thread_pool_keep_alive,
            "to-thread": to_thread,
            "requests": requests_pool,
            "requests-session": requests_session,
            "httpx": httpx_client,
            "asyncio": asyncio_closing,
            "asyncio-keep-alive": asyncio_keep_alive,
            "asyncio-default": asyncio_default,
        },
        imports={
            "thread-pool": pool,
            "thread-pool-keep-alive": pool,
            "to-thread": ["asyncio", *pool],
            "requests": ["requests", *pool],
            "requests-session": ["requests", *pool],
            "httpx": ["asyncio", "httpx"],
            "asyncio": ["asyncio", "aiohttp"],
            "asyncio-keep-alive": ["asyncio", "aiohttp"],
            "asyncio-default": ["asyncio", "aiohttp"],
        },
    )
