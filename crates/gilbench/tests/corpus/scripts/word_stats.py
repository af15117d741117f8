import random
import threading
from collections import Counter


def make_document(seed: int, words: int) -> str:
    rng = random.Random(seed)
    stems = ["lock", "thread", "the", "core", "of", "queue", "and", "task", "a", "wait", "data"]
    endings = ["", "s", "ed", "ing", ",", "."]
    return " ".join(rng.choice(stems) + rng.choice(endings) for _ in range(words))


class WordCounter(threading.Thread):
    """One document per thread, so that all of them are counted at once."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text
        self.counts: Counter = Counter()
        self.longest = 0

    def run(self) -> None:
        for raw in self.text.split():
            word = raw.strip(".,").lower()
            if word in {"the", "a", "of", "and", "to", "in"}:
                continue
            if word.endswith("ing"):
                word = word[:-3]
            elif word.endswith(("ed", "s")):
                word = word.rstrip("eds")
            self.counts[word] += 1
            self.longest = max(self.longest, len(word))


def main() -> None:
    texts = [make_document(seed, 40_000) for seed in range(4)]
    counters = [WordCounter(text * 24) for text in texts]
    for counter in counters:
        counter.start()
    total: Counter = Counter()
    for counter in counters:
        counter.join()
        total += counter.counts
    for word, n in sorted(total.items()):
        print(word, n)


if __name__ == "__main__":
    main()
