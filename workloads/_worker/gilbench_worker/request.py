"""Reading the request: strict, because a worker that guesses measures something else."""

from __future__ import annotations

import json

from .channel import PROTOCOL

MISSING = object()


class BadRequest(Exception):
    """The request cannot be understood; the text says what is wrong with it."""


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_positive(value: object) -> bool:
    return _is_count(value) and value != 0


def _is_text_or_null(value: object) -> bool:
    return value is None or _is_text(value)


def _is_count_or_null(value: object) -> bool:
    return value is None or _is_count(value)


def _is_counts(value: object) -> bool:
    return isinstance(value, dict) and all(map(_is_count, value.values()))


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(map(_is_text, value))


FIELDS = {
    "protocol": (_is_count, "a whole number"),
    "workload": (_is_text, "a text"),
    "strategy": (_is_text, "a text"),
    "size": (_is_text, "a text"),
    "parameters": (_is_counts, "an object of whole numbers"),
    "workers": (_is_positive, "a whole number from 1"),
    "start_method": (_is_text_or_null, "a text or null"),
    "omp": (_is_count_or_null, "a whole number or null"),
    "server": (_is_text_or_null, "a text or null"),
    "iterations": (_is_positive, "a whole number from 1"),
    "warmup": (_is_count, "a whole number"),
    "time_limit_ns": (_is_count_or_null, "a whole number or null"),
    "least_iterations": (_is_count, "a whole number"),
    "packages": (_is_texts, "a list of texts"),
}


def parse(text: bytes) -> dict:
    """Return the request as a dictionary that has every field, each of the right type."""
    if not text.strip():
        raise BadRequest("no request on stdin, expected one JSON document")
    try:
        request = json.loads(text.decode("utf-8"))
    except ValueError as error:  # not UTF-8 or not JSON
        raise BadRequest(f"the request is not JSON: {error}") from None
    if not isinstance(request, dict):
        raise BadRequest("the request is not a JSON object")
    if request.get("protocol", PROTOCOL) != PROTOCOL:
        raise BadRequest(f"`protocol` is {request['protocol']}, expected {PROTOCOL}")
    for name in request:
        if name not in FIELDS:
            raise BadRequest(f"unknown field `{name}`, expected one of {', '.join(FIELDS)}")
    for name, (accepts, expected) in FIELDS.items():
        value = request.get(name, MISSING)
        if value is MISSING:
            raise BadRequest(f"no field `{name}`, expected {expected}")
        if not accepts(value):
            raise BadRequest(f"field `{name}`: found {json.dumps(value)}, expected {expected}")
    return request
