"""A budget: what is the best band that so many seconds can buy? An exhibit for notebook 14.

You will see the offers of several methods, each with its cost and with how far its band is from
that of a long run of NUTS. The reader chooses what may be spent, where the band is judged, and
whether the compiler is paid as well. :func:`frontier` says which offers are worth a thought at all.
Next: :mod:`bnn_teach.course.chapters.ch08.exhibit`, where the same data are the subject of a fair
comparison.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import ArrayLike

from bnn_teach.errors import ArgumentError, ShapeError
from bnn_teach.exhibits.controls import Choice, Slider
from bnn_teach.exhibits.exhibit import Exhibit
from bnn_teach.exhibits.frames import Frame, Panel
from bnn_teach.exhibits.marks import Band, Line, Mark, Points

BUDGETS = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
"""What may be spent, in CPU seconds."""
COMPILED, FIRST = "a later call", "the first call"
"""Whether the program was compiled before, or is to be paid."""
_SECONDS: dict[float, str] = {-3: "0.001", -2: "0.01", -1: "0.1", 0: "1", 1: "10"}
_DISTANCES = (0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
_SMALL, _MIDDLE, _LARGE = 2.5, 4.5, 8.0  # pixels


class Offer(NamedTuple):
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


class DataSet(Protocol):
    """The points, and what is true."""

    x: np.ndarray
    y: np.ndarray
    truth: Callable[[ArrayLike], np.ndarray]


def frontier(seconds: ArrayLike, distances: ArrayLike) -> np.ndarray:
    """Say which offers are on the Pareto frontier: none is cheaper, or as cheap, and nearer.

    Parameters
    ----------
    seconds, distances : array_like, shape (K,)
        Of each offer; less is better.

    Returns
    -------
    ndarray of bool, shape (K,)
        False where another offer is at least as good in both, and better in one.

    Raises
    ------
    ShapeError
        If there is not one of each.
    """
    cost, error = np.asarray(seconds, float), np.asarray(distances, float)
    if cost.ndim != 1 or cost.shape != error.shape:
        raise ShapeError(
            f"frontier: came shapes {cost.shape} and {error.shape}; expected (K,) twice, one "
            "number of each kind an offer."
        )
    no_worse = (cost[:, None] <= cost) & (error[:, None] <= error)
    better = (cost[:, None] < cost) | (error[:, None] < error)
    return np.asarray(~(no_worse & better).any(axis=0))


def budget(offers: Sequence[Offer], x: ArrayLike, reference: ArrayLike, data: DataSet) -> Exhibit:
    """Build the exhibit: budget, region, and first or later call.

    Parameters
    ----------
    offers : sequence of Offer
        All of them with the same regions.
    x : array_like, shape (N,) or (N, 1)
        Where the bands are known.
    reference : array_like, shape (2, N)
        Quantiles 0.025 and 0.975 of the yardstick.
    data : data set
        The points, drawn beside.

    Raises
    ------
    ArgumentError
        If there is no offer, or their regions differ.
    """
    if not offers or any(set(each.distance) != set(offers[0].distance) for each in offers):
        raise ArgumentError(
            f"offers: came {len(offers)}; expected one or more, all with the same regions."
        )
    places = np.asarray(x, float).reshape(-1)
    edges = np.asarray(reference, float)
    lowest = min(min(each.distance.values()) for each in offers)
    highest = max(max(each.distance.values()) for each in offers)
    cheapest = min(each.seconds for each in offers)
    view = {
        "xlim": (np.log10(cheapest) - 0.3, np.log10(BUDGETS[-1]) + 0.2),
        "ylim": (np.log10(lowest) - 0.15, np.log10(highest) + 0.15),
    }

    def frame(spend: float, region: str, clock: str) -> Frame:
        cost = np.array([e.seconds + (clock == FIRST) * e.compiling for e in offers])
        distance = np.array([each.distance[region] for each in offers])
        affordable = cost <= spend
        best = int(np.argmin(np.where(affordable, distance, np.inf))) if affordable.any() else None
        bought = None if best is None else offers[best]
        market = _market(offers, cost, distance, spend, best, view)
        said = f"At most {spend:g} CPU seconds, {clock}, judged {_in(region)}: " + (
            "nothing can be had."
            if bought is None
            else f"of {affordable.sum()} offers the nearest to NUTS is {bought.name}, at "
            f"{bought.distance[region]:.2f} of its sd, for {cost[best]:.2g} s."
        )
        return Frame([_bands(places, edges, bought, data), market], said)

    controls = [
        Slider("spend", BUDGETS, label="CPU seconds", value=0.1),
        Choice("region", list(offers[0].distance), label="judged"),
        Choice("clock", [COMPILED, FIRST], label="price of"),
    ]
    return Exhibit(frame, controls, title="What does a second buy?")


def _in(region: str) -> str:
    return {"gap": "in the gap", "near": "near the data", "far": "far from them"}.get(
        region, region
    )


def _bands(x: np.ndarray, edges: np.ndarray, bought: Offer | None, data: DataSet) -> Panel:
    marks: list[Mark] = [Band(x, edges[0], edges[1], role="nuts", label="long NUTS, 95 %")]
    if bought is not None:
        marks += [
            Band(x, bought.lower, bought.upper, role=bought.role, label="best buy, 95 %"),
            Line(x, bought.median, role=bought.role),
        ]
    marks.append(Points(data.x, data.y, role="data", label="data", size=2))
    return Panel(marks, xlabel="x", ylabel="f(x)", xlim=(-1.5, 1.5), ylim=(-4, 4))


def _market(
    offers: Sequence[Offer],
    cost: np.ndarray,
    distance: np.ndarray,
    spend: float,
    best: int | None,
    view: dict[str, Any],
) -> Panel:
    """Draw all offers by price and distance: small where too dear, the best buy large."""
    x, y = np.log10(cost), np.log10(distance)
    marks: list[Mark] = []
    for role, method in {each.role: each.method for each in offers}.items():
        mine = np.array([each.role == role for each in offers])
        for chosen, size in ((mine & (cost > spend), _SMALL), (mine & (cost <= spend), _MIDDLE)):
            if chosen.any():
                label = "" if any(m.options.get("label") == method for m in marks) else method
                marks.append(Points(x[chosen], y[chosen], role=role, label=label, size=size))
    if best is not None:
        marks.append(Points([x[best]], [y[best]], role=offers[best].role, size=_LARGE))
    edge = np.log10(spend)
    marks.append(Line([edge, edge], view["ylim"], role="truth", label="budget", width=1.5))
    yticks = {float(np.log10(d)): f"{d:g}" for d in _DISTANCES}
    low, high = view["ylim"]
    return Panel(
        marks,
        xlabel="CPU seconds",
        ylabel="distance from NUTS, in sd",
        xticks=_SECONDS,
        yticks={at: text for at, text in yticks.items() if low <= at <= high},
        **view,
    )
