"""Counts words: a dictionary for each part of a text, all of them merged."""

from __future__ import annotations

import threading

from gilbench_worker import Task, run


def count_words(words: list[str]) -> dict[str, int]:
    counts = {}
    for word in words:
        counts[word] = counts.get(word, 0) + 1
    return counts


def merge(parts: list[dict[str, int]]) -> dict[str, int]:
    total = {}
    for counts in parts:
        for word, count in counts.items():
            total[word] = total.get(word, 0) + count
    return total


def count_text(parts: int, words: int, seed: int) -> int:
    """Return a number to which every word of a made-up text contributes by how often it occurs."""
    known = [f"word{k}" for k in range(1103)]
    text = [known[k * (k + seed) % 1103] for k in range(parts * words)]
    counted = [count_words(text[k * words : (k + 1) * words]) for k in range(parts)]
    return sum(len(word) * count * count for word, count in merge(counted).items())


def sequential(task: Task) -> list[int]:
    return [count_text(task.parts, task.words, index) for index in range(task.tasks)]


def threads(task: Task) -> list[int]:
    sums = [0] * task.tasks

    def work(worker: int) -> None:
        for index in range(worker, task.tasks, task.workers):
            sums[index] = count_text(task.parts, task.words, index)

    started = [threading.Thread(target=work, args=(k,)) for k in range(task.workers)]
    for thread in started:
        thread.start()
    for thread in started:
        thread.join()
    return sums


if __name__ == "__main__":
    run({"sequential": sequential, "threads": threads})
