#!/usr/bin/env python3
"""Monthly report. Reads shops in parallel, then puts the figures together."""

import argparse
import random
from collections import defaultdict
from multiprocessing import Pool


def read_shop(shop: int) -> list:
    rng = random.Random(shop)
    return [(shop, day, rng.randrange(40), rng.randrange(1, 900)) for day in range(1, 366)] * 6


def median(values: list) -> float:
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def moving_medians(series: list, width: int) -> list:
    return [median(series[max(0, i - width) : i + 1]) for i in range(len(series))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shops", type=int, default=60)
    parser.add_argument("-j", "--jobs", type=int, default=2)
    args = parser.parse_args()

    with Pool(args.jobs) as pool:
        shops = pool.map(read_shop, range(args.shops), chunksize=args.shops // args.jobs)

    by_product = defaultdict(list)
    for rows in shops:
        for _shop, _day, product, cents in rows:
            by_product[product].append(cents)
    best = max(by_product, key=lambda p: sum(by_product[p]))
    smooth = {p: moving_medians(series, 600) for p, series in sorted(by_product.items())}
    print("best seller:", best)
    print("top median:", max(max(s[600:]) for s in smooth.values()))


if __name__ == "__main__":
    main()
