"""Prices: what methods cost and how good they are, and how the price of a gradient grows.

You will learn to read a Pareto picture: down and to the left is better, and only a method on the
steps is worth its price. Both axes are logarithmic, so the same step is the same factor, and a
line that climbs one decade for each decade is proportional. Next: :mod:`bnn_teach.plots.style`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from bnn_teach.arguments import checked_arguments
from bnn_teach.errors import ArgumentError
from bnn_teach.plots.style import SMALL, SOFT, colors, panels

_CURVE = 0.75  # the distance of a single curve without a band
_LABELS = {"num_points": "data points", "width": "units in a layer"}


@checked_arguments
def plot_tradeoff(methods: Sequence[Any], regions: Mapping[str, object]) -> list[Axes]:
    """Draw distance against CPU seconds, one panel a region, and the Pareto front as steps.

    Parameters
    ----------
    methods : sequence of Method
        With ``method``, ``role``, ``seconds`` and ``distance``, which is one number a region, as
        ``Method`` of notebook 14 has. Those of one method are joined
        by a line, in the order given.
    regions : mapping or sequence of str
        Which regions to show, from left to right.

    Returns
    -------
    list of Axes
        One for each region.
    """
    if not methods:
        raise ArgumentError("plot_tradeoff: got no methods, expected one or more.")
    names = list(regions)
    axes = panels(len(names), (2.3 * len(names) + 0.6, 3.4), sharex=True, sharey=True)
    seconds = np.array([each.seconds for each in methods])
    for region, ax in zip(names, axes, strict=True):
        distance = np.array([each.distance[region] for each in methods])
        order = np.lexsort((distance, seconds))
        best = np.minimum.accumulate(distance[order])
        ax.step(seconds[order], best, where="post", color=SOFT, lw=5, alpha=0.3)
        ax.axhline(_CURVE, color=SOFT, lw=0.8, linestyle=":")
        for name, role in dict.fromkeys((each.method, each.role) for each in methods):
            mine = np.array([each.method == name for each in methods])
            look = colors[role]
            marker = {"marker": look.marker, "markersize": 5}
            ax.loglog(seconds[mine], distance[mine], **look.line, **marker, label=name)
        ax.set(title=region, xlabel="CPU seconds")
    axes[0].set_ylabel("distance from NUTS, in sd")
    handles, labels = axes[0].get_legend_handles_labels()
    options: dict[str, Any] = {"ncols": 4, "fontsize": SMALL, "frameon": False}
    axes[0].figure.legend(handles, labels, loc="outside lower center", **options)
    return axes


@checked_arguments
def plot_costs(sweeps: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[Axes]:
    """Draw the CPU time of a leapfrog against the number of points, and against the width.

    Parameters
    ----------
    sweeps : mapping of str to sequence of mapping
        ``"num_points"`` and ``"width"``, each a list of measurements with that number and with
        ``"cpu_us"``, microseconds of CPU time: the benchmark's stored results.

    Returns
    -------
    list of two Axes
        A dotted line beside the last points shows what is proportional: to N, or, as a layer of H
        units has H² weights, to H².
    """
    if missing := [name for name in _LABELS if not sweeps.get(name)]:
        raise ArgumentError(
            f"plot_costs: there is no sweep {missing[0]!r} among {', '.join(sweeps) or 'none'}. "
            "Pass the entry 'sweeps' of the benchmark's results."
        )
    axes, look = panels(2, (7.2, 3.0), sharey=True), colors["nuts"]
    for ax, (name, label), power in zip(axes, _LABELS.items(), (1, 2), strict=True):
        x, y = (np.array([row[key] for row in sweeps[name]], float) for key in (name, "cpu_us"))
        ax.loglog(x, y, **look.line, marker=look.marker, markersize=5, label="measured")
        guide = y[-1] * (x / x[-1]) ** power
        words = "proportional to N" if power == 1 else "proportional to H²"
        ax.loglog(x, guide, color=SOFT, linestyle=":", label=words)
        ax.set_xlabel(label)
        ax.legend(fontsize=SMALL, frameon=False)
    axes[0].set_ylabel("CPU µs a leapfrog")
    return axes
