"""What profiling costs: the article's task alone, under cProfile, and while py-spy looks on."""

from __future__ import annotations

import os
import signal
import tempfile
import time

from gilbench_worker import Task, Unsupported, run
from gilbench_worker.bounded import end, start_bounded
from gilbench_worker.pyspy import allow_tracing, find_py_spy

TYPE_CHECKING = False  # as in `typing`, without its import
if TYPE_CHECKING:
    import subprocess


def cpu_task(n: int) -> int:
    return sum(i * i for i in range(n))


def sequential(task: Task) -> list[int]:
    with task.phase("work"):
        return [cpu_task(task.n) for _ in range(task.tasks)]


def cprofile(task: Task) -> list[int]:
    import cProfile

    with task.phase("work"), cProfile.Profile():
        return [cpu_task(task.n) for _ in range(task.tasks)]


def py_spy(task: Task) -> list[int]:
    with tempfile.TemporaryDirectory() as folder:
        log = os.path.join(folder, "log")
        with task.phase("start"):
            profiler = attach(os.path.join(folder, "stacks"), log, task.limit_s)
        try:
            with task.phase("work"):
                totals = [cpu_task(task.n) for _ in range(task.tasks)]
            with task.phase("stop"):
                # As Ctrl-C does: it then writes what it has seen.
                profiler.send_signal(signal.SIGINT)
                profiler.wait(task.limit_s)
        finally:
            end(profiler)
        with open(os.path.join(folder, "stacks"), encoding="utf-8") as stacks:
            if "cpu_task" not in stacks.read():
                raise RuntimeError("py-spy has not seen the task")
    return totals


def attach(stacks: str, log: str, limit_s: float) -> subprocess.Popen:
    """Start py-spy on this process, and return once it samples."""
    record = [find_py_spy(), "record", "--pid", str(os.getpid()), "--duration", "unlimited"]
    with open(log, "wb") as output:
        command = [*record, "--format", "raw", "--output", stacks]
        profiler = start_bounded(command, stdout=output, stderr=output)
    allow_tracing(profiler.pid)
    deadline = time.monotonic() + limit_s
    while True:
        with open(log, encoding="utf-8", errors="replace") as file:
            said = file.read()
        if "Sampling process" in said:
            return profiler
        if profiler.poll() is not None or time.monotonic() > deadline:
            end(profiler)
            errors = [line for line in said.splitlines() if line.startswith("Error")]
            raise Unsupported(f"py-spy cannot look at this process: {' '.join(errors)}")
        time.sleep(0.005)


if __name__ == "__main__":
    run(
        {"sequential": sequential, "cprofile": cprofile, "py-spy": py_spy},
        imports={"cprofile": ["cProfile"]},
    )
