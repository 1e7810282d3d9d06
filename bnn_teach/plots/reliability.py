"""Reliability: of all points that were given 30 %, do 30 % turn out to be of class 1.

You will see a prediction in groups of equal size, each compared with what came up in it, beside
what chance alone would do. Next: :mod:`bnn_teach.plots.style`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from bnn_teach.arguments import as_count, checked_arguments
from bnn_teach.errors import ArgumentError
from bnn_teach.plots.arrays import pair
from bnn_teach.plots.captions import caption_of
from bnn_teach.plots.style import colors, finish, look_of, start
from bnn_teach.plots.words import listed, number


@checked_arguments
def plot_reliability(
    probabilities: ArrayLike,
    y: ArrayLike,
    *,
    num_groups: int = 10,
    label: str = "prediction",
    role: str = "nuts",
    ax: Axes | None = None,
) -> Axes:
    r"""Draw, for groups of similar predictions, how often class 1 came up.

    The points are sorted by their probability and cut into groups of (nearly) equal size n. A group
    whose mean probability is :math:`\bar p` has a bar of two standard errors,
    :math:`2 \sqrt{\bar p (1 - \bar p) / n}`, to each side of what came up in it.

    Parameters
    ----------
    probabilities : array, shape (N,) or (N, 1), real
        What was predicted: the probability of class 1, for points that were not used to fit.
    y : array, shape (N,) or (N, 1), of 0 and 1
        What came up.
    num_groups : int, optional
        At least 2, and not more than N.
    """
    (p, outcomes), count = pair("probabilities, y", probabilities, y), num_groups
    if not ((p >= 0) & (p <= 1)).all() or not np.isin(outcomes, (0, 1)).all():
        raise ArgumentError(
            "probabilities, y: got values outside 0 to 1, or labels other than 0 and 1. Of "
            "logits f pass scipy.special.expit(f)."
        )
    if not as_count("num_groups", count, 2) <= len(p):
        raise ArgumentError(f"num_groups: got {count} for {len(p)} points, expected fewer groups.")
    groups = np.array_split(np.argsort(p, kind="stable"), count)
    said, seen = (np.array([values[group].mean() for group in groups]) for values in (p, outcomes))
    bars = 2 * np.sqrt(said * (1 - said) / [len(group) for group in groups])
    look, ax = look_of(role), start(ax)
    if not ax.lines:
        ax.plot([0, 1], [0, 1], **colors["truth"].line, lw=1, label="as often as said")
    options: dict[str, Any] = {"capsize": 2, "lw": 1.2, "elinewidth": 0.9, "markersize": 4.5}
    options["markerfacecolor"] = "none"  # where groups lie close, each and its bar are seen
    ax.errorbar(said, seen, bars, **look.line, marker=look.marker, label=label, **options)
    off = int((np.abs(seen - said) > bars).sum())
    sizes = listed(str(size) for size in sorted({len(group) for group in groups}))
    ends = " and ".join(f"{number(seen[i])} where it said {number(said[i])}" for i in (0, -1))
    caption_of(ax).sentences.append(
        f"{label}: {count} groups of {sizes} points; class 1 came up with a "
        f"share of {ends}; in {off} groups what came up is more than two standard errors off."
    )
    return finish(ax, "probability of class 1 as predicted", "share of class 1 that came up")
