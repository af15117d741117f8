# no threads, no processes, no asyncio: this script can't be parallel
import numpy as np

rng = np.random.default_rng(0)
a = rng.standard_normal((1500, 1500))
b = np.eye(1500)
for _ in range(14):
    b = a.T @ (a @ b)
    b /= np.abs(b).max()
print(b.shape, round(float(np.abs(b).max()), 3))
