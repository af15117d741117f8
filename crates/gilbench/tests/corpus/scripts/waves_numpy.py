from concurrent.futures import ThreadPoolExecutor

import numpy as np


def spectrum(seed):
    rng = np.random.default_rng(seed)
    signal = rng.standard_normal(4096)
    power = np.zeros(2049)
    for shift in range(1200):
        wave = np.sin(signal * (1 + shift / 500)) + np.cos(signal)
        power += np.abs(np.fft.rfft(wave)) ** 2
    return int(power.argmax())


with ThreadPoolExecutor(max_workers=2) as ex:
    peaks = list(ex.map(spectrum, range(32)))
print(peaks)
