"""The slider's answer is exact: it equals a posterior computed another way, and data narrow it."""

import numpy as np
import pytest

from bnn_teach.course.chapters.ch00.exhibit import fixed_features, narrowing_band, posterior
from bnn_teach.course.datasets import gap_sine


def test_the_posterior_is_that_of_a_gaussian_process_with_the_same_kernel():
    data, x = gap_sine(12), np.linspace(-1, 1, 7)
    old, new = fixed_features(data.x), fixed_features(x)
    kernel = 100 * old @ old.T + data.noise_scale**2 * np.eye(12)
    across = 100 * new @ old.T
    mean = across @ np.linalg.solve(kernel, data.y[:, 0].astype(float))
    variance = np.diag(100 * new @ new.T - across @ np.linalg.solve(kernel, across.T))
    curve = posterior(data, x)
    np.testing.assert_allclose(curve.mean, mean, atol=1e-6)
    np.testing.assert_allclose(curve.sd**2, variance, atol=1e-7)


def test_more_data_narrow_the_band_where_they_are():
    few, many = (posterior(gap_sine(n), [0.4, 0.0, 1.0]).sd for n in (8, 80))
    assert (many < few).all()
    assert (many / few)[0] < (many / few)[1] < (many / few)[2]


def test_the_exhibit_moves_and_may_be_asked_between_its_values():
    exhibit = narrowing_band(gap_sine)
    before = exhibit.says
    assert "With 8 points" in before
    assert exhibit.set(n=80, place=0.4).says != before
    assert "With 17 points" in exhibit.set(n=17).says


@pytest.mark.parametrize("place", [-1.0, 0.0])
def test_the_sentence_gives_the_width(place):
    sd = posterior(gap_sine(8), [place]).sd[0]
    assert f"{2 * 1.959964 * sd:.2g} wide" in narrowing_band(gap_sine).set(place=place).says
