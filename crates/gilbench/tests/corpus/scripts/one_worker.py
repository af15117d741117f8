import os
from concurrent.futures import ProcessPoolExecutor

# Use all cores
WORKERS = int(os.environ.get("NUM_WORKERS", "1"))


def digits_squared(n: int) -> int:
    while n not in (1, 89):
        n = sum(int(d) ** 2 for d in str(n))
    return n


def chunk(first: int) -> int:
    return sum(1 for n in range(first, first + 10_000) if digits_squared(n) == 89)


if __name__ == "__main__":
    with ProcessPoolExecutor(max_workers=WORKERS) as executor:
        print(sum(executor.map(chunk, range(1, 500_001, 10_000))))
