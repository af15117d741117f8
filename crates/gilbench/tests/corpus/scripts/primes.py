"""Count primes below a limit with a thread pool."""

import time
from concurrent.futures import ThreadPoolExecutor


def is_prime(n):
    if n < 2:
        return False
    if n % 2 == 0:
        return n == 2
    i = 3
    while i * i <= n:
        if n % i == 0:
            return False
        i += 2
    return True


def count_primes(bounds):
    start, stop = bounds
    return sum(1 for n in range(start, stop) if is_prime(n))


LIMIT = 1_400_000
STEP = 20_000

start = time.perf_counter()
ranges = [(a, a + STEP) for a in range(0, LIMIT, STEP)]
with ThreadPoolExecutor(max_workers=4) as pool:
    total = sum(pool.map(count_primes, ranges))
elapsed = time.perf_counter() - start

print(f"{total} primes below {LIMIT}")
assert elapsed > 0
