"""Print one line of JSON: what decides which wheels an interpreter gets, and who can install them.

Runs on CPython 3.8 and up, and on whatever else takes wheels.
"""

import importlib.util
import json
import os
import platform
import sys
import sysconfig


def platforms():
    """Return the platform tags of wheels that run here, the newest first: PEP 513, 571, 599, 600 and 656."""
    machine = platform.machine()
    try:
        libc = os.confstr("CS_GNU_LIBC_VERSION")
    except (AttributeError, ValueError, OSError):
        libc = None
    if not libc:
        return [f"musllinux_1_{minor}_{machine}" for minor in range(2, -1, -1)]
    minor = int(libc.split()[-1].split(".")[1])
    newest_first = [f"manylinux_2_{each}_{machine}" for each in range(minor, 4, -1)]
    legacy = [f"manylinux{each}_{machine}" for each in ("2014", "2010", "1")]
    return [*newest_first, *legacy, f"linux_{machine}"]


print(
    json.dumps(
        {
            # An environment has the packages of somebody else's work in it, the interpreter behind it has not.
            "base": getattr(sys, "_base_executable", None) or sys.executable,
            "pip": importlib.util.find_spec("pip") is not None,
            "implementation": sys.implementation.name,
            "version": "{}.{}".format(*sys.version_info[:2]),
            "free_threaded": bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
            "platforms": platforms(),
        }
    )
)
