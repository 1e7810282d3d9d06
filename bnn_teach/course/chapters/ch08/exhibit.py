"""The fair lab: is it the prior, or the method? An exhibit for notebook 08.

You will see bands that were computed beforehand, one for each method, prior scale, start and seed,
laid over that of NUTS: over NUTS on the same model, or over NUTS on the article's. On the right
stands what the eye finds hard, how many times wider or narrower the band is, region by region.
Next: :mod:`bnn_teach.exhibits.pictures`.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from bnn_teach import exhibits as ex
from bnn_teach.course.chapters.ch08.bands import FairLab, LabBand
from bnn_teach.course.datasets import Regression
from bnn_teach.exhibits.panels import cropped, named_bars

METHODS = {"mean field": "advi", "full rank": "fullrank_advi"}
"""What the reader chooses from, and the role of each in pictures."""
SAME, ARTICLE = "the same prior", "prior scale 3, as the article"
MIXTURE = "mixture"
_TICKS: dict[float, str] = {-4: "1/16", -3: "1/8", -2: "1/4", -1: "1/2", 0: "1", 1: "2", 2: "4"}
_POWERS = (-5.0, 2.0)  # of two, that are shown
_YLIM = (-4.0, 4.0)


def width_ratios(
    band: LabBand, reference: LabBand, regions: Mapping[str, np.ndarray]
) -> dict[str, float]:
    """Return how many times as wide a band is as another, on average over each region.

    ``regions`` says which x belong to each: masks of the shape (N,), as the bands have.
    """
    return {
        name: float(band.width[mask].mean() / reference.width[mask].mean())
        for name, mask in regions.items()
    }


def fair_lab(lab: FairLab, data: Regression, regions: Mapping[str, np.ndarray]) -> ex.Exhibit:
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
    starts = sorted({each.initial_scale for each in lab.fits if each.initial_scale is not None})
    seeds = sorted({each.seed for each in lab.fits if each.seed is not None})

    def frame(
        method: str, prior_scale: float, initial_scale: float, fit: str, reference: str
    ) -> ex.Frame:
        seed = None if fit == MIXTURE else int(fit.removeprefix("seed "))
        band = found.get((METHODS[method], prior_scale, initial_scale, seed))
        other = nuts[prior_scale if reference == SAME else max(nuts)]
        ratios = width_ratios(band, other, regions) if band else dict.fromkeys(regions, np.nan)
        ends = np.array([-0.5, len(regions) - 0.5])
        bars = named_bars(
            {name: np.clip(np.log2(ratio), *_POWERS) for name, ratio in ratios.items()},
            [METHODS[method]] * len(regions),
            ex.Line(ends, 0, "nuts", "as wide as NUTS"),
            ylabel="width over NUTS's",
            ylim=_POWERS,  # on which twice and half are equally far from one
            yticks=_TICKS,
        )
        start = f"{method} ADVI, prior scale {prior_scale:g}, initial sd {initial_scale:g}, {fit}"
        says = f"{start[0].upper()}{start[1:]}: {_say(band, other, ratios)}"
        return ex.Frame([_bands(lab.x, band, other, method, data), bars], says)

    controls = [
        ex.Choice("method", METHODS),
        ex.Slider("prior_scale", sorted(nuts), "prior scale"),
        ex.Slider("initial_scale", starts, "initial sd"),
        ex.Choice("fit", [*(f"seed {seed}" for seed in seeds), MIXTURE], "which fit"),
        ex.Choice("reference", [SAME, ARTICLE], "beside NUTS with"),
    ]
    return ex.Exhibit(frame, controls, title="Is it the prior, or the method?")


def _bands(
    x: np.ndarray, band: LabBand | None, other: LabBand, method: str, data: Regression
) -> ex.Panel:
    marks: list[ex.Mark] = [ex.Band(x, other.lower, other.upper, "nuts", "NUTS, 95 %")]
    if band:
        role = METHODS[method]
        marks.append(ex.Band(x, band.lower, band.upper, role, f"{method} ADVI, 95 %"))
        marks.append(ex.Line(x, band.median, role))
    marks.append(ex.Line(x, data.truth(x), "truth", "true sine", width=1.5))
    marks.append(ex.Points(data.x, data.y, "data", "data", size=2))
    lower, upper = other.lower, other.upper
    if band:
        lower, upper = np.minimum(lower, band.lower), np.maximum(upper, band.upper)
    marks += cropped(x, lower, upper, _YLIM, "a band leaves the picture")
    return ex.Panel(marks, "x", "f(x)", xlim=(-1.5, 1.5), ylim=_YLIM)


def _say(band: LabBand | None, other: LabBand, ratios: Mapping[str, float]) -> str:
    if band is None:
        return "nothing to mix, for all fits from this start have collapsed."
    if band.collapsed:
        return f"collapsed to a flat line, which misses the points by {band.misfit:.2f}."
    shares = ", ".join(f"{ratio:.2f} {name}" for name, ratio in ratios.items())
    level = "" if band.elbo is None else f" Its ELBO is {band.elbo:.0f} nats."
    against = f"NUTS at prior scale {other.prior_scale:g}"
    return f"the band's width over that of {against} is {shares}.{level}"
