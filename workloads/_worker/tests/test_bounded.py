"""Child programs that must not be left behind. Only behaviour, never speed."""

import os
import signal
import subprocess
import sys
import time
import unittest
from pathlib import Path

WORKER = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(WORKER))

from gilbench_worker import bounded, cgroup  # noqa: E402

SLEEP = "import time; time.sleep(600)"
# A parent of a sleeper, which says who the sleeper is and never ends by itself.
PARENT = f"""
import subprocess, sys
print(subprocess.Popen([sys.executable, "-c", {SLEEP!r}]).pid, flush=True)
{SLEEP}
"""


def is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def ends(pid):
    """Wait for a process that is no child of ours."""
    for _ in range(200):
        if not is_alive(pid):
            return True
        time.sleep(0.05)
    return False


@unittest.skipUnless(os.path.exists("/proc/self/stat"), "needs /proc")
class Bounded(unittest.TestCase):
    def test_what_a_program_printed_and_how_it_ended_is_told(self):
        program = "import sys; print('out'); sys.stderr.write('first\\nlast\\n'); sys.exit(3)"
        outcome = bounded.run_bounded([sys.executable, "-c", program], 60)
        self.assertEqual((outcome.exit_code, outcome.stdout), (3, "out\n"))
        self.assertEqual(outcome.last_words(), "last")

    def test_the_time_limit_kills_grandchildren(self):
        outcome = bounded.run_bounded([sys.executable, "-c", PARENT], 3)
        self.assertIsNone(outcome.exit_code)
        self.assertTrue(ends(int(outcome.stdout)))

    @unittest.skipUnless(sys.platform == "linux" and hasattr(os, "fork"), "needs prctl and fork")
    def test_a_child_ends_with_the_process_that_started_it(self):
        starter = (
            "import subprocess, sys, time; from gilbench_worker.bounded import start_bounded\n"
            f"child = start_bounded([sys.executable, '-c', {SLEEP!r}])\n"
            "sys.stderr.write(str(child.pid)); sys.stderr.flush(); time.sleep(600)"
        )
        parent = subprocess.Popen(
            [sys.executable, "-c", starter],
            env={**os.environ, "PYTHONPATH": str(WORKER)},
            stderr=subprocess.PIPE,
        )
        child = int(os.read(parent.stderr.fileno(), 100))
        self.assertTrue(is_alive(child))
        parent.send_signal(signal.SIGKILL)
        parent.wait()
        parent.stderr.close()
        self.assertTrue(ends(child))


class ControlGroup(unittest.TestCase):
    def quota(self, **files):
        import tempfile

        with tempfile.TemporaryDirectory() as folder:
            for name, text in files.items():
                (Path(folder) / name.replace("__", ".")).write_text(text)
            return cgroup._quota(folder)

    def test_a_quota_of_either_version_is_in_thousandths_of_a_cpu(self):
        self.assertEqual(self.quota(cpu__max="50000 100000\n"), 500)
        self.assertIsNone(self.quota(cpu__max="max 100000\n"))
        period = {"cpu__cfs_period_us": "100000\n"}
        self.assertEqual(self.quota(cpu__cfs_quota_us="150000\n", **period), 1500)
        self.assertIsNone(self.quota(cpu__cfs_quota_us="-1\n", **period))
        self.assertIsNone(self.quota())


if __name__ == "__main__":
    unittest.main()
