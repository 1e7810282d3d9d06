"""Unknown noise: what is believed of a standard deviation, and how it trades with the curve.

You will learn to read three pictures of notebook 11: draws of σ beside how closely each draw's
curve follows the points, the heights that two walks along σ have found, and a noise that changes
with x beside the band that it belongs to. Next: :mod:`bnn_teach.plots.ranks`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from bnn_teach.arguments import checked_arguments
from bnn_teach.plots.arrays import column, pair
from bnn_teach.plots.bands import plot_band
from bnn_teach.plots.captions import caption_of
from bnn_teach.plots.data import plot_data
from bnn_teach.plots.style import LEGEND, colors, finish, panels, points_up, start
from bnn_teach.plots.words import number

_DOTS = 1000
_MARKS = ((0, (4, 2)), ":", "-.")


@checked_arguments
def plot_noise(
    sigma: ArrayLike, misfit: ArrayLike, known: Mapping[str, float] | None = None
) -> tuple[Axes, Axes]:
    """Draw the posterior of σ, and each draw's misfit against its σ.

    Parameters
    ----------
    sigma, misfit : array, shape (S,) or (chain, draw), real
        Standard deviation of the noise, and root mean square of the points' distances from the
        curve, for each draw; both in the unit of y.
    known : mapping of str to float, optional
        Values of σ to mark, by what they are.
    """
    noise, distance = pair("sigma, misfit", np.ravel(sigma), np.ravel(misfit))
    (left, right), look = panels(2, (8.4, 3.4)), colors["nuts"]
    left.hist(noise, 40, density=True, color=look.color, alpha=0.5, label="draws")
    for (name, value), dashes in zip((known or {}).items(), _MARKS, strict=False):
        left.axvline(value, color="black", linestyle=dashes, lw=1.4, label=name)
    left.set(xlabel="σ", ylabel="density", title="the noise")
    left.legend(**LEGEND | {"loc": "upper center", "bbox_to_anchor": (0.5, -0.22)})
    some = np.unique(np.linspace(0, noise.size - 1, _DOTS).astype(int))
    right.plot(noise[some], distance[some], "o", ms=2.5, color=look.color, alpha=0.35, mew=0)
    right.set(xlabel="σ", ylabel="misfit of the curve", title="noise against misfit")
    low, high = np.quantile(noise, [0.025, 0.975])
    marked = "".join(f" {name}: {number(value)}." for name, value in (known or {}).items())
    caption_of(left).sentences.append(
        f"A histogram of σ, 95 % of the draws between {number(low)} and {number(high)}.{marked}"
    )
    correlation = np.corrcoef(noise, distance)[0, 1]
    caption_of(right).sentences.append(
        f"One dot for each of {len(some)} draws; σ and misfit correlate by {number(correlation)}."
    )
    return left, right


@checked_arguments
def plot_walks(levels: ArrayLike, walks: Mapping[str, ArrayLike]) -> Axes:
    """Draw the height that fits with a given noise have found, one line for each walk along σ.

    Parameters
    ----------
    levels : array, shape (N,), real
        The values of σ, increasing.
    walks : mapping of str to array, shape (N,)
        Up to four, by name. Heights in nats: ELBO + log σ, as a density on the axis of log σ.

    Returns
    -------
    Axes
        A walk that falls more than 200 nats below the others leaves the picture, where triangles
        point down.
    """
    sigma = column("levels", levels)
    ax, looks = start(None), ("advi", "nuts", "fullrank_advi", "ensemble")
    found = {name: column(name, each) for name, each in walks.items()}
    highest = max(heights.max() for heights in found.values())
    low, sentences = highest - 200, []
    edge: dict[str, Any] = {"clip_on": False}
    edge["transform"] = ax.get_xaxis_transform() + points_up(ax, 5)
    for (name, heights), role in zip(found.items(), looks, strict=False):
        look = colors[role]
        ax.semilogx(sigma, heights, marker=look.marker, ms=5, **look.line, label=name)
        below = sigma[heights < low]
        ax.plot(below, np.zeros(len(below)), "v", ms=6, color=look.color, **edge)
        top = int(heights.argmax())
        ax.plot(sigma[top], heights[top], "o", ms=11, mfc="none", color="black")
        sentences.append(
            f"{name}: the highest, {number(heights[top])} nats, is at σ = {number(sigma[top])}; at "
            f"the smallest σ, {number(sigma[0])}, it is at {number(heights[0])} nats."
        )
    ax.set_ylim(low, highest + 10)
    ticks = [tick for tick in (0.01, 0.05, 0.1, 0.2, 0.5, 1, 2) if sigma[0] <= tick <= sigma[-1]]
    ax.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    ax.minorticks_off()
    caption_of(ax).sentences.extend(sentences)
    return finish(ax, "σ, held fixed", "ELBO + log σ (nats)")


@checked_arguments
def plot_uneven_noise(
    x: ArrayLike,
    draws: Mapping[str, Mapping[str, Any]],
    data: tuple[ArrayLike, ArrayLike],
    true_sigma: Callable[[np.ndarray], ArrayLike],
) -> list[Axes]:
    """Draw the bands of several models side by side, and, last, the noise that each believes in.

    Parameters
    ----------
    x : array, shape (N,) or (N, 1), real
        Inputs, in increasing order.
    draws : mapping of str to mapping
        Up to two models by name, each with draws of ``"f"``, ``"obs"`` and ``"sigma"``, shape
        (chain, draw, N, 1); a model with one σ for all x has draws of shape (chain, draw).
    data : tuple of two array, shape (M,) or (M, 1)
        The points.
    true_sigma : callable
        The noise that the points were made with; takes inputs of shape (N,).
    """
    places = column("x", x)
    *bands, last = axes = panels(len(draws) + 1, (4.0 * (len(draws) + 1), 4.2))
    for ax, (name, each), role in zip(bands, draws.items(), ("ensemble", "band"), strict=False):
        plot_band(places, each["f"], noise_draws=each["obs"], ax=ax, role=role, ylim=(-2.5, 2.5))
        plot_data(*data, ax=ax)
        ax.set_title(name)
        sigma = np.asarray(each["sigma"])
        if sigma.ndim == 2:
            sigma = np.broadcast_to(sigma[..., None], (*sigma.shape, places.size))
        plot_band(places, sigma, ax=last, role=role, label=name, probabilities=(0.95,))
    true = np.asarray(true_sigma(places))
    last.plot(places, true, **colors["truth"].line, lw=1.4, label="made with")
    last.set(yscale="log", title="noise σ(x)", ylabel="σ")
    last.set_ylim(0.4 * true.min(), 2.5 * true.max())
    for ax in axes:
        ax.xaxis.set_major_locator(MaxNLocator(5))
    last.legend(**LEGEND | {"ncols": 1, "loc": "upper left", "bbox_to_anchor": (0, -0.16)})
    caption_of(last).sentences.append(
        f"A dashed line, the noise that the points were made with, rises from "
        f"{number(true[0])} to {number(true[-1])}."
    )
    return axes
