"""The worker's loop: read the request, run the strategy, report each iteration."""

from __future__ import annotations

import importlib
import json
import sys
from time import perf_counter_ns

from . import facts
from .channel import send
from .request import BadRequest, parse
from .task import Task, Unsupported

try:
    import resource
except ImportError:  # Windows, WebAssembly
    resource = None

TYPE_CHECKING = False  # as in `typing`, without its import
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any

    Strategy = Callable[[Task], Any]

FAILED, BAD_REQUEST = 1, 2


def run(
    strategies: Mapping[str, Strategy],
    imports: Mapping[str, Iterable[str]] | None = None,
    prepare: Callable[[Task], Any] | None = None,
) -> None:
    """Answer the request on stdin with one of the strategies, by name.

    ``imports`` lists modules that a strategy needs and the others should not pay for. They are
    imported before `hello`, outside the timed region; if one is missing, the case is unsupported.
    ``prepare`` makes what all iterations start from, such as arrays or files, outside the timed
    region too: what it returns is ``task.prepared``.
    """
    try:
        request = parse(sys.stdin.buffer.read() if sys.stdin else b"")
    except BadRequest as error:
        send("failed", error="BadRequest", message=str(error), traceback=None)
        sys.exit(BAD_REQUEST)
    try:
        unsupported = _import(request["strategy"], imports or {}) or _lacks(request)
        send(
            "hello",
            workload=request["workload"],
            strategy=request["strategy"],
            facts=facts.facts(request["packages"], start_method=request["start_method"]),
        )
        strategy = strategies.get(request["strategy"])
        if strategy is None:
            known = ", ".join(f"`{name}`" for name in strategies)
            unsupported = f"unknown strategy `{request['strategy']}`, known are {known}"
        if unsupported:
            raise Unsupported(unsupported)
        _iterate(strategy, request, prepare)
    except Unsupported as error:
        send("unsupported", reason=str(error))
    except (Exception, SystemExit) as error:
        import traceback

        text = "".join(traceback.format_exception(type(error), error, error.__traceback__))
        send("failed", error=type(error).__name__, message=str(error), traceback=text)
        sys.exit(FAILED)
    else:
        send("done")


def _import(strategy: str, imports: Mapping[str, Iterable[str]]) -> str | None:
    for name in imports.get(strategy, ()):
        try:
            importlib.import_module(name)
        except ImportError as error:
            return f"needs {name}: {error}"
    return None


def _lacks(request: dict) -> str | None:
    wanted = request["start_method"]
    if wanted is None:
        return None
    methods = facts.start_methods()[1]
    if methods is None:
        return "needs multiprocessing"
    if wanted not in methods:
        return f"needs the start method `{wanted}`, this interpreter has {', '.join(methods)}"
    return None


def _iterate(strategy: Strategy, request: dict, prepare: Callable[[Task], Any] | None) -> None:
    task = Task(
        request["parameters"], request["workers"], request["start_method"], request["server"]
    )
    uncaught = _watch_threads()
    if prepare is not None:
        task.prepared = prepare(task)
    # The last iteration that was asked for always counts, so that something does.
    warmup = min(request["warmup"], request["iterations"] - 1)
    limit = request["time_limit_ns"]
    began = perf_counter_ns()
    for index in range(request["iterations"]):
        late = limit is not None and perf_counter_ns() - began >= limit
        if late and index >= max(1, request["least_iterations"]):
            break
        task.phases, task.observations = {}, {}
        usage = _usage()
        start = perf_counter_ns()
        answer = strategy(task)
        wall_ns = perf_counter_ns() - start
        used = [
            None if new is None or old is None else new - old for old, new in zip(usage, _usage())
        ]
        if uncaught:
            raise uncaught[0]
        send(
            "iteration",
            index=index,
            warmup=index < warmup,
            wall_ns=wall_ns,
            user_ns=used[0],
            system_ns=used[1],
            voluntary_switches=used[2],
            involuntary_switches=used[3],
            digest=digest(answer),
            phases=task.phases,
            observations=task.observations,
        )


def digest(answer: Any) -> str:
    """Return the SHA-256 of the answer as compact JSON in ASCII."""
    import hashlib  # loads OpenSSL: nothing that `hello` should wait for

    text = json.dumps(answer, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def _usage() -> tuple[int | None, ...]:
    """Return user and system CPU nanoseconds, voluntary and involuntary context switches.

    Of this process and of the children that it has waited for. The children of a fork server are
    not ours, so with one nothing is known.
    """
    server = sys.modules.get("multiprocessing.forkserver")
    if resource is None or (server and server._forkserver._forkserver_pid is not None):
        return (None, None, None, None)
    own = resource.getrusage(resource.RUSAGE_SELF)
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (
        round((own.ru_utime + children.ru_utime) * 1e9),
        round((own.ru_stime + children.ru_stime) * 1e9),
        own.ru_nvcsw + children.ru_nvcsw,
        own.ru_nivcsw + children.ru_nivcsw,
    )


def _watch_threads() -> list[BaseException]:
    """Collect what threads raise: otherwise their death would look like a fast wrong answer."""
    uncaught: list[BaseException] = []
    threading = sys.modules.get("threading")
    if threading is not None:
        show = threading.excepthook

        def collect(arguments: threading.ExceptHookArgs) -> None:
            if arguments.exc_value is not None:
                uncaught.append(arguments.exc_value)
            show(arguments)

        threading.excepthook = collect
    return uncaught
