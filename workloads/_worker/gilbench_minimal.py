"""The worker for interpreters that cannot run gilbench_worker: Python 2.7, Jython, MicroPython.

Written in what they have in common (no f-strings, no annotations, no keyword-only arguments), so it
runs on every Python 3 too. It answers the same protocol, see docs/protocol.md, and says null where
it cannot measure. It cannot tell what threads raise, and has no phases.
"""

import binascii
import hashlib
import json
import sys
import time

try:
    import resource
except ImportError:  # Jython, MicroPython, Windows
    resource = None
try:
    import _thread
except ImportError:  # Python 2.7, Jython
    import thread as _thread

try:
    lazy_range = xrange  # Python 2's range would make a list of ten million numbers
except NameError:
    lazy_range = range

PROTOCOL = 1
FAILED, BAD_REQUEST = 1, 2
FIELDS = (
    "protocol",
    "workload",
    "strategy",
    "size",
    "parameters",
    "workers",
    "start_method",
    "omp",
    "server",
    "iterations",
    "warmup",
    "time_limit_ns",
    "least_iterations",
    "packages",
)

NAME = sys.implementation.name if hasattr(sys, "implementation") else None
if NAME is None:  # Python 2
    NAME = "jython" if sys.platform.startswith("java") else "cpython"


class BadRequest(Exception):
    """The request cannot be understood."""


class Unsupported(Exception):
    """The case cannot run here; the text says why."""


class Task(object):  # in Python 2 a class without this is an old-style one
    """One case: the size's parameters as attributes, ``workers``, and what was observed."""

    def __init__(self, request):
        for name in request["parameters"]:
            setattr(self, str(name.replace("-", "_")), request["parameters"][name])
        self.workers = request["workers"]
        self.observations = {}

    def observe(self, name, number):
        """Record an exact number that belongs to the iteration, such as a count of threads."""
        self.observations[name] = number


def run_threads(functions):
    """Start a thread for each function, then wait for all; not all have `threading`."""
    locks = []
    for function in functions:
        lock = _thread.allocate_lock()
        lock.acquire()
        locks.append(lock)
        _thread.start_new_thread(_call_and_release, (function, lock))
    for lock in locks:
        lock.acquire()


def _call_and_release(function, lock):
    try:
        function()
    finally:
        lock.release()


def run(strategies):
    """Answer the request on stdin with one of the strategies, by name."""
    send = _take_stdout()
    try:
        request = parse(sys.stdin.read())
    except BadRequest as error:
        send("failed", {"error": "BadRequest", "message": error.args[0], "traceback": None})
        sys.exit(BAD_REQUEST)
    failed = False
    try:
        hello = {"workload": request["workload"], "strategy": request["strategy"]}
        hello["facts"] = facts(request["packages"])
        send("hello", hello)
        if request["strategy"] not in strategies:
            known = ", ".join(["`" + name + "`" for name in sorted(strategies)])
            raise Unsupported("unknown strategy `%s`, known are %s" % (request["strategy"], known))
        iterate(strategies[request["strategy"]], request, send)
        send("done", {})
    except Unsupported as error:
        send("unsupported", {"reason": error.args[0]})
    except Exception as error:
        failed = True
        names = {"error": type(error).__name__, "message": str(error)}
        names["traceback"] = _traceback(error)
        send("failed", names)
    if failed:
        sys.exit(FAILED)


def parse(text):
    """Return the request as a dictionary that has every field."""
    try:
        request = json.loads(text)
    except ValueError as error:
        raise BadRequest("the request is not JSON: %s" % (error,))
    if not isinstance(request, dict):
        raise BadRequest("the request is not a JSON object")
    if request.get("protocol", PROTOCOL) != PROTOCOL:
        raise BadRequest("`protocol` is %s, expected %d" % (request["protocol"], PROTOCOL))
    for name in request:
        if name not in FIELDS:
            raise BadRequest("unknown field `%s`" % (name,))
    for name in FIELDS:
        if name not in request:
            raise BadRequest("no field `%s`" % (name,))
    return request


def iterate(strategy, request, send):
    """Run the strategy as often as the request asks, and report each time."""
    task = Task(request)
    now, elapsed, _name, _resolution = _clock()
    warmup = min(request["warmup"], request["iterations"] - 1)
    limit = request["time_limit_ns"]
    began = now()
    for index in range(request["iterations"]):
        late = limit is not None and elapsed(began) >= limit
        if late and index >= max(1, request["least_iterations"]):
            break
        task.observations = {}
        usage = _usage()
        start = now()
        answer = strategy(task)
        wall_ns = elapsed(start)
        used = _usage()
        if usage is None:
            used = [None] * 4
        else:
            used = [used[i] - usage[i] for i in range(4)]
        message = {"index": index, "warmup": index < warmup, "wall_ns": wall_ns}
        message["user_ns"], message["system_ns"] = used[0], used[1]
        message["voluntary_switches"], message["involuntary_switches"] = used[2], used[3]
        message["digest"] = digest(answer)
        message["phases"] = {}
        message["observations"] = task.observations
        send("iteration", message)


def digest(answer):
    """Return the SHA-256 of the answer as compact JSON."""
    text = compact(answer).encode("ascii")
    return binascii.hexlify(hashlib.sha256(text).digest()).decode("ascii")


def compact(answer):
    """Return compact JSON: MicroPython's json.dumps need not know separators."""
    if isinstance(answer, (list, tuple)):
        return "[" + ",".join([compact(item) for item in answer]) + "]"
    return json.dumps(answer)


def _take_stdout():
    # Not all can move descriptors: what Python prints goes to stderr, a C library's output not.
    channel = sys.stdout
    try:
        sys.stdout = sys.stderr
    except AttributeError:  # MicroPython, where built without
        pass

    def send(kind, fields):
        message = {"protocol": PROTOCOL, "type": kind}
        message.update(fields)
        channel.write(json.dumps(message) + "\n")
        if hasattr(channel, "flush"):
            channel.flush()

    return send


def _traceback(error):
    if hasattr(sys, "print_exception"):  # MicroPython
        import io

        text = io.StringIO()
        sys.print_exception(error, text)
        return text.getvalue()
    import traceback

    return traceback.format_exc()


def _usage():
    """Return user and system CPU nanoseconds, voluntary and involuntary context switches."""
    if resource is None:
        return None
    own = resource.getrusage(resource.RUSAGE_SELF)
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (
        int(round((own.ru_utime + children.ru_utime) * 1e9)),
        int(round((own.ru_stime + children.ru_stime) * 1e9)),
        own.ru_nvcsw + children.ru_nvcsw,
        own.ru_nivcsw + children.ru_nivcsw,
    )


def _clock():
    """Return the best clock: now(), nanoseconds elapsed since a now(), its name and resolution."""
    if hasattr(time, "ticks_us"):  # MicroPython; wraps around, which ticks_diff knows
        return (
            time.ticks_us,
            lambda start: time.ticks_diff(time.ticks_us(), start) * 1000,
            "time.ticks_us",
            1000,
        )
    if hasattr(time, "perf_counter_ns"):
        now, name, resolution = time.perf_counter_ns, "time.perf_counter_ns", None
    elif NAME == "jython":
        from java.lang import System

        now, name, resolution = System.nanoTime, "java.lang.System.nanoTime", None
    else:
        now, name, resolution = _clock_of_python2()
    return now, lambda start: int(now() - start), name, resolution


def _clock_of_python2():
    # Python 2 has no monotonic clock; on Linux the C library has.
    if sys.platform.startswith("linux"):
        import ctypes

        class Timespec(ctypes.Structure):
            _fields_ = (("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long))

        clock_gettime = getattr(ctypes.CDLL(None), "clock_gettime", None)
        monotonic = 1

        def now():
            spec = Timespec()
            clock_gettime(monotonic, ctypes.byref(spec))
            return spec.seconds * 1000000000 + spec.nanoseconds

        if clock_gettime is not None:
            return now, "clock_gettime(CLOCK_MONOTONIC)", 1
    return lambda: int(time.time() * 1e9), "time.time (not monotonic)", None


def facts(packages):
    """Return the facts of docs/protocol.md; None where the interpreter cannot say."""
    gil = _gil()
    clock = _clock()
    return {
        "implementation": NAME,
        "version": _version(),
        "version_text": sys.version,
        "executable": getattr(sys, "executable", None) or None,
        "platform": _platform(),
        "build": {"compiler": _compiler(), "configure": None, "pgo": None, "lto": None},
        "gil": {"built": gil, "enabled_before_imports": gil, "enabled_after_imports": gil},
        "jit": _jit(),
        "jit_available": None,
        "allocator": _allocator(),
        "start_method": None,
        "start_methods": None,
        "cpus": {"count": _cpu_count(), "affinity": None, "allowed": _cpus_allowed()},
        "clock": {"name": clock[2], "resolution_ns": clock[3]},
        "packages": _packages(packages),
        "imports": None,
        "blas": None,
    }


def _gil():
    if NAME == "cpython":
        return True
    if NAME == "jython":
        return False
    # MicroPython: its Unix port is built without one, its other ports with one. It cannot be asked.
    return False if sys.platform in ("linux", "darwin") else None


def _version():
    # MicroPython claims language version 3.4.0 in every release; only its own tells them apart.
    version = sys.implementation.version if NAME == "micropython" else sys.version_info
    return "%d.%d.%d" % (version[0], version[1], version[2])


def _platform():
    if NAME == "jython":
        from java.lang import System

        architecture = System.getProperty("os.arch").replace("amd64", "x86_64")
        return System.getProperty("os.name").lower() + "-" + architecture
    import os

    system = "linux" if sys.platform == "linux2" else sys.platform  # as Python 3 says it
    return system + "-" + os.uname()[4] if hasattr(os, "uname") else system


def _compiler():
    text = getattr(sys.implementation, "_machine", "") if NAME == "micropython" else sys.version
    if NAME == "jython" or "[" not in text:
        return None
    return text[text.rfind("[") + 1 :].split("]")[0]


def _jit():
    if NAME != "jython":
        return "none"
    from java.lang import System

    return "none" if "interpreted" in System.getProperty("java.vm.info") else "hotspot"


def _allocator():
    in_force, pymalloc = None, None
    if NAME == "cpython":
        import sysconfig

        pymalloc = bool(sysconfig.get_config_var("WITH_PYMALLOC"))
        in_force = "pymalloc" if pymalloc else "malloc"
    return {"in_force": in_force, "pymalloc": pymalloc, "mimalloc": None}


def _cpu_count():
    if NAME == "jython":
        from java.lang import Runtime

        return int(Runtime.getRuntime().availableProcessors())
    import os

    try:
        return os.sysconf("SC_NPROCESSORS_ONLN")
    except (AttributeError, ValueError):  # MicroPython and Windows; unknown to the system
        return None


def _cpus_allowed():
    try:
        status = open("/proc/self/status")
    except Exception:  # IOError in Python 2, OSError in MicroPython, neither in both
        return None
    try:
        for line in status:
            if line.startswith("Cpus_allowed_list:"):
                return line.split(":")[1].strip()
    finally:
        status.close()
    return None


def _packages(names):
    if not names:
        return []
    try:
        import pkg_resources
    except ImportError:
        return []
    found = []
    for name in names:
        try:
            version = pkg_resources.get_distribution(name).version
        except pkg_resources.DistributionNotFound:
            continue
        found.append({"name": name, "version": version, "wheel_tag": None})
    return found
