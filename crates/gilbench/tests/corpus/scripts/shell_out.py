"""Splits the work over interpreters of its own, as in `xargs -P`."""

import subprocess
import sys

CODE = """
import sys
lo, hi = int(sys.argv[1]), int(sys.argv[2])
print(sum(1 for n in range(lo, hi) if bin(n).count("1") % 3 == 0 and str(n) == str(n)[::-1]))
"""

N = 18_000_000
parts = 4
children = [
    subprocess.Popen(
        [sys.executable, "-c", CODE, str(N * i // parts), str(N * (i + 1) // parts)],
        stdout=subprocess.PIPE,
        text=True,
    )
    for i in range(parts)
]
print(sum(int(child.communicate()[0]) for child in children))
