import concurrent.futures as cf
import logging

logging.basicConfig(level=logging.WARNING)
log = logging.getLogger("tiny")


def parity(n: int) -> int:
    return n & 1


def main() -> None:
    odd = 0
    with cf.ThreadPoolExecutor(max_workers=2) as pool:
        for start in range(0, 260_000, 1000):
            futures = [pool.submit(parity, n) for n in range(start, start + 1000)]
            odd += sum(f.result() for f in cf.as_completed(futures))
            log.debug("%d of them odd", odd)
    print("odd:", odd)


main()
