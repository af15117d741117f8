"""A pool of processes that are all there, so that no part of their start is booked as work."""

from __future__ import annotations

TYPE_CHECKING = False  # as in `typing`, without its import
if TYPE_CHECKING:
    from multiprocessing.context import BaseContext
    from multiprocessing.pool import Pool
    from multiprocessing.synchronize import Barrier

LIMIT_S = 60


def meet(barrier: Barrier) -> None:
    """Wait in each process as it starts, until all are there."""
    barrier.wait()


def started_pool(context: BaseContext, workers: int) -> Pool:
    """Start a pool, and return it once every one of its processes has started."""
    barrier = context.Barrier(workers + 1, timeout=LIMIT_S)
    pool = context.Pool(workers, initializer=meet, initargs=(barrier,))
    barrier.wait()
    return pool
