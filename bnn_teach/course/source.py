"""The library's own code, as a page shows it: the body of a function, no line wider than a column.

A page prints what :func:`source_of` returns in its section *Look inside*. Next:
:mod:`bnn_teach.course.quizzes`.
"""

from __future__ import annotations

import ast
import inspect
import io
import textwrap
import tokenize
from collections.abc import Callable
from typing import Any

from bnn_teach.errors import ArgumentError

COLUMNS = 79
_DEEPER = 8  # columns, what is left of a line that was broken


def source_of(function: Callable[..., Any], start: str = "", stop: str = "") -> str:
    """Return the body of a function as it is written, without its docstring.

    Parameters
    ----------
    function : callable
        A function, or a model.
    start, stop : str, optional
        Show the lines from the first with ``start`` in it, up to the next with ``stop`` in it,
        which is left out.

    Returns
    -------
    str
        Without indentation. A line of more than 79 columns is broken inside brackets; a longer
        text in it stays whole.

    Raises
    ------
    ArgumentError
        No line has this text.
    """
    source = textwrap.dedent(inspect.getsource(inspect.unwrap(function)))
    begin, *rest = _definition(ast.parse(source)).body
    docstring = isinstance(begin, ast.Expr) and isinstance(begin.value, ast.Constant) and rest
    skipped = (begin.end_lineno or 0) if docstring else begin.lineno - 1
    lines = source.splitlines()
    first = _find(lines, start, skipped)
    last = _find(lines, stop, first + 1) if stop else len(lines)
    margin = min(len(each) - len(each.lstrip()) for each in lines[first:last] if each.strip())
    places = _places(source)
    shown = (_fold(lines[n], places.get(n + 1, []), margin) for n in range(first, last))
    return textwrap.dedent("\n".join(shown)).strip("\n")


def _definition(tree: ast.Module) -> Any:
    return tree.body[0]


def _find(lines: list[str], text: str, first: int) -> int:
    for number, line in enumerate(lines[first:], first):
        if text in line:
            return number
    raise ArgumentError(f"source_of: got {text!r}, expected text of a line in the body.")


def _places(source: str) -> dict[int, list[tuple[int, int]]]:
    """Return where each line may be broken, by its number: how deep in brackets, and the column."""
    places: dict[int, list[tuple[int, int]]] = {}
    depth = texts = 0
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        row, column = token.start
        texts += (token.type == tokenize.FSTRING_START) - (token.type == tokenize.FSTRING_END)
        closes = token.string in (")", "]", "}")
        depth += (token.string in ("(", "[", "{")) - closes
        if depth and not texts and not closes and token.line[column - 1 : column] == " ":
            places.setdefault(row, []).append((depth, column))
    return places


def _fold(line: str, places: list[tuple[int, int]], margin: int) -> str:
    """Break a line where brackets are least deep, as far to the right as its column allows."""
    room = COLUMNS + margin
    fitting = [(-depth, place) for depth, place in places if place <= room]
    if len(line) <= room or not fitting:
        return line
    _, place = max(fitting)
    indent = " " * (len(line) - len(line.lstrip()) + _DEEPER)
    return f"{line[:place].rstrip()}\n{indent}{line[place:]}"
