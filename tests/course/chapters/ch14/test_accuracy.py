"""Measures of accuracy: quantiles of normals, a mixture's density, and seconds of work."""

import time

import numpy as np
import pytest
from scipy import stats

from bnn_teach.course.chapters.ch14.accuracy import (
    LEVELS,
    Stopwatch,
    measure_method,
    predictive_scores,
    quantile_distance,
)
from bnn_teach.course.regions import distance_regions
from bnn_teach.errors import ArgumentError, ShapeError

# Normal draws without chance: evenly spaced quantiles.
EVEN = stats.norm.ppf((np.arange(20_000) + 0.5) / 20_000)[:, None]


def test_the_same_draws_are_at_distance_zero():
    draws = np.random.default_rng(0).normal(size=(3, 50, 4))
    np.testing.assert_allclose(quantile_distance(draws, draws.reshape(150, 4)), 0.0)


def test_a_shift_by_one_sd_is_a_distance_of_one():
    reference = 2.0 * EVEN + 5.0
    np.testing.assert_allclose(quantile_distance(reference + 2.0, reference), 1.0, rtol=1e-3)


def test_a_single_curve_through_the_median_is_at_three_quarters():
    curve = np.full((1, 1), 0.0)
    expected = np.abs(stats.norm.ppf(LEVELS)).mean()
    found = quantile_distance(curve, EVEN)
    np.testing.assert_allclose(found, expected, rtol=1e-3)
    assert 0.7 < expected < 0.8


def test_twice_as_wide_is_as_far_as_no_band_at_all():
    wide, none = (quantile_distance(k * EVEN, EVEN) for k in (2.0, 0.0))
    np.testing.assert_allclose(wide, none)


def test_each_x_has_its_own_unit():
    scales = np.array([0.1, 3.0])
    found = quantile_distance((EVEN + np.array([1.0, 0.5])) * scales, EVEN * scales)
    np.testing.assert_allclose(found, [1.0, 0.5], rtol=1e-3)


def test_a_method_has_distances_and_quantiles():
    x = np.array([-1.2, 0.0, 0.4, 0.8])
    reference, shift = EVEN * np.ones(4), np.array([0.0, 1.0, 0.5, 0.3])
    regions = distance_regions(x)
    found = measure_method(("m", "s", "nuts"), (1.0, 2.0), reference + shift, reference, regions)
    exact = {"everywhere": 0.45, "inside": 0.5, "gap": 1.0, "near": 0.3, "far": 0.0}
    assert found.distance == pytest.approx(exact, abs=1e-3)
    np.testing.assert_allclose(found.median, shift, atol=1e-3)
    np.testing.assert_allclose(found.upper - found.lower, 3.92, rtol=1e-3)
    assert (found.seconds, found.compiling, found.name) == (1.0, 2.0, "m, s")


def test_scores_of_one_draw_are_those_of_a_normal():
    rng = np.random.default_rng(0)
    f, y = rng.normal(size=(1, 200)), rng.normal(size=200)
    found = predictive_scores(f, y[:, None], 0.8)
    assert found.log_density == pytest.approx(stats.norm.logpdf(y, f[0], 0.8).mean())
    assert found.error == pytest.approx(stats.norm.logpdf(y, f[0], 0.8).std() / np.sqrt(200))
    assert found.coverage == pytest.approx(np.mean(np.abs(y - f[0]) < 1.959964 * 0.8))
    assert found.rmse == pytest.approx(np.sqrt(np.mean((y - f[0]) ** 2)))


def test_scores_of_normal_draws_are_those_of_the_wider_normal():
    """f ~ N(0, 1) and noise 0.5 make y ~ N(0, sqrt(1.25))."""
    y = np.linspace(-4, 4, 41)
    found = predictive_scores(np.broadcast_to(EVEN, (len(EVEN), 41)), y, 0.5)
    exact = stats.norm(0, np.sqrt(1.25))
    assert found.log_density == pytest.approx(exact.logpdf(y).mean(), abs=1e-3)
    assert found.coverage == np.mean(np.abs(y) < exact.ppf(0.975))


def test_each_draw_may_have_a_noise_of_its_own():
    y, sd = np.linspace(-4, 4, 9), np.array([0.5, 2.0])
    found = predictive_scores(np.array([[0.0] * 9, [1.0] * 9]), y, sd)
    density = (stats.norm.pdf(y, 0.0, 0.5) + stats.norm.pdf(y, 1.0, 2.0)) / 2
    below = (stats.norm.cdf(y, 0.0, 0.5) + stats.norm.cdf(y, 1.0, 2.0)) / 2
    assert found.log_density == pytest.approx(np.log(density).mean())
    assert found.coverage == np.mean(np.abs(below - 0.5) < 0.475) < 1.0


def test_a_point_far_off_has_a_finite_score():
    far = predictive_scores(np.zeros((5, 1)), [1e3], 0.1)
    assert far.log_density == pytest.approx(stats.norm.logpdf(1e4) + np.log(10.0), rel=1e-12)
    assert far.coverage == 0.0


def test_a_stopwatch_counts_work_and_not_waiting():
    with Stopwatch() as waiting:
        time.sleep(0.2)
    with Stopwatch() as working:
        end = time.process_time() + 0.2
        while time.process_time() < end:
            pass
    assert waiting.seconds < working.seconds


def test_what_does_not_fit_is_told():
    with pytest.raises(ShapeError, match="same N inputs"):
        quantile_distance(np.zeros((5, 3)), np.zeros((5, 4)))
    with pytest.raises(ShapeError, match="no spread"):
        quantile_distance(np.zeros((5, 3)), np.zeros((1, 3)))
    with pytest.raises(ShapeError, match="3 values"):
        predictive_scores(np.zeros((5, 2)), np.zeros(3), 1.0)
    with pytest.raises(ShapeError, match="noise_scale 4, expected"):
        predictive_scores(np.zeros((5, 3)), np.zeros(3), np.ones(4))
    for wrong in (0.0, [1.0, 1.0, np.nan, 1.0, 1.0]):
        with pytest.raises(ArgumentError, match="noise_scale"):
            predictive_scores(np.zeros((5, 3)), np.zeros(3), wrong)
