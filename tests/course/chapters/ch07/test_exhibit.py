"""The anatomy of a band: intervals hold what they should, and a crop is announced."""

import numpy as np
import pytest
from scipy import stats

from bnn_teach.course.chapters.ch07.exhibit import DEVIATIONS, QUANTILES, band_anatomy, interval
from bnn_teach.errors import ShapeError
from bnn_teach.plots.words import number, percent

X = np.linspace(-1, 1, 9)
DATA = np.array([[-0.5], [0.5]]), np.array([[0.0], [0.3]])


def draws(seed=0):
    """Gaussian draws in the middle, heavy tails at both ends: (chain, draw, x)."""
    rng = np.random.default_rng(seed)
    f = 0.2 * rng.standard_normal((2, 2000, len(X)))
    f[..., [0, -1]] = rng.standard_t(2.1, size=(2, 2000, 2))
    return f, f + 0.1 * rng.standard_normal(f.shape)


@pytest.fixture(scope="module")
def anatomy():
    return band_anatomy(X, {"a": draws(), "b": draws(1)}, DATA, truth=np.sin, ylim=(-2, 2))


def held(exhibit):
    return exhibit.frame.panels[1].marks[1].arrays["y"]


@pytest.mark.parametrize("level", [0.5, 0.9, 0.99])
def test_both_intervals_agree_on_gaussian_draws(level):
    values = np.random.default_rng(0).normal(3.0, 2.0, size=(100_000, 1))
    exact = stats.norm(3.0, 2.0).interval(level)
    for kind in (QUANTILES, DEVIATIONS):
        ends = np.concatenate(interval(values, level, kind))
        np.testing.assert_allclose(ends, exact, atol=0.15)


@pytest.mark.parametrize("of", ["the function f", "a measurement y"])
def test_quantiles_hold_what_they_claim_everywhere(anatomy, of):
    for level in (0.5, 0.95):
        anatomy.set(model="a", kind=QUANTILES, of=of, level=level)
        np.testing.assert_allclose(held(anatomy), level, atol=1e-3)


def test_deviations_hold_too_many_where_tails_are_heavy(anatomy):
    anatomy.set(model="a", kind=DEVIATIONS, of="the function f", level=0.5)
    assert held(anatomy)[[0, -1]].min() > 0.6
    np.testing.assert_allclose(held(anatomy)[1:-1], 0.5, atol=0.05)


def test_noise_widens_the_band(anatomy):
    widths = []
    for of in ("the function f", "a measurement y"):
        anatomy.set(model="b", kind=QUANTILES, of=of, level=0.95)
        band = anatomy.frame.panels[0].marks[0]
        widths.append((band.arrays["upper"] - band.arrays["lower"])[1:-1])
    assert (widths[1] > widths[0]).all()


def test_a_crop_is_marked_and_said(anatomy):
    anatomy.set(model="a", kind=QUANTILES, of="the function f", level=0.95)
    assert "leaves the picture for |x| > 0.88" in anatomy.says
    warned = [m for m in anatomy.frame.panels[0].marks if m.options["role"] == "warning"]
    assert [sorted(m.arrays["x"]) for m in warned] == [[-1, 1], [-1, 1]]
    assert "leaves" not in anatomy.set(level=0.5).says


def test_sentence_names_the_extremes(anatomy):
    anatomy.set(model="b", kind=DEVIATIONS, of="a measurement y", level=0.68)
    share = held(anatomy)
    for i in (share.argmin(), share.argmax()):
        assert f"{percent(share[i])} (at x = {number(X[i])})" in anatomy.says
    anatomy.set(kind=QUANTILES, level=0.5)
    assert "holds 50 % of the draws at every x" in anatomy.says


def test_wrong_shape_is_an_error():
    f, y = draws()
    with pytest.raises(ShapeError, match=r"draws\['a'\].*\(\.\.\., 9\)"):
        band_anatomy(X, {"a": (f[..., :4], y)}, DATA, truth=np.sin)
