"""The workload `cuda-fork` with a PyTorch that is made up. Only behaviour, never speed."""

import importlib.util
import json
import os
import tempfile
import unittest
from pathlib import Path

from test_bounded import is_alive
from test_worker import REQUEST, WORKLOADS, start

TORCH = """
import os, pathlib, signal, threading, time
initialised = []
lock = threading.Lock()

class Tensor:
    def cuda(self):
        if not initialised:
            initialised.append(os.getpid())
            lock.acquire()  # as a thread of a library's may hold it when the process forks
        elif initialised[0] != os.getpid():
            in_forked_process()
        return self
    def __add__(self, number):
        return self
    def item(self):
        return 1

def zeros(count):
    return Tensor()

class cuda:
    def is_available():
        return True

print("noise")
"""


@unittest.skipUnless(hasattr(os, "fork"), "needs fork")
class CudaFork(unittest.TestCase):
    def answer(self, torch, limit_s=60):
        """Run the workload with this source for PyTorch, or without any."""
        with tempfile.TemporaryDirectory() as folder:
            if torch is not None:
                (Path(folder) / "torch.py").write_text(torch)
            request = {**REQUEST, "strategy": "fork", "parameters": {"limit-s": limit_s}}
            stdin = json.dumps(request).encode()
            return start(WORKLOADS / "cuda-fork" / "worker.py", stdin, modules=[folder])

    def observed(self, in_forked_process, **limit):
        function = f"def in_forked_process():\n    {in_forked_process}\n"
        answer = self.answer(TORCH + function, **limit)
        self.assertEqual(answer.types, ["hello", "iteration", "done"], answer.stderr)
        return answer.iterations[0]["observations"]

    def test_a_forked_process_that_never_ends_is_killed_and_called_a_deadlock(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "pid"
            tell = f"pathlib.Path({str(path)!r}).write_text(str(os.getpid()))"
            observed = self.observed(f"{tell}; lock.acquire()", limit_s=5)
            self.assertEqual(observed, {"deadlocked": 1})
            self.assertFalse(is_alive(int(path.read_text())))

    def test_an_exception_is_no_deadlock(self):
        observed = self.observed("raise RuntimeError('cannot re-initialise')")
        self.assertEqual(observed, {"deadlocked": 0, "raised": 1, "computed": 0})

    def test_a_result_is_no_deadlock(self):
        observed = self.observed("pass")
        self.assertEqual(observed, {"deadlocked": 0, "raised": 0, "computed": 1})

    def test_a_forked_process_that_a_signal_ends_fails_the_case(self):
        kill = "def in_forked_process():\n    os.kill(os.getpid(), signal.SIGKILL)\n"
        answer = self.answer(TORCH + kill)
        self.assertEqual(answer.types, ["hello", "failed"])
        self.assertIn("the forked process ended with -9", answer.end["message"])

    def test_a_device_that_is_never_ready_fails_the_case(self):
        answer = self.answer(TORCH + "time.sleep(600)\n", limit_s=1)
        self.assertEqual(answer.types, ["hello", "failed"])
        self.assertIn("CUDA was not initialised", answer.end["message"])

    def test_without_a_device_it_is_unsupported(self):
        answer = self.answer(TORCH + "cuda.is_available = lambda: False\n")
        self.assertEqual(answer.types, ["hello", "unsupported"])
        self.assertEqual(answer.end["reason"], "no CUDA device that torch can use")

    @unittest.skipIf(importlib.util.find_spec("torch"), "PyTorch is installed")
    def test_without_pytorch_it_is_unsupported(self):
        answer = self.answer(None)
        self.assertEqual(answer.types, ["hello", "unsupported"])
        self.assertEqual(answer.end["reason"], "needs torch")


if __name__ == "__main__":
    unittest.main()
