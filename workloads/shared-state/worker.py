"""What several threads share, and what it costs them: each way against the same on one thread."""

from __future__ import annotations

import threading

from gilbench_worker import Task, run

TYPE_CHECKING = False  # as in `typing`, without its import
if TYPE_CHECKING:
    from collections.abc import Callable

    Work = Callable[[int], None]
    Total = Callable[[], int]
    Kind = Callable[[Task], tuple[Work, Total]]
    Strategy = Callable[[Task], list[int]]


class Shared:
    """Has the class attribute that all write."""

    latest = 0


def own(task: Task) -> tuple[Work, Total]:
    """Nothing is shared but the list of what each task has counted by itself."""
    counts = [0] * task.tasks

    def work(index: int) -> None:
        count = [0]
        for _ in range(task.steps):
            count[0] += 1
        counts[index] = count[0]

    return work, lambda: sum(counts)


def dictionary(task: Task) -> tuple[Work, Total]:
    """One dictionary, in which each task has a key of its own."""
    counts = dict.fromkeys(range(task.tasks), 0)

    def work(index: int) -> None:
        for _ in range(task.steps):
            counts[index] += 1

    return work, lambda: sum(counts.values())


def append(task: Task) -> tuple[Work, Total]:
    """One list, to which all append."""
    items = []

    def work(index: int) -> None:
        for _ in range(task.steps):
            items.append(index)

    return work, lambda: len(items)


def attribute(task: Task) -> tuple[Work, Total]:
    """One attribute of a class: whichever task is the last to write it, it writes the same."""

    def work(_: int) -> None:
        for step in range(task.steps):
            Shared.latest = step + 1

    return work, lambda: Shared.latest * task.tasks


def lock(task: Task) -> tuple[Work, Total]:
    """One count, which all change under one lock."""
    guard = threading.Lock()
    count = [0]

    def work(_: int) -> None:
        for _ in range(task.steps):
            with guard:
                count[0] += 1

    return work, lambda: count[0]


def sequential(kind: Kind) -> Strategy:
    def strategy(task: Task) -> list[int]:
        work, total = kind(task)
        for index in range(task.tasks):
            work(index)
        return [total()]

    return strategy


def threads(kind: Kind) -> Strategy:
    def strategy(task: Task) -> list[int]:
        work, total = kind(task)

        def some(worker: int) -> None:
            for index in range(worker, task.tasks, task.workers):
                work(index)

        started = [threading.Thread(target=some, args=(k,)) for k in range(task.workers)]
        for thread in started:
            thread.start()
        for thread in started:
            thread.join()
        return [total()]

    return strategy


KINDS = {"dict": dictionary, "append": append, "attribute": attribute, "lock": lock}

if __name__ == "__main__":
    strategies = {"sequential": sequential(own), "threads": threads(own)}
    for name, kind in KINDS.items():
        strategies["sequential-" + name] = sequential(kind)
        strategies["threads-" + name] = threads(kind)
    run(strategies)
