"""The Python side of gilbench's worker protocol (Python 3.8 and up, PyPy, GraalPy).

A workload is a script that ends in ::

    if __name__ == "__main__":
        run({"sequential": sequential, "threads": threads})

The harness starts it with one request on stdin and reads JSON Lines from its stdout;
``docs/protocol.md`` describes both. Importing this package takes stdout away from everyone else.

Nothing here may be heavy: what it costs is part of every measured process. So no ``typing``, no
``dataclasses``, and ``multiprocessing``, ``importlib.metadata`` and ``traceback`` only when needed.
"""

# Before anything that could print, and before anything that could switch the GIL back on.
from . import channel, facts  # isort: skip
from .measure import run
from .task import Task, Unsupported

__all__ = ["Task", "Unsupported", "channel", "facts", "run"]
