"""The point is where the sliders say, and its entropies are those of the draws at it."""

import numpy as np
import pytest

import bnn_teach as bt
from bnn_teach.course.chapters.ch15.exhibit import move_a_point
from bnn_teach.errors import ArgumentError, ShapeError

X1, X2 = np.linspace(-2, 2, 25), np.linspace(-1, 1, 13)
MINUS = "\N{MINUS SIGN}"


def draws(seed=0):
    """All networks agree on a boundary at x1 = 0 where x2 < 0, and on nothing where x2 > 0."""
    rng = np.random.default_rng(seed)
    x1, x2 = np.meshgrid(X1, X2)
    agreed = 1 / (1 + np.exp(-4 * x1))
    own = rng.integers(0, 2, (2, 50, 1, 1))
    return np.where(x2 > 0, own, agreed + 0 * own)


POINTS = np.array([[-1.0, -0.5], [1.0, -0.5]]), np.array([[0], [1]])


@pytest.fixture(scope="module")
def exhibit():
    both = {"few points": draws(), "many points": draws(1)}
    return move_a_point(X1, X2, both, dict.fromkeys(both, POINTS))


def test_the_point_stands_where_the_sliders_say(exhibit):
    exhibit.set(x1=1.5, x2=-0.5)
    point = exhibit.frame.panels[0].marks[-1]
    assert (point.arrays["x"], point.arrays["y"]) == (1.5, -0.5)
    assert f"(1.5, {MINUS}0.5)" in exhibit.says


def test_bars_are_the_entropies_of_the_draws_there(exhibit):
    exhibit.set(data="many points", x1=-1.5, x2=0.5)
    place = int(np.argmin(np.abs(X2 - 0.5))), int(np.argmin(np.abs(X1 + 1.5)))
    split = bt.decompose_entropy(draws(1))
    heights = [mark.arrays["height"].item() for mark in exhibit.frame.panels[2].marks[:3]]
    np.testing.assert_allclose(heights, [part[place] for part in split])


def test_the_histogram_holds_all_networks(exhibit):
    (bars,) = exhibit.set(data="few points", x1=0, x2=0.5).frame.panels[1].marks
    share = bars.arrays["height"]
    assert share.sum() == pytest.approx(1) and np.flatnonzero(share).tolist() == [0, 9]


def test_a_coin_toss_and_ignorance_are_told_apart(exhibit):
    exhibit.set(data="few points", x1=0)
    assert "mostly a coin toss" in exhibit.set(x2=-0.5).says
    assert "mostly ignorance" in exhibit.set(x2=0.5).says
    assert "agree, and most are sure" in exhibit.set(x1=-2, x2=-0.5).says
    assert "The nearest data point is 1 away" in exhibit.says


def test_the_boundary_is_drawn_where_the_mean_is_one_half(exhibit):
    exhibit.set(data="few points")
    (boundary,) = [m for m in exhibit.frame.panels[0].marks if m.options["role"] == "truth"]
    below = boundary.arrays["y"] < -0.1
    np.testing.assert_allclose(boundary.arrays["x"][below], 0, atol=0.01)


def test_one_data_set_needs_no_choice():
    alone = move_a_point(X1, X2, {"points": draws()}, {"points": POINTS})
    assert set(alone.values) == {"x1", "x2"}


def test_what_does_not_fit_is_told():
    with pytest.raises(ShapeError, match=r"probabilities\['a'\].*13, 25\)"):
        move_a_point(X1, X2, {"a": draws()[..., :5]}, {"a": POINTS})
    with pytest.raises(ArgumentError, match="got a and b"):
        move_a_point(X1, X2, {"a": draws()}, {"b": POINTS})
