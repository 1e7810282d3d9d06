"""The checks of notebook 05: a probability and its error, an exact variance, a scale that fits.

What is right comes from counting, from the moments of independent normal weights, and from asking
whether a scale leads to the variance that was wanted. Next:
:mod:`bnn_teach.course.chapters.ch06.checks`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from bnn_teach.course.expectations import Checks, Lesson, Slip, expect, expect_close, number, parts

CHECKS = Checks()
_SHARE = Lesson(
    "A probability is a share of draws: how many of the functions have a swing of this size.",
    "notebook 05, section 4",
    "The swing of a function is `np.ptp(f, axis=1)`: its largest value minus its smallest.",
)
_AXIS = _SHARE.beside(
    "Each row is a function. Its swing is taken along the points, not across the functions.",
    "Use `axis=1`, which gives one swing for each function.",
)
_ERROR = _SHARE.beside(
    "M6", "The error of a share p of n draws is √(p (1 - p) / n); it falls with n."
)


@CHECKS.enter(
    "05.1",
    _SHARE,
    "One swing for each function: `swing = np.ptp(f, axis=1)`.",
    "The mean of `(swing >= low) & (swing <= high)` is the probability.",
    "Its Monte Carlo error is `np.sqrt(p * (1 - p) / len(f))`.",
    also=({"low": 0.5, "high": 2.0, "num_functions": 200, "num_points": 11, "seed": 53},),
)
def swing_between(
    answer: Any,
    low: float = 3.0,
    high: float = 9.0,
    num_functions: int = 500,
    num_points: int = 40,
    seed: int = 5,
) -> None:
    """Compare a share of functions, and its error, with counts."""
    rng = np.random.default_rng(seed)
    steps = rng.normal(size=(num_functions, num_points)) * rng.gamma(2.0, size=(num_functions, 1))
    f = np.cumsum(steps, axis=1) / np.sqrt(num_points) * 2
    swing, across = (f.max(axis=axis) - f.min(axis=axis) for axis in (1, 0))
    p = float(np.mean((swing >= low) & (swing <= high)))
    error = float(np.sqrt(p * (1 - p) / num_functions))
    got = parts(answer(f.copy(), low, high), ("the probability", "its error"), _SHARE)
    of_points = np.mean((across >= low) & (across <= high))
    slips = (
        Slip(of_points, "It is that of a swing across the functions", _AXIS),
        Slip(np.mean(swing <= high), "It asks about only `high`"),
        Slip(np.mean(swing >= low), "It asks about only `low`"),
    )
    expect_close(got[0], p, 1e-9, "The probability", _SHARE, slips)
    of_error = (
        Slip(error**2, "It is its square", _ERROR.beside("M15", "Take √.")),
        Slip(np.sqrt(p * (1 - p)), "It is the sd of a single yes or no"),
    )
    expect_close(got[1], error, 0.01 * error, "The Monte Carlo error", _ERROR, of_error, near=1e-3)


_LAYERS = Lesson(
    "Each layer adds the bias's variance to what comes in; a ReLU halves the mean square.",
    "notebook 05, section 3",
    "Go layer by layer: what comes in, what the ReLU leaves of it, how many units, the bias.",
)
_HALF = _LAYERS.beside(
    "A ReLU sets half of the signals to 0, so it halves their mean square.",
    "Divide what enters a layer behind a ReLU by 2.",
)
_ROOT = _LAYERS.beside("M15", "Return the variance, without a root.")


@CHECKS.enter(
    "05.2",
    _LAYERS,
    "Begin with the first layer: a weight of sd s, times x, and a bias of sd s. What is the "
    "variance of their sum?",
    "Each hidden layer is one step of the loop in section 3, and brings its own number of units.",
    "What does half of a variance, times s², become when `units` of them are added up? The "
    "bias comes on top.",
    also=(
        {"hidden": (3,)},
        {"x": (0.0, 2.0), "s": 0.6, "hidden": (7, 2, 4)},
    ),
)
def variance_of(
    answer: Any,
    x: ArrayLike = (-1.5, 0.0, 0.3, 1.0),
    s: float = 1.3,
    hidden: tuple[int, ...] = (5, 5),
) -> None:
    """Compare with the moments of independent normal weights, layer by layer."""
    x = np.asarray(x, dtype=float)
    exact = _moments(x, s, hidden)
    slips = (
        Slip(np.sqrt(exact), "They are standard deviations", _ROOT),
        Slip(_moments(x, s, hidden, part=1), "No ReLU has halved anything", _HALF),
        Slip(_moments(x, s, hidden, bias=0), "The biases do not count"),
    )
    what = f"The variance for hidden={hidden}"
    expect_close(answer(x.copy(), s, hidden), exact, 1e-6 * exact, what, _LAYERS, slips, near=1e-3)


def _moments(
    x: np.ndarray, s: float, hidden: tuple[int, ...], part: int = 2, bias: int = 1
) -> np.ndarray:
    """Return the variance of f(x): the sum of squares that come in, times s², and a bias."""
    squares = [x**2]  # the mean squares of all units of a layer
    for units in (*hidden, 1):
        variance = s**2 * (bias + np.sum(squares, axis=0))
        squares = [variance / part] * units
    return np.asarray(variance)


_SCALE = _LAYERS.beside(
    "M9",
    "Ask your own `variance_of` at x = 0: at which s does it give sd²? Halve an interval, or let "
    "SciPy search.",
)
_SQUARE = _LAYERS.beside("M15", "Compare the variance with sd².")


@CHECKS.enter(
    "05.3",
    _SCALE,
    "You have `variance_of`. Which s makes `variance_of(0.0, s, hidden)` equal to `sd**2`?",
    "The variance grows with s. So halve an interval, or let "
    "`scipy.optimize.brentq(difference, low, high)` do so.",
    "Which function of s is 0 where the variance is sd²? Between 1e-6 and `sd` it changes its "
    "sign, since the last bias alone has the sd s.",
    also=({"hidden": (4,), "sd": 7.0},),
)
def scale_for(answer: Any, hidden: tuple[int, ...] = (50, 50), sd: float = 2.9) -> None:
    """Ask whether the scale that the answer gives leads to the standard deviation wanted."""
    got = number(answer(hidden, sd), "The scale", _SCALE)
    expect(got > 0, f"The scale: got {got:.4g}, expected a positive number.", _SCALE)
    variance = float(_moments(np.array(0.0), got, hidden))
    squared = Slip(sd**0.5, f"It is the variance that is {sd:g}", _SQUARE)
    what = f"The sd of f(0) at scale {got:.4g}"
    expect_close(variance**0.5, sd, 1e-3 * sd, what, _SCALE, [squared], near=1e-3)
