"""The pictures of notebook 02: a bound and its ceiling, a climb, and two fits of a pair.

Next: :mod:`bnn_teach.course.chapters.ch02.exhibit`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike
from scipy import stats

from bnn_teach.plots.style import colors, panels, start

_WORDS = {"advi": "mean field", "fullrank_advi": "full rank"}


def plot_bound(widths: ArrayLike, values: ArrayLike, evidence: float) -> Axes:
    """Draw the ELBO in nats over the width of q, in sds of the posterior, under its ceiling."""
    ax = start(None)
    ax.semilogx(widths, values, base=2, **colors["band"].line, label="ELBO")
    ax.axhline(evidence, **colors["truth"].line, label=f"log evidence {evidence:.3f}")
    ax.set(xlabel="sd of q, in sds of the posterior", ylabel="nats")
    ax.set_xticks([1 / 4, 1 / 2, 1, 2, 4], ["1/4", "1/2", "1", "2", "4"])
    ax.legend(frameon=False)
    return ax


def plot_climb(
    gaps: Sequence[float],
    path: Sequence[tuple[float, float, float]],
    exact: Any,
    steps: Sequence[int],
) -> list[Axes]:
    """Draw the gap under the log evidence step by step, and q at some steps.

    ``path`` has the mean and the sd of q at each step, ``exact`` is the posterior, a frozen
    distribution of SciPy.
    """
    climb, bells = panels(2, (8, 3.2))
    climb.semilogy(gaps, **colors["advi"].line)
    climb.set(xlabel="step", ylabel="log evidence - ELBO (nats)")
    low, high = exact.interval(1 - 1e-6)
    mu = np.linspace(min(0.0, low), high, 300)
    for step, shade in zip(steps, np.linspace(0.3, 1, len(steps)), strict=True):
        q = stats.norm.pdf(mu, *path[step][:2])
        bells.plot(mu, q, **colors["advi"].line, alpha=shade, label=f"q at step {step}")
    bells.plot(mu, exact.pdf(mu), color=colors["truth"].color, lw=1, label="exact")
    bells.legend(frameon=False, loc="upper left")
    bells.set(xlabel="μ", ylabel="density")
    return [climb, bells]


def plot_pair(drawn: np.ndarray, fits: Mapping[str, Any]) -> Axes:
    """Draw draws of NUTS, shape (S, 2), and the region that holds 95 % of each fit's q."""
    ax = start(None, (4.8, 4.8))
    ax.plot(*drawn.T, ".", ms=2, color=colors["nuts"].color, label="NUTS")
    angle = np.linspace(0, 2 * np.pi, 100)
    circle = np.sqrt(-2 * np.log(0.05)) * np.stack([np.cos(angle), np.sin(angle)])
    for method, fit in fits.items():
        region = np.linalg.cholesky(fit.approximation.covariance) @ circle
        ax.plot(*region, **colors[method].line, lw=2, label=_WORDS[method])
    ax.set(xlabel="first number", ylabel="second number", aspect="equal")
    ax.legend(frameon=False)
    return ax
