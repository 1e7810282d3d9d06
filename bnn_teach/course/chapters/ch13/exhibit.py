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

from bnn_teach.errors import ShapeError
from bnn_teach.exhibits.controls import Choice, Slider
from bnn_teach.exhibits.exhibit import Exhibit
from bnn_teach.exhibits.frames import Frame, Panel
from bnn_teach.exhibits.marks import Bars, Line, Mark

Curves = Callable[[np.ndarray, int, bool], ArrayLike]
"""``curves(x, width, divided)``: functions from the prior at x, (N, 1), of shape (S, N)."""

SAME, DIVIDED = "s for every weight", "s / √inputs of its layer"
_FAR = 3.0  # standard deviations; a normal leaves them with probability .0027


def width_explorer(
    curves: Curves,
    x: ArrayLike,
    sd_of_limit: float,
    widths: Sequence[int] = (1, 2, 5, 20, 100),
    num_lines: int = 12,
) -> Exhibit:
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
    num_lines : int, optional
        How many functions are drawn.

    Returns
    -------
    Exhibit
        With a slider for the width and a choice of scaling.

    Raises
    ------
    ShapeError
        ``curves`` returns another shape than (S, N).
    """
    places = np.asarray(x, np.float32).reshape(-1)
    inputs = np.concatenate([places, [np.float32(0)]])[:, None]
    edges = np.linspace(-4 * sd_of_limit, 4 * sd_of_limit, 33)
    limit = np.linspace(edges[0], edges[-1], 81)
    density = np.exp(-0.5 * (limit / sd_of_limit) ** 2) / (sd_of_limit * np.sqrt(2 * np.pi))

    def frame(width: int, weights: str) -> Frame:
        f = np.asarray(curves(inputs, width, weights == DIVIDED), float)
        if f.ndim != 2 or f.shape[1] != len(inputs):
            raise ShapeError(
                f"curves: returned shape {f.shape}; expected (S, {len(inputs)}), one function a "
                "row, at all inputs that it was given."
            )
        drawn = f[:num_lines, :-1]
        lines: list[Mark] = [Line(places, line, role="band", width=1.2) for line in drawn]
        height = np.histogram(f[:, -1], edges)[0] / (len(f) * np.diff(edges))
        spread: list[Mark] = [
            Bars(edges[:-1], edges[1:], height, role="nuts", label="networks"),
            Line(limit, density, role="truth", label="the limit, a normal"),
        ]
        left = np.mean(np.abs(f[:, -1]) > edges[-1])
        limits = (-4 * sd_of_limit, 4 * sd_of_limit)
        panels = [
            Panel(lines, xlabel="x", ylabel="f(x)", ylim=limits, title="functions"),
            Panel(spread, xlabel="f(0)", ylabel="density", xlim=limits, ylim=(0, 1 / sd_of_limit)),
        ]
        return Frame(panels, says=f"{_say(f[:, -1], width, weights)} {_gone(left)}")

    return Exhibit(
        frame,
        [
            Slider("width", widths, label="units in a layer", value=widths[0]),
            Choice("weights", [DIVIDED, SAME], label="sd of the weights"),
        ],
        title="Wider and wider: a normal appears",
    )


def _say(values: np.ndarray, width: int, weights: str) -> str:
    sd = values.std()
    tails = np.mean(np.abs(values) > _FAR * sd)
    units = "unit" if width == 1 else "units"
    return (
        f"{width} {units} in a layer, {weights}: f(0) has standard deviation {sd:.3g}, and "
        f"{100 * tails:.1f} % of the networks are beyond three of them; of a normal it is 0.3 %."
    )


def _gone(share: float) -> str:
    return f"{100 * share:.0f} % have left the picture on the right."
