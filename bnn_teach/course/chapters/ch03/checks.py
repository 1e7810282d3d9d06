"""The checks of notebook 03: a model inside a model, the same one flattened, and two copies.

A model is judged by what it says: the names of its variables, and its log joint at given values,
which SciPy works out on its own. The visible case is the default of a check's keywords; a sheet's
hidden tests give others. Next: :mod:`bnn_teach.course.chapters.ch04.checks`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from bnn_teach.course.expectations import Exercise, Lesson, expect, expect_close, shown
from bnn_teach.density import log_joint
from bnn_teach.dsl.model import Model
from bnn_teach.dsl.structure import inspect_model

_X = (-1.0, 0.0, 0.5, 2.0)
_Y = (0.3, 1.1, 0.9, 2.4)
_FLOAT32 = 2e-4

_NESTED = Lesson(
    "A model that is yielded inside another one gives back what it returns, under its own scope.",
    "notebook 03, section 1",
    "Write `f = yield line(x)`: without `yield` nobody runs the inner model.",
)
_SCOPES = Lesson(
    "A name says where a variable lives: outer model, dot, inner model, dot, variable.",
    "notebook 03, section 1",
    "Compare the names that came with those that are expected, and rename what differs.",
)
_TERMS = Lesson(
    "The log joint is a sum over all variables; how they are nested does not change it.",
    "notebook 03, section 1",
    "Check each variable's prior, and that the measurements are observed with `noise_scale`.",
)
_OBSERVED = Lesson(
    "Only what is observed is data. Without `observed=` the measurements are one more unknown.",
    "notebook 03, section 1",
    'Yield the measurements as `bt.Normal("obs", ..., observed=y)`.',
)
_NOISE = Lesson(
    "M15",
    "notebook 03, section 1",
    "Give the noise as a standard deviation: `scale=noise_scale`.",
)


def _told(answer: Any, *arguments: Any) -> Model:
    """Return the model that an answer makes of some arguments."""
    model = answer(*arguments)
    expect(
        isinstance(model, Model),
        f"Calling your answer gave {shown(model)}; expected a model. Is `@bt.model` above it?",
        _NESTED,
    )
    return model


def _expect_names(model: Model, *expected: str) -> None:
    """Compare the names of a model's random variables, without the model's own."""
    found = inspect_model(model)
    latent, seen = (
        {path.removeprefix(f"{model.name}.") for path in paths}
        for paths in (found.latent, found.observed)
    )
    expect("obs" not in latent, "The measurements, `obs`, came without data.", _OBSERVED)
    expect(
        latent == set(expected),
        f"The names of what is unknown: came {', '.join(sorted(latent)) or 'none'}; expected "
        f"{', '.join(expected)}, each under the name of the model.",
        _SCOPES,
    )
    expect(
        seen == {"obs"},
        f"The names of what is observed: came {', '.join(sorted(seen)) or 'none'}; expected obs.",
        _OBSERVED,
    )


def _expect_joint(
    model: Model,
    values: dict[str, float],
    exact: float,
    slips: Iterable[tuple[float, str, Lesson]],
) -> None:
    """Compare a log joint with what is right, and first with what some slips lead to."""
    found = float(log_joint(model, {f"{model.name}.{name}": v for name, v in values.items()}))
    at = ", ".join(f"{name} = {value:g}" for name, value in values.items())
    what = f"The log joint of your model at {at}"
    for wrong, said, lesson in slips:
        close = abs(found - wrong) < _FLOAT32 * (1 + abs(wrong))
        expect(
            not close or abs(wrong - exact) < 1e-2,
            f"{what}: came {found:.5g}; expected {exact:.5g}. It seems that {said}.",
            lesson,
        )
    expect_close(found, exact, _FLOAT32 * (1 + abs(exact)), what, _TERMS)


def _normal(value: Any, loc: Any, scale: Any) -> float:
    return float(np.sum(stats.norm.logpdf(value, loc, scale)))


# --- 03.1 and 03.2 ---------------------------------------------------------------------------


def nested(answer: Any, **case: Any) -> None:
    """Ask for ``line.w`` and ``line.b`` in the model, and for the log joint of a straight line."""
    _line(answer, ("line.w", "line.b"), **case)


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
    model = _told(answer, x.copy(), y.copy(), noise_scale)
    _expect_names(model, *names)
    prior, f = _normal([w, b], 0, 1), w * x + b
    squared = prior + _normal(y, f, noise_scale**2), "the noise is squared", _NOISE
    values = dict(zip(names, (w, b), strict=True))
    _expect_joint(model, values, prior + _normal(y, f, noise_scale), [squared])


# --- 03.3 ------------------------------------------------------------------------------------

_TWICE = Lesson(
    "Two variables of one name would be one line in the trace, so the second one is refused.",
    "notebook 03, section 3",
    'Give each copy a scope of its own: `yield line(x).named("low")`.',
)
_WHICH = Lesson(
    "Both lines are drawn for every x; the data only see the one that is chosen there.",
    "notebook 03, section 3",
    "Choose with `tf.where(x < hinge, low, high)`.",
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
    model = _told(answer, x.copy(), y.copy(), hinge, noise_scale)
    names = ("low.w", "low.b", "high.w", "high.b")
    _expect_names(model, *names)
    low, high = values[0] * x + values[1], values[2] * x + values[3]
    prior, f = _normal(values, 0, 1), np.where(x < hinge, low, high)
    slips = [(prior + _normal(y, f, noise_scale**2), "the noise is squared", _NOISE)]
    for other, said in (
        (np.where(x < hinge, high, low), "the two lines have changed sides"),
        (np.where(x <= hinge, low, high), "`low` is used at the hinge itself, too"),
        (np.maximum(low, high), "it is the higher line that was chosen, as in `bent`"),
        (low, "only the line called `low` is used"),
        (high, "only the line called `high` is used"),
        (low + high, "the two lines are added"),
    ):
        slips.append((prior + _normal(y, other, noise_scale), said, _WHICH))
    given = dict(zip(names, values, strict=True))
    _expect_joint(model, given, prior + _normal(y, f, noise_scale), slips)


_COPY = (
    "Copy the body of `line` to where it is called. Its `return` becomes an assignment.",
    'A name must not contain a dot, so call the two variables "line_w" and "line_b".',
    "Three yields: `w`, `b`, and `obs` with `loc=w * x + b`.",
)
CHECKS = {
    "03.1": Exercise(
        nested,
        _NESTED,
        (
            "What does `regression` in section 1 put in the place of `loc`?",
            "`line(x)` alone is only a model. `yield line(x)` has it run, and gives what it "
            "returns.",
            "Write `f = yield line(x)`.",
        ),
    ),
    "03.2": Exercise(flat, _TERMS, _COPY),
    "03.3": Exercise(
        hinged,
        _TWICE,
        (
            'Ask for `line` twice, each with a name of its own: `.named("low")` and '
            '`.named("high")`.',
            "`tf.where(condition, a, b)` takes from a where the condition holds, and else from b.",
            'The measurements are `bt.Normal("obs", loc=tf.where(x < hinge, low, high), '
            "scale=noise_scale, observed=y)`.",
        ),
    ),
}
"""The exercises by number."""
