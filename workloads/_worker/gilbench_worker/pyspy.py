"""The sampling profiler py-spy: where its program is, and how it may look at the worker."""

from __future__ import annotations

import ctypes
import os
import shutil
import sys

from .task import Unsupported

# prctl(2): who besides its ancestors may trace this process where Yama restricts that.
PR_SET_PTRACER = 0x59616D61


def find_py_spy() -> str:
    """Return its path: that of the interpreter's environment, else that of PATH."""
    places = os.pathsep.join([os.path.dirname(sys.executable), os.environ.get("PATH", "")])
    program = shutil.which("py-spy", path=places)
    if program is None:
        raise Unsupported("needs py-spy")
    return program


def allow_tracing(pid: int) -> None:
    """Let a process trace this one. Without Yama the kernel knows no such wish and needs none."""
    prctl = getattr(ctypes.CDLL(None), "prctl", None)
    if prctl is not None:
        prctl(PR_SET_PTRACER, ctypes.c_ulong(pid), 0, 0, 0)
