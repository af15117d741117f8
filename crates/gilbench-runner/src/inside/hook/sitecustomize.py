# ruff: noqa: SIM105, UP031 (braces of JSON, and no import that the program does not make itself)
"""Tells from inside of a program where its threads are, and what its interpreter knows.

Every Python imports `sitecustomize` before it runs anything; this one is found first because its folder stands first in
`PYTHONPATH`. It writes lines of JSON into a file beside itself, one file for each process. The program must not notice:
nothing of it stays in `sys.path`, `os.environ` or `threading.enumerate()`, what would have been imported in its place
is, and whatever goes wrong here is silent. It makes the program slower, so nothing is timed meanwhile.
"""


def _begin():
    import os
    import sys
    import time

    folder = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [path for path in sys.path if os.path.abspath(path or ".") != folder]
    _hide(os, folder)
    teller = _Teller(os, sys, time, folder)
    teller.start()
    if hasattr(os, "register_at_fork"):
        # A fork copies only the thread that forks, and Python warns of it where there are others.
        os.register_at_fork(
            before=teller.pause, after_in_parent=teller.go_on, after_in_child=teller.start_in_child
        )
    _give_way(sys)


def _give_way(sys):
    """Runs what would have been imported in our place. Where there is nothing, our name goes with the first sample."""
    finders = (getattr(finder, "find_spec", None) for finder in sys.meta_path)
    specs = (find("sitecustomize", None, None) for find in finders if find)
    spec = next((spec for spec in specs if spec is not None and spec.loader is not None), None)
    if spec is not None:
        module = type(sys)("sitecustomize")
        module.__spec__, module.__loader__, module.__file__ = spec, spec.loader, spec.origin
        sys.modules["sitecustomize"] = module
        spec.loader.exec_module(module)


def _hide(os, folder):
    """Takes the folder out of what the program sees of its environment, but not out of what its children get."""
    seen = os.environ._data
    name = os.environ.encodekey("PYTHONPATH")
    value = os.environ.decodevalue(seen.get(name, b""))
    rest = [path for path in value.split(os.pathsep) if path != folder]
    if any(rest):
        seen[name] = os.environ.encodevalue(os.pathsep.join(rest))
    else:
        seen.pop(name, None)


class _Teller:
    def __init__(self, os, sys, time, folder):
        import _thread

        self.os, self.sys, self.time, self.thread, self.folder = os, sys, time, _thread, folder
        self.own = type(self).__init__.__code__.co_filename
        self.awake = _thread.allocate_lock()
        self.awake.acquire()
        self.going, self.sampling = None, None

    def start(self):
        """Begins to tell, in a file of this process's own."""
        told = (self.folder, self.os.getpid(), self.time.monotonic_ns())
        self.file = _File(self.os, "%s/%d-%d.jsonl" % told)
        self.dump = None
        self.frames, self.stacks, self.codes, self.names, self.calls = {}, {}, [], {}, {}
        self.texts, self.modules_by_file, self.modules_known = {}, {}, 0
        self.count, self.modules, self.waiting, self.known = 0, 0, 0, None
        self.workers = []
        self.loop = None
        self.lines = []
        self.hello()
        self.go_on()

    def start_in_child(self):
        """The same after a fork; PyPy crashes where a thread begins before the fork has returned."""
        sys = self.sys
        if sys.implementation.name != "pypy":
            self.start()
            return
        forks = sys._getframe(1)
        at = forks.f_lasti

        def begin(*_):
            if forks.f_lasti != at:
                sys.setprofile(None)
                self.start()

        if sys.getprofile() is None:
            sys.setprofile(begin)

    def go_on(self):
        # One that did not end in time for a fork is not to go on beside the next.
        self.going = object()
        self.thread.start_new_thread(self.run, (self.going,))

    def pause(self):
        """Ends the thread that samples, for the moment of a fork."""
        self.going = None
        if self.awake.locked():
            self.awake.release()
        for _ in range(200):
            if self.sampling is None:
                break
            self.time.sleep(0.0001)
        self.awake.acquire(False)

    def run(self, turn):
        self.sampling = turn
        self.lines.append('{"ours":%d}' % getattr(self.thread, "get_native_id", int)())
        try:
            while self.going is turn:
                try:
                    self.sample()
                except Exception as error:
                    # Where there is no GIL, what is looked at may change meanwhile; and modules may be half imported.
                    self.lose(error)
                # Half the time for which a thread keeps the GIL at first, and more seldom in what lasts.
                pause = 0.004 if self.count < 500 else 0.01 if self.count < 3000 else 0.05
                self.awake.acquire(True, pause)
        except BaseException as error:
            # Also what an interpreter that ends does to its threads.
            self.lose(error)
        if self.sampling is turn:
            self.sampling = None

    def lose(self, error):
        """Says why something is missing. What was told before it stays: later lines count on it."""
        self.lines.append('{"lost":%s}' % _quoted("%s: %s" % (type(error).__name__, error)))
        self.write()

    def sample(self):
        self.count += 1
        ours = self.module("sitecustomize")
        if getattr(ours, "_begin", None) is _begin and not getattr(
            ours.__spec__, "_initializing", False
        ):
            del self.sys.modules["sitecustomize"]
        at = self.time.monotonic_ns()
        threading = self.module("threading")
        active = getattr(threading, "_active", None) or {}
        main = getattr(threading, "_main_thread", None)
        main = main.ident if main is not None else None
        me = self.thread.get_ident()
        # Before the frames: to take them stops all threads for a moment where there is no GIL.
        active_threads = {native for native in list(self.names) if self.is_active(native)}
        enabled = getattr(self.sys, "_is_gil_enabled", None)
        if enabled is None or enabled():
            found, number = self.sys._current_frames(), self.stack
        else:
            found, number = self.dumped(), self.stack_of
        until = self.time.monotonic_ns()
        where = []
        for ident, stack in list(found.items()):
            if ident == me:
                continue
            thread = _entry(active, ident)
            native = getattr(thread, "native_id", None)
            if ident == main or (main is None and len(found) == 2):
                native = self.os.getpid()
            if native is not None:
                where.append("[%d,%d,%d]" % (native, number(stack), native in active_threads))
                self.names[native] = "" if thread is None else thread.name
        del found
        self.lines.append('{"at":%d,"until":%d,"where":[%s]}' % (at, until, ",".join(where)))
        if self.count % 25 == 0 or self.count & (self.count - 1) == 0:
            self.knowledge()
        self.watch_loops()
        self.write()

    def is_active(self, native):
        """Whether a thread runs, or would if it had the GIL: it waits for a futex, but not for long."""
        try:
            file = self.calls.get(native)
            if file is None:
                path = "/proc/self/task/%d/syscall" % native
                file = self.calls[native] = self.os.open(
                    path, self.os.O_RDONLY | getattr(self.os, "O_CLOEXEC", 0)
                )
            words = self.os.pread(file, 160, 0).split()
        except OSError:
            # It has ended, and its number may be given to another.
            self.names.pop(native, None)
            if self.calls.get(native) is not None:
                self.os.close(self.calls.pop(native))
            return False
        return words[:1] == [b"running"] or (
            len(words) > 4 and words[0] in (b"202", b"98") and words[4] != b"0x0"
        )

    def stack(self, frame):
        places = []
        while frame is not None and frame.f_code.co_filename == self.own:
            frame = frame.f_back
        while frame is not None and len(places) < 80:
            code, line = frame.f_code, frame.f_lineno or 0
            place = self.frames.get((id(code), line))
            if place is None:
                name = _entry(frame.f_globals, "__name__")
                place = self.frame((id(code), line), name, code.co_name, code.co_filename, line)
                # Kept, so that its address is not given to another.
                self.codes.append(code)
            places.append(place)
            frame = frame.f_back
        return self.number(tuple(places))

    def frame(self, key, module, function, file, line):
        text = ",".join(_quoted(word) for word in (module, function, file))
        self.lines.append('{"frame":[%s,%d]}' % (text, line))
        place = self.frames[key] = len(self.frames)
        return place

    def number(self, places):
        number = self.stacks.get(places)
        if number is None:
            self.lines.append('{"stack":[%s]}' % ",".join(map(str, places)))
            number = self.stacks[places] = len(self.stacks)
        return number

    def dumped(self):
        """The stacks of all threads as text, where there is no GIL.

        Threads go on while frames are looked at, and what is read of a function that returns meanwhile ends the
        program. Here the interpreter writes the stacks while all threads stand still; it does so from 3.13.2 on.
        """
        if self.sys.version_info < (3, 13, 2):
            return {}
        if self.dump is None:
            known = "faulthandler" in self.sys.modules
            self.faulthandler = __import__("faulthandler")
            if not known:
                self.sys.modules.pop("faulthandler", None)
            self.dump = _File(self.os, None)
        file = self.dump.number()
        self.os.ftruncate(file, 0)
        self.os.lseek(file, 0, self.os.SEEK_SET)
        self.faulthandler.dump_traceback(file, all_threads=True)
        length = self.os.lseek(file, 0, self.os.SEEK_CUR)
        text = self.os.pread(file, length, 0).decode("ascii", "replace")
        blocks = (block.partition("\n") for block in text.split("hread 0x")[1:])
        return {int(head.split(" ")[0], 16): stack for head, _, stack in blocks}

    def stack_of(self, text):
        number = self.texts.get(text)
        if number is not None:
            return number
        if len(self.sys.modules) != self.modules_known:
            self.modules_known = len(self.sys.modules)
            modules = list(self.sys.modules.items())
            self.modules_by_file = {
                getattr(module, "__file__", None) or name: name for name, module in modules
            }
        places, own = [], True
        for line in text.split("\n"):
            if not line.startswith('  File "'):
                continue
            file, _, rest = line[8:].rpartition('", line ')
            line, _, function = rest.partition(" in ")
            own = own and file == self.own
            if not own and len(places) < 80:
                key = (file, line, function)
                place = self.frames.get(key)
                if place is None:
                    module = self.modules_by_file.get(file, "")
                    place = self.frame(key, module, function, file, int(line))
                places.append(place)
        # By its text it is found sooner.
        number = self.texts[text] = self.number(tuple(places))
        return number

    def hello(self):
        sys = self.sys
        name = sys.implementation.name
        built = "t" not in getattr(sys, "abiflags", "") if name == "cpython" else None
        version = "%d.%d.%d" % tuple(sys.version_info[:3])
        self.lines.append(
            '{"hello":{"at_ns":%d,"implementation":%s,"version":%s,"gil_built":%s}}'
            % (self.time.monotonic_ns(), _quoted(name), _quoted(version), _word(built))
        )
        self.write()

    def knowledge(self):
        sys = self.sys
        enabled = getattr(sys, "_is_gil_enabled", None)
        enabled = enabled() if enabled else True if sys.implementation.name == "cpython" else None
        interval = getattr(sys, "getswitchinterval", None)
        interval = int(interval() * 1e9) if interval else None
        context = self.module("multiprocessing.context")
        method = None
        if context is not None:
            default = getattr(context, "_default_context", None)
            chosen = getattr(default, "_actual_context", None)
            method = getattr(chosen or getattr(default, "_default_context", None), "_name", None)
        if len(sys.modules) != self.modules:
            self.modules = len(sys.modules)
            self.extensions = sorted(set(_extensions(sys)))
        self.look_at_executors()
        names = ",".join(
            '"%d":%s' % (native, _quoted(name))
            for native, name in sorted(self.names.items())
            if name
        )
        loop = self.loop
        known = (
            '"gil_enabled":%s,"switch_interval_ns":%s,"start_method":%s,"extensions":[%s],"thread_names":{%s},'
            '"executor_workers":%s,"tasks_waiting":%d,"event_loop":%s'
            % (
                _word(enabled),
                _word(interval),
                _quoted(method) if method else "null",
                ",".join(map(_quoted, self.extensions)),
                names,
                self.workers,
                self.waiting,
                "null" if loop is None else loop.told(),
            )
        )
        if known != self.known:
            self.known = known
            self.lines.append('{"knows":{%s}}' % known)

    def look_at_executors(self):
        """How many workers each one has, and how many tasks wait; of all times, when there was most of it."""
        threads = self.module("concurrent.futures.thread")
        queues = list((getattr(threads, "_threads_queues", None) or {}).values())
        processes = self.module("concurrent.futures.process")
        managers = list(getattr(processes, "_threads_wakeups", None) or {})
        workers = [
            queues.count(queue) for place, queue in enumerate(queues) if queue not in queues[:place]
        ]
        workers += [len(getattr(manager, "processes", None) or ()) for manager in managers]
        if sum(workers) > sum(self.workers):
            self.workers = workers
        self.waiting = max([self.waiting] + [queue.qsize() for queue in queues])

    def watch_loops(self):
        """Times the callbacks of event loops, once there can be some."""
        if self.loop is None and hasattr(self.module("asyncio.tasks"), "all_tasks"):
            events = self.module("asyncio.events")
            if hasattr(events, "Handle"):
                self.loop = _Loop(self.time, self.module("asyncio.tasks"))
                self.loop.watch(events.Handle)

    def module(self, name):
        return _entry(self.sys.modules, name)

    def write(self):
        text = "\n".join(self.lines) + "\n"
        self.lines.clear()
        self.os.write(self.file.number(), text.encode("utf-8", "replace"))


class _File:
    """A file of ours, by a path or without one. A program may close what it did not open, as daemons do."""

    def __init__(self, os, path):
        self.os, self.path = os, path
        self.open()

    def open(self):
        if self.path is None:
            self.descriptor = self.os.memfd_create("stacks")
        else:
            flags = self.os.O_WRONLY | self.os.O_CREAT | self.os.O_APPEND
            self.descriptor = self.os.open(
                self.path, flags | getattr(self.os, "O_CLOEXEC", 0), 0o600
            )
        self.inode = self.os.fstat(self.descriptor).st_ino

    def number(self):
        try:
            if self.os.fstat(self.descriptor).st_ino == self.inode:
                return self.descriptor
        except OSError:
            pass
        self.open()
        return self.descriptor


class _Loop:
    """What the event loops of a process do."""

    def __init__(self, time, tasks):
        self.time, self.tasks = time, tasks
        self.callbacks = self.slow = 0
        self.seconds = self.with_others = self.longest = 0.0

    def watch(self, handle):
        run, monotonic = handle._run, self.time.monotonic

        def _run(self_):
            begun = monotonic()
            try:
                return run(self_)
            finally:
                took = monotonic() - begun
                self.callbacks += 1
                if took > 0.005:
                    self.took(took)

        handle._run = _run

    def took(self, seconds):
        self.slow += 1
        self.seconds += seconds
        self.longest = max(self.longest, seconds)
        if self.others_wait():
            self.with_others += seconds

    def others_wait(self):
        """Whether there are tasks that do not wait for another one."""
        try:
            current = self.tasks.current_task()
            for task in self.tasks.all_tasks():
                waits_for = getattr(task, "_fut_waiter", None)
                if task is not current and not isinstance(
                    waits_for, (self.tasks.Task, self.tasks._GatheringFuture)
                ):
                    return True
        except Exception:
            pass
        return False

    def told(self):
        return (
            '{"callbacks":%d,"slow":%d,"slow_seconds":%.6f,'
            '"slow_seconds_with_others":%.6f,"longest_seconds":%.6f}'
            % (self.callbacks, self.slow, self.seconds, self.with_others, self.longest)
        )


def _entry(mapping, key):
    """What a dict of the program's has.

    Its method `get` locks the dict twice on CPython 3.13t where the value is another thread's, and gives up its CPU 40
    times before it gives way to itself: a tenth of a second on a busy machine.
    """
    try:
        return mapping[key]
    except KeyError:
        return None


def _extensions(sys):
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if isinstance(file, str) and file.endswith((".so", ".pyd")) and "lib-dynload" not in file:
            yield name.partition(".")[0]


def _quoted(text):
    text = str(text).replace("\\", "\\\\").replace('"', '\\"')
    return '"%s"' % "".join(letter if letter >= " " else " " for letter in text)


def _word(value):
    return {None: "null", True: "true", False: "false"}.get(value, value)


try:
    _begin()
except Exception:
    pass
