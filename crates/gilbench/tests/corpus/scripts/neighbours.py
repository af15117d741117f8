"""All pairs of points that are close. The workers return what they found."""

from __future__ import annotations

import random
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass


@dataclass(frozen=True)
class Point:
    x: int
    y: int


@dataclass(frozen=True)
class Pair:
    a: Point
    b: Point
    distance: float


def close(points: list[Point]) -> list[Pair]:
    found = []
    for p, q in zip(points, points[1:]):
        found.append(Pair(p, q, abs(p.x - q.x) + abs(p.y - q.y)))
    return found


def main() -> None:
    rng = random.Random(3)
    regions = [
        [Point(rng.randrange(10**4), rng.randrange(10**4)) for _ in range(15_000)]
        for _ in range(32)
    ]
    with ProcessPoolExecutor(2) as pool:
        pairs = [pair for found in pool.map(close, regions) for pair in found]
    print(len(pairs), sum(pair.distance for pair in pairs))


if __name__ == "__main__":
    main()
