"""Print one line of JSON: the facts about the interpreter that runs this, as in docs/protocol.md.

Arguments are the names of packages to look for. Runs on everything that gilbench can measure, so it
is written in the common subset of Python 2.7, Jython, MicroPython and Python 3.
"""

import json
import sys

WORKER = (sys.argv[0].rpartition("/")[0] or ".") + "/../workloads/_worker"

modern = sys.version_info >= (3, 8)  # MicroPython says 3.4
sys.path.insert(0, WORKER + "/gilbench_worker" if modern else WORKER)
if modern:
    # The file alone, not its package: importing that one takes stdout away.
    from facts import facts

    result = facts(sys.argv[1:], probe=True)
else:
    from gilbench_minimal import facts

    result = facts(sys.argv[1:])
print(json.dumps(result))
