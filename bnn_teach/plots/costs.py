"""Costs: how the price of one gradient grows with the data and with the network.

You will learn to read a power off a picture with two logarithmic axes: a line that climbs one
decade for each decade is proportional. Next: :mod:`bnn_teach.plots.tradeoffs`, prices beside
accuracy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from bnn_teach.errors import ArgumentError
from bnn_teach.plots.style import SMALL, SOFT, colors, start, style

_LABELS = {"num_points": "data points", "width": "units in a layer"}


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

    Raises
    ------
    ArgumentError
        If one of the two is missing.
    """
    if missing := [name for name in _LABELS if not sweeps.get(name)]:
        raise ArgumentError(
            f"plot_costs: there is no sweep {missing[0]!r} among {', '.join(sweeps) or 'none'}. "
            "Pass the entry 'sweeps' of the benchmark's results."
        )
    with style():
        _, axes = plt.subplots(1, 2, figsize=(7.2, 3.0), sharey=True)
    look = colors["nuts"]
    for ax, (name, label), power in zip(axes, _LABELS.items(), (1, 2), strict=True):
        start(ax)
        x, y = (np.array([row[key] for row in sweeps[name]], float) for key in (name, "cpu_us"))
        ax.loglog(x, y, **look.line, marker=look.marker, markersize=5, label="measured")
        guide = y[-1] * (x / x[-1]) ** power
        words = "proportional to N" if power == 1 else "proportional to H²"
        ax.loglog(x, guide, color=SOFT, linestyle=":", label=words)
        ax.set_xlabel(label)
        ax.legend(fontsize=SMALL, frameon=False)
    axes[0].set_ylabel("CPU µs a leapfrog")
    return list(axes)
