"""Offers: what several methods cost, and how good they are, with the frontier of the good buys.

You will learn to read a Pareto picture: down and to the left is better, and only an offer on the
steps is worth its price. Both axes are logarithmic, so the same step is the same factor.
Next: :mod:`bnn_teach.plots.style`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from bnn_teach.errors import ArgumentError
from bnn_teach.plots.style import SMALL, SOFT, colors, start, style

_CURVE = 0.75  # the distance of a single curve without a band


class Priced(Protocol):
    """An offer: :class:`bnn_teach.course.chapters.ch14.exhibit.Offer`."""

    method: Any
    role: Any
    seconds: Any
    distance: Any


def plot_offers(offers: Sequence[Priced], regions: Mapping[str, object]) -> list[Axes]:
    """Draw distance against CPU seconds, one panel a region, and the frontier as steps.

    Parameters
    ----------
    offers : sequence of Offer
        With ``method``, ``role``, ``seconds`` and ``distance``, which is one number a region. Those
        of one method are joined by a line, in the order given.
    regions : mapping or sequence of str
        Which regions to show, from left to right.

    Returns
    -------
    list of Axes
        One for each region.

    Raises
    ------
    ArgumentError
        If there is no offer.
    """
    if not offers:
        raise ArgumentError("plot_offers: came no offers; expected one or more.")
    names = list(regions)
    with style():
        figure, axes = plt.subplots(
            1, len(names), figsize=(2.3 * len(names) + 0.6, 3.4), sharex=True, sharey=True,
            squeeze=False,
        )  # fmt: skip
    for region, ax in zip(names, axes[0], strict=True):
        start(ax)
        seconds = np.array([each.seconds for each in offers])
        distance = np.array([each.distance[region] for each in offers])
        order = np.lexsort((distance, seconds))
        best = np.minimum.accumulate(distance[order])
        ax.step(seconds[order], best, where="post", color=SOFT, lw=5, alpha=0.3)
        ax.axhline(_CURVE, color=SOFT, lw=0.8, linestyle=":")
        for method in dict.fromkeys(each.method for each in offers):
            mine = np.array([each.method == method for each in offers])
            look = colors[next(each.role for each in offers if each.method == method)]
            marker = {"marker": look.marker, "markersize": 5}
            ax.loglog(seconds[mine], distance[mine], **look.line, **marker, label=method)
        ax.set(title=region, xlabel="CPU seconds")
    axes[0, 0].set_ylabel("distance from NUTS, in sd")
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(
        handles, labels, loc="outside lower center", ncols=4, fontsize=SMALL, frameon=False
    )
    return list(axes[0])
