"""Reads `corpus.yaml`, so that `measure.py` needs the standard library alone.

Knows only what that file uses: maps and lists by indentation, `[a, b]`, text with or without
double quotes, no comments after values. Not a YAML parser: the tests in Rust have a real one.
"""

import json
import re
from pathlib import Path

ITEM = re.compile(r"^( *)- (.*)$")
PAIR = re.compile(r"^([\w.-]+):(?: (.*))?$")


def scalar(text):
    """Read `[a, b]`, `"quoted"` or plain text."""
    if text.startswith("[") and text.endswith("]"):
        return [scalar(item.strip()) for item in text[1:-1].split(",") if item.strip()]
    return json.loads(text) if text.startswith('"') else text


def indent_of(line):
    return len(line) - len(line.lstrip())


def block(lines, indent):
    """Take the map or list that is indented by `indent` from the front of `lines`."""
    if ITEM.match(lines[0]):
        items = []
        while lines and indent_of(lines[0]) == indent and ITEM.match(lines[0]):
            inner = lines[0].replace("- ", "  ", 1)
            if PAIR.match(inner.strip()):
                lines[0] = inner
                items.append(block(lines, indent + 2))
            else:
                items.append(scalar(lines.pop(0).strip()[2:]))
        return items
    pairs = {}
    while lines and indent_of(lines[0]) == indent:
        line = lines.pop(0)
        pair = PAIR.match(line.strip())
        if not pair or pair[1] in pairs:
            raise ValueError(f"not a map's next line: {line!r}")
        if pair[2]:
            pairs[pair[1]] = scalar(pair[2])
        elif lines and indent_of(lines[0]) > indent:
            pairs[pair[1]] = block(lines, indent_of(lines[0]))
        else:
            pairs[pair[1]] = None
    return pairs


def read(path):
    """Read the index into maps, lists and text."""
    text = Path(path).read_text(encoding="utf-8")
    lines = [
        line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")
    ]
    answer = block(lines, 0)
    if lines:
        raise ValueError(f"indented by an odd amount: {lines[0]!r}")
    return answer
