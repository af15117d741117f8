"""What becomes of a forked child that uses CUDA? Asks child.py, a fresh interpreter that forks."""

from __future__ import annotations

import importlib.util
import json
import os
import sys

from gilbench_worker import Task, Unsupported, run
from gilbench_worker.bounded import run_bounded

CHILD = os.path.join(os.path.dirname(os.path.abspath(__file__)), "child.py")


def fork(task: Task) -> list[int]:
    # Not imported here: initialising CUDA is the child's business, and it would take seconds.
    if importlib.util.find_spec("torch") is None:
        raise Unsupported("needs torch")
    # So long for what is before the fork, and as long for what comes after it.
    outcome = run_bounded([sys.executable, CHILD, str(task.limit_s)], 2 * task.limit_s)
    sys.stderr.write(outcome.stderr)
    if outcome.exit_code is None:
        raise RuntimeError(f"CUDA was not initialised within {task.limit_s} s")
    if outcome.exit_code != 0:
        raise RuntimeError(f"ended with {outcome.exit_code}: {outcome.last_words()}")
    # What a library prints comes before the answer.
    observed = json.loads(outcome.stdout.splitlines()[-1])
    if not observed:
        raise Unsupported("no CUDA device that torch can use")
    for name, number in observed.items():
        task.observe(name, number)
    return [1]


if __name__ == "__main__":
    run({"fork": fork})
