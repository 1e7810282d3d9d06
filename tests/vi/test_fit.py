"""Maximising the ELBO: exact on Gaussian targets, repeatable, unbiased on minibatches.

The targets are Gaussians, whose best approximations are known: mean field has the variances
1 / Λᵢᵢ, full rank is exact. What is left is Adam's noise, which the falling learning rate makes
small; the tolerances are several times what other seeds show.
"""

import numpy as np
import pytest
from scipy import stats

import bnn_teach as bt
from bnn_teach.density import LogDensity
from bnn_teach.engine.runtime import tf
from bnn_teach.errors import ArgumentError
from bnn_teach.vi import fit as fitting
from bnn_teach.vi.families import Gaussian, factor, start_gaussian
from bnn_teach.vi.fit import (
    AdamState,
    FitSettings,
    OptimisationProgram,
    adam_step,
    draw_batch,
    optimise,
)

SETTINGS = FitSettings(
    num_steps=10_000,
    learning_rate=0.01,
    final_learning_rate=1e-4,
    samples_per_step=4,
    sticking_the_landing=False,
    batch_size=None,
    seed=0,
    progress=False,
)
QUICK = SETTINGS._replace(num_steps=500)


@bt.model
def gaussian(mean, covariance):
    yield bt.MvNormal("z", mean, covariance)


@bt.model
def line(x, y):
    w = yield bt.Normal("w", 0.0, 1.0, batch_stack=2)
    yield bt.Normal("obs", w[0] + w[1] * x, 0.5, observed=y)


def make_line(size=40, seed=0):
    rng = np.random.default_rng(seed)
    x = rng.uniform(-1.0, 2.0, size)
    return x, 0.7 - 0.4 * x + 0.5 * rng.standard_normal(size)


def posterior_of_line(x, y):
    """Return the exact mean and precision."""
    X = np.stack([np.ones_like(x), x], -1)
    precision = np.eye(2) + X.T @ X / 0.25
    return np.linalg.solve(precision, X.T @ y / 0.25), precision


def start(density, method="advi", scale=0.01, seed=5):
    mean = 0.1 * np.random.default_rng(seed).standard_normal(density.size)
    return start_gaussian(method, mean.astype(np.float32), scale)


@pytest.fixture(scope="module")
def pair():
    """Two coordinates with correlation 0.9."""
    return LogDensity(gaussian(np.zeros(2), np.array([[1.0, 0.9], [0.9, 1.0]])))


@pytest.fixture(scope="module")
def regression():
    return LogDensity(line(*make_line()))


# ---- Adam --------------------------------------------------------------------------------------


def test_adam_is_that_of_the_paper():
    """Kingma & Ba (2015), algorithm 1, in NumPy."""
    rng = np.random.default_rng(0)
    gradients = rng.normal(size=(50, 3)) * [1e-3, 1.0, 100.0]
    theta, m, v = np.zeros(3), 0.0, 0.0
    empty = tf.zeros([0, 0], tf.float64)
    state = AdamState(*(Gaussian(tf.zeros(3, tf.float64), tf.zeros(3, tf.float64), empty),) * 3)
    for t, g in enumerate(gradients, start=1):
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
        theta = theta - 0.02 * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
        both = Gaussian(tf.constant(g), tf.constant(2 * g), empty)
        state = adam_step(state, both, tf.constant(0.02, tf.float64), tf.constant(t, tf.float64))
    np.testing.assert_allclose(state.q.mean, theta, rtol=1e-3)
    np.testing.assert_allclose(state.q.rho, theta, rtol=1e-3)  # the gradient's scale cancels


def test_learning_rate_falls_from_first_to_last(regression):
    """Adam's first step is as long as its rate; later ones fall with it."""
    q = start(regression)
    one, _ = optimise(regression, q, QUICK._replace(num_steps=1))
    np.testing.assert_allclose(np.abs(one.mean - q.mean), 0.01, rtol=1e-3)
    last = [
        optimise(regression, q, QUICK._replace(num_steps=n, final_learning_rate=1e-8))[0].mean
        for n in (400, 401)
    ]
    assert np.abs(last[0] - q.mean).max() > 0.05
    np.testing.assert_allclose(*last, atol=2e-3)


# ---- exact answers -----------------------------------------------------------------------------


def test_mean_field_on_a_correlated_gaussian(pair):
    """Variances 1 / Λᵢᵢ = 1 - 0.9² = 0.19; KL = -log(1 - 0.9²) / 2 = 0.8304."""
    q, losses = optimise(pair, start(pair, scale=1.0), SETTINGS)
    np.testing.assert_allclose(np.diag(factor(q)) ** 2, 0.19, rtol=0.03)
    np.testing.assert_allclose(q.mean, 0.0, atol=0.02)
    tail = losses[-2000:]
    assert abs(tail.mean() - 0.8304) < 4.5 * tail.std() / np.sqrt(len(tail)) + 0.001


def ten():
    """Return mean and covariance in ten dimensions, with standard deviations from 0.1 to 10."""
    rng = np.random.default_rng(1)
    sd = np.geomspace(0.1, 10.0, 10)
    root = np.linalg.qr(rng.normal(size=(10, 10)))[0] * np.geomspace(0.5, 2.0, 10)
    correlation = root @ root.T
    correlation /= np.sqrt(np.outer(np.diag(correlation), np.diag(correlation)))
    return rng.normal(size=10) * sd, correlation * np.outer(sd, sd)


def relative_error(q, mean, covariance):
    """Return the largest error of the mean, in sds, and of the covariance, in their products."""
    sd = np.sqrt(np.diag(covariance))
    found = factor(q) @ factor(q).T
    return max(
        np.abs((q.mean - mean) / sd).max(), np.abs((found - covariance) / np.outer(sd, sd)).max()
    )


def test_full_rank_is_exact_on_a_gaussian():
    """To 1 %; then the gradient that sticks to the landing goes on to 1e-4."""
    mean, covariance = ten()
    density = LogDensity(gaussian(mean, covariance))
    warm, losses = optimise(
        density,
        start(density, "fullrank_advi", scale=0.1),
        SETTINGS._replace(num_steps=400_000, learning_rate=0.03, final_learning_rate=2e-6),
    )
    assert relative_error(warm, mean, covariance) < 0.01
    assert abs(losses[-1000:].mean()) < 0.05  # the evidence is 1
    landed, losses = optimise(
        density,
        warm,
        SETTINGS._replace(
            learning_rate=1e-3,
            final_learning_rate=1e-6,
            sticking_the_landing=True,
            num_steps=20_000,
        ),
    )
    assert relative_error(landed, mean, covariance) < 1e-4
    assert np.abs(losses[-1000:]).max() < 1e-3  # no noise either


# ---- what comes back ---------------------------------------------------------------------------


def test_losses_and_parameters(regression):
    q, losses = optimise(regression, start(regression), QUICK)
    assert losses.shape == (500,) and losses.dtype == np.float32
    assert np.isfinite(losses).all() and losses[-100:].mean() < losses[:100].mean()
    assert all(isinstance(p, np.ndarray) and p.dtype == np.float32 for p in q)


def test_seed_decides_and_pace_does_not(regression, monkeypatch):
    """How many steps stand between two looks at the clock is up to the machine."""
    q, losses = optimise(regression, start(regression), QUICK)
    monkeypatch.setattr(fitting, "_SECONDS", 1e-4)
    again, same = optimise(regression, start(regression), QUICK._replace(progress=True))
    np.testing.assert_array_equal(losses, same)
    np.testing.assert_array_equal(np.stack([*q[:2]]), np.stack([*again[:2]]))
    _, other = optimise(regression, start(regression), QUICK._replace(seed=1))
    assert not np.any(losses[10:] == other[10:])


def test_other_data_and_lengths_share_a_program(regression):
    other = LogDensity(line(*make_line(seed=3)))
    q, _ = optimise(other, start(other), SETTINGS._replace(learning_rate=0.03, num_steps=6000))
    mean, precision = posterior_of_line(*make_line(seed=3))
    sd = 1 / np.sqrt(np.diag(precision))
    np.testing.assert_allclose((q.mean - mean) / sd, 0.0, atol=0.05)
    np.testing.assert_allclose(np.diag(factor(q)), sd, rtol=0.05)
    programs = [
        p
        for p in fitting.kept.__globals__["_kept"].values()
        if isinstance(p, OptimisationProgram) and p.density.fingerprint == regression.fingerprint
    ]
    assert len(programs) == 1
    assert programs[0]._advance.num_traces == 1


def test_stops_where_the_elbo_ceases_to_be_finite(regression):
    bad = QUICK._replace(learning_rate=1e30, final_learning_rate=1e30, num_steps=5000)
    _, losses = optimise(regression, start(regression), bad)
    assert 0 < len(losses) < 5000 and not np.isfinite(losses[-1])


# ---- minibatches -------------------------------------------------------------------------------


def test_minibatch_gradient_is_unbiased(regression):
    """With one row a batch, its mean over all rows is the expectation: log p and gradient."""
    program = OptimisationProgram(regression, QUICK._replace(batch_size=1))
    z, inputs = tf.constant([0.3, -0.2]), regression.tensors
    full = regression.value_and_grad_one(z, inputs)
    chosen, weight = draw_batch(regression, inputs, 1, tf.constant([0, 0]))
    assert weight == 40.0 and all(v.shape == (1,) for v in chosen.values())
    values, gradients = [], []
    for row in range(40):
        one = {k: v[row : row + 1] for k, v in inputs.items()}
        value, gradient = program.target.value_and_grad_one(z, one, weight)
        values.append(float(value))
        gradients.append(gradient.numpy())
    np.testing.assert_allclose(np.mean(values), float(full[0]), rtol=1e-5)
    np.testing.assert_allclose(np.mean(gradients, 0), full[1], rtol=1e-4)


def test_minibatch_takes_whole_rows_uniformly(regression):
    x, y = make_line()
    count = np.zeros(40)
    for seed in range(200):
        chosen, scale = draw_batch(regression, regression.tensors, 10, tf.constant([seed, 1]))
        assert scale == 4.0
        rows = np.abs(chosen["argument x"].numpy()[:, None] - x).argmin(1)
        np.testing.assert_allclose(chosen["argument y"], y[rows], rtol=1e-6)
        count += np.bincount(rows, minlength=40)
    assert stats.chisquare(count).pvalue > 1e-5


def test_minibatch_fit_finds_the_posterior(regression):
    q, losses = optimise(
        regression, start(regression), SETTINGS._replace(batch_size=10, num_steps=20_000)
    )
    mean, precision = posterior_of_line(*make_line())
    sd = 1 / np.sqrt(np.diag(precision))
    np.testing.assert_allclose((q.mean - mean) / sd, 0.0, atol=0.2)
    np.testing.assert_allclose(np.diag(factor(q)), sd, rtol=0.1)
    assert losses.shape == (20_000,)


@bt.model
def uneven(y, z):
    loc = yield bt.Normal("loc", 0.0, 1.0)
    yield bt.Normal("first", loc, 1.0, observed=y)
    yield bt.Normal("second", loc, 1.0, observed=z)


@pytest.mark.parametrize(
    ("model", "size", "text"),
    [
        (lambda: line(*make_line()), 41, r"batch_size=41 .* it is 40"),
        (lambda: uneven(np.zeros(3), np.zeros(4)), 2, r"batch_size=2 .* it is None"),
        (lambda: uneven(0.0, 0.0), 1, r"batch_size=1 .* it is None"),
    ],
)
def test_data_without_rows_have_no_minibatches(model, size, text):
    density = LogDensity(model())
    with pytest.raises(ArgumentError, match=text):
        optimise(density, start(density), QUICK._replace(batch_size=size))


@pytest.mark.parametrize("size", [1, 10])
def test_data_from_outside_the_model_are_refused_in_minibatches(size):
    """They are not cut, and a batch of one row would be broadcast against all of them."""
    x, y = make_line()
    outside = tf.constant(x, tf.float32)

    @bt.model
    def leaky(y):
        w = yield bt.Normal("w", 0.0, 1.0)
        yield bt.Normal("obs", w * outside, 0.5, observed=y)

    density = LogDensity(leaky(y))
    with pytest.raises(ArgumentError, match=r"leaky\.obs: .* pass all data as arguments"):
        optimise(density, start(density), QUICK._replace(batch_size=size))
