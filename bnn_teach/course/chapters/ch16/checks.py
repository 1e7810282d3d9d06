"""The checks of notebook 16: units that keep a secret, coverage by region, and the log score.

Heights and draws are made up here; what is right is worked out one point or one draw at a time. The
visible case is the default of a check's keywords; a sheet's hidden tests give others. It is the
last one; next: :mod:`bnn_teach.classroom.sheets`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from bnn_teach.course.expectations import (
    Exercise,
    Lesson,
    about,
    expect,
    expect_close,
)

_ROUNDING = 1e-6  # an answer may count in float32

# --- 16.1 ------------------------------------------------------------------------------------

_UNITS = Lesson(
    "What is in the envelope may not be used before it is opened, not even its mean.",
    "notebook 16, section 1",
    "Take mean and standard deviation of `y[known]`, and apply them to all of `y`.",
)


def to_units(answer: Any, num_points: int = 50, share: float = 0.5, seed: int = 1) -> None:
    """Compare with units taken from the known heights alone."""
    rng = np.random.default_rng(seed)
    y = 500 + 100 * rng.normal(size=num_points)
    known = rng.permutation(num_points) < share * num_points
    y[~known] += 300  # a mountain where nobody measured
    exact = (y - y[known].mean()) / y[known].std()
    came = answer(y.copy(), known.copy())
    stolen = about(came, (y - y.mean()) / y.std())
    expect(not stolen, "Mean and standard deviation are those of all heights.", _UNITS)
    expect(not about(came, exact[known]), "The heights that are not known are missing.", _UNITS)
    by_variance = about(came, (y - y[known].mean()) / y[known].var())
    expect(
        not by_variance,
        "The heights are divided by the variance.",
        Lesson("M15", "notebook 16, section 1", "Divide by the standard deviation."),
    )
    wanted = (1e-9 + 2 / known.sum()) * (1 + np.abs(exact))  # either definition of the sd will do
    expect_close(came, exact, wanted, "The heights in units", _UNITS)


# --- 16.2 ------------------------------------------------------------------------------------

_COVERED = Lesson(
    "M12",
    "notebook 16, section 4",
    "Take quantiles over chains and draws at each point, compare, and average in each region.",
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

    def shares(low: float, high: float) -> dict[str, float]:
        lower, upper = np.quantile(y, [low, high], axis=(0, 1))
        inside = [bool(a <= t <= b) for a, t, b in zip(lower, truth, upper, strict=True)]
        return {name: float(np.mean(np.array(inside)[mask])) for name, mask in regions.items()}

    exact = shares((1 - level) / 2, (1 + level) / 2)
    came = answer(y.copy(), truth.copy(), {k: m.copy() for k, m in regions.items()}, level)
    named = isinstance(came, dict) and came.keys() == exact.keys()
    expect(
        named,
        f"The shares: expected a dict with the names {', '.join(exact)}; came "
        f"{', '.join(map(str, came)) if isinstance(came, dict) else type(came).__name__}.",
        _COVERED,
    )
    values, right = list(came.values()), list(exact.values())
    came_in_order, wrong_tails = [came[name] for name in exact], shares(1 - level, level)
    tails = about(came_in_order, list(wrong_tails.values())) and wrong_tails != exact
    expect(not tails, "Each side of the band leaves out all of 1 - level; share it.", _COVERED)
    percent = about(came_in_order, [100 * value for value in right])
    expect(not percent, "The shares came in percent; expected numbers from 0 to 1.", _COVERED)
    whole = len(set(map(float, np.ravel(values)))) == 1 and len(set(right)) > 1
    expect(not whole, "All regions have the same share; take each region's points.", _COVERED)
    what = f"The shares of {', '.join(exact)}"
    expect_close(came_in_order, right, _ROUNDING, what, _COVERED)


# --- 16.3 ------------------------------------------------------------------------------------

_SCORE = Lesson(
    "The predictive density is a mean of densities; its logarithm comes last.",
    "notebook 16, exercise 16.3",
    "Average the normal densities over all draws at each point, then take logs, then the mean.",
)


def log_score(
    answer: Any,
    num_points: int = 12,
    chains: int = 2,
    draws: int = 50,
    far: float = 0.0,
    seed: int = 3,
) -> None:
    """Compare with the log score, worked out one point at a time."""
    from scipy.special import logsumexp
    from scipy.stats import norm

    rng = np.random.default_rng(seed)
    f = rng.normal(size=(chains, draws, num_points))
    sigma = rng.uniform(0.2, 1.0, size=(chains, draws))
    truth = rng.normal(size=num_points) + far
    each = np.stack(
        [norm.logpdf(truth[n], f[..., n], sigma).ravel() for n in range(num_points)], axis=-1
    )
    exact = float(np.mean(logsumexp(each, axis=0) - np.log(chains * draws)))
    came = answer(f.copy(), sigma.copy(), truth.copy())
    expect(not about(came, each.mean()), "It is the mean of the draws' log densities.", _SCORE)
    expect(not about(came, exact * num_points), "It is the sum over the points.", _SCORE)
    expect(not about(came, -exact), "The sign is turned: a higher score is better.", _SCORE)
    averaged = norm.logpdf(truth, f.mean(axis=(0, 1)), sigma.mean()).mean()
    expect(
        not about(came, averaged),
        "It is the score of the mean function with the mean noise.",
        Lesson("M2", "notebook 16, exercise 16.3", "Keep all draws until the density is averaged."),
    )
    as_variance = np.mean(
        logsumexp(norm.logpdf(truth, f, np.sqrt(sigma)[..., None]), axis=(0, 1))
        - np.log(chains * draws)
    )
    expect(
        not about(came, as_variance),
        "Sigma was taken as a variance.",
        Lesson("M15", "notebook 11", "Sigma is a standard deviation: divide by it, then square."),
    )
    infinite = np.size(came) == 1 and np.isneginf(np.asarray(came, float)).all()
    expect(
        not infinite,
        "The score is minus infinity: all densities were rounded to 0.",
        Lesson(
            "Densities far away are too small for a float; their logarithms are not.",
            "notebook 16, exercise 16.3",
            "Take the largest log density out before the exponential.",
        ),
    )
    expect_close(came, exact, 1e-8 * (1 + abs(exact)), "The log score", _SCORE)


CHECKS = {
    "16.1": Exercise(
        to_units,
        _UNITS,
        (
            "`y[known]` has the heights that the model is given.",
            "Subtract their mean from all of `y`, then divide by their standard deviation.",
            "Return `(y - y[known].mean()) / y[known].std()`.",
        ),
    ),
    "16.2": Exercise(
        covered,
        _COVERED,
        (
            "The central band leaves out the same share of draws below and above.",
            "Both edges: `np.quantile(draws, [(1 - level) / 2, (1 + level) / 2], axis=(0, 1))`.",
            "`inside[mask].mean()` is the share of a region; make a dict of them.",
        ),
    ),
    "16.3": Exercise(
        log_score,
        _SCORE,
        (
            "The log of one normal density is `-0.5 * z**2 - log(sigma) - 0.5 * log(2 pi)`, with "
            "`z = (truth - f) / sigma`.",
            "`sigma[..., None]` has an axis for the points. Average the densities over the axes "
            "(0, 1).",
            "Subtract the largest log density of each point before `np.exp`, and add it again "
            "after `np.log`; or use `scipy.special.logsumexp`.",
        ),
    ),
}
"""The exercises by number."""
