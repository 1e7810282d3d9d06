"""Trajectories over a landscape: a particle's path, and the doublings that NUTS built it from.

You will see that a trajectory of NUTS tells its own history: which of its states could have been
drawn, and where it began, say in which direction each doubling went. Next:
:mod:`bnn_teach.plots.elbo`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from bnn_teach.errors import ShapeError
from bnn_teach.plots.captions import caption_of
from bnn_teach.plots.style import SMALL, SOFT, colors, finish, look_of, name_axes, start
from bnn_teach.plots.words import number


def plot_trajectory(
    positions: np.ndarray,
    ax: Axes | None = None,
    role: str = "nuts",
    label: str = "",
    turn: int | None = None,
    **options: Any,
) -> Axes:
    """Draw the path of a particle: a dot for each state, and a black one where it began.

    Parameters
    ----------
    positions : array, shape (n, 2)
        In the order of time.
    turn : int, optional
        The state at which it turned; what comes after it is drawn as a warning.
    **options
        For Matplotlib's ``plot``, such as ``lw`` and ``ms``.
    """
    path, ax = _pairs(positions), start(ax)
    end = len(path) if turn is None else turn + 1
    ax.plot(*path[:end].T, **(_path_look(role, label) | options))
    if turn is not None:
        ax.plot(*path[turn:].T, **_path_look("warning", "after the U-turn"))
    ax.plot(*path[0], "o", color=colors["data"].color, ms=5, zorder=4)
    lost = np.hypot(*(path[-1] - path[0]))
    caption_of(ax).sentences.append(
        f"A trajectory of {len(path) - 1} steps{f' ({label})' if label else ''}"
        f"{'' if turn is None else f', which turns at step {turn},'} ends at a distance of "
        f"{number(lost)} from its beginning."
    )
    return finish(ax, "", "") if label else ax


def plot_energy_error(
    energies: np.ndarray, ax: Axes | None = None, role: str = "nuts", label: str = ""
) -> Axes:
    """Draw by how much the energy of a trajectory is off after each step, in nats.

    Parameters
    ----------
    energies : array, shape (n,)
        The energy of each state, in the order of time.
    """
    error, ax = np.asarray(energies, float) - energies[0], start(ax)
    ax.plot(np.where(np.isfinite(error), error, np.nan), **_path_look(role, label))
    largest = np.abs(error[np.isfinite(error)]).max()
    caption_of(ax).sentences.append(
        f"The error of the energy over {len(error) - 1} steps{f' ({label})' if label else ''} "
        f"reaches {number(largest)} nats."
    )
    return name_axes(ax, "leapfrogs", "error of the energy (nats)")


def plot_distance(positions: np.ndarray, turn: int, ax: Axes | None = None) -> Axes:
    """Draw how far from its start a trajectory is after each step, and where it turned.

    Parameters
    ----------
    positions : array, shape (n, 2)
        In the order of time.
    turn : int
        The state at which it turned.
    """
    path = _pairs(positions)
    distance = np.hypot(*(path - path[0]).T)
    ax = start(ax)
    for part, role in ((slice(0, turn + 1), "nuts"), (slice(turn, None), "warning")):
        ax.plot(np.arange(len(path))[part], distance[part], **_path_look(role))
    ax.axvline(turn, **colors["truth"].line, lw=1)
    ax.text(turn, 0, "  U-turn", va="bottom", fontsize=SMALL)
    caption_of(ax).sentences.append(
        f"The distance from the start is largest at step {distance.argmax()}, "
        f"{number(distance.max())}; at the U-turn, step {turn}, it is {number(distance[turn])}."
    )
    return name_axes(ax, "leapfrogs", "distance from the start")


def plot_nuts_trajectory(info: Any, ax: Axes | None = None) -> Axes:
    """Draw a trajectory of NUTS: which states could be drawn, start, draw, and what was discarded.

    Parameters
    ----------
    info : Info
        Of one step of :func:`bnn_teach.mcmc.trees.nuts_step` on a plane.
    """
    path, kept = _pairs(info.positions), info.candidates
    ax = start(ax)
    ax.plot(*path.T, color=SOFT, lw=0.8)
    ax.plot(*path[kept].T, "o", color=colors["nuts"].color, ms=3.5, markeredgewidth=0)
    ax.plot(*path[~kept].T, "X", color=colors["warning"].color, ms=5, markeredgewidth=0)
    ax.plot(*path[info.start], "o", color=colors["data"].color, ms=7)
    ax.plot(*path[info.chosen], "^", color=colors["fullrank_advi"].color, ms=9)
    caption_of(ax).sentences.append(
        f"A trajectory of {len(path)} states; {np.count_nonzero(kept)} of them could be drawn, and "
        f"{np.count_nonzero(~kept)} were thrown away."
    )
    return ax


def doublings(candidates: np.ndarray, begin: int) -> list[tuple[int, int, bool]]:
    """Return the stretches that a trajectory of NUTS was built from, the first state first.

    Of the ``2**k`` states that could be drawn, doubling number j added ``2**j``. It went backward
    where the j-th binary digit of the beginning's place among them is 1. What could not be drawn
    was added last, at one end, and thrown away.

    Parameters
    ----------
    candidates : array, shape (n,), bool
        Which states could be drawn: ``info.candidates``.
    begin : int
        Where the trajectory began: ``info.start``.

    Returns
    -------
    list of tuple (int, int, bool)
        First state, last state, and whether they were kept.

    Raises
    ------
    ShapeError
        The candidates are not ``2**k`` states in a row around the beginning.
    """
    places = np.flatnonzero(candidates)
    count = len(places)
    in_a_row = count > 0 and places[-1] - places[0] == count - 1 and begin in places
    if not in_a_row or count & (count - 1):
        raise ShapeError(
            f"candidates: got {count} states, expected 1, 2, 4, ... in a row around the "
            f"beginning, {begin}. Pass info.candidates and info.start of one transition."
        )
    first = last = begin
    stretches = [(begin, begin, True)]
    for doubling in range(count.bit_length() - 1):
        if (begin - int(places[0])) >> doubling & 1:
            stretches.append((first - 2**doubling, first - 1, True))
            first -= 2**doubling
        else:
            stretches.append((last + 1, last + 2**doubling, True))
            last += 2**doubling
    if first > 0:
        stretches.append((0, first - 1, False))
    elif last < len(candidates) - 1:
        stretches.append((last + 1, len(candidates) - 1, False))
    return stretches


def plot_doublings(info: Any, ax: Axes | None = None) -> Axes:
    """Draw how a trajectory of NUTS grew: a bar for the states that each doubling added.

    Parameters
    ----------
    info : Info
        Of one step of :func:`bnn_teach.mcmc.trees.nuts_step`.
    """
    ax = start(ax)
    kept, lost = colors["nuts"], colors["warning"]
    stretches = doublings(info.candidates, info.start)
    for row, (first, last, good) in enumerate(stretches):
        look = kept if good else lost
        options: dict[str, Any] = {"facecolor": (look.color, 0.35), "edgecolor": look.color}
        options |= {"label": "kept"} if good else {"label": "thrown away", "hatch": look.hatch}
        left, width = first - info.start - 0.5, last - first + 1
        ax.barh(row, width, left=left, height=0.7, **options)
    ax.plot(0, 0, "o", color=colors["data"].color, ms=5, label="where it began")
    drawn = info.chosen - info.start
    in_row = next(i for i, (first, last, _) in enumerate(stretches) if first <= info.chosen <= last)
    ax.plot(drawn, in_row, "^", color=colors["fullrank_advi"].color, ms=8, label="the draw")
    ax.set_yticks(range(len(stretches)), ["start", *map(str, range(1, len(stretches)))])
    ax.invert_yaxis()
    added = [
        f"{last - first + 1} {'before' if first < info.start else 'after'}"
        f"{'' if good else ', thrown away'}"
        for first, last, good in stretches[1:]
    ]
    caption_of(ax).sentences.append(
        f"States added to the trajectory by each doubling: {'; '.join(added) or 'none'}. The draw "
        f"lies {abs(drawn)} leapfrogs {'before' if drawn < 0 else 'after'} the start."
    )
    return finish(ax, "leapfrogs from the start", "doubling")


def _pairs(positions: np.ndarray) -> np.ndarray:
    path = np.asarray(positions, float)
    if path.ndim != 2 or path.shape[1] != 2:
        raise ShapeError(
            f"positions: got shape {path.shape}, expected (n, 2). Pick two coordinates, as in "
            "positions[:, :2]."
        )
    return path


def _path_look(role: str, label: str = "") -> dict[str, Any]:
    look = look_of(role)
    words = {"label": label} if label else {}
    return look.line | words | {"lw": 1.0, "marker": look.marker, "ms": 3, "markeredgewidth": 0}
