"""Feeds come in all the time, and a watchdog should tick every 20 ms."""

import asyncio
import json
import time
from collections import Counter

late = []


async def watchdog(stop):
    while not stop.is_set():
        before = time.monotonic()
        await asyncio.sleep(0.02)
        late.append(time.monotonic() - before > 0.1)


def parse(document):
    counts = Counter()
    for entry in json.loads(document):
        words = entry["title"].lower().split()
        counts.update(a + b for a, b in zip(words, words[1:]))
    return counts


async def feed(n, results):
    for _ in range(3):
        await asyncio.sleep(0.03)
        titles = [
            {"title": f"Story {i} about thing {i % (n + 7)} in the news today"}
            for i in range(22_000)
        ]
        results.update(parse(json.dumps(titles)))


async def main():
    stop = asyncio.Event()
    watch = asyncio.create_task(watchdog(stop))
    results = Counter()
    await asyncio.gather(*(feed(n, results) for n in range(8)))
    stop.set()
    await watch
    print(len(results), results["thenews"], "late:", any(late))


asyncio.run(main())
