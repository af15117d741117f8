"""Threads that compute while the interpreter makes them pass the GIL on more or less often."""

from __future__ import annotations

import sys
import threading

from gilbench_worker import Task, Unsupported, run

TYPE_CHECKING = False  # as in `typing`, without its import
if TYPE_CHECKING:
    from collections.abc import Callable


def cpu_task(n: int) -> int:
    return sum(i * i for i in range(n))


def sequential(task: Task) -> list[int]:
    return observed(task, lambda: [cpu_task(task.n) for _ in range(task.tasks)])


def threads(task: Task) -> list[int]:
    totals = [0] * task.tasks

    def work(worker: int) -> None:
        for index in range(worker, task.tasks, task.workers):
            totals[index] = cpu_task(task.n)

    def all_of_them() -> list[int]:
        started = [threading.Thread(target=work, args=(k,)) for k in range(task.workers)]
        for thread in started:
            thread.start()
        for thread in started:
            thread.join()
        return totals

    return observed(task, all_of_them)


def observed(task: Task, compute: Callable[[], list[int]]) -> list[int]:
    """Compute under the size's switch interval, and count how often a thread had to wait."""
    import resource

    if not hasattr(sys, "setswitchinterval"):
        raise Unsupported("has no sys.setswitchinterval")
    before = sys.getswitchinterval()
    sys.setswitchinterval(task.interval_us / 1e6)
    waited = resource.getrusage(resource.RUSAGE_SELF).ru_nvcsw
    try:
        answer = compute()
    finally:
        sys.setswitchinterval(before)
    waited = resource.getrusage(resource.RUSAGE_SELF).ru_nvcsw - waited
    task.observe("voluntary-switches", waited)
    return answer


if __name__ == "__main__":
    run(
        {"sequential": sequential, "threads": threads},
        imports={"sequential": ["resource"], "threads": ["resource"]},
    )
