"""What the fair lab found, as records: one band for each run, and the file that keeps them.

You will find :func:`read_fair_lab`, and :func:`judge`, which notebook 08 calls. Next:
:mod:`bnn_teach.course.chapters.ch08.experiment`, which makes the file; or
:mod:`bnn_teach.course.chapters.ch08.exhibit`, where a reader turns the knobs.
"""

from __future__ import annotations

import json
import pathlib
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any, NamedTuple

import numpy as np

import bnn_teach
from bnn_teach.course.material import find_data
from bnn_teach.errors import ArgumentError
from bnn_teach.exhibits import interval_score
from bnn_teach.prediction import quantile_band

COLLAPSED = 0.3  # a median curve that misses the points by more, three times the noise, is no fit
_PACKAGES = ("tensorflow", "tensorflow-probability", "numpy")


class LabBand(NamedTuple):
    """Quantiles of many functions at every x, and where they come from."""

    method: str
    """``"nuts"``, ``"advi"`` or ``"fullrank_advi"``."""
    prior_scale: float
    """Of the model."""
    initial_scale: float | None
    """Of q at step 0; None for NUTS."""
    seed: int | None
    """Of the fit; None for NUTS, and for the mixture of all fits that did not collapse."""
    elbo: float | None
    """Mean over the last eighth of the steps, in nats; None where there is no single fit."""
    flat: bool | None
    """Whether the library called the ELBO flat at the end."""
    r_hat: float | None
    """The largest of f(x) over all x, for NUTS."""
    misfit: float
    """Root mean square distance of the median curve from the points, in the unit of y."""
    lower: np.ndarray
    """Quantile 0.025, shape (num_points,)."""
    median: np.ndarray
    """Shape (num_points,)."""
    upper: np.ndarray
    """Quantile 0.975, shape (num_points,)."""

    @property
    def collapsed(self) -> bool:
        """Whether the median curve misses the points by more than three times the noise."""
        return self.misfit > COLLAPSED

    @property
    def width(self) -> np.ndarray:
        """Of the 95 % band at every x, shape (num_points,)."""
        return self.upper - self.lower


class FairLab(NamedTuple):
    """What the file holds."""

    settings: dict[str, Any]
    """Those of :class:`~bnn_teach.course.chapters.ch08.experiment.LabSettings`."""
    versions: dict[str, str]
    """Of the packages that computed it."""
    x: np.ndarray
    """Shape (num_points,)."""
    nuts: list[LabBand]
    """One for each prior scale."""
    fits: list[LabBand]
    """One for each method, prior scale, initial scale and seed."""
    mixtures: list[LabBand]
    """One for each method, prior scale and initial scale of which a fit did not collapse."""


class Judgement(NamedTuple):
    """What a band is worth in a region, against draws of a reference posterior."""

    width: float
    """Mean width over that of the reference's own band: less than 1 is narrower."""
    held: float
    """Share of the reference's draws inside it, of all x of the region."""
    score: float
    """Mean interval score over that of the reference's own band; 1 is best, more is worse."""


def judge(
    lower: np.ndarray, upper: np.ndarray, reference: np.ndarray, regions: Mapping[str, np.ndarray]
) -> dict[str, Judgement]:
    """Judge a 95 % band, edges of shape (N,), by a reference's draws, shape (chain, draw, N).

    The interval score is the width and a fine for each draw that is missed. On average over the
    reference no band scores better than the reference's own quantiles.
    """
    draws = reference.reshape(-1, reference.shape[-1])
    own = quantile_band(reference)
    inside = ((lower <= draws) & (draws <= upper)).mean(axis=0)
    scores = [interval_score(*edges, draws).mean(axis=0) for edges in ((lower, upper), own)]
    return {
        name: Judgement(
            float((upper - lower)[mask].mean() / (own[1] - own[0])[mask].mean()),
            float(inside[mask].mean()),
            float(scores[0][mask].mean() / scores[1][mask].mean()),
        )
        for name, mask in regions.items()
    }


# --- The file ---------------------------------------------------------------------------------


def as_text(settings: dict[str, Any], x: np.ndarray, bands: dict[str, list[LabBand]]) -> str:
    """Return JSON with one band a line, so that two versions can be compared."""
    versions = {name: version(name) for name in _PACKAGES} | {"bnn_teach": bnn_teach.__version__}
    head = {"settings": settings, "versions": versions, "x": np.round(x, 4).tolist()}
    entries = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in head.items()]
    for name, each in bands.items():
        lines = ",\n".join(json.dumps(band._asdict(), default=np.ndarray.tolist) for band in each)
        entries.append(f"{json.dumps(name)}: [\n{lines}\n]")
    return "{\n" + ",\n".join(entries) + "\n}\n"


def read_fair_lab(path: str | pathlib.Path) -> FairLab:
    """Read what :func:`~bnn_teach.course.chapters.ch08.experiment.run_fair_lab` wrote.

    Where there is no such file, or another one, the ``ArgumentError`` says how to make it.
    """
    path = find_data(path)
    advice = f"Make it with: python -m bnn_teach fair-lab --output {path}"
    if not path.is_file():
        raise ArgumentError(f"{path}: there is no such file. {advice}")
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        bands = {k: [_as_band(each) for each in stored[k]] for k in ("nuts", "fits", "mixtures")}
        return FairLab(stored["settings"], stored["versions"], np.array(stored["x"]), **bands)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ArgumentError(
            f"{path}: expected the file of a fair lab, and it is not one "
            f"({type(error).__name__}: {error}). {advice}"
        ) from error


def _as_band(stored: dict[str, Any]) -> LabBand:
    curves = {name: np.array(stored[name]) for name in ("lower", "median", "upper")}
    return LabBand(**(stored | curves))
