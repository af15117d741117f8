"""How does multiprocessing start a process by itself? It is asked, and then watched."""

from __future__ import annotations

import os

from gilbench_worker import Task, run

NUMBERS = {"fork": 1, "spawn": 2, "forkserver": 3}

marks = []  # in the child, only a fork finds what was added before it


def report(connection: object) -> None:
    connection.send((os.getppid(), len(marks)))
    connection.close()


def default(task: Task) -> list[int]:
    try:
        import multiprocessing
    except ImportError:
        task.observe("default", 0)
        return [1]
    task.observe("default", NUMBERS[multiprocessing.get_start_method()])
    available = multiprocessing.get_all_start_methods()
    for name in NUMBERS:
        task.observe(f"has-{name}", int(name in available))

    marks.append("added before the start")
    ours, theirs = multiprocessing.Pipe()
    child = multiprocessing.Process(target=report, args=(theirs,))
    child.start()
    theirs.close()
    parent, found = ours.recv()
    child.join()
    task.observe("child-of-this-process", int(parent == os.getpid()))
    task.observe("child-has-its-memory", int(found > 0))
    return [1]


if __name__ == "__main__":
    run({"default": default})
