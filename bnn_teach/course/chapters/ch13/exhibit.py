"""Make a network wider: single functions, and how f(0) spreads, with weights divided or not.

You will see the exhibit of notebook 13. The reader turns the width, and chooses between weights of
one size and weights that shrink with the number of inputs of their layer. With the first, functions
grow out of the picture; with the second, a normal distribution appears and stays. Next:
:mod:`bnn_teach.course.chapters.ch15.exhibit`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import norm

from bnn_teach import exhibits as ex
from bnn_teach.exhibits.panels import function_lines, read_functions

Curves = Callable[[np.ndarray, int, bool], ArrayLike]
"""``curves(x, width, divided)``: functions from the prior at x, (N, 1), of shape (S, N)."""

SAME, DIVIDED = "s for every weight", "s / √inputs of its layer"
_FAR = 3.0  # standard deviations; a normal leaves them with probability .0027


def width_explorer(
    curves: Curves, x: ArrayLike, sd_of_limit: float, widths: Sequence[int] = (1, 2, 5, 20, 100)
) -> ex.Exhibit:
    """Turn the width: functions from the prior on the left, and the spread of f(0) on the right.

    Parameters
    ----------
    curves : callable
        Takes inputs of shape (N, 1), the width, and whether weights are divided; returns functions
        drawn from the prior, shape (S, N).
    x : array_like, shape (N,) or (N, 1)
        Where the functions are drawn; about 40 places are enough.
    sd_of_limit : float
        Standard deviation of f(0) in the limit, with divided weights.
    widths : sequence of int, optional
        Units in each hidden layer.

    Raises
    ------
    ShapeError
        ``curves`` returns another shape than (S, N).
    """
    places = np.asarray(x, np.float32).reshape(-1)
    inputs = np.concatenate([places, [np.float32(0)]])[:, None]
    limits = (-4 * sd_of_limit, 4 * sd_of_limit)
    edges, limit = np.linspace(*limits, 33), np.linspace(*limits, 81)

    def frame(width: int, weights: str) -> ex.Frame:
        f = read_functions(curves(inputs, width, weights == DIVIDED), len(inputs))
        height = np.histogram(f[:, -1], edges)[0] / (len(f) * np.diff(edges))
        spread = [
            ex.Bars(edges[:-1], edges[1:], height, "nuts", "networks"),
            ex.Line(limit, norm.pdf(limit, scale=sd_of_limit), "truth", "the limit, a normal"),
        ]
        lines = function_lines(places, f[:, :-1])
        panels = [
            ex.Panel(lines, "x", "f(x)", ylim=limits, title="functions"),
            ex.Panel(spread, "f(0)", "density", xlim=limits, ylim=(0, 1 / sd_of_limit)),
        ]
        left = np.mean(np.abs(f[:, -1]) > edges[-1])
        gone = f"{100 * left:.0f} % have left the picture on the right."
        return ex.Frame(panels, f"{_say(f[:, -1], width, weights)} {gone}")

    controls = [
        ex.Slider("width", widths, "units in a layer"),
        ex.Choice("weights", [DIVIDED, SAME], "sd of the weights"),
    ]
    return ex.Exhibit(frame, controls, title="Wider and wider: a normal appears")


def _say(values: np.ndarray, width: int, weights: str) -> str:
    sd = values.std()
    tails = np.mean(np.abs(values) > _FAR * sd)
    units = "unit" if width == 1 else "units"
    return (
        f"{width} {units} in a layer, {weights}: f(0) has standard deviation {sd:.3g}, and "
        f"{100 * tails:.1f} % of the networks are beyond three of them; of a normal it is 0.3 %."
    )
