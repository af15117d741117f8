def solve(n, row=0, columns=frozenset(), down=frozenset(), up=frozenset()):
    """Yield the solutions of the n queens puzzle."""
    if row == n:
        yield columns
        return
    for c in range(n):
        if c in columns or row - c in down or row + c in up:
            continue
        yield from solve(n, row + 1, columns | {c}, down | {row - c}, up | {row + c})


for size in map(int, input("sizes? ").split()):
    print(size, sum(1 for _ in solve(size)))
