"""Measures every script of the corpus, to justify its label, and writes `MEASURED.md`.

    python3 measure.py --python cpython-3.12=PATH --python cpython-3.13t=PATH

Each round runs a script with all CPUs, bound to one CPU, with its control (the index says what
that is), and where the label depends on the interpreter, with the GIL switched on in a
free-threaded one. What other programs used meanwhile is read from the kernel: a run that they
disturbed is made again, a few times, and the least disturbed runs count.

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
import statistics
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
PR_SET_CHILD_SUBREAPER = 36


def busy_seconds():
    """CPU time that all programs and the hypervisor have used so far, on all CPUs."""
    with open("/proc/stat", encoding="ascii") as stat:
        user, nice, system, _idle, _wait, irq, softirq, steal = map(
            int, stat.readline().split()[1:9]
        )
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")


def wait_for_quiet(patience):
    """Wait until other programs leave the CPUs alone, but no longer than that many seconds."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        others, start = busy_seconds(), time.perf_counter()
        time.sleep(0.4)
        if (busy_seconds() - others) / (time.perf_counter() - start) < QUIET:
            break


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


def measure(script, interpreter, python, options):
    """Run all variants in turn, in random order, until enough runs of each are quiet."""
    stdin = (script.get("stdin") or "").encode()
    with tempfile.TemporaryDirectory() as folder:
        ways = variants(script, interpreter, python, folder)
        runs = {name: [] for name in ways}
        for _ in range(options.rounds + options.tries):
            names = [n for n in ways if sum(r["others"] < QUIET for r in runs[n]) < options.rounds]
            random.shuffle(names)
            for name in names:
                wait_for_quiet(options.patience)
                runs[name].append(timed(*ways[name], stdin))
    return {n: sorted(r, key=lambda run: run["others"])[: options.rounds] for n, r in runs.items()}


def summary(runs):
    """Medians of the runs that count."""
    middle = {n: statistics.median(r["wall"] for r in chosen) for n, chosen in runs.items()}
    return {
        "wall": middle["all"],
        "cpus": statistics.median(r["cpu"] / r["wall"] for r in runs["all"]),
        "others": max(r["others"] for chosen in runs.values() for r in chosen),
        "answers": sorted(
            {r["answer"] for n, chosen in runs.items() if n != "control" for r in chosen}
        ),
        **{f"{n}/all": wall / middle["all"] for n, wall in middle.items() if n != "all"},
    }


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--python", action="append", default=[], metavar="ID=PATH")
    parser.add_argument("--only", nargs="*", help="files to measure; the others keep their figures")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--tries", type=int, default=4, help="further rounds for disturbed runs")
    parser.add_argument("--patience", type=float, default=5, help="seconds to wait for quiet")
    parser.add_argument(
        "--disturbed", action="store_true", help="measure what was disturbed or never"
    )
    parser.add_argument("--store", type=Path, default=HERE / "measured.json")
    options = parser.parse_args()

    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)
    scripts = index.read(HERE / "corpus.yaml")["scripts"]
    store = json.loads(options.store.read_text()) if options.store.exists() else {}
    for script in scripts:
        if options.only is not None and script["file"] not in options.only:
            continue
        for interpreter, python in (pair.split("=", 1) for pair in options.python):
            known = store.get(script["file"], {}).get(interpreter)
            if options.disturbed and known and known["others"] < 2 * QUIET:
                continue
            runs = measure(script, interpreter, python, options)
            figures = summary(runs)
            store.setdefault(script["file"], {})[interpreter] = figures
            options.store.write_text(json.dumps(store, indent=1, sort_keys=True) + "\n")
            print(table.row(script, interpreter, figures), flush=True)
    (HERE / "MEASURED.md").write_text(table.page(scripts, store), encoding="utf-8")


if __name__ == "__main__":
    main()
