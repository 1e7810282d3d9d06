"""Did a submission change what its checks are made of? Look before and after each check.

Python lets any code change any other: ``checking.check_hidden = lambda *a, **k: right`` would be a
full score. You will find :class:`Guard`, which remembers the functions, classes and constants that
a check relies on as they were before the first cell of a submission ran, and names the first one
that is another. Next: :mod:`bnn_teach.classroom.sandbox`.

Notes
-----
This is an alarm, not a wall: the guard lives in the process that it guards. Code that reads the
frames above it, writes to memory with ``ctypes``, or puts everything back in time is not found.
What such code can win is points for its own notebook and nothing else; the sandbox sees to that.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from types import FunctionType, ModuleType
from typing import Any

ALTERED = "The notebook changed"
"""How a check begins that found a change."""

_CLOSED = ("bnn_teach.classroom", "bnn_teach.course.chapters", "bnn_teach.course.expectations")
"""The packages of the checks and of this guard: every name counts, and no new one may appear."""
_OURS = "bnn_teach"
_OTHERS = ("numpy", "scipy")
"""Packages whose callables are compared, with all their modules that are loaded."""
_SINGLE = (
    "builtins", "contextlib", "functools", "importlib", "io", "json", "json.encoder", "linecache",
    "math", "operator", "re", "signal", "socket", "struct", "tensorflow", "time",
)  # fmt: skip


def _counts(name: str) -> bool:
    return name in _SINGLE or name.split(".")[0] in (_OURS, *_OTHERS)


def _facts(modules: list[str]) -> Iterator[tuple[str, Any]]:
    """Yield names and the very objects that they stand for."""
    for name in modules:
        module = sys.modules.get(name)
        yield name, module
        if module is None:
            continue
        deep = name.split(".")[0] == _OURS
        for key, value in list(vars(module).items()):
            if name.startswith(_CLOSED) and not key.startswith("__"):
                yield from _closed(f"{name}.{key}", value)
            elif callable(value):
                yield f"{name}.{key}", value
            yield from _inside(f"{name}.{key}", value, deep and _lives_in(value, name))


def _closed(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, ModuleType):
        return
    yield path, value
    if isinstance(value, dict) and not path.endswith("._failed"):  # which counts, and may
        yield from ((f"{path}[{key!r}]", each) for key, each in value.items())


def _inside(path: str, value: Any, deep: bool, closed: int = 3) -> Iterator[tuple[str, Any]]:
    """Yield what makes a function do what it does, and the methods of a class of ours.

    A decorated function keeps the one that does the work in its closure, ``closed`` deep at most.
    """
    value = getattr(value, "_implementation", value)  # NumPy's functions are wrapped in C
    if isinstance(value, FunctionType):
        yield f"{path}.__code__", value.__code__
        yield f"{path}.__defaults__", value.__defaults__
        yield f"{path}.__kwdefaults__", value.__kwdefaults__
        for name, held in _held(value) if closed else ():
            yield f"{path}.{name}", held
            yield from _inside(f"{path}.{name}", held, False, closed - 1)
    elif deep and isinstance(value, type):
        for key, method in list(vars(value).items()):
            if callable(method) or isinstance(method, (property, staticmethod, classmethod)):
                yield f"{path}.{key}", method
                yield from _inside(f"{path}.{key}", method, False)


def _held(function: FunctionType) -> Iterator[tuple[str, Any]]:
    """Yield the functions that a function finds in its closure, with their names there."""
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        with contextlib.suppress(ValueError):  # an empty cell
            if isinstance(cell.cell_contents, FunctionType):
                yield name, cell.cell_contents


def _lives_in(value: Any, name: str) -> bool:
    return getattr(value, "__module__", None) == name


class Guard:
    """What the checks are made of, as it is now."""

    def __init__(self) -> None:
        self._modules = [name for name in sorted(sys.modules) if _counts(name)]
        self._before = dict(_facts(self._modules))

    def changed(self, facts: Callable[..., Any] = _facts, table: type = dict) -> str | None:
        """Return the name of something that was replaced, removed or added, or None.

        What it calls was bound when it was defined, so another ``_facts`` in this module is found
        as the change that it is.
        """
        now = table(facts(self._modules))
        for name, value in self._before.items():
            if now.get(name, self) is not value:
                return name
        closed = (name for name in now if name.startswith(_CLOSED))
        return next((name for name in closed if name not in self._before), None)
