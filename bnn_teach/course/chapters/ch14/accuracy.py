r"""Accuracy and cost: how far a band is from another one, and how many seconds it took.

You will find the measures of notebook 14. Two sets of draws are compared by their quantiles, at
each x, in units of the reference's own spread (:func:`quantile_distance`); a prediction is compared
with what was measured (:func:`predictive_scores`); and a :class:`Stopwatch` counts CPU seconds,
which a busy machine changes less than the clock on the wall. Next:
:mod:`bnn_teach.course.chapters.ch14.tables`.
"""

from __future__ import annotations

import json
import pathlib
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, Self

import numpy as np
from scipy.special import logsumexp
from scipy.stats import norm

from bnn_teach.arguments import as_number
from bnn_teach.course.chapters.ch14.exhibit import Method
from bnn_teach.course.material import find_data
from bnn_teach.errors import ArgumentError, ShapeError
from bnn_teach.prediction import band_coverage

LEVELS = np.linspace(0.025, 0.975, 39)
"""The quantiles that are compared."""


class Stopwatch:
    """Count the CPU seconds of this process: ``with Stopwatch() as watch: ...; watch.seconds``.

    Threads add up: two cores that are busy for one second cost two.
    """

    seconds: float = 0.0
    """CPU seconds between entering and leaving."""

    def __enter__(self) -> Self:
        self._start = time.process_time()
        return self

    def __exit__(self, *_: object) -> None:
        self.seconds = time.process_time() - self._start


def timed(call: Callable[[], Any], again: bool = True) -> tuple[Any, float, float]:
    """Call a function, and once more where the first call compiles.

    Parameters
    ----------
    call : callable
        Without arguments.
    again : bool, optional
        Whether to call it a second time.

    Returns
    -------
    result : object
    seconds : float
        CPU seconds of the last call.
    compiling : float
        How many more the first call took; 0 where there was one call.
    """
    spent = []
    for _ in range(1 + again):
        with Stopwatch() as watch:
            result = call()
        spent.append(watch.seconds)
    return result, spent[-1], max(0.0, spent[0] - spent[-1])


def quantile_distance(draws: Any, reference: Any) -> np.ndarray:
    r"""Return how far the quantiles of draws are from those of a reference, at each x.

    .. math:: d(x) = \frac{1}{39\, s(x)} \sum_{p} |q_p(x) - q_p^{\text{ref}}(x)|, \qquad
              s = \frac{q_{.975}^{\text{ref}} - q_{.025}^{\text{ref}}}{3.92},

    with p = .025, .05, ..., .975. The unit s is the reference's own standard deviation, where it is
    normal, and is not moved by heavy tails. A single curve through the reference's median, without
    any band, is at a distance of about 0.75.

    Parameters
    ----------
    draws, reference : array_like, shape (..., N)
        Functions at the same N inputs, those of the reference posterior second; all leading axes
        count draws, of which the reference has at least two.

    Returns
    -------
    ndarray, shape (N,)
    """
    ours, theirs = (np.asarray(each, float) for each in (draws, reference))
    if ours.ndim < 2 or theirs.ndim < 2 or ours.shape[-1] != theirs.shape[-1]:
        raise ShapeError(
            f"quantile_distance: got shapes {ours.shape} and {theirs.shape}, expected (..., N) "
            "twice, with the same N inputs."
        )
    q, q_ref = (np.quantile(a.reshape(-1, a.shape[-1]), LEVELS, axis=0) for a in (ours, theirs))
    if not (q_ref[-1] > q_ref[0]).all():
        raise ShapeError("quantile_distance: the reference has no spread. Pass two draws or more.")
    return distance_of_quantiles(q, q_ref)


def distance_of_quantiles(quantiles: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """Return the same of quantiles at :data:`LEVELS`, both of shape (39, N): shape (N,)."""
    unit = (reference[-1] - reference[0]) / (norm.ppf(LEVELS[-1]) - norm.ppf(LEVELS[0]))
    return np.asarray(np.abs(quantiles - reference).mean(axis=0) / unit)


def measure_method(
    name: tuple[str, str, str],
    cost: tuple[float, float],
    draws: Any,
    reference: Any,
    regions: Mapping[str, np.ndarray],
) -> Method:
    """Judge a band by the reference posterior, region by region.

    Parameters
    ----------
    name : tuple of three str
        Method, size, and role in pictures.
    cost : tuple of two float
        CPU seconds of a later call, and what the first call costs on top.
    draws, reference : array_like, shape (..., N)
        As for :func:`quantile_distance`.
    regions : mapping of str to ndarray of bool, shape (N,)
        Such as :func:`bnn_teach.course.regions.distance_regions`.
    """
    at_x = quantile_distance(draws, reference)
    curves = np.asarray(draws, float).reshape(-1, len(at_x))
    distance = {region: float(at_x[mask].mean()) for region, mask in regions.items()}
    return Method(*name, *cost, distance, *np.quantile(curves, [0.025, 0.5, 0.975], axis=0))


class Scores(NamedTuple):
    """How good predictions are, on points that were not used."""

    log_density: float
    """Mean log predictive density of a point, in nats; more is better."""
    error: float
    """Standard error of this mean, for a test part drawn anew."""
    coverage: float
    """Share of the points in the 95 % predictive interval."""
    rmse: float
    """Root mean square distance of the predictive mean, in the unit of y."""


def predictive_scores(function_draws: Any, y: Any, noise_scale: Any) -> Scores:
    r"""Compare predictions with new measurements.

    The predictive distribution of a point is a mixture of one normal a draw,

    .. math:: p(y_n \mid \text{data}) \approx \frac{1}{S} \sum_s
              \mathrm{Normal}(y_n \mid f_s(x_n), \sigma_s).

    Parameters
    ----------
    function_draws : array_like, shape (S, N)
        S functions at N inputs.
    y : array_like, shape (N,) or (N, 1)
        What was measured there.
    noise_scale : float or array_like, shape (S,)
        σ, in the unit of y: one for all functions, or one for each.

    Returns
    -------
    Scores
        The interval's probability is computed, not simulated: a point is inside where the
        mixture's distribution function is between 0.025 and 0.975.
    """
    f, target = np.asarray(function_draws, float), np.asarray(y, float).reshape(-1)
    noise = [as_number("noise_scale", each, 0.0, np.inf) for each in np.ravel(noise_scale)]
    if f.ndim != 2 or f.shape[1] != len(target) or len(noise) not in (1, len(f)):
        raise ShapeError(
            f"predictive_scores: function_draws has shape {f.shape}, y has {len(target)} "
            f"values and noise_scale {len(noise)}, expected (S, N), N, and 1 or S. Join chain and "
            "draw with reshape(-1, N)."
        )
    sd = np.reshape(noise, (-1, 1))
    log_density = logsumexp(norm.logpdf(target, f, sd), axis=0) - np.log(len(f))
    below = norm.cdf(target, f, sd).mean(axis=0)
    inside = (below >= 0.025) & (below <= 0.975)
    rmse = np.sqrt(np.mean((f.mean(axis=0) - target) ** 2))
    error = log_density.std() / np.sqrt(len(target))
    return Scores(float(log_density.mean()), float(error), float(inside.mean()), float(rmse))


def method_table(methods: Sequence[Method], truth: Any, regions: Mapping[str, np.ndarray]) -> str:
    """Write methods as lines of text: seconds, distances by region, and what the bands cover.

    Parameters
    ----------
    methods : sequence of Method
    truth : array_like, shape (N,)
        The true function at the N inputs; the second part says at which share of the inputs it lies
        in the 95 % band.
    regions : mapping of str to ndarray of bool, shape (N,)
        Such as :func:`bnn_teach.course.regions.distance_regions`.
    """
    true = np.asarray(truth, float).reshape(-1)
    names = list(regions)
    columns = "".join(f"{name.replace('everywhere', 'all x')[:8]:>9}" for name in names)
    lines = [f"{'':24}{'CPU s':>8}{columns}"]
    shares = ["", "the 95 % band covers the truth at this share of x"]
    for each in methods:
        held = band_coverage(each.lower, each.upper, true, regions)
        distances = "".join(f"{each.distance[name]:9.2f}" for name in names)
        lines.append(f"{each.name:24}{each.seconds:8.3f}{distances}")
        shares.append(f"{each.name:32}" + "".join(f"{held[name]:9.0%}" for name in names))
    return "\n".join([*lines, *shares])


def read_sweeps(path: str | pathlib.Path) -> dict[str, Any]:
    """Read how the price of a leapfrog grows, from the benchmark's stored results.

    Parameters
    ----------
    path : path
        What ``make bench ARGS=--store`` wrote.

    Returns
    -------
    dict of str to list of dict
        By what was varied: ``num_points``, ``width``, ``chains``, ``depth``.
    """
    try:
        stored = json.loads(find_data(path).read_text(encoding="utf-8"))
        return dict(stored["sweeps"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ArgumentError(
            f"{path}: expected results of the benchmark ({type(error).__name__}: {error}). Make "
            "them with: make bench ARGS=--store"
        ) from error
