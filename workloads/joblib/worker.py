"""The article's CPU-bound task in joblib's processes, cold and warm, and in its threads."""

from __future__ import annotations

from gilbench_worker import Task, run


def cpu_task(n: int) -> int:
    return sum(i * i for i in range(n))


def sequential(task: Task) -> list[int]:
    return [cpu_task(task.n) for _ in range(task.tasks)]


def parallel(task: Task, backend: str, n: int) -> list[int]:
    from joblib import Parallel, delayed

    tasks = (delayed(cpu_task)(n) for _ in range(task.tasks))
    return Parallel(n_jobs=task.workers, backend=backend)(tasks)


def loky_warm(task: Task) -> list[int]:
    with task.phase("start"):  # in the first iteration only: joblib keeps its processes
        parallel(task, "loky", 0)
    with task.phase("work"):
        return parallel(task, "loky", task.n)


def loky_cold(task: Task) -> list[int]:
    from joblib.externals.loky import get_reusable_executor

    with task.phase("work"):
        totals = parallel(task, "loky", task.n)
    with task.phase("stop"):  # without `reuse` it might first start another one
        get_reusable_executor(reuse=True).shutdown(wait=True)
    return totals


def threading(task: Task) -> list[int]:
    return parallel(task, "threading", task.n)


if __name__ == "__main__":
    run(
        {
            "sequential": sequential,
            "loky-cold": loky_cold,
            "loky-warm": loky_warm,
            "threading": threading,
        },
        imports={"loky-cold": ["joblib"], "loky-warm": ["joblib"], "threading": ["joblib"]},
    )
