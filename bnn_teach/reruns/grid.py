"""All combinations of some values: the grid of a sweep. Next: :mod:`bnn_teach.reruns.results`."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from typing import Any

from bnn_teach.course.parameters import Parameter, check_parameters
from bnn_teach.errors import ArgumentError

_RANGE = re.compile(r"(-?\d+):(-?\d+)(?::(\d+))?")
_COMMA = re.compile(r",(?![^\[]*\])")  # one that is not inside [...]


def parse_axis(text: str) -> tuple[str, list[Any]]:
    """Read an axis of a grid as it is typed: ``prior_scale=0.5,1,3`` or ``seed=0:10``.

    A range ``a:b`` or ``a:b:step`` is Python's: it ends before b.

    Raises
    ------
    ArgumentError
        The text has another form, or its range is empty.
    """
    name, sign, values = text.partition("=")
    span = _RANGE.fullmatch(values.strip())
    axis: list[Any] = list(_COMMA.split(values))
    if span:
        axis = list(range(int(span[1]), int(span[2]), int(span[3] or 1)))
    if not sign or not name.isidentifier() or not axis or "" in axis:
        raise ArgumentError(
            f"{text!r}: expected a parameter and its values, such as prior_scale=0.5,1,3 or "
            "seed=0:10, which is 0 to 9."
        )
    return name, axis


def expand(
    axes: Mapping[str, Sequence[Any]], declared: Sequence[Parameter], notebook: str
) -> list[dict[str, Any]]:
    """Return all combinations, the last axis fastest, every value checked and in its type.

    Raises
    ------
    ArgumentError
        An unknown name, a wrong type, no value, or the same value twice.
    """
    columns = {}
    for name, given in axes.items():
        values: Any = given.tolist() if hasattr(given, "tolist") else given
        if not isinstance(values, list | tuple | range) or not values:
            raise ArgumentError(f"{name}: got {values!r}, expected a list of values.")
        column = [check_parameters(declared, {name: value}, notebook)[name] for value in values]
        twice = [value for i, value in enumerate(column) if value in column[:i]]
        if twice:
            raise ArgumentError(f"{name}: {twice[0]!r} is in the grid twice. Give each value once.")
        columns[name] = column
    return [dict(zip(columns, row, strict=True)) for row in itertools.product(*columns.values())]
