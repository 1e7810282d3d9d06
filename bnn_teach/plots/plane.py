"""Maps: what a model says at every point of a plane, and the points of two classes.

You will see a quantity as shades from light to dark, with lines of equal height that carry their
numbers, so that a map can be read in grey and by number. Next:
:mod:`bnn_teach.plots.reliability`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from numpy.typing import ArrayLike

from bnn_teach.arguments import as_real, checked_arguments
from bnn_teach.errors import ArgumentError, ShapeError
from bnn_teach.plots.arrays import column
from bnn_teach.plots.captions import caption_of
from bnn_teach.plots.style import INK, RIM, SMALL, finish, name_axes, start
from bnn_teach.plots.words import listed, number

#: From almost white to a blue that black points and numbers still stand out from.
SHADES = LinearSegmentedColormap.from_list("shades", ("#fbfcfe", "#b7d3e9", "#5b9ccb"))
_AXES = ("first input", "second input")


@checked_arguments
def plot_map(
    first: ArrayLike,
    second: ArrayLike,
    values: ArrayLike,
    *,
    levels: Sequence[float] = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6),
    name: str = "value",
    ax: Axes | None = None,
) -> Axes:
    """Draw a quantity over a plane: shades, and labelled lines of equal height.

    Parameters
    ----------
    first, second : array, shape (N,) and (M,), real
        The places along both axes, in increasing order.
    values : array, shape (M, N), real
        The quantity, ``values[j, i]`` at ``(first[i], second[j])``: the order of ``np.meshgrid``.
    levels : sequence of float
        Heights of the lines, in increasing order. The shade changes at each, so that maps with the
        same levels can be compared.
    name : str
        What the quantity is called in the alternative text.
    """
    first, second = column("first", first), column("second", second)
    heights, values = column("levels", list(levels)), as_real("values", values)
    if values.shape != (len(second), len(first)) or min(values.shape) < 2:
        raise ShapeError(
            f"values: got shape {values.shape}, expected ({len(second)}, {len(first)}), a row for "
            "each place of second and a column for each of first, at least two. Transpose it, or "
            "reshape it as np.meshgrid(first, second) orders its places."
        )
    if not np.isfinite(values).all():
        raise ArgumentError(
            f"values: {np.count_nonzero(~np.isfinite(values))} of {values.size} are NaN or "
            "infinite, expected finite numbers. Draw only where all are known."
        )
    for what, array in (("first", first), ("second", second), ("levels", heights)):
        if (np.diff(array) <= 0).any():
            raise ArgumentError(f"{what}: got numbers not in increasing order. Sort them.")
    ax = start(ax)
    shades = SHADES(np.linspace(0, 1, len(heights) + 1))
    ends = min(values.min(), heights[0]) - 1, max(values.max(), heights[-1]) + 1
    ax.contourf(first, second, values, [ends[0], *heights, ends[1]], colors=shades)
    lines = ax.contour(first, second, values, heights, colors=INK, linewidths=0.8)
    for text in ax.clabel(lines, fontsize=SMALL, fmt="%g"):
        text.set(color=INK, path_effects=RIM)
    extremes = []
    for flat in (values.argmin(), values.argmax()):
        j, i = np.unravel_index(flat, values.shape)
        extremes.append(f"{number(values[j, i])} at ({number(first[i])}, {number(second[j])})")
    inside = [height for height in heights if values.min() < height < values.max()]
    drawn = f"; lines of equal height at {listed(map(number, inside))}" if inside else ""
    caption_of(ax).sentences.append(
        f"A map of the {name}, first input from {number(first[0])} to {number(first[-1])}, second "
        f"from {number(second[0])} to {number(second[-1])}: from {' to '.join(extremes)}{drawn}."
    )
    return name_axes(ax, *_AXES)


@checked_arguments
def plot_classes(x: ArrayLike, y: ArrayLike, ax: Axes | None = None) -> Axes:
    """Draw the points of two classes: hollow circles for 0, filled triangles for 1.

    Parameters
    ----------
    x : array, shape (N, 2), real
        Where they are.
    y : array, shape (N,) or (N, 1), of 0 and 1
        Their classes.
    """
    places, classes = as_real("x", x), column("y", y)
    if places.ndim != 2 or places.shape[1] != 2 or len(places) != len(classes):
        raise ShapeError(
            f"x, y: got shapes {places.shape} and {np.shape(y)}, expected (N, 2) and (N,), a "
            "place in the plane and a class for each point."
        )
    if not np.isin(classes, (0, 1)).all():
        raise ArgumentError("y: got values other than 0 and 1, expected the number of a class.")
    ax = start(ax)
    for k, marker in enumerate(_MARKERS):
        chosen = places[classes == k]
        ax.scatter(chosen[:, 0], chosen[:, 1], s=20, zorder=4, label=f"class {k}", **marker)
    corners = np.stack([places.min(axis=0), places.max(axis=0)], axis=1)
    ends = [f"{number(low)} to {number(high)}" for low, high in corners]
    count = int(classes.sum())
    caption_of(ax).sentences.append(
        f"{len(classes) - count} points of class 0, hollow circles, and {count} of class 1, filled "
        f"triangles; first input from {ends[0]}, second from {ends[1]}."
    )
    return finish(ax, *_AXES)


_MARKERS: tuple[dict[str, Any], ...] = (
    {"marker": "o", "facecolor": "white", "edgecolor": "black", "linewidth": 0.9},
    {"marker": "^", "facecolor": "black", "edgecolor": "white", "linewidth": 0.5},
)
