from concurrent.futures import ProcessPoolExecutor
from itertools import product

import numpy as np


def ridge(job):
    """Fit one cell of the grid of parameters."""
    alpha, seed = job
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((400, 220))
    y = x[:, 0] * 3 + rng.standard_normal(400)
    for _ in range(6):
        w = np.linalg.solve(x.T @ x + alpha * np.eye(220), x.T @ y)
        y = y - 0.1 * (x @ w)
    return alpha, float(((y - x @ w) ** 2).mean())


def grid_search(alphas, folds, n_jobs):
    best = {}
    with ProcessPoolExecutor(n_jobs) as executor:
        for alpha, loss in executor.map(ridge, product(alphas, range(folds))):
            best[alpha] = best.get(alpha, 0.0) + loss / folds
    return min(best, key=best.get), best


if __name__ == "__main__":
    alpha, losses = grid_search([0.1, 1.0, 10.0], folds=2, n_jobs=6)
    print("best alpha:", alpha, f"of {len(losses)}")
