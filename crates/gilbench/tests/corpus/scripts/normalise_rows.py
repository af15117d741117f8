"""Scale every column of a table to 0..1, with all cores."""

import random
from multiprocessing import Pool


def scale(column):
    low, high = min(column), max(column)
    return [(x - low) / (high - low) for x in column]


if __name__ == "__main__":
    rng = random.Random(1)
    base = [rng.random() * 100 for _ in range(100_000)]
    columns = [base[i * 999 :] + base[: i * 999] for i in range(40)]
    with Pool(2) as pool:
        for _ in range(6):
            columns = pool.map(scale, columns, chunksize=1)
    print(len(columns), f"{sum(map(sum, columns)):.4f}")
