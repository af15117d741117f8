import threading
from multiprocessing import Process, Queue

import numpy as np


def whiten(block, results, i):
    u, s, _ = np.linalg.svd(block)
    results[i] = float(s[0] / s[-1]) + abs(float(u[0, 0]))


def station(n, out):
    """Each station starts threads of its own, and each of them calls LAPACK."""
    rng = np.random.default_rng(n)
    results = {}
    for _ in range(3):
        threads = [
            threading.Thread(target=whiten, args=(rng.standard_normal((120, 120)), results, i))
            for i in range(4)
        ]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
    out.put((n, len(results), min(results.values()) > 1))


if __name__ == "__main__":
    out = Queue()
    stations = [Process(target=station, args=(n, out)) for n in range(3)]
    for s in stations:
        s.start()
    print(sorted(out.get() for _ in stations))
    for s in stations:
        s.join()
