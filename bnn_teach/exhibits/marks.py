"""What a panel is made of: lines, bands, points, bars, segments, polygons and words.

You will find one small class for each kind of mark. A mark says what it stands for, by a role of
:data:`bnn_teach.plots.colors`, and what it is called in the legend; how a role looks is decided
there, once for figures and exhibits alike. Next: :mod:`bnn_teach.exhibits.frames`.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from bnn_teach.errors import ArgumentError, ShapeError, did_you_mean
from bnn_teach.plots.style import colors


class Mark:
    """One kind of thing in a panel: its arrays, and its options.

    Attributes
    ----------
    kind : str
        Under which name ``static/figure.js`` knows it.
    arrays : dict of str to ndarray, shape (N,), float64
        What is drawn; NaN leaves a gap.
    axes : dict of str to str
        Along which axis each array runs, ``"x"`` or ``"y"``; an array without an axis is a size.
    options : dict
        The rest: role, label, and what the kind needs, in values that JSON knows.
    """

    kind = ""
    axes: ClassVar[dict[str, str]] = {}

    def __init__(self, role: str, label: str, **options: Any) -> None:
        if role not in colors:
            raise ArgumentError(
                f"role: came {role!r}; expected one of {', '.join(colors)}."
                f"{did_you_mean(role, colors)}"
            )
        if not isinstance(label, str):
            raise ArgumentError(f"label: came {label!r}; expected a string, or leave it out.")
        kept = {key: value for key, value in options.items() if value not in (None, False)}
        self.options: dict[str, Any] = {"role": role} | ({"label": label} if label else {}) | kept
        self.arrays: dict[str, np.ndarray] = {}

    def __repr__(self) -> str:
        sizes = ", ".join(f"{name}: {len(array)}" for name, array in self.arrays.items())
        return f"{type(self).__name__}({sizes}, role={self.options['role']!r})"

    def _keep(self, **arrays: ArrayLike) -> None:
        """Keep arrays of one length, as float64; a single number fits any length."""
        read = {name: _numbers(f"{type(self).__name__}: {name}", a) for name, a in arrays.items()}
        lengths = {name: len(array) for name, array in read.items() if array.ndim}
        length = max(lengths.values(), default=1)
        if any(each != length for each in lengths.values()):
            found = ", ".join(f"{name} has {n}" for name, n in lengths.items())
            raise ShapeError(
                f"{type(self).__name__}: {found} values; expected as many in each. Compute them at "
                "the same x."
            )
        self.arrays = {name: np.broadcast_to(a, (length,)).copy() for name, a in read.items()}


class Line(Mark):
    """A line through points, in the order given; NaN interrupts it.

    Parameters
    ----------
    x, y : array_like, shape (N,) or (N, 1)
        Where it goes.
    role : str
        A key of :data:`bnn_teach.plots.colors`.
    label : str, optional
        Its name in the legend.
    width : float, optional
        In pixels; 2 where it is left out.
    """

    kind, axes = "line", {"x": "x", "y": "y"}

    def __init__(
        self, x: ArrayLike, y: ArrayLike, role: str, label: str = "", width: float | None = None
    ) -> None:
        super().__init__(role, label, width=_size("width", width))
        self._keep(x=x, y=y)


class Band(Mark):
    """The area between a lower and an upper line; ``hatch=True`` for noise.

    Parameters
    ----------
    x, lower, upper : array_like, shape (N,) or (N, 1)
        Its two edges.
    role, label : str
        As for :class:`Line`.
    hatch : bool, optional
        Fill it with the role's pattern instead of a plain tint.
    """

    kind, axes = "band", {"x": "x", "lower": "y", "upper": "y"}

    def __init__(
        self,
        x: ArrayLike,
        lower: ArrayLike,
        upper: ArrayLike,
        role: str,
        label: str = "",
        hatch: bool = False,
    ) -> None:
        super().__init__(role, label, hatch=bool(hatch))
        self._keep(x=x, lower=lower, upper=upper)


class Points(Mark):
    """Separate points, with the role's marker.

    Parameters
    ----------
    x, y : array_like, shape (N,) or (N, 1)
        Where they are.
    role, label : str
        As for :class:`Line`.
    size : float, optional
        The radius in pixels; 3 where it is left out.
    """

    kind, axes = "points", {"x": "x", "y": "y"}

    def __init__(
        self, x: ArrayLike, y: ArrayLike, role: str, label: str = "", size: float | None = None
    ) -> None:
        super().__init__(role, label, size=_size("size", size))
        self._keep(x=x, y=y)


class Polygon(Mark):
    """A closed area with corners at (x, y), such as a contour; NaN begins a new one.

    Parameters
    ----------
    x, y : array_like, shape (N,) or (N, 1)
        The corners, in order.
    role, label : str
        As for :class:`Line`.
    hatch : bool, optional
        Fill it with the role's pattern instead of a plain tint.
    """

    kind, axes = "polygon", {"x": "x", "y": "y"}

    def __init__(
        self, x: ArrayLike, y: ArrayLike, role: str, label: str = "", hatch: bool = False
    ) -> None:
        super().__init__(role, label, hatch=bool(hatch))
        self._keep(x=x, y=y)


class Bars(Mark):
    """The bars of a histogram, each from ``left`` to ``right`` and from 0 to ``height``.

    Parameters
    ----------
    left, right, height : array_like, shape (N,)
        For a histogram: ``edges[:-1], edges[1:], counts``.
    role, label : str
        As for :class:`Line`.
    hatch : bool, optional
        Fill them with the role's pattern instead of a plain tint.
    """

    kind, axes = "bars", {"left": "x", "right": "x", "height": "y"}

    def __init__(
        self,
        left: ArrayLike,
        right: ArrayLike,
        height: ArrayLike,
        role: str,
        label: str = "",
        hatch: bool = False,
    ) -> None:
        super().__init__(role, label, hatch=bool(hatch))
        self._keep(left=left, right=right, height=height)


class Segments(Mark):
    """Straight strokes from (x0, y0) to (x1, y1), such as the weights of a drawn network.

    Parameters
    ----------
    x0, y0, x1, y1 : array_like, shape (N,)
        Both ends.
    role, label : str
        As for :class:`Line`.
    width : array_like, shape (N,), optional
        The strokes' widths in pixels, such as ``4 * abs(w) / abs(w).max()``.
    sign : array_like, shape (N,), optional
        Strokes with a sign below 0 are dashed.
    """

    kind, axes = "segments", {"x0": "x", "y0": "y", "x1": "x", "y1": "y"}

    def __init__(
        self,
        x0: ArrayLike,
        y0: ArrayLike,
        x1: ArrayLike,
        y1: ArrayLike,
        role: str,
        label: str = "",
        width: ArrayLike | None = None,
        sign: ArrayLike | None = None,
    ) -> None:
        super().__init__(role, label)
        signs = 1.0 if sign is None else np.where(_numbers("Segments: sign", sign) < 0, -1.0, 1.0)
        widths = 1.5 if width is None else np.abs(_numbers("Segments: width", width))
        self._keep(x0=x0, y0=y0, x1=x1, y1=y1, width=widths, sign=signs)


class Text(Mark):
    """Words at places.

    Parameters
    ----------
    x, y : float, or array_like, shape (N,)
        Where: the anchor point's position; y is the middle of the line.
    text : str, or sequence of N str
        What it says.
    anchor : {"start", "middle", "end"}, optional
        Which part of the words stands at x.
    role : str, optional
        Whose colour it has; that of the page's text where it is left out.
    """

    kind, axes = "text", {"x": "x", "y": "y"}

    def __init__(
        self,
        x: ArrayLike,
        y: ArrayLike,
        text: str | Sequence[str],
        anchor: str = "middle",
        role: str = "data",
    ) -> None:
        words = [text] if isinstance(text, str) else [str(each) for each in text]
        if anchor not in ("start", "middle", "end"):
            raise ArgumentError(
                f"anchor: came {anchor!r}; expected 'start', 'middle' or 'end'."
                f"{did_you_mean(anchor, ('start', 'middle', 'end'))}"
            )
        super().__init__(role, "", text=words, anchor=anchor)
        self._keep(x=x, y=y, _count=np.zeros(len(words)))
        del self.arrays["_count"]


def _numbers(name: str, values: ArrayLike) -> np.ndarray:
    """Return a number, or a column of them, as float64; infinity is refused, NaN is a gap."""
    array = np.asarray(values)
    if array.dtype.kind not in "biuf":
        raise ArgumentError(
            f"{name}: came {type(values).__name__} of dtype {array.dtype}; expected real numbers."
        )
    if array.ndim == 2 and 1 in array.shape:
        array = array.reshape(-1)
    if array.ndim > 1 or array.size == 0:
        raise ShapeError(
            f"{name}: came shape {array.shape}; expected (N,) or (N, 1). Draw one mark for each "
            "row, or pick a column."
        )
    array = array.astype(float)
    if np.isinf(array).any():
        raise ArgumentError(
            f"{name}: {int(np.isinf(array).sum())} of {array.size} values are infinite; expected "
            "numbers. Put NaN where nothing is to be drawn."
        )
    return array


def _size(name: str, value: float | None) -> float | None:
    if value is None:
        return None
    try:
        number = float(operator.mul(value, 1.0))
    except TypeError:
        number = -1.0
    if not number > 0:
        raise ArgumentError(f"{name}: came {value!r}; expected a number of pixels above 0.")
    return number
