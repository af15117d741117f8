"""The article's CPU-bound task where there is no modern Python: see worker.py."""

import sys

sys.path.append((sys.argv[0].rpartition("/")[0] or ".") + "/../_worker")
from gilbench_minimal import lazy_range, run, run_threads


def cpu_task(n):
    return sum(i * i for i in lazy_range(n))


def sequential(task):
    return [cpu_task(task.n) for _ in range(task.tasks)]


def threads(task):
    totals = [0] * task.tasks

    def work(worker):
        for index in range(worker, task.tasks, task.workers):
            totals[index] = cpu_task(task.n)

    run_threads([lambda k=k: work(k) for k in range(task.workers)])
    return totals


if __name__ == "__main__":
    run({"sequential": sequential, "threads": threads})
