"""What several exhibits show: named bars, where a band is cropped, functions drawn from a prior.

Next: :mod:`bnn_teach.course.chapters.ch05.exhibit`, which shows both.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from bnn_teach.errors import ShapeError
from bnn_teach.exhibits.frames import Panel
from bnn_teach.exhibits.marks import Bars, Line, Mark, Points

MOST_LINES = 12


def named_bars(
    heights: Mapping[str, float], roles: list[str], level: Line | None = None, **panel: Any
) -> Panel:
    """Return a panel of bars with their names below, such as one for each region of x.

    Parameters
    ----------
    heights : mapping of str to float
        Of each bar, by its name; NaN leaves it out.
    roles : list of str
        One for each bar; noise is hatched.
    level : Line, optional
        What to compare the bars with, drawn on top.
    **panel
        Further arguments of :class:`~bnn_teach.exhibits.Panel`.
    """
    marks: list[Mark] = [
        Bars([place - 0.35], [place + 0.35], [height], role, hatch=role == "noise")
        for place, (height, role) in enumerate(zip(heights.values(), roles, strict=True))
    ]
    ticks = {float(place): name for place, name in enumerate(heights)}
    return Panel(
        marks if level is None else [*marks, level],
        xlim=(-0.5, len(heights) - 0.5),
        xticks=ticks,
        **panel,
    )


def cropped(
    x: np.ndarray, lower: np.ndarray, upper: np.ndarray, ylim: tuple[float, float], words: str
) -> list[Mark]:
    """Return warnings at the frame's edges, for the x, shape (N,), at which a band is beyond."""
    beyond = zip(ylim, (lower < ylim[0], upper > ylim[1]), strict=True)
    return [Points(x[at], 0.97 * edge, "warning", words) for edge, at in beyond if at.any()]


def read_functions(f: ArrayLike, count: int) -> np.ndarray:
    """Return functions drawn from a prior at ``count`` inputs, shape (S, count), or raise."""
    found = np.asarray(f, float)
    if found.ndim != 2 or found.shape[1] != count:
        raise ShapeError(
            f"curves: returned shape {found.shape}, expected (S, {count}), one function a row, "
            "at all inputs that it was given."
        )
    return found


def function_lines(x: np.ndarray, f: np.ndarray) -> list[Mark]:
    """Return the first of the functions, shape (S, N), as lines over x."""
    return [Line(x, each, "band", width=1.2) for each in f[:MOST_LINES]]
