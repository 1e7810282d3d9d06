"""Move a point over the plane: what the networks say there, and why they are not sure.

You will see the exhibit of notebook 15: the map with the point, what each network says at it, and
the entropy of their mean with its two parts. On a boundary the networks agree on a coin toss; far
away they contradict each other. Next:
:mod:`bnn_teach.exhibits.quiz`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from contourpy import contour_generator
from numpy.typing import ArrayLike

from bnn_teach.arguments import as_count
from bnn_teach.errors import ArgumentError, ShapeError
from bnn_teach.exhibits.controls import Choice, Slider
from bnn_teach.exhibits.exhibit import Exhibit
from bnn_teach.exhibits.frames import Frame, Panel
from bnn_teach.exhibits.marks import Bars, Line, Mark, Points
from bnn_teach.plots.words import number
from bnn_teach.prediction import EntropyDecomposition, decompose_entropy

_SURE = 0.25  # nats: the entropy of a class that has a probability of 93 %
_AXES = ("first input", "second input")
_EDGES = np.linspace(0, 1, 11)


def move_a_point(
    x1: ArrayLike,
    x2: ArrayLike,
    probabilities: Mapping[str, np.ndarray],
    data: Mapping[str, tuple[ArrayLike, ArrayLike]],
    *,
    every: int = 3,
    level: float = 0.3,
) -> Exhibit:
    """Build the exhibit from draws of a probability on a grid.

    Parameters
    ----------
    x1, x2 : array_like, shape (N,) and (M,)
        The grid's places along both axes, in increasing order.
    probabilities : mapping of str to ndarray, shape (chain, draw, M, N)
        By the name of a data set: what each network says, the probability of class 1.
    data : mapping of str to (x, y)
        By the same names: points, shape (K, 2), and their classes, shape (K,) or (K, 1).
    every : int, optional
        The sliders stop at every so many places of the grid.
    level : float, optional
        The map has a line where each part of the entropy is this large, in nats.

    Returns
    -------
    Exhibit
        With two sliders for the point, and a choice of data where there are several.

    Raises
    ------
    ArgumentError
        The names of probabilities and data differ, or a value is not a probability.
    ShapeError
        Probabilities and grid do not fit.
    """
    first, second = (np.asarray(each, float).reshape(-1) for each in (x1, x2))
    every = as_count("every", every, 1)
    if not probabilities or list(probabilities) != list(data):
        raise ArgumentError(
            f"probabilities, data: came {', '.join(probabilities) or 'none'} and "
            f"{', '.join(data) or 'none'}; expected the same names in both, in the same order."
        )
    known = {}
    for name, draws in probabilities.items():
        if np.ndim(draws) != 4 or draws.shape[2:] != (len(second), len(first)):
            raise ShapeError(
                f"probabilities[{name!r}]: came shape {np.shape(draws)}; expected (chain, draw, "
                f"{len(second)}, {len(first)}), a row for each x2 and a column for each x1."
            )
        x, y = np.asarray(data[name][0], float), np.asarray(data[name][1]).reshape(-1)
        split = decompose_entropy(draws)
        known[name] = draws, split, x, _map(first, second, draws, split, x, y, level)

    def frame(x1: float, x2: float, data: str) -> Frame:
        draws, split, x, always = known[data]
        j, i = int(np.abs(second - x2).argmin()), int(np.abs(first - x1).argmin())
        said = draws[..., j, i].ravel()
        parts = EntropyDecomposition(*(float(part[j, i]) for part in split))
        here: list[Mark] = [*always, Points([x1], [x2], "warning", "the point", size=8)]
        nearest = np.sqrt(((x - [x1, x2]) ** 2).sum(axis=1)).min()
        says = (
            f"{data}: at ({x1:g}, {x2:g}) the networks' mean probability of class 1 is "
            f"{said.mean():.2f}. Its entropy of {parts.total:.2f} nats is {parts.epistemic:.2f} "
            f"epistemic and {parts.aleatoric:.2f} aleatoric: {_verdict(parts)} The nearest data "
            f"point is {number(nearest)} away."
        )
        return Frame(
            [
                Panel(here, *_AXES, xlim=_ends(first), ylim=_ends(second), title="where"),
                _histogram(said),
                _parts(parts),
            ],
            says.replace("-", "\N{MINUS SIGN}"),
        )

    places = [_shortened(each[::every]) for each in (first, second)]
    middle = [values[len(values) // 2] for values in places]
    sliders = [
        Slider(name, values, label, value)
        for name, values, label, value in zip(("x1", "x2"), places, _AXES, middle, strict=True)
    ]
    title = "Not sure: a coin toss, or ignorance?"
    if len(known) > 1:
        return Exhibit(frame, [*sliders, Choice("data", list(known), "data")], title=title)
    (only,) = known
    return Exhibit(lambda x1, x2: frame(x1, x2, only), sliders, title=title)


def _map(
    x1: np.ndarray,
    x2: np.ndarray,
    draws: np.ndarray,
    split: EntropyDecomposition,
    x: np.ndarray,
    y: np.ndarray,
    level: float,
) -> list[Mark]:
    """Return what the map always shows: points, boundary, and a line for each part."""
    marks: list[Mark] = []
    for values, height, role, label in (
        (split.epistemic, level, "epistemic", f"epistemic part is {level:g}"),
        (split.aleatoric, level, "noise", f"aleatoric part is {level:g}"),
        (draws.mean(axis=(0, 1)), 0.5, "truth", "boundary: mean probability 0.5"),
    ):
        contours: Any = contour_generator(x1, x2, values).lines(height)
        if contours:
            together = np.concatenate([np.vstack([each, [np.nan, np.nan]]) for each in contours])
            marks.append(Line(together[:, 0], together[:, 1], role, label))
    for k, role in enumerate(("ensemble", "data")):
        chosen = x[y == k]
        if chosen.size:
            marks.append(Points(chosen[:, 0], chosen[:, 1], role, f"class {k}", size=2))
    return marks


def _histogram(said: np.ndarray) -> Panel:
    share = np.histogram(said, _EDGES)[0] / said.size
    bars = Bars(_EDGES[:-1], _EDGES[1:], share, "nuts")
    return Panel(
        [bars], "probability of class 1", "share of networks", (0, 1), (0, 1), "what they say"
    )


def _parts(parts: EntropyDecomposition) -> Panel:
    marks: list[Mark] = [
        Bars([place - 0.35], [place + 0.35], [height], role, hatch=role == "noise")
        for place, (height, role) in enumerate(
            zip(parts, ("data", "epistemic", "noise"), strict=True)
        )
    ]
    marks.append(Line([-0.5, 2.5], [np.log(2)] * 2, "truth", "log 2, a fair coin"))
    ticks = {0.0: "total", 1.0: "epistemic", 2.0: "aleatoric"}
    return Panel(marks, "", "entropy in nats", (-0.5, 2.5), (0, 0.75), "why", xticks=ticks)


def _verdict(parts: EntropyDecomposition) -> str:
    if parts.total < _SURE:
        return "the networks agree, and most are sure."
    if parts.epistemic > parts.aleatoric:
        return "mostly ignorance, the networks contradict each other."
    return "mostly a coin toss, the networks agree that both classes occur here."


def _shortened(values: np.ndarray) -> list[Any]:
    """Return numbers without the dust of rounding, as the sliders show them."""
    return [float(f"{value:.6g}") for value in values]


def _ends(values: np.ndarray) -> tuple[float, float]:
    return float(values[0]), float(values[-1])
