"""Move a point over the plane: what the networks say there, and why they are not sure.

You will see the exhibit of notebook 15: the map with the point, what each network says at it, and
the entropy of their mean with its two parts. On a boundary the networks agree on a coin toss; far
away they contradict each other. Next: :mod:`bnn_teach.exhibits.quiz`.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from contourpy import LineType, contour_generator
from numpy.typing import ArrayLike

from bnn_teach import exhibits as ex
from bnn_teach.errors import ArgumentError, ShapeError
from bnn_teach.exhibits.panels import named_bars
from bnn_teach.plots.words import number
from bnn_teach.prediction import EntropyDecomposition, decompose_entropy

_SURE = 0.25  # nats: the entropy of a class that has a probability of 93 %
_LEVEL = 0.3  # nats: where the map has a line for each part of the entropy
_EVERY = 3  # places of the grid from one stop of a slider to the next
_AXES = ("first input", "second input")
_EDGES = np.linspace(0, 1, 11)
_SPLIT = ("total", "epistemic", "aleatoric")


def move_a_point(
    x1: ArrayLike,
    x2: ArrayLike,
    probabilities: Mapping[str, np.ndarray],
    data: Mapping[str, tuple[ArrayLike, ArrayLike]],
) -> ex.Exhibit:
    """Build the exhibit from draws of a probability on a grid.

    Two sliders move the point; a choice of data appears where there are several.

    Parameters
    ----------
    x1, x2 : array_like, shape (N,) and (M,)
        The grid's places along both axes, in increasing order.
    probabilities : mapping of str to ndarray, shape (chain, draw, M, N)
        By the name of a data set: what each network says, the probability of class 1.
    data : mapping of str to (x, y)
        By the same names: points, shape (K, 2), and their classes, shape (K,) or (K, 1).

    Raises
    ------
    ArgumentError
        The names of probabilities and data differ, or a value is not a probability.
    ShapeError
        Probabilities and grid do not fit.
    """
    grid = first, second = [np.asarray(each, float).reshape(-1) for each in (x1, x2)]
    if not probabilities or list(probabilities) != list(data):
        raise ArgumentError(
            f"probabilities, data: got {', '.join(probabilities) or 'none'} and "
            f"{', '.join(data) or 'none'}, expected the same names in both, in the same order."
        )
    known = {}
    for name, draws in probabilities.items():
        if np.ndim(draws) != 4 or draws.shape[2:] != (len(second), len(first)):
            raise ShapeError(
                f"probabilities[{name!r}]: got shape {np.shape(draws)}, expected (chain, draw, "
                f"{len(second)}, {len(first)}), a row for each x2 and a column for each x1."
            )
        x, y = np.asarray(data[name][0], float), np.asarray(data[name][1]).reshape(-1)
        split = decompose_entropy(draws)
        known[name] = draws, split, x, _map(first, second, draws, split, x, y)
    xlim, ylim = ((each[0], each[-1]) for each in grid)

    def frame(x1: float, x2: float, data: str) -> ex.Frame:
        draws, split, x, always = known[data]
        j, i = int(np.abs(second - x2).argmin()), int(np.abs(first - x1).argmin())
        said = draws[..., j, i].ravel()
        parts = EntropyDecomposition(*(float(part[j, i]) for part in split))
        nearest = np.sqrt(((x - [x1, x2]) ** 2).sum(axis=1)).min()
        says = (
            f"{data}: at ({x1:g}, {x2:g}) the networks' mean probability of class 1 is "
            f"{said.mean():.2f}. Its entropy of {parts.total:.2f} nats is {parts.epistemic:.2f} "
            f"epistemic and {parts.aleatoric:.2f} aleatoric: {_verdict(parts)} The nearest data "
            f"point is {number(nearest)} away."
        )
        here = [*always, ex.Points(x1, x2, "warning", "the point", size=8)]
        panels = [
            ex.Panel(here, *_AXES, xlim=xlim, ylim=ylim, title="where"),
            _histogram(said),
            _why(parts),
        ]
        return ex.Frame(panels, says)

    sliders = []
    for name, label, places in zip(("x1", "x2"), _AXES, grid, strict=True):
        stops = [float(f"{value:.6g}") for value in places[::_EVERY]]  # without rounding errors
        sliders.append(ex.Slider(name, stops, label, stops[len(stops) // 2]))
    title = "Not sure: a coin toss, or ignorance?"
    if len(known) > 1:
        return ex.Exhibit(frame, [*sliders, ex.Choice("data", known)], title)
    (only,) = known
    return ex.Exhibit(lambda x1, x2: frame(x1, x2, only), sliders, title)


def _map(
    x1: np.ndarray,
    x2: np.ndarray,
    draws: np.ndarray,
    split: EntropyDecomposition,
    x: np.ndarray,
    y: np.ndarray,
) -> list[ex.Mark]:
    """Return what the map always shows: points, boundary, and a line for each part."""
    marks: list[ex.Mark] = []
    for values, level, role, label in (
        (split.epistemic, _LEVEL, "epistemic", f"epistemic part is {_LEVEL:g}"),
        (split.aleatoric, _LEVEL, "noise", f"aleatoric part is {_LEVEL:g}"),
        (draws.mean(axis=(0, 1)), 0.5, "truth", "boundary: mean probability 0.5"),
    ):
        generator = contour_generator(x1, x2, values, line_type=LineType.ChunkCombinedNan)
        line = generator.lines(level)[0][0]
        if line is not None:
            marks.append(ex.Line(line[:, 0], line[:, 1], role, label))
    for k, role in enumerate(("ensemble", "data")):
        chosen = x[y == k]
        if chosen.size:
            marks.append(ex.Points(chosen[:, 0], chosen[:, 1], role, f"class {k}", size=2))
    return marks


def _histogram(said: np.ndarray) -> ex.Panel:
    share = np.histogram(said, _EDGES)[0] / said.size
    bars = ex.Bars(_EDGES[:-1], _EDGES[1:], share, "nuts")
    names = "probability of class 1", "share of networks"
    return ex.Panel([bars], *names, xlim=(0, 1), ylim=(0, 1), title="what they say")


def _why(parts: EntropyDecomposition) -> ex.Panel:
    coin = ex.Line([-0.5, 2.5], np.log(2), "truth", "log 2, a fair coin")
    return named_bars(
        dict(zip(_SPLIT, parts, strict=True)),
        ["data", "epistemic", "noise"],
        coin,
        ylabel="entropy in nats",
        ylim=(0, 0.75),
        title="why",
    )


def _verdict(parts: EntropyDecomposition) -> str:
    if parts.total < _SURE:
        return "the networks agree, and most are sure."
    if parts.epistemic > parts.aleatoric:
        return "mostly ignorance, the networks contradict each other."
    return "mostly a coin toss, the networks agree that both classes occur here."
