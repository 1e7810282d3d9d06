r"""The checks of notebook 11: a density and its Jacobian, any map, and a line with uneven noise.

Whether a density was carried over rightly is seen in two ways: its integral over the whole line is
one, and at each z it is what the inverse function says. The visible case is the default of a
check's keywords; a sheet's hidden tests give others. Next:
:mod:`bnn_teach.course.chapters.ch12.checks`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from bnn_teach.course.expectations import (
    Exercise,
    Lesson,
    about,
    expect,
    expect_close,
    numbers,
    shown,
)
from bnn_teach.density import log_joint
from bnn_teach.dsl.model import Model
from bnn_teach.dsl.structure import inspect_model

_AREA = 1e-3  # the sum over the grid is closer to the integral than this
_ROUNDING = 1e-6
_FLOAT32 = 2e-4

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
    came: Any, z: np.ndarray, right: np.ndarray, plain: np.ndarray, slope: np.ndarray, what: str
) -> None:
    """Compare a log-density with what is right, after the slips on the way to it."""
    with np.errstate(all="ignore"):  # of a slip, the logarithm may not exist
        slips = (
            (plain, "the slope of the map is missing"),
            (plain - slope, "the slope was taken off instead of added"),
            (plain + np.exp(slope), "the slope was added, not its logarithm"),
            (np.exp(right), "it is the density, not its logarithm"),
        )
    for wrong, said in slips:
        slip = about(came, wrong, 1e-5) and not about(wrong, right, 1e-3)
        expect(not slip, f"{what}: {said}.", _JACOBIAN)
    array = numbers(came, z.shape, f"{what}, at {z.size} places", _JACOBIAN)
    with np.errstate(over="ignore"):
        area = float(np.trapezoid(np.exp(array), z))
    expect(
        abs(area - 1) < _AREA,
        f"{what}: its integral over all z came as {area:.4g}; expected 1.",
        _JACOBIAN,
    )
    expect_close(array, right, _ROUNDING * (1 + np.abs(right)), what, _JACOBIAN)


# --- 11.1 ------------------------------------------------------------------------------------

_ORDER = Lesson(
    "log_p is a function of the noise, not of its logarithm.",
    "notebook 11, section 2",
    "First `sigma = np.exp(z)`, then `log_p(sigma)`.",
)


def density_of_log(answer: Any, family: str = "half-normal", size: float = 1.0) -> None:
    """Ask for the log-density of z = log σ: its integral is one, and it is right at each z."""
    known = _scale(family, size)
    z = np.linspace(np.log(size) - 18, np.log(size) + 4, 8001)
    right = known.logpdf(np.exp(z)) + z
    came = answer(z.copy(), known.logpdf)
    what = f"The log-density of z, for a {family} prior of size {size:g}"
    swapped = about(came, known.logpdf(z) + z) or about(came, known.logpdf(z))
    expect(not swapped, f"{what}: `log_p` was asked at z, not at sigma.", _ORDER)
    _expect_density(came, z, right, known.logpdf(np.exp(z)), z, what)


# --- 11.2 ------------------------------------------------------------------------------------

_SIGN = Lesson(
    "A map that falls has a negative slope, but a density is never negative: only its size counts.",
    "notebook 11, section 2",
    "Take `np.log(np.abs(derivative(z)))`.",
)
_FUNCTION = Lesson(
    "A transformed density is again a function of one number, so that a sampler can ask it.",
    "notebook 11, section 2",
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
    return (
        lambda z: np.logaddexp(0, z),
        lambda z: 1 / (1 + np.exp(-z)),
        np.linspace(-18, 60, 20001),
    )


def transformed(
    answer: Any, kind: str = "softplus", family: str = "half-normal", size: float = 1.0
) -> None:
    """Ask for the density under any map: its integral is one, also where the map falls."""
    known, (forward, derivative, z) = _scale(family, size), _maps(kind)
    found = answer(known.logpdf, forward, derivative)
    expect(
        callable(found),
        f"Your answer returned {shown(found)}; expected a function of z.",
        _FUNCTION,
    )
    with np.errstate(all="ignore"):
        came = found(z.copy())
    slope = np.log(np.abs(derivative(z)))
    plain = known.logpdf(forward(z))
    what = f"The log-density of z under the map {kind!r}, for a {family} prior"
    if kind == "falling" and isinstance(came, np.ndarray) and came.dtype.kind == "f":
        expect(not np.isnan(came).any(), f"{what}: some values are NaN.", _SIGN)
    _expect_density(came, z, plain + slope, plain, slope, what)


# --- 11.3 ------------------------------------------------------------------------------------

_X = (-1.0, 0.0, 0.5, 2.0)
_Y = (0.3, 1.1, 0.9, 2.4)
_VALUES = (0.7, -0.2, 0.5, -1.0)
_UNEVEN = Lesson(
    "Noise that changes with x is one more function with unknowns of its own; its exponential is "
    "positive for whatever values these take.",
    "notebook 11, section 5",
    "Write `scale=tf.exp(u * x + v)` in the last line.",
)
_SQUARED = Lesson("M15", "notebook 11, section 4", "The scale of `bt.Normal` is exp(u x + v).")
_NAMES = Lesson(
    "Every unknown is a random variable with a name, and what was measured is observed.",
    "notebook 11, sections 1 and 5",
    "Yield w, b, u and v, each `bt.Normal` of scale 1, and `obs` with `observed=y`.",
)


def widening(
    answer: Any,
    x: ArrayLike = _X,
    y: ArrayLike = _Y,
    values: tuple[float, float, float, float] = _VALUES,
) -> None:
    """Ask for a line with uneven noise: four unknowns, and SciPy's log joint at their values."""
    x, y = np.asarray(x, np.float32), np.asarray(y, np.float32)
    model = answer(x.copy(), y.copy())
    expect(
        isinstance(model, Model),
        f"Calling your answer gave {shown(model)}; expected a model. Is `@bt.model` above it?",
        _NAMES,
    )
    inspected, own = inspect_model(model), f"{model.name}."
    for kind, found, expected in (
        ("unknown", inspected.latent, ["b", "u", "v", "w"]),
        ("observed", inspected.observed, ["obs"]),
    ):
        names = sorted(path.removeprefix(own) for path in found)
        expect(
            names == expected,
            f"The names of what is {kind}: came {', '.join(names) or 'none'}; expected "
            f"{', '.join(expected)}.",
            _NAMES,
        )
    given = dict(zip("wbuv", values, strict=True))
    came = float(log_joint(model, {f"{own}{name}": value for name, value in given.items()}))
    w, b, u, v = values
    prior, f, log_sd = stats.norm.logpdf(values).sum(), w * x + b, u * x + v

    def joint(log_scale: Any) -> float:
        return float(prior + stats.norm.logpdf(y, f, np.exp(log_scale)).sum())

    exact = joint(log_sd)
    at = ", ".join(f"{name} = {value:g}" for name, value in given.items())
    what = f"The log joint of your model at {at}"
    for wrong, said, lesson in (
        (joint(2 * log_sd), "exp(u x + v) was squared: a variance for a standard deviation",
         _SQUARED),
        (joint(log_sd / 2), "exp(u x + v) was taken for a variance", _SQUARED),
        (joint(np.log(np.logaddexp(0, log_sd))), "softplus stands in the place of exp", _UNEVEN),
        (joint(np.full_like(x, v)), "the noise does not change with x", _UNEVEN),
        (joint(w * x + b), "w and b serve for the noise as well; it has u and v", _UNEVEN),
    ):  # fmt: skip
        close = abs(came - wrong) < _FLOAT32 * (1 + abs(wrong)) and abs(wrong - exact) > 1e-2
        said = f"{what}: came {came:.5g}; expected {exact:.5g}. It seems that {said}."
        expect(not close, said, lesson)
    expect_close(came, exact, _FLOAT32 * (1 + abs(exact)), what, _UNEVEN)


CHECKS = {
    "11.1": Exercise(
        density_of_log,
        _JACOBIAN,
        (
            "How long is the piece of the σ axis that belongs to a small piece of the z axis?",
            "The slope of exp is exp itself: the density is p(sigma) times sigma.",
            "In logarithms, log(sigma) is z: return `log_p(sigma) + z`.",
        ),
    ),
    "11.2": Exercise(
        transformed,
        _JACOBIAN,
        (
            "Your function gets three functions, and returns a fourth.",
            "Inside: the log-density at `forward(z)`, plus the logarithm of the slope's size.",
            "`np.log(np.abs(derivative(z)))`: the size, because a map may fall.",
        ),
    ),
    "11.3": Exercise(
        widening,
        _UNEVEN,
        (
            "There are four unknowns, w, b, u and v: two for the line, and two for its noise.",
            "u x + v may be negative, a standard deviation may not. Which function is always "
            "positive?",
            'The last line: `yield bt.Normal("obs", loc=w * x + b, scale=tf.exp(u * x + v), '
            "observed=y)`.",
        ),
    ),
}
"""The exercises by number."""
