"""Child programs that outlive neither their time limit nor the worker that started them.

For workloads that look at what other programs do, some of which may never end by themselves.
"""

from __future__ import annotations

import os
import signal
import subprocess

TYPE_CHECKING = False  # as in `typing`, without its import
if TYPE_CHECKING:
    from collections.abc import Mapping

PR_SET_PDEATHSIG = 1  # prctl(2): the signal that a process gets when its parent ends


class Outcome:
    """What became of a child program.

    - ``exit_code``: negative where a signal ended it, None where the time limit did
    - ``stdout``, ``stderr``: what it printed, as far as it came
    """

    def __init__(self, exit_code: int | None, stdout: str, stderr: str) -> None:
        self.exit_code = exit_code
        self.stdout = stdout
        self.stderr = stderr

    def last_words(self) -> str:
        """Return the last line of stderr, for messages."""
        lines = self.stderr.strip().splitlines()
        return lines[-1] if lines else "without a word"


def run_bounded(
    command: list[str], limit_s: float, environment: Mapping[str, str] | None = None
) -> Outcome:
    """Run a program to its end, or kill all of its process group after ``limit_s`` seconds."""
    child = start_bounded(
        command, environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, errors="replace"
    )
    try:
        stdout, stderr = child.communicate(timeout=limit_s)
    except subprocess.TimeoutExpired:
        end(child)
        stdout, stderr = child.communicate()
        return Outcome(None, stdout, stderr)
    except BaseException:
        end(child)
        raise
    return Outcome(child.returncode, stdout, stderr)


def start_bounded(
    command: list[str], environment: Mapping[str, str] | None = None, **streams: object
) -> subprocess.Popen:
    """Start a program as the leader of a new session; the kernel kills it when the worker ends."""
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        env=environment,
        start_new_session=True,
        preexec_fn=_die_with_parent(),
        **streams,
    )


def end(child: subprocess.Popen) -> None:
    """Kill the whole process group of a child that was not waited for yet, then wait for it."""
    if child.poll() is None:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def _die_with_parent() -> object:
    if not hasattr(os, "fork"):  # nothing to run between fork and exec
        return None
    import ctypes

    # Looked up before the fork: the child must not load anything.
    prctl = getattr(ctypes.CDLL(None), "prctl", None)
    return None if prctl is None else lambda: prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
