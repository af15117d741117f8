"""Replaces words in long texts."""

from __future__ import annotations

import threading

from gilbench_worker import Task, run

SENTENCE = "The quick brown fox jumps over the lazy dog; the dog does not mind the fox. "


def replace(sentences: int, times: int, seed: int) -> int:
    """Replace words by longer ones and back; return the lengths of the texts on the way."""
    text = SENTENCE * (sentences + seed)
    lengths = 0
    for _ in range(times):
        longer = text.replace("fox", "elephant").replace("dog", "hippopotamus")
        text = longer.replace("hippopotamus", "dog").replace("elephant", "fox")
        lengths += len(longer) + len(text)
    return lengths


def sequential(task: Task) -> list[int]:
    return [replace(task.sentences, task.times, index) for index in range(task.tasks)]


def threads(task: Task) -> list[int]:
    lengths = [0] * task.tasks

    def work(worker: int) -> None:
        for index in range(worker, task.tasks, task.workers):
            lengths[index] = replace(task.sentences, task.times, index)

    started = [threading.Thread(target=work, args=(k,)) for k in range(task.workers)]
    for thread in started:
        thread.start()
    for thread in started:
        thread.join()
    return lengths


if __name__ == "__main__":
    run({"sequential": sequential, "threads": threads})
