"""Two threads that take turns, each waiting for the other's lock."""

from __future__ import annotations

import threading

from gilbench_worker import Task, run


def threads(task: Task) -> list[int]:
    turns = [0, 0]
    locks = [threading.Lock(), threading.Lock()]
    locks[0].acquire()
    locks[1].acquire()

    def play(own: int) -> None:
        for _ in range(task.turns):
            locks[own].acquire()
            turns[own] += 1
            locks[1 - own].release()

    players = [threading.Thread(target=play, args=(own,)) for own in range(2)]
    for player in players:
        player.start()
    locks[0].release()
    for player in players:
        player.join()
    return turns


if __name__ == "__main__":
    run({"threads": threads})
