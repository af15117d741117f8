"""Documents to JSON and back, with the standard library."""

from __future__ import annotations

import json
import threading

from gilbench_worker import Task, run


def document(records: int, seed: int) -> list[dict[str, object]]:
    return [
        {
            "id": k * 7919 + seed,
            "name": f"item {k}",
            "tags": ["red", "green", "blue"][: k % 4],
            "size": {"width": k % 100, "height": k % 37},
            "parent": None if k % 3 else k,
            "sold": k % 2 == 0,
        }
        for k in range(records)
    ]


def there_and_back(records: int, times: int, seed: int) -> int:
    """Return how long the text is, and what the ids are in all, of the last of its copies."""
    copy = document(records, seed)
    text = ""
    for _ in range(times):
        text = json.dumps(copy, separators=(",", ":"))
        copy = json.loads(text)
    return len(text) + sum(record["id"] for record in copy)


def sequential(task: Task) -> list[int]:
    return [there_and_back(task.records, task.times, index) for index in range(task.tasks)]


def threads(task: Task) -> list[int]:
    sums = [0] * task.tasks

    def work(worker: int) -> None:
        for index in range(worker, task.tasks, task.workers):
            sums[index] = there_and_back(task.records, task.times, index)

    started = [threading.Thread(target=work, args=(k,)) for k in range(task.workers)]
    for thread in started:
        thread.start()
    for thread in started:
        thread.join()
    return sums


if __name__ == "__main__":
    run({"sequential": sequential, "threads": threads})
