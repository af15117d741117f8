"""The CPU limits of this process's control group, of version 1 and 2. None where there is none."""

from __future__ import annotations

import os

ROOT = "/sys/fs/cgroup"


def quota_permille() -> int | None:
    """Return the tightest CFS quota in force, in thousandths of a CPU."""
    quotas = [quota for quota in map(_quota, _groups()) if quota is not None]
    return min(quotas) if quotas else None


def times_throttled() -> int | None:
    """Return in how many periods the group has used up its quota and was stopped."""
    for group in _groups():
        for line in _lines(group, "cpu.stat"):
            name, number = line.split()
            if name == "nr_throttled":
                return int(number)
    return None


def _groups() -> list[str]:
    """Return the folders of the group and of those around it, as far as they can be seen."""
    root, path = ROOT, None
    for line in _lines("/proc/self", "cgroup"):
        _, controllers, group = line.split(":", 2)
        if "cpu" in controllers.split(
            ","
        ):  # version 1, where this controller has a tree of its own
            root, path = os.path.join(ROOT, controllers), group
            break
        if not controllers:
            path = group
    folders = []
    while path is not None:
        folder = os.path.join(root, path.lstrip("/"))
        # In a container the path may be the one outside; its own group is then the root.
        if os.path.exists(os.path.join(folder, "cpu.stat")):
            folders.append(folder)
        path = os.path.dirname(path) if path.strip("/") else None
    return folders


def _quota(group: str) -> int | None:
    quota = _lines(group, "cpu.max") or _lines(group, "cpu.cfs_quota_us")
    if not quota:
        return None
    words = quota[0].split() + _lines(group, "cpu.cfs_period_us")
    if words[0] in ("max", "-1"):
        return None
    return 1000 * int(words[0]) // int(words[1])


def _lines(folder: str, name: str) -> list[str]:
    try:
        with open(os.path.join(folder, name), encoding="ascii", errors="replace") as file:
            return file.read().splitlines()
    except OSError:
        return []
