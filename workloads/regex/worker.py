"""Finds addresses and dates in a log with regular expressions."""

from __future__ import annotations

import re
import threading

from gilbench_worker import Task, run

ADDRESS = re.compile(r"[a-z]+[0-9]*@[a-z]+\.(?:com|org|net)")
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def log(lines: int, seed: int) -> str:
    return "".join(
        f"2026-01-{k % 28 + 1:02} user{k + seed}@example.org paid {k * 37} to shop{k % 9}@a.com\n"
        for k in range(lines)
    )


def search(lines: int, times: int, seed: int) -> int:
    """Return the number of characters in everything that is found."""
    text = log(lines, seed)
    found = 0
    for _ in range(times):
        found += sum(map(len, ADDRESS.findall(text))) + sum(map(len, DATE.findall(text)))
    return found


def sequential(task: Task) -> list[int]:
    return [search(task.lines, task.times, index) for index in range(task.tasks)]


def threads(task: Task) -> list[int]:
    lengths = [0] * task.tasks

    def work(worker: int) -> None:
        for index in range(worker, task.tasks, task.workers):
            lengths[index] = search(task.lines, task.times, index)

    started = [threading.Thread(target=work, args=(k,)) for k in range(task.workers)]
    for thread in started:
        thread.start()
    for thread in started:
        thread.join()
    return lengths


if __name__ == "__main__":
    run({"sequential": sequential, "threads": threads})
