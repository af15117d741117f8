"""How many CPUs are there? Every way of asking, beside what the kernel and the cgroup allow."""

from __future__ import annotations

import os

from gilbench_worker import Task, run
from gilbench_worker.cgroup import quota_permille


def count(task: Task) -> list[int]:
    import multiprocessing

    answers = {
        "cpu-count": os.cpu_count(),
        "multiprocessing": multiprocessing.cpu_count(),
        "process-cpu-count": os.process_cpu_count() if hasattr(os, "process_cpu_count") else None,
        "affinity": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None,
    }
    for name, answer in answers.items():
        if answer is not None:
            task.observe(name, answer)
    task.observe("has-affinity", int(answers["affinity"] is not None))

    allowed, quota = cpus_allowed(), quota_permille()
    if allowed is not None:
        task.observe("kernel", allowed)
        for name, answer in answers.items():
            if answer is not None:
                task.observe(f"{name}-above-kernel", max(0, answer - allowed))
    if quota is not None:
        task.observe("quota-permille", quota)
        whole = max(1, -(-quota // 1000))  # a part of a CPU still needs one
        for name, answer in answers.items():
            if answer is not None:
                task.observe(f"{name}-above-quota", max(0, answer - whole))
    return [1]


def cpus_allowed() -> int | None:
    """Return how many CPUs the kernel lets this process run on, affinity and cpuset together."""
    try:
        with open("/proc/self/status", encoding="ascii", errors="replace") as status:
            lines = [line for line in status if line.startswith("Cpus_allowed_list:")]
    except OSError:
        return None
    ranges = [part.split("-") for part in lines[0].split()[1].split(",")]
    return sum(int(part[-1]) - int(part[0]) + 1 for part in ranges)


if __name__ == "__main__":
    run({"count": count}, imports={"count": ["multiprocessing"]})
