"""The pictures of notebook 04: two kinds of doubt, curves that agree, a score, and four bands.

Next: :mod:`bnn_teach.course.chapters.ch04.exhibit`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike

from bnn_teach.plots.style import colors, start, style

Pair = tuple[ArrayLike, ArrayLike]
_DASHES = ("-", ":", "", "-.", (0, (10, 3)))  # of curves; the third is the truth


def plot_two_doubts(counts: ArrayLike, noise: ArrayLike, ignorance: ArrayLike) -> Axes:
    """Draw two standard deviations over the number of measurements, on logarithmic axes."""
    ax = start(None)
    ax.loglog(counts, noise, marker="d", **colors["noise"].line, label="noise")
    ax.loglog(counts, ignorance, marker="o", **colors["epistemic"].line, label="ignorance")
    ax.set(xlabel="number of measurements at x = 0.4", ylabel="standard deviation")
    ax.legend(frameon=False)
    return ax


def plot_curves(x: np.ndarray, curves: Mapping[float, np.ndarray]) -> Axes:
    """Draw curves of shape (N,), by the height of their bump; the one of height 0 is the truth."""
    ax = start(None)
    for (height, curve), dash in zip(curves.items(), _DASHES, strict=False):
        look = colors["truth"].line if height == 0 else {"color": "0.45", "linestyle": dash}
        ax.plot(x, curve, **look, label=f"height {height:g}")
    return ax


def plot_scores(half_widths: ArrayLike, means: ArrayLike, honest: float) -> Axes:
    """Draw the mean interval score over the half-width of a band around the true curve."""
    ax = start(None)
    ax.plot(half_widths, means, **colors["band"].line)
    ax.axvline(honest, **colors["truth"].line, label="honest half-width")
    ax.set(xlabel="half-width of the band", ylabel="mean interval score")
    ax.legend(frameon=False)
    return ax


def plot_four(
    x: np.ndarray,
    bands: Mapping[str, Pair],
    points: Pair,
    new: Pair,
    scores: Mapping[str, Mapping[str, float]],
) -> Any:
    """Draw four bands, each with the points and with what was measured afterwards."""
    with style():
        figure, axes = plt.subplots(2, 2, figsize=(7, 5.4), sharex=True, sharey=True)
    for ax, (name, (lower, upper)) in zip(axes.flat, bands.items(), strict=True):
        start(ax)
        ax.fill_between(x, lower, upper, color=colors["band"].color, alpha=0.3, lw=0, label="band")
        ax.plot(*new, "x", color="0.45", ms=3, mew=0.6, label="new measurements")
        ax.plot(*points, "o", color=colors["data"].color, ms=3, label="our points")
        ax.set(title=f"{name}: score {scores[name]['all']:.2f}", ylim=(-2.5, 2.5))
        _mark_cut(ax, x, np.asarray(lower), np.asarray(upper))
    for below, beside in zip(axes[-1], axes[:, 0], strict=True):
        below.set_xlabel("x")
        beside.set_ylabel("y")
    cut = Line2D([], [], color="k", marker="^", ms=4, ls="", label="leaves the picture")
    drawn, _ = axes.flat[0].get_legend_handles_labels()
    figure.legend(handles=[*drawn, cut], loc="outside lower center", ncols=4, frameon=False)
    return figure


def _mark_cut(ax: Axes, x: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> None:
    """Put a triangle at the frame wherever a band crosses it."""
    low, high = ax.get_ylim()
    for cut, at, marker in ((upper > high, high, "^"), (lower < low, low, "v")):
        for edge in x[np.flatnonzero(np.diff(cut))]:  # the last place before the band crosses
            ax.plot(edge, at, marker, color="k", ms=4, clip_on=False)
