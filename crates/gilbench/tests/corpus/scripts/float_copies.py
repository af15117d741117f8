import threading

import numpy as np

frames = [np.full((1500, 3000, 4), n, dtype=np.uint8) for n in range(4)]
means = {}


def stretch(n):
    # a float copy of the frame, and another, and another
    for _ in range(12):
        picture = frames[n].astype(np.float64)
        picture = picture * 1.02 + 0.5
        picture = np.minimum(picture, 255.0)
    means[n] = float(picture[0, 0, 0])


threads = [threading.Thread(target=stretch, args=(n,)) for n in range(4)]
for t in threads:
    t.start()
for t in threads:
    t.join()
print(sorted(means.items()))
