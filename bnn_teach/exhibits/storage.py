"""How all frames of an exhibit fit into a notebook: rounded, and everything equal stored once.

Frames repeat each other: the data are the same in all of them, and so are most axes. So arrays,
marks and axes stand in tables, and a frame is a list of places in these. An array is rounded to
a thousandth of what its axis shows or finer, less than half a pixel, and is stored as whole
steps from one number to the next. Next: :mod:`bnn_teach.exhibits.exhibit`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from bnn_teach.errors import ExhibitError
from bnn_teach.exhibits.drawing import Draw
from bnn_teach.exhibits.frames import Frame, Limits, Panel, Shown
from bnn_teach.exhibits.marks import Mark

LIMIT = 300_000
"""Characters that one exhibit may add to a notebook."""

_FARTHEST = 1e9  # steps; what lies so far outside the picture need not be told apart


class Tables:
    """Arrays, marks and axes, each once.

    Parameters
    ----------
    shown : list of dict
        What the axes of each panel show; it decides how finely arrays are rounded.
    """

    def __init__(self, shown: Shown) -> None:
        self._shown = shown
        self._places: dict[str, dict[str, int]] = {"arrays": {}, "marks": {}, "panels": {}}

    def frame(self, frame: Frame) -> dict[str, Any]:
        """Return a frame as places in the tables."""
        panels = [
            [self._panel(panel, i), [self.mark(mark, i) for mark in panel.marks]]
            for i, panel in enumerate(frame.panels)
        ]
        return {"says": frame.says, "panels": panels}

    def draw(self, control: Draw) -> dict[str, Any]:
        """Return what the script needs for a band that is drawn by hand."""
        limits = self._shown[0]
        hidden = {
            "x": self._array(control.anchors, limits["x"]),
            "at_x": self._array(control.at_x, limits["x"]),
            "at_y": self._array(control.at_y, limits["y"]),
            "reveal": [self.mark(mark, 0) for mark in control.reveal],
        }
        return control.state() | hidden

    def mark(self, mark: Mark, panel: int) -> int:
        """Return the place of a mark."""
        arrays = {
            name: self._array(array, self._shown[panel].get(mark.axes.get(name, "")))
            for name, array in mark.arrays.items()
        }
        return self._place("marks", {"kind": mark.kind} | arrays | mark.options)

    def as_dict(self) -> dict[str, list[Any]]:
        """Return the tables as lists."""
        return {name: [json.loads(text) for text in each] for name, each in self._places.items()}

    def _panel(self, panel: Panel, number: int) -> int:
        ticks = {f"{axis}ticks": each for axis, each in panel.ticks.items() if each is not None}
        words = {name: text for name, text in panel.words.items() if text}
        limits = {}
        for axis, common in self._shown[number].items():
            low, high = panel.limits[axis] or common
            limits[f"{axis}lim"] = [_short(low), _short(high)]
        return self._place("panels", words | limits | ticks | {"axes": panel.axes})

    def _array(self, array: np.ndarray, limits: Limits | None) -> int:
        return self._place("arrays", steps(array, limits))

    def _place(self, table: str, entry: Any) -> int:
        places = self._places[table]
        return places.setdefault(_json(entry), len(places))


def steps(array: np.ndarray, limits: Limits | None = None) -> list[Any]:
    """Return ``[exponent, first, step, step, ...]``: numbers are sums of steps, times 10^exponent.

    Parameters
    ----------
    array : ndarray, shape (N,)
        NaN becomes None, and takes no part in the sums.
    limits : tuple of two float, optional
        What the axis shows; without it the array is a size, and is kept to about three digits.

    Returns
    -------
    list of int or None, length N + 1
    """
    finite = np.isfinite(array)
    span = limits[1] - limits[0] if limits else 10 * float(np.abs(array[finite]).max(initial=0.1))
    exponent = int(np.floor(np.log10(span))) - 3
    scaled = array[finite] * 10.0**-exponent
    whole = np.round(np.clip(scaled, -_FARTHEST, _FARTHEST)).astype(int)
    each = iter(np.diff(whole, prepend=0).tolist())
    return [exponent, *(next(each) if there else None for there in finite)]


def pack(frames: Sequence[Frame], shown: Shown, draws: Sequence[Draw] = ()) -> dict[str, Any]:
    """Return all frames, and what is drawn by hand, with the tables that they refer to."""
    tables = Tables(shown)
    stored = [tables.frame(frame) for frame in frames]
    drawn = [tables.draw(each) for each in draws]
    return tables.as_dict() | {"frames": stored, "draws": drawn}


def check_size(figure: dict[str, Any], limit: int = LIMIT) -> None:
    """Raise an ExhibitError, with what to reduce, if a notebook would become too heavy."""
    size = len(_json(figure))
    if size <= limit:
        return
    frames, arrays = len(figure["frames"]), figure["arrays"]
    longest = max((len(each) - 1 for each in arrays), default=0)
    share = len(_json(arrays)) / size
    raise ExhibitError(
        f"exhibit: its {frames} frames take {size / 1000:,.0f} kB in the notebook, more than "
        f"{limit / 1000:.0f} kB; {share:.0%} of that are {len(arrays)} different arrays of up to "
        f"{longest} numbers. Store fewer values of a control, or compute the curves at fewer "
        "places; about 60 are smooth on a screen."
    )


def _short(number: float) -> float:
    return float(f"{number:.6g}")


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
