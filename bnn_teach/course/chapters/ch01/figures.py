"""The pictures of notebook 01: simulated data sets in rows, an exact posterior, and a trace.

Next: :mod:`bnn_teach.course.chapters.ch01.exhibit`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from bnn_teach.plots.style import colors, start

_CHAINS = ("nuts", "noise", "fullrank_advi", "ensemble")  # whose colours tell chains apart


def plot_rows(rows: Sequence[ArrayLike]) -> Axes:
    """Draw data sets as rows of ticks: the observed one, of shape (N,), first and lowest."""
    ax = start(None)
    for place, row in enumerate(rows):
        color = colors["prior" if place else "data"].color
        ax.plot(row, np.full(np.size(row), place), "|", color=color)
    ax.set(xlabel="measurement", yticks=[0, len(rows) // 2])
    ax.set_yticklabels(["our data", "simulated"])
    return ax


def plot_posterior(exact: Any) -> Axes:
    """Draw the density of a frozen distribution of SciPy, the exact posterior."""
    ax = start(None)
    low, high = exact.interval(0.9999)
    mu = np.linspace(low, high, 201)
    ax.plot(mu, exact.pdf(mu), **colors["truth"].line, label="exact")
    ax.set(xlabel="μ", ylabel="density")
    return ax


def plot_trace(trace: Any) -> Any:
    """Draw by ArviZ what each chain of a trace found, and its walk; a colour a chain."""
    import arviz as az  # takes seconds

    drawn = az.plot_trace_dist(
        trace,
        compact=False,
        aes={"linestyle": ["chain"], "color": ["chain"]},
        aes_by_visuals={"dist": ["linestyle", "color"], "trace": ["color"]},
        color=[colors[role].color for role in _CHAINS],
    )
    for ax in plt.gcf().axes:
        start(ax)
    return drawn
