"""Uses CUDA, and then once more in a forked process: ``child.py LIMIT``, in seconds.

Answers with a JSON object of what became of that process, which is empty where there is no CUDA.
"""

from __future__ import annotations

import json
import multiprocessing
import sys

import torch


def use_cuda() -> None:
    (torch.zeros(1).cuda() + 1).item()  # waits until the device has added


def in_forked_process(limit_s: float) -> dict[str, int]:
    process = multiprocessing.get_context("fork").Process(target=use_cuda)
    process.start()
    process.join(limit_s)
    if process.is_alive():
        process.kill()
        process.join()
        return {"deadlocked": 1}
    if process.exitcode not in (0, 1):  # 1: an exception has ended it
        sys.exit(f"the forked process ended with {process.exitcode}")
    raised = process.exitcode
    return {"deadlocked": 0, "raised": raised, "computed": 1 - raised}


def main(limit_s: str) -> None:
    observed = {}
    if torch.cuda.is_available():
        use_cuda()
        observed = in_forked_process(float(limit_s))
    json.dump(observed, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
