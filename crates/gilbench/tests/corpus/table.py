"""Formats the figures of `measure.py`, and marks those that contradict a label.

The thresholds are loose: they are to catch a wrong label, not to find the right one.
"""

import os
import statistics

HEAD = """\
# What was measured

Written by `measure.py`, not by hand. The command:

```
python3 crates/gilbench/tests/corpus/measure.py --python cpython-3.12=PATH --python cpython-3.13t=PATH
```

Medians of the three least disturbed runs, on {cpus} CPUs. Ratios of times are over the
time with all CPUs.

- **wall**: seconds with all CPUs
- **CPUs**: CPU seconds of the whole process tree over wall seconds
- **one**: the time when bound to one CPU. Near 1: a second CPU brings nothing
- **control**: the time with the control of the index, which takes the named cause away
- **GIL on**: the time with `PYTHON_GIL=1`, where the label depends on the interpreter
- **others**: CPUs that other programs used in the most disturbed of the runs that count
- **odd**: what one would not expect of the label, see [README.md](README.md)

| script | interpreter | verdict | wall | CPUs | one | control | GIL on | others | odd |
|---|---|---|---|---|---|---|---|---|---|
"""


def summary(runs):
    """Medians of the runs that count."""
    middle = {n: statistics.median(r["wall"] for r in chosen) for n, chosen in runs.items()}
    return {
        "wall": middle["all"],
        "cpus": statistics.median(r["cpu"] / r["wall"] for r in runs["all"]),
        "others": max(r["others"] for chosen in runs.values() for r in chosen),
        "answers": {r["answer"] for n, chosen in runs.items() if n != "control" for r in chosen},
        **{f"{n}/all": wall / middle["all"] for n, wall in middle.items() if n != "all"},
    }


def oddities(verdict, figures):
    """List what contradicts a verdict."""
    cpus, one = figures["cpus"], figures["one/all"]
    control, gil = figures.get("control/all"), figures.get("gil/all")
    many = len(os.sched_getaffinity(0))
    expected = {
        "gil-bound": [("CPUs", 0.7 < cpus < 1.3), ("one", one < 1.25)],
        "parallel": [("CPUs", cpus > 0.75 * many), ("one", one > 0.7 * many)],
        "io-bound": [("CPUs", cpus < 0.4), ("one", one < 1.25)],
        "lock-bound": [("one", one < 1.25)],
        "serial": [("CPUs", 0.7 < cpus < 1.25), ("one", one < 1.25)],
        "loop-blocked": [("CPUs", cpus < 1.25), ("one", one < 1.25)],
        "memory-bound": [("CPUs", cpus > 0.75 * many), ("one", one < 1.35)],
        "throttled": [("CPUs", cpus < 1.1), ("one", 0.85 < one < 1.15)],
    }.get(verdict, [])
    # The rest is a matter of what happens when the named cause is gone.
    if control is not None and verdict not in ("gil-bound", "parallel", "io-bound", "serial"):
        expected.append(("control", control < 0.85))
    if gil is not None and verdict == "parallel":
        expected.append(("GIL on", gil > 1.3))
    if len(figures["answers"]) != 1:
        expected.append(("answers", False))
    return [name for name, holds in expected if not holds]


def row(script, interpreter, runs):
    """Format one line of the table."""
    figures = summary(runs)
    verdict = script[interpreter]["verdict"]
    ratios = [figures.get(f"{name}/all") for name in ("one", "control", "gil")]
    cells = [
        script["file"],
        interpreter,
        verdict,
        f"{figures['wall']:.2f}",
        f"{figures['cpus']:.2f}",
        *("" if ratio is None else f"{ratio:.2f}" for ratio in ratios),
        f"{figures['others']:.2f}",
        ", ".join(oddities(verdict, figures)),
    ]
    return f"| {' | '.join(cells)} |"


def page(scripts, store):
    """Write the whole page, in the order of the index."""
    rows = [
        row(script, interpreter, known["runs"])
        for script in scripts
        for interpreter, known in sorted(store.get(script["file"], {}).items())
    ]
    return HEAD.format(cpus=len(os.sched_getaffinity(0))) + "\n".join(rows) + "\n"
