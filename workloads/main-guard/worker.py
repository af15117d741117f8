"""Runs scripts that start processes, with and without a `__main__` guard, and sees what happens.

A pool without a guard may replace its dying processes for ever. So each script has a process group
of its own, which is killed to the last process.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import textwrap
import threading

from gilbench_worker import Task, run

PROCESSES = 2
FUNCTION = """
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

def cpu_task(n):
    return sum(i * i for i in range(n))

"""
POOL = """
with get_context({method!r}).Pool({processes}) as pool:
    print(pool.map(cpu_task, [3] * 4))
"""
EXECUTOR = """
with ProcessPoolExecutor({processes}, mp_context=get_context({method!r})) as executor:
    print(list(executor.map(cpu_task, [3] * 4)))
"""
RIGHT = b"[5, 5, 5, 5]"


def pool(task: Task) -> list[int]:
    return observe(task, POOL)


def process_executor(task: Task) -> list[int]:
    return observe(task, EXECUTOR)


def pool_guarded(task: Task) -> list[int]:
    return observe(task, guarded(POOL))


def process_executor_guarded(task: Task) -> list[int]:
    return observe(task, guarded(EXECUTOR))


def guarded(statements: str) -> str:
    return 'if __name__ == "__main__":' + textwrap.indent(statements, "    ")


def observe(task: Task, statements: str) -> list[int]:
    script = FUNCTION + statements.format(method=task.start_method, processes=PROCESSES)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "script.py")
        with open(path, "w") as file:
            file.write(script)
        watch(task, path)
    return [1]


def watch(task: Task, path: str) -> None:
    child = subprocess.Popen(
        [sys.executable, path],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    killed = []

    def kill(by: int) -> None:
        killed.append(by)
        os.killpg(child.pid, by)  # not waited for yet, so the number is still its own

    alarm = threading.Timer(task.limit_ms / 1000, kill, [signal.SIGKILL])
    alarm.start()
    failed, broken = 0, False
    for line in child.stderr:  # until no process has it open any more
        sys.stderr.buffer.write(line)
        failed += b"bootstrapping phase" in line
        broken = broken or b"BrokenProcessPool" in line
        if failed > PROCESSES and not killed:  # it has begun to replace them, and will go on
            # All but multiprocessing's resource tracker end at once; it removes semaphores first.
            kill(signal.SIGTERM)
    output = child.stdout.read()
    alarm.cancel()
    alarm.join()
    with contextlib.suppress(PermissionError):  # macOS says so of a group that has ended
        os.killpg(child.pid, signal.SIGKILL)  # whoever is left
    code = child.wait()
    task.observe("exit-code", code)
    task.observe("right-results", int(output.strip() == RIGHT))
    task.observe("children-failed", int(failed > 0))
    task.observe("children-replaced", int(failed > PROCESSES))
    task.observe("broken-process-pool", int(broken))
    task.observe("killed", int(bool(killed)))


if __name__ == "__main__":
    run(
        {
            "as-written": process_executor,
            "pool": pool,
            "process-executor": process_executor,
            "pool-guarded": pool_guarded,
            "process-executor-guarded": process_executor_guarded,
        }
    )
