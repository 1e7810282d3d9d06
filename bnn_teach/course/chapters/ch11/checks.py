"""The checks of notebook 11: a density and its Jacobian, any map, and a line with uneven noise.

Whether a density was carried over rightly is seen in two ways: its integral over the whole line is
one, and at each z it is what the inverse function says. Next:
:mod:`bnn_teach.course.chapters.ch12.checks`.
"""

from __future__ import annotations

from collections.abc import Callable
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
    expect_no_slip,
    numbers,
    shown,
)
from bnn_teach.course.expectations_of_models import expect_log_joint, expect_names, model_from

CHECKS = Checks()
_AREA = 1e-3  # the sum over the grid is closer to the integral than this
_ROUNDING = 1e-6
Function = Callable[[np.ndarray], np.ndarray]
_JACOBIAN = Lesson(
    "Probability is an area. Where a map stretches the axis, the density has to sink, and where it "
    "squeezes the axis, to rise; else the area is no longer one.",
    "notebook 11, section 2",
    "Add the logarithm of the map's slope to the log-density.",
)


def _scale(family: str, size: float) -> Any:
    """Return a distribution of positive numbers."""
    return {
        "half-normal": stats.halfnorm(scale=size),
        "exponential": stats.expon(scale=size),
        "gamma": stats.gamma(2.5, scale=size),
    }[family]


def _expect_density(
    got: Any, z: np.ndarray, plain: np.ndarray, slope: np.ndarray, what: str, *slips: Slip
) -> None:
    """Compare a log-density with what is right, after the slips on the way to it."""
    right = plain + slope
    with np.errstate(all="ignore"):  # of a slip, the logarithm may not exist
        slips = (
            *slips,
            Slip(plain, "It seems that the slope of the map is missing"),
            Slip(plain - slope, "The slope was taken off instead of added"),
            Slip(plain + np.exp(slope), "The slope was added, not its logarithm"),
            Slip(np.exp(right), "It seems that it is the density, not its logarithm"),
        )
    tolerance = _ROUNDING * (1 + np.abs(right))
    expect_no_slip(got, right, tolerance, what, _JACOBIAN, slips, near=1e-5)
    array = numbers(got, z.shape, f"{what}, at {z.size} places", _JACOBIAN)
    with np.errstate(over="ignore"):
        area = float(np.trapezoid(np.exp(array), z))
    said = f"{what}: its integral over all z is {area:.4g}, expected 1."
    expect(abs(area - 1) < _AREA, said, _JACOBIAN)
    expect_close(array, right, tolerance, what, _JACOBIAN)


_ORDER = _JACOBIAN.beside(
    "log_p is a function of the noise, not of its logarithm.",
    "First `sigma = np.exp(z)`, then `log_p(sigma)`.",
)


@CHECKS.enter(
    "11.1",
    _JACOBIAN,
    "How long is the piece of the σ axis that belongs to a small piece of the z axis?",
    "The slope of exp is exp itself: the density is p(sigma) times sigma.",
    "What is the derivative of exp(z), and what is its logarithm? Add it.",
    also=({"family": "exponential", "size": 0.1},),
)
def density_of_log(answer: Any, family: str = "half-normal", size: float = 1.0) -> None:
    """Ask for the log-density of z = log σ: its integral is one, and it is right at each z."""
    log_p = _scale(family, size).logpdf
    z = np.linspace(np.log(size) - 18, np.log(size) + 4, 8001)
    what = f"The log-density of z, for a {family} prior of size {size:g}"
    said = "`log_p` was asked at z, not at sigma"
    swapped = [Slip(wrong, said, _ORDER) for wrong in (log_p(z) + z, log_p(z))]
    _expect_density(answer(z.copy(), log_p), z, log_p(np.exp(z)), z, what, *swapped)


_SIGN = _JACOBIAN.beside(
    "A map that falls has a negative slope, but a density is never negative: only its size counts.",
    "Take `np.log(np.abs(derivative(z)))`.",
)
_FUNCTION = _JACOBIAN.beside(
    "A transformed density is again a function of one number, so that a sampler can ask it.",
    "Define a function of z inside yours, and return it by its name.",
)


def _maps(kind: str) -> tuple[Function, Function, np.ndarray]:
    """Return a map onto the positive numbers, its slope, and a grid of z that holds the mass."""
    if kind == "exp":
        return np.exp, np.exp, np.linspace(-18, 5, 8001)
    if kind == "falling":
        return lambda z: np.exp(-z), lambda z: -np.exp(-z), np.linspace(-5, 18, 8001)
    if kind == "square":
        # Only right of zero, where it is one to one; a half-line shows that z need not be all of R.
        return np.square, lambda z: 2 * z, np.linspace(1e-9, 12, 40001)
    softplus, sigmoid = lambda z: np.logaddexp(0, z), lambda z: 1 / (1 + np.exp(-z))
    return softplus, sigmoid, np.linspace(-18, 60, 20001)


@CHECKS.enter(
    "11.2",
    _JACOBIAN,
    "Your function gets three functions, and returns a fourth.",
    "Inside: the log-density at `forward(z)`, plus the logarithm of the slope's size.",
    "A map may fall, and then its derivative is negative. Of which number do we take the "
    "logarithm?",
    also=({"kind": "falling", "family": "exponential", "size": 2.0},),
)
def transformed(
    answer: Any, kind: str = "softplus", family: str = "half-normal", size: float = 1.0
) -> None:
    """Ask for the density under any map: its integral is one, also where the map falls."""
    known, (forward, derivative, z) = _scale(family, size), _maps(kind)
    found = answer(known.logpdf, forward, derivative)
    said = f"Your answer returned {shown(found)}, expected a function of z."
    expect(callable(found), said, _FUNCTION)
    with np.errstate(all="ignore"):
        got = found(z.copy())
    what = f"The log-density of z under the map {kind!r}, for a {family} prior"
    if kind == "falling" and isinstance(got, np.ndarray) and got.dtype.kind == "f":
        expect(not np.isnan(got).any(), f"{what}: some values are NaN.", _SIGN)
    _expect_density(got, z, known.logpdf(forward(z)), np.log(np.abs(derivative(z))), what)


_UNEVEN = Lesson(
    "Noise that changes with x is one more function with unknowns of its own; its exponential is "
    "positive for whatever values these take.",
    "notebook 11, section 5",
    "The scale in the last line depends on x, and must be positive.",
)
_SQUARED = Lesson("M15", "notebook 11, section 4", "The scale of `bt.Normal` is exp(u x + v).")
_NAMES = Lesson(
    "Every unknown is a random variable with a name, and what was measured is observed.",
    "notebook 11, sections 1 and 5",
    "Yield w, b, u and v, each `bt.Normal` of scale 1, and `obs` with `observed=y`.",
)


@CHECKS.enter(
    "11.3",
    _UNEVEN,
    "There are four unknowns, w, b, u and v: two for the line, and two for its noise.",
    "u x + v may be negative, a standard deviation may not. Which function is always positive?",
    "The last line has a location and a scale, both computed from x. Which of the two has to stay "
    "positive, and how?",
    also=({"values": (-1.5, 0.4, -0.8, 0.3)},),
)
def widening(
    answer: Any,
    x: ArrayLike = (-1.0, 0.0, 0.5, 2.0),
    y: ArrayLike = (0.3, 1.1, 0.9, 2.4),
    values: tuple[float, float, float, float] = (0.7, -0.2, 0.5, -1.0),
) -> None:
    """Ask for a line with uneven noise: four unknowns, and SciPy's log joint at their values."""
    x, y = np.asarray(x, np.float32), np.asarray(y, np.float32)
    model = model_from(answer, _NAMES, x, y)
    expect_names(model, ("b", "u", "v", "w"), _NAMES, _NAMES)
    w, b, u, v = values
    prior, f, log_sd = stats.norm.logpdf(values).sum(), w * x + b, u * x + v

    def joint(log_scale: Any) -> float:
        return float(prior + stats.norm.logpdf(y, f, np.exp(log_scale)).sum())

    softplus = np.log(np.logaddexp(0, log_sd))
    slips = (
        Slip(joint(2 * log_sd), "exp(u x + v) was squared: a variance for an sd", _SQUARED),
        Slip(joint(log_sd / 2), "exp(u x + v) was taken for a variance", _SQUARED),
        Slip(joint(softplus), "It seems that softplus stands in the place of exp"),
        Slip(joint(np.full_like(x, v)), "The noise does not change with x"),
        Slip(joint(f), "It seems that w and b serve for the noise as well; it has u and v"),
    )
    given = dict(zip("wbuv", values, strict=True))
    expect_log_joint(model, given, joint(log_sd), _UNEVEN, slips)
