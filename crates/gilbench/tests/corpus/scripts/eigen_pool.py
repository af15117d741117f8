"""Spectra of random matrices (GOE), more processes than cores "to hide latencies"."""

import multiprocessing as mp
import os

import numpy as np


def smallest_gap(seed):
    rng = np.random.default_rng(seed)
    gap = np.inf
    for _ in range(14):
        a = rng.standard_normal((200, 200))
        levels = np.linalg.eigvalsh(a + a.T)
        gap = min(gap, np.diff(levels).min())
    return gap


if __name__ == "__main__":
    with mp.Pool(2 * (os.cpu_count() or 1)) as pool:
        gaps = pool.map(smallest_gap, range(8), chunksize=1)
    print(f"{min(gaps):.5f} {max(gaps):.5f}")
