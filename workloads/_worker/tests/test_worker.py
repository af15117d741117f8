"""The worker from outside: what a harness sees of it.

Run with ``python -m unittest discover -s workloads/_worker/tests``. Only behaviour, never speed.
"""

import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
import textwrap
import unittest
from pathlib import Path

WORKER = Path(__file__).resolve().parents[1]
WORKLOADS = WORKER.parent
INTERPRETERS = WORKLOADS.parent / "interpreters"

REQUEST = {
    "protocol": 1,
    "workload": "test",
    "strategy": "sequential",
    "size": "default",
    "parameters": {"n": 3},
    "workers": 2,
    "start_method": None,
    "omp": 1,
    "server": None,
    "iterations": 1,
    "warmup": 0,
    "time_limit_ns": None,
    "least_iterations": 1,
    "packages": [],
}


def sha256(text):
    return hashlib.sha256(text.encode("ascii")).hexdigest()


class Answer:
    """What a worker wrote and how it ended."""

    def __init__(self, finished):
        self.code = finished.returncode
        self.stderr = finished.stderr.decode()
        lines = finished.stdout.decode("utf-8").split("\n")
        assert lines.pop() == "", f"half a line: {finished.stdout[-200:]!r}"
        self.messages = [json.loads(line) for line in lines]
        self.types = [message["type"] for message in self.messages]
        self.iterations = [m for m in self.messages if m["type"] == "iteration"]
        self.end = self.messages[-1] if self.messages else None


def start(script, stdin, command=(sys.executable,), modules=()):
    path = os.pathsep.join([str(WORKER), *modules])
    environment = {**os.environ, "PYTHONPATH": path}
    finished = subprocess.run(
        [*command, str(script)],
        input=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        timeout=120,
    )
    return Answer(finished)


class WorkerTest(unittest.TestCase):
    def run_worker(self, source, stdin=None, **request):
        """Run a workload with this source; the request differs from REQUEST in what is named."""
        with tempfile.TemporaryDirectory() as folder:
            script = Path(folder) / "worker.py"
            script.write_text(textwrap.dedent(source), encoding="utf-8")
            if stdin is None:
                stdin = json.dumps({**REQUEST, **request}).encode()
            return start(script, stdin)

    def run_body(self, body, **request):
        """Run a workload whose only strategy has this body."""
        source = "from gilbench_worker import *\ndef sequential(task):\n"
        source += textwrap.indent(textwrap.dedent(body), "    ")
        source += "\nif __name__ == '__main__':\n    run({'sequential': sequential})\n"
        return self.run_worker(source, **request)


class Channel(WorkerTest):
    def test_prints_of_the_workload_go_to_stderr(self):
        answer = self.run_worker(
            """
            import os, sys
            from gilbench_worker import run
            print("at import")
            def sequential(task):
                print("by print", flush=True)
                os.write(1, b"by the descriptor\\n")
                sys.__stdout__.write("by the original stdout\\n")
                return []
            if __name__ == "__main__":
                run({"sequential": sequential})
            """
        )
        self.assertEqual(answer.types, ["hello", "iteration", "done"])
        for text in ("at import", "by print", "by the descriptor", "by the original stdout"):
            self.assertIn(text, answer.stderr)

    def test_prints_of_children_go_to_stderr(self):
        methods = ["spawn"]
        if hasattr(os, "fork"):
            methods += ["fork", "forkserver"]
        for method in methods:
            with self.subTest(method):
                answer = self.run_worker(
                    """
                    import multiprocessing, os
                    from gilbench_worker import run
                    print("import of", __name__)
                    def child(number):
                        print(f"child {number}", flush=True)
                        os.write(1, b"raw child\\n")
                        return number * number
                    def sequential(task):
                        os.system("echo shell child")
                        context = multiprocessing.get_context(task.start_method)
                        with context.Pool(task.workers) as pool:
                            return pool.map(child, range(task.n))
                    if __name__ == "__main__":
                        run({"sequential": sequential})
                    """,
                    start_method=method,
                )
                self.assertEqual(answer.types, ["hello", "iteration", "done"], answer.stderr)
                self.assertEqual(answer.end["type"], "done")
                self.assertEqual(answer.iterations[0]["digest"], sha256("[0,1,4]"))
                self.assertEqual(answer.messages[0]["facts"]["start_method"], method)
                for text in ("child 2", "raw child", "shell child"):
                    self.assertIn(text, answer.stderr)

    @unittest.skipUnless(hasattr(os, "fork"), "needs fork")
    def test_a_forked_child_does_not_hold_the_channel_open(self):
        answer = self.run_body(
            """
            import os
            descriptor = channel._descriptor
            child = os.fork()
            if child == 0:
                try:
                    os.fstat(descriptor)
                except OSError:
                    os._exit(0)
                os._exit(1)
            return os.waitpid(child, 0)[1]
            """
        )
        self.assertEqual(answer.iterations[0]["digest"], sha256("0"), "the child has it open")

    @unittest.skipIf(os.name == "nt", "needs a shell")
    def test_a_closed_stderr_does_not_let_prints_through(self):
        with tempfile.TemporaryDirectory() as folder:
            script = Path(folder) / "worker.py"
            script.write_text(
                "import os\n"
                "from gilbench_worker import run\n"
                "def sequential(task):\n"
                "    os.write(1, b'one')\n"
                "    os.write(2, b'two')\n"
                "    return []\n"
                "run({'sequential': sequential})\n",
                encoding="utf-8",
            )
            closed = ["sh", "-c", 'exec "$0" "$1" 2>&-', sys.executable]
            answer = start(script, json.dumps(REQUEST).encode(), command=closed)
        self.assertEqual(answer.types, ["hello", "iteration", "done"])

    def test_every_message_carries_the_protocol(self):
        answer = self.run_body("return [1]")
        self.assertEqual({message["protocol"] for message in answer.messages}, {1})


class Iterations(WorkerTest):
    def test_the_digest_is_of_the_compact_answer(self):
        answer = self.run_body("return [task.n, 2**64, 'x']")
        self.assertEqual(answer.iterations[0]["digest"], sha256('[3,18446744073709551616,"x"]'))
        self.assertEqual(answer.code, 0)

    def test_the_first_iterations_are_warm_up(self):
        answer = self.run_body("return []", iterations=5, warmup=2)
        self.assertEqual([i["warmup"] for i in answer.iterations], [True, True] + [False] * 3)
        self.assertEqual([i["index"] for i in answer.iterations], [0, 1, 2, 3, 4])

    def test_the_last_iteration_always_counts(self):
        answer = self.run_body("return []", iterations=2, warmup=9)
        self.assertEqual([i["warmup"] for i in answer.iterations], [True, False])

    def test_no_iteration_begins_after_the_time_limit(self):
        sleep = "import time\ntime.sleep(0.01)\nreturn []"
        for least, expected in ((0, 1), (1, 1), (3, 3)):
            answer = self.run_body(sleep, iterations=9, time_limit_ns=1, least_iterations=least)
            self.assertEqual(len(answer.iterations), expected)
            self.assertEqual(answer.end["type"], "done")
        answer = self.run_body(sleep, iterations=4, time_limit_ns=3600 * 10**9)
        self.assertEqual(len(answer.iterations), 4)

    def test_what_is_prepared_is_prepared_once_and_not_timed(self):
        answer = self.run_worker(
            """
            import time
            from gilbench_worker import run
            made = []
            def make(task):
                time.sleep(0.5)
                made.append(task.n)
                return [task.n]
            def sequential(task):
                return [made, task.prepared]
            if __name__ == "__main__":
                run({"sequential": sequential}, prepare=make)
            """,
            iterations=2,
        )
        self.assertEqual([i["digest"] for i in answer.iterations], [sha256("[[3],[3]]")] * 2)
        self.assertLess(answer.iterations[0]["wall_ns"], 500_000_000)

    def test_iterations_tell_what_was_measured(self):
        answer = self.run_body(
            """
            import time
            for _ in range(2):
                with task.phase("sleep"):
                    time.sleep(0.01)
            task.observe("fingers", 10)
            return []
            """,
            iterations=2,
        )
        for iteration in answer.iterations:
            self.assertEqual(
                set(iteration),
                {
                    "protocol", "type", "index", "warmup", "wall_ns", "user_ns", "system_ns",
                    "voluntary_switches", "involuntary_switches", "digest", "phases",
                    "observations",
                },
            )  # fmt: skip
            self.assertEqual(iteration["observations"], {"fingers": 10})
            self.assertEqual(set(iteration["phases"]), {"sleep"})
            self.assertGreaterEqual(iteration["phases"]["sleep"], 20_000_000)
            self.assertGreaterEqual(iteration["wall_ns"], iteration["phases"]["sleep"])

    def test_cpu_time_includes_children_that_were_waited_for(self):
        answer = self.run_body(
            """
            import subprocess, sys
            busy = "import time\\nwhile time.process_time() < 0.3: pass"
            subprocess.run([sys.executable, "-c", busy])
            return []
            """
        )
        used = answer.iterations[0]["user_ns"]
        if used is None:
            self.skipTest("no resource module")
        self.assertGreater(used + answer.iterations[0]["system_ns"], 250_000_000)


class Ends(WorkerTest):
    def test_an_exception_is_a_failure_with_its_traceback(self):
        answer = self.run_body("raise ValueError('no \\udc80 good')")
        self.assertEqual(answer.types, ["hello", "failed"])
        self.assertEqual(answer.end["error"], "ValueError")
        self.assertEqual(answer.end["message"], "no \\udc80 good")
        self.assertIn("in sequential", answer.end["traceback"])
        self.assertEqual(answer.code, 1)

    def test_an_exception_in_a_thread_is_a_failure(self):
        answer = self.run_worker(
            """
            import threading
            from gilbench_worker import run
            def sequential(task):
                thread = threading.Thread(target=lambda: 1 / 0)
                thread.start()
                thread.join()
                return []
            if __name__ == "__main__":
                run({"sequential": sequential})
            """
        )
        self.assertEqual(answer.types, ["hello", "failed"])
        self.assertEqual(answer.end["error"], "ZeroDivisionError")

    def test_leaving_early_is_a_failure(self):
        answer = self.run_body("raise SystemExit(0)")
        self.assertEqual(answer.types, ["hello", "failed"])
        self.assertEqual((answer.end["error"], answer.code), ("SystemExit", 1))

    def test_an_unknown_parameter_is_named(self):
        answer = self.run_body("return [task.delay_ms]")
        self.assertEqual(answer.end["error"], "AttributeError")
        self.assertIn("`delay_ms`", answer.end["message"])

    def test_an_unknown_strategy_is_unsupported_and_the_known_ones_are_named(self):
        answer = self.run_body("return []", strategy="telepathy")
        self.assertEqual(answer.types, ["hello", "unsupported"])
        self.assertIn("`telepathy`", answer.end["reason"])
        self.assertIn("`sequential`", answer.end["reason"])
        self.assertEqual(answer.code, 0)

    def test_a_strategy_may_say_that_it_cannot_run(self):
        answer = self.run_body("raise Unsupported('needs a moon')")
        self.assertEqual(answer.types, ["hello", "unsupported"])
        self.assertEqual(answer.end["reason"], "needs a moon")

    def test_a_missing_import_is_unsupported_for_the_strategy_that_needs_it(self):
        source = """
            from gilbench_worker import run
            def answer(task):
                return []
            if __name__ == "__main__":
                run({"sequential": answer, "other": answer}, imports={"other": ["no_such_module"]})
            """
        self.assertEqual(self.run_worker(source).types, ["hello", "iteration", "done"])
        answer = self.run_worker(source, strategy="other")
        self.assertEqual(answer.types, ["hello", "unsupported"])
        self.assertIn("needs no_such_module", answer.end["reason"])

    def test_a_missing_start_method_is_unsupported(self):
        answer = self.run_body("return []", start_method="teleport")
        self.assertEqual(answer.types, ["hello", "unsupported"])
        self.assertIn("`teleport`", answer.end["reason"])


class Requests(WorkerTest):
    def bad(self, stdin):
        answer = self.run_worker("from gilbench_worker import run\nrun({})", stdin=stdin)
        self.assertEqual(answer.types, ["failed"])
        self.assertEqual((answer.end["error"], answer.code), ("BadRequest", 2))
        self.assertIsNone(answer.end["traceback"])
        return answer.end["message"]

    def changed(self, **fields):
        return self.bad(json.dumps({**REQUEST, **fields}).encode())

    def test_no_or_half_a_request_is_a_failure(self):
        self.assertIn("no request", self.bad(b""))
        self.assertIn("not JSON", self.bad(json.dumps(REQUEST).encode()[:-20]))
        self.assertIn("not JSON", self.bad(b"\xff"))
        self.assertIn("not a JSON object", self.bad(b"[]"))

    def test_fields_are_checked(self):
        self.assertIn("`protocol` is 2, expected 1", self.changed(protocol=2))
        self.assertIn("unknown field `worker`", self.changed(worker=1))
        self.assertIn("field `iterations`: found 0", self.changed(iterations=0))
        self.assertIn("field `workers`: found true", self.changed(workers=True))
        self.assertIn("field `parameters`", self.changed(parameters={"n": "3"}))
        without = {name: value for name, value in REQUEST.items() if name != "warmup"}
        self.assertIn("no field `warmup`", self.bad(json.dumps(without).encode()))


class Facts(WorkerTest):
    def check(self, facts):
        self.assertEqual(
            set(facts),
            {
                "implementation", "version", "version_text", "executable", "platform", "build",
                "gil", "jit", "jit_available", "allocator", "start_method", "start_methods", "cpus",
                "clock", "packages", "imports", "blas",
            },
        )  # fmt: skip
        self.assertEqual(set(facts["build"]), {"compiler", "configure", "pgo", "lto"})
        gil = {"built", "enabled_before_imports", "enabled_after_imports"}
        self.assertEqual(set(facts["gil"]), gil)
        self.assertEqual(set(facts["cpus"]), {"count", "affinity", "allowed"})
        self.assertEqual(set(facts["clock"]), {"name", "resolution_ns"})
        self.assertEqual(facts["implementation"], sys.implementation.name)
        version = "{}.{}.{}".format(*sys.version_info[:3])
        self.assertTrue(re.match(re.escape(version) + r"((a|b|rc)\d+)?$", facts["version"]))

    def test_hello_has_every_fact(self):
        answer = self.run_body("return []", packages=["no-such-package"])
        facts = answer.messages[0]["facts"]
        self.check(facts)
        self.assertEqual(facts["packages"], [])
        self.assertIsNone(facts["start_method"])

    def test_hello_says_which_case_it_is_for(self):
        workload = WORKLOADS / "sum-squares"
        for script in ("worker.py", "worker_minimal.py"):
            for strategy in ("threads", "telepathy"):
                with self.subTest(script=script, strategy=strategy):
                    request = {**REQUEST, "parameters": {"n": 10, "tasks": 3}, "strategy": strategy}
                    hello = start(workload / script, json.dumps(request).encode()).messages[0]
                    case = {"workload": "test", "strategy": strategy, "facts": hello["facts"]}
                    self.assertEqual(hello, {"protocol": 1, "type": "hello", **case})

    def test_the_probe_prints_the_same_facts_on_one_line(self):
        command = [sys.executable, str(INTERPRETERS / "probe.py"), "pip", "no-such-package"]
        output = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
        self.assertEqual(output.count(b"\n"), 1)
        facts = json.loads(output.decode())
        self.check(facts)
        self.assertIn(facts["start_method"], facts["start_methods"])
        for package in facts["packages"]:
            self.assertEqual(set(package), {"name", "version", "wheel_tag"})
            self.assertEqual(package["name"], "pip")

    def probe(self, **sources):
        """Probe with installed packages that have these sources; `sitecustomize` is none."""
        with tempfile.TemporaryDirectory() as folder:
            for name, source in sources.items():
                (Path(folder) / f"{name}.py").write_text(textwrap.dedent(source))
                information = Path(folder) / f"{name}-1.0.dist-info"
                information.mkdir()
                metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n"
                (information / "METADATA").write_text(metadata)
            names = [name for name in sources if name != "sitecustomize"]
            output = subprocess.run(
                [sys.executable, str(INTERPRETERS / "probe.py"), *names],
                stdout=subprocess.PIPE,
                check=True,
                env={**os.environ, "PYTHONPATH": folder},
            ).stdout
        facts = json.loads(output.decode())
        self.check(facts)
        self.assertEqual([package["name"] for package in facts["packages"]], names)
        return facts

    def test_each_package_is_imported_whatever_became_of_the_others(self):
        facts = self.probe(
            fine="print('noise')",
            broken="raise ImportError('no such\\nlibrary')",
            deadly="import os; os._exit(3)",
            leaving="raise SystemExit",
            last="",
        )
        found = {each["package"]: each["error"] for each in facts["imports"]}
        self.assertEqual(
            found,
            {
                "fine": None,
                "broken": "ImportError: no such",
                "deadly": "the interpreter ended with 3",
                "leaving": "SystemExit",
                "last": None,
            },
        )

    def test_each_package_that_switches_the_gil_on_is_named(self):
        switch = "import sys; sys._is_gil_enabled = lambda: True"
        facts = self.probe(
            sitecustomize="import sys; sys._is_gil_enabled = lambda: False",
            first="",
            second=switch,
            third="",
            fourth=switch,
        )
        self.assertIs(facts["gil"]["enabled_before_imports"], False)
        self.assertIs(facts["gil"]["enabled_after_imports"], True)
        on = [each["package"] for each in facts["imports"] if each["gil_enabled"]]
        self.assertEqual(on, ["second", "fourth"])
        self.assertEqual(len(facts["imports"]), 4)

    def test_the_minimal_worker_answers_the_same(self):
        request = {**REQUEST, "parameters": {"n": 10, "tasks": 3}, "strategy": "threads"}
        stdin = json.dumps(request).encode()
        minimal = start(WORKLOADS / "sum-squares" / "worker_minimal.py", stdin)
        modern = start(WORKLOADS / "sum-squares" / "worker.py", stdin)
        self.assertEqual(minimal.types, modern.types)
        for one, other in zip(minimal.messages, modern.messages):
            self.assertEqual(set(one), set(other))
        self.check(minimal.messages[0]["facts"])
        self.assertEqual(minimal.iterations[0]["digest"], modern.iterations[0]["digest"])
        self.assertEqual(minimal.iterations[0]["digest"], sha256("[285,285,285]"))

    def test_the_minimal_worker_observes_the_same(self):
        stdin = json.dumps({**REQUEST, "parameters": {}, "strategy": "modern"}).encode()
        minimal = start(WORKLOADS / "language" / "worker_minimal.py", stdin)
        modern = start(WORKLOADS / "language" / "worker.py", stdin)
        self.assertEqual(minimal.iterations[0]["observations"]["syntax"], 6)
        self.assertEqual(
            minimal.iterations[0]["observations"], modern.iterations[0]["observations"]
        )


if __name__ == "__main__":
    unittest.main()
