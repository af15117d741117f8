import multiprocessing


def simulate(seed):
    x = seed
    gain = 0
    for _ in range(9_000):
        x = (1103515245 * x + 12345) % 2147483648
        gain += x % 21 - 10
    return gain


def trader(balance, lock, seeds):
    for seed in seeds:
        lock.acquire()
        try:
            balance.value += simulate(seed)
        finally:
            lock.release()


if __name__ == "__main__":
    lock = multiprocessing.Lock()
    balance = multiprocessing.Value("q", 0, lock=False)
    traders = [
        multiprocessing.Process(target=trader, args=(balance, lock, range(k, 2000, 4)))
        for k in range(4)
    ]
    for p in traders:
        p.start()
    for p in traders:
        p.join()
    print("balance:", balance.value)
