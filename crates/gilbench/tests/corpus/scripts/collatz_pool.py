from multiprocessing import Pool, cpu_count


def steps(n):
    count = 0
    while n != 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        count += 1
    return count


if __name__ == "__main__":
    with Pool(cpu_count()) as p:
        lengths = p.map(steps, range(1, 600_000), chunksize=10_000)
    best = max(range(len(lengths)), key=lengths.__getitem__)
    print(best + 1, lengths[best])
