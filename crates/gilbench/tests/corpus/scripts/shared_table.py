import threading


class Rule:
    def __init__(self, weight):
        self.weight = weight

    def __bool__(self):
        return True


RULES = [Rule(w) for w in (3, 1, 4, 1, 5, 9, 2, 6)]
matches = []


def classify(first, step, n):
    rules = RULES
    hits = 0
    for i in range(first, n, step):
        rule = rules[i * 7 % 8]
        if rule is not None and i % 3:
            hits += rule.weight
    matches.append(hits)


workers = [threading.Thread(target=classify, args=(k, 2, 24_000_000)) for k in range(2)]
for w in workers:
    w.start()
for w in workers:
    w.join()
print(sum(matches))
