"""The checks of notebook 18: a log density over draws, the linear row, and a change of units.

Each answer is a number that SciPy and NumPy know, too. Next:
:mod:`bnn_teach.course.misconceptions`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import logsumexp
from scipy.stats import norm

from bnn_teach.course.expectations import Checks, Lesson, Slip, expect_close, parts

CHECKS = Checks()
_AVERAGE = Lesson(
    "The predictive density is the mean of the draws' densities; the logarithm comes after it.",
    "notebook 18, section 2",
    "Take the log densities of all draws, then `np.logaddexp.reduce` over draws, minus log(S).",
)


@CHECKS.enter(
    "18.1",
    _AVERAGE,
    "Each draw gives each point a normal density. `sigma[:, None]` goes along with f, (S, M).",
    "Add densities up in logarithms: `np.logaddexp.reduce(log_densities, axis=0)`. What is left?",
    "A mean over draws is a sum divided by S. Only then take the mean over the M points.",
    also=({"far": 60.0},),
)
def log_density(
    answer: Any, draws: int = 40, points: int = 15, far: float = 0.0, seed: int = 18
) -> None:
    """Compare the mean log density of M points with SciPy's, for draws that may be far away."""
    rng = np.random.default_rng(seed)
    f = rng.normal(0.0, 1.0, (draws, points)) + far
    sigma, y = rng.uniform(0.3, 0.9, draws), rng.normal(0.0, 1.0, points)
    each = norm.logpdf(y, f, sigma[:, None])
    exact = float((logsumexp(each, axis=0) - np.log(draws)).mean())
    middle = norm.logpdf(y, f.mean(axis=0), sigma.mean()).mean()
    slips = (
        Slip(each.mean(), "It is the mean of the log densities: one draw, on average"),
        Slip(exact + np.log(draws), "It is the log of a sum: divide by the number of draws"),
        Slip(exact * points, "It is the sum over points, not their mean"),
        Slip(middle, "It is that of the mean curve and the mean noise: average densities"),
        Slip(np.exp(each).mean(axis=0).mean(), "It is a density, not its logarithm"),
    )
    got = answer(f.copy(), sigma.copy(), y.copy())
    expect_close(got, exact, 1e-8 * (1 + abs(exact)), "The log density", _AVERAGE, slips)


_LINE = Lesson(
    "A line has a constant, is fitted to the training part, and is scored on the test part.",
    "notebook 18, section 1",
    "Put a column of ones beside x, solve by least squares, predict; then the root mean square.",
)


@CHECKS.enter(
    "18.2",
    _LINE,
    "`np.linalg.lstsq(X, y)[0]` gives the coefficients of the best line for a matrix X.",
    "Without a column of ones the line goes through 0. Which X has one?",
    "Score what the line says of `x_test` against `y_test`: square, mean, root.",
    also=({"away": 50.0},),
)
def linear_row(
    answer: Any, count: int = 30, columns: int = 3, away: float = 3.0, seed: int = 18
) -> None:
    """Compare the root mean square error of least squares on points that it has not seen."""
    rng = np.random.default_rng(seed)
    x = rng.normal(1.0, 1.0, (count, columns))
    y = away + x @ rng.normal(0.0, 1.0, columns) + rng.normal(0.0, 1.0, count)
    cut = 2 * count // 3
    train, test = slice(cut), slice(cut, None)

    def rmse(ones: bool, fitted: slice, scored: slice) -> float:
        full = np.column_stack([np.ones(count), x]) if ones else x
        best = np.linalg.lstsq(full[fitted], y[fitted])[0]
        return float(np.sqrt(np.mean((y[scored] - full[scored] @ best) ** 2)))

    exact = rmse(True, train, test)
    slips = (
        Slip(rmse(False, train, test), "The line goes through 0: it has no constant"),
        Slip(exact**2, "It is the mean square: take the root"),
        Slip(rmse(True, train, train), "It is the error on the part that was fitted"),
        Slip(rmse(True, test, test), "The line was fitted to the test part"),
        Slip(rmse(True, slice(None), test), "The line has seen the test part, too"),
    )
    got = answer(x[train].copy(), y[train].copy(), x[test].copy(), y[test].copy())
    expect_close(got, exact, 1e-6 * (1 + exact), "The linear row", _LINE, slips)


_UNIT = Lesson(
    "A density is per unit: if one unit becomes c, errors grow by c and densities shrink by c.",
    "notebook 18, exercise 18.3, its second hint",
    "Multiply the error by the unit, and subtract the unit's logarithm from the log density.",
)


@CHECKS.enter(
    "18.3",
    _UNIT,
    "An error of 0.3 standard units is how many of the table's own?",
    "The area under a density stays 1. If the axis gets c times as long, how high is it then?",
    "A density divided by c: what is its logarithm?",
    also=({"unit": 0.2},),
)
def in_units(
    answer: Any, rmse: float = 0.31, log_density: float = -0.22, unit: float = 16.7
) -> None:
    """Compare a score in the table's units with the one in standard units."""
    got = parts(answer(rmse, log_density, unit), ("error", "log density"), _UNIT)
    log_unit = float(np.log(unit))
    errors = (
        Slip(rmse, "It is in standard units still"),
        Slip(rmse / unit, "It was divided by the unit: multiply by it"),
    )
    expect_close(got[0], rmse * unit, 1e-8 * (1 + rmse * unit), "The error", _UNIT, errors)
    densities = (
        Slip(log_density, "It is per standard unit still"),
        Slip(log_density + log_unit, "The logarithm was added: a longer axis lowers a density"),
        Slip(log_density * unit, "A logarithm is shifted by a change of units, not multiplied"),
        Slip(log_density / unit, "A logarithm is shifted by a change of units, not divided"),
        Slip(log_density - unit, "Subtract the logarithm of the unit, not the unit"),
    )
    expect_close(got[1], log_density - log_unit, 1e-8, "The log density", _UNIT, densities)
