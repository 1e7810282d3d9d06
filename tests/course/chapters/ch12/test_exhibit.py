"""The simulated data sets: the histogram is that of the ranks, and the sentence counts them."""

import re

import numpy as np
import pytest

from bnn_teach.course.chapters.ch12.exhibit import (
    POSTERIOR,
    PRIOR,
    make_draws,
    make_truths,
    simulated_replications,
)
from bnn_teach.plots.uniformity import uniformity


@pytest.fixture(scope="module")
def exhibit():
    return simulated_replications()


def ranks(number, source=POSTERIOR, spread=1.0, shift=0.0):
    truths = make_truths(number)
    return np.sum(make_draws(truths, source, spread, shift) < truths.mu, axis=0)


@pytest.mark.parametrize("source", [POSTERIOR, PRIOR])
def test_both_the_posterior_and_the_prior_have_uniform_ranks(source):
    found = uniformity(ranks(4000, source), 39)
    assert found.p_value > 1e-4 and abs(found.tilt) < 5 and abs(found.spread) < 5


def test_the_draws_are_the_posterior_s():
    truths = make_truths(50_000, num_draws=2)
    off = make_draws(truths, POSTERIOR, 1.0, 0.0)[0] - truths.mu
    # Truth and draw are two draws from Normal(y/2, 1/2), so their difference has variance 1.
    assert off.mean() == pytest.approx(0, abs=5 / np.sqrt(50_000))
    assert off.var() == pytest.approx(1, abs=5 * np.sqrt(2 / 50_000))


def test_more_replications_contain_the_fewer():
    few, many = make_truths(50), make_truths(800)
    np.testing.assert_array_equal(few.mu, many.mu[:50])
    np.testing.assert_array_equal(few.noise, many.noise[:, :50])


@pytest.mark.parametrize(
    ("spread", "shift", "words"),
    [
        (1.0, 0.0, "no sign against uniform"),
        (0.5, 0.0, "too narrow"),
        (2.0, 0.0, "too wide"),
        (1.0, -0.5, "too low"),
    ],
)
def test_the_sentence_and_the_bars_are_those_of_the_ranks(exhibit, spread, shift, words):
    says = exhibit.set(spread=spread, shift=shift, number=800, source=POSTERIOR).says
    own = ranks(800, POSTERIOR, spread, shift)
    held = np.mean((own > 0) & (own < 39))
    assert float(re.search(r"in ([\d.]+) % of the data sets", says)[1]) == pytest.approx(
        100 * held, rel=0.006
    )
    assert words in says
    bars = next(mark for mark in exhibit.frame.panels[1].marks if mark.kind == "bars")
    counts = np.histogram(own, 20, (-0.5, 39.5))[0]
    np.testing.assert_allclose(bars.arrays["height"], np.minimum(counts / 40, 4.2))


def test_a_truth_is_held_or_missed(exhibit):
    exhibit.set(spread=0.5, shift=0.0, number=50, source=POSTERIOR)
    intervals, held, missed = exhibit.frame.panels[0].marks
    low, high = intervals.arrays["y0"], intervals.arrays["y1"]
    in_it, off_it = held.arrays["y"], missed.arrays["y"]
    assert np.all(np.isnan(in_it) != np.isnan(off_it)) and np.isnan(in_it).any()
    here = ~np.isnan(in_it)
    assert np.all((low[here] < in_it[here]) & (in_it[here] < high[here]))
    assert np.all((off_it[~here] < low[~here]) | (off_it[~here] > high[~here]))


def test_a_width_between_the_stored_ones_is_computed(exhibit):
    assert "0.8 times as wide" in exhibit.set(spread=0.8, shift=0.0, source=PRIOR).says
    assert PRIOR in exhibit.says
