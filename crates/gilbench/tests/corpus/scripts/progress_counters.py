# Each worker counts in its own slot, so no lock is needed.
import multiprocessing as mp

STEPS = 18_000_000


def work(counters, slot):
    for i in range(STEPS):
        if i & 1:
            counters[slot] += 1


if __name__ == "__main__":
    counters = mp.RawArray("q", 2)
    workers = [mp.Process(target=work, args=(counters, k)) for k in range(2)]
    for w in workers:
        w.start()
    for w in workers:
        w.join()
    print(list(counters))
