"""Curves and measurements, the split of a variance, and heavy tails: the figures of notebook 07.

Next: :mod:`bnn_teach.course.chapters.ch07.exhibit`, where a reader takes the band to pieces.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from bnn_teach import plots
from bnn_teach.course.datasets import Regression

_OUTLINES = (plots.colors["noise"].line, {"color": "0.1", "linestyle": ":"})


def _open(ax: Axes) -> None:
    ax.spines[["top", "right"]].set_visible(False)


def plot_noise_added(
    f: np.ndarray, outlines: Mapping[str, np.ndarray], places: Mapping[float, int]
) -> list[Axes]:
    """Draw the curve's values at each place, filled, and those of measurements, as outlines."""
    with plots.style():
        _, axes = plt.subplots(1, len(places), figsize=(9, 2.8))
    for ax, (place, i) in zip(axes, places.items(), strict=True):
        blue = plots.colors["band"].color
        ax.hist(f[..., i].ravel(), 40, density=True, color=blue, alpha=0.5, label="f(x)")
        for look, (name, y) in zip(_OUTLINES, outlines.items(), strict=True):
            values = y[..., i].ravel()
            ax.hist(values, 40, density=True, histtype="step", label=name, **look)
        ax.set(title=f"x = {place:g}", xlabel="value", yticks=[])
        _open(ax)
    axes[0].set_ylabel("density")
    axes[0].legend(frameon=False, fontsize=8)
    return list(axes)


def plot_split(x: np.ndarray, parts: Any, points: np.ndarray) -> Axes:
    """Draw total, epistemic and aleatoric standard deviation over x, and where the points are."""
    with plots.style():
        _, ax = plt.subplots()
    ax.plot(x, parts.total, color="black", lw=4, alpha=0.3, label="total")
    ax.plot(x, parts.epistemic, **plots.colors["epistemic"].line, label="epistemic")
    ax.plot(x, parts.aleatoric, **plots.colors["noise"].line, label="aleatoric")
    ax.plot(points, np.full(len(points), 0.03), "k|", label="where the points are")
    ax.set(yscale="log", xlabel="x", ylabel="standard deviation")
    _open(ax)
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.2), ncols=2, frameon=False)
    return ax


def plot_tails(data: Regression, x: np.ndarray, f: np.ndarray) -> list[Axes]:
    """Draw quantile bands with mean ± 2 sd, and beside them the share of draws within one sd."""
    mean, sd = f.mean(axis=(0, 1)), f.std(axis=(0, 1))
    with plots.style():
        _, (left, right) = plt.subplots(1, 2, figsize=(9, 4))
    plots.plot_band(x, f, ax=left, ylim=(-12, 12))
    look = plots.colors["warning"].line
    edges = left.plot(x, np.transpose([mean - 2 * sd, mean + 2 * sd]), **look)
    edges[0].set_label("mean ± 2 sd")
    plots.plot_data(data.x, data.y, ax=left)
    within = np.mean(np.abs(f - mean) < sd, axis=(0, 1))
    right.plot(x, within, color="0.1", label="of the draws")
    right.axhline(0.683, color="0.5", linestyle=":", label="of a Gaussian")
    right.set(xlabel="x", ylabel="share within 1 sd", ylim=(0.5, 1))
    _open(right)
    right.legend(frameon=False)
    return [left, right]
