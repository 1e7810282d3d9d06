"""The checks of notebook 05: a probability and its error, an exact variance, a scale that fits.

What is right comes from counting, from the moments of independent normal weights, and from asking
whether a scale leads to the variance that was wanted. The visible case is the default of a check's
keywords; a sheet's hidden tests give others. Next: :mod:`bnn_teach.course.chapters.ch06.checks`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from bnn_teach.course.expectations import (
    Exercise,
    Lesson,
    about,
    expect,
    expect_close,
    expect_no_slip,
    numbers,
    parts,
)

# --- 05.1 ------------------------------------------------------------------------------------

_SHARE = Lesson(
    "A probability is a share of draws: how many of the functions have a swing of this size.",
    "notebook 05, section 4",
    "The swing of a function is `np.ptp(f, axis=1)`: its largest value minus its smallest.",
)
_AXIS = Lesson(
    "Each row is a function. Its swing is taken along the points, not across the functions.",
    "notebook 05, section 4",
    "Use `axis=1`, which gives one swing for each function.",
)
_ERROR = Lesson(
    "M6",
    "notebook 05, section 4",
    "The error of a share p of n draws is √(p (1 - p) / n); it falls with n.",
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
    swing = f.max(axis=1) - f.min(axis=1)
    inside = (swing >= low) & (swing <= high)
    p = float(inside.mean())
    error = float(np.sqrt(p * (1 - p) / num_functions))
    came = parts(answer(f.copy(), low, high), ("the probability", "its error"), _SHARE)
    across = f.max(axis=0) - f.min(axis=0)
    expect(
        not about(came[0], np.mean((across >= low) & (across <= high)), 1e-6),
        f"The probability: came that of a swing across the functions; expected {p:.4g}.",
        _AXIS,
    )
    for wrong, said in ((np.mean(swing <= high), "high"), (np.mean(swing >= low), "low")):
        expect(
            not about(came[0], wrong, 1e-6) or about(wrong, p, 1e-6),
            f"The probability: came {wrong:.4g}; only `{said}` was asked about.",
            _SHARE,
        )
    expect_close(came[0], p, 1e-9, "The probability", _SHARE)
    slips = (
        (error**2, "its square", Lesson("M15", "notebook 05, section 4", "Take √.")),
        (np.sqrt(p * (1 - p)), "the sd of a single yes or no", _ERROR),
    )
    expect_no_slip(came[1], error, slips, "The error", 1e-3)
    expect_close(came[1], error, 0.01 * error, "The Monte Carlo error", _ERROR)


# --- 05.2 ------------------------------------------------------------------------------------

_LAYERS = Lesson(
    "Each layer adds the bias's variance to what comes in; a ReLU halves the mean square.",
    "notebook 05, section 3",
    "For each hidden layer: `variance = s**2 + units * s**2 * variance / 2`.",
)
_HALF = Lesson(
    "A ReLU sets half of the signals to 0, so it halves their mean square.",
    "notebook 05, section 3",
    "Divide what enters a layer behind a ReLU by 2.",
)


def variance_of(
    answer: Any,
    x: ArrayLike = (-1.5, 0.0, 0.3, 1.0),
    s: float = 1.3,
    hidden: tuple[int, ...] = (5, 5),
) -> None:
    """Compare with the moments of independent normal weights, layer by layer."""
    x = np.asarray(x, dtype=float)
    exact, whole, no_bias = (_moments(x, s, hidden, *how) for how in ((2, 1), (1, 1), (2, 0)))
    came = answer(x.copy(), s, hidden)
    lesson = Lesson("M15", "notebook 05, section 3", "Return the variance, without a root.")
    expect(not about(came, np.sqrt(exact)), "Came standard deviations.", lesson)
    expect(
        not hidden or not about(came, whole), "The variance: no ReLU has halved anything.", _HALF
    )
    expect(not about(came, no_bias), "The variance: the biases do not count.", _LAYERS)
    expect_close(came, exact, 1e-6 * exact, f"The variance for hidden={hidden}", _LAYERS)


def _moments(
    x: np.ndarray, s: float, hidden: tuple[int, ...], part: int = 2, bias: int = 1
) -> np.ndarray:
    """Return the variance of f(x): the sum of squares that come in, times s², and a bias."""
    squares = [x**2]  # the mean squares of all units of a layer
    for units in (*hidden, 1):
        variance = s**2 * (bias + np.sum(squares, axis=0))
        squares = [variance / part] * units
    return np.asarray(variance)


# --- 05.3 ------------------------------------------------------------------------------------

_SCALE = Lesson(
    "M9",
    "notebook 05, section 3",
    "Find the scale at which your own `variance_of(0.0, s, hidden)` is sd²; halve an interval.",
)


def scale_for(answer: Any, hidden: tuple[int, ...] = (50, 50), sd: float = 2.9) -> None:
    """Ask whether the scale that came leads to the standard deviation that was wanted."""
    came = float(numbers(answer(hidden, sd), (), "The scale", _SCALE))
    expect(came > 0, f"The scale: came {came:.4g}; expected a positive number.", _SCALE)
    reached = float(_moments(np.array(0.0), came, hidden)) ** 0.5
    squared = float(_moments(np.array(0.0), came, hidden))
    expect(
        abs(squared - sd) > 1e-3 * sd or abs(reached - sd) < 1e-3 * sd,
        f"At scale {came:.4g} it is the variance of f(0) that is {sd:g}; expected the sd.",
        Lesson("M15", "notebook 05, section 3", "Compare the variance with sd²."),
    )
    expect(
        abs(reached - sd) <= 1e-3 * sd,
        f"At scale {came:.4g} the sd of f(0) is {reached:.4g}; expected {sd:g}.",
        _SCALE,
    )


CHECKS = {
    "05.1": Exercise(
        swing_between,
        _SHARE,
        (
            "One swing for each function: `swing = np.ptp(f, axis=1)`.",
            "The mean of `(swing >= low) & (swing <= high)` is the probability.",
            "Its Monte Carlo error is `np.sqrt(p * (1 - p) / len(f))`.",
        ),
    ),
    "05.2": Exercise(
        variance_of,
        _LAYERS,
        (
            "Begin with the first layer, one weight and one bias: `s**2 * (1 + x**2)`.",
            "Each hidden layer is one step of the loop in section 3, and brings its own number of "
            "units.",
            "In the step: `variance = s**2 + units * s**2 * variance / 2`.",
        ),
    ),
    "05.3": Exercise(
        scale_for,
        _SCALE,
        (
            "You have `variance_of`. Which s makes `variance_of(0.0, s, hidden)` equal to `sd**2`?",
            "The variance grows with s. So halve an interval, or let "
            "`scipy.optimize.brentq(difference, low, high)` do so.",
            "`difference = lambda s: variance_of(0.0, s, hidden) - sd**2`, from 1e-6 to `sd`: the "
            "last bias alone has the sd s.",
        ),
    ),
}
"""The exercises by number."""
