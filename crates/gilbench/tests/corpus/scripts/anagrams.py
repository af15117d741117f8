from concurrent.futures import ProcessPoolExecutor
from itertools import permutations

WORDS = ["stressed", "listens", "triangle", "players", "reactors", "notices"]


def score(word):
    """Count the arrangements without two vowels or the same letter side by side."""
    good = 0
    for p in permutations(word):
        for a, b in zip(p, p[1:]):
            if a == b or (a in "aeiou" and b in "aeiou"):
                break
        else:
            good += 1
    return good


if __name__ == "__main__":
    with ProcessPoolExecutor(max_workers=2) as pool:
        for word, good in zip(WORDS * 30, pool.map(score, WORDS * 30)):
            print(word, good)
