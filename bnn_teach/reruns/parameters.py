"""What may be changed on a page: the parameters that a notebook declares.

Each notebook has one cell with the tag ``parameters``, in which every line is a name, a type, a
value and a comment. You will find how it is read, without running anything, and how given values
are checked against it before a kernel starts. Next: :mod:`bnn_teach.reruns.results`.
"""

from __future__ import annotations

import ast
import io
import json
import math
import pathlib
import tokenize
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from bnn_teach.course.notebook_files import NotebookError
from bnn_teach.errors import ArgumentError, did_you_mean


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
    """Read the parameters that a notebook declares.

    Parameters
    ----------
    notebook : path
        An ``.ipynb`` file.

    Returns
    -------
    tuple of Parameter
        In the order of the cell; empty if the notebook has no such cell.

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
    return tuple(_declared(notebook, source))


def _declared(notebook: pathlib.Path, source: str) -> list[Parameter]:
    comments = {
        token.start[0]: token.string.lstrip("# ")
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type == tokenize.COMMENT
    }
    found = []
    for line in ast.parse(source).body:
        try:
            if not isinstance(line, ast.AnnAssign) or not isinstance(line.target, ast.Name):
                raise ValueError("expected a name, a type and a value")
            kind, value = ast.unparse(line.annotation), ast.literal_eval(line.value or line)
            value = _CONVERT[kind](value)
        except (ValueError, KeyError) as error:
            raise NotebookError(
                f"{notebook.name}: in the cell 'parameters', {ast.unparse(line)!r}: {error}. Write "
                "each line as in 'seed: int = 0  # of all that is random'."
            ) from None
        found.append(Parameter(line.target.id, kind, value, comments.get(line.end_lineno or 0, "")))
    return found


def check_parameters(
    declared: Sequence[Parameter], given: Mapping[str, Any], notebook: str
) -> dict[str, Any]:
    """Return the given values in their declared types.

    Parameters
    ----------
    declared : sequence of Parameter
        What the notebook has.
    given : mapping of str to object
        Values, or texts that spell them, as from a command line.
    notebook : str
        What to call the notebook in a message.

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
            checked[name] = _CONVERT[by_name[name].kind](_spelled(value, by_name[name].kind))
        except ValueError as error:
            raise ArgumentError(
                f"{name}: came {value!r}; expected {error}. {_listed(declared)}"
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


def _plain(value: Any) -> Any:
    """Return a NumPy number or array as Python's own."""
    return value.tolist() if hasattr(value, "tolist") else value


def _int(value: Any) -> int:
    value = _plain(value)
    if type(value) is not int:
        raise ValueError("an integer, such as 3")
    return value


def _float(value: Any) -> float:
    value = _plain(value)
    if type(value) not in (int, float) or not math.isfinite(value):
        raise ValueError("a finite number, such as 0.5")
    return float(value)


def _bool(value: Any) -> bool:
    value = _plain(value)
    if type(value) is not bool:
        raise ValueError("true or false")
    return value


def _str(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("a text")
    return value


def _list(value: Any) -> list[float]:
    value = _plain(value)
    if not isinstance(value, list | tuple) or not value:
        raise ValueError("a list of numbers, such as [0.5, 1.0]")
    return [each if type(each) is int else _float(each) for each in value]


_CONVERT: dict[str, Any] = {
    "int": _int,
    "float": _float,
    "bool": _bool,
    "str": _str,
    "list": _list,
}
