"""The checks of notebook 17: mirror images, a posterior on a grid, an evidence from prior draws.

Each answer is a number that is known: by counting, by a sum over all cells, or by a formula that
does not leave the logarithms. Next: :mod:`bnn_teach.course.misconceptions`.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy.special import logsumexp
from scipy.stats import norm

from bnn_teach.course.expectations import Checks, Lesson, Slip, expect_close, numbers, parts

CHECKS = Checks()
_COPIES = Lesson(
    "Two changes leave the function alone: a unit may turn its signs, and units may change places.",
    "notebook 17, section 2, and notebook 10, section 1",
    "Count the ways to choose signs, and the ways to put the units in order, and multiply.",
)


@CHECKS.enter(
    "17.1",
    _COPIES,
    "One unit has two images: as it is, and with both its signs turned.",
    "Each of H units can be turned or left, independently of the others. How many choices is that?",
    "Units can also stand in any order. In how many orders can H things stand?",
    also=({"H": 1}, {"H": 5}),
)
def copies(answer: Any, H: int = 3) -> None:
    """Ask in how many places of weight space the same function lies."""
    signs, orders = 2**H, math.factorial(H)
    slips = (
        Slip(signs, "That counts the signs only; units can change places, too"),
        Slip(orders, "That counts the orders only; each unit can turn its signs, too"),
        Slip(signs + orders, "Each choice of signs goes with each order: multiply"),
        Slip(2 * orders, "Each unit has a sign of its own to turn, not one for all"),
        Slip(2 * H, "Choices that are independent multiply"),
    )
    expect_close(answer(H), signs * orders, 1e-9, "The number of images", _COPIES, slips)


_GRID = Lesson(
    "The mass of a cell is the density times the cell's area; the masses add up to the evidence.",
    "notebook 17, section 1",
    "Add the logarithms of prior and likelihood at all places, then of the area; then logsumexp.",
)


@CHECKS.enter(
    "17.2",
    _GRID,
    "`np.meshgrid(side, side, indexing='ij')` gives w and v at all places, with w along the rows.",
    "The log joint density is a sum: one normal for w, one for v, and one for each point.",
    "What turns a density at a place into the mass of its cell? And what do all masses add up to?",
)
def grid_posterior(
    answer: Any,
    x: tuple[float, ...] = (-1.0, 0.4, 1.2),
    y: tuple[float, ...] = (-0.9, 0.5, 1.1),
    s: float = 1.5,
    sigma: float = 0.4,
    points: int = 60,
) -> None:
    """Compare masses, shape (P, P), and log evidence with a sum over all cells."""
    side = np.linspace(-5 * s, 5 * s, points)
    xs, ys = np.array(x), np.array(y)
    w, v = side[:, None, None], side[None, :, None]
    likelihood = norm.logpdf(ys, v * np.tanh(w * xs), sigma).sum(axis=-1)
    prior = (norm.logpdf(w, 0, s) + norm.logpdf(v, 0, s))[..., 0]
    area = 2 * np.log(side[1] - side[0])
    exact = float(logsumexp(prior + likelihood)) + area
    mass = np.exp(prior + likelihood + area - exact)
    got_mass, got = parts(
        answer(xs.copy(), ys.copy(), side.copy(), s, sigma), ("masses", "log evidence"), _GRID
    )
    slips = (
        Slip(exact - area, "It is without the area of a cell"),
        Slip(exact - area / 2, "It has the cell's width, not its area"),
        Slip(float(logsumexp(likelihood)) + area, "It is without the prior"),
        Slip(np.exp(exact), "It is the evidence itself, not its logarithm"),
    )
    expect_close(got, exact, 1e-8 * (1 + abs(exact)), "The log evidence", _GRID, slips)
    turned = (
        Slip(mass.T, "Rows and columns have changed places: w goes along the rows"),
        Slip(mass * np.exp(exact), "They add up to the evidence, not to 1: divide by it"),
        Slip(mass / np.exp(area), "It is the density: multiply by the area of a cell"),
    )
    expect_close(got_mass, mass, 1e-9, "The masses", _GRID, turned)


_DRAWS = Lesson(
    "The evidence is the mean of the likelihood under the prior, not of the log likelihood.",
    "notebook 17, section 1",
    "Take out the largest logarithm, average the rest, and put it back.",
)


@CHECKS.enter(
    "17.3",
    _DRAWS,
    "The evidence is an average of likelihoods. Its logarithm is asked for, and its error.",
    "The likelihoods may be too small for a computer. What can you subtract from all logarithms "
    "first, and add at the end?",
    "A relative error of an average is the error of its logarithm: standard error over mean.",
    also=({"shift": -900.0},),
)
def evidence_by_draws(
    answer: Any, num_draws: int = 500, spread: float = 1.5, shift: float = -3.0, seed: int = 17
) -> None:
    """Ask for a log evidence and its standard error, from log likelihoods of prior draws."""
    log_likelihood = shift + spread * np.random.default_rng(seed).standard_normal(num_draws)
    scaled = np.exp(log_likelihood - log_likelihood.max())
    exact = float(log_likelihood.max() + np.log(scaled.mean()))
    relative = float(scaled.std(ddof=1) / scaled.mean())
    got = parts(answer(log_likelihood.copy()), ("log evidence", "its error"), _DRAWS)
    slips = (
        Slip(log_likelihood.mean(), "It is the mean of the log likelihoods"),
        Slip(exact + np.log(num_draws), "It is a sum, not a mean: divide by the number of draws"),
        Slip(np.exp(exact), "It is the evidence itself, not its logarithm"),
    )
    numbers(got[0], (), "The log evidence", _DRAWS)
    expect_close(got[0], exact, 1e-6 * (1 + abs(exact)), "The log evidence", _DRAWS, slips)
    error = relative / math.sqrt(num_draws)
    wrong = (
        Slip(relative, "It is the spread of one draw: divide by the root of their number"),
        Slip(
            log_likelihood.std(ddof=1) / math.sqrt(num_draws), "It is that of the log likelihoods"
        ),
    )
    # With n or n - 1 in the standard deviation: both are accepted.
    expect_close(got[1], error, error / num_draws, "Its error", _DRAWS, wrong)
