"""One native function through ctypes: CDLL releases the GIL around the call, PyDLL holds it."""

from __future__ import annotations

import threading

from gilbench_worker import Task, Unsupported, run

TYPE_CHECKING = False  # as in `typing`, without its import
if TYPE_CHECKING:
    from collections.abc import Callable


def native_function(task: Task, kind: str) -> Callable:
    import ctypes

    if not hasattr(ctypes, kind):
        raise Unsupported("ctypes has no " + kind + " here")
    function = getattr(ctypes, kind)(task.library("libgilbench_kernel.so")).gilbench_xorshift
    function.argtypes = [ctypes.c_uint64, ctypes.c_uint64]
    function.restype = ctypes.c_uint64
    return function


def chain(function: Callable, seed: int, task: Task) -> int:
    """Go on from where the last call ended: so many calls of so many steps."""
    state = seed
    for _ in range(task.calls):
        state = function(state, task.steps)
    return state


def sequential(kind: str) -> Callable:
    def strategy(task: Task) -> list[int]:
        function = native_function(task, kind)
        return [chain(function, seed, task) for seed in range(1, task.tasks + 1)]

    return strategy


def threads(kind: str) -> Callable:
    def strategy(task: Task) -> list[int]:
        function = native_function(task, kind)
        states = [0] * task.tasks

        def work(worker: int) -> None:
            for index in range(worker, task.tasks, task.workers):
                states[index] = chain(function, index + 1, task)

        started = [threading.Thread(target=work, args=(k,)) for k in range(task.workers)]
        for thread in started:
            thread.start()
        for thread in started:
            thread.join()
        return states

    return strategy


if __name__ == "__main__":
    strategies = {
        "sequential": sequential("CDLL"),
        "sequential-pydll": sequential("PyDLL"),
        "threads-cdll": threads("CDLL"),
        "threads-pydll": threads("PyDLL"),
    }
    run(strategies, imports={name: ["ctypes"] for name in strategies})
