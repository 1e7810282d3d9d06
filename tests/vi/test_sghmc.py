"""Stochastic gradient HMC: exact for small steps, with and without batches; too wide for large."""

import numpy as np
import pytest
from scipy.linalg import solve_discrete_lyapunov

import bnn_teach as bt
from bnn_teach.errors import ArgumentError, ShapeError
from bnn_teach.vi.sghmc import sample_sghmc

Y = np.random.default_rng(0).normal(1.0, 1.0, 50).astype(np.float32)
STARTS = np.random.default_rng(1).normal(1.0, 0.1, (64, 1))
FRICTION = 0.1


@bt.model
def scaled(scales):
    yield bt.Normal("z", loc=0.0, scale=scales)


@bt.model
def mean_of(y):
    loc = yield bt.Normal("loc", loc=0.0, scale=1.0)
    yield bt.Normal("obs", loc=loc, scale=1.0, observed=y)


PRECISION = len(Y) + 1.0
MEAN = Y.sum() / PRECISION


def spread(draws, mean):
    """The mean square around the exact mean, and its standard error over independent chains."""
    each = np.mean((draws - mean) ** 2, axis=1)
    return each.mean(axis=0), each.std(axis=0, ddof=1) / np.sqrt(len(draws))


def test_small_steps_have_the_exact_spread_at_every_scale():
    sd = np.array([0.03, 1.0, 30.0], np.float32)
    density = bt.LogDensity(scaled(sd))
    starts = sd * np.random.default_rng(2).standard_normal((64, 3))
    found, errors = [], []
    for k, scale in enumerate(sd):  # the rate is in the unit of z
        rate = 0.02 * float(scale)
        draws = sample_sghmc(density, starts, 100, 2000, rate, thin=50, seed=k)
        square, error = spread(draws[..., k] / scale, 0.0)
        found.append(square)
        errors.append(error)
    # All scales are one recursion in the unit of sd, where the gradient has the mean square 1.
    exact = stationary(0.02, 1.0, 1.0, 0.0)
    np.testing.assert_array_less(np.abs(np.array(found) - exact), 5 * np.array(errors) + 0.02)


def stationary(rate, scale, precision, variance):
    """The variance of z, of the linear recursion that a normal target makes of the sampler."""
    push = rate * scale
    step = np.array([[1 - push * precision, 1 - FRICTION], [-push * precision, 1 - FRICTION]])
    noise = 2 * FRICTION * push - rate**2 + push**2 * variance
    return solve_discrete_lyapunov(step, noise * np.ones((2, 2)))[0, 0]


@pytest.mark.parametrize("batch_size", [5, 25])
def test_batches_keep_the_exact_spread_while_the_rate_is_small(batch_size):
    density = bt.LogDensity(mean_of(Y))
    rate = 5e-4
    draws = sample_sghmc(density, STARTS, 100, 4000, rate, batch_size, thin=50, seed=3)
    square, error = spread(draws[..., 0], MEAN)
    variance = len(Y) ** 2 / batch_size * Y.var()
    mean_square = variance + PRECISION
    exact = stationary(rate, mean_square**-0.5, PRECISION, variance)
    assert abs(square - exact) < 5 * error + 0.02 * exact
    assert abs(exact * PRECISION - 1) < 0.15
    assert abs(draws.mean() - MEAN) < 5 * draws.mean(axis=(1, 2)).std() / np.sqrt(len(draws))


def test_a_large_rate_makes_the_draws_too_wide():
    density = bt.LogDensity(mean_of(Y))
    draws = sample_sghmc(density, STARTS, 100, 2000, 0.02, 5, thin=50, seed=4)
    square, error = spread(draws[..., 0], MEAN)
    assert square - 5 * error > 1.5 / PRECISION


def test_the_same_seed_gives_the_same_draws_and_thinning_leaves_out():
    density = bt.LogDensity(mean_of(Y))
    every, tenth = (
        sample_sghmc(density, STARTS, 100, 50, 1e-3, 5, thin=thin, seed=5) for thin in (1, 10)
    )
    np.testing.assert_array_equal(every[:, 9::10], tenth[:, :10])
    assert not np.array_equal(every[0], every[1])


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"friction": 0}, ArgumentError, "friction"),
        ({"friction": 1.5}, ArgumentError, r"friction.*got 1\.5.*at most 1"),
        ({"learning_rate": -1.0}, ArgumentError, "learning_rate"),
        ({"batch_size": 51}, ArgumentError, r"batch_size=51.*it is 50"),
        ({"starts": np.zeros((2, 3))}, ShapeError, r"starts.*\(2, 3\).*D = 1"),
        ({"starts": [[np.nan]]}, ArgumentError, "starts.*NaN"),
        ({"num_samples": 0}, ArgumentError, "num_samples"),
    ],
)
def test_mistakes_are_told(change, error, words):
    arguments = {"starts": STARTS, "num_samples": 2, "burn_in": 2, "learning_rate": 1e-3}
    with pytest.raises(error, match=words):
        sample_sghmc(bt.LogDensity(mean_of(Y)), **arguments | change)
