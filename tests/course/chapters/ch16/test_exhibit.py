"""The capstone's exhibit: shares are counted by region, and the sentence says them."""

import numpy as np
import pytest

from bnn_teach.course.chapters.ch16.exhibit import LEVELS, claims
from bnn_teach.errors import ArgumentError, ShapeError

X = np.linspace(0, 1, 30)
REGIONS = {"left": X < 0.5, "right": X >= 0.5}
KNOWN = np.arange(30) % 5 == 0


@pytest.fixture
def draws():
    return np.random.default_rng(0).normal(size=(2, 4000, 30))


def test_a_frame_says_what_is_claimed_and_held(draws):
    truth = np.where(REGIONS["left"], 2.5, -2.5)
    exhibit = claims({"wide": 3 * draws, "narrow": draws}, X, truth, KNOWN, REGIONS)
    assert exhibit.values == {"level": 95, "model": "wide"}
    says = [frame["says"] for frame in exhibit.figure["frames"]]
    assert len(says) == 2 * len(LEVELS)
    assert "wide, 95 % claimed. Held: 100 % left, 100 % right." in says
    assert "narrow, 95 % claimed. Held: 0 % left, 0 % right." in says


def test_the_figure_fits_a_notebook_and_a_page_of_paper(draws):
    exhibit = claims({"one": draws, "two": draws}, X, np.sin(X), KNOWN, REGIONS, ("km", "m"))
    figure = exhibit.small_multiples({"level": [50, 99]})
    assert len(figure.axes) == 4 and figure.axes[0].get_xlabel() == "km"


@pytest.mark.parametrize("wrong", [np.zeros((2, 5)), np.zeros((2, 5, 29)), np.zeros((2, 5, 30, 1))])
def test_draws_of_another_shape_are_refused(wrong):
    with pytest.raises(ShapeError, match=r"'a': got shape .* N = 30"):
        claims({"a": wrong, "b": wrong}, X, X, KNOWN, REGIONS)


def test_one_model_has_nothing_to_be_compared_with(draws):
    with pytest.raises(ArgumentError, match="got 1, expected the draws of at least two models"):
        claims({"one": draws}, X, X, KNOWN, REGIONS)
