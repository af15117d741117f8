import asyncio


async def add(a, b):
    return a + b


async def total(numbers):
    if len(numbers) == 1:
        return numbers[0]
    half = len(numbers) // 2
    left = asyncio.create_task(total(numbers[:half]))
    right = asyncio.create_task(total(numbers[half:]))
    return await add(await left, await right)


if __name__ == "__main__":
    for _ in range(6):
        print(asyncio.run(total(list(range(25_000)))))
