"""The anatomy of a band: which interval, of what, at which level, and what it really holds.

You will see the exhibit of notebook 07. On the left is the band that the reader has asked for, with
a warning where the frame cuts it off; on the right, at each x, the share of draws inside.
Next: :mod:`bnn_teach.exhibits.quiz`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import norm

from bnn_teach import exhibits as ex
from bnn_teach.errors import ShapeError
from bnn_teach.exhibits.panels import cropped
from bnn_teach.plots.words import number, percent, where

QUANTILES, DEVIATIONS = "quantiles", "mean ± k sd"
_NOISE = {"the function f": 0, "a measurement y": 1}
_LEVELS = (0.5, 0.68, 0.8, 0.9, 0.95, 0.99)


def interval(draws: np.ndarray, level: float, kind: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the ends of an interval at each x, each of shape (N,), of draws of shape (S, N).

    ``"mean ± k sd"`` takes the k that would hold ``level`` of a Gaussian: 1.96 for 95 %.
    """
    if kind == QUANTILES:
        lower, upper = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2], axis=0)
        return lower, upper
    half = norm.ppf((1 + level) / 2) * draws.std(axis=0)
    return draws.mean(axis=0) - half, draws.mean(axis=0) + half


def band_anatomy(
    x: ArrayLike,
    draws: Mapping[str, tuple[ArrayLike, ArrayLike]],
    data: tuple[ArrayLike, ArrayLike],
    *,
    truth: Callable[[np.ndarray], ArrayLike],
    ylim: tuple[float, float] = (-4.0, 4.0),
) -> ex.Exhibit:
    """Choose an interval, its level, and whether noise belongs to it; see what it really holds.

    Parameters
    ----------
    x : array_like, shape (N,) or (N, 1)
        In increasing order; about 60 places are enough.
    draws : mapping of str to (f, y)
        By a name such as ``"prior_scale 1"``: draws of the function and of a measurement, each of
        shape (..., N) or (..., N, 1).
    data : tuple of two array_like, shape (M,) or (M, 1)
        The points (x, y).
    truth : callable
        The function behind the points; takes inputs of shape (N,).
    ylim : tuple of two float, optional
        What the y axis shows. Where the band leaves it, the picture says so.

    Raises
    ------
    ShapeError
        Draws do not have one value for each x.
    """
    places = np.asarray(x, float).reshape(-1)
    kept = {
        name: tuple(_flat(name, each, len(places)) for each in pair) for name, pair in draws.items()
    }

    def frame(model: str, kind: str, of: str, level: float) -> ex.Frame:
        noisy = bool(_NOISE[of])
        sample, role = kept[model][noisy], "noise" if noisy else "band"
        lower, upper = interval(sample, level, kind)
        inside = np.mean((sample >= lower) & (sample <= upper), axis=0)
        middle = np.median(sample, axis=0) if kind == QUANTILES else sample.mean(axis=0)
        marks: list[ex.Mark] = [
            ex.Band(places, lower, upper, role, hatch=noisy),
            ex.Line(places, middle, role),
            ex.Line(places, truth(places), "truth", "true function"),
            ex.Points(*data, "data", "data"),
        ]
        marks += cropped(places, lower, upper, ylim, "the band leaves the picture")
        low, high = int(inside.argmin()), int(inside.argmax())
        least, most = (percent(inside[i]) for i in (low, high))
        held = f"{least} of the draws at every x"
        if least != most:
            held = f"between {least} (at x = {number(places[low])}) and {most} (at x = "
            held += f"{number(places[high])}) of the draws"
        says = f"{model}, {kind}, {percent(level)}, for {of}: the interval holds {held}."
        cut = (lower < ylim[0]) | (upper > ylim[1])
        if cut.any():
            says += f" It leaves the picture for {where(places, cut)}."
        shares = [
            ex.Line(places, level, "ensemble", "what it claims"),
            ex.Line(places, inside, role, "what it holds"),
        ]
        band = ex.Panel(marks, "x", "y" if noisy else "f(x)", ylim=ylim)
        return ex.Frame([band, ex.Panel(shares, "x", "share of draws inside", ylim=(0.4, 1))], says)

    controls = [
        ex.Choice("model", kept),
        ex.Choice("kind", [QUANTILES, DEVIATIONS], "interval"),
        ex.Choice("of", _NOISE),
        ex.Slider("level", _LEVELS, value=0.95),
    ]
    return ex.Exhibit(frame, controls, title="Anatomy of a band", live=True)


def _flat(name: str, values: ArrayLike, count: int) -> np.ndarray:
    array = np.asarray(values, float)
    if array.ndim > 2 and array.shape[-1] == 1:
        array = array[..., 0]
    if array.ndim < 2 or array.shape[-1] != count:
        raise ShapeError(
            f"draws[{name!r}]: got shape {np.shape(values)}, expected (..., {count}) or "
            f"(..., {count}, 1), with one value for each x."
        )
    return array.reshape(-1, count)
