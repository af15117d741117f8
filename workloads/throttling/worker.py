"""Processes that compute, and what a quota does to them: where they run, how often they stop."""

from __future__ import annotations

import ctypes
import resource

from gilbench_worker import Task, Unsupported, run
from gilbench_worker.cgroup import quota_permille, times_throttled

CHUNK = 20_000  # about a millisecond between two looks at where the process runs


def compute(n: int) -> tuple[int, list[int]]:
    """Return the sum of the squares below n, and the CPUs on which it was formed."""
    where = ctypes.CDLL(None).sched_getcpu
    total, cpus = 0, set()
    for start in range(0, n, CHUNK):
        total += sum(i * i for i in range(start, min(start + CHUNK, n)))
        cpus.add(where())
    return total, sorted(cpus)


def processes(task: Task) -> list[int]:
    from multiprocessing import get_context

    if not hasattr(ctypes.CDLL(None), "sched_getcpu"):
        raise Unsupported("needs sched_getcpu of the C library")
    throttled, switches = times_throttled(), count_switches()
    # Forked whatever the default is: a fork server's children are not ours to account for.
    with get_context("fork").Pool(task.workers) as pool:
        answers = pool.map(compute, [task.n] * task.tasks, chunksize=1)
        pool.close()
        pool.join()
    switches = count_switches() - switches
    if throttled is not None:
        throttled = times_throttled() - throttled
        task.observe("throttled", throttled)
    # A quota that was never used up, on a machine too busy for that, has not done anything.
    if throttled or quota_permille() is None:
        task.observe("switches", switches)
        task.observe("cpus-used", len({cpu for _, cpus in answers for cpu in cpus}))
    return [total for total, _ in answers]


def count_switches() -> int:
    """Return the context switches of this process and of children that have ended.

    What `perf stat -e cs` counts when it starts the program: those that the kernel books to its
    tasks, whether the task gave up the CPU or was made to.
    """
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_nvcsw + usage.ru_nivcsw for usage in usages)


if __name__ == "__main__":
    run({"processes": processes}, imports={"processes": ["multiprocessing.pool"]})
