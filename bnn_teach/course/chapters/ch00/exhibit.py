r"""More data narrow the band: the slider of notebook 00, with an answer that is exact.

You will see a network whose hidden layer is fixed: only the weights of its output are unknown, and
then the posterior is a formula. With features :math:`\Phi` at the data, weights
:math:`w \sim \text{Normal}(0, s^2 I)` and noise :math:`\sigma`,

.. math:: w \mid y \sim \text{Normal}(m, A^{-1}), \qquad
          A = \frac{\Phi^\top \Phi}{\sigma^2} + \frac{I}{s^2}, \qquad
          m = \frac{A^{-1} \Phi^\top y}{\sigma^2}.

Next: :mod:`bnn_teach.course.chapters.ch06.exhibit`, where all weights are unknown.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import norm

from bnn_teach import exhibits as ex
from bnn_teach.course.datasets import Regression
from bnn_teach.exhibits.panels import cropped

_PRIOR_SCALE = 10.0  # s
_HALF, _MOST = norm.ppf([0.75, 0.975])  # standard deviations: the middle half, the middle 95 %
_LIMITS = (-2.5, 2.5)
_SIZES, _PLACES = (2, 4, 8, 16, 24, 40, 80), np.linspace(-1, 1, 11).round(1)


class Curve(NamedTuple):
    """What the model believes about f at some x."""

    mean: np.ndarray
    """Shape (N,)."""
    sd: np.ndarray
    """Standard deviation of f, without noise, shape (N,)."""


def fixed_features(x: ArrayLike, units: int = 200, seed: int = 0) -> np.ndarray:
    """Return the outputs of a hidden layer of ReLU units whose weights stay as they were drawn.

    Parameters
    ----------
    x : array_like, shape (N,) or (N, 1)
        The inputs.
    units : int, optional
        H, the number of units; their kinks lie in [-1.5, 1.5].
    seed : int, optional
        Of the kinks and directions.

    Returns
    -------
    ndarray, shape (N, H + 1)
        A constant comes first.
    """
    rng = np.random.default_rng(seed)
    kinks, side = rng.uniform(-1.5, 1.5, units), rng.choice([-1.0, 1.0], units)
    column = np.asarray(x, float).reshape(-1, 1)
    hidden = np.maximum(side * (column - kinks), 0) / np.sqrt(units)
    return np.hstack([np.ones_like(column), hidden])


def posterior(data: Regression, x: ArrayLike) -> Curve:
    """Return the exact posterior of f at new inputs x of shape (N,) or (N, 1)."""
    phi, new = fixed_features(data.x), fixed_features(x)
    precision = phi.T @ phi / data.noise_scale**2 + np.eye(phi.shape[1]) / _PRIOR_SCALE**2
    mean = np.linalg.solve(precision, phi.T @ data.y[:, 0].astype(float)) / data.noise_scale**2
    variance = np.einsum("nh,hn->n", new, np.linalg.solve(precision, new.T))
    return Curve(new @ mean, np.sqrt(variance))


def narrowing_band(make_data: Callable[[int], Regression]) -> ex.Exhibit:
    """Build the exhibit: how many points there are, and where the reader stands.

    Parameters
    ----------
    make_data : callable
        Takes a number of points and returns a data set, such as ``bt.datasets.gap_sine``.
    """
    x = np.linspace(-1, 1, 61)

    def frame(n: float, place: float) -> ex.Frame:
        data = make_data(round(n))
        curve = posterior(data, [*x, place])
        mean, sd, true = float(curve.mean[-1]), float(curve.sd[-1]), float(data.truth(place))
        inside = "inside" if abs(true - mean) <= _MOST * sd else "outside"
        says = (
            f"With {round(n)} points the 95 % band is {2 * _MOST * sd:.2g} wide at x = {place:g}; "
            f"the truth is {inside}."
        )
        along = Curve(curve.mean[:-1], curve.sd[:-1])
        return ex.Frame([_bands(x, data, along, place), _here(mean, sd, true, place)], says)

    controls = [
        ex.Slider("n", _SIZES, "points", 8),
        ex.Slider("place", _PLACES, "you stand at x", 0.0),
    ]
    return ex.Exhibit(frame, controls, title="More data narrow the band", live=True)


def _bands(x: np.ndarray, data: Regression, curve: Curve, place: float) -> ex.Panel:
    bands = [
        ex.Band(x, curve.mean - k * curve.sd, curve.mean + k * curve.sd, "band", label)
        for k, label in ((_MOST, "95 % band; darker: its middle half"), (_HALF, ""))
    ]
    low, high = _LIMITS
    lower, upper = curve.mean - _MOST * curve.sd, curve.mean + _MOST * curve.sd
    marks = [
        *bands,
        *cropped(x, lower, upper, _LIMITS, "the band leaves the picture"),
        ex.Line(x, curve.mean, "band", "median"),
        ex.Line(x, data.truth(x), "truth", "truth", width=1.5),
        ex.Segments([place], [low], [place], [high], "ensemble", "where you stand"),
        ex.Points(data.x, data.y, "data", "data"),
    ]
    return ex.Panel(marks, "x", "f(x)", xlim=(-1, 1), ylim=_LIMITS, title="the band")


def _here(mean: float, sd: float, true: float, place: float) -> ex.Panel:
    z = np.linspace(-3.2, 3.2, 41)
    ends = np.array([mean - _MOST * sd, mean + _MOST * sd])
    marks = [
        ex.Polygon(mean + sd * z, np.exp(-(z**2) / 2), "band"),
        ex.Segments(ends, [0, 0], ends, [0.6, 0.6], "band"),
        ex.Line([true, true], [0, 1.1], "truth", width=1.5),
    ]
    xlabel, ylabel = f"f(x) at x = {place:g}", "plausibility, highest = 1"
    return ex.Panel(marks, xlabel, ylabel, xlim=_LIMITS, ylim=(0, 1.15), title="where you stand")
