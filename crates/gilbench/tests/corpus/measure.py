"""Measures every script of the corpus, to justify its label, and writes `MEASURED.md`.

    python3 measure.py --python cpython-3.12=PATH --python cpython-3.13t=PATH

Each pass runs every script with all CPUs, bound to one CPU, with its control (the index says what
that is), and where the label depends on the interpreter, with the GIL switched on in a
free-threaded one. What other programs used meanwhile is read from the kernel: the least disturbed
runs of all passes count, and more passes may find better ones. `measured.json` keeps them.

Does not diagnose anything: `table.py` compares the figures with what a label leads one to expect.
Linux only. Needs the standard library alone.
"""

import argparse
import contextlib
import ctypes
import hashlib
import json
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import index
import table

HERE = Path(__file__).resolve().parent
# A run is as good as undisturbed while other programs use less than this many CPUs.
QUIET = 0.08
# Runs of each kind that count: the least disturbed ones.
ROUNDS = 3
PR_SET_CHILD_SUBREAPER = 36


def busy_seconds():
    """CPU time that all programs and the hypervisor have used so far, on all CPUs."""
    with open("/proc/stat", encoding="ascii") as stat:
        user, nice, system, _idle, _wait, irq, softirq, steal = map(
            int, stat.readline().split()[1:9]
        )
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")


def is_quiet(patience):
    """Wait until other programs leave the CPUs alone, but no longer than that many seconds."""
    end = time.monotonic() + patience
    while True:
        others, start = busy_seconds(), time.perf_counter()
        time.sleep(0.3)
        if (busy_seconds() - others) / (time.perf_counter() - start) < QUIET:
            return True
        if time.monotonic() > end:
            return False


def cpu_seconds():
    """CPU time of all descendants that have ended: they are reaped here, orphans too."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def reap(group):
    """End what the script left behind, so that its time counts."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):
        while os.wait():
            pass


def timed(command, environment, cpus, stdin):
    """Run once: wall and CPU seconds, CPUs that others used, and a digest of the answer."""
    others, used, start = busy_seconds(), cpu_seconds(), time.perf_counter()
    child = subprocess.Popen(
        command,
        env={**os.environ, **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        preexec_fn=lambda: os.sched_setaffinity(0, cpus),
    )
    out, err = child.communicate(stdin)
    wall = time.perf_counter() - start
    reap(child.pid)
    if child.returncode:
        sys.exit(f"{' '.join(command)} ended with {child.returncode}:\n{err.decode()}")
    cpu = cpu_seconds() - used
    others = max(0.0, busy_seconds() - others - cpu) / wall
    answer = hashlib.sha256(out).hexdigest()[:12]
    return {"wall": wall, "cpu": cpu, "others": others, "answer": answer}


def edited(script, control, folder):
    """Copy a script with the control's edits made."""
    text = (HERE / "scripts" / script["file"]).read_text(encoding="utf-8")
    for edit in control.get("edits", []):
        if edit["replace"] not in text:
            sys.exit(f"{script['file']} has no `{edit['replace']}`")
        text = text.replace(edit["replace"], edit["by"])
    path = Path(folder) / script["file"]
    path.write_text(text, encoding="utf-8")
    return path


def variants(script, interpreter, python, folder):
    """Name the ways to run a script, each with its command, environment and CPUs."""
    path = HERE / "scripts" / script["file"]
    prefix, args = script.get("prefix", []), script.get("args", [])
    cpus = os.sched_getaffinity(0)
    usual = [*prefix, python, str(path), *args]
    ways = {"all": (usual, {}, cpus), "one": (usual, {}, {min(cpus)})}
    if control := script.get("control"):
        environment = dict(pair.split("=", 1) for pair in control.get("environment", []))
        command = [python, str(edited(script, control, folder)), *args]
        ways["control"] = ([*control.get("prefix", prefix), *command], environment, cpus)
    labels = {script[i]["verdict"] for i in ("cpython-3.12", "cpython-3.13t")}
    if interpreter.endswith("t") and len(labels) > 1:
        ways["gil"] = (usual, {"PYTHON_GIL": "1"}, cpus)
    return ways


def digest(script):
    """Identify what is run: figures of another text or start are of no use."""
    text = (HERE / "scripts" / script["file"]).read_text(encoding="utf-8")
    start = [script.get(key) for key in ("prefix", "args", "stdin", "control")]
    return hashlib.sha256(f"{text}{start}".encode()).hexdigest()[:12]


def measure(script, interpreter, python, runs, options):
    """Run each variant once more that lacks quiet runs, in random order, and keep the best."""
    stdin = (script.get("stdin") or "").encode()
    done = 0
    with tempfile.TemporaryDirectory() as folder:
        ways = variants(script, interpreter, python, folder)
        for name in random.sample(sorted(ways), len(ways)):
            known = runs.setdefault(name, [])
            if sum(run["others"] < QUIET for run in known) >= ROUNDS:
                continue
            if not is_quiet(options.patience) and len(known) >= ROUNDS:
                continue
            known.append(timed(*ways[name], stdin))
            runs[name] = sorted(known, key=lambda run: run["others"])[:ROUNDS]
            done += 1
    return done


def one_pass(scripts, store, options):
    """Go once over all scripts and interpreters. Returns how many runs that took."""
    done = 0
    for script in scripts:
        for interpreter, python in (pair.split("=", 1) for pair in options.python):
            known = store.setdefault(script["file"], {})
            if known.get(interpreter, {}).get("digest") != digest(script):
                known[interpreter] = {"digest": digest(script), "runs": {}}
            done += measure(script, interpreter, python, known[interpreter]["runs"], options)
            options.store.write_text(json.dumps(store, indent=1, sort_keys=True) + "\n")
    return done


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--python", action="append", default=[], metavar="ID=PATH")
    parser.add_argument("--only", nargs="*", help="files to measure; the others keep their figures")
    parser.add_argument("--passes", type=int, default=6, help="how often to look for quiet runs")
    parser.add_argument("--patience", type=float, default=5, help="seconds to wait for quiet")
    parser.add_argument("--store", type=Path, default=HERE / "measured.json")
    options = parser.parse_args()

    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)
    scripts = index.read(HERE / "corpus.yaml")["scripts"]
    store = json.loads(options.store.read_text()) if options.store.exists() else {}
    chosen = [s for s in scripts if options.only is None or s["file"] in options.only]
    for number in range(options.passes):
        done = one_pass(chosen, store, options)
        (HERE / "MEASURED.md").write_text(table.page(scripts, store), encoding="utf-8")
        print(f"pass {number + 1} of {options.passes}: {done} runs", flush=True)
        if not done and number + 1 >= ROUNDS:
            break


if __name__ == "__main__":
    main()
