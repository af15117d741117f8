import asyncio
import random


def distance(a, b):
    previous = list(range(len(b) + 1))
    for i, ca in enumerate(a, 1):
        current = [i]
        for j, cb in enumerate(b, 1):
            current.append(min(previous[j] + 1, current[j - 1] + 1, previous[j - 1] + (ca != cb)))
        previous = current
    return previous[-1]


async def compare(a, b):
    # off the event loop, so nothing blocks
    return await asyncio.to_thread(distance, a, b)


async def main():
    rng = random.Random(4)
    genes = ["".join(rng.choices("ACGT", k=560)) for _ in range(9)]
    pairs = [(a, b) for i, a in enumerate(genes) for b in genes[i + 1 :]]
    results = await asyncio.gather(*(compare(a, b) for a, b in pairs))
    print(min(results), max(results), sum(results))


asyncio.run(main())
