"""What a panel is made of: lines, bands, points, bars, segments, polygons and words.

You will find one small class for each kind of mark. Each takes ``role``, a key of
:data:`bnn_teach.plots.colors`, which decides how it looks in figures and exhibits alike, and
``label``, its name in the legend. Next: :mod:`bnn_teach.exhibits.frames`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import ClassVar, SupportsFloat

import numpy as np
from numpy.typing import ArrayLike

from bnn_teach.errors import ArgumentError, ShapeError, did_you_mean
from bnn_teach.plots.style import colors


@dataclass(eq=False)
class Mark:
    """One kind of thing in a panel: its arrays, and its options.

    Attributes
    ----------
    kind : str
        Under which name ``static/figure.js`` knows it.
    axes : dict of str to str
        Along which axis each array runs, ``"x"`` or ``"y"``.
    sizes : tuple of str
        Arrays without an axis.
    arrays : dict of str to ndarray, shape (N,), float64
        What is drawn; NaN leaves a gap.
    options : dict
        The rest: role, label, and what the kind needs, in values that JSON knows.

    Raises
    ------
    ArgumentError
        There is no such role, or an array is not one of finite numbers and NaN.
    ShapeError
        The arrays have different lengths; a single number fits any length.
    """

    kind: ClassVar[str] = ""
    axes: ClassVar[dict[str, str]] = {}
    sizes: ClassVar[tuple[str, ...]] = ()

    def __post_init__(self) -> None:
        given = {field.name: getattr(self, field.name) for field in fields(self)}
        if given["role"] not in colors:
            raise ArgumentError(
                f"role: got {given['role']!r}, expected one of {', '.join(colors)}."
                f"{did_you_mean(given['role'], colors)}"
            )
        kind = type(self).__name__
        columns = {
            name: _numbers(f"{kind}: {name}", given.pop(name)) for name in (*self.axes, *self.sizes)
        }
        lengths = {name: len(array) for name, array in columns.items() if array.ndim}
        if len(set(lengths.values())) > 1:
            found = ", ".join(f"{name} has {n}" for name, n in lengths.items())
            raise ShapeError(
                f"{kind}: {found} values, expected as many in each. Compute them at the same x."
            )
        length = max(lengths.values(), default=1)
        self.arrays = {name: np.broadcast_to(a, (length,)).copy() for name, a in columns.items()}
        for name in given.keys() & {"width", "size"}:
            pixels = given[name]
            if pixels is not None and not (isinstance(pixels, SupportsFloat) and float(pixels) > 0):
                raise ArgumentError(f"{name}: got {pixels!r}, expected a number of pixels above 0.")
        self.options = {name: value for name, value in given.items() if value}


@dataclass(eq=False)
class Line(Mark):
    """A line through points, in the order given; NaN interrupts it.

    Parameters
    ----------
    x, y : array_like, shape (N,) or (N, 1)
        Where it goes.
    role, label : str
        How it looks, and its name in the legend.
    width : float, optional
        In pixels; 2 where it is left out.
    """

    kind, axes = "line", {"x": "x", "y": "y"}

    x: ArrayLike
    y: ArrayLike
    role: str
    label: str = ""
    width: float | None = None


@dataclass(eq=False)
class Band(Mark):
    """The area between a lower and an upper line, each of shape (N,) or (N, 1), as x.

    ``hatch=True``, for noise, fills it with the role's pattern instead of a plain tint.
    """

    kind, axes = "band", {"x": "x", "lower": "y", "upper": "y"}

    x: ArrayLike
    lower: ArrayLike
    upper: ArrayLike
    role: str
    label: str = ""
    hatch: bool = False


@dataclass(eq=False)
class Points(Mark):
    """Separate points, x and y of shape (N,) or (N, 1), with the role's marker.

    ``size`` is the radius in pixels; 3 where it is left out.
    """

    kind, axes = "points", {"x": "x", "y": "y"}

    x: ArrayLike
    y: ArrayLike
    role: str
    label: str = ""
    size: float | None = None


@dataclass(eq=False)
class Polygon(Mark):
    """A closed area with corners at (x, y) in order, each of shape (N,); NaN begins a new one."""

    kind, axes = "polygon", {"x": "x", "y": "y"}

    x: ArrayLike
    y: ArrayLike
    role: str
    label: str = ""


@dataclass(eq=False)
class Bars(Mark):
    """The bars of a histogram, each from ``left`` to ``right`` and from 0 to ``height``.

    All three have the shape (N,), as in ``edges[:-1], edges[1:], counts``. ``hatch`` is that of
    :class:`Band`.
    """

    kind, axes = "bars", {"left": "x", "right": "x", "height": "y"}

    left: ArrayLike
    right: ArrayLike
    height: ArrayLike
    role: str
    label: str = ""
    hatch: bool = False


@dataclass(eq=False)
class Segments(Mark):
    """Straight strokes from (x0, y0) to (x1, y1), such as the weights of a drawn network.

    Parameters
    ----------
    x0, y0, x1, y1 : array_like, shape (N,)
        Both ends.
    role, label : str
        How they look, and their name in the legend.
    width : array_like, shape (N,), optional
        The strokes' widths in pixels, such as ``4 * abs(w) / abs(w).max()``.
    sign : array_like, shape (N,), optional
        Strokes with a sign below 0 are dashed.
    """

    kind, axes = "segments", {"x0": "x", "y0": "y", "x1": "x", "y1": "y"}
    sizes = ("width", "sign")

    x0: ArrayLike
    y0: ArrayLike
    x1: ArrayLike
    y1: ArrayLike
    role: str
    label: str = ""
    width: ArrayLike = 1.5
    sign: ArrayLike = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        self.arrays["width"] = np.abs(self.arrays["width"])
        self.arrays["sign"] = np.where(self.arrays["sign"] < 0, -1.0, 1.0)


@dataclass(eq=False)
class Text(Mark):
    """Words at places: a string at a number each, or N of them at x and y of shape (N,).

    ``anchor`` is the part of the words that stands at x: ``"start"``, ``"middle"`` or ``"end"``;
    y is the middle of the line.
    """

    kind, axes = "text", {"x": "x", "y": "y"}

    x: ArrayLike
    y: ArrayLike
    text: str | Sequence[str]
    anchor: str = "middle"
    role: str = "data"

    def __post_init__(self) -> None:
        if self.anchor not in ("start", "middle", "end"):
            raise ArgumentError(
                f"anchor: got {self.anchor!r}, expected 'start', 'middle' or 'end'."
                f"{did_you_mean(self.anchor, ('start', 'middle', 'end'))}"
            )
        self.text = [self.text] if isinstance(self.text, str) else list(self.text)
        super().__post_init__()
        if len(self.arrays["x"]) != len(self.text):
            raise ShapeError(
                f"Text: got {len(self.text)} words, expected one for each of the "
                f"{len(self.arrays['x'])} places."
            )


def _numbers(name: str, values: ArrayLike) -> np.ndarray:
    """Return a number, or a column of them, as float64; infinity is refused, NaN is a gap."""
    array = np.asarray(values)
    if array.dtype.kind not in "biuf":
        raise ArgumentError(
            f"{name}: got {type(values).__name__} of dtype {array.dtype}, expected real numbers."
        )
    if array.ndim == 2 and 1 in array.shape:
        array = array.reshape(-1)
    if array.ndim > 1 or array.size == 0:
        raise ShapeError(
            f"{name}: got shape {array.shape}, expected (N,) or (N, 1). Draw one mark for each "
            "row, or pick a column."
        )
    array = array.astype(float)
    if np.isinf(array).any():
        raise ArgumentError(
            f"{name}: {int(np.isinf(array).sum())} of {array.size} values are infinite, expected "
            "numbers. Put NaN where nothing is to be drawn."
        )
    return array
