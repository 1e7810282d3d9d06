"""The widening exhibit draws what the networks give, beside the limit's normal density."""

import numpy as np
import pytest

from bnn_teach.course.chapters.ch13.exhibit import DIVIDED, SAME, width_explorer
from bnn_teach.errors import ShapeError

X = np.linspace(-1, 1, 5)


def curves(x, width, divided):
    z = np.random.default_rng(width).standard_normal((4000, 1))
    return z * (1.0 if divided else width) * np.ones(len(x))


@pytest.fixture(scope="module")
def exhibit():
    return width_explorer(curves, X, 1.0, widths=(1, 4))


def test_bars_are_a_density_close_to_the_limits(exhibit):
    bars, limit = exhibit.set(width=4, weights=DIVIDED).frame.panels[1].marks
    left, right, height = (bars.arrays[name] for name in ("left", "right", "height"))
    assert np.sum((right - left) * height) == pytest.approx(1, abs=1e-3)
    expected = np.interp((left + right) / 2, limit.arrays["x"], limit.arrays["y"])
    # A bin of 4000 draws has a standard deviation of at most 0.4 * 0.025 / sqrt(0.1): 5 of them.
    np.testing.assert_allclose(height, expected, atol=5 * np.sqrt(0.4 / (4000 * 0.25)))


def test_functions_are_those_that_came(exhibit):
    lines = exhibit.set(width=4, weights=SAME).frame.panels[0].marks
    assert len(lines) == 12
    np.testing.assert_allclose(lines[1].arrays["y"], curves(X, 4, divided=False)[1], rtol=1e-5)


def test_the_sentence_is_computed(exhibit):
    f = curves(np.zeros(1), 4, divided=False)[:, 0]
    says = exhibit.set(width=4, weights=SAME).says
    assert f"standard deviation {f.std():.3g}" in says
    assert f"{100 * np.mean(np.abs(f) > 4):.0f} % have left" in says
    assert "1 unit in a layer" in exhibit.set(width=1, weights=DIVIDED).says


def test_another_shape_is_refused():
    with pytest.raises(ShapeError, match=r"\(S, 6\)"):
        width_explorer(lambda *_: np.zeros((4, 3)), X, 1.0, widths=(1, 2))
