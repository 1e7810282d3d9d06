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

import functools
from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import ArrayLike

from bnn_teach.exhibits.controls import Slider
from bnn_teach.exhibits.exhibit import Exhibit
from bnn_teach.exhibits.frames import Frame, Panel
from bnn_teach.exhibits.marks import Band, Line, Points, Polygon, Segments

_UNITS = 200
_HALF, _MOST = 0.6744898, 1.959964  # standard deviations: the middle half, the middle 95 %
_WIDEST = 2.5
_PLACES = tuple(round(-1 + 0.2 * i, 1) for i in range(11))


class Points1D(Protocol):
    """What is needed of a data set, such as ``bt.datasets.gap_sine(8)``."""

    x: np.ndarray
    y: np.ndarray
    truth: Callable[[ArrayLike], np.ndarray]
    noise_scale: float


class Curve(NamedTuple):
    """What the model believes about f at some x."""

    mean: np.ndarray
    """Shape (N,)."""
    sd: np.ndarray
    """Standard deviation of f, without noise, shape (N,)."""


def fixed_features(x: ArrayLike, units: int = _UNITS, seed: int = 0) -> np.ndarray:
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


def posterior(data: Points1D, x: ArrayLike, prior_scale: float = 10.0) -> Curve:
    """Return the exact posterior of f at new inputs.

    Parameters
    ----------
    data : data set
        With x and y of shape (M, 1), and the noise's standard deviation.
    x : array_like, shape (N,) or (N, 1)
        The new inputs.
    prior_scale : float, optional
        s, the standard deviation of every output weight before seeing data.

    Returns
    -------
    Curve
    """
    phi, new = fixed_features(data.x), fixed_features(x)
    precision = phi.T @ phi / data.noise_scale**2 + np.eye(phi.shape[1]) / prior_scale**2
    mean = np.linalg.solve(precision, phi.T @ data.y[:, 0].astype(float)) / data.noise_scale**2
    variance = np.einsum("nh,hn->n", new, np.linalg.solve(precision, new.T))
    return Curve(new @ mean, np.sqrt(variance))


def narrowing_band(
    make_data: Callable[[int], Points1D],
    num_points: Sequence[int] = (2, 4, 8, 16, 24, 40, 80),
    places: Sequence[float] = _PLACES,
    start: tuple[int, float] = (8, 0.0),
) -> Exhibit:
    """Build the exhibit: how many points there are, and where the reader stands.

    Parameters
    ----------
    make_data : callable
        Takes a number of points and returns a data set, such as ``bt.datasets.gap_sine``.
    num_points : sequence of int, optional
        The slider's numbers of points; with a kernel any between them can be asked for.
    places : sequence of float, optional
        The x at which the second panel looks.
    start : tuple of int and float, optional
        Where both sliders stand at the beginning.

    Returns
    -------
    Exhibit
    """
    x = np.linspace(-1, 1, 61)

    @functools.cache
    def believed(n: int) -> tuple[Points1D, Curve]:
        data = make_data(n)
        return data, posterior(data, x)

    def frame(n: float, place: float) -> Frame:
        data, curve = believed(round(n))
        here = posterior(data, [place])
        mean, sd, true = float(here.mean[0]), float(here.sd[0]), float(data.truth(place))
        inside = abs(true - mean) <= _MOST * sd
        says = (
            f"With {round(n)} points the 95 % band is {2 * _MOST * sd:.2g} wide at x = {place:g}; "
            f"the truth is {'inside' if inside else 'outside'} there."
        )
        return Frame([_picture(x, data, curve, place), _heap(mean, sd, true, place)], _minus(says))

    return Exhibit(
        frame,
        [
            Slider("n", num_points, "number of points", start[0]),
            Slider("place", places, "stand at x", start[1]),
        ],
        title="More data narrow the band",
        live=frame,
    )


def _picture(x: np.ndarray, data: Points1D, curve: Curve, place: float) -> Panel:
    bands = [
        Band(x, curve.mean - k * curve.sd, curve.mean + k * curve.sd, "band", label)
        for k, label in ((_MOST, "95 % band; darker: its middle half"), (_HALF, ""))
    ]
    here = Segments([place], [-_WIDEST], [place], [_WIDEST], "ensemble", "where you stand")
    return Panel(
        [
            *bands,
            Line(x, curve.mean, "band", "median"),
            Line(x, data.truth(x), "truth", "truth", width=1.5),
            here,
            Points(data.x, data.y, "data", "data"),
        ],
        xlabel="x",
        ylabel="f(x)",
        xlim=(-1, 1),
        ylim=(-_WIDEST, _WIDEST),
        title="the band",
    )


def _heap(mean: float, sd: float, true: float, place: float) -> Panel:
    z = np.linspace(-3.2, 3.2, 41)
    ends = np.array([mean - _MOST * sd, mean + _MOST * sd])
    return Panel(
        [
            Polygon(mean + sd * z, np.exp(-(z**2) / 2), "band"),
            Segments(ends, [0, 0], ends, [0.6, 0.6], "band"),
            Line([true, true], [0, 1.1], "truth", width=1.5),
        ],
        xlabel=_minus(f"f(x) at x = {place:g}"),
        ylabel="plausibility, highest = 1",
        xlim=(-_WIDEST, _WIDEST),
        ylim=(0, 1.15),
        title="where you stand",
    )


def _minus(text: str) -> str:
    return text.replace("= -", "= \N{MINUS SIGN}")
