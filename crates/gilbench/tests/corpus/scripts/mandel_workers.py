#!/usr/bin/env python3
"""Mandelbrot rows from a work queue. Usage: mandel_workers.py [--workers N] [--size N]."""

import argparse
import queue
import threading


def row(y: int, size: int, limit: int) -> str:
    chars = []
    for x in range(size):
        c = complex(3.0 * x / size - 2.2, 2.4 * y / size - 1.2)
        z = 0j
        n = 0
        while n < limit and z.real * z.real + z.imag * z.imag < 4.0:
            z = z * z + c
            n += 1
        chars.append(" .:-=+*#%@"[n * 9 // limit])
    return "".join(chars)


def worker(jobs: "queue.Queue[int | None]", rows: dict, size: int, limit: int) -> None:
    while True:
        y = jobs.get()
        if y is None:
            break
        rows[y] = row(y, size, limit)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--size", type=int, default=560)
    parser.add_argument("--limit", type=int, default=150)
    args = parser.parse_args()

    jobs: queue.Queue[int | None] = queue.Queue()
    rows: dict = {}
    team = [
        threading.Thread(target=worker, args=(jobs, rows, args.size, args.limit), daemon=True)
        for _ in range(args.workers)
    ]
    for member in team:
        member.start()
    for y in range(args.size):
        jobs.put(y)
    for _ in team:
        jobs.put(None)
    for member in team:
        member.join()
    print(rows[args.size // 2][::8])
    print(sum(line.count("@") for line in rows.values()))


if __name__ == "__main__":
    main()
