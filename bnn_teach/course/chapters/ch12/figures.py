"""What 95 % promises at each truth, and replications of a network: the figures of notebook 12.

Next: :mod:`bnn_teach.course.chapters.ch12.exhibit`, where the shapes of histograms can be learned.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from bnn_teach import plots
from bnn_teach.course.datasets import Regression


def plot_promise(truth: np.ndarray, held: np.ndarray, prior: np.ndarray) -> Axes:
    """Draw in which share of experiments a credible interval holds each truth, over the prior."""
    with plots.style():
        _, ax = plt.subplots(figsize=(5.6, 3))
    look = plots.colors["prior"]
    ax.fill_between(truth, prior, color=look.color, alpha=0.5, label="prior (density)")
    ax.plot(truth, held, color="0.2", linewidth=2, label="share of experiments that hold it")
    ax.axhline(0.95, **plots.colors["truth"].line, label="95 %")
    average = np.trapezoid(held * prior, truth)
    ax.set(xlabel="the truth", ylabel="share held", ylim=(0, 1.05))
    ax.set_title(f"averaged over the prior: {average:.1%}")
    ax.spines[["top", "right"]].set_visible(False)
    ax.legend(fontsize=9, frameon=False)
    return ax


def plot_replications(
    data: Regression,
    x: np.ndarray,
    truths: Iterable[np.ndarray],
    measured: Iterable[np.ndarray],
    places: Mapping[str, float],
) -> list[Axes]:
    """Draw three replications: a function, its measurements, and where we ask."""
    with plots.style():
        _, axes = plt.subplots(1, 3, figsize=(8.2, 2.7), sharex=True)
    for ax, truth, y in zip(axes, truths, measured, strict=False):
        ax.plot(x, truth, **plots.colors["truth"].line, label="truth")
        plots.plot_data(data.x, y, ax=ax)
        ax.vlines([*places.values()], *ax.get_ylim(), color="0.6", lw=0.8)
        ax.get_legend().remove()
    return list(axes)
