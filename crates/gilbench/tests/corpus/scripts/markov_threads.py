import concurrent.futures

import numpy as np

N = 150


def stationary(seed):
    """Power iteration by repeated squaring of a stochastic matrix."""
    rng = np.random.default_rng(seed)
    p = rng.random((N, N))
    p /= p.sum(axis=1, keepdims=True)
    worst = 0.0
    for _ in range(160):
        q = p
        for _ in range(4):
            q = q @ q
        worst = max(worst, float(q[0].max()))
        p = np.roll(p, 1, axis=0)
    return worst


with concurrent.futures.ThreadPoolExecutor(max_workers=8) as pool:
    print([round(v, 4) for v in pool.map(stationary, range(8))])
