"""Matrix products by a compiled kernel of JAX on the CPU, each on one thread of XLA's."""

from __future__ import annotations

import os
import threading

from gilbench_worker import Task, run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from jax import Array

# Read when JAX is imported: one thread in XLA's pool, and no search for accelerators.
os.environ["NPROC"] = os.environ["PJRT_NPROC"] = "1"
os.environ["JAX_PLATFORMS"] = "cpu"


def prepare(task: Task) -> list[tuple[Array, Array]]:
    """Make matrices of whole numbers below 30: sums of so few stay exact in 32 bits."""
    import jax
    import jax.numpy as jnp

    # Each kernel runs on the thread that calls it. Otherwise all would queue for the one thread.
    jax.config.update("jax_cpu_enable_async_dispatch", False)
    numbers = jnp.arange(task.n * task.n).reshape(task.n, task.n)
    pairs = [
        ((numbers * (k + 1) % 19).astype("float32"), (numbers % (k + 13)).astype("float32"))
        for k in range(task.tasks)
    ]
    multiply(*pairs[0])  # compiles the kernel
    return pairs


def multiply(a: Array, b: Array) -> int:
    """Return the smallest and the largest element of the product, added."""
    import jax

    c = jax.jit(jax.numpy.matmul)(a, b).block_until_ready()
    return int(c.min()) + int(c.max())


def sequential(task: Task) -> list[int]:
    return [multiply(a, b) for a, b in task.prepared]


def threads(task: Task) -> list[int]:
    done = [0] * task.tasks

    def work(worker: int) -> None:
        for index in range(worker, task.tasks, task.workers):
            done[index] = multiply(*task.prepared[index])

    started = [threading.Thread(target=work, args=(k,)) for k in range(task.workers)]
    for thread in started:
        thread.start()
    for thread in started:
        thread.join()
    return done


if __name__ == "__main__":
    run(
        {"sequential": sequential, "threads": threads},
        imports={"sequential": ["jax"], "threads": ["jax"]},
        prepare=prepare,
    )
