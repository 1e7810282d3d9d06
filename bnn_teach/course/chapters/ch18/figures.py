"""Score against agreement, a dot a run: the figure of notebook 18, and the table in words.

Next: :mod:`bnn_teach.course.chapters.ch18.exhibit`, where a reader goes from split to split.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from bnn_teach import plots
from bnn_teach.plots.style import panels

LOOKS = {"NUTS short": "warning", "NUTS": "nuts", "NUTS long": "fullrank_advi"}
"""The runs, by length, and how each looks."""
_TICKS = (1.001, 1.01, 1.02, 1.05, 1.1, 1.2, 1.5, 1.7, 2.0, 2.5, 3.0, 5.0)
Rows = Sequence[Mapping[str, Any]]


def place(r_hat: float) -> float:
    """Return where an R-hat is drawn: the logarithm of what is above 1."""
    return float(np.log10(max(r_hat - 1, 1e-3)))


def r_hat_ticks(low: float, high: float) -> dict[float, str]:
    """Return ticks between two places."""
    ticks = {place(each): f"{each:g}" for each in _TICKS}
    return {at: text for at, text in ticks.items() if low <= at <= high}


def plot_agreement(rows: Rows) -> list[Axes]:
    """Draw each run's log density over its largest R-hat, a panel a table, a line a split."""
    tables = list(dict.fromkeys(row["table"] for row in rows))
    axes = panels(len(tables), (9.5, 3.3))
    for ax, table in zip(axes, tables, strict=True):
        mine = [row for row in rows if row["table"] == table]
        for split in sorted({row["split"] for row in mine}):
            found = [r for r in mine if r["split"] == split and r["method"] in LOOKS]
            at = [place(row["r_hat"]) for row in found]
            ax.plot(at, [row["log_density"] for row in found], color="0.7", lw=1, zorder=0)
            for row, x in zip(found, at, strict=True):
                look = plots.colors[LOOKS[row["method"]]]
                ax.plot(x, row["log_density"], look.marker, color=look.color, label=row["method"])
        edges = [place(row["r_hat"]) for row in mine if row["method"] in LOOKS]
        ax.set_xlim(min(edges) - 0.15, max(edges) + 0.15)
        ax.set_xticks(*zip(*r_hat_ticks(*ax.get_xlim()).items(), strict=True))
        ax.set(title=table, xlabel="largest R-hat of f", ylabel="")
    axes[0].set_ylabel("log density of a test point")
    handles, labels = axes[0].get_legend_handles_labels()
    unique = dict(zip(labels, handles, strict=True))
    axes[len(axes) // 2].legend(unique.values(), unique, frameon=False, loc="lower left")
    return axes
