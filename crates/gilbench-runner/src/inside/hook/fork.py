# ruff: noqa: SIM105 (braces of JSON, and no import that the program does not make itself)
"""Has multiprocessing start its processes by fork, whatever the program asks for."""


def _begin():
    import os
    import sys

    folder = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [path for path in sys.path if os.path.abspath(path or ".") != folder]
    from multiprocessing import context

    fork = context._concrete_contexts["fork"]
    for name in context._concrete_contexts:
        context._concrete_contexts[name] = fork
    context._default_context._default_context = fork


try:
    _begin()
except Exception:
    pass
