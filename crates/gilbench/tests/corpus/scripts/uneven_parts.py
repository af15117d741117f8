import multiprocessing as mp

# the number of ways to give change, for some amounts
COINS = [1, 2, 5, 10, 20, 50, 100, 200]


def ways(amount):
    table = [1] + [0] * amount
    for coin in COINS:
        for value in range(coin, amount + 1):
            table[value] = (table[value] + table[value - coin]) % 1_000_000_007
    return table[amount]


def part(amounts):
    return [ways(a) for a in amounts]


if __name__ == "__main__":
    amounts = [100, 200, 350, 500, 750, 800, 990, 1200, 3_000_000, 1500, 40, 60]
    parts = [amounts[i : i + 3] for i in range(0, len(amounts), 3)]
    with mp.Pool() as pool:
        for answers in pool.imap(part, parts):
            print(*answers)
