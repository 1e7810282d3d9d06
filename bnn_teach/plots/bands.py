"""Bands: what a model believes about a function, before and after it saw data.

You will learn to read a band as quantiles at each x, and why single functions are drawn beside
it. Next: :mod:`bnn_teach.plots.elbo`.
"""

from __future__ import annotations

from itertools import batched
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike

from bnn_teach.arguments import as_count, checked_arguments
from bnn_teach.errors import ArgumentError
from bnn_teach.plots.arrays import column, flat_draws
from bnn_teach.plots.captions import Band, Region, caption_of
from bnn_teach.plots.style import Look, colors, finish, look_of, start
from bnn_teach.plots.words import listed, percent


@checked_arguments
def plot_band(
    x: ArrayLike,
    draws: ArrayLike | xr.DataArray,
    *,
    noise_draws: ArrayLike | xr.DataArray | None = None,
    probabilities: tuple[float, ...] = (0.5, 0.95),
    ax: Axes | None = None,
    ylim: tuple[float, float] | None = None,
    label: str | None = None,
    role: str = "band",
) -> Axes:
    r"""Draw the median of the function's draws, and central bands around it.

    For a probability p the band runs, at each x on its own, between two quantiles of the draws:

    .. math:: [\,q_{(1-p)/2}(f(x)),\; q_{(1+p)/2}(f(x))\,]

    Parameters
    ----------
    x : array, shape (N,) or (N, 1), real
        Inputs, in any order.
    draws : array or DataArray, shape (..., N) or (..., N, 1), real
        Draws of the noise-free function f; all leading axes, such as chain and draw, count draws.
    noise_draws : array or DataArray, shape (..., N) or (..., N, 1), optional
        Draws of f(x) + noise. What the noise adds to the widest band is drawn as a hatched ring.
    probabilities : tuple of float, each in (0, 1)
        Probabilities of the bands.
    ylim : (low, high), optional
        Limits of the y axis. Where they, or those of a later ``ax.set_ylim``, crop a band, the
        picture says so.

    Raises
    ------
    ShapeError, ArgumentError
        The draws do not fit ``x``, are fewer than two, or not finite (the message counts them); a
        probability lies outside (0, 1); or ``role`` is unknown.
    """
    x, levels = column("x", x), _levels(probabilities)
    look, order, names = look_of(role), np.argsort(x), [f"{percent(p)} band" for p in levels]
    edges = [edge for p in levels for edge in ((1 - p) / 2, (1 + p) / 2)]
    median, *rows = np.quantile(flat_draws("draws", draws, order), [0.5, *edges], axis=0)
    regions = [Region(n, *pair) for n, pair in zip(names, batched(rows, 2), strict=True)]
    noisy = None
    if noise_draws is not None:
        pair = np.quantile(flat_draws("noise_draws", noise_draws, order), edges[:2], axis=0)
        noisy = Region(f"{names[0]} with noise", *pair)
    ax, x = start(ax), x[order]
    _draw_regions(ax, x, regions, look)
    ax.plot(x, median, **look.line, lw=1.8, zorder=2.5)
    if noisy is not None:
        _draw_ring(ax, x, noisy, regions[0])
    legend = f"median, {listed(percent(p) for p in reversed(levels))} band"
    legend = f"{label}: {legend}" if label else legend
    band = Band(_swatch(look, len(regions)), label=legend)
    band.name, band.x, band.median = label or "", x, median
    band.regions, band.noisy = regions, noisy
    return _add(ax, band, ylim)


@checked_arguments
def plot_prior_functions(
    x: ArrayLike,
    draws: ArrayLike | xr.DataArray,
    *,
    num_draws: int = 30,
    ax: Axes | None = None,
    ylim: tuple[float, float] | None = None,
) -> Axes:
    """Draw single functions from the prior as thin lines, over their pale 95 % band.

    The band alone would hide what a prior believes about *shapes*; the lines show it.

    Parameters
    ----------
    x, draws, ylim
        As in :func:`plot_band`; the draws are from the prior.
    num_draws : int
        How many single functions to draw, evenly spaced among the draws.

    Raises
    ------
    ShapeError, ArgumentError
        As in :func:`plot_band`, or ``num_draws`` is not an integer of at least 1.
    """
    num_draws, x, look = as_count("num_draws", num_draws, 1), column("x", x), colors["prior"]
    order = np.argsort(x)
    lines, x = flat_draws("draws", draws, order), x[order]
    lower, median, upper = np.quantile(lines, [0.025, 0.5, 0.975], axis=0)
    lines = lines[np.unique(np.linspace(0, len(lines) - 1, num_draws).round().astype(int))]
    ax = start(ax)
    ax.fill_between(x, lower, upper, color=look.color, alpha=0.22, lw=0)
    # Three tones let the eye follow one line through a crossing, in grey as well.
    for i, line in enumerate(lines):
        ax.plot(x, line, color=("#0072B2", "#56B4E9", "#12405c")[i % 3], lw=0.9, alpha=0.85)
    swatch = _swatch(look._replace(linestyle="-"), 1)
    band = Band(swatch, label=f"{len(lines)} draws from the prior, 95 % band")
    band.name, band.x, band.median = "prior", x, median
    band.regions = [Region("95 % band", lower, upper)]
    caption_of(ax).sentences.append(f"{len(lines)} single functions drawn from the prior.")
    return _add(ax, band, ylim)


def _levels(probabilities: Any) -> list[float]:
    """Return the probabilities, largest first."""
    levels = sorted({float(p) for p in column("probabilities", probabilities)}, reverse=True)
    if not 0 < levels[-1] <= levels[0] < 1:
        raise ArgumentError(
            f"probabilities: got {probabilities!r}, expected numbers between 0 and 1, such as "
            "(0.5, 0.95). Divide per cent by 100."
        )
    return levels


def _draw_regions(ax: Axes, x: np.ndarray, regions: list[Region], look: Look) -> None:
    """Fill the bands, widest first, so that the narrow ones end up darker on top."""
    for i, (_, lower, upper) in enumerate(regions):
        ax.fill_between(x, lower, upper, color=look.color, alpha=0.2 + 0.12 * i, lw=0)
    # Of two bands on one Axes, the edges' line style tells which is which in grey.
    for edge in (regions[0].lower, regions[0].upper):
        ax.plot(x, edge, **look.line, lw=0.9, alpha=0.85)


def _draw_ring(ax: Axes, x: np.ndarray, outer: Region, inner: Region) -> None:
    """Hatch only what the noise adds to the band, so that the band stays readable."""
    look = colors["noise"]
    for far, near in ((outer.lower, inner.lower), (outer.upper, inner.upper)):
        ring = ax.fill_between(x, near, far, lw=0, zorder=0.9, hatch=look.hatch)
        ring.set(facecolor=(look.color, 0.15), edgecolor=(look.color, 0.8), label=outer.name)
        ax.plot(x, far, **look.line, lw=1)


def _swatch(look: Look, n: int) -> list[Artist]:
    """Make the legend entry of n regions: the median on thick lines, one inside the other."""
    fill: dict[str, Any] = {"color": look.color, "solid_capstyle": "butt"}
    thick = [Line2D([], [], lw=9.5 - 9.5 * i / n, alpha=0.2 + 0.12 * i, **fill) for i in range(n)]
    return [*thick, Line2D([], [], **look.line, lw=1.6)]


def _add(ax: Axes, band: Band, ylim: tuple[float, float] | None) -> Axes:
    ax.add_container(band)
    caption_of(ax)
    ax.margins(x=0)
    if ylim is not None:
        ax.set_ylim(ylim)
    return finish(ax)
