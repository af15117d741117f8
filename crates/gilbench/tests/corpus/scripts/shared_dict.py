from multiprocessing import Manager, Process

WORDS = ["lock", "core", "heap", "task", "page", "byte"]


def count(shared, mine, rounds):
    """Count words in a dict that all processes share."""
    for i in range(rounds):
        word = mine + WORDS[i % len(WORDS)]
        shared[word] = shared.get(word, 0) + i % 5


if __name__ == "__main__":
    with Manager() as manager:
        counts = manager.dict()
        ps = [Process(target=count, args=(counts, prefix, 24_000)) for prefix in "xy"]
        for p in ps:
            p.start()
        for p in ps:
            p.join()
        print(sorted(counts.items()))
