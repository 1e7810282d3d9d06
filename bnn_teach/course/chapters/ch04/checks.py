"""The checks of notebook 04: a gap, data around it, and how often a band holds what is measured.

Data are judged by their shapes, by the gap, and by the size of the noise: the sum of squared
residuals follows a χ² distribution, whose quantiles are the limits. Next:
:mod:`bnn_teach.course.chapters.ch05.checks`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from bnn_teach.course.expectations import (
    Checks,
    Lesson,
    Slip,
    expect,
    expect_close,
    numbers,
    parts,
    shown,
)

CHECKS = Checks()
_FALSE_ALARM = 1e-5  # chance that data made as asked are refused
_OUTSIDE = Lesson(
    "A gap is an interval without data. Its ends belong to the data, as in our forty points.",
    "notebook 04, section 1",
    "Try it on the two ends of a gap: at both of them something may be measured.",
)


@CHECKS.enter(
    "04.1",
    _OUTSIDE,
    "An input is outside if it is low enough or high enough.",
    "Do the ends of the gap belong to it? Which comparison says so?",
    "For arrays, `or` is written `|`, and each condition needs brackets.",
    also=({"gap": (0.0, 1.0), "x": ((-1.0, 0.0, 0.5), (0.99, 1.0, 2.0))},),
)
def outside(
    answer: Any, gap: tuple[float, float] = (-0.15, 0.3), x: ArrayLike = (-1, -0.15, 0, 0.2, 0.3)
) -> None:
    """Ask which inputs are outside a gap, with its ends."""
    x = np.asarray(x, dtype=float)
    got = np.asarray(answer(x.copy(), gap))
    exact = (x <= gap[0]) | (x >= gap[1])
    expect(
        got.shape == x.shape and got.dtype == bool,
        f"The answer: got {shown(got)}, expected True or False for each of the {x.size} inputs, in "
        f"an array of shape {x.shape}.",
        _OUTSIDE,
    )
    expect(not np.array_equal(got, ~exact), "True stands for the inputs in the gap.", _OUTSIDE)
    wrong = x[got != exact]
    why = " The ends of a gap do not belong to it." if np.isin(wrong, gap).all() else ""
    expect(
        not wrong.size,
        f"At x = {', '.join(f'{each:g}' for each in wrong[:3])} the answer is wrong for the gap "
        f"from {gap[0]:g} to {gap[1]:g}.{why}",
        _OUTSIDE,
    )


_SHAPES = _OUTSIDE.beside(
    "A network takes a table: one row for each point, one column for each input.",
    "Make a column of a row with `x[:, None]`, for both `x` and `y`.",
)
_GAP = _OUTSIDE.beside(
    "What the points do not tell is what this course is about: nothing is measured in the gap.",
    "Join two `np.linspace`: from -1 to the gap's lower end, and from its upper end to 1.",
)
_NOISE = _OUTSIDE.beside(
    "Every measurement is off by an error of its own, normal and of size `noise_scale`.",
    "To `np.sin(2 * np.pi * x)`, add `noise_scale` times one standard normal number for each x.",
)
_SD = _OUTSIDE.beside(
    "M15", "Multiply standard normal numbers by `noise_scale` itself, a standard deviation."
)
_SEED = _OUTSIDE.beside(
    "A seed makes chance repeatable: the same seed, the same data; another seed, other noise.",
    "Draw the noise from `np.random.default_rng(seed)`.",
)


@CHECKS.enter(
    "04.2",
    _GAP,
    "Section 1 has all that you need: two `np.linspace`, joined by `np.concatenate`.",
    "Which line of section 1 makes the errors? Which of its words change here?",
    "`x[:, None]` makes a column of a row; return both columns.",
    also=({"num_points": 75, "gap": (-0.1, 0.1), "noise_scale": 0.05, "seed": 3},),
)
def make_data(
    answer: Any,
    num_points: int = 200,
    gap: tuple[float, float] = (-0.25, 0.5),
    noise_scale: float = 0.2,
    seed: int = 1,
) -> None:
    """Ask for shapes, an empty gap, noise of the right size, and a seed that counts."""
    got = parts(answer(num_points, gap, noise_scale, seed), ("x", "y"), _SHAPES)
    x, y = (
        numbers(each, (num_points, 1), name, _SHAPES) for name, each in zip("xy", got, strict=True)
    )
    inside = np.sum((x > gap[0] + 1e-6) & (x < gap[1] - 1e-6))
    said = f"{inside} of {num_points} inputs are in the gap from {gap[0]:g} to {gap[1]:g}"
    expect(not inside, f"{said}, expected none.", _GAP)
    left = np.sum(x <= gap[0])
    half = left if num_points - left == num_points // 2 else num_points // 2  # either, if odd
    rows = [np.linspace(-1, gap[0], half), np.linspace(gap[1], 1, num_points - half)]
    in_order = np.sort(x[:, 0])
    expect_close(in_order, np.concatenate(rows), 1e-5, "The inputs, in order,", _GAP)
    _expect_noise(y - np.sin(2 * np.pi * x), noise_scale)
    again, other = (answer(num_points, gap, noise_scale, each)[1] for each in (seed, seed + 1))
    expect(np.array_equal(again, got[1]), "The same seed gave other data.", _SEED)
    expect(not np.array_equal(other, got[1]), "Another seed gave the same data.", _SEED)


def _expect_noise(errors: np.ndarray, noise_scale: float) -> None:
    """Hold the sum of squared errors against the χ² distribution."""
    expect(errors.any(), "Your measurements lie on the curve, expected noise on each.", _NOISE)
    expect(np.ptp(errors) > 1e-9, "All your measurements are off by the same amount.", _NOISE)
    low, high = stats.chi2.ppf([_FALSE_ALARM / 2, 1 - _FALSE_ALARM / 2], errors.size)
    size, least, most = np.sqrt([np.mean(errors**2), low / errors.size, high / errors.size])
    right = least < size / noise_scale < most
    said = (
        f"Around the sine your measurements are off by about {size:.3g}, expected {noise_scale:g}"
    )
    for wrong, what in ((noise_scale**2, "square"), (noise_scale**0.5, "root")):
        slip = not right and least < size / wrong < most
        expect(not slip, f"{said}. It seems that the noise is the {what} of `noise_scale`.", _SD)
    limits = f"between {least * noise_scale:.3g} and {most * noise_scale:.3g}"
    expect(right, f"{said}, for {errors.size} points {limits}.", _NOISE)


_SHARE = Lesson(
    "A band of 95 % should hold about 95 of 100 new measurements. Counting them is the test.",
    "notebook 04, section 4",
    "Count where `y` is at or above `lower` and at or below `upper`; divide by how many there are.",
)
_ERROR = Lesson(
    "A share is a mean of zeros and ones, so its error, too, falls with √n.",
    "notebook 04, section 2",
    "What is the variance of a single zero or one, if p is the share of ones?",
)


@CHECKS.enter(
    "04.3",
    _SHARE,
    "Which measurements are inside? Two conditions, joined by `&`.",
    "The mean of True and False is the share of True.",
    "For the error, begin with the variance of a single zero or one: p minus p². Section 2 says "
    "what becomes of it in a mean of n.",
    also=({"num_new": 150, "half_width": 2.2, "seed": 5},),
)
def share_inside(answer: Any, num_new: int = 400, half_width: float = 1.5, seed: int = 4) -> None:
    """Compare a share and its standard error with counts."""
    rng = np.random.default_rng(seed)
    middle = rng.normal(size=num_new)
    lower, upper = middle - half_width, middle + 0.5 * half_width
    y = middle + rng.standard_normal(num_new)
    inside = (y >= lower) & (y <= upper)
    share = float(inside.mean())
    error = float(np.sqrt(share * (1 - share) / num_new))
    got = parts(answer(lower.copy(), upper.copy(), y.copy()), ("the share", "its error"), _SHARE)
    slips = (
        Slip(1 - share, "It is the share outside"),
        Slip(np.mean(y <= upper), "It is the share below the upper limit"),
        Slip(np.mean(y >= lower), "It is the share above the lower limit"),
        Slip(inside.sum(), "It is a count"),
        Slip(100 * share, "It is in percent"),
    )
    expect_close(got[0], share, 1e-9, "The share", _SHARE, slips)
    of_error = (
        Slip(error**2, "It is its square", _ERROR.beside("M15", "Take the root.")),
        Slip(np.sqrt(0.95 * 0.05 / num_new), "It is that of 95 % and not of what was counted"),
        Slip(error * np.sqrt(num_new), "It is not divided by √n"),
    )
    expect_close(got[1], error, 0.01 * error, "The error of the share", _ERROR, of_error, near=1e-3)
