"""A tiny ray caster. Each process renders some rows of the picture."""

from __future__ import annotations

import math
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from typing import NamedTuple


class Sphere(NamedTuple):
    x: float
    y: float
    z: float
    radius: float


SCENE = [Sphere(math.sin(i) * 2, math.cos(i * 1.7) * 2, 6 + i % 3, 0.6) for i in range(12)]


def trace(dx: float, dy: float) -> float:
    norm = math.sqrt(dx * dx + dy * dy + 1)
    ux, uy, uz = dx / norm, dy / norm, 1 / norm
    nearest = math.inf
    for s in SCENE:
        along = ux * s.x + uy * s.y + uz * s.z
        off = s.x * s.x + s.y * s.y + s.z * s.z - along * along
        if off < s.radius * s.radius:
            nearest = min(nearest, along - math.sqrt(s.radius * s.radius - off))
    return nearest


def render_row(y: int, width: int) -> int:
    row = [trace((x - width / 2) / width, (y - width / 2) / width) for x in range(width)]
    return sum(1 for depth in row if depth < math.inf)


def main() -> None:
    width = 930
    with ProcessPoolExecutor() as pool:
        hits = pool.map(partial(render_row, width=width), range(width), chunksize=31)
        print("pixels with a sphere:", sum(hits))


if __name__ == "__main__":
    main()
