"""The tour's picture: two bands on one scale, and under them how far to trust each algorithm."""

from __future__ import annotations

import pathlib
from typing import NamedTuple

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from scipy.stats import norm

from bnn_teach.course.datasets import Regression
from bnn_teach.plots import (
    Band,
    alt_text,
    colors,
    plot_band,
    plot_data,
    plot_function_diagnostics,
    style,
)

_SHOWN = 4.0  # the picture's y axis never goes beyond: most of the story is near the data


class LocAnswers(NamedTuple):
    """Three answers to one question, what ``loc`` is, given the data."""

    exact: tuple[float, float]
    """Mean and standard deviation by the formula."""
    draws: np.ndarray
    """Draws of NUTS, shape (S,)."""
    advi: tuple[float, float]
    """Mean and standard deviation of the fitted Gaussian."""


class TourPicture(NamedTuple):
    """What there is to draw; N points of x."""

    data: Regression
    x: np.ndarray
    """Where the function was predicted, shape (N, 1)."""
    nuts: xr.DataArray
    """Draws of the function by NUTS, dims (chain, draw, x, 1)."""
    diagnostics: xr.Dataset
    """Of these draws, over x."""
    advi: xr.DataArray
    """Draws of the function by ADVI, dims (chain, draw, x, 1)."""
    num_fits: int
    """Fits of which that was the best."""
    loc: LocAnswers
    """The exact check."""


def draw_tour(path: pathlib.Path, picture: TourPicture) -> str:
    """Draw the four panels, write them as a PNG, and return the picture in words."""
    with style():
        around = ConstrainedLayoutEngine(w_pad=0.08, h_pad=0.05)  # inches
        figure = Figure(figsize=(8.8, 6.2), layout=around)
        (left, right), (strip, check) = figure.subplots(2, 2, height_ratios=[1.8, 1])
        _draw_bands(left, right, picture)

        plot_function_diagnostics(picture.x, picture.diagnostics, ax=strip)
        _title(strip, "Do the chains agree on f(x)?", pad=18)
        sentence = _draw_check(check, picture.loc)
        _title(check, "Both, where the answer is known exactly", pad=18)
        texts = [(ax, alt_text(ax)) for ax in (left, right, strip)] + [(check, sentence)]
        words = " ".join(f"{ax.get_title(loc='left')}. {text}" for ax, text in texts)
        words = words.replace("?.", "?")
        figure.savefig(path, dpi=180, metadata={"Description": words})
    return words


def _draw_bands(left: Axes, right: Axes, picture: TourPicture) -> None:
    chains, draws = picture.nuts.shape[:2]
    edges = [np.quantile(each, (0.025, 0.975), (0, 1)) for each in (picture.nuts, picture.advi)]
    reach = min(_SHOWN, 1.05 * float(np.abs(edges).max()))
    for ax, values, role, title in (
        (left, picture.nuts, "nuts", f"No-U-Turn sampler, {chains} chains of {draws} draws"),
        (right, picture.advi, "advi", f"Mean-field ADVI, the best of {picture.num_fits} fits"),
    ):
        plot_band(picture.x, values, ax=ax, role=role, ylim=(-reach, reach))
        plot_data(picture.data.x, picture.data.y, truth=picture.data.truth, ax=ax)
        _title(ax, title, color=colors[role].color)
        if legend := ax.get_legend():
            legend.remove()  # one for both panels says it all
    handles, labels = left.get_legend_handles_labels()
    order = sorted(range(len(labels)), key=lambda i: not isinstance(handles[i], Band))
    left.figure.legend(
        [handles[i] for i in order],
        [labels[i] for i in order],
        loc="outside upper center",
        ncols=len(order),
        fontsize=9.5,
        frameon=False,
    )


def _title(ax: Axes, text: str, color: str = "#222222", pad: float = 8) -> None:
    ax.set_title(text, loc="left", color=color, weight="bold", fontsize=10.5, pad=pad)


def _draw_check(ax: Axes, loc: LocAnswers) -> str:
    """Draw the posterior of the exact check three times; return it in a sentence."""
    (mean, sd), (advi_mean, advi_sd) = loc.exact, loc.advi
    at = np.linspace(mean - 4 * sd, mean + 4 * sd, 200)
    nuts, advi = colors["nuts"], colors["advi"]
    bins = np.linspace(at[0], at[-1], 41).tolist()
    ax.hist(loc.draws, bins, density=True, color=nuts.color, alpha=0.35, label="NUTS")
    ax.plot(at, norm.pdf(at, mean, sd), color="black", lw=1.2, label="exact")
    ax.plot(at, norm.pdf(at, advi_mean, advi_sd), **advi.line, lw=2, label="ADVI")
    ax.set(xlim=(at[0], at[-1]), yticks=[], xlabel="posterior of a normal mean")
    ax.spines[["left", "top", "right"]].set_visible(False)
    ax.legend(frameon=False, fontsize=9, loc="upper left")
    return (
        f"The posterior of a normal mean, exactly {mean:.3f} with sd {sd:.3f}; a "
        f"histogram of NUTS has {loc.draws.mean():.3f} and {loc.draws.std():.3f}, the curve of "
        f"ADVI {advi_mean:.3f} and {advi_sd:.3f}."
    )
