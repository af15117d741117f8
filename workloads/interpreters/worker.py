"""Interpreters within one process, each with its own GIL: a pool made anew, and one kept."""

from __future__ import annotations

from gilbench_worker import Task, run

TYPE_CHECKING = False  # as in `typing`, without its import
if TYPE_CHECKING:
    from concurrent.futures import InterpreterPoolExecutor

KEPT = {}


def cpu_task(n: int) -> int:
    return sum(i * i for i in range(n))


def sequential(task: Task) -> list[int]:
    return [cpu_task(task.n) for _ in range(task.tasks)]


def started_pool(task: Task) -> InterpreterPoolExecutor:
    """Return a pool that has made its interpreters: one for each item that has to wait."""
    from concurrent.futures import InterpreterPoolExecutor

    pool = InterpreterPoolExecutor(max_workers=task.workers)
    list(pool.map(cpu_task, [1] * task.workers))
    return pool


def interpreter_pool(task: Task) -> list[int]:
    with task.phase("start"):
        pool = started_pool(task)
    with task.phase("work"):
        totals = list(pool.map(cpu_task, [task.n] * task.tasks))
    with task.phase("stop"):
        pool.shutdown()
    return totals


def interpreter_pool_kept(task: Task) -> list[int]:
    """Use one pool in all iterations; the first, which makes it, is warm-up or the only one."""
    with task.phase("start"):
        pool = KEPT.get("pool") or KEPT.setdefault("pool", started_pool(task))
    with task.phase("work"):
        return list(pool.map(cpu_task, [task.n] * task.tasks))


if __name__ == "__main__":
    pools = ["concurrent.futures.interpreter"]
    run(
        {
            "sequential": sequential,
            "interpreter-pool": interpreter_pool,
            "interpreter-pool-kept": interpreter_pool_kept,
        },
        imports={"interpreter-pool": pools, "interpreter-pool-kept": pools},
    )
