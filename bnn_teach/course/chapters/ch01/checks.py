"""The checks of notebook 01: a model with any noise, its exact posterior, and how much is enough.

What is right is worked out in another way than the solution takes: densities by SciPy, the
posterior on a grid, a plan by asking whether it is enough and whether one less would be. Next:
:mod:`bnn_teach.course.chapters.ch02.checks`.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from bnn_teach.course.expectations import Checks, Lesson, Slip, expect, expect_close, number, parts
from bnn_teach.course.expectations_of_models import expect_log_joint, model_from

CHECKS = Checks()
_MEASURED = (2.1, 3.4, 2.6, 4.0, 3.3)
_STORY = Lesson(
    "What a model yields is the story of the data; each measurement adds its log-density.",
    "notebook 01, sections 1 and 2",
    "Read your story aloud: which of its sentences is about the measurements?",
)
_NOT_OBSERVED = Lesson(
    "Only what is observed is data. Without `observed=` the measurements are one more thing that "
    "we do not know.",
    "notebook 01, section 1",
    "Say what was measured with `observed=y`.",
)
_NOISE = _NOT_OBSERVED.beside(
    "M15", "Give the scale of a normal variable as a standard deviation: `scale=sigma`."
)


@CHECKS.enter(
    "01.1",
    _STORY,
    "Compare with `normal_mean` in section 1: its last line yields the measurements.",
    "Two numbers of that line change: what is `scale` here, and what is observed?",
    "Copy that line, and put the names of this exercise in their places.",
    also=({"y": (0.2, -1.4, 3.0), "m0": -2.0, "s": 0.6, "sigma": 2.5, "mu": (-1.0, 1.0)},),
)
def model_with_noise(
    answer: Any,
    y: ArrayLike = _MEASURED,
    m0: float = 1.0,
    s: float = 2.0,
    sigma: float = 0.5,
    mu: ArrayLike = (0.5, 3.0),
) -> None:
    """Compare a model's log joint, at the values ``mu``, with the sum of SciPy's log-densities."""
    y = np.asarray(y, dtype=np.float32)
    for value in np.asarray(mu, dtype=float):
        prior = stats.norm.logpdf(value, m0, s)
        slips = [Slip(prior, "It is that of the prior alone", _NOT_OBSERVED)]
        for wrong in (sigma**2, math.sqrt(sigma)):
            said = f"It belongs to a noise with standard deviation {wrong:.3g}, not {sigma:g}"
            slips.append(Slip(prior + stats.norm.logpdf(y, value, wrong).sum(), said, _NOISE))
        exact = prior + stats.norm.logpdf(y, value, sigma).sum()
        model = model_from(answer, _STORY, y, m0, s, sigma)
        expect_log_joint(model, {"loc": value}, exact, _STORY, slips)


_PRECISION = Lesson(
    "Precisions, one over variance, add up: one from the prior and one from each measurement.",
    "notebook 01, section 2",
    "Write down the precision first; the mean is an average with precisions as weights.",
)
_NO_DATA = Lesson(
    "M11",
    "notebook 01, section 4",
    "Let every measurement add its precision: the sd has to fall as `len(y)` grows.",
)
_SD = _PRECISION.beside("M15", "Which of precision, variance and sd is asked for?")
_PRIOR_COUNTS = _PRECISION.beside(
    "The posterior mean is not the average of the data: the prior counts like measurements, too.",
    "Weigh `m0` with the prior's precision, and each measurement with its own.",
)


@CHECKS.enter(
    "01.2",
    _PRECISION,
    "In section 2 each measurement adds a precision of 1, because its noise is 1.",
    "How much does a measurement add whose noise is `sigma`, and how much the prior?",
    "The posterior mean is an average of `m0` and all measurements; these precisions are the "
    "weights. Their sum gives the sd.",
    also=({"y": (5.0,), "m0": 0.0, "s": 4.0, "sigma": 0.3},),
)
def posterior(
    answer: Any, y: ArrayLike = _MEASURED, m0: float = 1.0, s: float = 0.5, sigma: float = 2.0
) -> None:
    """Compare mean and sd of the posterior with those of the log joint on a fine grid."""
    y = np.asarray(y, dtype=float)
    mean, sd = _on_a_grid(y, m0, s, sigma)
    got = parts(answer(y.copy(), m0, s, sigma), ("the mean", "the sd"), _PRECISION)
    slips = (
        Slip(sd**2, "It is the variance of the posterior", _SD),
        Slip(s, "It is the sd of the prior, as if nothing had been measured", _NO_DATA),
        Slip(sigma, "It is the sd of one measurement", _NO_DATA),
    )
    expect_close(got[1], sd, 1e-4 * sd, "The posterior sd", _PRECISION, slips)
    average = Slip(y.mean(), "It is the average of the data", _PRIOR_COUNTS)
    expect_close(got[0], mean, 1e-4 * sd, "The posterior mean", _PRECISION, [average])


def _on_a_grid(y: np.ndarray, m0: float, s: float, sigma: float) -> tuple[float, float]:
    """Return mean and sd of the posterior, by the rule that it is proportional to the joint."""
    ends = [m0 - 12 * s, m0 + 12 * s, *(y - 12 * sigma), *(y + 12 * sigma)]
    for _ in range(3):  # each time around what the last grid found
        at = np.linspace(min(ends), max(ends), 20_001)
        joint = stats.norm.logpdf(at, m0, s) + stats.norm.logpdf(y[:, None], at, sigma).sum(axis=0)
        weights = np.exp(joint - joint.max())
        mean = np.average(at, weights=weights)
        sd = max(np.average((at - mean) ** 2, weights=weights) ** 0.5, at[1] - at[0])
        ends = [mean - 12 * sd, mean + 12 * sd]
    return float(mean), float(sd)


_ENOUGH = Lesson(
    "The sd of the posterior depends on the data, the MCSE on the number of draws.",
    "notebook 01, section 4",
    "Solve for the number of points first. Then the posterior's sd is known, and gives the draws.",
)
_ONLY_DRAWS = _ENOUGH.beside(
    "M11", "Find the number of points from the precision that you need: 1/s² + points/sigma²."
)
_ONLY_POINTS = _ENOUGH.beside(
    "M6",
    "Find the draws from MCSE = sd / √draws, where sd is the posterior's with that many points.",
)


@CHECKS.enter(
    "01.3",
    _ENOUGH,
    "Which of the two do you pay for with measurements, and which with computing time?",
    "Points: the smallest count with 1/s² + count/sigma² of at least 1/sd². `np.ceil` rounds up, "
    "and a count is never negative.",
    "Draws: first work out the sd that this many points really lead to. How many draws bring its "
    "Monte Carlo error down to `mcse`?",
    also=(
        {"s": 2.0, "sigma": 1.0, "sd": 0.4, "mcse": 0.03},
        {"s": 0.1, "sigma": 3.0, "sd": 0.5, "mcse": 0.01},
    ),
)
def plan(
    answer: Any, s: float = 10.0, sigma: float = 2.0, sd: float = 0.3, mcse: float = 0.01
) -> None:
    """Ask of a plan, points and draws, whether it is enough, and whether one less would be."""
    got = parts(answer(s, sigma, sd, mcse), ("the points", "the draws"), _ENOUGH)
    for name, value in zip(("points", "draws"), got, strict=True):
        count = number(value, f"The number of {name}", _ENOUGH)
        said = f"The number of {name}: got {count:.6g}, expected a whole number, 0 or more."
        expect(count == round(count) and count >= 0, said, _ENOUGH)
    points, draws = map(float, got)

    def width(count: float) -> float:
        return float((1 / s**2 + count / sigma**2) ** -0.5)

    said = f"With {points:g} points the posterior has an sd of {width(points):.4g}"
    few = _ONLY_DRAWS if points <= 1 else _ENOUGH
    expect(width(points) <= sd * (1 + 1e-9), f"{said}, expected at most {sd:g}.", few)
    many = _ONLY_POINTS if width(points) <= 2 * mcse < sd else _ENOUGH
    needed = points == 0 or width(points - 1) > sd * (1 - 1e-9)
    expect(needed, f"{said}; fewer points would do for {sd:g}.", many)
    error = width(points) / math.sqrt(draws) if draws else math.inf
    said = f"With {draws:g} draws the mean has a Monte Carlo error of {error:.4g}"
    expect(error <= mcse * (1 + 1e-9), f"{said}, expected at most {mcse:g}.", _ONLY_POINTS)
    needed = draws == 1 or width(points) / math.sqrt(draws - 1) > mcse * (1 - 1e-9)
    expect(needed, f"{said}; fewer draws would do for {mcse:g}.", _ENOUGH)
