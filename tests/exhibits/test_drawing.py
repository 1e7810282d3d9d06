"""The interval score is that of the paper, and a band that was drawn is scored by it."""

import numpy as np
import pytest
from scipy import stats

from bnn_teach import exhibits as ex
from bnn_teach.errors import ArgumentError, ShapeError

ANCHORS = np.linspace(-1, 1, 5)
AT = (np.array([-0.5, 0.25]), np.array([0.0, 2.0]))


def test_the_score_is_the_width_and_a_fine_for_what_is_missed():
    scores = ex.interval_score(-1, 1, np.array([0.0, 1.5, -3.0]), level=0.9)
    np.testing.assert_allclose(scores, [2, 2 + 20 * 0.5, 2 + 20 * 2])


def test_the_true_quantiles_have_the_best_expected_score():
    y = stats.norm.ppf((np.arange(20_000) + 0.5) / 20_000)  # a normal variable, without chance
    half = stats.norm.ppf(0.975)
    means = [ex.interval_score(-k * half, k * half, y).mean() for k in (0.8, 0.95, 1, 1.05, 1.25)]
    assert int(np.argmin(means)) == 2


def test_a_level_is_a_probability_and_ends_are_in_order():
    with pytest.raises(ArgumentError, match="Divide per cent by 100"):
        ex.interval_score(0, 1, 0.5, level=95)
    with pytest.raises(ArgumentError, match="Swap them"):
        ex.interval_score(1, 0, 0.5)


def test_a_drawn_band_is_straight_between_its_anchors():
    draw = ex.Draw("band", ANCHORS, at=AT)
    band = {"lower": [-1, -1, -1, -1, -1], "upper": [1, 1, 1, 2, 2]}
    np.testing.assert_allclose(draw.score(band), np.mean([2, 2.5 + 40 * 0.5]))


def test_references_are_scored_at_the_points():
    draw = ex.Draw("band", ANCHORS, at=AT, references={"wide": (np.full(2, -3), np.full(2, 3))})
    assert draw.scores == {"wide": 6.0}


@pytest.mark.parametrize(
    "band",
    [{}, {"lower": [0], "upper": [1]}, {"lower": [2.0] * 5, "upper": [1.0] * 5}, None],
)
def test_what_is_no_band_is_refused(band):
    with pytest.raises(ArgumentError, match="5 numbers each"):
        ex.Draw("band", ANCHORS, at=AT).check(band)


def test_points_lie_within_the_anchors():
    with pytest.raises(ArgumentError, match="outside the anchors"):
        ex.Draw("band", ANCHORS, at=([2.0], [0.0]))
    with pytest.raises(ShapeError, match="1 x and 2 y"):
        ex.Draw("band", ANCHORS, at=([0.0], [0.0, 1.0]))
