"""The reference: every public name of the library, in the order in which its files are read.

Next: ``measured_text.py``.
"""

from __future__ import annotations

import importlib
import inspect

import bnn_teach

ERRORS = "bnn_teach.errors"
"""Shown whole, at the end, with those that ``bt`` does not name."""


def api() -> str:
    """Return the Markdown of the reference, a section for each file that has public names."""
    parts = [
        _names(module, names.split())
        for module, names in bnn_teach._PUBLIC.items()
        if module != ERRORS
    ]
    parts += [_module(name, module) for name, module in bnn_teach._MODULES.items()]
    parts.append(_module("errors", ERRORS))
    return "\n\n".join(parts)


def _names(module: str, names: list[str]) -> str:
    heading, opening = _opening(module)
    blocks = [_directive(f"bnn_teach.{name}", getattr(bnn_teach, name)) for name in names]
    return f"## {heading}\n\n{opening}\n\n" + _restructured("\n".join(blocks))


def _module(name: str, module: str) -> str:
    loaded = importlib.import_module(module)
    heading, opening = _opening(module)
    blocks = [
        _directive(f"bnn_teach.{name}.{each}", getattr(loaded, each))
        for each in getattr(loaded, "__all__", _own_names(loaded))
    ]
    inside = module if module == f"bnn_teach.{name}" else "bnn_teach"
    return f"## {heading}\n\n{opening}\n\n" + _restructured("\n".join(blocks), inside)


def _own_names(module: object) -> list[str]:
    """Return the public classes and functions that a module defines, in its file's order."""
    home = getattr(module, "__name__", "")
    found = [
        (inspect.getsourcelines(value)[1], name)
        for name, value in vars(module).items()
        if not name.startswith("_")
        and (inspect.isclass(value) or inspect.isfunction(value))
        and value.__module__ == home
    ]
    return [name for _, name in sorted(found)]


def _opening(module: str) -> tuple[str, str]:
    """Return what a file is about: the first line of its docstring, as a heading and a sentence."""
    lines = inspect.getdoc(importlib.import_module(module)) or module
    first = lines.partition("\n\n")[0].replace("\n", " ").replace("``", "`")
    heading, colon, rest = first.partition(": ")
    sentence = rest[:1].upper() + rest[1:] if colon else first
    shown = heading.partition(",")[0].rstrip(".")
    return shown, f"{sentence} *File:* `{module.replace('.', '/')}.py`"


def _directive(path: str, value: object) -> str:
    """Return the reStructuredText that shows a name with its docstring."""
    if inspect.isclass(value):
        members = "" if issubclass(value, Exception | Warning) else "   :members:\n"
        return f".. autoclass:: {path}\n{members}"
    if callable(value):
        return f".. autofunction:: {path}\n"
    return f".. autodata:: {path}\n   :no-value:\n"


def _restructured(text: str, module: str = "bnn_teach") -> str:
    return f"````{{eval-rst}}\n.. currentmodule:: {module}\n\n{text}````"
