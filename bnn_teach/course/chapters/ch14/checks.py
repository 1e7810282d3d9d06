"""The checks of notebook 14: a fair minibatch, a score of many draws, and a paired difference.

What a minibatch gives is averaged over all minibatches there are, so nothing is left to chance.
Next: :mod:`bnn_teach.course.chapters.ch15.checks`.
"""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
from scipy.special import logsumexp
from scipy.stats import norm

from bnn_teach.course.expectations import (
    Checks,
    Lesson,
    Slip,
    expect_close,
    expect_no_slip,
    number,
    parts,
)

CHECKS = Checks()
_FAIR = Lesson(
    "B points speak for N, so their sum counts N / B times; then it is right on average.",
    "notebook 14, section 4",
    "The batch speaks for all the data, and the prior for itself: which has to be scaled, by what?",
)
_PRIOR_ONCE = _FAIR.beside(
    "There is one prior, however many data there are: it is not scaled with the batch.",
    "Scale the batch's terms alone, and add the log prior once.",
)


@CHECKS.enter(
    "14.1",
    _FAIR,
    "Two points out of six carry a third of what six would say, on average.",
    "What the batch says has to be counted N / B times; the prior is there only once.",
    "By which factor does the batch speak for all? Does the prior need it as well?",
    also=({"num_data": 8, "batch_size": 5, "log_prior": 2.5, "seed": 146},),
)
def minibatch_log_prob(
    answer: Any, num_data: int = 6, batch_size: int = 2, seed: int = 1, log_prior: float = -3.0
) -> None:
    """Average the estimate over every batch that there is, and compare with the sum of all."""
    terms = np.random.default_rng(seed).normal(-1.0, 2.0, size=num_data)
    batches = [terms[list(rows)] for rows in itertools.combinations(range(num_data), batch_size)]
    what = "The estimate from one batch"
    got = [number(answer(log_prior, each.copy(), num_data), what, _FAIR) for each in batches]
    factor, first = num_data / batch_size, batches[0].sum()
    slips = (
        Slip(log_prior + first, "It is the batch's own sum, as if there were no other points"),
        Slip(factor * (log_prior + first), "It has the prior scaled, too", _PRIOR_ONCE),
        Slip(log_prior + first / factor, "It has the sum times B / N, the inverse"),
        Slip(log_prior + first / batch_size, "It has the mean of the batch, without N"),
        Slip(log_prior + num_data * first, "It has the sum times N, without B"),
        Slip(factor * first, "There is no prior", _PRIOR_ONCE),
    )
    expect_no_slip(got[0], log_prior + factor * first, 1e-9, what, _FAIR, slips)
    average = f"The average over all {len(batches)} batches of {batch_size} of {num_data} points"
    full, tolerance = log_prior + terms.sum(), 1e-9 * num_data * factor
    expect_close(np.mean(got), full, tolerance, average, _FAIR)


_AVERAGE_DENSITIES = Lesson(
    "A predictive density is an average over draws; its logarithm comes after the average.",
    "notebook 14, section 6",
    "First average the densities over the draws, axis 0, and then take the logarithm.",
)
_WITH_NOISE = _AVERAGE_DENSITIES.beside(
    "M2",
    "What was measured scatters around each f by the noise: its density has the sd noise_scale.",
)
_STABLE = _AVERAGE_DENSITIES.beside(
    "Densities of far-off points are too small for a float; their logarithms are not.",
    "Use scipy.special.logsumexp over the draws, and subtract the log of their number.",
)
_SD = _AVERAGE_DENSITIES.beside("M15", "Use noise_scale itself: it is a standard deviation.")
_MEAN = _AVERAGE_DENSITIES.beside(
    "A mean can be compared between test sets of different sizes, a sum cannot.",
    "Take the mean over the points.",
)


@CHECKS.enter(
    "14.2",
    _AVERAGE_DENSITIES,
    "`norm.logpdf` of scipy.stats, of y around f, has the shape (draw, point): one log "
    "density for each draw at each point.",
    "The predictive density of a point is the mean of the densities over the draws. Its log is "
    "`logsumexp(..., axis=0)`, of scipy.special, minus the log of their number.",
    "Two means are taken: one over the draws, inside the logarithm, and one over the points, "
    "outside. A density that is rounded to 0 must not become minus infinity.",
    also=(
        {"noise_scale": 0.1, "outlier": 50.0, "seed": 147},
        {"num_draws": 3, "num_points": 5, "seed": 148},
    ),
)
def log_predictive(
    answer: Any,
    num_draws: int = 50,
    num_points: int = 8,
    noise_scale: float = 0.5,
    seed: int = 1,
    outlier: float = 0.0,
) -> None:
    """Compare the mean log predictive density with that of a mixture of normals."""
    rng = np.random.default_rng(seed)
    f = rng.normal(size=(num_draws, num_points))
    y = rng.normal(size=num_points)
    y[0] += outlier

    def of_mixture(scale: float) -> np.ndarray:
        return logsumexp(norm.logpdf(y, f, scale), axis=0) - math.log(num_draws)

    right, each = of_mixture(noise_scale).mean(), norm.logpdf(y, f, noise_scale)
    around_mean = norm.logpdf(y, f.mean(axis=0), noise_scale).mean()
    no_noise = norm.logpdf(y, f.mean(axis=0), f.std(axis=0)).mean()
    squared = of_mixture(noise_scale**2).mean()
    slips = (
        Slip(-np.inf, "The densities were rounded to 0, so it is minus infinity", _STABLE),
        Slip(each.mean(), "It is the average of the logarithms"),
        Slip(around_mean, "It is the density around the mean function alone"),
        Slip(no_noise, "It is a normal with the sd of the draws, without the noise", _WITH_NOISE),
        Slip(squared, "It is a normal whose sd is the noise's variance", _SD),
        Slip(num_points * right, "It is the sum over the points", _MEAN),
        Slip(right + math.log(num_draws), "It is the sum over the draws"),
    )
    got, what = answer(f.copy(), y.copy(), noise_scale), "The mean log predictive density"
    expect_close(got, right, 1e-9 * (1 + abs(right)), what, _AVERAGE_DENSITIES, slips)


_PAIRED = Lesson(
    "Both methods met the same splits: take the difference in each split, then its error.",
    "notebook 14, section 6",
    "Subtract first. What is left is one array; what are its mean and the error of that mean?",
)
_STANDARD_ERROR = _PAIRED.beside(
    "The mean of n differences is known sqrt(n) times better than one difference.",
    "Divide the sd of the differences by the square root of their number.",
)
_UNBIASED = _PAIRED.beside(
    "An sd around a mean that was itself estimated divides by n - 1.",
    "Ask NumPy's std for ddof=1.",
)


@CHECKS.enter(
    "14.3",
    _PAIRED,
    "A split that is hard for one method is hard for the other as well. What is left of that if "
    "you subtract?",
    "The differences are one array with an entry for each split. You need its mean and its sd, "
    "with `ddof=1` because the mean comes from the same few numbers.",
    "How much better is the mean of five differences known than a single one?",
    also=({"num_splits": 3, "seed": 149}, {"num_splits": 12, "gap": -0.4, "seed": 150}),
)
def paired_difference(answer: Any, num_splits: int = 5, gap: float = 0.05, seed: int = 1) -> None:
    """Compare the mean difference of two methods, and its standard error, with the formulae."""
    rng = np.random.default_rng(seed)
    hard = rng.normal(-1.1, 0.1, num_splits)  # the same people for both
    a, b = (hard + shift + rng.normal(0.0, 0.02, num_splits) for shift in (gap, 0.0))
    difference = a - b
    root = math.sqrt(num_splits)
    right, error = difference.mean(), difference.std(ddof=1) / root
    got, spread = parts(
        answer(a.copy(), b.copy()), ("the mean difference", "its standard error"), _PAIRED
    )
    slips = (
        Slip(-right, "It is b minus a"),
        Slip(difference.sum(), "It is the sum over the splits"),
    )
    expect_close(got, right, 1e-9, "The mean difference", _PAIRED, slips)
    apart = np.hypot(a.std(ddof=1), b.std(ddof=1))
    errors = (
        Slip(apart / root, "It treats the two methods as if they had met different people"),
        Slip(error * root, "It is the sd of one difference", _STANDARD_ERROR),
        Slip(error**2, "It is a variance", _PAIRED.beside("M15", "Take the square root.")),
        Slip(error / root, "It is divided by n, not by its square root", _STANDARD_ERROR),
        Slip(difference.std() / root, "It has the sd without ddof=1", _UNBIASED),
        Slip(difference.std(), "It is the sd of one difference, without ddof=1", _STANDARD_ERROR),
    )
    expect_close(spread, error, 1e-9, "Its standard error", _PAIRED, errors)
