"""The fair lab: is it the prior, or the method? An exhibit for notebook 08.

You will see bands that were computed beforehand, one for each method, prior scale, start and seed,
laid over that of NUTS: over NUTS on the same model, or over NUTS on the article's. On the right
stands what the eye finds hard, how many times wider or narrower the band is, region by region.
Next: :mod:`bnn_teach.exhibits.pictures`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike

from bnn_teach.exhibits.controls import Choice, Slider
from bnn_teach.exhibits.exhibit import Exhibit
from bnn_teach.exhibits.frames import Frame, Panel
from bnn_teach.exhibits.marks import Band, Bars, Line, Mark, Points

METHODS = {"mean field": "advi", "full rank": "fullrank_advi"}
"""What the reader chooses from, and the role of each in pictures."""
SAME, ARTICLE = "the same prior", "prior scale 3, as the article"
MIXTURE = "mixture"
_TICKS: dict[float, str] = {-4: "1/16", -3: "1/8", -2: "1/4", -1: "1/2", 0: "1", 1: "2", 2: "4"}
_NARROWEST, _WIDEST = -5.0, 2.0  # powers of two


class Result(Protocol):
    """A band, and where it comes from: :class:`bnn_teach.course.chapters.ch08.bands.LabBand`."""

    method: Any
    prior_scale: Any
    initial_scale: Any
    seed: Any
    elbo: Any
    misfit: Any
    lower: Any
    median: Any
    upper: Any

    @property
    def width(self) -> Any:
        """Upper minus lower."""

    @property
    def collapsed(self) -> bool:
        """Whether it is a flat line."""


class Results(Protocol):
    """All of them: :class:`bnn_teach.course.chapters.ch08.bands.FairLab`."""

    x: Any
    nuts: Any
    fits: Any
    mixtures: Any


class Points1D(Protocol):
    """The data set."""

    x: np.ndarray
    y: np.ndarray
    truth: Callable[[ArrayLike], np.ndarray]


def width_ratios(
    band: Result, reference: Result, regions: Mapping[str, np.ndarray]
) -> dict[str, float]:
    """Return how many times as wide a band is as another, on average over each region.

    Parameters
    ----------
    band, reference : Result
        With a ``width`` of shape (N,).
    regions : mapping of str to ndarray of bool, shape (N,)
        Which x belong to each.
    """
    return {
        name: float(band.width[mask].mean() / reference.width[mask].mean())
        for name, mask in regions.items()
    }


def fair_lab(lab: Results, data: Points1D, regions: Mapping[str, np.ndarray]) -> Exhibit:
    """Build the exhibit: method, prior scale, initial standard deviation, seed, and reference.

    Parameters
    ----------
    lab : FairLab
        What :func:`bnn_teach.course.chapters.ch08.bands.read_fair_lab` returns.
    data : data set
        Which all of them were fitted to.
    regions : mapping of str to ndarray of bool, shape (num_points,)
        Which of ``lab.x`` belong to each.
    """
    nuts = {band.prior_scale: band for band in lab.nuts}
    found = {
        (each.method, each.prior_scale, each.initial_scale, each.seed): each
        for each in (*lab.fits, *lab.mixtures)
    }
    starts = sorted({each.initial_scale for each in lab.fits})
    seeds = sorted({each.seed for each in lab.fits})
    widest = max(nuts)

    def frame(
        method: str, prior_scale: float, initial_scale: float, fit: str, reference: str
    ) -> Frame:
        seed = None if fit == MIXTURE else int(fit.removeprefix("seed "))
        band = found.get((METHODS[method], prior_scale, initial_scale, seed))
        other = nuts[prior_scale if reference == SAME else widest]
        ratios = width_ratios(band, other, regions) if band else {}
        panels = [_bands(lab.x, band, other, method, data), _ratios(ratios, regions, method)]
        start = f"{method} ADVI, prior scale {prior_scale:g}, initial sd {initial_scale:g}, {fit}"
        return Frame(panels, says=f"{start[0].upper()}{start[1:]}: {_say(band, other, ratios)}")

    controls = [
        Choice("method", list(METHODS), label="method"),
        Slider("prior_scale", sorted(nuts), label="prior scale"),
        Slider("initial_scale", starts, label="initial sd", value=starts[0]),
        Choice("fit", [*(f"seed {seed}" for seed in seeds), MIXTURE], label="which fit"),
        Choice("reference", [SAME, ARTICLE], label="beside NUTS with"),
    ]
    return Exhibit(frame, controls, title="Is it the prior, or the method?")


def _bands(x: np.ndarray, band: Result | None, other: Result, method: str, data: Points1D) -> Panel:
    marks: list[Mark] = [Band(x, other.lower, other.upper, role="nuts", label="NUTS, 95 %")]
    if band:
        role = METHODS[method]
        marks += [
            Band(x, band.lower, band.upper, role=role, label=f"{method} ADVI, 95 %"),
            Line(x, band.median, role=role),
        ]
    marks += [
        Line(x, data.truth(x), role="truth", label="true sine", width=1.5),
        Points(data.x, data.y, role="data", label="data", size=2),
    ]
    return Panel(marks, xlabel="x", ylabel="f(x)", xlim=(-1.5, 1.5), ylim=(-4, 4))


def _ratios(ratios: Mapping[str, float], names: Sequence[str] | Any, method: str) -> Panel:
    """Draw the ratios on a scale on which twice and half are equally far from one."""
    places = np.arange(len(names), dtype=float)
    marks: list[Mark] = []
    if ratios:
        height = np.clip(np.log2(list(ratios.values())), _NARROWEST, _WIDEST)
        marks = [Bars(places - 0.35, places + 0.35, height, role=METHODS[method])]
    marks.append(Line([-0.5, len(names) - 0.5], [0, 0], role="nuts", label="as wide as NUTS"))
    return Panel(
        marks,
        ylabel="width over NUTS's",
        xlim=(-0.5, len(names) - 0.5),
        ylim=(_NARROWEST, _WIDEST),
        xticks=dict(zip(places, names, strict=True)),
        yticks=_TICKS,
    )


def _say(band: Result | None, other: Result, ratios: Mapping[str, float]) -> str:
    if band is None:
        return "nothing to mix, for all fits from this start have collapsed."
    if band.collapsed:
        return f"collapsed to a flat line, which misses the points by {band.misfit:.2f}."
    shares = ", ".join(f"{ratio:.2f} {name}" for name, ratio in ratios.items())
    level = "" if band.elbo is None else f" Its ELBO is {band.elbo:.0f} nats."
    against = f"NUTS at prior scale {other.prior_scale:g}"
    return f"the band's width over that of {against} is {shares}.{level}"
