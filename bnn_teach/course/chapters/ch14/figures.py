"""Three bands from one network, and differences from NUTS: figures of notebook 14.

Next: :mod:`bnn_teach.course.chapters.ch14.exhibit`, where a reader spends a budget.
"""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from bnn_teach import plots

_ROLES = ("warning", "laplace", "prior")


def plot_three_bands(
    x: np.ndarray, bands: Mapping[str, np.ndarray], nuts: np.ndarray
) -> list[Axes]:
    """Draw three 95 % bands of functions, shape (S, N), each with the edges of the one by NUTS."""
    with plots.style():
        _, axes = plt.subplots(1, 3, figsize=(9.5, 3.6), sharey=True)
    for ax, role, (name, f) in zip(axes, _ROLES, bands.items(), strict=True):
        plots.plot_band(x, f, probabilities=(0.95,), ax=ax, role=role, label=name, ylim=(-4, 4))
        quantiles = np.quantile(nuts, [0.025, 0.975], axis=0)
        edges = ax.plot(x, quantiles.T, **plots.colors["nuts"].line)
        edges[0].set_label("edges of NUTS")
        ax.legend(frameon=False, loc="upper center", bbox_to_anchor=(0.5, -0.16))
    return list(axes)


def plot_paired(differences: Mapping[str, np.ndarray]) -> Axes:
    """Draw each method's log density minus that of NUTS: a dot a split, a bar of ± 2 errors."""
    with plots.style():
        _, ax = plt.subplots(figsize=(6.2, 3.4))
    for place, each in enumerate(differences.values()):
        error = each.std(ddof=1) / np.sqrt(each.size)
        ax.plot(each, np.full(each.size, place), "o", color="0.6", markersize=4)
        ax.errorbar(each.mean(), place, xerr=2 * error, fmt="|", color="0.1", capsize=3)
    ax.axvline(0, color="0.4", linewidth=1, linestyle=":")
    ax.set_yticks(range(len(differences)), list(differences))
    ax.invert_yaxis()
    ax.set_xlabel("log density of a person, minus that of NUTS (nats)")
    ax.spines[["top", "right"]].set_visible(False)
    return ax
