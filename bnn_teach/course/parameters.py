"""What may be changed on a page: the parameters that a notebook declares.

Each notebook has one cell with the tag ``parameters``, in which every line is a name, a type, a
value and a comment. You will find how it is read, without running anything, and how given values
are checked against it before a kernel starts. Next: :mod:`bnn_teach.reruns.grid`.
"""

from __future__ import annotations

import ast
import json
import math
import pathlib
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from bnn_teach.course.notebook_files import NotebookError
from bnn_teach.errors import ArgumentError, did_you_mean

WANTED = {
    "int": "an integer, such as 3",
    "float": "a finite number, such as 0.5",
    "bool": "true or false",
    "str": "a text",
    "list": "a list of numbers, such as [0.5, 1.0]",
}
"""The types of parameters, in words."""


class Parameter(NamedTuple):
    """One line of the cell ``parameters``."""

    name: str
    """Such as ``prior_scale``."""
    kind: str
    """``int``, ``float``, ``bool``, ``str`` or ``list`` (of numbers)."""
    default: Any
    """The value that is written in the notebook."""
    comment: str
    """What it means."""

    def __str__(self) -> str:
        return f"{self.name}: {self.kind} = {self.default!r}  # {self.comment}"


def read_parameters(notebook: pathlib.Path) -> tuple[Parameter, ...]:
    """Read the parameters that an ``.ipynb`` declares; there are none without such a cell.

    Raises
    ------
    NotebookError
        The file is no notebook, or a line of the cell is no typed value.
    """
    try:
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NotebookError(f"{notebook}: this is no notebook that can be read: {error}.") from None
    source = "".join(
        "".join(cell["source"])
        for cell in cells
        if "parameters" in cell.get("metadata", {}).get("tags", [])
    )
    found = []
    for line in filter(None, map(str.strip, source.splitlines())):
        try:
            found += [] if line.startswith("#") else [read_line(line)]
        except ValueError as error:
            raise NotebookError(
                f"{notebook.name}: in the cell 'parameters', {line!r}: {error}. Write "
                "each line as in 'seed: int = 0  # of all that is random'."
            ) from None
    return tuple(found)


def read_line(line: str) -> Parameter:
    """Read one line of the cell, as in ``seed: int = 0  # of all that is random``.

    Raises
    ------
    ValueError
        It is no name with a type and a value that is written out.
    """
    try:
        (statement,) = ast.parse(line).body
    except SyntaxError:
        raise ValueError("this is no Python") from None
    match statement:
        case ast.AnnAssign(ast.Name(name), annotation, ast.expr() as value):
            kind = ast.unparse(annotation).partition("[")[0]
        case _:
            raise ValueError("expected a name, a type and a value")
    if kind not in WANTED:
        raise ValueError(f"{kind} is none of the types {', '.join(WANTED)}")
    comment = line.encode()[statement.end_col_offset :].decode().partition("#")[2]
    default = _converted(ast.literal_eval(value), kind)
    return Parameter(name, kind, default, comment.strip())


def check_parameters(
    declared: Sequence[Parameter], given: Mapping[str, Any], notebook: str
) -> dict[str, Any]:
    """Return the given values, or what texts from a command line spell, in their declared types.

    Raises
    ------
    ArgumentError
        A name that the notebook does not declare, or a value of another type; the message lists
        all that exist.
    """
    by_name = {parameter.name: parameter for parameter in declared}
    checked = {}
    for name, value in given.items():
        if name not in by_name:
            hint = did_you_mean(name, by_name)
            raise ArgumentError(
                f"{name}: notebook {notebook} has no parameter of this name.{hint} "
                f"{_listed(declared)}"
            )
        try:
            checked[name] = _converted(_spelled(value, by_name[name].kind), by_name[name].kind)
        except ValueError as error:
            raise ArgumentError(
                f"{name}: got {value!r}, expected {error}. {_listed(declared)}"
            ) from None
    return checked


def _listed(declared: Sequence[Parameter]) -> str:
    lines = "".join(f"\n  {parameter}" for parameter in declared) or " none."
    return f"Its parameters are:{lines}"


def _spelled(value: Any, kind: str) -> Any:
    """Return what a text spells, where it is not a text that is wanted."""
    if not isinstance(value, str) or kind == "str":
        return value
    if kind == "bool":
        return {"true": True, "false": False}.get(value.strip().lower(), value)
    try:
        return ast.literal_eval(value.strip())
    except (ValueError, SyntaxError):
        return value


def _converted(value: Any, kind: str) -> Any:
    """Return a value, perhaps one of NumPy's, as Python's own of a type."""
    value = value.tolist() if hasattr(value, "tolist") else value
    match kind:
        case "int" | "bool" | "str" if type(value).__name__ == kind:
            return value
        case "float" if type(value) in (int, float) and math.isfinite(value):
            return float(value)
        case "list" if isinstance(value, list | tuple) and value:
            return [each if type(each) is int else _converted(each, "float") for each in value]
    raise ValueError(WANTED[kind])
