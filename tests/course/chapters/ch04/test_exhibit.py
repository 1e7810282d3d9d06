"""The hidden curve is smooth and its own for each seed; the page keeps the answer back."""

import numpy as np
import pytest

from bnn_teach.course.chapters.ch04.exhibit import hidden_curve, own_band
from bnn_teach.exhibits import interval_score

X = np.concatenate([np.linspace(-0.6, -0.15, 20), np.linspace(0.15, 0.6, 20)])
X_NEW = np.linspace(-1, 1, 101)


def build(seed=0, **changes):
    curve = hidden_curve(seed)
    rng = np.random.default_rng(seed)
    y, y_new = (curve(x) + 0.1 * rng.standard_normal(x.shape) for x in (X, X_NEW))
    exhibit = own_band((X, y), (X_NEW, y_new), curve, **changes)
    return exhibit, y_new


def test_a_curve_belongs_to_its_seed():
    assert hidden_curve(1)(np.zeros((2, 3))).shape == (2, 3)
    np.testing.assert_array_equal(hidden_curve(1)(X), hidden_curve(1)(X))
    assert np.abs(hidden_curve(1)(X) - hidden_curve(2)(X)).max() > 0.1


def test_curves_follow_their_definition():
    """Var f(x) = (1/2) sum 1/k, whatever x; the mean is zero."""
    values = np.array([hidden_curve(seed)(np.array([-1.0, 0.0, 0.7])) for seed in range(4000)])
    variance = 0.5 * np.sum(1 / np.arange(1, 5))
    assert np.abs(values.mean(axis=0)).max() < 4.5 * np.sqrt(variance / 4000)
    # Kurtosis is below 3 + 3, so the variance has a relative error below sqrt(5 / 4000).
    np.testing.assert_allclose(values.var(axis=0), variance, rtol=4.5 * np.sqrt(5 / 4000))


def test_a_curve_has_no_corner():
    x = np.linspace(-1, 1, 2001)
    slopes = [np.abs(np.diff(hidden_curve(seed)(x)) / np.diff(x)).max() for seed in range(50)]
    assert max(slopes) < 30


def test_the_picture_shows_the_data_and_nothing_of_the_answer():
    exhibit, _ = build()
    (panel,) = exhibit.frame.panels
    (mark,) = panel.marks
    np.testing.assert_array_equal(mark.arrays["x"], X)
    assert "none between \N{MINUS SIGN}0.15 and 0.15" in exhibit.says


@pytest.mark.parametrize("level", [0.5, 0.95])
def test_a_drawn_band_is_scored_at_the_new_points(level):
    exhibit, y_new = build(level=level)
    (draw,) = exhibit._draws
    assert exhibit.values["band"] == draw.value
    expected = interval_score(-1.0, 1.0, y_new, level).mean()
    assert draw.score(exhibit.values["band"]) == pytest.approx(expected)
    assert f"{100 * level:g} %" in draw.label


def test_rivals_are_scored_at_the_same_points():
    lower, upper = np.full_like(X_NEW, -2.0), np.full_like(X_NEW, 2.5)
    exhibit, y_new = build(references={"wide": (lower, upper)})
    (draw,) = exhibit._draws
    assert draw.scores == {"wide": pytest.approx(interval_score(lower, upper, y_new).mean())}


def test_high_curves_stay_in_the_picture():
    for seed in range(40):
        exhibit, y_new = build(seed)
        low, high = exhibit.frame.panels[0].limits["y"]
        assert low < y_new.min() and y_new.max() < high and low == -high
