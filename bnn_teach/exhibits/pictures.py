"""An exhibit on paper: the same marks, drawn by Matplotlib, at a few values side by side.

You will see that a mark's arrays and its role are all that a second engine needs. What the
picture shows is said by the frames' own sentences. Next: ``static/figure.js``, the first engine.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bnn_teach.exhibits.frames import Frame, Panel, Shown
from bnn_teach.exhibits.marks import Mark
from bnn_teach.plots.captions import caption_of
from bnn_teach.plots.style import LEGEND, SOFT, Look, colors, start, style

_COLUMNS = 3
_WIDTH, _HEIGHT = 3.0, 2.5  # inches of one panel
_POINT = 0.75  # of a pixel


def small_multiples(pictures: Sequence[tuple[str, Frame]], shown: Shown, title: str = "") -> Figure:
    """Draw frames side by side, or one below the other if they have several panels.

    Parameters
    ----------
    pictures : sequence of (str, Frame)
        What is written above each, and the frame.
    shown : list of dict
        What the axes of each panel show.
    title : str, optional
        Written above all.

    Returns
    -------
    Figure
        Closed for pyplot, so that a notebook shows it once, as the value of its cell.
    """
    panels = len(shown)
    columns = panels if panels > 1 else min(_COLUMNS, len(pictures))
    rows = len(pictures) if panels > 1 else math.ceil(len(pictures) / columns)
    with style():
        size = (max(5.2, _WIDTH * columns), _HEIGHT * rows + 0.6)
        figure, axes = plt.subplots(rows, columns, figsize=size, squeeze=False)
    spare = list(axes.ravel())
    for name, frame in pictures:
        for number, panel in enumerate(frame.panels):
            ax = start(spare.pop(0))
            _draw_panel(ax, panel, shown[number])
            if number == 0:
                heading = ": ".join(filter(None, [name, panel.words["title"]]))
                ax.set_title(heading, fontsize=9.5)
                caption_of(ax).sentences.append(frame.says)
    for ax in spare:
        ax.set_visible(False)
    figure.suptitle(title, fontsize=11)
    _legend(figure)
    plt.close(figure)
    return figure


def _draw_panel(ax: Axes, panel: Panel, shown: dict[str, tuple[float, float]]) -> None:
    for mark in panel.marks:
        _DRAW[mark.kind](ax, mark, colors[mark.options["role"]])
    ax.set(
        xlim=panel.limits["x"] or shown["x"],
        ylim=panel.limits["y"] or shown["y"],
        xlabel=panel.words["xlabel"],
        ylabel=panel.words["ylabel"],
    )
    ax.set_title(panel.words["title"], fontsize=9.5)
    for axis, ticks in ((ax.xaxis, panel.ticks["x"]), (ax.yaxis, panel.ticks["y"])):
        if ticks is not None:
            axis.set_ticks([place for place, _ in ticks], [text for _, text in ticks])
    if not panel.axes:
        ax.set_axis_off()


def _legend(figure: Figure) -> None:
    """Name each mark once, below all panels."""
    named: dict[str, Any] = {}
    for ax in figure.axes:
        for handle, label in zip(*ax.get_legend_handles_labels(), strict=True):
            named.setdefault(label, handle)
    if named:
        columns = min(len(named), max(1, int(figure.get_figwidth() / 2)))
        options = LEGEND | {"ncols": columns, "loc": "outside lower center"}
        figure.legend(list(named.values()), list(named), **options)


# --- One function for each kind of mark -----------------------------------------------------------


def _line(ax: Axes, mark: Mark, look: Look) -> None:
    options = look.line | {"linestyle": look.linestyle or "-", "label": mark.options.get("label")}
    ax.plot(*mark.arrays.values(), **options, lw=mark.options.get("width", 2) * _POINT)


def _band(ax: Axes, mark: Mark, look: Look) -> None:
    x, lower, upper = mark.arrays.values()
    ax.fill_between(x, lower, upper, lw=0, label=mark.options.get("label"), **_fill(mark, look))
    for edge in (lower, upper):
        ax.plot(x, edge, color=look.color, linestyle=look.linestyle or "-", lw=0.8)


def _points(ax: Axes, mark: Mark, look: Look) -> None:
    size = 2 * _POINT * mark.options.get("size", 3)
    options: dict[str, Any] = {"ls": "", "marker": look.marker or "o", "ms": size, "mew": 0}
    ax.plot(*mark.arrays.values(), color=look.color, label=mark.options.get("label"), **options)


def _polygon(ax: Axes, mark: Mark, look: Look) -> None:
    corners = np.column_stack(list(mark.arrays.values()))
    breaks = np.flatnonzero(np.isnan(corners).any(axis=1))
    pieces = [part[~np.isnan(part).any(axis=1)] for part in np.split(corners, breaks)]
    options = _fill(mark, look) | {"edgecolor": look.color, "label": mark.options.get("label")}
    for part in (each for each in pieces if len(each) > 2):
        ax.fill(part[:, 0], part[:, 1], lw=1, linestyle=look.linestyle or "-", **options)


def _bars(ax: Axes, mark: Mark, look: Look) -> None:
    left, right, height = mark.arrays.values()
    fill = _fill(mark, look) | {"edgecolor": look.color, "linewidth": 0.6}
    ax.bar(left, height, right - left, align="edge", label=mark.options.get("label"), **fill)


def _segments(ax: Axes, mark: Mark, look: Look) -> None:
    options: dict[str, Any] = {"color": look.color, "label": mark.options.get("label")}
    for x0, y0, x1, y1, width, sign in zip(*mark.arrays.values(), strict=True):
        dashes: Any = (0, (4, 2)) if sign < 0 else "-"
        ax.plot([x0, x1], [y0, y1], lw=_POINT * width, linestyle=dashes, **options)


def _text(ax: Axes, mark: Mark, look: Look) -> None:
    side = {"start": "left", "middle": "center", "end": "right"}[mark.options["anchor"]]
    for x, y, words in zip(*mark.arrays.values(), mark.options["text"], strict=True):
        ax.text(x, y, words, ha=side, va="center", fontsize=9, color=look.color, clip_on=True)


def _fill(mark: Mark, look: Look) -> dict[str, Any]:
    if not mark.options.get("hatch"):
        return {"facecolor": (look.color, 0.25)}
    return {"facecolor": (look.color, 0.12), "hatch": look.hatch or "////", "edgecolor": SOFT}


_DRAW: dict[str, Callable[[Axes, Mark, Look], None]] = {
    "line": _line, "band": _band, "points": _points, "polygon": _polygon,
    "bars": _bars, "segments": _segments, "text": _text,
}  # fmt: skip
