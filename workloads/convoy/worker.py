"""Round trips to a server, alone and beside something that computes without pause.

All trips go over one connection. What counts is the phase `trips`.
"""

from __future__ import annotations

import multiprocessing
import threading
from http.client import HTTPConnection
from time import perf_counter_ns

from gilbench_worker import Task, run

TYPE_CHECKING = False  # as in `typing`, without its import
if TYPE_CHECKING:
    from multiprocessing.synchronize import Event


def trips(task: Task) -> list[int]:
    connection = HTTPConnection(task.server[len("http://") :])
    connection.connect()
    lengths, times = [], []
    with task.phase("trips"):
        for index in range(task.trips):
            began = perf_counter_ns()
            connection.request("GET", f"/item/{index}")
            lengths.append(len(connection.getresponse().read()))
            times.append(perf_counter_ns() - began)
    connection.close()
    task.observe("median-us", sorted(times)[len(times) // 2] // 1000)
    return lengths


def sequential(task: Task) -> list[int]:
    return trips(task)


def beside_thread(task: Task) -> list[int]:
    computes = threading.Event()
    ended = False

    def compute() -> None:
        computes.set()
        number = 0
        while not ended:
            number = (number * 5 + 1) % 1_000_003

    thread = threading.Thread(target=compute)
    thread.start()
    computes.wait()
    try:
        return trips(task)
    finally:
        ended = True
        thread.join()


def compute_for_ever(computes: Event) -> None:
    computes.set()
    number = 0
    while True:
        number = (number * 5 + 1) % 1_000_003


def beside_process(task: Task) -> list[int]:
    computes = multiprocessing.Event()
    process = multiprocessing.Process(target=compute_for_ever, args=(computes,), daemon=True)
    process.start()
    computes.wait()
    try:
        return trips(task)
    finally:
        process.terminate()
        process.join()


if __name__ == "__main__":
    run(
        {
            "sequential": sequential,
            "beside-thread": beside_thread,
            "beside-process": beside_process,
        }
    )
