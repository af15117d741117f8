"""What do profilers see of a program, and does it survive? Lets them look at child.py."""

from __future__ import annotations

import json
import os
import sys
import tempfile

from gilbench_worker import Task, run
from gilbench_worker.bounded import Outcome, run_bounded
from gilbench_worker.pyspy import find_py_spy

CHILD = os.path.join(os.path.dirname(os.path.abspath(__file__)), "child.py")
MAIN_THREAD = 0
DONE = [1]


def child(profiler: str, function: str, workers: int, amount: int) -> list[str]:
    return [sys.executable, CHILD, profiler, function, str(workers), str(amount)]


def cprofile(task: Task, function: str, workers: int, amount: int) -> list[int]:
    outcome = run_bounded(child("cprofile", function, workers, amount), task.limit_s)
    observe_end(task, outcome)
    if outcome.exit_code == 0:
        for name, number in json.loads(outcome.stdout).items():
            task.observe(name, number)
    return DONE


def observe_end(task: Task, outcome: Outcome) -> None:
    task.observe("hung", int(outcome.exit_code is None))
    task.observe("works", int(outcome.exit_code == 0))


def cprofile_main(task: Task) -> list[int]:
    return cprofile(task, "my_computing", MAIN_THREAD, task.n)


def cprofile_main_waiting(task: Task) -> list[int]:
    return cprofile(task, "my_waiting", MAIN_THREAD, task.wait_ms)


def cprofile_threads(task: Task) -> list[int]:
    return cprofile(task, "my_computing", task.workers, task.n)


def cprofile_threads_waiting(task: Task) -> list[int]:
    return cprofile(task, "my_waiting", task.workers, task.wait_ms)


def py_spy(task: Task) -> list[int]:
    with tempfile.TemporaryDirectory() as folder:
        stacks = os.path.join(folder, "stacks")
        record = [find_py_spy(), "record", "--format", "raw", "--output", stacks, "--"]
        # It starts the program itself, so it needs no right to look at anyone else's.
        program = child("none", "my_computing", task.workers, task.n)
        outcome = run_bounded([*record, *program], task.limit_s)
        observe_end(task, outcome)
        if os.path.exists(stacks):
            with open(stacks, encoding="utf-8", errors="replace") as file:
                task.observe("sees-task", int("my_computing" in file.read()))
    if outcome.exit_code != 0:
        sys.stderr.write(outcome.stderr)
    return DONE


if __name__ == "__main__":
    run(
        {
            "cprofile-main": cprofile_main,
            "cprofile-main-waiting": cprofile_main_waiting,
            "cprofile-threads": cprofile_threads,
            "cprofile-threads-waiting": cprofile_threads_waiting,
            "py-spy": py_spy,
        }
    )
