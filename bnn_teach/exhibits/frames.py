"""One picture of an exhibit: up to four panels, and the sentence that says what they show.

You will see how axes are chosen once for all frames, so that a picture moves and its frame does
not. Next: :mod:`bnn_teach.exhibits.controls`, what the reader moves.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from bnn_teach.arguments import as_list
from bnn_teach.errors import ArgumentError, ExhibitError
from bnn_teach.exhibits.marks import Mark

MOST_PANELS = 4
Limits = tuple[float, float]
Ticks = Sequence[float] | dict[float, str]


class Panel:
    """One pair of axes with its marks.

    Parameters
    ----------
    marks : sequence of Mark
        Drawn in this order, the last on top.
    xlabel, ylabel, title : str, optional
        Their names.
    xlim, ylim : tuple of two float, optional
        What the axes show. Left out, they show all marks of all stored frames.
    xticks, yticks : sequence of float, or dict of float to str, optional
        Where the axes have ticks, and what these say. Left out, at round numbers.
    axes : bool, optional
        Whether there are axes at all; a drawing, such as that of a network, has none.
    """

    def __init__(
        self,
        marks: Sequence[Mark],
        xlabel: str = "",
        ylabel: str = "",
        xlim: Limits | None = None,
        ylim: Limits | None = None,
        title: str = "",
        xticks: Ticks | None = None,
        yticks: Ticks | None = None,
        axes: bool = True,
    ) -> None:
        self.marks = as_list("marks", marks)
        for mark in self.marks:
            if not isinstance(mark, Mark):
                raise ArgumentError(
                    f"marks: got {type(mark).__name__}, expected marks such as ex.Line(x, y, "
                    "role='truth')."
                )
        words = {"xlabel": xlabel, "ylabel": ylabel, "title": title}
        self.words = {name: with_minus(text) for name, text in words.items()}
        self.limits = {"x": _limits("xlim", xlim), "y": _limits("ylim", ylim)}
        self.ticks = {"x": _ticks(xticks), "y": _ticks(yticks)}
        self.axes = bool(axes)


class Frame(NamedTuple):
    """What is seen at one setting of the controls."""

    panels: list[Panel]
    """One to four, side by side, or one below the other on a narrow screen."""
    says: str
    """A sentence computed from this frame's data; it is read out, and is its alternative text."""


Shown = list[dict[str, Limits]]
"""What the axes of each panel show: ``[{"x": (low, high), "y": (low, high)}, ...]``."""


def check_frame(frame: Any) -> Frame:
    """Return ``frame``, its sentence with minus signs, if it is one that can be drawn."""
    if not isinstance(frame, Frame):
        raise ExhibitError(
            f"frame: the function returned {type(frame).__name__}, expected ex.Frame([ex.Panel("
            "...)], says='...')."
        )
    panels: list[Any] = frame.panels
    if not 1 <= len(panels) <= MOST_PANELS or not all(isinstance(p, Panel) for p in panels):
        raise ExhibitError(
            f"Frame: got {len(panels)} panels, expected 1 to {MOST_PANELS} of ex.Panel. Show "
            "less at a time, or make two exhibits."
        )
    says: Any = frame.says
    if not isinstance(says, str) or not says.strip():
        raise ExhibitError(
            f"Frame: says is {says!r}, expected a sentence with what this frame shows, such "
            "as f'With {n} points the band is {width:.2f} wide at x = 0.'"
        )
    return frame._replace(says=with_minus(says))


def with_minus(text: str) -> str:
    """Write negative numbers with a minus sign, which a screen reader reads out."""
    return re.sub(r"((?<![\w-])|(?<=\de))-(?=\d)", "\N{MINUS SIGN}", text)


def shown(frames: Sequence[Frame]) -> Shown:
    """Return what the axes of each panel show, the same in every frame.

    Raises
    ------
    ExhibitError
        Not all frames have as many panels, or one has no number to choose its axes by.
    """
    counts = {len(frame.panels) for frame in frames}
    if len(counts) > 1:
        raise ExhibitError(
            f"Frame: some frames have {min(counts)} panels, others {max(counts)}, expected as many "
            "in each. Draw an empty panel where there is nothing to show."
        )
    return [
        {axis: _extent([frame.panels[i] for frame in frames], axis) for axis in "xy"}
        for i in range(counts.pop())
    ]


def _extent(panels: list[Panel], axis: str) -> Limits:
    """Return the limits that were asked for, or those that hold all marks."""
    for panel in panels:
        if (asked := panel.limits[axis]) is not None:
            return asked
    marks = [mark for panel in panels for mark in panel.marks]
    values = [mark.arrays[name] for mark in marks for name, a in mark.axes.items() if a == axis]
    values += [np.zeros(1) for mark in marks if mark.kind == "bars" and axis == "y"]
    together = np.concatenate(values) if values else np.array([np.nan])
    together = together[np.isfinite(together)]
    if not together.size:
        raise ExhibitError(
            f"Panel: no frame has a number along the {axis} axis, expected marks. Draw something, "
            f"or give {axis}lim."
        )
    low, high = float(together.min()), float(together.max())
    margin = 0.05 * (high - low) if axis == "y" else 0.0
    if any(mark.kind == "bars" for mark in marks) and axis == "y" and low >= 0:
        return low, high + margin if high else 1.0
    return (low - margin, high + margin) if high > low else (low - 0.5, high + 0.5)


def _limits(name: str, value: Any) -> Limits | None:
    if value is None:
        return None
    try:
        low, high = (float(each) for each in value)
    except (TypeError, ValueError):
        low = high = np.nan
    if not (np.isfinite([low, high]).all() and low < high):
        raise ArgumentError(
            f"{name}: got {value!r}, expected two numbers, the smaller first, such as (-3, 3)."
        )
    return low, high


def _ticks(value: Ticks | None) -> list[tuple[float, str]] | None:
    if value is None:
        return None
    if isinstance(value, dict):
        return [(float(place), str(text)) for place, text in value.items()]
    return [(float(place), with_minus(f"{place:g}")) for place in value]
