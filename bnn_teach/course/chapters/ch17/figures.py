"""The exact posterior in a plane of weights, and its functions: the figures of notebook 17.

Next: :mod:`bnn_teach.course.chapters.ch17.exhibit`, where a point can be moved.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from bnn_teach import plots
from bnn_teach.plots.landscapes import Landscape, plot_landscape

LIMITS = (-5.0, 5.0)
_DOTS = 400  # of each method, in the plane
_FEW = 100  # up to so many are drawn large
_COLUMNS = 4  # methods beside each other


def plane(x: ArrayLike, y: ArrayLike, prior_scale: float, noise_scale: float) -> Landscape:
    """Return log p(w, v, y) over the plane of the two weights, as what can be drawn."""
    x, y = (np.asarray(each, float).reshape(-1, 1, 1) for each in (x, y))

    def value_and_grad(z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        w, v = z[..., 0], z[..., 1]
        h = np.tanh(w * x)
        miss = (y - v * h) / noise_scale**2
        value = -0.5 * np.sum(miss * (y - v * h), axis=0) - (w**2 + v**2) / (2 * prior_scale**2)
        of_w = np.sum(miss * v * x * (1 - h**2), axis=0) - w / prior_scale**2
        of_v = np.sum(miss * h, axis=0) - v / prior_scale**2
        return value, np.stack([of_w, of_v], axis=-1)

    return Landscape(value_and_grad, LIMITS, LIMITS, ("w", "v"))


def plot_truth(
    landscape: Landscape, x: np.ndarray, band: np.ndarray, data: tuple[np.ndarray, np.ndarray]
) -> list[Axes]:
    """Draw the posterior in weights and, from its quantiles, shape (39, N), in functions."""
    with plots.style():
        _, (left, right) = plt.subplots(1, 2, figsize=(8.5, 3.6))
    plot_landscape(landscape, left)
    _edges(right, x, band, "exact median and 95 % band")
    plots.plot_data(*data, ax=right)
    left.set_title("in weights")
    right.set_title("in functions")
    return [left, right]


def plot_methods(
    landscape: Landscape,
    x: np.ndarray,
    band: np.ndarray,
    draws: Mapping[str, tuple[str, np.ndarray]],
    functions: Callable[[np.ndarray], np.ndarray],
) -> list[Axes]:
    """Lay each method, a role and draws of shape (S, 2), over the truth: pairs, four in a block."""
    blocks = -(-len(draws) // _COLUMNS)
    with plots.style():
        figure, axes = plt.subplots(2 * blocks, _COLUMNS, figsize=(9, 4.6 * blocks))
    pairs = np.stack([axes[::2].ravel(), axes[1::2].ravel()], axis=-1)
    for ax in pairs[len(draws) :].ravel():
        ax.remove()
    for (name, (role, z)), (above, below) in zip(draws.items(), pairs, strict=False):
        plot_landscape(landscape, above)
        some = z[:: max(1, len(z) // _DOTS)]
        color = plots.colors[role].color
        above.plot(*some.T, ".", color=color, markersize=3 if len(z) > _FEW else 7, alpha=0.6)
        edges = np.quantile(functions(z), [0.025, 0.5, 0.975], axis=0)
        below.fill_between(x, edges[0], edges[2], color=color, alpha=0.3, linewidth=0)
        below.plot(x, edges[1], color=color)
        _edges(below, x, band, "exact median and 95 % band")
        above.set_title(name)
    for ax in axes[:, 1:].ravel():
        ax.set_ylabel("")
    lines, labels = axes[1, 0].get_legend_handles_labels()
    figure.legend(lines, labels, loc="outside lower center", frameon=False)
    return list(pairs[: len(draws)].ravel())


def _edges(ax: Axes, x: np.ndarray, band: np.ndarray, label: str) -> None:
    """Draw the outer quantiles and the median as lines."""
    for row, name in ((0, ""), (len(band) // 2, label), (-1, "")):
        ax.plot(x, band[row], **plots.colors["truth"].line, lw=1.2, label=name or None)
    ax.set(xlabel="x", ylabel="f(x)", ylim=(-4, 4))
