"""The prior explorer: its probabilities are those of the functions that it was given."""

import re

import numpy as np
import pytest

from bnn_teach.course.chapters.ch05.exhibit import prior_explorer
from bnn_teach.errors import ShapeError

DATA = np.array([[-0.5], [0.0], [0.5]]), np.array([[0.0], [1.0], [0.0]])
X = np.linspace(-1, 1, 11)


def lines_of_slope(x, prior_scale, width, activation):
    """Straight lines: their swing over the data is |slope|, their spread at 0 is the width."""
    slopes = prior_scale * np.arange(1, 11)[:, None]
    return slopes * x[:, 0] + (0 if activation == "tanh" else np.arange(10)[:, None] * width)


@pytest.fixture(scope="module")
def explorer():
    return prior_explorer(lines_of_slope, X, DATA, scales=(0.1, 0.5, 1.0), widths=(1, 2))


def shares(exhibit):
    return [int(each) / 100 for each in re.findall(r"(\d+) %", exhibit.says)]


@pytest.mark.parametrize(
    ("scale", "expected"), [(0.1, [0.9, 0.1, 0.0]), (0.5, [0.1, 0.7, 0.2]), (1.0, [0, 0.4, 0.6])]
)
def test_probabilities_are_shares_of_the_swing_over_the_data(explorer, scale, expected):
    explorer.set(prior_scale=scale, width=1, activation="ReLU")
    assert shares(explorer) == expected
    bars = explorer.frame.panels[1].marks
    np.testing.assert_allclose([bar.arrays["height"][0] for bar in bars], expected)


def test_sentence_gives_the_deviation_at_zero(explorer):
    explorer.set(prior_scale=1.0, width=2, activation="ReLU")
    assert explorer.says.endswith(f"f(0) is {2 * np.arange(10).std():.2g}.")
    assert explorer.set(activation="tanh").says.endswith("f(0) is 0.")


def test_each_line_is_a_function_at_the_places_asked_for(explorer):
    explorer.set(prior_scale=0.5, width=1, activation="tanh")
    *lines, points = explorer.frame.panels[0].marks
    assert len(lines) == 10 and points.kind == "points"
    np.testing.assert_allclose(lines[3].arrays["y"], 2.0 * X, atol=1e-6)


def test_a_scale_between_the_stored_ones_is_computed(explorer):
    assert "prior_scale 0.3," in explorer.set(prior_scale=0.3).says


def test_wrong_shape_of_functions_is_an_error():
    with pytest.raises(ShapeError, match=r"\(S, 15\)"):
        prior_explorer(lambda *_: np.zeros((4, 3)), X, DATA)
    with pytest.raises(ShapeError, match=r"one function a row"):
        prior_explorer(lambda *_: np.zeros(15), X, DATA)
