"""How many threads the library behind NumPy's matrix products has, and which variable limits them.

Every question is put to a Python of its own, which starts with no such variable or with one.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

from gilbench_worker import Task, Unsupported, run

VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")

# Multiplies, so that the threads are there, then asks the library, and the kernel.
ASK = """
import json, os
import numpy as np
from threadpoolctl import threadpool_info
np.ones((400, 400)).dot(np.ones((400, 400)))
pool = [pool for pool in threadpool_info() if pool["user_api"] == "blas"][0]
tasks = len(os.listdir("/proc/self/task")) if os.path.isdir("/proc/self/task") else None
layer = pool.get("threading_layer") or "unknown"
print(json.dumps([pool["num_threads"], tasks, pool["internal_api"], layer]))
"""


def start(**variables: str) -> subprocess.Popen[str]:
    environment = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    environment.update(variables)
    command = [sys.executable, "-c", ASK]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


def said(child: subprocess.Popen[str]) -> list:
    output, _ = child.communicate(timeout=60)
    if child.returncode != 0:
        raise RuntimeError(f"the child ended with {child.returncode}")
    return json.loads(output)


def cpus() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def variables(task: Task) -> list[int]:
    """Ask with no variable, then with each of them set to 1, then with two."""
    if cpus() < 2:
        raise Unsupported("needs two CPUs: with one there is nothing to limit")
    threads, tasks, library, layer = said(start())
    task.observe("threads", threads)
    task.observe("threads-for-each-cpu", threads // cpus())
    if tasks is not None:
        task.observe("kernel-tasks", tasks)
    task.observe("is-mkl", int(library == "mkl"))
    task.observe("is-openmp", int(layer == "openmp"))
    task.observe("is-pthreads", int(layer == "pthreads"))
    for variable in VARIABLES:
        limited = said(start(**{variable: "1"}))[0] == 1
        task.observe("obeys-" + variable.split("_")[0].lower(), int(limited))
    both = said(start(OMP_NUM_THREADS="1", MKL_NUM_THREADS="1"))[0] == 1  # as the article has it
    task.observe("obeys-both", int(both))
    return [1]


def processes(task: Task) -> list[int]:
    """Add up the threads of several processes: as many as the libraries take, and when asked."""
    threads = in_processes(task.processes)
    task.observe("threads-default", threads)
    task.observe("threads-default-for-each-cpu", threads // cpus())
    if cpus() >= 8:  # a library may refuse to have more threads than there are CPUs
        task.observe("threads-eight", in_processes(task.processes, OMP_NUM_THREADS="8"))
    return [1]


def in_processes(processes: int, **variables: str) -> int:
    children = [start(**variables) for _ in range(processes)]
    return sum(said(child)[0] for child in children)


if __name__ == "__main__":
    run(
        {"variables": variables, "processes": processes},
        imports={name: ["numpy", "threadpoolctl"] for name in ("variables", "processes")},
    )
