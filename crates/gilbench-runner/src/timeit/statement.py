"""Times a statement in threads: the Python side of `gilbench timeit`.

Reads one request from stdin and answers with one line on the original stdout; what the statement prints goes to stderr.
As with Python's own timeit, setup and statement are one function, without garbage collection; each thread calls it.
"""

import sys

# The user's modules are found there, and must not be taken for ours.
if sys.path[:1] == [""]:
    del sys.path[0]

import gc
import itertools
import json
import os
import time
import traceback

TEMPLATE = """
def inner(_turns, _start, _end):
    {setup}
    _start()
    for _turn in _turns:
        {statement}
    _end()
"""


def compiled(setup, statement):
    """The function that threads call."""
    # Alone they have line numbers of their own, and cannot reach into what is around them.
    compile(setup, "<setup>", "exec")
    compile(setup + "\n" + statement, "<statement>", "exec")
    text = TEMPLATE.format(
        setup=setup.replace("\n", "\n" + " " * 4), statement=statement.replace("\n", "\n" + " " * 8)
    )
    names = {}
    exec(compile(text, "<inner>", "exec"), names)
    return names["inner"]


def block(inner, threads, turns):
    """So many turns in each of so many threads: nanoseconds of wall and of CPU time, and without a CPU.

    The clocks begin when the barrier opens, and end when the last thread ends.
    """
    # Some interpreters have none; that is an answer too.
    import threading

    begun, ended, queued, errors = [], [], [], []

    def read_clocks(times):
        times.append((time.perf_counter_ns(), time.process_time_ns()))

    barrier = threading.Barrier(threads, action=lambda: read_clocks(begun))

    def thread():
        before = []

        def start():
            before.append(time_queued())
            barrier.wait()

        def end():
            read_clocks(ended)
            after = time_queued()
            queued.append(None if after is None else after - before[0])

        try:
            inner(itertools.repeat(None, turns), start, end)
        except BaseException as error:
            errors.append(error)
            # The others would wait for it.
            barrier.abort()

    started = [threading.Thread(target=thread) for _ in range(threads)]
    for each in started:
        each.start()
    for each in started:
        each.join()
    if errors:
        # What the others say of the barrier follows from it.
        raise errors[0]
    wall, cpu = max(ended)
    waited = None if None in queued else sum(queued)
    return max(1, wall - begun[0][0]), cpu - begun[0][1], waited


def time_queued():
    """How long this thread was ready to run so far and had no CPU; None where no kernel tells."""
    try:
        with open("/proc/thread-self/schedstat") as file:
            return int(file.read().split()[1])
    except (OSError, ValueError, IndexError):
        return None


def fill(inner, target_ns):
    """How many turns keep one thread busy for about so long: these, how long they take, and the search took."""
    turns, spent = 1, 0
    while True:
        wall, _, _ = block(inner, 1, turns)
        spent += wall
        fitting = turns * target_ns / wall
        if wall >= 0.8 * target_ns:
            found = max(1, round(fitting))
            return found, wall * found // turns, spent
        # The first turns tell little: they are few, and may have to load or to compile something.
        turns = max(turns + 1, int(min(fitting, 100 * turns)))


def answer(request):
    """What the block of the request came to."""
    inner = compiled(request["setup"], request["statement"])
    turns = request["turns"]
    cpu = queued = None
    gc.disable()
    if turns is None:
        turns, wall, spent = fill(inner, request["target_ns"])
    else:
        # What comes only once is no part of it: loading, and compiling where there is a compiler.
        spent, _, _ = block(inner, 1, request["rehearsal"])
        wall, cpu, queued = block(inner, request["threads"], turns)
        spent += wall
    gil = getattr(sys, "_is_gil_enabled", lambda: None)
    times = {"wall_ns": wall, "spent_ns": spent, "cpu_ns": cpu, "queued_ns": queued}
    return {"turns": turns, "gil": gil(), **times}


def place(error, setup):
    """Whether setup or statement is to blame, where that can be told."""
    if isinstance(error, SyntaxError) and error.filename in ("<setup>", "<statement>"):
        return error.filename.strip("<>")
    lines = [line for frame, line in traceback.walk_tb(error.__traceback__) if is_inner(frame)]
    if not lines:
        return None
    # Setup begins in the third line.
    return "setup" if lines[0] < 4 + setup.count("\n") else "statement"


def is_inner(frame):
    """Whether that is the function of setup and statement."""
    return frame.f_code.co_filename == "<inner>"


def failure(error, setup):
    """What went wrong."""
    return {
        "place": place(error, setup),
        "said": "".join(traceback.format_exception_only(type(error), error)).strip(),
        "missing": error.name if isinstance(error, ModuleNotFoundError) else None,
    }


def main():
    """Answers one request."""
    channel = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    request = json.load(sys.stdin)
    sys.path.insert(0, "")
    try:
        line = {"done": answer(request)}
    except BaseException as error:
        line = {"failed": failure(error, request["setup"])}
    channel.write(json.dumps(line) + "\n")
    channel.flush()


main()
