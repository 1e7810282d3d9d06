r"""More draws or more data: an exhibit for notebook 01, on a posterior that is known exactly.

You will see two widths that are easily mistaken for each other. Data narrow the posterior; draws
only sharpen the picture of it. For :math:`\mu \sim \text{Normal}(0, s)` and measurements
:math:`y_n \sim \text{Normal}(\mu, 1)`,

.. math:: \mu \mid y \sim \text{Normal}\Big(v \sum_n y_n, \sqrt v\Big), \qquad
          v = \Big(\frac{1}{s^2} + N\Big)^{-1},

so the draws here are independent ones from the posterior itself, and the Monte Carlo standard error
of their average is :math:`\sqrt{v / S}`. Next: :mod:`bnn_teach.course.chapters.ch02.exhibit`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from bnn_teach import exhibits as ex
from bnn_teach.errors import ShapeError

_SIZES, _PRIOR_SCALES, _DRAWS = (1, 3, 10, 30, 100), (0.5, 2, 10), (10, 100, 1000)
_RUNS, _BINS = 20, 30
_RANGE = (-1.0, 6.0)


def exact_posterior(y: ArrayLike, prior_scale: float) -> tuple[float, float]:
    """Return mean and sd of the posterior of the mean; noise 1, prior Normal(0, prior_scale).

    The measurements y have the shape (N,), and the unit of ``prior_scale``.
    """
    values = np.asarray(y, dtype=float)
    variance = 1.0 / (1.0 / prior_scale**2 + values.size)
    return float(variance * values.sum()), float(np.sqrt(variance))


def draws_and_data(y: ArrayLike, seed: int = 0) -> ex.Exhibit:
    """Build the exhibit: number of points, prior sd and number of draws.

    On the left the draws of one run, with the prior and the exact posterior, each with a peak of 1.
    On the right the averages of twenty such runs, before a strip that is the posterior's mean give
    or take its sd.

    Parameters
    ----------
    y : array_like, shape (N,)
        At least 100 measurements; a setting with n points takes the first n.
    seed : int, optional
        The same normal numbers are shifted and scaled in all frames.

    Raises
    ------
    ShapeError
        There are fewer measurements.
    """
    values = np.asarray(y, dtype=float)
    if values.ndim != 1 or values.size < max(_SIZES):
        raise ShapeError(
            f"y: got shape {values.shape}, expected one axis with at least {max(_SIZES)} values."
        )
    noise = np.random.default_rng(seed).standard_normal((_RUNS, max(_DRAWS)))

    def frame(points: int, prior_scale: float, draws: int) -> ex.Frame:
        mean, sd = exact_posterior(values[:points], prior_scale)
        runs = mean + sd * noise[:, :draws]
        averages = runs.mean(axis=1)
        says = (
            f"With {points} {'point' if points == 1 else 'points'} and prior sd {prior_scale:g}, "
            f"the posterior sd is {sd:.2f}. With {draws} draws, the averages of twenty runs "
            f"scatter by {averages.std(ddof=1):.3f}; the Monte Carlo error is "
            f"{sd / np.sqrt(draws):.3f}."
        )
        return ex.Frame(
            [_histogram(runs[0], mean, sd, prior_scale), _averages(averages, mean, sd)], says
        )

    controls = [
        ex.Slider("points", _SIZES, value=10),
        ex.Slider("prior_scale", _PRIOR_SCALES, "prior sd", value=10),
        ex.Slider("draws", _DRAWS, value=100),
    ]
    return ex.Exhibit(frame, controls, "Draws sharpen the picture, data narrow the posterior")


def _histogram(run: np.ndarray, mean: float, sd: float, prior_scale: float) -> ex.Panel:
    edges = np.linspace(mean - 4 * sd, mean + 4 * sd, _BINS + 1)
    width, peak = edges[1] - edges[0], 1 / (sd * np.sqrt(2 * np.pi))
    height = np.histogram(run, edges)[0] / (run.size * width * peak)
    mu, near = np.linspace(*_RANGE, 121), np.linspace(edges[0], edges[-1], 61)
    marks = [
        ex.Bars(edges[:-1], edges[1:], height, "nuts", "draws"),
        ex.Line(near, np.exp(-0.5 * ((near - mean) / sd) ** 2), "truth", "exact posterior"),
        ex.Line(mu, np.exp(-0.5 * (mu / prior_scale) ** 2), "prior", "prior"),
    ]
    return ex.Panel(marks, "μ", "density (peak = 1)", xlim=_RANGE, ylim=(0, 2), title="one run")


def _averages(averages: np.ndarray, mean: float, sd: float) -> ex.Panel:
    left, right, top = mean - sd, mean + sd, _RUNS + 1
    corners = [left, right, right, left], [0, 0, top, top]
    marks = [
        ex.Polygon(*corners, "band", "posterior mean ± sd"),
        ex.Points(averages, np.arange(1, top), "advi", "average of a run's draws"),
    ]
    limits = _RANGE, (0, top)
    return ex.Panel(marks, "μ", "run", *limits, title="twenty runs", yticks=[1, 10, 20])
