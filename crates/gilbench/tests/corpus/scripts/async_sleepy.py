import asyncio
import time


class Robot:
    def __init__(self, name):
        self.name = name
        self.steps = 0

    async def move(self):
        time.sleep(0.04)
        self.steps += 1

    async def patrol(self, n):
        for _ in range(n):
            await self.move()
            await asyncio.sleep(0)


async def main():
    robots = [Robot(name) for name in ("r2", "c3", "bb8", "k2", "ig11")]
    await asyncio.gather(*(robot.patrol(11) for robot in robots))
    for robot in robots:
        print(robot.name, robot.steps)


asyncio.run(main())
