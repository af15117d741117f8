"""A fresh interpreter that says what it knows of its GIL: started by worker.py.

Without arguments of itself; with the path of an extension module, of what loading that does; with
the name of a module, of what importing that does. Answers with a JSON object of whole
numbers.
"""

from __future__ import annotations

import importlib
import json
import sys
import sysconfig
import warnings


def enabled() -> bool:
    # New in CPython 3.13; an older one and other implementations can only be as they were built.
    if hasattr(sys, "_is_gil_enabled"):
        return sys._is_gil_enabled()
    return not sysconfig.get_config_var("Py_GIL_DISABLED")


def load(path: str) -> None:
    from importlib.machinery import ExtensionFileLoader
    from importlib.util import module_from_spec, spec_from_loader

    # A build without a GIL has another layout of objects, so the library has a module for each.
    name = "gilbench_legacy_t" if sysconfig.get_config_var("Py_GIL_DISABLED") else "gilbench_legacy"
    loader = ExtensionFileLoader(name, path)
    loader.exec_module(module_from_spec(spec_from_loader(name, loader)))


def main(arguments: list[str]) -> None:
    before = enabled()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for argument in arguments:
            if argument.endswith(".so"):
                load(argument)
            else:
                importlib.import_module(argument)
    after = enabled()
    warned = any("GIL" in str(warning.message) for warning in caught)
    numbers = {
        "gil-disabled-build": bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
        "says-experimental": "experimental free-threading" in sys.version,
        "has-query": hasattr(sys, "_is_gil_enabled"),
        "enabled-before": before,
        "enabled": after,
        "switched-on": after and not before,
        "warned": warned,
    }
    json.dump({name: int(number) for name, number in numbers.items()}, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1:])
