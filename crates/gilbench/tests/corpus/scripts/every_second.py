"""Decay a field of particles; each thread takes every second one, for balance."""

import threading

import numpy as np

THREADS = 2
energy = np.full(2_000_000, 1000.0)


def decay(first):
    mine = energy[first::THREADS]
    for _ in range(3_500):
        mine *= 0.999


threads = [threading.Thread(target=decay, args=(k,)) for k in range(THREADS)]
for t in threads:
    t.start()
for t in threads:
    t.join()
print(f"{energy.min():.6f} {energy.max():.6f}")
