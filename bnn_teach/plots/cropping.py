"""What a drawn band consists of, and where the frame of the picture cuts it off.

You will see how a picture can own up to what it hides: a band stays on its Axes as numbers, to be
compared with the final limits. Next: :mod:`bnn_teach.plots.captions`, which does so when drawing.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.container import Container
from matplotlib.lines import Line2D
from matplotlib.text import Text

from bnn_teach.plots.style import INK, SMALL, SOFT, points_up
from bnn_teach.plots.words import where


class Region(NamedTuple):
    """One central interval at each x."""

    name: str  # such as "95 % band"
    lower: np.ndarray  # (N,)
    upper: np.ndarray  # (N,)


class Band(Container):
    """A band, kept in ``ax.containers``: the artists of its legend entry, and its numbers.

    ``x`` and ``median`` have shape (N,), in increasing order of x; ``regions`` lists the function's
    intervals, widest first; ``noisy`` is that of its noisy values, or None; ``name`` is what
    sentences call the band, such as ``"NUTS"``.
    """

    name: str
    x: np.ndarray
    median: np.ndarray
    regions: list[Region]
    noisy: Region | None = None


def bands_on(ax: Axes) -> list[Band]:
    """Return the bands in the order in which they were drawn."""
    return [container for container in ax.containers if isinstance(container, Band)]


def crop_notes(ax: Axes) -> list[tuple[str, str]]:
    """Return, for each band that the frame crops, its name and where: ("95 % band", "x > 1")."""
    notes = []
    for band in bands_on(ax):
        # What noise adds is worth a word only where the function itself stays inside.
        for region in filter(None, (band.regions[0], band.noisy)):
            at, top, bottom = _leaves(ax, band, region)
            if np.any(top | bottom):
                notes.append((f"{band.name} {region.name}".strip(), where(at, top | bottom)))
                break
    return notes


def crop_artists(ax: Axes, notes: list[tuple[str, str]]) -> tuple[list[Line2D], Text]:
    """Make triangles along the edges that a band crosses, and the note where none does."""
    sides = np.zeros((2, 401), dtype=bool)
    for band in bands_on(ax):
        at, *crossed = _leaves(ax, band, band.noisy or band.regions[0])
        sides |= crossed
    marks, frame = [], ax.get_xaxis_transform()  # x in data, y in parts of the frame's height
    for side, height, inward, marker in zip(sides, (1, 0), (-4, 4), "^v", strict=True):
        x = at[5::10][side[5::10]]
        mark = Line2D(x, np.full(len(x), height), ls="", marker=marker, markersize=4, color=SOFT)
        mark.set(markeredgewidth=0, transform=frame + points_up(ax, inward))
        marks.append(mark)
    # The note stands at the top, in the middle of the widest stretch that no band crosses.
    stops = np.flatnonzero(np.r_[True, sides[0], True])
    widest = int(np.argmax(np.diff(stops)))
    middle = at[200] if sides[0].all() else at[(stops[widest] + stops[widest + 1] - 1) // 2]
    words = "\n".join(["these leave the picture:", *(f"{name} for {x}" for name, x in notes)])
    if len(notes) == 1:
        words = "{} leaves the picture\nfor {}".format(*notes[0])
    text = Text(middle, 1, words, fontsize=SMALL, color=INK, ha="center", va="top")
    text.set(transform=frame + points_up(ax, -3), linespacing=1.3)
    text.set_bbox({"facecolor": "white", "alpha": 0.8, "edgecolor": "none", "pad": 1.5})
    return marks, text


def _leaves(ax: Axes, band: Band, region: Region) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return 401 places along the x axis, and whether the region leaves at the top and bottom."""
    (left, right), (low, high) = sorted(ax.get_xlim()), sorted(ax.get_ylim())
    at = np.linspace(left, right, 401)
    lower, upper = (np.interp(at, band.x, edge, left=np.nan, right=np.nan) for edge in region[1:])
    return at, upper > high, lower < low
