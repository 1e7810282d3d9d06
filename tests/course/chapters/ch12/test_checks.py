"""Does notebook 12's check know ranks, a test by simulation, and coverage of one fixed truth?"""

import numpy as np
import pytest
from scipy.stats import norm

from bnn_teach.classroom.checking import check_hidden
from tests.course.chapters.answers import test_right_ways_pass, test_slips_are_named  # noqa: F401

BIASED = {"num_replications": 500, "num_draws": 19, "shift": 0.5, "seed": 122}
NARROW = {"num_replications": 500, "num_draws": 39, "spread": 0.5, "seed": 123}
FAR = {"truth": 4.0, "num_points": 1, "prior_scale": 2.0, "noise_scale": 1.0}


def by_loop(draws, truth):
    return [sum(draw[k] < truth[k] for draw in draws) for k in range(len(truth))]


def by_searching(draws, truth):
    return np.array([np.searchsorted(np.sort(d), t) for d, t in zip(draws.T, truth, strict=True)])


def p_value(ranks, num_draws, num_sets, rng, *, slots=None, turn=False, plus=0):
    slots = num_draws + 1 if slots is None else slots(num_draws)
    sets = rng.multinomial(len(ranks), np.full(slots, 1 / slots), num_sets)
    sets = np.pad(sets, ((0, 0), (0, num_draws + 1 - slots)))
    expected = len(ranks) / (num_draws + 1)
    chi2 = lambda counts: ((counts - expected) ** 2 / expected).sum(axis=-1)  # noqa: E731
    own = chi2(np.bincount(ranks, minlength=num_draws + 1))
    reached = np.count_nonzero(chi2(sets) < own if turn else chi2(sets) >= own)
    return (reached + plus) / (num_sets + plus)


def coverage(truth, num_points, prior_scale, noise_scale, *, root=0.5, scale=1.0):
    precision = 1 / prior_scale**2 + num_points / noise_scale**2
    weight = num_points / noise_scale**2 / precision
    edge, sd = 1.96 * precision**-root, weight * noise_scale / np.sqrt(num_points)
    off = (1 - weight) * truth
    return scale * (norm.cdf((edge + off) / sd) - norm.cdf((off - edge) / sd))


def by_counting(truth, num_points, prior_scale, noise_scale):
    rng, held = np.random.default_rng(3), 0
    y = rng.normal(truth, noise_scale, size=(20_000, num_points)).mean(axis=1)
    sd = (1 / prior_scale**2 + num_points / noise_scale**2) ** -0.5
    held = np.abs(y * num_points / noise_scale**2 * sd**2 - truth) < 1.96 * sd
    return held.sum() / len(held)


RIGHT = [
    ("12.1", by_loop, [{}, BIASED]),
    ("12.1", by_searching, [{}, BIASED, NARROW]),
    ("12.2", p_value, [{}, {"num_draws": 9, "shift": 0.3, "seed": 125}]),
    ("12.2", lambda *a: p_value(*a, plus=1), [{}, {"spread": 0.4, "seed": 126}]),
    ("12.3", coverage, [{}, FAR]),
    ("12.3", by_counting, [{}, FAR, {"truth": 0.0}]),
]


WRONG = [
    ("12.1", lambda d, t: (d > t).sum(axis=0), "how many draws lie above"),
    ("12.1", lambda d, t: (d < t).mean(axis=0), "a share instead of a count"),
    ("12.1", lambda d, t: (d < t).sum(axis=0) + 1, "begins at 1"),
    ("12.1", lambda d, t: (d < t).sum(axis=1), "over the data sets"),
    ("12.1", lambda d, t: d < t, "not yet counted"),
    ("12.1", lambda d, t: (d < t.mean()).sum(axis=0), "The ranks, at index"),
    ("12.2", lambda *a: p_value(*a, turn=True), "*less* ragged"),
    ("12.2", lambda *a: p_value(*a, slots=lambda n: n), "without the rank num_draws"),
    ("12.2", lambda *a: 300.0, "expected 0 to 1"),
    ("12.3", lambda *a: 0.95, "M7"),
    ("12.3", lambda *a: coverage(*a, root=1.0), "M15"),
    ("12.3", lambda t, n, s, sigma: coverage(t, 1, s, sigma), "a single measurement"),
    ("12.3", lambda *a: coverage(*a, scale=100), "a percentage"),
    ("12.3", lambda *a: 1 - coverage(*a), "the share that misses"),
]


def test_a_right_p_value_is_hardly_ever_refused():
    assert all(check_hidden("12.2", p_value, seed=seed).passed for seed in range(40))


def test_coverage_averaged_over_the_prior_is_what_it_says():
    at = np.linspace(-8, 8, 2001)
    average = np.trapezoid(coverage(at, 3, 1.0, 1.5) * norm.pdf(at), at)
    assert average == pytest.approx(2 * norm.cdf(1.96) - 1, abs=1e-6)
