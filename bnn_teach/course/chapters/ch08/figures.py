"""The figures of notebook 08: the article's, a collapse, and fits that disagree.

Next: :mod:`bnn_teach.course.chapters.ch08.exhibit`, where a reader turns the knobs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from bnn_teach import plots
from bnn_teach.course.chapters.ch08.bands import LabBand
from bnn_teach.course.datasets import Regression
from bnn_teach.prediction import quantile_band

_DASHES = ("-", "--", "-.", ":")
_ONE: dict[str, Any] = {"probabilities": (0.95,)}
_WIDE = (-8.0, 8.0)  # of y, for bands that open


def plot_as_the_article(data: Regression, x: np.ndarray, obs: np.ndarray) -> list[Axes]:
    """Draw measurements, shape (chain, draw, N): mean ± 2 sd on the article's axes, then ours."""
    at = x[:, 0]
    mean, sd = obs.mean(axis=(0, 1)), obs.std(axis=(0, 1))
    with plots.style():
        _, (left, right) = plt.subplots(1, 2, figsize=(9, 3.8))
    blue = plots.colors["nuts"].color
    left.plot(at, mean, color=blue, label="mean")
    left.fill_between(at, mean - 2 * sd, mean + 2 * sd, color=blue, alpha=0.25, label="mean ± 2 sd")
    plots.plot_data(data.x, data.y, truth=data.truth, ax=left)
    left.set(xlim=(at[0], at[-1]), ylim=(-1.5, 2.5))
    left.set_title("the article's axes: most of the band is cropped")
    plots.plot_band(x, obs, ax=right, role="nuts", **_ONE)
    plots.plot_data(data.x, data.y, truth=data.truth, ax=right)
    right.set_title("the same draws: median and 95 % band")
    return [left, right]


def plot_collapse(
    data: Regression, x: np.ndarray, losses: Mapping[str, np.ndarray], curves: Mapping[str, Any]
) -> list[Axes]:
    """Draw the losses of two fits, averaged over hundredths, and their bands: the bad one first."""
    with plots.style():
        _, (left, right) = plt.subplots(1, 2, figsize=(9, 3.8))
    for role, name in zip(("warning", "fullrank_advi"), losses, strict=True):
        steps = np.linspace(0, losses[name].size, 100)
        means = losses[name].reshape(100, -1).mean(axis=1)
        left.semilogy(steps, means, label=name, **plots.colors[role].line)
        plots.plot_band(x, curves[name], ax=right, role=role, label=name, ylim=(-2, 2), **_ONE)
    left.set(xlabel="step", ylabel="minus ELBO in nats (less is better)")
    left.xaxis.set_major_locator(MaxNLocator(4))
    left.legend(frameon=False)
    left.spines[["top", "right"]].set_visible(False)
    plots.plot_data(data.x, data.y, ax=right)
    return [left, right]


def plot_fits(x: np.ndarray, curves: Sequence[np.ndarray], nuts: LabBand) -> list[Axes]:
    """Draw the band of each fit on the left, and that of their mixture over NUTS's on the right."""
    with plots.style():
        _, axes = plt.subplots(1, 2, figsize=(9, 3.8), sharey=True)
    green = plots.colors["fullrank_advi"].color
    for number, (f, dashes) in enumerate(zip(curves, _DASHES, strict=False)):
        lower, upper = quantile_band(f)
        axes[0].fill_between(x[:, 0], lower, upper, color=green, alpha=0.15)
        edges = np.transpose([lower, upper])
        lines = axes[0].plot(x, edges, color=green, linestyle=dashes, linewidth=1)
        lines[0].set_label(f"fit {number}")
    axes[0].set(ylim=_WIDE, xlabel="x", ylabel="f(x)")
    axes[0].spines[["top", "right"]].set_visible(False)
    axes[0].legend(frameon=False, ncols=2)
    look: dict[str, Any] = {"role": "fullrank_advi", "label": "mixture", "ylim": _WIDE}
    plots.plot_band(x, np.concatenate(curves, axis=1), ax=axes[1], **look, **_ONE)
    lines = axes[1].plot(x, np.transpose([nuts.lower, nuts.upper]), **plots.colors["nuts"].line)
    lines[0].set_label("edges of NUTS")
    axes[1].legend(frameon=False, loc="lower left")
    return list(axes)


def plot_between(share: np.ndarray, misfits: Mapping[str, np.ndarray], noise: float) -> Axes:
    """Draw how far networks on straight lines between the means of two fits miss the points."""
    with plots.style():
        _, ax = plt.subplots()
    for dashes, (name, misfit) in zip(_DASHES, misfits.items(), strict=False):
        color = plots.colors["fullrank_advi"].color
        ax.plot(share, misfit, color=color, linestyle=dashes, label=name)
    ax.axhline(noise, color="0.4", linewidth=1, linestyle=":", label="noise")
    ax.set(xlabel="way from one mean to the other", ylabel="RMS distance from the points")
    ax.set_yscale("log")
    ax.spines[["top", "right"]].set_visible(False)
    ax.legend(frameon=False)
    return ax
