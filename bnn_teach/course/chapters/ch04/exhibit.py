"""Your own band, drawn before any model's: an exhibit for notebook 04.

You will find a curve that nobody has seen, because chance made it, and the picture in which a
reader draws where new measurements of it will fall. Nothing of the answer is shown before the
reader asks for it. Next: :mod:`bnn_teach.exhibits.drawing`, which keeps the score.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import ArrayLike

from bnn_teach import exhibits as ex
from bnn_teach.plots.words import number, widest_gap

Curve = Callable[[ArrayLike], np.ndarray]
Pair = tuple[ArrayLike, ArrayLike]

_WAVES, _FREQUENCY = 4, 0.75
_ANCHORS, _HEIGHT = 17, 3.5


def hidden_curve(seed: int) -> Curve:
    r"""Return a smooth curve that chance has made: a sum of four waves.

    .. math:: f(x) = \sum_{k=1}^4 \frac{a_k}{\sqrt k} \sin(\tfrac34 k \pi x + \phi_k),
              \qquad a_k \sim \mathrm{Normal}(0, 1), \quad \phi_k \sim \mathrm{Uniform}(0, 2\pi)

    Each seed makes another curve: a function of inputs of any shape, which returns f of the same
    shape, float64.
    """
    rng = np.random.default_rng([seed, _WAVES])
    count = np.arange(1, _WAVES + 1)
    heights = rng.standard_normal(_WAVES) / np.sqrt(count)
    shifts = rng.uniform(0, 2 * np.pi, _WAVES)

    def curve(x: ArrayLike) -> np.ndarray:
        angles = _FREQUENCY * np.pi * count * np.asarray(x, float)[..., None] + shifts
        return np.asarray(np.sum(heights * np.sin(angles), axis=-1))

    return curve


def own_band(
    data: Pair,
    new: Pair,
    truth: Curve,
    references: Mapping[str, Pair] | None = None,
    level: float = 0.95,
) -> ex.Exhibit:
    """Build the exhibit: the reader draws a band, asks for the answer, and sees a score.

    Parameters
    ----------
    data : tuple of two array_like, shape (N,)
        The points that are shown: x and y.
    new : tuple of two array_like, shape (M,)
        The points that judge the band, x and y; hidden at first.
    truth : callable
        The curve behind both, revealed with the new points.
    references : mapping of str to tuple of two array_like, shape (M,), optional
        Other bands at the new points, lower and upper ends, whose scores are shown beside.
    level : float, optional
        The share of new points that the band should hold.
    """
    x, y, x_new, y_new = (np.asarray(each, float).reshape(-1) for each in (*data, *new))
    low, high = min(x.min(), x_new.min()), max(x.max(), x_new.max())
    grid = np.linspace(low, high, 121)
    limit = max(_HEIGHT, 1.1 * float(np.abs(np.concatenate([y, y_new])).max()))
    draw = ex.Draw(
        "band",
        np.linspace(low, high, _ANCHORS),
        at=(x_new, y_new),
        reveal=[ex.Line(grid, truth(grid), "truth", "the curve")],
        references=references,
        level=level,
        label=f"your {100 * level:g} % band for a new measurement",
    )

    def frame() -> ex.Frame:
        points = ex.Points(x, y, "data", "data")
        panel = ex.Panel([points], "x", "y", xlim=(low, high), ylim=(-limit, limit))
        return ex.Frame([panel], says=_sentence(x, y))

    return ex.Exhibit(frame, [draw], title="Where will new measurements fall?")


def _sentence(x: np.ndarray, y: np.ndarray) -> str:
    hole = widest_gap(x)
    gap = f", none between {number(hole[0])} and {number(hole[1])}" if hole else ""
    first, last = y[np.argmin(x)], y[np.argmax(x)]
    return (
        f"{len(x)} points with x from {number(x.min())} to {number(x.max())}{gap}; y from "
        f"{number(y.min())} to {number(y.max())}, {number(first)} at the left end and "
        f"{number(last)} at the right end."
    )
