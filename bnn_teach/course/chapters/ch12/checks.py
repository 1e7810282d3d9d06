"""The checks of notebook 12: ranks of known truths, a test of uniformity, and coverage.

All cases are the conjugate normal, whose posterior is exact, so that right draws have uniform ranks
and wrong ones are wrong by a known amount. The visible case is the default of a check's keywords; a
sheet's hidden tests give others. Next: :mod:`bnn_teach.course.chapters.ch13.checks`.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy.stats import norm

from bnn_teach.course.expectations import (
    Exercise,
    Lesson,
    expect,
    expect_close,
    expect_no_slip,
    numbers,
)
from bnn_teach.plots.uniformity import uniformity

_FALSE_ALARM = 1e-4
_SETS = 20_000  # of the reference in 12.2


def _worlds(
    rng: np.random.Generator, num_worlds: int, num_draws: int, spread: float, shift: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return draws (L, N) and truths (N,): one measurement y of each, prior and noise of sd 1."""
    truth = rng.normal(size=num_worlds)
    centre, sd = rng.normal(truth) / 2, math.sqrt(0.5)
    return centre + sd * (shift + spread * rng.normal(size=(num_draws, num_worlds))), truth


# --- 12.1 ------------------------------------------------------------------------------------

_RANK = Lesson(
    "The rank of a truth is how many of its draws lie below it, one number for each world.",
    "notebook 12, section 2",
    "Compare each draw with the truth of its own world: `draws < truth`, and count over the draws.",
)


def sbc_ranks(
    answer: Any,
    num_worlds: int = 300,
    num_draws: int = 39,
    spread: float = 1.0,
    shift: float = 0.0,
    seed: int = 1,
) -> None:
    """Compare ranks with the exact ones: uniform for the posterior, flagged where it is biased."""
    rng = np.random.default_rng(seed)
    draws, truth = _worlds(rng, num_worlds, num_draws, spread, shift)
    exact = (draws < truth).sum(axis=0)
    came = answer(draws.copy(), truth.copy())
    slips = (
        (num_draws - exact, "how many draws lie above", _RANK),
        (exact / num_draws, "a share instead of a count", _RANK),
        (exact + 1, "a rank that begins at 1; here the smallest is 0", _RANK),
        (draws < truth, "the comparisons themselves, not yet counted", _RANK),
        ((draws < truth).sum(axis=1), "a sum over the worlds, not over the draws", _RANK),
    )
    expect_no_slip(came, exact, slips, "The ranks")
    ranks = expect_close(came, exact, 1e-9, "The ranks", _RANK)
    found = uniformity(ranks, num_draws)
    if spread == 1.0 and shift == 0.0:
        said = "The draws come from the exact posterior, and still your ranks are not uniform."
        expect(found.p_value > _FALSE_ALARM, said, _RANK)
    else:
        said = f"The draws are wrong on purpose, and your ranks do not show it: {found.words}."
        expect(not found.inside, said, _RANK)


# --- 12.2 ------------------------------------------------------------------------------------

_CHANCE = Lesson(
    "A p-value is how often honest ranks are at least as ragged as those that came.",
    "notebook 12, section 2",
    "Simulate sets of uniform ranks, compute the same number from each, and return the share of "
    "sets that reach yours.",
)
_SLOTS = Lesson(
    "Among L draws there are L + 1 places for the truth: 0, 1, ..., L.",
    "notebook 12, section 2",
    "Use `num_draws + 1` places; `rng.integers(0, num_draws)` never gives num_draws itself.",
)


def p_value(
    answer: Any,
    num_worlds: int = 400,
    num_draws: int = 19,
    spread: float = 1.0,
    shift: float = 0.0,
    num_sets: int = 2000,
    seed: int = 7,
) -> None:
    """Compare a p-value of raggedness with one from many more simulated sets."""
    rng = np.random.default_rng(seed)
    draws, truth = _worlds(rng, num_worlds, num_draws, spread, shift)
    ranks = (draws < truth).sum(axis=0)
    slots = num_draws + 1
    ragged = _raggedness(np.bincount(ranks, minlength=slots))
    share = np.full(slots, 1 / slots)
    honest = _raggedness(rng.multinomial(num_worlds, share, _SETS))
    exact = float(np.mean(honest >= ragged))
    came = answer(ranks.copy(), num_draws, num_sets, np.random.default_rng(seed + 1))
    value = float(numbers(came, (), "The p-value", _CHANCE))
    expect(0 <= value <= 1, f"The p-value: came {value:.4g}; expected 0 to 1.", _CHANCE)
    variance = max(exact * (1 - exact), 1 / num_sets)
    tolerance = 5 * math.sqrt(variance * (1 / num_sets + 1 / _SETS)) + 1 / num_sets
    short = np.append(np.full(num_draws, 1 / num_draws), 0.0)
    never_last = float(np.mean(_raggedness(rng.multinomial(num_worlds, short, 2000)) >= ragged))
    for wrong, said, lesson in (
        (1 - exact, "the share of honest sets that are *less* ragged", _CHANCE),
        (never_last, "what sets without the rank num_draws give", _SLOTS),
    ):
        clear = abs(wrong - exact) > 3 * tolerance
        slip = clear and abs(value - wrong) <= tolerance
        expect(not slip, f"The p-value: came {value:.3f}, {said}; expected {exact:.3f}.", lesson)
    expect_close(value, exact, tolerance, "The p-value", _CHANCE)


def _raggedness(counts: np.ndarray) -> np.ndarray:
    """Return the sum of squared distances from equal counts, over the last axis."""
    return np.asarray(((counts - counts.mean(axis=-1, keepdims=True)) ** 2).sum(axis=-1))


# --- 12.3 ------------------------------------------------------------------------------------

_PROMISE = Lesson(
    "M7",
    "notebook 12, section 1",
    "Keep the truth fixed, measure many times, and count how often the credible interval holds it.",
)
_PRIOR = Lesson(
    "The posterior lies between the prior's centre and the data; a fixed truth is missed the more "
    "often, the farther from the prior's centre it is.",
    "notebook 12, section 1",
    "Add precisions, 1 / prior_scale² and n / noise_scale²; the centre is the mean times the "
    "second, over their sum.",
)
_SD = Lesson(
    "M15",
    "notebook 12, section 1",
    "The interval reaches 1.96 standard deviations to each side: take the root of the variance.",
)
_EXPERIMENTS = 20_000


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
    came = answer(*given)
    value = float(numbers(came, (), "The coverage", _PROMISE))
    tolerance = 5 * math.sqrt(max(exact * (1 - exact), 1e-3) / _EXPERIMENTS)
    variance = 1 / (1 / prior_scale**2 + num_points / noise_scale**2)
    for wrong, said, lesson in (
        (0.95, "what holds on average over the prior, or for a confidence interval", _PROMISE),
        (_covers(truth, 1, prior_scale, noise_scale), "that of a single measurement", _PRIOR),
        (_covers(*given, reach=1.96 * variance), "that of 1.96 *variances* to each side", _SD),
        (100 * exact, "a percentage; expected a number from 0 to 1", _PROMISE),
        (1 - exact, "the share that misses", _PROMISE),
    ):
        clear = abs(wrong - exact) > 2 * tolerance
        slip = clear and abs(value - wrong) <= tolerance
        expect(not slip, f"The coverage: came {value:.3g}, {said}.", lesson)
    expect_close(value, exact, tolerance, "The coverage", _PRIOR)


def _covers(
    truth: float,
    num_points: int,
    prior_scale: float,
    noise_scale: float,
    reach: float | None = None,
) -> float:
    """Return the exact share: the posterior's centre is normal around ``weight * truth``."""
    precision = num_points / noise_scale**2
    variance = 1 / (1 / prior_scale**2 + precision)
    weight = variance * precision
    edge = 1.96 * math.sqrt(variance) if reach is None else reach
    sd = weight * noise_scale / math.sqrt(num_points)
    off = (1 - weight) * truth
    return float(norm.cdf((edge + off) / sd) - norm.cdf((-edge + off) / sd))


CHECKS = {
    "12.1": Exercise(
        sbc_ranks,
        _RANK,
        (
            "NumPy compares all draws with the truths at once: the last axes are the same.",
            "True counts as 1 in a sum. Which draws have to be counted?",
            "Write `below = draws < truth`.",
        ),
    ),
    "12.2": Exercise(
        p_value,
        _CHANCE,
        (
            "Count first: `np.bincount(ranks, minlength=num_draws + 1)`. The raggedness is the sum "
            "of (count - mean count)².",
            "An honest set: `rng.integers(0, num_draws + 1, size=len(ranks))`. Make num_sets of "
            "them, and compute the raggedness of each.",
            "The answer is the share of sets whose raggedness is at least that of `ranks`.",
        ),
    ),
    "12.3": Exercise(
        coverage,
        _PROMISE,
        (
            "The mean of n measurements is normal around the truth, with the standard deviation "
            "noise_scale / √n. Draw 100,000 such means.",
            "The posterior has the precision p = 1 / prior_scale² + n / noise_scale², and its "
            "centre is mean * (n / noise_scale²) / p.",
            "Return the share of experiments in which centre and truth are less than 1.96 / √p "
            "apart.",
        ),
    ),
}
"""The exercises by number."""
