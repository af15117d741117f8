# mean brightness of satellite tiles: numpy, and processes since threads "don't work" in Python
from concurrent.futures import ProcessPoolExecutor

import numpy as np


def load_tile(n):
    return np.full((3000, 3000), n % 256, dtype=np.uint16)


def brightness(tile):
    return float(tile.mean())


def main():
    tiles = [load_tile(n) for n in range(6)]
    with ProcessPoolExecutor(max_workers=2) as pool:
        total = 0.0
        for day in range(12):
            total += sum(pool.map(brightness, tiles)) * (day + 1)
    print(f"{total:.1f}")


if __name__ == "__main__":
    main()
