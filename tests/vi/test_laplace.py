"""Laplace: exact where the function is linear; the slopes are the derivatives; the last layer."""

from collections import OrderedDict

import numpy as np
import pytest

import bnn_teach as bt
from bnn_teach.engine import programs
from bnn_teach.engine.runtime import tf
from bnn_teach.errors import ShapeError
from bnn_teach.vi.laplace import Linearised, laplace, linearise, linearised_draws
from bnn_teach.vi.linear import linear_posterior

RNG = np.random.default_rng(0)
FEATURES = RNG.normal(size=(9, 4))
Y = RNG.normal(size=9)
NOISE, PRIOR = 0.4, 1.3


def linear(z):
    return tf.linalg.matvec(tf.constant(FEATURES, z.dtype), z)


def curved(z):
    return tf.stack([z[0] * z[1], tf.sin(z[1]), z[0] ** 3])


def test_slopes_of_a_linear_function_are_its_features():
    z = RNG.normal(size=4)
    found = linearise(linear, z)
    np.testing.assert_allclose(found.values, FEATURES @ z, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(found.jacobian, FEATURES, rtol=1e-6)


def test_slopes_are_the_derivatives_at_each_z():
    z = RNG.normal(size=(5, 2))
    found = linearise(curved, z)
    a, b = z.T
    zero = np.zeros(5)
    exact = np.stack([[b, a], [zero, np.cos(b)], [3 * a**2, zero]])  # (N, D, M)
    np.testing.assert_allclose(found.jacobian, np.moveaxis(exact, 2, 0), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(found.values, np.stack([a * b, np.sin(b), a**3], 1), rtol=1e-5)


def test_inputs_may_have_other_values_in_the_same_program(monkeypatch):
    monkeypatch.setattr(programs, "_kept", OrderedDict())
    z = RNG.normal(size=(2, 4))
    for features in (FEATURES, 2 * FEATURES):
        found = linearise(lambda z, x: tf.linalg.matvec(x, z), z, x=features)
        np.testing.assert_allclose(found.values, z @ features.T, rtol=1e-5, atol=1e-5)
        np.testing.assert_allclose(found.jacobian[1], features, rtol=1e-6)
    assert len(programs._kept) == 1


def test_laplace_is_exact_for_a_linear_model():
    exact = linear_posterior(FEATURES, Y, NOISE, PRIOR)
    found = laplace(exact.mean, linearise(linear, exact.mean).jacobian, NOISE, PRIOR)
    covariance = exact.factor @ exact.factor.T
    np.testing.assert_allclose(found.factor @ found.factor.T, covariance, rtol=1e-5, atol=1e-7)
    # Its functions are those of the exact coefficients, draw by draw.
    new = RNG.normal(size=(3, 4))
    draws = linearised_draws(found, Linearised(new @ exact.mean, new), 50, seed=2)
    np.testing.assert_allclose(draws, exact.draw(50, seed=2) @ new.T, rtol=1e-4, atol=1e-5)


def test_the_variance_of_the_functions_is_the_closed_form():
    """Var f = J Σ Jᵀ, within five standard errors of a variance from 20,000 draws."""
    q = laplace(np.zeros(4), FEATURES, NOISE, PRIOR)
    draws = linearised_draws(q, Linearised(np.arange(9.0), FEATURES), 20_000, seed=0)
    exact = np.diag(FEATURES @ q.factor @ q.factor.T @ FEATURES.T)
    assert (np.abs(draws.var(axis=0) / exact - 1) < 5 * np.sqrt(2 / 20_000)).all()
    assert (np.abs(draws.mean(axis=0) - np.arange(9)) < 5 * np.sqrt(exact / 20_000)).all()


def test_the_last_layer_of_a_network_is_a_linear_regression_on_its_features():
    """Its slopes are what the last hidden units say; times its weights they are the function."""
    x = np.linspace(-1, 1, 7, dtype=np.float32)[:, None]
    density = bt.LogDensity(bt.network(x, np.zeros_like(x), hidden=(4, 3)))
    z = RNG.normal(size=density.size).astype(density.dtype)
    found = linearise(lambda z: density.values_one(z, density.tensors, "network.f")["network.f"], z)
    weights = density.unflatten(z)[0]
    signal = x
    for name in ("l1", "l2"):
        w, b = weights[f"network.{name}.w"], weights[f"network.{name}.b"]
        signal = np.maximum(signal @ w + b, 0)
    last = [density.slots[f"network.l3.{name}"] for name in "wb"]
    units, one = (found.jacobian[:, slot.start : slot.stop] for slot in last)
    np.testing.assert_allclose(units, signal, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(one, 1.0)
    features = np.concatenate([units, one], axis=1)
    own = np.concatenate([z[slot.start : slot.stop] for slot in last])
    np.testing.assert_allclose(features @ own, found.values, rtol=1e-4, atol=1e-4)


def test_rows_keep_values_and_slopes_together():
    many = Linearised(np.arange(6.0).reshape(2, 3), np.arange(24.0).reshape(2, 3, 4))
    some = many.rows(slice(1, None))
    np.testing.assert_array_equal(some.values, many.values[:, 1:])
    np.testing.assert_array_equal(some.jacobian, many.jacobian[:, 1:])


def test_what_does_not_fit_is_told():
    with pytest.raises(ShapeError, match=r"\(1, 2, 2\)"):
        linearise(linear, np.zeros((1, 2, 2)))
    with pytest.raises(ShapeError, match=r"\(2, 2\) from it, expected \(N,\)"):
        linearise(lambda z: tf.ones([2, 2]) * z[0], np.zeros(3, np.float32))
    with pytest.raises(ShapeError, match=r"\(3,\).*\(9, 4\)"):
        laplace(np.zeros(3), FEATURES, NOISE, PRIOR)
