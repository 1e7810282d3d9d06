"""A budget: what is the best band that so many seconds can buy? An exhibit for notebook 14.

You will see several methods, each with its cost and with how far its band is from that of a long
run of NUTS. The reader chooses what may be spent, where the band is judged, and whether the
compiler is paid as well. :func:`frontier` says which methods are worth a thought at all. Next:
:mod:`bnn_teach.course.chapters.ch08.exhibit`, where the same data are the subject of a fair
comparison.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from bnn_teach import exhibits as ex
from bnn_teach.course.datasets import Regression
from bnn_teach.errors import ArgumentError, ShapeError

BUDGETS = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
"""What may be spent, in CPU seconds."""
COMPILED, FIRST = "a later call", "the first call"
"""Whether the program was compiled before, or is to be paid."""
_SECONDS: dict[float, str] = {-3: "0.001", -2: "0.01", -1: "0.1", 0: "1", 1: "10"}
_DISTANCES = (0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
_SMALL, _MIDDLE, _LARGE = 2.5, 4.5, 8.0  # pixels
_PLACES = {"gap": "in the gap", "near": "near the data", "far": "far from them"}


class Method(NamedTuple):
    """One way to get a band, what it costs, and how good it is."""

    method: str
    """Such as ``"MAP ensemble"``."""
    size: str
    """How much of it, such as ``"16 networks"``."""
    role: str
    """A key of :data:`bnn_teach.plots.colors`."""
    seconds: float
    """CPU time of a call, in seconds, with the program compiled before."""
    compiling: float
    """What the first call costs on top, in CPU seconds."""
    distance: Mapping[str, float]
    """How far its quantiles are from those of NUTS, by region."""
    lower: np.ndarray
    """Quantile 0.025 at N inputs, shape (N,)."""
    median: np.ndarray
    """Shape (N,)."""
    upper: np.ndarray
    """Quantile 0.975, shape (N,)."""

    @property
    def name(self) -> str:
        """Method and size in words."""
        return f"{self.method}, {self.size}"


def frontier(seconds: ArrayLike, distances: ArrayLike) -> np.ndarray:
    """Say which methods are on the Pareto front: none is cheaper, or as cheap, and nearer.

    Parameters
    ----------
    seconds, distances : array_like, shape (K,)
        Of each method; less is better.

    Returns
    -------
    ndarray of bool, shape (K,)
        False where another method is at least as good in both, and better in one.

    Raises
    ------
    ShapeError
        If there is not one of each.
    """
    cost, error = np.asarray(seconds, float), np.asarray(distances, float)
    if cost.ndim != 1 or cost.shape != error.shape:
        raise ShapeError(
            f"frontier: got shapes {cost.shape} and {error.shape}, expected (K,) twice, one "
            "number of each kind a method."
        )
    no_worse = (cost[:, None] <= cost) & (error[:, None] <= error)
    better = (cost[:, None] < cost) | (error[:, None] < error)
    return np.asarray(~(no_worse & better).any(axis=0))


def budget(
    methods: Sequence[Method], x: ArrayLike, reference: ArrayLike, data: Regression
) -> ex.Exhibit:
    """Build the exhibit: budget, region, and first or later call.

    Parameters
    ----------
    methods : sequence of Method
        All of them with the same regions.
    x : array_like, shape (N,) or (N, 1)
        Where the bands are known.
    reference : array_like, shape (2, N)
        Quantiles 0.025 and 0.975 of the reference posterior.
    data : data set
        The points, drawn beside.

    Raises
    ------
    ArgumentError
        If there is no method, or their regions differ.
    """
    if not methods or any(set(each.distance) != set(methods[0].distance) for each in methods):
        raise ArgumentError(
            f"methods: got {len(methods)}, expected one or more, all with the same regions."
        )
    edges = np.asarray(reference, float)
    distances = np.log10([list(each.distance.values()) for each in methods])
    cheapest = min(each.seconds for each in methods)
    xlim = np.log10(cheapest) - 0.3, np.log10(BUDGETS[-1]) + 0.2
    ylim = distances.min() - 0.15, distances.max() + 0.15
    ticks = {np.log10(each): f"{each:g}" for each in _DISTANCES}
    yticks = {at: text for at, text in ticks.items() if ylim[0] <= at <= ylim[1]}

    def frame(spend: float, region: str, clock: str) -> ex.Frame:
        cost = np.array([e.seconds + (clock == FIRST) * e.compiling for e in methods])
        distance = np.array([each.distance[region] for each in methods])
        affordable = cost <= spend
        says = f"At most {spend:g} CPU seconds, {clock}, judged {_PLACES.get(region, region)}: "
        marks = _tradeoff(methods, np.log10(cost), np.log10(distance), affordable)
        marks.append(ex.Line(np.log10(spend), ylim, "truth", "budget", width=1.5))
        bands: list[ex.Mark] = [ex.Band(x, edges[0], edges[1], "nuts", "long NUTS, 95 %")]
        if affordable.any():
            best = int(np.argmin(np.where(affordable, distance, np.inf)))
            bought = methods[best]
            at = np.log10(cost[best]), np.log10(distance[best])
            marks.append(ex.Points(*at, bought.role, size=_LARGE))
            bands.append(ex.Band(x, bought.lower, bought.upper, bought.role, "best buy, 95 %"))
            bands.append(ex.Line(x, bought.median, bought.role))
            says += (
                f"of {affordable.sum()} methods the nearest to NUTS is {bought.name}, at "
                f"{distance[best]:.2f} of its sd, for {cost[best]:.2g} s."
            )
        else:
            says += "nothing can be had."
        bands.append(ex.Points(data.x, data.y, "data", "data", size=2))
        names = "CPU seconds", "distance from NUTS, in sd"
        panels = [
            ex.Panel(bands, "x", "f(x)", xlim=(-1.5, 1.5), ylim=(-4, 4)),
            ex.Panel(marks, *names, xlim=xlim, ylim=ylim, xticks=_SECONDS, yticks=yticks),
        ]
        return ex.Frame(panels, says)

    controls = [
        ex.Slider("spend", BUDGETS, "CPU seconds", 0.1),
        ex.Choice("region", methods[0].distance, "judged"),
        ex.Choice("clock", [COMPILED, FIRST], "price of"),
    ]
    return ex.Exhibit(frame, controls, title="What does a second buy?")


def _tradeoff(
    methods: Sequence[Method], x: np.ndarray, y: np.ndarray, affordable: np.ndarray
) -> list[ex.Mark]:
    """Draw all methods by price and distance: small where too dear."""
    marks: list[ex.Mark] = []
    for role, method in {each.role: each.method for each in methods}.items():
        mine = np.array([each.role == role for each in methods])
        for chosen, size in ((mine & ~affordable, _SMALL), (mine & affordable, _MIDDLE)):
            if chosen.any():
                marks.append(ex.Points(x[chosen], y[chosen], role, method, size=size))
    return marks
