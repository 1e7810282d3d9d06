"""A band that the reader draws before seeing any, and the score that judges it.

You will find the interval score, which makes a narrow band worth having only where it holds what
it claims to hold. Next: :mod:`bnn_teach.exhibits.storage`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from bnn_teach.errors import ArgumentError, ShapeError
from bnn_teach.exhibits.controls import check_name
from bnn_teach.exhibits.marks import Mark


class Draw:
    r"""A band that the reader draws on the first panel, and that is then scored.

    Parameters
    ----------
    name : str
        Under which ``exhibit.values`` keeps the band: a dict with ``lower`` and ``upper``.
    x : array_like, shape (A,)
        The anchors, in increasing order: the band is straight between them.
    at : tuple of two array_like, shape (M,)
        The points (x, y) that score it. They stay hidden until the reader asks for them.
    reveal : sequence of Mark
        What else appears then, such as the true function.
    references : mapping of str to tuple of two array_like, shape (M,), optional
        Bands to compare with, as lower and upper ends at the points, by what they are called.
    level : float, optional
        The share of points that the band should hold: 1 - α.
    label : str, optional
        What the reader is asked to draw.

    Notes
    -----
    The score is the mean of :func:`interval_score` over the points; less is better.
    """

    kind = "draw"

    def __init__(
        self,
        name: Any,
        x: ArrayLike,
        at: tuple[ArrayLike, ArrayLike],
        reveal: Sequence[Mark] = (),
        references: Mapping[str, tuple[ArrayLike, ArrayLike]] | None = None,
        level: float = 0.95,
        label: str = "your band",
    ) -> None:
        self.name, self.label = check_name(name), label
        self.level, self.reveal = level, list(reveal)
        self.anchors = np.asarray(x, float).reshape(-1)
        if len(self.anchors) < 2 or (np.diff(self.anchors) <= 0).any():
            raise ArgumentError("x: expected at least two anchors, in increasing order.")
        self.at_x, self.at_y = (np.asarray(each, float).reshape(-1) for each in at)
        if self.at_x.shape != self.at_y.shape or not self.at_x.size:
            raise ShapeError(
                f"at: got {len(self.at_x)} x and {len(self.at_y)} y, expected as many of each."
            )
        if not (self.anchors[0] <= self.at_x.min() and self.at_x.max() <= self.anchors[-1]):
            raise ArgumentError(
                "at: some points lie outside the anchors, where no band can be drawn. Move the "
                "first and the last anchor outwards."
            )
        self.scores = {
            words: float(interval_score(*ends, self.at_y, level).mean())
            for words, ends in (references or {}).items()
        }

    @property
    def value(self) -> dict[str, list[float]]:
        """The band at the beginning, from -1 to 1."""
        return {"lower": [-1.0] * len(self.anchors), "upper": [1.0] * len(self.anchors)}

    def check(self, value: Any) -> dict[str, list[float]]:
        """Return a band that was drawn, or raise an ArgumentError."""
        try:
            band = {end: [float(each) for each in value[end]] for end in ("lower", "upper")}
        except (TypeError, ValueError, KeyError):
            band = {"lower": [], "upper": []}
        lower, upper = np.asarray(band["lower"]), np.asarray(band["upper"])
        if not lower.shape == upper.shape == self.anchors.shape or not (lower <= upper).all():
            raise ArgumentError(
                f"{self.name}: expected {{'lower': [...], 'upper': [...]}} with "
                f"{len(self.anchors)} numbers each, lower below upper."
            )
        return band

    def score(self, value: Any) -> float:
        """Return the mean interval score of a band, as the page shows it."""
        band = self.check(value)
        lower, upper = (np.interp(self.at_x, self.anchors, band[end]) for end in band)
        return float(interval_score(lower, upper, self.at_y, self.level).mean())

    def state(self) -> dict[str, Any]:
        """Return what the script needs to know; the points themselves are kept with the marks."""
        return {
            "kind": self.kind, "name": self.name, "label": self.label, "panel": 0,
            "level": self.level, "scores": self.scores,
        }  # fmt: skip


def interval_score(
    lower: ArrayLike, upper: ArrayLike, y: ArrayLike, level: float = 0.95
) -> np.ndarray:
    r"""Score intervals by what happened: the width, and a fine for what they missed.

    .. math:: S = (u - l) + \frac{2}{\alpha}(l - y)_+ + \frac{2}{\alpha}(y - u)_+

    Parameters
    ----------
    lower, upper : array_like, any shape
        The intervals' ends, in the unit of y.
    y : array_like, of a shape that fits
        What happened.
    level : float, optional
        The probability that the intervals claim to hold, 1 - α.

    Returns
    -------
    ndarray, float64
        One score each, in the unit of y; less is better.

    Raises
    ------
    ArgumentError
        ``level`` is not between 0 and 1, or a lower end is above its upper end.

    References
    ----------
    Gneiting and Raftery (2007), Strictly proper scoring rules, prediction, and estimation,
    *Journal of the American Statistical Association* 102(477), section 6.2.
    """
    if not 0 < level < 1:
        raise ArgumentError(
            f"level: got {level!r}, expected a number between 0 and 1, such as 0.95. Divide per "
            "cent by 100."
        )
    low, high, seen = (np.asarray(each, float) for each in (lower, upper, y))
    if (low > high).any():
        raise ArgumentError("lower, upper: some lower ends are above their upper ends. Swap them.")
    fine = 2 / (1 - level)
    below = np.maximum(low - seen, 0)
    above = np.maximum(seen - high, 0)
    score: np.ndarray = (high - low) + fine * (below + above)
    return score
