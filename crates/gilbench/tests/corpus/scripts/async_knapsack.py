import asyncio


async def load_items():
    await asyncio.sleep(0.01)
    return [(3 + i * 7 % 31, 10 + i * 13 % 47) for i in range(120)]


async def best_value(items, capacity):
    best = [0] * (capacity + 1)
    for weight, value in items:
        for c in range(capacity, weight - 1, -1):
            other = best[c - weight] + value
            if other > best[c]:
                best[c] = other
    return best[capacity]


async def main():
    items = await load_items()
    for capacity in (500, 1000, 2000, 4000, 8000, 200_000):
        print(capacity, await best_value(items, capacity))


if __name__ == "__main__":
    asyncio.run(main())
