"""Data: the points, and the function they came from.

You will see the pattern of every picture here: check the arrays, draw, leave a sentence that says
what was drawn. Next: :mod:`bnn_teach.plots.bands`.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from bnn_teach.arguments import checked_arguments
from bnn_teach.plots.arrays import pair, values_of
from bnn_teach.plots.captions import caption_of
from bnn_teach.plots.style import colors, finish, start
from bnn_teach.plots.words import number, widest_gap


@checked_arguments
def plot_data(
    x: ArrayLike,
    y: ArrayLike,
    truth: Callable[[np.ndarray], ArrayLike] | None = None,
    ax: Axes | None = None,
    *,
    x_range: tuple[float, float] | None = None,
) -> Axes:
    """Draw the points, and the function they came from if it is known.

    Parameters
    ----------
    x, y : array, shape (N,) or (N, 1), real
        Inputs and noisy outputs.
    truth : callable, optional
        f; takes inputs of shape (M,) and returns f(x), of shape (M,).
    x_range : (low, high), optional
        Where to draw f. Otherwise over the x axis of ``ax`` as it stands, so draw a band first and
        the data on top; on a new figure, over the data.

    Raises
    ------
    ShapeError, ArgumentError
        ``x`` and ``y`` differ in length, ``truth`` changes the shape, or a value is not finite.
    """
    x, y = pair("x, y", x, y)
    low, high = x_range or (x.min(), x.max())
    if x_range is None and isinstance(ax, Axes) and ax.has_data():
        low, high = ax.get_xlim()
    at = np.linspace(low, high, 400)
    curve = None if truth is None else values_of(truth, at)
    ax = start(ax)
    caption = caption_of(ax)
    sentence = f"{len(x)} data points, x from {number(x.min())} to {number(x.max())}"
    if gap := widest_gap(x):
        sentence += f" with none between {number(gap[0])} and {number(gap[1])}"
    sentence += f", y from {number(y.min())} to {number(y.max())}"
    if curve is not None:
        ax.plot(at, curve, **colors["truth"].line, lw=1.2, label="true function", scalex=False)
        sentence += "; a dashed line shows the true function"
        caption.truth = truth
    # A white rim keeps a black point visible on a dark band.
    ax.scatter(x, y, s=20, c="black", edgecolor="white", lw=0.6, zorder=4, label="data")
    caption.data_x = x
    caption.sentences.append(f"{sentence}.")
    return finish(ax)
