"""The drawn network has the weights' signs and sizes, and its function is the one beside it."""

import numpy as np
import pytest

from bnn_teach.course.chapters.ch06.exhibit import draw_stepper, weights_by_layer
from bnn_teach.errors import ArgumentError, ShapeError

RNG = np.random.default_rng(0)
X = np.linspace(-1, 1, 9)
DATA = (np.array([-0.5, 0.5]), np.array([-1.0, 1.0]))


@pytest.fixture
def draws():
    shapes = {"l1": (1, 3), "l2": (3, 2), "l3": (2, 1)}
    return {f"net.{name}.w": RNG.standard_normal((2, 10, *s)) for name, s in shapes.items()}


@pytest.fixture
def f():
    return RNG.standard_normal((2, 10, 9))


def test_a_stroke_for_each_weight(draws, f):
    exhibit = draw_stepper(draws, X, f, DATA, range(0, 10, 3)).set(draw=6, chain="chain 1")
    strokes = [mark for mark in exhibit.frame.panels[0].marks if mark.kind == "segments"]
    assert [len(each.arrays["x0"]) for each in strokes] == [3, 6, 2]
    second = draws["net.l2.w"][1, 6].ravel()
    np.testing.assert_array_equal(strokes[1].arrays["sign"], np.sign(second))
    width = strokes[1].arrays["width"]
    largest = np.abs(second).argmax()
    np.testing.assert_allclose(
        width[largest] / 6,
        np.abs(second[largest])
        / np.abs(np.concatenate([w[:, [0, 3, 6, 9]].ravel() for w in draws.values()])).max(),
    )


def test_the_function_is_that_draw_s(draws, f):
    exhibit = draw_stepper(draws, X, f, DATA, range(0, 10, 3)).set(draw=3)
    line = next(mark for mark in exhibit.frame.panels[1].marks if mark.kind == "line")
    np.testing.assert_array_equal(line.arrays["y"], f[0, 3])


def test_the_sentence_compares_with_the_first_draw(draws, f):
    theta = [np.concatenate([w[0, d].ravel() for w in draws.values()]) for d in (0, 3)]
    r = np.corrcoef(*theta)[0, 1]
    says = draw_stepper(draws, X, f, DATA, range(0, 10, 3)).set(draw=3).says
    assert f"{r:.2f}".replace("-", "−") in says


def test_what_does_not_fit_is_told(draws, f):
    with pytest.raises(ShapeError, match=r"\(2, 10, 9\)"):
        draw_stepper(draws, X, f[..., None], DATA, [0, 3])
    with pytest.raises(ArgumentError, match="from 0 to 9"):
        draw_stepper(draws, X, f, DATA, [0, 10])
    with pytest.raises(ArgumentError, match=r"network\.l1\.w"):
        weights_by_layer({"loc": np.zeros(3)})
