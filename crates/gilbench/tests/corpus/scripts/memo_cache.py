import threading
from concurrent.futures import ThreadPoolExecutor
from functools import wraps


def synchronized_cache(function):
    """Like lru_cache, but each value is computed once only, even with threads."""
    values = {}
    lock = threading.RLock()

    @wraps(function)
    def cached(*args):
        with lock:
            if args not in values:
                values[args] = function(*args)
            return values[args]

    return cached


@synchronized_cache
def partitions(n):
    ways = [1] + [0] * n
    for part in range(1, n + 1):
        for total in range(part, n + 1):
            ways[total] += ways[total - part]
    return ways[n]


with ThreadPoolExecutor(4) as executor:
    answers = list(executor.map(partitions, range(300, 860, 2)))
print(sum(answers) % 1_000_003)
