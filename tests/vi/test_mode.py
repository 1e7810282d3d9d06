"""Modes: exact for a Gaussian, ordered by height, and one compiled loop for all starts."""

import numpy as np
import pytest

import bnn_teach as bt
from bnn_teach.errors import ArgumentError, ShapeError
from bnn_teach.vi.linear import linear_posterior
from bnn_teach.vi.mode import find_modes

X = np.linspace(-1, 1, 15, dtype=np.float32)
Y = (0.5 + 2 * X + 0.1 * np.random.default_rng(0).normal(size=15)).astype(np.float32)


@bt.model
def line(x, y):
    slope = yield bt.Normal("slope", loc=0.0, scale=1.5)
    intercept = yield bt.Normal("intercept", loc=0.0, scale=1.5)
    yield bt.Normal("obs", loc=slope * x + intercept, scale=0.1, observed=y)


@bt.model
def two_modes(y):
    loc = yield bt.Normal("loc", loc=0.3, scale=1.0)
    yield bt.Normal("obs", loc=loc**2, scale=0.2, observed=y)


def test_the_mode_of_a_linear_model_is_its_posterior_mean():
    density = bt.LogDensity(line(X, Y))
    starts = np.random.default_rng(1).normal(size=(3, 2))
    found = find_modes(density, starts)
    exact = linear_posterior(np.stack([X, np.ones_like(X)], 1), Y, 0.1, 1.5).mean
    np.testing.assert_allclose(found.z, np.broadcast_to(exact, (3, 2)), atol=1e-3)
    np.testing.assert_allclose(found.log_prob, density.log_prob(found.z), rtol=1e-5)


def test_each_walk_ends_at_its_own_mode_and_one_is_the_highest():
    density = bt.LogDensity(two_modes(np.array([4.0], np.float32)))
    found = find_modes(density, [[-1.0], [1.0], [-3.0]])
    # The slope of the log-density is zero: z - 0.3 = 2 z (4 - z²) / 0.2².
    exact = np.roots([-50.0, 0.0, 199.0, 0.3])
    for z in found.z[:, 0]:
        assert np.abs(exact - z).min() < 1e-3
    assert found.z[1, 0] > 0 > found.z[0, 0]
    assert found.best == 1 and found.log_prob[1] > found.log_prob[0]


def test_one_start_may_be_a_vector():
    density = bt.LogDensity(line(X, Y))
    assert find_modes(density, np.zeros(2), num_steps=10).z.shape == (1, 2)


def test_a_walk_that_runs_away_is_not_the_best():
    density = bt.LogDensity(two_modes(np.array([4.0], np.float32)))
    found = find_modes(density, [[1e30], [1.0]], num_steps=50)
    assert found.log_prob[0] == -np.inf and found.best == 1


def test_new_data_of_the_same_shape_do_not_compile_again(monkeypatch):
    density = bt.LogDensity(line(X, Y))
    find_modes(density, np.zeros((2, 2)), num_steps=10)
    monkeypatch.setattr("bnn_teach.vi.mode._compiled", lambda density: pytest.fail("compiled"))
    again = bt.LogDensity(line(X, Y + 1))
    find_modes(again, np.ones((2, 2)), num_steps=20)


@pytest.mark.parametrize(
    ("starts", "more", "error", "words"),
    [
        (np.zeros((2, 3)), {}, ShapeError, r"\(2, 3\).*D = 2"),
        (np.zeros((1, 2, 2)), {}, ShapeError, r"\(M, D\)"),
        ([[np.nan, 0.0]], {}, ArgumentError, "NaN"),
        (np.zeros(2), {"num_steps": 0}, ArgumentError, "num_steps"),
        (np.zeros(2), {"learning_rate": 0.0}, ArgumentError, "learning_rate"),
    ],
)
def test_what_does_not_fit_is_told(starts, more, error, words):
    with pytest.raises(error, match=words):
        find_modes(bt.LogDensity(line(X, Y)), starts, **more)
