"""Is the GIL in force? Asks fresh interpreters, started in several ways."""

from __future__ import annotations

import json
import os
import sys
from importlib.machinery import EXTENSION_SUFFIXES

from gilbench_worker import Task, Unsupported, run
from gilbench_worker.bounded import Outcome, run_bounded

CHILD = os.path.join(os.path.dirname(os.path.abspath(__file__)), "child.py")
DONE = [1]

# What `interpreters/packages.in` brings that has compiled parts on CPython with a GIL. A build that
# gets a wheel of pure Python instead has nothing that could object to it.
COMPILED_ELSEWHERE = {
    "aiohttp",
    "charset-normalizer",
    "frozenlist",
    "multidict",
    "numpy",
    "pandas",
    "propcache",
    "scipy",
    "yarl",
}


def ask(task: Task, switch: str | None, *arguments: str) -> Outcome:
    """Run child.py with PYTHON_GIL set to `switch`, or unset."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHON_GIL"}
    if switch is not None:
        environment["PYTHON_GIL"] = switch
    outcome = run_bounded([sys.executable, CHILD, *arguments], task.limit_s, environment)
    if outcome.exit_code is None:
        raise RuntimeError(f"{arguments} did not end within {task.limit_s} s")
    return outcome


def observe(task: Task, outcome: Outcome) -> list[int]:
    """Record whether it ran, and what it said if it did."""
    task.observe("exit-code", outcome.exit_code)
    task.observe("fatal", int("Fatal Python error" in outcome.stderr))
    for name, number in numbers(outcome).items():
        task.observe(name, number)
    return DONE


def numbers(outcome: Outcome) -> dict[str, int]:
    # What a package prints while it is imported comes before the answer.
    return json.loads(outcome.stdout.splitlines()[-1]) if outcome.exit_code == 0 else {}


def unset(task: Task) -> list[int]:
    return observe(task, ask(task, None))


def switched_off(task: Task) -> list[int]:
    return observe(task, ask(task, "0"))


def switched_on(task: Task) -> list[int]:
    return observe(task, ask(task, "1"))


def legacy(task: Task) -> list[int]:
    return observe(task, ask(task, None, legacy_extension(task)))


def legacy_switched_off(task: Task) -> list[int]:
    return observe(task, ask(task, "0", legacy_extension(task)))


def legacy_extension(task: Task) -> str:
    if sys.implementation.name != "cpython":
        raise Unsupported("needs CPython: the extension module knows no other implementation")
    return task.library("gilbench_legacy.so")


def packages(task: Task) -> list[int]:
    """Import every package that has compiled parts, each in an interpreter of its own."""
    found = compiled_packages()
    if not found:
        raise Unsupported("needs an installed package with compiled parts")
    failed = enabling = 0
    for modules in found.values():
        for module in modules:
            outcome = ask(task, None, module)
            failed += outcome.exit_code != 0
            enabling += numbers(outcome).get("switched-on", 0)
    pure = len([modules for modules in found.values() if not modules])
    task.observe("packages", len(found))
    task.observe("pure", pure)
    task.observe("failed", failed)
    task.observe("enabling", enabling)
    task.observe("pure-permille", 1000 * pure // len(found))
    task.observe("incompatible-permille", 1000 * (failed + enabling) // len(found))
    return DONE


def compiled_packages() -> dict[str, list[str]]:
    """Return the packages that have compiled parts, or would have them on a build with a GIL.

    With the name under which each is imported, or no name where this build got pure Python.
    """
    from importlib.metadata import distributions

    found = {}
    for distribution in distributions():
        name = distribution.metadata["Name"].lower().replace("_", "-")
        modules = {
            file.parts[0].split(".")[0]
            for file in distribution.files or []
            # `numpy.libs` has shared libraries that only the extension modules load, and what
            # mypyc shares between modules lies beside them.
            if file.name.endswith(tuple(EXTENSION_SUFFIXES))
            and not file.parts[0].endswith(".libs")
            and "__mypyc" not in file.name
        }
        if modules or name in COMPILED_ELSEWHERE:
            found[name] = sorted(modules)[:1]
    return found


if __name__ == "__main__":
    run(
        {
            "unset": unset,
            "switched-off": switched_off,
            "switched-on": switched_on,
            "legacy": legacy,
            "legacy-switched-off": legacy_switched_off,
            "packages": packages,
        },
        imports={"packages": ["importlib.metadata"]},
    )
