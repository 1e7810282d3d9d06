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

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from bnn_teach.errors import ShapeError
from bnn_teach.exhibits.controls import Slider
from bnn_teach.exhibits.exhibit import Exhibit
from bnn_teach.exhibits.frames import Frame, Panel
from bnn_teach.exhibits.marks import Bars, Line, Points, Polygon

_RUNS = 20
_BINS = 30


def exact_posterior(y: ArrayLike, prior_scale: float) -> tuple[float, float]:
    """Return mean and sd of the posterior of the mean; noise 1, prior Normal(0, prior_scale).

    Parameters
    ----------
    y : array_like, shape (N,)
        The measurements.
    prior_scale : float
        The prior's standard deviation, in the unit of ``y``.
    """
    values = np.asarray(y, dtype=float)
    variance = 1.0 / (1.0 / prior_scale**2 + values.size)
    return float(variance * values.sum()), float(np.sqrt(variance))


def draws_and_data(
    y: ArrayLike,
    sizes: Sequence[int] = (1, 3, 10, 30, 100),
    prior_scales: Sequence[float] = (0.5, 2, 10),
    draws: Sequence[int] = (10, 100, 1000),
    seed: int = 0,
) -> Exhibit:
    """Build the exhibit: number of points, prior sd and number of draws.

    On the left the draws of one run, with the prior and the exact posterior, each with a peak of 1.
    On the right the averages of twenty such runs, before a strip that is the posterior's mean give
    or take its sd.

    Parameters
    ----------
    y : array_like, shape (N,)
        The measurements; a setting with n points takes the first n.
    sizes : sequence of int, optional
        Numbers of points to choose from, increasing.
    prior_scales : sequence of float, optional
        Standard deviations of the prior, increasing.
    draws : sequence of int, optional
        Numbers of draws in one run, increasing.
    seed : int, optional
        The same normal numbers are shifted and scaled in all frames.

    Raises
    ------
    ShapeError
        There are fewer measurements than the largest of ``sizes``.
    """
    values = np.asarray(y, dtype=float)
    if values.ndim != 1 or values.size < max(sizes):
        raise ShapeError(
            f"y: came shape {values.shape}; expected one axis with at least {max(sizes)} values, "
            "the largest of sizes=."
        )
    noise = np.random.default_rng(seed).standard_normal((_RUNS, max(draws)))

    def frame(points: int, prior_scale: float, draws: int) -> Frame:
        mean, sd = exact_posterior(values[:points], prior_scale)
        runs = mean + sd * noise[:, :draws]
        averages = runs.mean(axis=1)
        return Frame(
            [_heap(runs[0], mean, sd, prior_scale), _averages(averages, mean, sd)],
            says=_sentence(points, prior_scale, draws, sd, averages),
        )

    controls = [
        Slider("points", sizes, label="points", value=_middle(sizes)),
        Slider("prior_scale", prior_scales, label="prior sd", value=max(prior_scales)),
        Slider("draws", draws, label="draws", value=_middle(draws)),
    ]
    return Exhibit(frame, controls, title="Draws sharpen the picture, data narrow the posterior")


def _heap(run: np.ndarray, mean: float, sd: float, prior_scale: float) -> Panel:
    edges = np.linspace(mean - 4 * sd, mean + 4 * sd, _BINS + 1)
    counts = np.histogram(run, edges)[0]
    width, peak = edges[1] - edges[0], 1 / (sd * np.sqrt(2 * np.pi))
    mu = np.linspace(*_RANGE, 121)
    near = np.linspace(edges[0], edges[-1], 61)
    return Panel(
        [
            Bars(edges[:-1], edges[1:], counts / (run.size * width * peak), "nuts", "draws"),
            Line(near, np.exp(-0.5 * ((near - mean) / sd) ** 2), "truth", "exact posterior"),
            Line(mu, np.exp(-0.5 * (mu / prior_scale) ** 2), "prior", "prior"),
        ],
        xlabel="μ",
        ylabel="density (peak = 1)",
        xlim=_RANGE,
        ylim=(0, 2),
        title="one run",
    )


def _averages(averages: np.ndarray, mean: float, sd: float) -> Panel:
    strip = Polygon(
        [mean - sd, mean + sd, mean + sd, mean - sd],
        [0, 0, _RUNS + 1, _RUNS + 1],
        "band",
        "posterior mean ± sd",
    )
    dots = Points(averages, np.arange(1, _RUNS + 1), "advi", "average of a run's draws")
    return Panel(
        [strip, dots],
        xlabel="μ",
        ylabel="run",
        xlim=_RANGE,
        ylim=(0, _RUNS + 1),
        yticks=[1, 10, 20],
        title="twenty runs",
    )


def _sentence(points: int, prior_scale: float, draws: int, sd: float, averages: np.ndarray) -> str:
    return (
        f"With {points} {'point' if points == 1 else 'points'} and prior sd {prior_scale:g}, the "
        f"posterior sd is {sd:.2f}. With {draws} draws, the averages of twenty runs scatter by "
        f"{averages.std(ddof=1):.3f}; the Monte Carlo error is {sd / np.sqrt(draws):.3f}."
    )


def _middle(values: Sequence[float]) -> float:
    return values[len(values) // 2]


_RANGE = (-1.0, 6.0)
