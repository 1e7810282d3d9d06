"""The checks of notebook 12: ranks of known truths, a test of uniformity, and coverage.

All cases are the conjugate normal, whose posterior is exact, so that right draws have uniform ranks
and wrong ones are wrong by a known amount. Next: :mod:`bnn_teach.course.chapters.ch13.checks`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
from scipy.stats import norm

from bnn_teach.course.expectations import Checks, Lesson, Slip, expect, expect_close, number
from bnn_teach.plots.uniformity import uniformity

CHECKS = Checks()
_FALSE_ALARM = 1e-4
_SETS = 20_000  # of the reference in 12.2
_EXPERIMENTS = 20_000


def _replications(
    rng: np.random.Generator, num_replications: int, num_draws: int, spread: float, shift: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return draws (L, N) and truths (N,): one measurement y of each, prior and noise of sd 1."""
    truth = rng.normal(size=num_replications)
    centre, sd = rng.normal(truth) / 2, math.sqrt(0.5)
    noise = rng.normal(size=(num_draws, num_replications))
    return centre + sd * (shift + spread * noise), truth


def _expect_share(
    value: float,
    exact: float,
    tolerance: float,
    what: str,
    lesson: Lesson,
    slips: Iterable[Slip],
) -> None:
    """Compare a share that was simulated; a slip counts if it is clearly another share."""
    for each in slips:
        clear = abs(each.wrong - exact) > 3 * tolerance
        said = f"{what}: got {value:.3f}, expected {exact:.3f}. {each.said}."
        slip = clear and abs(value - each.wrong) <= tolerance
        expect(not slip, said, each.lesson or lesson)
    expect_close(value, exact, tolerance, what, lesson)


_RANK = Lesson(
    "The rank of a truth is how many of its draws lie below it, one number for each data set.",
    "notebook 12, section 2",
    "Compare each draw with the truth of its own data set, and count over the draws.",
)


@CHECKS.enter(
    "12.1",
    _RANK,
    "NumPy compares all draws with the truths at once: the last axes are the same.",
    "True counts as 1 in a sum. Which draws have to be counted?",
    "A rank counts. What is counted is a comparison of two arrays, true or false for each draw.",
    also=({"num_replications": 100, "num_draws": 19, "shift": 0.5, "seed": 127},),
)
def sbc_ranks(
    answer: Any,
    num_replications: int = 300,
    num_draws: int = 39,
    spread: float = 1.0,
    shift: float = 0.0,
    seed: int = 1,
) -> None:
    """Compare ranks with the exact ones: uniform for the posterior, flagged where it is biased."""
    rng = np.random.default_rng(seed)
    draws, truth = _replications(rng, num_replications, num_draws, spread, shift)
    below = draws < truth
    exact = below.sum(axis=0)
    slips = (
        Slip(num_draws - exact, "It is how many draws lie above"),
        Slip(exact / num_draws, "It is a share instead of a count"),
        Slip(exact + 1, "It is a rank that begins at 1; here the smallest is 0"),
        Slip(below, "It is the comparisons themselves, not yet counted"),
        Slip(below.sum(axis=1), "It is a sum over the data sets, not over the draws"),
    )
    got = answer(draws.copy(), truth.copy())
    found = uniformity(expect_close(got, exact, 1e-9, "The ranks", _RANK, slips), num_draws)
    if spread == 1.0 and shift == 0.0:
        said = "The draws come from the exact posterior, and still your ranks are not uniform."
        expect(found.p_value > _FALSE_ALARM, said, _RANK)
    else:
        said = f"The draws are wrong on purpose, and your ranks do not show it: {found.words}."
        expect(not found.inside, said, _RANK)


_CHANCE = Lesson(
    "A p-value is how often uniform ranks are at least as ragged as those that you have.",
    "notebook 12, section 2",
    "Simulate sets of uniform ranks, compute the same number from each, and return the share of "
    "sets that reach yours.",
)
_SLOTS = _CHANCE.beside(
    "Among L draws there are L + 1 places for the truth: 0, 1, ..., L.",
    "Use `num_draws + 1` places; `rng.integers(0, num_draws)` never gives num_draws itself.",
)


@CHECKS.enter(
    "12.2",
    _CHANCE,
    "Count first: `np.bincount(ranks, minlength=num_draws + 1)`. The raggedness is the sum of "
    "(count - mean count)².",
    "A set of uniform ranks: `rng.integers(0, num_draws + 1, size=len(ranks))`. Make num_sets of "
    "them, and compute the raggedness of each.",
    "The answer is the share of sets whose raggedness is at least that of `ranks`.",
    also=({"num_replications": 200, "num_draws": 9, "shift": 0.3, "seed": 128},),
)
def p_value(
    answer: Any,
    num_replications: int = 400,
    num_draws: int = 19,
    spread: float = 1.0,
    shift: float = 0.0,
    num_sets: int = 2000,
    seed: int = 7,
) -> None:
    """Compare a p-value of raggedness with one from many more simulated sets."""
    rng = np.random.default_rng(seed)
    draws, truth = _replications(rng, num_replications, num_draws, spread, shift)
    ranks = (draws < truth).sum(axis=0)
    ragged = _raggedness(np.bincount(ranks, minlength=num_draws + 1))

    def reached(slots: int, sets: int) -> float:
        shares = np.pad(np.full(slots, 1 / slots), (0, num_draws + 1 - slots))
        return float(
            np.mean(_raggedness(rng.multinomial(num_replications, shares, sets)) >= ragged)
        )

    exact, never_last = reached(num_draws + 1, _SETS), reached(num_draws, 2000)
    got = answer(ranks.copy(), num_draws, num_sets, np.random.default_rng(seed + 1))
    value = number(got, "The p-value", _CHANCE)
    expect(0 <= value <= 1, f"The p-value: got {value:.4g}, expected 0 to 1.", _CHANCE)
    variance = max(exact * (1 - exact), 1 / num_sets)
    tolerance = 5 * math.sqrt(variance * (1 / num_sets + 1 / _SETS)) + 1 / num_sets
    slips = (
        Slip(1 - exact, "It is the share of uniform sets that are *less* ragged"),
        Slip(never_last, "It is what sets without the rank num_draws give", _SLOTS),
    )
    _expect_share(value, exact, tolerance, "The p-value", _CHANCE, slips)


def _raggedness(counts: np.ndarray) -> np.ndarray:
    """Return the sum of squared distances from equal counts, over the last axis."""
    return np.asarray(((counts - counts.mean(axis=-1, keepdims=True)) ** 2).sum(axis=-1))


_PROMISE = Lesson(
    "M7",
    "notebook 12, section 1",
    "Keep the truth fixed, measure many times, and count how often the credible interval holds it.",
)
_PRIOR = _PROMISE.beside(
    "The posterior lies between the prior's centre and the data; a fixed truth is missed the more "
    "often, the farther from the prior's centre it is.",
    "Add precisions, 1 / prior_scale² and n / noise_scale²; the centre is the mean times the "
    "second, over their sum.",
)
_SD = _PROMISE.beside(
    "M15", "The interval reaches 1.96 standard deviations to each side: take the variance's root."
)


@CHECKS.enter(
    "12.3",
    _PROMISE,
    "The mean of n measurements is normal around the truth, with the standard deviation "
    "noise_scale / √n. Draw 100,000 such means.",
    "The posterior has the precision p = 1 / prior_scale² + n / noise_scale², and its centre is "
    "mean * (n / noise_scale²) / p.",
    "p, the sum of the two precisions, tells the sd of the posterior. How far may its centre "
    "be from the truth before the interval misses it?",
    also=({"truth": 0.0, "num_points": 5, "prior_scale": 0.5, "noise_scale": 1.0},),
)
def coverage(
    answer: Any,
    truth: float = 2.0,
    num_points: int = 3,
    prior_scale: float = 1.0,
    noise_scale: float = 1.5,
) -> None:
    """Compare the coverage of one fixed truth with the exact one, within Monte Carlo error."""
    given = (truth, num_points, prior_scale, noise_scale)
    exact = _covers(*given)
    value = number(answer(*given), "The coverage", _PROMISE)
    tolerance = 5 * math.sqrt(max(exact * (1 - exact), 1e-3) / _EXPERIMENTS)
    single = _covers(truth, 1, prior_scale, noise_scale)
    average = "It is what holds on average over the prior, or for a confidence interval"
    slips = (
        Slip(0.95, average, _PROMISE),
        Slip(single, "It is that of a single measurement"),
        Slip(_covers(*given, power=1.0), "It is that of 1.96 *variances* to each side", _SD),
        Slip(100 * exact, "It is a percentage, expected a number from 0 to 1", _PROMISE),
        Slip(1 - exact, "It is the share that misses", _PROMISE),
    )
    _expect_share(value, exact, tolerance, "The coverage", _PRIOR, slips)


def _covers(
    truth: float, num_points: int, prior_scale: float, noise_scale: float, power: float = 0.5
) -> float:
    """Return the exact share: the posterior's centre is normal around ``weight * truth``."""
    precision = num_points / noise_scale**2
    variance = 1 / (1 / prior_scale**2 + precision)
    weight = variance * precision
    edge = 1.96 * variance**power
    sd = weight * noise_scale / math.sqrt(num_points)
    off = (1 - weight) * truth
    return float(norm.cdf((edge + off) / sd) - norm.cdf((-edge + off) / sd))
