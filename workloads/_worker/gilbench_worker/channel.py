"""The way back to the harness: the original stdout, kept apart from everything that prints.

On import the original stdout moves to a descriptor that nobody else knows, and descriptor 1 becomes
a copy of stderr. From then on neither a workload's prints, nor those of a C library, nor those of
child processes can get between the messages.
"""

from __future__ import annotations

import json
import os

PROTOCOL = 1


def _take_stdout() -> int:
    while True:  # fill descriptors 0 to 2, lest the private one become stderr where that is closed
        nowhere = os.open(os.devnull, os.O_RDWR)
        if nowhere > 2:
            os.close(nowhere)
            break
    private = os.dup(1)  # not inheritable, so started programs never hold the channel open
    os.dup2(2, 1)
    if hasattr(os, "register_at_fork"):
        # A forked child that outlives the worker would keep the harness waiting for the end.
        os.register_at_fork(after_in_child=_close)
    return private


def _close() -> None:
    global _descriptor
    if _descriptor is not None:
        os.close(_descriptor)
        _descriptor = None


_descriptor = _take_stdout()


def send(kind: str, **fields: object) -> None:
    """Send one message: one line, written at once, so that a crash never leaves half of one."""
    if _descriptor is None:
        raise RuntimeError("only the worker's first process may send messages")
    for name, value in fields.items():
        if isinstance(value, str):  # half a surrogate pair, as in odd file names, is no JSON text
            fields[name] = value.encode("utf-8", "backslashreplace").decode("utf-8")
    line = json.dumps({"protocol": PROTOCOL, "type": kind, **fields}, separators=(",", ":"))
    rest = memoryview(line.encode("ascii") + b"\n")
    while rest:
        rest = rest[os.write(_descriptor, rest) :]
