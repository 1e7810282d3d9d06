"""The data sets are what the course says they are, to the bit."""

import numpy as np
import pytest

from bnn_teach.course import datasets
from bnn_teach.errors import ArgumentError

pytestmark = pytest.mark.filterwarnings("error")


def test_gap_sine_follows_its_definition():
    data = datasets.gap_sine(num_points=40, noise_scale=0.1, seed=7)
    x = np.concatenate([np.linspace(-0.6, -0.15, 20), np.linspace(0.15, 0.6, 20)])
    noise = np.random.default_rng(7).standard_normal(40)
    y = np.sin(2 * np.pi * x) + 0.1 * noise
    assert data.x.shape == data.y.shape == (40, 1)
    assert data.x.dtype == data.y.dtype == np.float32
    np.testing.assert_array_equal(data.x[:, 0], x.astype(np.float32))
    np.testing.assert_array_equal(data.y[:, 0], y.astype(np.float32))


def test_the_gap_is_empty_and_an_odd_point_goes_to_the_right():
    data = datasets.gap_sine(num_points=41)
    assert not np.any(np.abs(data.x) < 0.15 - 1e-6)
    assert (data.x < 0).sum() == 20 and (data.x > 0).sum() == 21
    assert data.gap == pytest.approx((-0.15, 0.15), abs=1e-6)


def test_noise_is_what_the_truth_leaves():
    data = datasets.gap_sine(num_points=4000, noise_scale=0.1, seed=1)
    # The standard error of a standard deviation is sigma / sqrt(2 N); four of them are allowed.
    assert data.noise().std() == pytest.approx(0.1, abs=4 * 0.1 / np.sqrt(2 * 4000))
    # float32 x carries a rounding of 3e-8, which sin 2 pi x magnifies by up to 2 pi.
    assert np.abs(datasets.gap_sine(noise_scale=0).noise()).max() < 1e-6


@pytest.mark.parametrize("shape", [(), (5,), (5, 1), (2, 3, 4)])
def test_truth_keeps_shape_and_dtype(shape):
    x = np.full(shape, 0.25, dtype=np.float32)
    y = datasets.gap_sine().truth(x)
    assert y.shape == shape and y.dtype == np.float32
    np.testing.assert_allclose(y, 1, rtol=1e-6)


def test_grid_is_ready_to_predict_at():
    grid = datasets.gap_sine().grid(-1, 3, num_points=5)
    assert grid.dtype == np.float32
    np.testing.assert_array_equal(grid, [[-1], [0], [1], [2], [3]])


def test_a_data_set_says_what_it_is():
    data = datasets.gap_sine()
    assert len(data) == 40
    assert repr(data) == (
        "Regression: 40 points, x from -0.6 to 0.6, none between -0.15 and 0.15, noise scale 0.1"
    )
    lines = repr(datasets.eight_schools()).splitlines()
    assert lines[0].split() == ["school", "effect", "standard", "error"]
    assert lines[1].split() == ["A", "28", "15"] and len(lines) == 9


def test_uneven_sine_follows_its_definition():
    data = datasets.uneven_sine(num_points=30, noise_left=0.2, noise_right=0.05, seed=3)
    x = np.linspace(-0.6, 0.6, 30)
    sigma = np.exp(np.interp(x, [-0.6, 0.6], np.log([0.2, 0.05])))
    y = np.sin(2 * np.pi * x) + sigma * np.random.default_rng(3).standard_normal(30)
    assert data.x.shape == data.y.shape == (30, 1) and len(data) == 30
    assert data.x.dtype == data.y.dtype == np.float32
    np.testing.assert_array_equal(data.x[:, 0], x.astype(np.float32))
    np.testing.assert_allclose(data.y[:, 0], y, atol=1e-6)
    np.testing.assert_allclose(data.noise_at(x[:, None])[:, 0], sigma, rtol=1e-12)


def test_eight_schools_have_rubins_numbers():
    schools = datasets.eight_schools()
    assert schools.y.shape == schools.sigma.shape == (8,) and len(schools) == 8
    assert schools.y.dtype == schools.sigma.dtype == np.float32
    # Bayesian Data Analysis, section 5.5: the pooled estimate is 7.7, its standard error 4.1.
    weight = schools.sigma.astype(float) ** -2
    assert np.sum(weight * schools.y) / weight.sum() == pytest.approx(7.7, abs=0.05)
    assert weight.sum() ** -0.5 == pytest.approx(4.1, abs=0.05)
    assert schools.school == ("A", "B", "C", "D", "E", "F", "G", "H")


def test_normal_sample_is_seeded():
    sample = datasets.normal_sample(num_points=5, loc=2.0, scale=3.0, seed=4)
    expected = 2 + 3 * np.random.default_rng(4).standard_normal(5)
    assert sample.shape == (5,) and sample.dtype == np.float32
    np.testing.assert_array_equal(sample, expected.astype(np.float32))
    assert not np.array_equal(sample, datasets.normal_sample(5, 2.0, 3.0, seed=5))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: datasets.gap_sine(num_points=1), "num_points=1: expected an integer"),
        (lambda: datasets.gap_sine(num_points=True), "num_points=True"),
        (lambda: datasets.gap_sine(noise_scale=-0.1), "noise_scale=-0.1"),
        (lambda: datasets.gap_sine(noise_scale="0.1"), "noise_scale='0.1'"),
        (lambda: datasets.gap_sine(seed=None), "seed=None"),
        (lambda: datasets.gap_sine().grid(1, -1), "high=-1: expected a number above 1"),
        (lambda: datasets.gap_sine().grid(num_points=1), "num_points=1"),
        (lambda: datasets.uneven_sine(num_points=1), "num_points=1"),
        (lambda: datasets.uneven_sine(noise_left=0), "noise_left=0: expected a number above 0"),
        (lambda: datasets.uneven_sine(noise_right=-1), "noise_right=-1"),
        (lambda: datasets.uneven_sine(seed="a"), "seed='a'"),
        (lambda: datasets.normal_sample(num_points=0), "num_points=0"),
        (lambda: datasets.normal_sample(loc=float("nan")), "loc=nan"),
        (lambda: datasets.normal_sample(scale=0), "scale=0"),
    ],
)
def test_errors_name_what_was_given(call, message):
    with pytest.raises(ArgumentError, match=message):
        call()


def test_examples_in_the_docstrings():
    import doctest

    result = doctest.testmod(datasets)
    assert result.attempted > 0 and result.failed == 0
