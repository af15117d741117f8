"""Usage: group_csv.py COLUMN < data.csv. Without a column, it makes up its own data."""

import csv
import io
import statistics
import sys
from concurrent.futures import ThreadPoolExecutor  # noqa: F401  for later
from itertools import groupby
from operator import itemgetter

import numpy as np


def made_up():
    rng = np.random.default_rng(7)
    ages = rng.integers(18, 90, 450_000)
    towns = rng.integers(0, 40, ages.size)
    yield "town,age,code"
    for i in range(ages.size):
        yield f"T{towns[i]:02d},{ages[i]},{i % 1000:04d}"


def rows(text):
    for row in csv.DictReader(text):
        row["age"] = int(row["age"])
        yield row


column = sys.argv[1] if len(sys.argv) > 1 else "town"
source = sys.stdin if len(sys.argv) > 1 else made_up()
people = sorted(rows(source), key=itemgetter(column))
out = io.StringIO()
table = csv.writer(out)
for name, group in groupby(people, key=itemgetter(column)):
    ages = [person["age"] for person in group]
    table.writerow(
        [
            name,
            len(ages),
            statistics.median(ages),
            f"{statistics.mean(ages):.2f}",
            f"{statistics.pstdev(ages):.2f}",
        ]
    )
print(out.getvalue()[:200])
