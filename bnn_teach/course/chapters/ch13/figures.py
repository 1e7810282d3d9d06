"""Bands of several networks side by side, each with its score: the figures of notebook 13.

Next: :mod:`bnn_teach.course.chapters.ch13.exhibit`, where the width is a slider.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from bnn_teach import plots
from bnn_teach.course.datasets import Regression
from bnn_teach.prediction import quantile_band


def plot_bands(
    data: Regression,
    x: np.ndarray,
    panels: Mapping[str, np.ndarray],
    scores: Sequence[float],
    score: str,
    role: str = "nuts",
    height: float = 6,
) -> list[Axes]:
    """Draw a 95 % band of functions, shape (chain, draw, N), for each network.

    The titles give the score, in nats, and the band's width at 0 and at 1; what is called
    *infinite* has a colour of its own.
    """
    with plots.style():
        _, axes = plt.subplots(1, len(panels), figsize=(10.5, 4), sharey=True)
    for ax, (name, f), value in zip(axes, panels.items(), scores, strict=True):
        look = "truth" if name == "infinite" else role
        plots.plot_band(x, f, ax=ax, role=look, ylim=(-height, height))
        plots.plot_data(data.x, data.y, ax=ax)
        at = np.interp([0, 1], x[:, 0], np.ptp(quantile_band(f), axis=0))
        nats = f"{value:.1f}".replace("-", "\N{MINUS SIGN}")
        ax.set_title(f"{name}: {score} {nats} nats\nband: {at[0]:.2f} at 0, {at[1]:.2f} at 1")
    return list(axes)
