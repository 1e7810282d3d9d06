"""The anatomy of a band: which interval, of what, at which level, and what it really holds.

You will see the exhibit of notebook 07. On the left is the band that the reader has asked for, with
a warning where the frame cuts it off; on the right, at each x, the share of draws inside of it.
Next: :mod:`bnn_teach.exhibits.quiz`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from bnn_teach.errors import ShapeError
from bnn_teach.exhibits.controls import Choice, Slider
from bnn_teach.exhibits.exhibit import Exhibit
from bnn_teach.exhibits.frames import Frame, Panel
from bnn_teach.exhibits.marks import Band, Line, Mark, Points
from bnn_teach.plots.words import number, percent, where

QUANTILES, DEVIATIONS = "quantiles", "mean ± k sd"
_NOISE = {"the function f": 0, "a measurement y": 1}


def interval(draws: np.ndarray, level: float, kind: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the ends of an interval at each x, each of shape (N,), of draws of shape (S, N).

    ``"mean ± k sd"`` takes the k that would hold ``level`` of a Gaussian: 1.96 for 95 %.
    """
    if kind == QUANTILES:
        lower, upper = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2], axis=0)
        return lower, upper
    from scipy.stats import norm

    half = norm.ppf((1 + level) / 2) * draws.std(axis=0)
    return draws.mean(axis=0) - half, draws.mean(axis=0) + half


def band_anatomy(
    x: ArrayLike,
    draws: Mapping[str, tuple[ArrayLike, ArrayLike]],
    data: tuple[ArrayLike, ArrayLike],
    *,
    truth: Callable[[np.ndarray], ArrayLike] | None = None,
    levels: Sequence[float] = (0.5, 0.68, 0.8, 0.9, 0.95, 0.99),
    ylim: tuple[float, float] = (-4.0, 4.0),
) -> Exhibit:
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
    truth : callable, optional
        The function behind the points; takes inputs of shape (N,).
    levels : sequence of float, optional
        Probabilities that the interval claims. With a kernel any level in between.
    ylim : tuple of two float, optional
        What the y axis shows. Where the band leaves it, the picture says so.

    Returns
    -------
    Exhibit

    Raises
    ------
    ShapeError
        Draws do not have one value for each x.
    """
    places = np.asarray(x, float).reshape(-1)
    kept = {
        name: tuple(_flat(name, each, len(places)) for each in pair) for name, pair in draws.items()
    }
    points = Points(*data, role="data", label="data")
    always: list[Mark] = [points]
    if truth is not None:
        always.insert(0, Line(places, truth(places), role="truth", label="true function"))

    def frame(model: str, kind: str, of: str, level: float) -> Frame:
        sample = kept[model][_NOISE[of]]
        lower, upper = interval(sample, level, kind)
        inside = np.mean((sample >= lower) & (sample <= upper), axis=0)
        middle = np.median(sample, axis=0) if kind == QUANTILES else sample.mean(axis=0)
        role = "noise" if _NOISE[of] else "band"
        cut = (lower < ylim[0]) | (upper > ylim[1])
        marks: list[Mark] = [
            Band(places, lower, upper, role=role, hatch=bool(_NOISE[of])),
            Line(places, middle, role=role),
            *always,
        ]
        for edge, gone in ((ylim[0], lower < ylim[0]), (ylim[1], upper > ylim[1])):
            if gone.any():
                marks.append(Points(places[gone], np.full(gone.sum(), 0.97 * edge), role="warning",
                                    label="the band leaves the picture"))  # fmt: skip
        low, high = int(inside.argmin()), int(inside.argmax())
        least, most = (percent(inside[i]) for i in (low, high))
        held = f"{least} of the draws at every x"
        if least != most:
            held = f"between {least} (at x = {number(places[low])}) and {most} (at x = "
            held += f"{number(places[high])}) of the draws"
        says = f"{model}, {kind}, {percent(level)}, for {of}: the interval holds {held}."
        if cut.any():
            says += f" It leaves the picture for {where(places, cut)}."
        shares = [
            Line(places, np.full(len(places), level), role="truth", label="what it claims"),
            Line(places, inside, role=role, label="what it holds"),
        ]
        return Frame(
            [
                Panel(marks, xlabel="x", ylabel="y" if _NOISE[of] else "f(x)", ylim=ylim),
                Panel(shares, xlabel="x", ylabel="share of draws inside", ylim=(0.4, 1.0)),
            ],
            says=says,
        )

    controls = [
        Choice("model", list(kept), label="model"),
        Choice("kind", [QUANTILES, DEVIATIONS], label="interval"),
        Choice("of", list(_NOISE), label="of"),
        Slider("level", levels, label="level", value=0.95 if 0.95 in levels else None),
    ]
    return Exhibit(frame, controls, title="Anatomy of a band", live=frame)


def _flat(name: str, values: ArrayLike, count: int) -> np.ndarray:
    array = np.asarray(values, float)
    if array.ndim > 2 and array.shape[-1] == 1:
        array = array[..., 0]
    if array.ndim < 2 or array.shape[-1] != count:
        raise ShapeError(
            f"draws[{name!r}]: came shape {np.shape(values)}; expected (..., {count}) or "
            f"(..., {count}, 1), with one value for each x."
        )
    return array.reshape(-1, count)
