"""What the interpreter says of itself: for a worker's `hello` and for `interpreters/probe.py`.

None means that it cannot say, never that something is absent. Must import nothing of this package:
the probe loads this file alone.
"""

from __future__ import annotations

import os
import sys
import sysconfig
import time

# How long importing all packages may take. The harness waits for a probe for a minute and a half.
IMPORT_LIMIT_S = 60


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
    found = _packages(packages) if packages else []
    imports, blas, gil = None, _blas(), _gil_enabled()
    if probe:
        imports, blas = import_all(_importable(found))
        # One that was switched on again stays on.
        gil = True if any(each["gil_enabled"] for each in imports) else gil
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
            "enabled_after_imports": gil,
        },
        "jit": _jit(),
        "jit_available": _jit_available(),
        "allocator": _allocator(),
        "start_method": in_force,
        "start_methods": methods,
        "cpus": _cpus(),
        "clock": _clock(),
        "packages": found,
        "imports": imports,
        "blas": blas,
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
        return "graal" if _graal_compiles() else "none"
    return None


def _jit_available() -> bool | None:
    """Whether this build has a compiler, in force or not."""
    name = sys.implementation.name
    if name == "cpython":
        return sys._jit.is_available() if hasattr(sys, "_jit") else _configured_jit() is not None
    if name == "pypy":
        return "pypyjit" in sys.builtin_module_names
    if name == "graalpy":
        return "Interpreted" not in sys.version
    return None


def _graal_compiles() -> bool:
    # Without its optimising runtime it says so. With it, compilation may still be switched off, and
    # only its command line tells.
    if "Interpreted" in sys.version:
        return False
    try:
        with open("/proc/self/cmdline", "rb") as command:
            return b"--engine.Compilation=false" not in command.read().split(b"\0")
    except OSError:
        return True


def _cpython_jit() -> bool:
    if hasattr(sys, "_jit"):  # 3.14
        return sys._jit.is_enabled()
    default = _configured_jit()
    return default is not None and os.environ.get("PYTHON_JIT", default) != "0"


def _configured_jit() -> str | None:
    """Return the default of ``PYTHON_JIT``, or None where 3.13 was configured without it."""
    for argument in _configure_arguments(sysconfig.get_config_var("CONFIG_ARGS") or ""):
        name, _, value = argument.partition("=")
        if name == "--enable-experimental-jit":
            return {"": "1", "yes": "1", "yes-off": "0"}.get(value)
    return None


def _allocator() -> dict:
    """Return what serves small objects, and which of CPython's own allocators are built in."""
    in_force, pymalloc, mimalloc = None, None, None
    if sys.implementation.name == "cpython":
        pymalloc = bool(sysconfig.get_config_var("WITH_PYMALLOC"))
        mimalloc = bool(sysconfig.get_config_var("WITH_MIMALLOC"))  # new in 3.13
        in_force = "pymalloc" if pymalloc else "malloc"
        if sysconfig.get_config_var("Py_GIL_DISABLED"):
            in_force = "mimalloc"
        if sysconfig.get_config_var("Py_DEBUG"):
            in_force += "_debug"
        asked = os.environ.get("PYTHONMALLOC")
        if asked and asked != "default" and not sys.flags.ignore_environment:
            in_force = {"debug": in_force.replace("_debug", "") + "_debug"}.get(asked, asked)
    elif sys.implementation.name == "pypy":
        in_force = getattr(sys, "pypy_translation_info", {}).get("translation.gc")
    return {"in_force": in_force, "pymalloc": pymalloc, "mimalloc": mimalloc}


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


def import_all(names: list[str]) -> tuple[list[dict], dict | None]:
    """Import packages in child processes, and return what came of each, and the BLAS behind them.

    Each entry says what went wrong, if anything, and whether the GIL was in force afterwards. In
    children, because an extension may take its process with it, and because a GIL that is switched
    on stays on: after either, another child goes on with the rest, so that the right package is
    blamed.
    """
    if not names or not sys.executable:
        return [], None
    import subprocess

    deadline = time.monotonic() + IMPORT_LIMIT_S
    done, blas = [], None
    while len(done) < len(names):
        rest = names[len(done) :]
        problem = None
        child = subprocess.Popen(
            [sys.executable, __file__, *rest],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        try:
            output, _ = child.communicate(timeout=max(0, deadline - time.monotonic()))
            if child.returncode:
                problem = f"the interpreter ended with {child.returncode}"
        except subprocess.TimeoutExpired:
            child.kill()
            output, _ = child.communicate()
            problem = f"did not end within {IMPORT_LIMIT_S} s"
        lines = _answers(output)
        found = next((line["blas"] for line in lines if "blas" in line), None)
        blas = blas or found
        lines = [line for line in lines if "package" in line]
        done += lines
        if problem and len(lines) < len(rest):
            done.append({"package": rest[len(lines)], "error": problem, "gil_enabled": None})
        elif not lines:
            break  # it answered nothing and yet ended well
    return done, blas


def _answers(output: bytes) -> list[dict]:
    import json

    # What a killed child left may end in half a line.
    return [json.loads(line) for line in output.splitlines(True) if line.endswith(b"\n")]


def _import_here(names: list[str]) -> None:
    """Import packages one after the other, until one has switched the GIL on; say what came of it.

    The child's side of ``import_all``.
    """
    import importlib
    import json

    # What an import prints must not get between the answers.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    before = _gil_enabled()
    for name in names:
        error = None
        try:
            importlib.import_module(_module(name))
        except BaseException as problem:  # SystemExit too: the rest is still to come
            text = str(problem).strip().splitlines()
            error = f"{type(problem).__name__}: {text[0] if text else ''}".rstrip(": ")
        enabled = _gil_enabled()
        answers.write(json.dumps({"package": name, "error": error, "gil_enabled": enabled}) + "\n")
        answers.flush()
        if enabled and not before:
            break
    answers.write(json.dumps({"blas": _blas()}) + "\n")
    answers.flush()


def _importable(packages: list[dict]) -> list[str]:
    """Return the names of those that have a module: py-spy, for one, is only a program."""
    from importlib import metadata

    def has_module(name: str) -> bool:
        files = metadata.distribution(name).files
        # Where the files are not listed nothing is known, and the import will show it.
        return files is None or any(file.suffix in (".py", ".so", ".pyd") for file in files)

    return [package["name"] for package in packages if has_module(package["name"])]


def _module(package: str) -> str:
    from importlib import metadata

    names = (metadata.distribution(package).read_text("top_level.txt") or "").split()
    plain = package.replace("-", "_")
    public = [name for name in names if not name.startswith("_")]
    return plain if plain in names or not public else public[0]


def _blas() -> dict | None:
    """Return the library behind NumPy's matrix products and its threads, if NumPy is imported."""
    numpy = sys.modules.get("numpy")
    if numpy is None:
        return None
    try:
        built = numpy.show_config(mode="dicts")["Build Dependencies"]["blas"]
    except Exception:  # before NumPy 1.25 there is no such mode; later it may change
        built = {}
    return {
        "library": built.get("name"),
        "version": built.get("version"),
        "threads": _blas_threads(),
    }


def _blas_threads() -> int | None:
    try:
        from threadpoolctl import threadpool_info
    except ImportError:
        return _openblas_threads()
    threads = [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"]
    return threads[0] if threads else None


def _openblas_threads() -> int | None:
    import ctypes

    try:
        with open("/proc/self/maps", encoding="utf-8", errors="replace") as maps:
            paths = {line.split(maxsplit=5)[-1].strip() for line in maps if "openblas" in line}
    except OSError:
        return None
    for path in sorted(paths):
        try:
            library = ctypes.CDLL(path)
        except OSError:
            continue
        for prefix in ("scipy_", ""):  # NumPy's wheels rename its symbols
            for suffix in ("64_", ""):
                ask = getattr(library, f"{prefix}openblas_get_num_threads{suffix}", None)
                if ask is not None:
                    return ask()
    return None


if __name__ == "__main__":
    # No file beside this one may stand for a package.
    sys.path = [place for place in sys.path if place != os.path.dirname(__file__)]
    _import_here(sys.argv[1:])
