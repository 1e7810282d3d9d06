"""What a page found, as numbers: recorded in a cell, collected when the notebook was run.

``bt.record(width=0.3)`` shows its values and hides a machine-readable copy beside them, in an
output of its own kind. Whoever runs the notebook finds them there. Next:
:mod:`bnn_teach.reruns.claims`.
"""

from __future__ import annotations

import math
from typing import Any

from bnn_teach.arguments import checked_arguments
from bnn_teach.course.run_tables import LAST
from bnn_teach.errors import ArgumentError

MIME = "application/vnd.bnn-teach.results+json"
"""The kind of an output that holds results."""


class Results:
    """Results that a cell shows; see :func:`record`."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.values = values

    def __repr__(self) -> str:
        return "\n".join(f"{name} = {shown(value)}" for name, value in self.values.items())

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return {"text/plain": repr(self), MIME: self.values}


@checked_arguments
def record(**values: Any) -> Results:
    """Record results of a notebook; write it as the last line of a cell.

    Parameters
    ----------
    **values : bool, int, float, str, or a list or 1-D array of numbers
        Results by name. A number that is not finite is recorded as missing.

    Returns
    -------
    Results
        Shown below the cell. ``bt.rerun`` and ``bt.sweep`` collect what all cells recorded.

    Raises
    ------
    ArgumentError
        Nothing was given, or something that is none of these, or a name that tables need.

    Examples
    --------
    >>> record(width=0.25, num_divergent=3)
    width = 0.25
    num_divergent = 3
    """
    if not values:
        raise ArgumentError("record: nothing was given. Write, for example, bt.record(width=0.3).")
    if taken := [name for name in values if name in LAST]:
        raise ArgumentError(
            f"record: {taken[0]} is a column that each table has of itself. Give the result "
            "another name."
        )
    return Results({name: plain(name, value) for name, value in values.items()})


def collect(notebook: Any) -> dict[str, Any]:
    """Return what the cells of an executed notebook recorded; a later value replaces an earlier."""
    found: dict[str, Any] = {}
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            found |= output.get("data", {}).get(MIME, {})
    return found


def plain(name: str, value: Any) -> Any:
    """Return a result as Python's own: a number, a text, or a list of numbers."""
    if getattr(value, "ndim", None) == 0:
        value = value.item()  # one of xarray's, too
    value = value.tolist() if hasattr(value, "tolist") else value
    if isinstance(value, list | tuple) and not any(isinstance(v, list | tuple) for v in value):
        return [plain(name, each) for each in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if not isinstance(value, bool | int | str | None):
        raise ArgumentError(
            f"{name}: got {type(value).__name__}, expected a number, a text, or a list of "
            "numbers. Record what a table can hold, such as a mean or a width."
        )
    return value


def shown(value: Any) -> str:
    """Write a result with four digits."""
    if isinstance(value, list):
        return f"[{', '.join(map(shown, value))}]"
    return f"{value:.4g}" if isinstance(value, float) else str(value)
