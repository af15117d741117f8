"""Diagnoses every script of the corpus and says how often the diagnosis is what the label says.

Prints a line for each diagnosis, then the confusion matrix in Markdown: rows are labels, columns the
verdicts that were given. A verdict that `accepted` names counts as right.
"""

import argparse
import json
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import index

HERE = Path(__file__).resolve().parent
VERDICTS = [
    "gil-bound",
    "parallel",
    "io-bound",
    "lock-bound",
    "serial",
    "pickling-bound",
    "overhead-bound",
    "oversubscribed",
    "loop-blocked",
    "memory-bound",
    "throttled",
    "undecided",
]


def arguments():
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gilbench", default="gilbench", help="the program")
    parser.add_argument("--python", action="append", required=True, metavar="ID=PATH")
    parser.add_argument("--only", action="append", default=[], metavar="FILE")
    parser.add_argument("--budget", default="20s", help="of each diagnosis")
    parser.add_argument("--once", action="store_true", help="one run for each diagnosis")
    parser.add_argument("--repeat", type=int, default=1, help="so many diagnoses of each script")
    parser.add_argument("--load", action="store_true", help="keep one CPU busy meanwhile")
    return parser.parse_args()


def diagnose(options, script, python):
    """Run `gilbench diagnose` and read its answer."""
    program = [python, f"scripts/{script['file']}", *(script.get("args") or [])]
    how = ["--once"] if options.once else ["--budget", options.budget]
    ran = subprocess.run(
        [
            *(options.gilbench, "diagnose", "--format", "json", *how, "--"),
            *(script.get("prefix") or []),
            *program,
        ],
        cwd=HERE,
        input=script.get("stdin") or "",
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode != 0:
        raise SystemExit(f"{script['file']}: {ran.stderr}")
    return json.loads(ran.stdout)


class Tally:
    """What was judged so far."""

    def __init__(self):
        self.counts = Counter()
        self.total = self.right = self.remedies = self.useless = self.apart = 0

    def judge(self, label, answer):
        """Count an answer, and give the words for it."""
        verdict, remedies = answer["verdict"], answer["remedies"]
        right = verdict in [label["verdict"], *(label.get("accepted") or [])]
        remedy = remedies[0]["remedy"] in label["remedies"]
        gains = [remedy["gain"] for remedy in remedies if remedy["gain"]]
        self.counts[label["verdict"], label["verdict"] if right else verdict] += 1
        self.total += 1
        self.right += right
        self.remedies += remedy
        self.useless += sum(gain["kind"] == "measured" and gain["low"] <= 1 for gain in gains)
        return ("ok   " if right else "WRONG") + (" ok    " if remedy else " REMEDY")

    def print(self):
        """Print the confusion matrix, and the sums."""
        given = [name for name in VERDICTS if any(name == column for _, column in self.counts)]
        print("\n| label | " + " | ".join(given) + " |\n|---|" + "---:|" * len(given))
        for label in VERDICTS:
            if any(label == row for row, _ in self.counts):
                cells = (str(self.counts.get((label, name), "·")) for name in given)
                print(f"| {label} | " + " | ".join(cells) + " |")
        print(
            f"\n{self.right} of {self.total} verdicts are right, and {self.remedies} first remedies. "
            f"{self.useless} remedies were measured to be none. "
            f"{self.apart} scripts were not diagnosed alike each time."
        )


def main():
    """Diagnose the scripts."""
    options = arguments()
    pythons = dict(word.split("=", 1) for word in options.python)
    tally = Tally()
    load = [subprocess.Popen([sys.executable, "-c", "while True: pass"])] if options.load else []
    try:
        for script in index.read(HERE / "corpus.yaml")["scripts"]:
            if options.only and script["file"] not in options.only:
                continue
            for interpreter, python in pythons.items():
                label = script.get(interpreter)
                if not label:
                    continue
                verdicts = set()
                for _ in range(options.repeat):
                    begun = time.monotonic()
                    answer = diagnose(options, script, str(Path(python).absolute()))
                    verdicts.add(answer["verdict"])
                    marks = tally.judge(label, answer)
                    said = f"{answer['verdict']} ({answer['confidence']:.2f}), {answer['remedies'][0]['remedy']}"
                    took = time.monotonic() - begun
                    print(
                        f"{marks} {script['file']} {interpreter}: {said}; {took:.0f} s", flush=True
                    )
                tally.apart += len(verdicts) > 1
    finally:
        for process in load:
            process.kill()
            process.wait()
    tally.print()


if __name__ == "__main__":
    main()
