"""Balls in a box: objects with attributes and methods that call each other."""

from __future__ import annotations

import threading

from gilbench_worker import Task, run


class Point:
    """Where something is, or how fast it goes."""

    def __init__(self, x: int, y: int) -> None:
        self.x = x
        self.y = y

    def plus(self, other: Point) -> Point:
        """Return a new one."""
        return Point(self.x + other.x, self.y + other.y)


class Ball:
    """Something that moves."""

    def __init__(self, position: Point, speed: Point) -> None:
        self.position = position
        self.speed = speed

    def move(self, width: int) -> None:
        """Go on by one step, and turn round where that has led out of the box."""
        self.position = self.position.plus(self.speed)
        if not 0 <= self.position.x < width:
            self.speed.x = -self.speed.x
        if not 0 <= self.position.y < width:
            self.speed.y = -self.speed.y


def play(balls: int, steps: int, seed: int) -> int:
    """Let them fly through a box without friction; return the sum of where they are in the end."""
    width = 1000
    box = [Ball(Point(k, k + seed), Point(k % 7 + 1, k % 11 + 1)) for k in range(balls)]
    for _ in range(steps):
        for ball in box:
            ball.move(width)
    return sum(ball.position.x + width * ball.position.y for ball in box)


def sequential(task: Task) -> list[int]:
    return [play(task.balls, task.steps, index) for index in range(task.tasks)]


def threads(task: Task) -> list[int]:
    sums = [0] * task.tasks

    def work(worker: int) -> None:
        for index in range(worker, task.tasks, task.workers):
            sums[index] = play(task.balls, task.steps, index)

    started = [threading.Thread(target=work, args=(k,)) for k in range(task.workers)]
    for thread in started:
        thread.start()
    for thread in started:
        thread.join()
    return sums


if __name__ == "__main__":
    run({"sequential": sequential, "threads": threads})
