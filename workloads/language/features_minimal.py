"""What current libraries are written in, for both workers: in what all interpreters understand."""

import sys

SYNTAX = (
    "f'{1}'",
    "number: int = 1",
    "def function(*, name): pass",
    "async def function(): await other()",
    "def function(name, /): pass",
    "(name := 1)",
)
MODULES = (
    "asyncio",
    "concurrent.futures",
    "dataclasses",
    "importlib.metadata",
    "pathlib",
    "typing",
)


def observe(task):
    accepted = [text for text in SYNTAX if compiles(text)]
    found = [name for name in MODULES if imports(name)]
    task.observe("version", 100 * sys.version_info[0] + sys.version_info[1])
    task.observe("syntax", len(accepted))
    task.observe("modules", len(found))
    task.observe("c-extensions", int(loads_c_extensions()))


def compiles(text):
    try:
        compile(text, "text", "exec")
    except SyntaxError:
        return False
    return True


def imports(name):
    try:
        __import__(name)
    except ImportError:
        return False
    return True


def loads_c_extensions():
    """Whether the interpreter's own loader knows shared libraries as modules."""
    try:
        from importlib.machinery import EXTENSION_SUFFIXES

        return bool(EXTENSION_SUFFIXES)
    except ImportError:  # Python 2, MicroPython
        pass
    try:
        import imp
    except ImportError:  # MicroPython
        return False
    return any(kind == imp.C_EXTENSION for _suffix, _mode, kind in imp.get_suffixes())
