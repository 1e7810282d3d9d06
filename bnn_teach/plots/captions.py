"""The picture in words: sentences computed from what was drawn, and a note on what is hidden.

You will see how one invisible artist on every Axes collects its sentences for :func:`alt_text`, and
how a picture can own up to what it hides: a band stays on its Axes as numbers, which are compared
with the final limits, and marks show where the frame cuts it off. Next:
:mod:`bnn_teach.diagnostics`, the numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.container import Container
from matplotlib.figure import FigureBase
from matplotlib.lines import Line2D
from matplotlib.text import Text
from matplotlib.transforms import Affine2D
from numpy.typing import ArrayLike

from bnn_teach.arguments import checked_arguments
from bnn_teach.errors import ArgumentError
from bnn_teach.plots.arrays import values_of
from bnn_teach.plots.style import INK, SMALL, SOFT, points_up
from bnn_teach.plots.words import listed, number, percent, where, widest_gap


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


@checked_arguments
def alt_text(ax_or_figure: Axes | FigureBase) -> str:
    """Return what the picture shows, in sentences computed from its data.

    Every function of this package leaves a sentence on the Axes it draws on; here they are joined.
    An Axes with a title is announced by it. Use the text as the picture's alternative text.

    Raises
    ------
    ArgumentError
        Nothing there was drawn by this package.
    """
    axes: Any = ax_or_figure.axes if isinstance(ax_or_figure, FigureBase) else [ax_or_figure]
    texts = [_text(ax, caption) for ax in axes for caption in _captions(ax)]
    if not texts:
        raise ArgumentError(
            f"ax_or_figure: got a {type(ax_or_figure).__name__} on which bnn_teach.plots has "
            "drawn nothing, expected an Axes that a plot function returned, or its figure. For a "
            "picture of your own, write the alternative text by hand."
        )
    return " ".join(texts)


class Caption(Artist):
    """An invisible companion of an Axes: its sentences, and the marks where a band is cropped.

    As an artist it lives and dies with its Axes, and its ``draw`` sees the final limits, so that
    no later ``ax.set_ylim`` can crop a band in silence.
    """

    def __init__(self) -> None:
        super().__init__()
        self.sentences: list[str] = []
        self.data_x: np.ndarray | None = None
        self.truth: Callable[[np.ndarray], ArrayLike] | None = None
        self.set(zorder=5, in_layout=False)

    def draw(self, renderer: Any) -> None:
        """Draw the marks of the moment, if there is anything to mark."""
        ax = self.axes
        if not isinstance(ax, Axes) or not self.get_visible() or not (notes := crop_notes(ax)):
            return
        marks, text = crop_artists(ax, notes)
        for artist in (*marks, text):
            artist.set_figure(ax.figure)
        words = text.get_window_extent(renderer)
        inward = max(0, ax.bbox.x0 + 4 - words.x0) - max(0, words.x1 - ax.bbox.x1 + 4)
        text.set_transform(text.get_transform() + Affine2D().translate(inward, 0))
        for artist in (*marks, text):
            artist.draw(renderer)


def caption_of(ax: Axes) -> Caption:
    """Return the caption of the Axes; it gets one at the first time."""
    for caption in _captions(ax):
        return caption
    caption = Caption()
    ax.add_artist(caption)
    return caption


def _captions(ax: Any) -> list[Caption]:
    children = ax.get_children() if isinstance(ax, Axes) else []
    return [child for child in children if isinstance(child, Caption)]


def _text(ax: Axes, caption: Caption) -> str:
    title = [f"{ax.get_title()}:"] if ax.get_title() else []
    widths = [_band_sentence(ax, band, caption) for band in bands_on(ax)]
    crops = [f"The {name} leaves the picture for {place}." for name, place in crop_notes(ax)]
    return " ".join([*title, *caption.sentences, *widths, *crops])


def _band_sentence(ax: Axes, band: Band, caption: Caption) -> str:
    """Give the width where it says most: both ends, the narrowest place, and the data's gap."""
    low, high = sorted(ax.get_xlim())
    seen = np.flatnonzero((band.x >= low) & (band.x <= high))
    if not len(seen):
        return "A band lies outside the picture."
    x, (name, lower, upper) = band.x, band.regions[0]
    width = upper - lower
    narrowest = int(seen[np.argmin(width[seen])])
    places = {int(seen[0]): "", int(seen[-1]): "", narrowest: " (its narrowest)"}
    if caption.data_x is not None and (gap := widest_gap(caption.data_x)):
        places[int(np.argmin(np.abs(x - np.mean(gap))))] = " (in the gap)"
    widths = listed(f"{number(width[i])} at x = {number(x[i])}{places[i]}" for i in sorted(places))
    sentence = f"The {f'{band.name} {name}'.strip()} has width {widths}"
    if band.noisy is not None:
        total = (band.noisy.upper - band.noisy.lower)[narrowest]
        sentence += f"; with noise, {number(total)} at x = {number(x[narrowest])}"
    if caption.truth is not None:
        true = values_of(caption.truth, x[seen])
        inside = np.mean((lower[seen] <= true) & (true <= upper[seen]))
        sentence += f"; the true function lies inside it at {percent(inside)} of x"
    return f"{sentence}."


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
