"""The discrete Fourier transform of an array, by SciPy."""

from __future__ import annotations

import threading

from gilbench_worker import Task, run

TYPE_CHECKING = False
if TYPE_CHECKING:
    import numpy as np

KEPT = 16 << 20  # bytes: more than a transform allocates


def prepare(task: Task) -> np.ndarray:
    """Make complex numbers of which both parts are whole."""
    import numpy as np

    # Once so much was freed, glibc keeps what is freed. Otherwise the main thread, unlike others,
    # would ask the kernel for the memory of every transform, which takes as long as computing it.
    np.empty(KEPT, dtype="uint8")
    squares = np.arange(task.n, dtype="int64") ** 2
    array = squares % 9973 + 1j * (squares % 9967)
    transform(array)  # makes the plan, which SciPy keeps
    return array


def transform(array: np.ndarray) -> int:
    """Return the sum of the magnitudes of the parts of four values of the spectrum.

    Those at 0, a quarter, a half and three quarters are sums of the numbers times 1, i, -1 or -i:
    whole, and far from the next whole number after rounding.
    """
    import numpy as np
    import scipy.fft

    spectrum = scipy.fft.fft(array)
    values = spectrum[:: len(array) // 4]
    return round(float(np.abs(values.real).sum() + np.abs(values.imag).sum()))


def sequential(task: Task) -> list[int]:
    return [transform(task.prepared) for _ in range(task.tasks)]


def threads(task: Task) -> list[int]:
    done = [0] * task.tasks

    def work(worker: int) -> None:
        for index in range(worker, task.tasks, task.workers):
            done[index] = transform(task.prepared)

    started = [threading.Thread(target=work, args=(k,)) for k in range(task.workers)]
    for thread in started:
        thread.start()
    for thread in started:
        thread.join()
    return done


if __name__ == "__main__":
    run(
        {"sequential": sequential, "threads": threads},
        imports={"sequential": ["scipy.fft"], "threads": ["scipy.fft"]},
        prepare=prepare,
    )
