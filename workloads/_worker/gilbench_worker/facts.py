"""What the interpreter says of itself: for a worker's `hello` and for `interpreters/probe.py`.

None means that it cannot say, never that something is absent. Must import nothing of this package:
the probe loads this file alone.
"""

from __future__ import annotations

import os
import sys
import sysconfig
import time


def _gil_enabled() -> bool | None:
    # New in CPython 3.13; private, and still the only way to ask.
    if hasattr(sys, "_is_gil_enabled"):
        return sys._is_gil_enabled()
    return _gil_built()


def _gil_built() -> bool | None:
    if sys.implementation.name == "cpython":
        return not sysconfig.get_config_var("Py_GIL_DISABLED")
    if sys.implementation.name in ("pypy", "graalpy"):
        return True  # both say so in their documentation; neither can be built without
    return None


# Before the workload imports anything: an extension may switch the GIL back on.
GIL_BEFORE_IMPORTS = _gil_enabled()


def facts(packages: list[str], *, start_method: str | None = None, probe: bool = False) -> dict:
    """Return all facts.

    The start methods are only told by a probe, and the one in force only where the workload has
    imported ``multiprocessing``: importing it just to ask would slow every worker's start.
    """
    in_force, methods = start_methods() if probe else (None, None)
    if not probe and "multiprocessing" in sys.modules:
        in_force = start_method or start_methods()[0]
    return {
        "implementation": sys.implementation.name,
        "version": _version(),
        "version_text": sys.version,
        "executable": sys.executable or None,
        "platform": sysconfig.get_platform(),
        "build": _build(),
        "gil": {
            "built": _gil_built(),
            "enabled_before_imports": GIL_BEFORE_IMPORTS,
            "enabled_after_imports": _gil_enabled(),
        },
        "jit": _jit(),
        "start_method": in_force,
        "start_methods": methods,
        "cpus": _cpus(),
        "clock": _clock(),
        "packages": _packages(packages) if packages else [],
    }


def start_methods() -> tuple[str | None, list[str] | None]:
    """Return the default start method and all of them, or twice None without multiprocessing."""
    try:
        import multiprocessing
    except ImportError:
        return None, None
    # The first is the default, says the documentation; `get_start_method()` would also fix it.
    methods = multiprocessing.get_all_start_methods()
    if not hasattr(os, "fork"):
        methods = [method for method in methods if method == "spawn"]
    return (methods[0] if methods else None), methods


def _version() -> str:
    major, minor, micro, level, serial = sys.version_info[:5]
    suffix = {"alpha": "a", "beta": "b", "candidate": "rc"}.get(level)
    return f"{major}.{minor}.{micro}" + (f"{suffix}{serial}" if suffix else "")


def _build() -> dict:
    text = sysconfig.get_config_var("CONFIG_ARGS")
    arguments = _configure_arguments(text) if text else None
    return {
        "compiler": _compiler(),
        "configure": " ".join(arguments) if arguments is not None else None,
        "pgo": _switch(arguments, "optimizations"),
        "lto": _switch(arguments, "lto"),
    }


def _configure_arguments(text: str) -> list[str]:
    # Each argument stands in single quotes. Those that name the place of installation say nothing
    # about the build, and something about whose machine it is.
    arguments = text.strip("'").split("' '")
    places = {sys.prefix, sys.base_prefix}
    return [
        argument
        for argument in arguments
        if not argument.startswith("--prefix") and not any(place in argument for place in places)
    ]


def _switch(arguments: list[str] | None, feature: str) -> bool | None:
    if arguments is None:
        return None
    state = False
    for argument in arguments:  # the last one wins, as for `configure`
        name, _, value = argument.partition("=")
        if name in (f"--enable-{feature}", f"--with-{feature}"):
            state = value != "no"
        elif name in (f"--disable-{feature}", f"--without-{feature}"):
            state = False
    return state


def _compiler() -> str | None:
    # `sys.version` is "3.12.1 (main, ...) [GCC 12.2.0]"; `platform` reads it in the same way.
    _, bracket, rest = sys.version.rpartition("[")
    return rest.rstrip("]") if bracket and sys.implementation.name == "cpython" else None


def _jit() -> str | None:
    name = sys.implementation.name
    if name == "cpython":
        return "copy-and-patch" if _cpython_jit() else "none"
    if name == "pypy":
        return "pypy" if "pypyjit" in sys.builtin_module_names else "none"
    if name == "graalpy":
        return "none" if "Interpreted" in sys.version else "graal"
    return None


def _cpython_jit() -> bool:
    if hasattr(sys, "_jit"):  # 3.14
        return sys._jit.is_enabled()
    for argument in _configure_arguments(sysconfig.get_config_var("CONFIG_ARGS") or ""):
        name, _, value = argument.partition("=")
        if name == "--enable-experimental-jit":  # 3.13
            default = {"": "1", "yes": "1", "yes-off": "0"}.get(value)
            return default is not None and os.environ.get("PYTHON_JIT", default) != "0"
    return False


def _cpus() -> dict:
    affinity = getattr(os, "sched_getaffinity", None)  # Linux; neither PyPy nor GraalPy
    return {
        "count": os.cpu_count(),
        "affinity": len(affinity(0)) if affinity else None,
        "allowed": _cpus_allowed(),
    }


def _cpus_allowed() -> str | None:
    try:
        with open("/proc/self/status", encoding="ascii", errors="replace") as status:
            for line in status:
                if line.startswith("Cpus_allowed_list:"):
                    return line.split(":")[1].strip()
    except OSError:
        pass
    return None


def _clock() -> dict:
    info = time.get_clock_info("perf_counter")
    return {
        "name": info.implementation,
        "resolution_ns": max(1, round(info.resolution * 1e9)),
    }


def _packages(names: list[str]) -> list[dict]:
    from importlib import metadata

    found = []
    for name in names:
        try:
            distribution = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue
        wheel = (distribution.read_text("WHEEL") or "").splitlines()
        tags = " ".join(line[len("Tag:") :].strip() for line in wheel if line.startswith("Tag:"))
        version = distribution.version
        found.append({"name": name, "version": version, "wheel_tag": tags or None})
    return found
