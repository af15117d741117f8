"""Import what a distribution brings, and say what came of it and of the GIL.

Arguments: the folder that it was installed into with all that it needs, the file for the answer, its name.
Runs with `-I -S`: nothing but the standard library and that folder can be imported. The answer is JSON Lines, so
that it is known how far a process came that was killed:

    {"distribution": {...} | null, "gil_enabled": BOOL | null}
    {"importing": NAME, "kind": "module" | "extension"}
    {"imported": NAME, "error": TEXT | null, "gil_enabled": BOOL | null, "switched_on_by": {...} | null}

First come the modules that a program would import, then the extension modules that these have not loaded: some
packages load theirs only when they are used.
"""

import importlib
import json
import os
import re
import site
import sys
import warnings
from importlib import machinery, metadata

TARGET, ANSWER, WANTED = sys.argv[1:4]

# What CPython says when an extension module has not declared that it can do without the GIL (3.13 and up).
SWITCHED_ON = re.compile(
    r"global interpreter lock \(GIL\) has been enabled to load module '([^']+)'"
)


def gil_enabled():
    if hasattr(sys, "_is_gil_enabled"):
        return sys._is_gil_enabled()
    return True if sys.implementation.name == "cpython" else None


def normalised(name):
    return re.sub(r"[-_.]+", "-", name or "").lower()


def files(distribution):
    """Return the parts of the paths of its files below the folder."""
    return [file.parts for file in distribution.files or [] if ".." not in file.parts]


def extension(parts):
    """Return the dotted name if these are the parts of an extension module's path."""
    for suffix in sorted(machinery.EXTENSION_SUFFIXES, key=len, reverse=True):
        if parts[-1].endswith(suffix):
            names = [*parts[:-1], parts[-1][: -len(suffix)]]
            # Libraries lie beside: `lib*.so`, and whole folders `*.libs`.
            library = suffix == ".so" and names[-1].startswith("lib")
            return ".".join(names) if all(map(str.isidentifier, names)) and not library else None
    return None


def is_public(name):
    parts = name.split(".")
    return not parts[0].startswith("_") and not any(part in ("test", "tests") for part in parts)


def modules(paths):
    """Return the modules that a program would import: below a namespace, its outermost packages."""
    found, packages = {}, set()
    for parts in paths:
        if parts[-1].split(".")[0] == "__init__" and all(map(str.isidentifier, parts[:-1])):
            packages.add(parts[:-1])
    for parts in paths:
        name = parts[-1][:-3] if parts[-1].endswith(".py") else None
        if name is not None and all(map(str.isidentifier, [*parts[:-1], name])):
            dotted = ".".join([*parts[:-1], name])
        else:
            dotted = extension(parts)
        if dotted is None:
            continue
        outermost = (
            parts[:length] for length in range(1, len(parts)) if parts[:length] in packages
        )
        dotted = ".".join(next(outermost, tuple(dotted.split("."))))
        found[dotted] = None
    # A script beside a package is no module of its own to anybody.
    return sorted(name for name in found if is_public(name) and name != "setup")


def described(distribution):
    wheel = (distribution.read_text("WHEEL") or "").splitlines()
    tags = [line[len("Tag:") :].strip() for line in wheel if line.startswith("Tag:")]
    # For packages that say themselves how far they are.
    mark = "Programming Language :: Python :: Free Threading"
    classifiers = distribution.metadata.get_all("Classifier") or []
    declared = [line.rpartition("::")[2].strip() for line in classifiers if line.startswith(mark)]
    declared = [each for each in declared if each != "Free Threading"] or declared
    paths = files(distribution)
    return {
        "name": normalised(distribution.metadata["Name"]),
        "version": distribution.version,
        "tags": tags,
        "extensions": sum(extension(parts) is not None for parts in paths),
        "declares": declared[0] if declared else None,
    }


def owner(module, distributions):
    """Return the distribution that an extension module belongs to."""
    origin = getattr(sys.modules.get(module), "__file__", None)
    for distribution in distributions:
        for parts in files(distribution):
            dotted = extension(parts)
            same = os.path.join(TARGET, *parts) == origin if origin else dotted == module
            if dotted and (same or dotted == module):
                return normalised(distribution.metadata["Name"])
    return None


def one_line(problem):
    lines = str(problem).strip().splitlines()
    return f"{type(problem).__name__}: {lines[0] if lines else ''}".rstrip(": ")


def attempt(name, kind, distributions, say):
    """Import a module, and tell; return whether the GIL is off after it."""
    say({"importing": name, "kind": kind})
    error, before = None, gil_enabled()
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        try:
            importlib.import_module(name)
        except BaseException as problem:  # an import may exit, too
            error = one_line(problem)
    after, culprit = gil_enabled(), None
    if after and not before:
        matches = [SWITCHED_ON.search(str(warning.message)) for warning in warned]
        by = next((match.group(1) for match in matches if match), None)
        culprit = {"module": by, "distribution": owner(by, distributions) if by else None}
    say({"imported": name, "error": error, "gil_enabled": after, "switched_on_by": culprit})
    return not after


def main():
    distributions = list(metadata.distributions(path=[TARGET]))
    own = next(
        (each for each in distributions if normalised(each.metadata["Name"]) == WANTED), None
    )
    # `-S` leaves these out, and programs expect them.
    site.setquit()
    site.sethelper()
    site.setcopyright()
    site.addsitedir(TARGET)
    with open(ANSWER, "w", encoding="utf-8") as answer:

        def say(what):
            answer.write(json.dumps(what) + "\n")
            answer.flush()

        say({"distribution": described(own) if own else None, "gil_enabled": gil_enabled()})
        if own is None:
            return
        paths = files(own)
        for name in modules(paths):
            attempt(name, "module", distributions, say)
        # Further ones can only show what switches the GIL on, and that can be seen once.
        off = gil_enabled() is False
        for name in sorted({extension(parts) for parts in paths} - {None}) if off else ():
            if name not in sys.modules and "tests" not in name.split(".") and off:
                off = attempt(name, "extension", distributions, say)


main()
# Threads that a package has left running must not keep us.
sys.stdout.flush()
os._exit(0)
