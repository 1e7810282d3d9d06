"""The checks of notebook 16: units that keep a secret, coverage by region, and the log score.

Heights and draws are made up here; what is right is worked out one point or one draw at a time. It
is the last one; next: :mod:`bnn_teach.classroom.sheets`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import logsumexp
from scipy.stats import norm

from bnn_teach.course.expectations import Checks, Lesson, Slip, expect, expect_close

CHECKS = Checks()
_ROUNDING = 1e-6  # an answer may count in float32
_UNITS = Lesson(
    "What is in the envelope may not be used before it is opened, not even its mean.",
    "notebook 16, section 1",
    "Take mean and standard deviation of `y[known]`, and apply them to all of `y`.",
)
_SD = _UNITS.beside("M15", "Divide by the standard deviation.")


@CHECKS.enter(
    "16.1",
    _UNITS,
    "`y[known]` has the heights that the model is given.",
    "Subtract their mean from all of `y`, then divide by their standard deviation.",
    "Two numbers are needed, both from `y[known]`; then one line of arithmetic on `y`.",
    also=({"num_points": 30, "share": 0.3, "seed": 167},),
)
def to_units(answer: Any, num_points: int = 50, share: float = 0.5, seed: int = 1) -> None:
    """Compare with units taken from the known heights alone."""
    rng = np.random.default_rng(seed)
    y = 500 + 100 * rng.normal(size=num_points)
    known = rng.permutation(num_points) < share * num_points
    y[~known] += 300  # a mountain where nobody measured
    centred = y - y[known].mean()
    exact, stolen = centred / y[known].std(), (y - y.mean()) / y.std()
    slips = (
        Slip(stolen, "Mean and standard deviation are those of all heights"),
        Slip(exact[known], "The heights that are not known are missing"),
        Slip(centred / y[known].var(), "The heights are divided by the variance", _SD),
    )
    tolerance = (1e-9 + 2 / known.sum()) * (
        1 + np.abs(exact)
    )  # either definition of the sd will do
    got, what = answer(y.copy(), known.copy()), "The heights in units"
    expect_close(got, exact, tolerance, what, _UNITS, slips, near=1e-3)


_COVERED = Lesson(
    "M12",
    "notebook 16, section 4",
    "Take quantiles over chains and draws at each point, compare, and average in each region.",
)


@CHECKS.enter(
    "16.2",
    _COVERED,
    "The central band leaves out the same share of draws below and above.",
    "Both edges are quantiles over chains and draws, `axis=(0, 1)`. Which two, if the level "
    "is 0.8?",
    "`inside[mask].mean()` is the share of a region; make a dict of them.",
    also=({"level": 0.5, "num_points": 30, "seed": 168},),
)
def covered(
    answer: Any,
    level: float = 0.8,
    num_points: int = 40,
    chains: int = 2,
    draws: int = 200,
    seed: int = 2,
) -> None:
    """Count what lies in the band, region by region."""
    rng = np.random.default_rng(seed)
    place = np.arange(num_points)
    y = rng.normal(size=(chains, draws, num_points)) * (1 + place / 10)
    truth = rng.normal(size=num_points) * (1 + place / 20)
    regions = {"near": place < num_points // 3, "far": place >= num_points // 3}

    def shares(low: float, high: float) -> np.ndarray:
        lower, upper = np.quantile(y, [low, high], axis=(0, 1))
        inside = (lower <= truth) & (truth <= upper)
        return np.array([inside[mask].mean() for mask in regions.values()])

    exact = shares((1 - level) / 2, (1 + level) / 2)
    got = answer(y.copy(), truth.copy(), {k: m.copy() for k, m in regions.items()}, level)
    names = ", ".join(map(str, got)) if isinstance(got, dict) else type(got).__name__
    named = isinstance(got, dict) and got.keys() == regions.keys()
    said = f"The shares: got {names}, expected a dict with the names {', '.join(regions)}."
    expect(named, said, _COVERED)
    in_order = [got[name] for name in regions]
    tails = Slip(shares(1 - level, level), "Each side leaves out all of 1 - level; share it")
    percent = Slip(100 * exact, "They came in percent, expected numbers from 0 to 1")
    same = np.full(len(regions), np.mean(in_order))
    whole = Slip(same, "All regions have the same share; take each region's points")
    what = f"The shares of {', '.join(regions)}"
    expect_close(in_order, exact, _ROUNDING, what, _COVERED, (tails, percent, whole), near=1e-3)


_SCORE = Lesson(
    "The predictive density is a mean of densities; its logarithm comes last.",
    "notebook 16, exercise 16.3",
    "Average the normal densities over all draws at each point, then take logs, then the mean.",
)
_ALL_DRAWS = _SCORE.beside("M2", "Keep all draws until the density is averaged.")
_SIGMA = Lesson("M15", "notebook 11", "Sigma is a standard deviation: divide by it, then square.")
_STABLE = _SCORE.beside(
    "Densities far away are too small for a float; their logarithms are not.",
    "Take the largest log density out before the exponential.",
)


@CHECKS.enter(
    "16.3",
    _SCORE,
    "The log of one normal density is `-0.5 * z**2 - log(sigma) - 0.5 * log(2 pi)`, with "
    "`z = (truth - f) / sigma`.",
    "`sigma[..., None]` has an axis for the points. Average the densities over the axes (0, 1).",
    "Subtract the largest log density of each point before `np.exp`, and add it again after "
    "`np.log`; or use `scipy.special.logsumexp`.",
    also=(
        {"far": 60.0, "num_points": 5, "seed": 169},
        {"chains": 1, "num_points": 20, "seed": 170},
    ),
)
def log_score(
    answer: Any,
    num_points: int = 12,
    chains: int = 2,
    draws: int = 50,
    far: float = 0.0,
    seed: int = 3,
) -> None:
    """Compare with the log score of a mixture of normals."""
    rng = np.random.default_rng(seed)
    f = rng.normal(size=(chains, draws, num_points))
    sigma = rng.uniform(0.2, 1.0, size=(chains, draws))
    truth = rng.normal(size=num_points) + far

    def of_mixture(scale: np.ndarray) -> float:
        each = norm.logpdf(truth, f, scale[..., None])
        return float(np.mean(logsumexp(each, axis=(0, 1)) - np.log(chains * draws)))

    exact, of_draws = of_mixture(sigma), norm.logpdf(truth, f, sigma[..., None]).mean()
    of_mean = norm.logpdf(truth, f.mean(axis=(0, 1)), sigma.mean()).mean()
    slips = (
        Slip(of_draws, "It is the mean of the draws' log densities"),
        Slip(exact * num_points, "It is the sum over the points"),
        Slip(-exact, "The sign is turned: a higher score is better"),
        Slip(of_mean, "It is the score of the mean function with the mean noise", _ALL_DRAWS),
        Slip(of_mixture(np.sqrt(sigma)), "Sigma was taken as a variance", _SIGMA),
        Slip(-np.inf, "The densities were rounded to 0, so it is minus infinity", _STABLE),
    )
    got, tolerance = answer(f.copy(), sigma.copy(), truth.copy()), 1e-8 * (1 + abs(exact))
    expect_close(got, exact, tolerance, "The log score", _SCORE, slips, near=1e-3)
