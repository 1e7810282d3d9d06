"""Landscapes: a log-density over a plane, as lines of equal height.

You will see a density drawn by how far below its top a place lies, counted as for a normal
distribution, so that the lines of a valley mean the same as those of a bent ridge.
Next: :mod:`bnn_teach.plots.trajectories`, what moves there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from contourpy import contour_generator
from matplotlib.axes import Axes

from bnn_teach.errors import ArgumentError, ShapeError
from bnn_teach.plots.captions import caption_of
from bnn_teach.plots.style import SOFT, name_axes, start
from bnn_teach.plots.words import number

SDS = (1.0, 2.0, 3.0, 4.0)
"""The lines: where a normal density is one, two, ... standard deviations from its top."""

_POINTS = 101
_GREY = "#8c8c8c"


class Landscape(NamedTuple):
    """A log-density over a plane, and which part of it to show."""

    value_and_grad: Callable[[np.ndarray], tuple[Any, Any]]
    """Maps z, shape (..., 2), to ``log p(z)``, shape (...), and its gradient, shape (..., 2)."""
    xlim: tuple[float, float]
    """What is shown of the first coordinate."""
    ylim: tuple[float, float]
    """What is shown of the second coordinate."""
    names: tuple[str, str] = ("first coordinate", "second coordinate")
    """What the coordinates are called."""


def depths(landscape: Landscape, points: int = _POINTS) -> tuple[np.ndarray, ...]:
    r"""Return how far below the highest place of the frame each place of a grid lies.

    .. math:: k(z) = \sqrt{2\, (\max \log p - \log p(z))}

    For a normal density, k is the distance from the mean in standard deviations.

    Parameters
    ----------
    landscape : Landscape
        What to look at.
    points : int, optional
        Places along each axis.

    Returns
    -------
    x, y : ndarray, shape (points,)
    k : ndarray, shape (points, points), a row for each y

    Raises
    ------
    ShapeError, ArgumentError
        ``value_and_grad`` does not return one number a place, or no finite number.
    """
    x, y = np.linspace(*landscape.xlim, points), np.linspace(*landscape.ylim, points)
    places = np.stack(np.meshgrid(x, y), axis=-1)
    log_prob = np.asarray(landscape.value_and_grad(places)[0], float)
    if log_prob.shape != (points, points):
        raise ShapeError(
            f"value_and_grad: returned log p of shape {log_prob.shape} for places of shape "
            f"{places.shape}, expected {(points, points)}. Write it for z[..., 0] and z[..., 1]."
        )
    finite = log_prob[np.isfinite(log_prob)]
    if not finite.size:
        raise ArgumentError("landscape: log p is finite nowhere in the frame. Move xlim and ylim.")
    drop = np.where(np.isfinite(log_prob), finite.max() - log_prob, np.inf)
    return x, y, np.sqrt(2.0 * np.minimum(drop, 1e6))


def contour_lines(landscape: Landscape, points: int = _POINTS) -> tuple[np.ndarray, np.ndarray]:
    """Return all lines of equal height as one: x and y, shape (N,), with NaN between lines."""
    generator = contour_generator(*depths(landscape, points))
    pieces: list[Any] = [line for level in SDS for line in generator.lines(level)]
    gap = np.full((1, 2), np.nan)
    together = np.concatenate([part for line in pieces for part in (line, gap)][:-1] or [gap])
    return together[:, 0], together[:, 1]


def plot_landscape(landscape: Landscape, ax: Axes | None = None) -> Axes:
    """Draw a landscape: lines one to four standard deviations below its top, shaded towards it."""
    x, y, k = depths(landscape)
    ax = start(ax)
    shades = [str(round(grey, 3)) for grey in np.linspace(0.86, 0.97, len(SDS))]
    ax.contourf(x, y, k, [0, *SDS], colors=shades)
    ax.contour(x, y, k, SDS, colors=_GREY, linewidths=0.7)
    ax.set(xlim=landscape.xlim, ylim=landscape.ylim)
    ax.tick_params(color=SOFT)
    row, column = np.unravel_index(int(np.argmin(k)), k.shape)
    caption_of(ax).sentences.append(
        f"A landscape of log p over {landscape.names[0]} and {landscape.names[1]}; the highest "
        f"place shown is ({number(x[column])}, {number(y[row])})."
    )
    return name_axes(ax, *landscape.names)
