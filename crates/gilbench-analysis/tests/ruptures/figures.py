"""Known answers for the change points, computed by ruptures.

Run it after a change, with ruptures 1.1:

    python crates/gilbench-analysis/tests/ruptures/figures.py > crates/gilbench-analysis/tests/ruptures/figures.json

The search is theirs: `Dynp`, which looks at every partition into so many segments, and `Pelt`, the pruned one.
The cost is written out here by other means than in Rust, from each segment's own mean and variance.
"""

import json
import sys

import numpy as np
import ruptures
from ruptures.base import BaseCost


class NormalCost(BaseCost):
    """Twice the negative log-likelihood of a normal segment that is no quieter than `least_deviation`."""

    model = ""
    min_size = 1

    def __init__(self, least_deviation: float):
        self.least_variance = least_deviation**2

    def fit(self, signal):
        """Take the values."""
        self.signal = np.asarray(signal).reshape(-1)
        return self

    def error(self, start, end):
        """Return the cost of the values from `start` on and before `end`."""
        segment = self.signal[start:end]
        variance = max(float(np.var(segment)), self.least_variance)
        return (
            len(segment) * np.log(variance)
            + float(((segment - segment.mean()) ** 2).sum()) / variance
        )


def best_of_all(
    values: np.ndarray, penalty: float, least_deviation: float, most: int = 8
) -> list[int]:
    """The best partition with at most so many change points, whatever their number costs."""
    search = ruptures.Dynp(custom_cost=NormalCost(least_deviation), min_size=1, jump=1).fit(values)
    cost = NormalCost(least_deviation).fit(values)

    def total(ends: list[int]) -> float:
        starts = [0, *ends[:-1]]
        return sum(cost.error(*ends) for ends in zip(starts, ends)) + penalty * (len(ends) - 1)

    found = [[len(values)], *(search.predict(n_bkps=count) for count in range(1, most + 1))]
    return min(found, key=total)[:-1]


def row(values: np.ndarray, penalty: float, least_deviation: float) -> dict:
    values = np.round(values, 6)
    search = ruptures.Pelt(custom_cost=NormalCost(least_deviation), min_size=1, jump=1).fit(values)
    pruned = [int(end) for end in search.predict(pen=penalty)[:-1]]
    exact = [int(end) for end in best_of_all(values, penalty, least_deviation)]
    assert pruned == exact, (pruned, exact)
    return {
        "values": list(values),
        "penalty": penalty,
        "least_deviation": least_deviation,
        "change_points": exact,
    }


def main() -> None:
    generator = np.random.default_rng(20261123)
    steps = [
        np.repeat([3.0, 1.0], [5, 25]),
        np.repeat([5.0, 2.0, 1.0], [1, 4, 15]),
        np.repeat([1.0, 1.6, 1.0], [20, 6, 14]),
        np.repeat([1.0, 1.0], [20, 20]),
        np.repeat([2.0, 1.0, 1.4, 1.1], [8, 12, 12, 8]),
    ]
    rows = [
        row(step + generator.normal(0, deviation, len(step)), penalty, deviation * 0.6)
        for step in steps
        for deviation, penalty in ((0.05, 12.0), (0.2, 12.0), (0.2, 5.0))
    ]
    spread = np.repeat([0.02, 0.4], [18, 18])
    rows.append(row(generator.normal(1, spread), 12.0, 0.02))
    rows.append(row(1 + 0.1 * generator.standard_t(2, 40), 12.0, 0.1))
    lines = ",\n".join(json.dumps(found) for found in rows)
    version = json.dumps(ruptures.__version__)
    sys.stdout.write(f'{{\n"ruptures": {version},\n"change_points": [\n{lines}\n]\n}}\n')


if __name__ == "__main__":
    main()
