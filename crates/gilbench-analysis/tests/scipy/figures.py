"""Known answers for the statistics, computed by SciPy and NumPy.

Run it after a change, with SciPy 1.15 or later:

    python crates/gilbench-analysis/tests/scipy/figures.py > crates/gilbench-analysis/tests/scipy/figures.json

The Walsh averages, the interpolated interval and the ranks are written out here on purpose, by other means
than in Rust: what agrees was computed twice.
"""

import json
import math
import sys

import numpy as np
import scipy
from scipy import optimize, stats

CONFIDENCE = 0.95
# What rank intervals are formed above the nominal confidence, and that of medians before they are widened.
RESERVE = 0.008
TAIL = (1 - CONFIDENCE) / 2
RANK_TAIL = (1 - CONFIDENCE - RESERVE) / 2
BEFORE_WIDENING = 0.944


def signed_rank_chances(count: int) -> list[float]:
    """The signed-rank distribution, by multiplying out (1 + x)(1 + x^2)...(1 + x^n) in whole numbers."""
    ways = [1]
    for rank in range(1, count + 1):
        longer = ways + [0] * rank
        for total, number in enumerate(ways):
            longer[total + rank] += number
        ways = longer
    return [number / 2**count for number in ways]


def location(values: np.ndarray) -> dict[str, float]:
    """Hodges-Lehmann with the exact signed-rank interval."""
    count = len(values)
    first, second = np.triu_indices(count)
    averages = np.sort((values[first] + values[second]) / 2)
    if count <= 100:
        cumulated = np.cumsum(signed_rank_chances(count))
        outside = int(np.searchsorted(cumulated, RANK_TAIL, side="right")) - 1
        # As far towards the next average as the wanted chance lies between theirs.
        place = outside + (RANK_TAIL - cumulated[outside]) / (
            cumulated[outside + 1] - cumulated[outside]
        )
    else:
        deviation = math.sqrt(count * (count + 1) * (2 * count + 1) / 24)
        place = count * (count + 1) / 4 + stats.norm.ppf(RANK_TAIL) * deviation - 0.5
    places = np.arange(len(averages))
    return {
        "point": float(np.median(averages)),
        "low": float(np.interp(place, places, averages)),
        "high": float(np.interp(len(averages) - 1 - place, places, averages)),
    }


def rank_sum_chances(left: int, right: int) -> list[float]:
    """The rank-sum distribution, by choosing ranks one after another in whole numbers."""
    # ways[k][s]: k ranks chosen so far, s the sum of how far each lies above the least it could be.
    ways = [[0] * (left * right + 1) for _ in range(left + 1)]
    ways[0][0] = 1
    for rank in range(left + right):
        for chosen in range(min(rank, left - 1), -1, -1):
            above = rank - chosen
            for total in range(left * right - above + 1):
                if above <= right and ways[chosen][total]:
                    ways[chosen + 1][total + above] += ways[chosen][total]
    return [number / math.comb(left + right, left) for number in ways[left]]


def shift(left: np.ndarray, right: np.ndarray) -> dict[str, float]:
    """Hodges-Lehmann for two samples with the exact rank-sum interval, which SciPy's own test confirms."""
    differences = np.sort(np.subtract.outer(left, right).ravel())
    if len(left) + len(right) <= 120:
        cumulated = np.cumsum(rank_sum_chances(len(left), len(right)))
        outside = int(np.searchsorted(cumulated, TAIL, side="right")) - 1
        step = np.diff(differences).min() / 2
        for bound, sign in ((differences[outside], 1), (differences[-1 - outside], -1)):
            for inside in (True, False):
                moved = left - (bound + sign * (step if inside else -step))
                accepted = stats.mannwhitneyu(moved, right, method="exact").pvalue > 1 - CONFIDENCE
                assert accepted == inside
    else:
        deviation = math.sqrt(len(left) * len(right) * (len(left) + len(right) + 1) / 12)
        outside = math.floor(len(left) * len(right) / 2 + stats.norm.ppf(TAIL) * deviation - 0.5)
    return {
        "point": float(np.median(differences)),
        "low": differences[outside],
        "high": differences[-1 - outside],
    }


def median_interval(values: np.ndarray) -> dict[str, float]:
    """The interpolated order-statistic interval of Hettmansperger & Sheather (1986), widened."""
    ordered = np.sort(values)
    count = len(ordered)

    def confidence(depth: int) -> float:
        return 1 - 2 * stats.binom.cdf(depth - 1, count, 0.5)

    depth = max(depth for depth in range(1, count // 2 + 1) if confidence(depth) >= BEFORE_WIDENING)
    between = (confidence(depth) - BEFORE_WIDENING) / (confidence(depth) - confidence(depth + 1))
    share = (count - depth) * between / (depth + (count - 2 * depth) * between)
    low = (1 - share) * ordered[depth - 1] + share * ordered[depth]
    high = (1 - share) * ordered[count - depth] + share * ordered[count - depth - 1]
    point = float(np.median(ordered))
    resemblance = np.clip(rank_autocorrelation(values) * (1 + 3 / count), 0, 1)
    factor = math.sqrt(1 + 4 * resemblance)
    # Times are positive: their lower bound moves on the log scale.
    low = math.exp(math.log(point) - factor * (math.log(point) - math.log(low)))
    return {"point": point, "low": low, "high": point + factor * (high - point)}


def p_value(differences: np.ndarray, alternative: str = "two-sided") -> float:
    """SciPy's exact p-value; with zeros or ties, over all assignments of signs."""
    sizes = np.abs(differences)
    plain = (sizes > 0).all() and len(set(sizes)) == len(sizes)
    method = "exact" if plain else stats.PermutationMethod(n_resamples=np.inf)
    return float(
        stats.wilcoxon(
            differences, zero_method="pratt", method=method, alternative=alternative
        ).pvalue
    )


def rank_autocorrelation(values: np.ndarray) -> float:
    """One less half of von Neumann's ratio over ranks, from the plain coefficient and the two ends it lacks."""
    ranks = stats.rankdata(values)
    deviations = ranks - ranks.mean()
    plain = deviations[1:] @ deviations[:-1]
    ends = (deviations[0] ** 2 + deviations[-1] ** 2) / 2
    return float((plain + ends) / (deviations @ deviations))


def paired_rows(generator: np.random.Generator) -> list[dict]:
    rows = []
    for count in (6, 7, 8, 10, 13, 17, 30, 60, 100, 101, 150):
        weather = generator.normal(0, 0.2, count)
        numerators = np.exp(weather + 0.3 + 0.05 * generator.standard_t(2, count))
        denominators = np.exp(weather + 0.05 * generator.standard_t(2, count))
        expected = {
            name: math.exp(value)
            for name, value in location(np.log(numerators / denominators)).items()
        }
        rows.append(
            {"numerators": list(numerators), "denominators": list(denominators), **expected}
        )
    return rows


def unpaired_rows(generator: np.random.Generator) -> list[dict]:
    rows = []
    for left, right in ((6, 6), (6, 8), (8, 8), (13, 10), (22, 22), (60, 60), (8, 100), (70, 60)):
        numerators = np.exp(0.3 + 0.05 * generator.standard_t(2, left))
        denominators = np.exp(0.05 * generator.standard_t(2, right))
        found = shift(np.log(numerators), np.log(denominators))
        rows.append(
            {
                "numerators": list(numerators),
                "denominators": list(denominators),
                **{name: math.exp(value) for name, value in found.items()},
            }
        )
    return rows


def median_rows(generator: np.random.Generator) -> list[dict]:
    return [
        {"values": list(values), **median_interval(values)}
        for count in (6, 7, 8, 9, 10, 13, 17, 22, 30, 60, 151, 1200)
        for values in [np.round(generator.lognormal(0, 0.3, count), 6)]
    ]


def p_value_rows(generator: np.random.Generator) -> list[dict]:
    plain = [generator.normal(0.5, 1, count) for count in (6, 8, 13, 30, 50)]
    tied = [
        np.array([1.0, 1.0, -1.0, 2.0, 2.0, 3.0, 4.0]),
        np.array([0.0, 0.0, 1.0, 2.0, -3.0, 4.0, 5.0, 6.0]),
        np.array([0.0, 1.0, 1.0, 1.0, -1.0, 2.0, 2.0, -2.0, 3.0, 3.0, 0.0, 5.0]),
        np.round(generator.normal(0.6, 1.5, 14)),
    ]
    return [
        {
            "differences": list(values),
            "p_value": p_value(values),
            "below": p_value(values, "less"),
            "above": p_value(values, "greater"),
        }
        for values in plain + tied
    ]


def false_discovery_rows() -> list[dict]:
    """SciPy's Benjamini-Hochberg. A generator of its own: the figures of the others stay as they are."""
    generator = np.random.default_rng(19950101)
    families = [
        [0.04],
        [0.01, 0.02, 0.03, 0.04, 0.05],
        [0.05, 0.04, 0.03, 0.02, 0.01],
        [0.2, 0.2, 0.001, 1.0, 0.001, 0.0],
        list(generator.uniform(0, 1, 40)),
        list(np.concatenate([generator.uniform(0, 0.01, 12), generator.uniform(0, 1, 30)])),
    ]
    return [
        {"p_values": family, "adjusted": list(stats.false_discovery_control(family, method="bh"))}
        for family in families
    ]


def statistics_to_resample() -> dict:
    return {
        "mean": lambda values, axis: np.mean(values, axis=axis),
        "log of deviation": lambda values, axis: np.log(np.std(values, axis=axis) + 2),
    }


def replicate_rows(generator: np.random.Generator) -> list[dict]:
    """Few resamples, kept, so that the bounds can be compared to the last digits."""
    values = generator.lognormal(0, 0.7, 12)
    rows = []
    for name, statistic in statistics_to_resample().items():
        row = {"statistic": name, "point": float(statistic(values, -1))}
        drawn = None
        for method, field in (("BCa", "corrected"), ("percentile", "percentile")):
            found = stats.bootstrap(
                (values,),
                statistic,
                n_resamples=299 if drawn is None else 0,
                bootstrap_result=drawn,
                method=method,
                confidence_level=CONFIDENCE,
                rng=generator,
            )
            drawn = found
            row[field] = [found.confidence_interval.low, found.confidence_interval.high]
        row["replicates"] = list(drawn.bootstrap_distribution)
        row["jackknife"] = [
            float(statistic(np.delete(values, index), -1)) for index in range(len(values))
        ]
        rows.append(row)
    return rows


def bootstrap_rows(generator: np.random.Generator) -> list[dict]:
    """Many resamples: the bounds that another generator must come close to."""
    rows = []
    for count in (12, 30):
        values = generator.lognormal(0, 0.7, count)
        row = {"values": list(values), "point": float(values.mean())}
        for method, field in (("BCa", "corrected"), ("percentile", "percentile")):
            found = stats.bootstrap(
                (values,), np.mean, n_resamples=200_000, batch=10_000, method=method, rng=generator
            ).confidence_interval
            row[field] = [found.low, found.high]
        rows.append(row)
    return rows


def amdahl(workers, one_worker, serial):
    return one_worker * (serial + (1 - serial) / workers)


def usl(workers, one_worker, contention, coherency):
    others = workers - 1
    return one_worker * (1 + contention * others + coherency * workers * others) / workers


def scaling_rows(generator: np.random.Generator) -> list[dict]:
    """Each round fitted by iteration, in the parameters that have names."""
    rows = []
    for law, start, truth, counts in (
        (amdahl, [1, 0.5], [2.0, 0.15], [1, 2, 4, 8]),
        (amdahl, [1, 0.5], [0.03, 0.97], [1, 3, 4]),
        (usl, [1, 0.5, 0.0], [2.0, 0.05, 0.02], [1, 2, 4, 8, 16]),
        (usl, [1, 0.5, 0.0], [40.0, 0.3, 0.0001], [1, 2, 32, 128]),
    ):
        workers = np.array(counts, dtype=float)
        rounds = []
        for _ in range(9):
            weather = generator.normal(0, 0.1)
            noise = generator.normal(0, 0.01, len(workers))
            rounds.append(law(workers, *truth) * np.exp(weather + noise))
        fitted, shares, residuals = [], [], []
        for times in rounds:
            found, _ = optimize.curve_fit(
                law, workers, times, p0=start, sigma=times, ftol=1e-15, xtol=1e-15, gtol=1e-15
            )
            fitted.append(found)
            left = np.log(times / law(workers, *found))
            residuals.append(left)
            shares.append(1 - np.sum(left**2) / (np.var(np.log(times)) * len(times)))
        fitted = np.array(fitted)
        row = {
            "law": law.__name__,
            "workers": counts,
            "times": np.array(rounds).T.tolist(),
            "one_worker": {k: math.exp(v) for k, v in location(np.log(fitted[:, 0])).items()},
            "r_squared": location(np.array(shares)),
            "residuals": [
                {k: math.exp(v) for k, v in location(column).items()}
                for column in np.array(residuals).T
            ],
        }
        for index, name in enumerate(
            ("serial_fraction",) if law is amdahl else ("contention", "coherency")
        ):
            row[name] = location(fitted[:, index + 1])
        rows.append(row)
    return rows


def main() -> None:
    generator = np.random.default_rng(20240607)
    series = [
        np.round(generator.normal(0, 1, 12), 1),
        np.cumsum(generator.normal(0, 1, 20)),
        np.arange(6.0),
    ]
    figures = {
        "normal": [
            {"x": x, "distribution": float(stats.norm.cdf(x))}
            for x in (
                -30.0,
                -8.0,
                -5.0,
                -3.0,
                -2.5,
                -2.4999,
                -1.96,
                -1.0,
                -0.1,
                0.0,
                0.3,
                1.0,
                2.0,
                4.0,
            )
        ],
        "normal_quantiles": [
            {"chance": chance, "quantile": float(stats.norm.ppf(chance))}
            for chance in (1e-12, 1e-5, 0.001, 0.025, 0.2, 0.5, 0.8, 0.975, 0.999)
        ],
        "paired": paired_rows(generator),
        "median": median_rows(generator),
        "p_values": p_value_rows(generator),
        "false_discovery": false_discovery_rows(),
        "autocorrelation": [
            {"values": list(values), "autocorrelation": rank_autocorrelation(values)}
            for values in series
        ],
        "bootstrap_replicates": replicate_rows(generator),
        "bootstrap": bootstrap_rows(generator),
        "signed_rank_confidence": [
            {
                "count": count,
                "wide": 1 - 2 * max(c for c in cumulated if c <= RANK_TAIL),
                "narrow": 1 - 2 * min(c for c in cumulated if c > RANK_TAIL),
            }
            for count in (6, 8, 13)
            for cumulated in [np.cumsum(signed_rank_chances(count))]
        ],
        "scaling": scaling_rows(np.random.default_rng(1993)),
        # From a generator of its own: what stands above keeps its figures.
        "unpaired": unpaired_rows(np.random.default_rng(20260607)),
        "rank_sum_confidence": [
            {
                "counts": [left, right],
                "confidence": 1
                - 2 * max(c for c in np.cumsum(rank_sum_chances(left, right)) if c <= TAIL),
            }
            for left, right in ((8, 8), (8, 13))
        ],
    }
    # One row a line: readable in a diff without a line per number.
    sections = [f'"scipy": {json.dumps(scipy.__version__)}']
    for name, rows in figures.items():
        lines = ",\n".join(json.dumps(row) for row in rows)
        sections.append(f"{json.dumps(name)}: [\n{lines}\n]")
    sys.stdout.write("{\n" + ",\n".join(sections) + "\n}\n")


if __name__ == "__main__":
    main()
