"""A density on another axis, and two fits side by side: the figures of notebook 11.

Next: :mod:`bnn_teach.course.chapters.ch11.exhibit`, where noise and signal trade.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from bnn_teach import plots
from bnn_teach.course.datasets import Regression

_LINES: Any = ({"color": "0.1", "linestyle": "-"}, {"color": "0.1", "linestyle": ":"})


def plot_densities(drawn: np.ndarray, z: np.ndarray, densities: Mapping[str, np.ndarray]) -> Axes:
    """Draw a histogram of z, and what are said to be its densities; labels give their areas."""
    with plots.style():
        _, ax = plt.subplots()
    ax.hist(drawn, 100, range=(z[0], z[-1]), density=True, color="0.8", label="drawn")
    for line, (name, density) in zip(_LINES, densities.items(), strict=True):
        area = np.trapezoid(density, z)
        ax.plot(z, density, label=f"{name}, area {area:.2f}", **line)
    ax.set(xlabel="z = log σ", ylabel="density")
    ax.spines[["top", "right"]].set_visible(False)
    ax.legend(frameon=False)
    return ax


def plot_two_fits(data: Regression, x: np.ndarray, drawn: Mapping[str, Any]) -> list[Axes]:
    """Draw the bands of two ADVI fits, with ``noisy.f`` and ``noisy.obs`` of each."""
    with plots.style():
        _, axes = plt.subplots(1, 2, figsize=(9, 4.6), sharey=True)
    for ax, (name, new) in zip(axes, drawn.items(), strict=True):
        options: dict[str, Any] = {"noise_draws": new["noisy.obs"], "ylim": (-3, 3)}
        plots.plot_band(x, new["noisy.f"], ax=ax, role="advi", **options)
        plots.plot_data(data.x, data.y, truth=data.truth, ax=ax)
        ax.set_title(name)
    return list(axes)
