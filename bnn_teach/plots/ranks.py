"""Is a sampler calibrated? The ranks of many truths: as a histogram, and as an ECDF.

You will learn to read the shape of a histogram of ranks, and to judge it by a band that holds for
all bars, or for the whole curve, at once. :func:`plot_rank_grid` draws both for several methods and
several quantities, such as those of a whole class. Next: :mod:`bnn_teach.plots.style`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from bnn_teach.arguments import checked_arguments
from bnn_teach.errors import ArgumentError
from bnn_teach.plots.captions import caption_of
from bnn_teach.plots.style import INK, LEGEND, SOFT, look_of, name_axes, start, style
from bnn_teach.plots.uniformity import (
    Uniformity,
    as_ranks,
    bar_counts,
    ecdf_counts,
    uniform_band,
    uniformity,
)

_BAND = "#d9dee2"
_NAMES = {"nuts": "NUTS", "advi": "mean-field ADVI", "fullrank_advi": "full-rank ADVI"}


@checked_arguments
def plot_ranks(
    ranks: ArrayLike,
    num_draws: int,
    *,
    ax: Axes | None = None,
    role: str = "nuts",
) -> Axes:
    """Draw a histogram of ranks, with its simultaneous 95 % envelope under uniformity.

    The truth of each SBC replication is ranked among L draws: its rank is how many of them lie
    below it. If the draws come from the posterior, each rank from 0 to L is equally probable. A
    peak at both ends means that the draws are too narrow, one in the middle that they are too
    wide, a slope that they are shifted.

    Parameters
    ----------
    ranks : array_like of int, shape (N,)
        One for each replication, from 0 to L.
    num_draws : int
        L. With 39 draws there are 40 ranks, and the central 95 % are those from 1 to 38.

    Notes
    -----
    Source: Talts, Betancourt, Simpson, Vehtari & Gelman (2018), *Validating Bayesian inference
    algorithms with simulation-based calibration*, arXiv:1804.06788.
    """
    ranks = as_ranks(ranks, num_draws)
    slots = num_draws + 1
    # As many bars as hold equally many ranks: the largest divisor up to 20, if there is one.
    bars = max((n for n in range(2, 21) if slots % n == 0), default=slots)
    counts = bar_counts(ranks, num_draws, bars)
    edges = np.linspace(0, slots, bars + 1) - 0.5
    lower, upper = uniform_band(len(ranks), bars, cumulative=False)
    look = look_of(role)
    ax = start(ax, figsize=(4.2, 2.6))
    band = (max(0, lower[0] - 0.5), upper[0] + 0.5)
    ax.axhspan(*band, color=_BAND, lw=0, zorder=0)
    for edge in band:  # over the bars, too
        ax.axhline(edge, color=SOFT, lw=0.8, linestyle=(0, (1, 2)), zorder=3)
    ax.axhline(len(ranks) / bars, color=INK, lw=1, linestyle=(0, (4, 2)), zorder=3)
    fill = ax.bar(edges[:-1], counts, np.diff(edges), align="edge", lw=0.8, zorder=2)
    for bar in fill:
        bar.set(facecolor=look.color, edgecolor="white", hatch=look.hatch)
    ax.set(xlim=(edges[0], edges[-1]), ylim=(0, 1.08 * max(counts.max(), upper[0] + 1)))
    ax.set_xticks([0, num_draws])
    caption_of(ax).sentences += [
        _histogram_sentence(counts, lower[0], upper[0], len(ranks)),
        _verdict_sentence(uniformity(ranks, num_draws)),
    ]
    return name_axes(ax, "rank of the truth", "replications")


@checked_arguments
def plot_rank_ecdf(
    ranks: ArrayLike,
    num_draws: int,
    *,
    ax: Axes | None = None,
    role: str = "nuts",
    label: str = "",
) -> Axes:
    """Draw how the ECDF of ranks differs from that of uniform ones, with its 95 % band.

    At each rank r: the share of replications with a rank of at most r, minus (r + 1) / (L + 1).
    Bars that err in the same direction add up, so this sees more than a histogram does.

    Parameters
    ----------
    ranks, num_draws
        As for :func:`plot_ranks`.

    Returns
    -------
    Axes
        A second call on the same Axes adds a curve; another number of replications adds a band.
    """
    ranks = as_ranks(ranks, num_draws)
    number, slots = len(ranks), num_draws + 1
    expected = np.arange(1, slots + 1) / slots
    look = look_of(role)
    ax = start(ax, figsize=(4.2, 2.6))
    if (name := f"band of {number}") not in {each.get_gid() for each in ax.collections}:
        lower, upper = (
            np.append(0, edge / number - expected) for edge in uniform_band(number, slots)
        )
        at = np.append(0, expected)
        ax.fill_between(at, lower, upper, color=_BAND, lw=0, zorder=0, gid=name)
        ax.axhline(0, color=SOFT, lw=1, linestyle=(0, (4, 2)), zorder=1)
    difference = ecdf_counts(ranks, num_draws) / number - expected
    label = label or _NAMES.get(role, role)
    ax.plot(np.append(0, expected), np.append(0, difference), lw=1.6, label=label, **look.line)
    ax.set(xlim=(0, 1))
    farthest = int(np.abs(difference).argmax())
    caption_of(ax).sentences.append(
        f"The ECDF of the ranks of {label} in {number} replications is at "
        f"most {abs(difference[farthest]):.2f} away from that of uniform ranks, and "
        f"{'stays inside' if uniformity(ranks, num_draws).inside else 'leaves'} the 95 % band."
    )
    return name_axes(ax, "rank / number of ranks", "ECDF − uniform")


@checked_arguments
def plot_rank_grid(ranks: Mapping[str, Mapping[str, ArrayLike]], num_draws: int) -> Figure:
    """Draw a histogram for each method and quantity, and below them the ECDFs of all methods.

    Parameters
    ----------
    ranks : mapping of str to mapping of str to array_like of int, shape (N,)
        ``ranks["nuts"]["beyond"]`` are the ranks of the quantity *beyond* among the draws of NUTS;
        the names of methods are roles of :data:`bnn_teach.plots.colors`.
    num_draws : int
        L, the same for all.

    Returns
    -------
    Figure
        One row for each method, one column for each quantity, and a row for the ECDFs.

    Raises
    ------
    ArgumentError, ShapeError
        There is nothing to draw, the methods have different quantities, or as :func:`plot_ranks`.
    """
    methods = {name: dict(each) for name, each in ranks.items()}
    quantities = list(next(iter(methods.values()), {}))
    if not quantities or any(list(each) != quantities for each in methods.values()):
        given = "; ".join(f"{name} has {', '.join(each)}" for name, each in methods.items())
        raise ArgumentError(
            f"ranks: got {given or 'nothing'}, expected the same quantities for each method, such "
            "as {'nuts': {'inside': ...}, 'advi': {'inside': ...}}."
        )
    size = (0.7 + min(2.5, 8 / len(quantities)) * len(quantities), 0.5 + 1.75 * (len(methods) + 1))
    with style():
        shape = (len(methods) + 1, len(quantities))
        shared: dict[str, Any] = {"sharex": "row", "squeeze": False}
        figure, axes = plt.subplots(*shape, figsize=size, **shared)
    try:
        for row, (method, found) in zip(axes, methods.items(), strict=False):
            for ax, below, (quantity, each) in zip(row, axes[-1], found.items(), strict=True):
                plot_ranks(each, num_draws, ax=ax, role=method)
                name = f"{_NAMES.get(method, method)}, " if len(methods) > 1 else ""
                ax.set_title(f"{name}{quantity}")
                label = "" if len(methods) > 1 else quantity
                plot_rank_ecdf(each, num_draws, ax=below, role=method, label=label)
    except Exception:
        plt.close(figure)  # or a notebook would show the half-drawn picture
        raise
    for ax in axes[-1, 1:]:
        ax.sharey(axes[-1, 0])
    axes[-1, 0].autoscale(axis="y")  # over all curves, not over those of the first Axes alone
    for ax, quantity in zip(axes[-1], quantities, strict=True):
        ax.set_title(f"ECDF, {quantity}")
    for ax in axes[:, 1:].ravel():
        ax.set_ylabel("")
    if len(methods) > 1:
        lines, names = axes[-1, 0].get_legend_handles_labels()
        figure.legend(lines, names, loc="outside lower center", **(LEGEND | {"ncols": len(names)}))
    return figure


def _histogram_sentence(counts: np.ndarray, lower: int, upper: int, number: int) -> str:
    out = int(np.count_nonzero((counts < lower) | (counts > upper)))
    outside = "none" if not out else "one" if out == 1 else f"{out}"
    return (
        f"The ranks of {number} replications in {len(counts)} bars, from {counts.min()} to "
        f"{counts.max()} each; {outside} of the bars {'is' if out == 1 else 'are'} outside "
        f"the band from {lower} to {upper}."
    )


def _verdict_sentence(found: Uniformity) -> str:
    p = "< 0.0001" if found.p_value < 1e-4 else f"= {found.p_value:.2g}"
    return f"{found.words[0].upper()}{found.words[1:]} (p {p})."
