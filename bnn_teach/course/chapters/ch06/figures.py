"""Weights that disagree, functions that agree, and candidates for one curve: notebook 06.

Next: :mod:`bnn_teach.course.chapters.ch06.exhibit`, where a reader steps through a chain.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from bnn_teach import plots
from bnn_teach.course.datasets import Regression

_CHAINS: Any = (
    {"color": plots.colors["nuts"].color, "linestyle": "-"},
    {"color": "0.1", "linestyle": "--"},
    {"color": plots.colors["prior"].color, "linestyle": "-."},
    {"color": "0.5", "linestyle": ":"},
)


def plot_weights(w: np.ndarray) -> list[Axes]:
    """Draw a histogram of each unit's weight, shape (chain, draw, unit); an outline a chain."""
    with plots.style():
        figure = plt.figure(figsize=(9, 2.7))
        axes = figure.subplots(1, w.shape[-1], sharex=True, sharey=True, squeeze=False)[0]
    for unit, ax in enumerate(axes):
        for number, (chain, look) in enumerate(zip(w, _CHAINS, strict=False)):
            bars = {"density": True, "histtype": "step", "label": f"chain {number}"}
            ax.hist(chain[:, unit], 25, **bars, **look, lw=0.9)
        ax.set(title=f"unit {unit}", xlabel="weight")
        ax.spines[["top", "right"]].set_visible(False)
    axes[0].set_ylabel("density")
    chains = axes[0].get_legend_handles_labels()
    figure.legend(*chains, loc="outside lower center", ncols=len(w), frameon=False)
    return list(axes)


def plot_two_networks(values: Mapping[str, np.ndarray]) -> list[Axes]:
    """Draw the last draw of chain 1 against that of chain 0: arrays of shape (chain, draw, K)."""
    with plots.style():
        _, axes = plt.subplots(1, len(values), figsize=(6.6, 3.6))
    for ax, (what, each) in zip(axes, values.items(), strict=True):
        pairs = [np.corrcoef(a, b)[0, 1] for a, b in zip(each[0], each[1], strict=True)]
        ax.axline((0, 0), slope=1, **plots.colors["truth"].line)
        ax.plot(each[0, -1], each[1, -1], "o", color=plots.colors["nuts"].color, alpha=0.7)
        title = f"{each.shape[-1]} {what}\ntypical correlation {np.median(pairs):.3f}"
        ax.set(title=title, xlabel="a network of chain 0", ylabel="a network of chain 1")
        ax.set_aspect("equal")
        ax.spines[["top", "right"]].set_visible(False)
    return list(axes)


def plot_candidates(
    data: Regression,
    x: np.ndarray,
    mean: np.ndarray,
    fits: Mapping[str, Sequence[np.ndarray]],
    of_mean_weights: np.ndarray,
) -> list[Axes]:
    """Draw the posterior mean and the mean weights' network; a panel for each kind of fits."""
    with plots.style():
        _, axes = plt.subplots(1, len(fits), figsize=(9, 3.8), sharey=True)
    for ax, (name, curves) in zip(axes, fits.items(), strict=True):
        lines = ax.plot(x, np.transpose(curves), color="0.55", lw=0.8)
        lines[0].set_label(name)
        ax.plot(x, mean, color=plots.colors["nuts"].color, lw=2.5, label="posterior mean")
        ax.plot(x, of_mean_weights, color="0.1", ls="-.", lw=1.5, label="mean weights")
        ax.set(ylim=(-2.5, 2.5), title=name)
        plots.plot_data(data.x, data.y, ax=ax)
    return list(axes)
