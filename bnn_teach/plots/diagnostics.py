"""Can a band be trusted? R-hat and the effective sample size, along x.

You will learn to judge the chains where they have to agree: in the function's values, not in the
weights. Next: :mod:`bnn_teach.plots.style`, and how the pictures are made.
"""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, NullLocator
from numpy.typing import ArrayLike

from bnn_teach.arguments import checked_arguments
from bnn_teach.errors import ArgumentError, ShapeError
from bnn_teach.plots.arrays import column
from bnn_teach.plots.bands import plot_band
from bnn_teach.plots.captions import caption_of
from bnn_teach.plots.style import INK, LEGEND, SOFT, colors, name_axes, start, style, write
from bnn_teach.plots.words import number, percent, where

RHAT_GOOD, RHAT_FAIR = 1.01, 1.05  # Vehtari et al. (2021) ask for 1.01; the course warns at 1.05
ESS_ENOUGH = 400  # Vehtari et al. (2021): 100 for each of four chains
_KEYS = ("r_hat", "ess_bulk", "ess_tail", "mcse_mean")
_LANE = 0.44  # each of the two lanes takes this part of the Axes' height


@checked_arguments
def plot_function_diagnostics(x: ArrayLike, diagnostics: Any, *, ax: Axes | None = None) -> Axes:
    """Draw R-hat and the effective sample size of f(x) along x, in two lanes.

    Weights that differ may mean the same function, so the chains are compared where they have to
    agree: in the function's values. In the upper lane R-hat rises like water past two lines, 1.01
    and 1.05; its axis is linear in the square root of R-hat - 1. The lower lane holds the effective
    sample size of the bulk (solid) and of the tails (dashed), with a line at 400.

    Parameters
    ----------
    x : array, shape (N,) or (N, 1), real
        Inputs, in any order.
    diagnostics : xarray.Dataset, or mapping of str to array
        ``r_hat``, ``ess_bulk``, ``ess_tail`` and ``mcse_mean``, each of shape (N,). The last one is
        used by :func:`alt_text` only.
    ax : Axes, optional
        Where to draw R-hat; the lower lane is a twin of it. A new figure otherwise.

    Raises
    ------
    ArgumentError, ShapeError
        A diagnostic is missing, finite nowhere, or does not fit ``x``.

    Warns
    -----
    ConvergenceWarning
        A diagnostic is NaN or infinite at some x, as where all draws are equal.

    Notes
    -----
    Source: Vehtari et al. (2021), *Bayesian Analysis* 16(2), sections 4 and 5.
    """
    x = column("x", x)
    values = {}
    for key in _KEYS:
        if key not in diagnostics:
            raise ArgumentError(
                f"diagnostics: got {', '.join(map(str, diagnostics))}, without '{key}', expected "
                f"{', '.join(_KEYS)} along x. Compute them on the draws of f(x)."
            )
        advice = "Look at the draws: they may be all equal there, or too few."
        values[key] = column(key, diagnostics[key], holes=advice)
        if len(values[key]) != len(x):
            raise ShapeError(
                f"{key}: got {len(values[key])} values for {len(x)} inputs, expected one per "
                "input. Pass the x at which the draws were taken."
            )
    order = np.argsort(x)
    x, values = x[order], {key: value[order] for key, value in values.items()}
    ax = start(ax, figsize=(5.2, 2.2))
    _draw_rhat(ax, x, values["r_hat"])
    _draw_ess(start(ax.twinx()), x, values["ess_bulk"], values["ess_tail"])
    ax.margins(x=0)
    caption_of(ax).sentences.append(_sentence(x, values))
    return name_axes(ax, "x", "")


@checked_arguments
def plot_band_with_diagnostics(
    x: ArrayLike, draws: ArrayLike | xr.DataArray, diagnostics: Any, **band_options: Any
) -> tuple[Axes, Axes]:
    """Draw a band and, under it on the same x axis, whether its draws can be trusted.

    Takes the arguments of :func:`plot_band`, except ``ax``, and of
    :func:`plot_function_diagnostics`; returns the Axes of the band and of R-hat.
    """
    with style():
        figure, (upper, lower) = plt.subplots(
            2, 1, sharex=True, height_ratios=[1.6, 1], figsize=(5.2, 5)
        )
    try:
        plot_band(x, draws, ax=upper, **band_options)
        plot_function_diagnostics(x, diagnostics, ax=lower)
    except Exception:
        plt.close(figure)  # or a notebook would show the half-drawn picture
        raise
    return upper, lower


def _draw_rhat(ax: Axes, x: np.ndarray, rhat: np.ndarray) -> None:
    top = max(1.1, 1 + 1.2 * (np.nanmax(rhat) - 1))
    levels = (1, RHAT_GOOD, RHAT_FAIR, top)
    shades = ("#dfe3e6", "#f3c766", colors["warning"].color)
    for shade, low, high in zip(shades, levels[:-1], levels[1:], strict=True):
        layer = ax.fill_between(x, low, np.clip(rhat, low, high), facecolor=shade, lw=0)
    layer.set(hatch="////", edgecolor="white")
    ax.plot(x, np.maximum(rhat, 1), color=INK, lw=1.2)
    for threshold, dashes in ((RHAT_GOOD, (1, 2)), (RHAT_FAIR, (4, 2))):
        ax.axhline(threshold, color=SOFT, lw=0.8, linestyle=(0, dashes))
    ax.set_yscale("function", functions=(_root, _square))
    ax.set_ylim(float(_square(_root(top) * (1 - 1 / _LANE))), top)
    _ticks(ax, 1, top, [RHAT_FAIR, RHAT_GOOD, 2, 1.2, 1, 1.5, 5, 20])
    write(ax, 0.01, 1, "R-hat of f(x)", ha="left", va="bottom")


def _root(rhat: ArrayLike) -> np.ndarray:
    """Return the signed square root of R-hat - 1, the scale of its axis."""
    return np.sign(np.subtract(rhat, 1)) * np.sqrt(np.abs(np.subtract(rhat, 1)))


def _square(root: ArrayLike) -> np.ndarray:
    return 1 + np.multiply(root, np.abs(root))


def _draw_ess(twin: Axes, x: np.ndarray, bulk: np.ndarray, tail: np.ndarray) -> None:
    color = colors["band"].color
    lines = twin.plot(x, bulk, color=color, lw=1.5, label="bulk")
    lines += twin.plot(x, tail, color=color, lw=1.5, ls="--", label="tail")
    twin.axhline(ESS_ENOUGH, color=SOFT, lw=0.8, linestyle=(0, (4, 2)))
    low = 0.7 * np.nanmin([100, *bulk, *tail])
    high = 1.4 * np.nanmax([1000, *bulk, *tail])
    twin.set_yscale("log")
    twin.set_ylim(low, low * (high / low) ** (1 / _LANE))
    _ticks(twin, low, high, [ESS_ENOUGH, 100, 2000, 10, 10_000])
    twin.yaxis.tick_left()  # the lanes do not overlap, so both are read on the left
    write(twin, 0.01, _LANE + 0.015, "effective sample size", ha="left", va="bottom")
    twin.legend(handles=lines, loc="lower right", bbox_to_anchor=(1, _LANE - 0.02), **LEGEND)


def _ticks(ax: Axes, low: float, high: float, candidates: list[float]) -> None:
    """Set ticks in the lane from low to high, the first candidates first, where there is room."""
    place = ax.yaxis.get_transform().transform
    room = 0.2 * np.ptp(place(np.array([low, high])))
    kept: list[float] = []
    for tick in candidates:
        gaps = np.abs(place(np.array(kept)) - place(np.array([tick])))
        if low <= tick <= high and np.all(gaps >= room):
            kept.append(tick)
    ax.yaxis.set_major_locator(FixedLocator(sorted(kept)))
    ax.yaxis.set_minor_locator(NullLocator())
    ax.yaxis.set_major_formatter("{x:g}")


def _sentence(x: np.ndarray, values: dict[str, np.ndarray]) -> str:
    rhat, bulk, tail, mcse = (values[key] for key in _KEYS)
    i, j, k, m = np.nanargmax(rhat), np.nanargmin(bulk), np.nanargmin(tail), np.nanargmax(mcse)
    good = percent(np.mean(rhat[np.isfinite(rhat)] <= RHAT_GOOD))
    above = ""
    if rhat[i] > RHAT_FAIR:
        above = f" and above {RHAT_FAIR} for {where(x, rhat > RHAT_FAIR)}"
    return (
        f"R-hat of f(x) goes from {np.nanmin(rhat):.3f} to {rhat[i]:.3f} (at x = {number(x[i])}); "
        f"it is at most {RHAT_GOOD} at {good} of x{above}; "
        f"the smallest bulk effective sample size is {bulk[j]:.0f}, at x = {number(x[j])}; "
        f"the smallest tail effective sample size is {tail[k]:.0f}, at x = {number(x[k])}; "
        f"the mean has a Monte Carlo error of at most {number(mcse[m])}, at x = {number(x[m])}."
    )
