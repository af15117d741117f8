"""What a strategy is given, and what it can report besides its answer."""

from __future__ import annotations

import os
from time import perf_counter_ns

TYPE_CHECKING = False  # as in `typing`, without its import
if TYPE_CHECKING:
    from types import TracebackType


class Unsupported(Exception):
    """Raised by a strategy that cannot run on this interpreter or machine; its text says why."""


class Task:
    """One case: what a strategy needs to know, and where it reports what it observed.

    - the size's parameters: ``body-bytes`` is ``task.body_bytes``
    - ``workers``: threads, processes or tasks that work at once
    - ``start_method``: how to start processes; None leaves the interpreter's default
    - ``server``: address of the workload's server, if it has one
    - ``prepared``: what the workload's ``prepare`` returned, None if it has none
    """

    def __init__(
        self,
        parameters: dict[str, int],
        workers: int,
        start_method: str | None,
        server: str | None,
    ) -> None:
        self.workers = workers
        self.start_method = start_method
        self.server = server
        self.prepared = None
        self.phases: dict[str, int] = {}
        self.observations: dict[str, int] = {}
        self._parameters = {name.replace("-", "_"): value for name, value in parameters.items()}

    def __getattr__(self, name: str) -> int:
        """Look up a parameter of the size."""
        try:
            return self.__dict__["_parameters"][name]
        except KeyError:
            raise AttributeError(f"the size has no parameter `{name}`") from None

    def phase(self, name: str) -> Phase:
        """Time a part of the iteration: ``with task.phase("start"):``. Repeated parts add up."""
        return Phase(self.phases, name)

    def library(self, name: str) -> str:
        """Return the path of a shared library that gilbench brings for workloads to load."""
        path = os.path.join(os.environ.get("GILBENCH_LIBRARIES", ""), name)
        if not os.path.isfile(path):
            raise Unsupported(f"needs {name} in the folder GILBENCH_LIBRARIES")
        return path

    def observe(self, name: str, number: int) -> None:
        """Record an exact number that belongs to the iteration, such as a count of threads."""
        self.observations[name] = number


class Phase:
    """Times one part of an iteration, in nanoseconds of the clock that times the whole."""

    def __init__(self, phases: dict[str, int], name: str) -> None:
        self._phases = phases
        self._name = name

    def __enter__(self) -> None:
        self._began = perf_counter_ns()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        took = perf_counter_ns() - self._began
        self._phases[self._name] = self._phases.get(self._name, 0) + took
