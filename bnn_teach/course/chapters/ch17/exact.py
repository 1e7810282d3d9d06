r"""The exact posterior of a network with two weights, by adding up over a grid.

The network is one hidden unit without biases, with a weight w before it and a weight v behind it:

.. math:: f(x) = v \tanh(w x), \qquad w, v \sim \text{Normal}(0, s), \qquad
          y_n \sim \text{Normal}(f(x_n), \sigma).

Given w the unit h(x) = tanh(w x) is fixed, and the model is linear in v: the posterior of v and the
evidence are known in closed form. So one of two integrals remains, and :func:`exact_posterior` does
it on a grid. All else is read off: quantiles of functions and weights, the mass of each mode, the
rank of a value. Next: :mod:`bnn_teach.course.chapters.ch17.figures`.

References
----------
Trefethen & Weideman (2014), *The exponentially convergent trapezoidal rule*, SIAM Review 56(3): why
a plain sum is enough for a smooth density that falls off on both sides.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize.elementwise import find_root
from scipy.special import logsumexp, ndtr
from scipy.stats import norm

from bnn_teach.arguments import as_count, as_number
from bnn_teach.course.chapters.ch14.accuracy import LEVELS, distance_of_quantiles
from bnn_teach.errors import ShapeError

CHECKED = (0.05, 0.25, 0.5, 0.75, 0.95)
"""The quantiles that are compared in Monte Carlo standard errors."""

_REACH = 7.0  # prior sds from zero to the grid's edge; 3e-12 of the prior lie beyond
_CENTRE = 1e-3  # prior sds around zero in which cells are equally wide; beyond, in proportion to w
_LEAST = 1e-14  # of the mass: cells with less are left out
_FAR = 9.0  # sds of v, within which quantiles are looked for


class Posterior(NamedTuple):
    """What is known after the data, on a grid of w; K cells hold all mass that matters."""

    w: np.ndarray
    """The cells' middles, shape (K,)."""
    mass: np.ndarray
    """The posterior probability of each cell, shape (K,); they add up to 1."""
    mean: np.ndarray
    """Mean of v, given w, shape (K,)."""
    sd: np.ndarray
    """Standard deviation of v, given w, shape (K,)."""
    log_evidence: float
    """log p(y), in nats."""
    width: np.ndarray
    """Width of each cell, shape (K,)."""


def exact_posterior(
    x: ArrayLike, y: ArrayLike, prior_scale: float, noise_scale: float, cells: int = 1000
) -> Posterior:
    r"""Return the posterior of w and v, and the evidence.

    .. math::
        p(y \mid w) = \prod_n \text{Normal}(y_n \mid 0, \sigma) \cdot
        \frac{\tau}{s} \exp\left(\frac{m^2}{2 \tau^2}\right), \quad
        \tau^{-2} = s^{-2} + \sigma^{-2} \sum_n h_n^2, \quad
        m = \frac{\tau^2}{\sigma^2} \sum_n h_n y_n

    Here m and τ are mean and standard deviation of v, given w. The grid is even in u, with
    w = c sinh(u) for a small c: near w = 0, where f is nearly 0 and its density has a sharp top,
    the cells are thousands of times finer than at the edge.

    Parameters
    ----------
    x, y : array_like, shape (N,) or (N, 1)
        The data.
    prior_scale, noise_scale : float
        s and σ.
    cells : int, optional
        Of the grid, which reaches seven prior standard deviations to either side.

    Raises
    ------
    ShapeError
        x and y are of different lengths.
    """
    x, y = np.asarray(x, float).reshape(-1), np.asarray(y, float).reshape(-1)
    if x.shape != y.shape:
        raise ShapeError(f"exact_posterior: got {len(x)} x and {len(y)} y, expected as many.")
    s = as_number("prior_scale", prior_scale, 0.0, np.inf)
    sigma = as_number("noise_scale", noise_scale, 0.0, np.inf)
    count = as_count("cells", cells, 2)
    step = 2 * np.arcsinh(_REACH / _CENTRE) / count
    u = step * (np.arange(count) - (count - 1) / 2)
    w, width = _CENTRE * s * np.sinh(u), _CENTRE * s * np.cosh(u) * step
    h = np.tanh(w[:, None] * x)
    precision = s**-2 + np.sum((h / sigma) ** 2, axis=1)
    mean, sd = np.sum(h * y, axis=1) / sigma**2 / precision, precision**-0.5
    log_likelihood = norm.logpdf(y, 0, sigma).sum() + 0.5 * (mean / sd) ** 2 + np.log(sd / s)
    log_mass = norm.logpdf(w, 0, s) + log_likelihood + np.log(width)
    log_evidence = float(logsumexp(log_mass))
    mass = np.exp(log_mass - log_evidence)
    kept = mass > _LEAST
    mass = mass[kept] / mass[kept].sum()
    return Posterior(w[kept], mass, mean[kept], sd[kept], log_evidence, width[kept])


def function_quantiles(
    posterior: Posterior, x: ArrayLike, levels: ArrayLike = LEVELS
) -> np.ndarray:
    """Return the quantiles of f(x), shape (L, N), at N inputs other than 0.

    In a cell f(x) is normal, since v is: altogether it is a mixture of K normals.
    """
    h = np.tanh(posterior.w[:, None] * np.asarray(x, float))
    return _mixture_quantiles(posterior, h, levels)


def weight_quantiles(posterior: Posterior, levels: ArrayLike = LEVELS) -> np.ndarray:
    """Return the quantiles of w and v, shape (L, 2); a cell's mass is spread over its width.

    Both are as likely to be z as -z. So the quantile at p is minus that at 1 - p, and the median 0,
    also where hardly any mass lies between two modes.
    """
    below = np.concatenate([[0.0], np.cumsum(posterior.mass)])
    ends = posterior.w[-1:] + posterior.width[-1:] / 2
    edges = np.concatenate([posterior.w - posterior.width / 2, ends])
    levels = np.asarray(levels, float)
    both = np.concatenate([levels, 1 - levels])
    of_v = _mixture_quantiles(posterior, np.ones((len(posterior.w), 1)), both)
    low, high = np.split(np.column_stack([np.interp(both, below, edges), of_v]), 2)
    return np.asarray(0.5 * (low - high))


def exact_rank(posterior: Posterior, x: float, value: float) -> float:
    """Return P(f(x) < value | y), which is what the rank of a value among draws estimates."""
    h = np.tanh(posterior.w * x)[:, None]
    return float(_below(posterior, h, np.array([value]))[0])


def mode_masses(posterior: Posterior) -> dict[str, float]:
    """Return the probability of each combination of signs of w and v, in this order."""
    above = ndtr(posterior.mean / posterior.sd)
    right = 0.5 * (1 + np.sign(posterior.w))
    parts = {
        "+ +": right * above,
        "- -": (1 - right) * (1 - above),
        "+ -": right * (1 - above),
        "- +": (1 - right) * above,
    }
    return {signs: float(np.sum(posterior.mass * part)) for signs, part in parts.items()}


def quantile_error(draws: ArrayLike, quantiles: np.ndarray) -> float:
    """Return how far draws, shape (S, N), are from exact quantiles at LEVELS, shape (39, N).

    It is the distance of notebook 14, averaged over the N columns: in standard deviations.
    """
    ours = np.quantile(np.asarray(draws, float), LEVELS, axis=0)
    return float(distance_of_quantiles(ours, quantiles).mean())


def standard_errors(posterior: Posterior, x: ArrayLike, draws: ArrayLike) -> np.ndarray:
    """Return how far quantiles of draws of f(x), shape (chain, draw, N), are from the exact ones.

    The unit is the Monte Carlo standard error (MCSE) of each quantile, at :data:`CHECKED`, so the
    shape is (5, N). A method without bias is hardly ever beyond 5. Infinite where chains stand
    still. Source of the MCSE: Vehtari et al. (2021), *Rank-normalization, folding, and
    localization*, section 4.
    """
    from arviz_stats.base import array_stats  # type: ignore[attr-defined]  # takes seconds

    draws = np.asarray(draws, float)
    known = function_quantiles(posterior, x, CHECKED)
    miss = np.quantile(draws, CHECKED, axis=(0, 1)) - known
    unit = [array_stats.mcse(draws, 0, 1, "quantile", level) for level in CHECKED]  # type: ignore[no-untyped-call]
    with np.errstate(divide="ignore"):
        return np.asarray(miss / np.array(unit))


def _below(posterior: Posterior, h: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return P(h v < value) for each of M values, with the h of its own, shape (K, M)."""
    mean = posterior.mean[:, None] * h
    sd = posterior.sd[:, None] * np.maximum(np.abs(h), 1e-300)
    return np.asarray(np.sum(posterior.mass[:, None] * ndtr((values - mean) / sd), axis=0))


def _mixture_quantiles(posterior: Posterior, h: np.ndarray, levels: ArrayLike) -> np.ndarray:
    """Return the quantiles of h v, shape (L, N), for each column of h, shape (K, N)."""
    shape = (np.size(levels), h.shape[1])
    level = np.repeat(np.asarray(levels, float), shape[1])
    column = np.tile(np.arange(shape[1]), shape[0])
    far = np.max((np.abs(posterior.mean) + _FAR * posterior.sd)[:, None] * np.abs(h), axis=0)

    def miss(value: np.ndarray, level: np.ndarray, column: np.ndarray) -> np.ndarray:
        return _below(posterior, h[:, column], value) - level

    ends = (-far[column], far[column])
    found = find_root(miss, ends, args=(level, column), tolerances={"xatol": 1e-7})
    return np.asarray(found.x).reshape(shape)
