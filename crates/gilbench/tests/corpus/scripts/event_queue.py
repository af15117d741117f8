import multiprocessing as mp
from dataclasses import dataclass


@dataclass
class Event:
    id: int
    kind: str
    user: str
    tags: tuple
    value: float


KINDS = ("click", "view", "buy")


def reader(events, n):
    for i in range(n):
        events.put(Event(i, KINDS[i % 3], f"user-{i % 500}", ("a", str(i % 7)), i / 4))
    events.put(None)


def main():
    events = mp.Queue()
    source = mp.Process(target=reader, args=(events, 260_000))
    source.start()
    revenue = 0.0
    while (event := events.get()) is not None:
        if event.kind == "buy":
            revenue += event.value
    source.join()
    print(f"revenue {revenue:.2f}")


if __name__ == "__main__":
    main()
