"""A unit on its sheet, and bands from some of the chains: the figures of notebook 10.

Next: :mod:`bnn_teach.course.chapters.ch10.exhibit`, where a reader moves the weights.
"""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from bnn_teach import plots
from bnn_teach.prediction import quantile_band

_DASHES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)))
_LOWEST = -12.0  # nats


def plot_sheets(factor: np.ndarray, prior: np.ndarray, volume: np.ndarray) -> list[Axes]:
    """Draw what a factor c changes for each unit: the log prior, and the log prior and the volume.

    ``prior`` has the shape (units, C), ``volume`` the shape (C,), both in nats.
    """
    with plots.style():
        _, axes = plt.subplots(1, 2, figsize=(9, 3.6), sharey=True)
    titles = ("log prior", "log prior + volume")
    for ax, title, extra in zip(axes, titles, (0 * volume, volume), strict=True):
        for unit, (change, dashes) in enumerate(zip(prior, _DASHES, strict=True)):
            curve = change + extra
            inside = np.where(curve > _LOWEST, curve, np.nan)  # they go on falling below
            look = {"color": "0.25", "linestyle": dashes}
            ax.semilogx(factor, inside, base=2, label=f"unit {unit}", **look)
        ax.axhline(0, color="0.6", linewidth=1)
        ax.set(title=title, xlabel="factor c of a unit", ylim=(_LOWEST, 9))
        ax.spines[["top", "right"]].set_visible(False)
    axes[0].set_ylabel("change in nats")
    axes[1].legend(frameon=False, ncols=2)
    return list(axes)


def plot_edges(x: np.ndarray, f: np.ndarray, sizes: tuple[int, ...], level: float) -> list[Axes]:
    """Draw the edges of bands, each from so many chains of f, shape (chain, draw, N)."""
    with plots.style():
        _, axes = plt.subplots(1, len(sizes), figsize=(8, 3.4), sharey=True)
    chains, draws = f.shape[:2]
    for ax, size in zip(axes, sizes, strict=True):
        for chain in range(0, chains - size + 1, size):
            edges = quantile_band(f[chain : chain + size], level)
            ax.plot(x, np.transpose(edges), color=plots.colors["nuts"].color, lw=0.8)
        ax.set(title=f"{size * draws} draws, {chains // size} times", xlabel="x")
        ax.spines[["top", "right"]].set_visible(False)
    axes[0].set_ylabel(f"edges of the {level:.0%} band")
    return list(axes)
