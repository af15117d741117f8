"""Every batch gets a fresh pool, so that no batch sees the state of another."""

import multiprocessing as mp

import numpy as np


def energy(n):
    return float(np.square(np.arange(n)).sum())


if __name__ == "__main__":
    context = mp.get_context("spawn")
    total = 0.0
    for batch in range(14):
        with context.Pool(2) as pool:
            total += sum(pool.map(energy, range(batch * 10, batch * 10 + 10)))
    print(total)
