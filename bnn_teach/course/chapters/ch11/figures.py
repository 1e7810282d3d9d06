"""A density on another axis, two fits side by side, and the funnel of a learned scale.

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
from bnn_teach.plots.captions import caption_of
from bnn_teach.plots.style import finish, panels
from bnn_teach.plots.words import number

_LINES: Any = ({"color": "0.1", "linestyle": "-"}, {"color": "0.1", "linestyle": ":"})
_CLOUDS = ("prior", "nuts", "advi")


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


def plot_learned_scales(
    clouds: Mapping[str, Any], x: np.ndarray, curves: Mapping[str, Any], data: Regression
) -> list[Axes]:
    """Draw a hidden weight against the scale of its layer, and bands of f beside each other.

    Parameters
    ----------
    clouds : mapping of str to Dataset
        Up to three by name: draws of a network with ``network.l1.scale`` and ``network.l1.w``.
    x : array, shape (N, 1)
        Inputs, in increasing order.
    curves : mapping of str to array, shape (chain, draw, N, 1)
        Up to two by name: draws of the function there.
    data : Regression
        The points.
    """
    left, *rest = axes = panels(1 + len(curves), (4.0 * (1 + len(curves)), 4.2))
    for (name, drawn), role in zip(clouds.items(), _CLOUDS, strict=False):
        look, own = plots.colors[role], drawn["network.l1.scale"].values.ravel()
        weight = drawn["network.l1.w"].values[..., 0, 0].ravel()
        some = np.unique(np.linspace(0, own.size - 1, 1000).astype(int))
        dots: Any = {"color": look.color, "marker": look.marker, "alpha": 0.4, "mew": 0, "ms": 3}
        if name == "prior":  # on top, for the others would hide it
            dots |= {"color": "0.25", "marker": "o", "alpha": 0.6, "zorder": 3, "ms": 2}
        left.plot(own[some], weight[some], ls="", label=name, **dots)
        lower, upper = np.quantile(own, [0.025, 0.975])
        caption_of(left).sentences.append(
            f"{name}: 95 % of the scales lie between {number(lower)} and {number(upper)}."
        )
    left.set(xscale="log", xlim=(0.005, 6), ylim=(-8, 8), title="the funnel")
    finish(left, "scale of the layer", "one of its weights")
    for ax, (name, drawn), role in zip(rest, curves.items(), ("ensemble", "band"), strict=False):
        plots.plot_band(x, drawn, ax=ax, role=role, ylim=(-6, 6))
        plots.plot_data(data.x, data.y, truth=data.truth, ax=ax)
        ax.set_title(name)
    return axes
