"""Does `top -p $(pgrep -f ...)` show the program? Runs both tools on sleeping children."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from gilbench_worker import Task, Unsupported, run
from gilbench_worker.bounded import end, run_bounded, start_bounded

SLEEP = "import sys, time; time.sleep(float(sys.argv[1]))"


def one_process(task: Task) -> list[int]:
    return look_at(task, 1)


def several_processes(task: Task) -> list[int]:
    return look_at(task, task.processes)


def look_at(task: Task, processes: int) -> list[int]:
    for tool in ("pgrep", "top"):
        if shutil.which(tool) is None:
            raise Unsupported(f"needs {tool}")
    # What the children are found by: in no other command line, so no other program is looked at.
    mark = f"gilbench-top-tools-{os.getpid()}"
    sleepers = []
    try:
        for _ in range(processes):
            command = [sys.executable, "-c", SLEEP, str(task.limit_s), mark]
            sleepers.append(start_bounded(command, stdout=subprocess.DEVNULL))
        found = run_bounded(["pgrep", "-f", mark], task.limit_s)
        pids = found.stdout.split()
        task.observe("found", len(pids))
        if sorted(map(int, pids)) != sorted(child.pid for child in sleepers):
            raise RuntimeError(f"pgrep found {pids}: {found.last_words()}")
        # The shell makes a word of each line, as it does of `$(pgrep ...)` without quotes.
        words = run_bounded(["top", "-b", "-n", "1", "-p", *pids], task.limit_s)
        commas = run_bounded(["top", "-b", "-n", "1", "-p", ",".join(pids)], task.limit_s)
    finally:
        for child in sleepers:
            end(child)
    task.observe("exit-code", words.exit_code)
    task.observe("shown", shown(words.stdout, pids))
    task.observe("exit-code-with-commas", commas.exit_code)
    task.observe("shown-with-commas", shown(commas.stdout, pids))
    if words.exit_code != 0:
        sys.stderr.write(words.stderr)
    return [1]


def shown(table: str, pids: list[str]) -> int:
    """Count the processes that have a row in the table."""
    rows = [line.split() for line in table.splitlines()]
    return sum(any(row and row[0] == pid for row in rows) for pid in pids)


if __name__ == "__main__":
    run({"one-process": one_process, "several-processes": several_processes})
