# Sieve of Eratosthenes, by segments, one thread per core
import os
from threading import Thread

LIMIT = 24_000_000
base = [p for p in range(2, 5001) if all(p % d for d in range(2, int(p**0.5) + 1))]
found = {}


def segment(k, low, high):
    count = 0
    for start in range(low, high, 30_000):
        flags = [True] * 30_000
        for p in base:
            first = max(p * p, (start + p - 1) // p * p)
            for multiple in range(first - start, 30_000, p):
                flags[multiple] = False
        for i, prime in enumerate(flags):
            if prime and start + i > 1:
                count += 1
    found[k] = count


cores = os.cpu_count() or 2
size = LIMIT // 2
threads = [Thread(target=segment, args=(k, k * size, (k + 1) * size)) for k in range(2)]
for t in threads:
    t.start()
for t in threads:
    t.join()
print(sum(found.values()), "primes")
