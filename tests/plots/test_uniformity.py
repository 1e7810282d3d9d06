"""The band holds for all places at once, as often as it says; wrong ranks leave it, and how."""

import numpy as np
import pytest
from arviz_stats.base import array_stats

from bnn_teach.errors import ArgumentError, ShapeError
from bnn_teach.plots.uniformity import (
    as_ranks,
    bar_counts,
    ecdf_counts,
    uniform_band,
    uniformity,
)


def ranks_of(spread, shift=0.0, number=400, num_draws=39, seed=3):
    """Ranks of standard normal truths among draws that are wrong in a known way."""
    rng = np.random.default_rng(seed)
    truth, noise = rng.standard_normal(number), rng.standard_normal((num_draws, number))
    return (shift + spread * noise < truth).sum(axis=0)


@pytest.mark.parametrize("cumulative", [True, False])
def test_uniform_ranks_stay_inside_as_often_as_the_level_says(cumulative):
    number, slots, sets = 150, 20, 4000
    counts = np.random.default_rng(7).multinomial(number, np.full(slots, 1 / slots), sets)
    lower, upper = uniform_band(number, slots, cumulative)
    seen = counts.cumsum(axis=1) if cumulative else counts
    inside = ((seen >= lower) & (seen <= upper)).all(axis=1).mean()
    # Counts are integers, so the band may be wider, above all that of bars of a few replications.
    error = 5 * np.sqrt(0.95 * 0.05 / sets)
    assert 0.95 - error < inside < (0.98 if cumulative else 0.995)


def test_the_band_of_an_ecdf_ends_where_every_ecdf_ends():
    lower, upper = uniform_band(100, 40)
    assert lower[-1] == upper[-1] == 100 and len(lower) == 40
    expected = 100 * np.arange(1, 41) / 40
    assert np.all(lower <= expected) and np.all(expected <= upper)


def test_p_values_of_uniform_ranks_are_uniform():
    rng = np.random.default_rng(11)
    found = [uniformity(rng.integers(0, 20, 80), 19) for _ in range(1000)]
    for level in (0.05, 0.2, 0.5):
        share = np.mean([each.p_value <= level for each in found])
        assert abs(share - level) < 5 * np.sqrt(level * (1 - level) / 1000) + 0.01
    for scores in ([each.tilt for each in found], [each.spread for each in found]):
        assert np.std(scores) == pytest.approx(1, abs=5 / np.sqrt(2000))


@pytest.mark.parametrize(
    ("spread", "shift", "words"),
    [
        (1.0, 0.0, "no sign against uniform"),
        (0.5, 0.0, "a peak at both ends: the draws are too narrow"),
        (2.0, 0.0, "a peak in the middle: the draws are too wide"),
        (1.0, -0.5, "a slope to the right: the draws lie too low"),
        (1.0, 0.5, "a slope to the left: the draws lie too high"),
    ],
)
def test_shapes_are_named(spread, shift, words):
    found = uniformity(ranks_of(spread, shift), 39)
    assert found.words == words
    assert found.inside == (found.p_value > 0.05) == (words == "no sign against uniform")


def test_arviz_comes_to_the_same_verdict():
    for spread, shift in ((1.0, 0.0), (0.5, 0.0), (2.0, 0.0), (1.0, 0.5)):
        ranks = ranks_of(spread, shift)
        points = (ranks + np.random.default_rng(0).uniform(size=len(ranks))) / 40
        theirs = float(array_stats.uniformity_test(points)[0])
        assert (theirs > 0.01) == uniformity(ranks, 39).inside


def test_counts():
    ranks = np.array([0, 0, 3, 5])
    np.testing.assert_array_equal(ecdf_counts(ranks, 5), [2, 2, 2, 3, 3, 4])
    np.testing.assert_array_equal(bar_counts(ranks, 5, 3), [2, 1, 1])


@pytest.mark.parametrize(
    ("ranks", "error", "words"),
    [
        ([0.5, 1.0], ArgumentError, r"no integers, .*\(draws < truth\)"),
        ([0, 40], ArgumentError, "from 0 to 40, expected 0 to num_draws = 39"),
        ([-1, 3], ArgumentError, "from -1 to 3"),
        (np.zeros((3, 2)), ShapeError, r"ranks: got shape \(3, 2\)"),
    ],
)
def test_what_are_no_ranks_is_told(ranks, error, words):
    with pytest.raises(error, match=words):
        as_ranks(ranks, 39)
