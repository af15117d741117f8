"""What current libraries are written in, where there may be no modern Python: see worker.py."""

import sys

FOLDER = sys.argv[0].rpartition("/")[0] or "."
sys.path.append(FOLDER + "/../_worker")
sys.path.append(FOLDER)
import features_minimal
from gilbench_minimal import run


def modern(task):
    features_minimal.observe(task)
    return [1]


if __name__ == "__main__":
    run({"modern": modern})
