"""Are Python's threads threads of the kernel? Counts them while all are alive."""

from __future__ import annotations

import os
import threading

from gilbench_worker import Task, run


def kernel_tasks() -> set[str] | None:
    """Name the threads of this process as the kernel does; None where there is no /proc."""
    try:
        return set(os.listdir("/proc/self/task"))
    except FileNotFoundError:
        return None


def threads(task: Task) -> list[int]:
    done = [0] * task.tasks
    native_ids = set()
    all_are_here = threading.Barrier(task.workers + 1)
    all_may_leave = threading.Barrier(task.workers + 1)

    def work(worker: int) -> None:
        native_ids.add(threading.get_native_id())
        for index in range(worker, task.tasks, task.workers):
            done[index] = 1
        all_are_here.wait()
        all_may_leave.wait()

    before = kernel_tasks()
    started = [threading.Thread(target=work, args=(k,)) for k in range(task.workers)]
    for thread in started:
        thread.start()
    all_are_here.wait()
    meanwhile = kernel_tasks()
    all_may_leave.wait()
    for thread in started:
        thread.join()

    task.observe("threads", len(started))
    task.observe("distinct-native-ids", len(native_ids))
    if before is not None and meanwhile is not None:
        # Names, not counts: a thread of an earlier iteration may still be on its way out.
        task.observe("kernel-tasks-added", len(meanwhile - before))
    return [sum(done)]


if __name__ == "__main__":
    run({"threads": threads})
