"""The capstone's pictures: bands over land, and how probable a high place is.

Next: :mod:`bnn_teach.course.chapters.ch16.exhibit`, where a reader chooses what is claimed.
"""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from bnn_teach import plots
from bnn_teach.course.chapters.ch16.experiment import Terrain

_LINES = ({"color": "0.35", "linestyle": "--"}, plots.colors["band"].line)
_LIMITS = (0.0, 1300.0)  # metres


def plot_bands(land: Terrain, heights: Mapping[str, np.ndarray]) -> list[Axes]:
    """Draw a 95 % band for each model, shape (chain, draw, N), over the survey and the truth."""
    with plots.style():
        _, axes = plt.subplots(1, len(heights), figsize=(9, 3.6), sharey=True)
    for ax, (name, draws) in zip(axes, heights.items(), strict=True):
        known = land.surveyed
        plots.plot_band(land.km, draws, ax=ax, ylim=_LIMITS)
        plots.plot_data(land.km[known], land.height[known], truth=land.at, ax=ax)
        ax.set(title=name, xlabel="distance (km)", ylabel="height (m)")
    return list(axes)


def plot_exceedance(highest: Mapping[str, np.ndarray], accepted: float) -> Axes:
    """Draw the share of each model's draws, in any shape, whose highest place exceeds a height."""
    with plots.style():
        _, ax = plt.subplots()
    for look, (name, draws) in zip(_LINES, highest.items(), strict=True):
        levels = np.sort(draws, axis=None)
        share = 1 - np.arange(1, levels.size + 1) / levels.size
        ax.plot(levels, share, label=name, **look)
    ax.axhline(accepted, color="0.4", linewidth=1, linestyle=":", label="accepted")
    ax.set(xlabel="height h (m)", ylabel="P(highest ground > h)", ylim=(0, 1.02))
    ax.set_xlim(*np.quantile(np.concatenate([*map(np.ravel, highest.values())]), [0, 0.999]))
    ax.spines[["top", "right"]].set_visible(False)
    ax.legend(frameon=False)
    return ax
