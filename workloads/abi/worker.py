"""Can extension modules be built once for several versions? Asks the loader and the headers."""

from __future__ import annotations

import os
import shutil
import sys
import sysconfig
import tempfile
from importlib.machinery import EXTENSION_SUFFIXES

from gilbench_worker import Task, run
from gilbench_worker.bounded import run_bounded

# What the source of a module defines that keeps to a stable ABI: that of PEP 384 and, for builds
# without a GIL, that of PEP 803. Its value is the oldest version that is meant: this one.
MACROS = {"abi3": "Py_LIMITED_API", "abi3t": "Py_TARGET_ABI3T"}
VERSION = f"0x{sys.hexversion >> 16:04x}0000"


def stable_abi(task: Task) -> list[int]:
    loaded = {abi: int(f".{abi}.so" in EXTENSION_SUFFIXES) for abi in MACROS}
    for abi, answer in loaded.items():
        task.observe(f"loads-{abi}-files", answer)
    compiled = compile_modules(task)
    for abi, answer in compiled.items():
        # Headers that do not know a macro compile with it all the same: the loader must know, too.
        task.observe(f"compiles-{abi}", answer * loaded[abi])
    if compiled:
        task.observe("stable-abi", int(any(compiled[abi] and loaded[abi] for abi in MACROS)))
    return [1]


def compile_modules(task: Task) -> dict[str, int]:
    """Say for each ABI whether a module compiles; nothing without a compiler and headers."""
    compiler, headers = shutil.which("cc"), sysconfig.get_path("include")
    if compiler is None or headers is None:
        return {}
    with tempfile.TemporaryDirectory() as folder:
        source = os.path.join(folder, "module.c")
        with open(source, "w", encoding="ascii") as file:
            file.write("#include <Python.h>\n")
        command = [compiler, "-fsyntax-only", "-I", headers, source]
        if run_bounded(command, task.limit_s).exit_code != 0:
            return {}  # not even an ordinary module: there are no headers
        return {
            abi: int(run_bounded([*command, f"-D{macro}={VERSION}"], task.limit_s).exit_code == 0)
            for abi, macro in MACROS.items()
        }


if __name__ == "__main__":
    run({"stable-abi": stable_abi})
