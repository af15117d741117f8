"""Check what `install --all --format json` says: each is ready, or says why not and what helps.

usage: enough_are_ready.py LEAST < rows.json
"""

import json
import sys

rows, least = json.load(sys.stdin), int(sys.argv[1])
wrong, ready = [], 0
for row in rows:
    took = f"{row['seconds']:.1f} s, {(row['bytes'] or 0) / 1e6:.0f} MB"
    print(f"{row['id']:15} {row['status']:8} {row['provider'] or '-':10} {took}")
    if row["status"] == "ready":
        # The base image is no interpreter.
        ready += row["id"] != "base"
    elif not row["reason"] or not row["hint"] or not row["attempts"]:
        wrong.append(f"{row['id']} does not say why it is not ready, or what would help")
if wrong or ready < least:
    sys.exit("\n".join([*wrong, f"{ready} are ready, wanted {least}"]))
