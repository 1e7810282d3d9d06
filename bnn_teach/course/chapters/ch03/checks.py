"""The checks of notebook 03: a model inside a model, the same one flattened, and two copies.

A model is judged by what it says: the names of its variables, and its log joint at given values,
which SciPy works out on its own. Next: :mod:`bnn_teach.course.chapters.ch04.checks`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from bnn_teach.course.expectations import Checks, Lesson, Slip
from bnn_teach.course.expectations_of_models import expect_log_joint, expect_names, model_from

CHECKS = Checks()
_X = (-1.0, 0.0, 0.5, 2.0)
_Y = (0.3, 1.1, 0.9, 2.4)
_NESTED = Lesson(
    "A model that is yielded inside another one gives back what it returns, under its own scope.",
    "notebook 03, section 1",
    "Nobody runs a model that is only called. How did you ask for a random variable's value?",
)
_SCOPES = _NESTED.beside(
    "A name says where a variable lives: outer model, dot, inner model, dot, variable.",
    "Compare the names that you have with those that are expected, and rename what differs.",
)
_TERMS = _NESTED.beside(
    "The log joint is a sum over all variables; how they are nested does not change it.",
    "Check each variable's prior, and that the measurements are observed with `noise_scale`.",
)
_OBSERVED = _NESTED.beside(
    "Only what is observed is data. Without `observed=` the measurements are one more unknown.",
    'Yield the measurements as `bt.Normal("obs", ..., observed=y)`.',
)
_NOISE = _NESTED.beside("M15", "Give the noise as a standard deviation: `scale=noise_scale`.")


def _normal(value: Any, loc: Any, scale: Any) -> float:
    return float(np.sum(stats.norm.logpdf(value, loc, scale)))


@CHECKS.enter(
    "03.1",
    _NESTED,
    "How does `regression` in section 1 get its `f`?",
    "`line(x)` alone is only a model. What makes somebody run it, and hand back what it returns?",
    "Ask for it as you ask for a random variable, and call what comes back `f`.",
    also=({"x": (1.0, 4.0), "y": (2.0, -0.5), "noise_scale": 1.4, "w": -0.6, "b": 1.1},),
)
def nested(answer: Any, **case: Any) -> None:
    """Ask for ``line.w`` and ``line.b`` in the model, and for the log joint of a straight line."""
    _line(answer, ("line.w", "line.b"), **case)


@CHECKS.enter(
    "03.2",
    _TERMS,
    "Copy the body of `line` to where it is called. Its `return` becomes an assignment.",
    'A name must not contain a dot, so call the two variables "line_w" and "line_b".',
    "Count the yields of `noisy_line` and of `line` together: you need as many.",
    also=({"x": (1.0, 4.0), "y": (2.0, -0.5), "noise_scale": 1.4, "w": -0.6, "b": 1.1},),
)
def flat(answer: Any, **case: Any) -> None:
    """Ask for ``line_w`` and ``line_b``, and for the same log joint."""
    _line(answer, ("line_w", "line_b"), **case)


def _line(
    answer: Any,
    names: tuple[str, str],
    x: ArrayLike = _X,
    y: ArrayLike = _Y,
    noise_scale: float = 0.3,
    w: float = 0.7,
    b: float = -0.2,
) -> None:
    x, y = np.asarray(x, np.float32), np.asarray(y, np.float32)
    model = model_from(answer, _NESTED, x, y, noise_scale)
    expect_names(model, names, _SCOPES, _OBSERVED)
    prior, f = _normal([w, b], 0, 1), w * x + b
    squared = Slip(
        prior + _normal(y, f, noise_scale**2), "It seems that the noise is squared", _NOISE
    )
    values = dict(zip(names, (w, b), strict=True))
    expect_log_joint(model, values, prior + _normal(y, f, noise_scale), _TERMS, [squared])


_TWICE = Lesson(
    "Two variables of one name would be one line in the trace, so the second one is refused.",
    "notebook 03, section 3",
    'Give each copy a scope of its own: `yield line(x).named("low")`.',
)
_WHICH = _TWICE.beside(
    "Both lines are drawn for every x; the data only see the one that is chosen there.",
    "Which line holds at the hinge itself? Compare the exercise with your condition.",
)


@CHECKS.enter(
    "03.3",
    _TWICE,
    'Ask for `line` twice, each with a name of its own: `.named("low")` and `.named("high")`.',
    "`tf.where(condition, a, b)` takes from a where the condition holds, and else from b.",
    "Choose the value of the curve for each `x` first. Then yield the measurements around it.",
    also=({"hinge": 0.5}, {"hinge": 9.0}, {"hinge": -9.0}),
)
def hinged(
    answer: Any,
    x: ArrayLike = _X,
    y: ArrayLike = _Y,
    hinge: float = 0.2,
    noise_scale: float = 0.5,
    values: tuple[float, float, float, float] = (0.5, -1.0, 1.5, 2.0),
) -> None:
    """Ask for two lines, each with a scope, and for a log joint in which each has its side."""
    x, y = np.asarray(x, np.float32), np.asarray(y, np.float32)
    model = model_from(answer, _NESTED, x, y, hinge, noise_scale)
    given = dict(zip(("low.w", "low.b", "high.w", "high.b"), values, strict=True))
    expect_names(model, given, _SCOPES, _OBSERVED)
    low, high = values[0] * x + values[1], values[2] * x + values[3]
    prior, f = _normal(values, 0, 1), np.where(x < hinge, low, high)
    squared = prior + _normal(y, f, noise_scale**2)
    slips = [Slip(squared, "It seems that the noise is squared", _NOISE)]
    for other, said in (
        (np.where(x < hinge, high, low), "the two lines have changed sides"),
        (np.where(x <= hinge, low, high), "`low` is used at the hinge itself, too"),
        (np.maximum(low, high), "it is the higher line that was chosen, as in `bent`"),
        (low, "only the line called `low` is used"),
        (high, "only the line called `high` is used"),
        (low + high, "the two lines are added"),
    ):
        wrong = prior + _normal(y, other, noise_scale)
        slips.append(Slip(wrong, f"It seems that {said}", _WHICH))
    expect_log_joint(model, given, prior + _normal(y, f, noise_scale), _TERMS, slips)
