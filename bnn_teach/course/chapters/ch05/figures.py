"""Functions of a prior, a probability to choose by, and curves that were kept: notebook 05.

Next: :mod:`bnn_teach.course.chapters.ch05.exhibit`, where a reader turns the knobs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from bnn_teach import plots
from bnn_teach.course.datasets import Regression

_LINES: Any = (
    ("too flat (below 1)", {"color": "0.5", "linestyle": ":"}),
    ("as expected", {"color": "0.1", "linestyle": "-"}),
    ("too wild (above 4)", {"color": "0.5", "linestyle": "--"}),
)


def plot_priors(data: Regression, x: np.ndarray, drawn: Mapping[float, np.ndarray]) -> list[Axes]:
    """Draw some functions of each prior, shape (1, draw, N, 1), on the same axes as the points."""
    with plots.style():
        _, axes = plt.subplots(1, len(drawn), figsize=(10.5, 3.8), sharey=True)
    for ax, (scale, f) in zip(axes, drawn.items(), strict=True):
        plots.plot_prior_functions(x, f, num_draws=15, ax=ax, ylim=(-8, 8))
        plots.plot_data(data.x, data.y, ax=ax)
        ax.set(title=f"prior_scale {scale:g}", xticks=[-1, 0, 1])
    return list(axes)


def plot_chances(scales: np.ndarray, chances: np.ndarray) -> Axes:
    """Draw three probabilities, shape (scale, 3), against the scale."""
    with plots.style():
        _, ax = plt.subplots()
    for column, (name, look) in zip(chances.T, _LINES, strict=True):
        ax.plot(scales, column, label=name, **look)
    ax.set(xscale="log", xlabel="prior_scale", ylabel="probability")
    ax.set_xticks([0.3, 0.5, 1, 2, 3, 10])
    ax.xaxis.set_major_formatter("{x:g}")
    ax.spines[["top", "right"]].set_visible(False)
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.2), ncols=2, frameon=False)
    return ax


def plot_kept(
    data: Regression, x: np.ndarray, kept: Mapping[float, np.ndarray], limit: float = 6
) -> list[Axes]:
    """Draw up to twenty kept curves, shape (K, N), for each scale; the title counts what leaves."""
    with plots.style():
        _, axes = plt.subplots(1, len(kept), figsize=(9, 3.4), sharex=True, sharey=True)
    for ax, (scale, curves) in zip(axes, kept.items(), strict=True):
        gone = (np.abs(curves[:, [0, -1]]) > limit).any(axis=1).sum()
        ax.plot(x, curves[:20].T, color=plots.colors["prior"].color, lw=0.8, alpha=0.8)
        ax.plot(data.x, data.y, "k.", markersize=4)
        counts = f"{len(curves)} kept, {gone} leave; {min(len(curves), 20)} drawn"
        title = f"prior_scale {scale:g}:\n{counts}"
        ax.set(title=title, ylim=(-limit, limit), xlabel="x")
        ax.spines[["top", "right"]].set_visible(False)
    axes[0].set_ylabel("f(x)")
    return list(axes)
