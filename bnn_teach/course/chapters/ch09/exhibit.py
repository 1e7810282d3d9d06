r"""NUTS at work on a plane: one transition after another step size, one doubling more or less.

You will see the exhibit of notebook 09. On a landscape of the reader's choice lies the trajectory
of one transition of the reference implementation, :func:`bnn_teach.mcmc.trees.nuts_step`, beside
the error of its energy. Steps are measured in parts of the limit at the start,

.. math:: \epsilon_{\max} = 2 / \sqrt{\lambda_{\max}},

with :math:`\lambda_{\max}` the largest second derivative of :math:`-\log p` there, in any
direction: beyond it a leapfrog is unstable. Next: :mod:`bnn_teach.exhibits.pictures`.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from bnn_teach import exhibits as ex
from bnn_teach.errors import ArgumentError
from bnn_teach.mcmc.particle import Info, initial_state
from bnn_teach.mcmc.trajectories import stability_limit
from bnn_teach.mcmc.trees import is_turning, nuts_step
from bnn_teach.plots.landscapes import Landscape, contour_lines

_PARTS, _DEPTHS = (0.1, 0.2, 0.4, 0.7, 0.95, 1.05), range(1, 8)
_ONES = np.ones(2)
_BEYOND = 3  # frames; what lies farther outside is drawn at that distance, where nobody sees it
_ERROR = (-1.5, 3.0)  # nats that the panel of the energy shows


class _Place(NamedTuple):
    """A landscape with what is computed once for all of its frames."""

    landscape: Landscape
    start: np.ndarray
    seed: int
    value_and_grad: Callable[[np.ndarray], tuple[Any, Any]]
    limit: float
    contours: tuple[np.ndarray, np.ndarray]


def nuts_trajectories(
    landscapes: Mapping[str, tuple[Landscape, Sequence[float], int]],
) -> ex.Exhibit:
    """Build the exhibit: landscape, step size, and how often the trajectory may double.

    One seed stands behind all frames of a landscape: the same momentum at the start, and the same
    directions.

    Parameters
    ----------
    landscapes : mapping of str to tuple (Landscape, sequence of two float, int)
        What the reader chooses from: a landscape whose coordinates have the mass 1, where the
        transition starts, and its seed.

    Raises
    ------
    ArgumentError
        A landscape does not curve downwards at its start, so that there is no limit.
    """
    places = {name: _place(name, *each) for name, each in landscapes.items()}

    def transition(place: _Place, part: float, depth: int) -> Info:
        state = initial_state(place.value_and_grad, place.start)
        step, rng = part * place.limit, np.random.default_rng(place.seed)
        return nuts_step(place.value_and_grad, state, step, _ONES, rng, max_tree_depth=depth)[1]

    reach = {}  # how many leapfrogs before and after its start a trajectory has at most
    for name, place in places.items():
        infos = [transition(place, part, max(_DEPTHS)) for part in _PARTS]
        before = max(info.start for info in infos)
        after = max(len(info.energies) - 1 - info.start for info in infos)
        reach[name] = (-1.1 * max(before, 4), 1.1 * max(after, 4))

    def frame(landscape: str, part: float, depth: float) -> ex.Frame:
        place, doublings = places[landscape], round(depth)
        info = transition(place, part, doublings)
        says = _sentence(info, part * place.limit, part, doublings)
        return ex.Frame([_path(place, info), _energy(info, reach[landscape])], says)

    controls = [
        ex.Choice("landscape", places),
        ex.Slider("part", _PARTS, "step size / limit", 0.4),
        ex.Slider("depth", _DEPTHS, "doublings allowed", 6),
    ]
    return ex.Exhibit(frame, controls, title="One transition of NUTS", live=True)


def _place(name: str, landscape: Landscape, start: Sequence[float], seed: int) -> _Place:
    z = np.asarray(start, float)
    limit = stability_limit(landscape.value_and_grad, z)
    if not np.isfinite(limit):
        raise ArgumentError(
            f"landscapes: {name!r} curves downwards in no direction at its start, {tuple(z)}; "
            "expected a place where steps have a limit. Start nearer to its top."
        )

    @functools.cache  # a trajectory with fewer doublings has been at the same states
    def value_and_grad(state: bytes) -> tuple[Any, Any]:
        return landscape.value_and_grad(np.frombuffer(state))

    contours = contour_lines(landscape, points=61)
    return _Place(landscape, z, seed, lambda z: value_and_grad(z.tobytes()), limit, contours)


def _path(place: _Place, info: Info) -> ex.Panel:
    limits = (place.landscape.xlim, place.landscape.ylim)
    low, high = np.array(limits, float).T
    far = _BEYOND * (high - low)
    x, y = np.clip(np.nan_to_num(info.positions), low - far, high + far).T
    marks = [
        ex.Line(*place.contours, "prior", "1 to 4 sds below the top", width=1.2),
        ex.Line(x, y, "nuts", width=1),
        *_states(info, x, y),
    ]
    xticks, yticks = (_three_ticks(*each) for each in limits)
    return ex.Panel(
        marks, *place.landscape.names, *limits, "the trajectory", xticks=xticks, yticks=yticks
    )


def _three_ticks(low: float, high: float) -> list[float] | None:
    """Return a few ticks around 0, whose words do not overlap however small the numbers are."""
    side = float(f"{0.6 * min(-low, high):.1g}") if low < 0 < high else 0.0
    return [-side, 0.0, side] if side > 0 else None


def _energy(info: Info, reach: tuple[float, float]) -> ex.Panel:
    error = info.energies - info.energies[info.start]
    error = np.where(error <= _ERROR[1], error, np.nan)
    at = np.arange(len(error), dtype=float) - info.start
    marks = [ex.Line(reach, 0, "truth", width=1), *_states(info, at, error)]
    names = "leapfrogs from the start", "H \N{MINUS SIGN} H at the start (nats)"
    return ex.Panel(marks, *names, xlim=reach, ylim=_ERROR, title="the error of the energy")


def _states(info: Info, x: np.ndarray, y: np.ndarray) -> list[ex.Mark]:
    """Tell apart the states that could be drawn, those that were thrown away, start, and draw."""
    kept, lost = info.candidates, ~info.candidates
    marks: list[ex.Mark] = [ex.Points(x[kept], y[kept], "nuts", "can be drawn", size=2)]
    if lost.any():
        marks.append(ex.Points(x[lost], y[lost], "warning", "thrown away", size=2.5))
    begin, draw = info.start, info.chosen
    marks.append(ex.Points(x[begin], y[begin], "data", "start", size=4))
    marks.append(ex.Points(x[draw], y[draw], "fullrank_advi", "the draw", size=5))
    return marks


def _sentence(info: Info, step_size: float, part: float, allowed: int) -> str:
    times = f"{info.tree_depth} of {allowed} {'doubling' if allowed == 1 else 'doublings'}"
    count = f"{info.n_steps} {'leapfrog' if info.n_steps == 1 else 'leapfrogs'}"
    ends = info.momenta.sum(axis=0), info.momenta[0], info.momenta[-1]
    if info.diverging:
        end = "It diverged: the energy rose by more than 1000 nats."
    elif not info.candidates.all():
        end = "The last doubling turned back inside, and was thrown away."
    elif is_turning(*ends, _ONES):
        end = "Its two ends turn back."
    else:
        end = "It has not turned yet."
    error = np.abs(info.energies - info.energies[info.start]).max()
    worst = "beyond all bounds" if error > 1000 else f"by at most {error:.2g} nats"
    return (
        f"Step size {step_size:.2g}, {part:g} of the limit at the start; {times}, {count}. {end} "
        f"The energy is off {worst}; the mean acceptance is {info.acceptance_rate:.2f}."
    )
