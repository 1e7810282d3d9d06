"""NUTS against the exact posterior of notebook 17, over twenty seeds."""

import warnings

import numpy as np
import pytest

import bnn_teach as bt
from bnn_teach.course.chapters.ch17 import exact
from bnn_teach.engine.runtime import tf

X = np.array([-1.5, 0.5, 1.5])
Y = 1.2 * np.tanh(1.5 * X) + 0.3 * np.random.default_rng(0).standard_normal(3)
AT, X_NEW = np.array([0.5, 1.0, 2.0, 3.0]), np.linspace(0.2, 3, 12)


@bt.model
def neuron():
    w = yield bt.Normal("w", loc=0.0, scale=2.0)
    v = yield bt.Normal("v", loc=0.0, scale=2.0)
    yield bt.Normal("obs", loc=v * tf.tanh(w * X), scale=0.3, observed=Y)


def curves(target_accept, seed, x):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", bt.ConvergenceWarning)  # mirrored chains, a few divergences
        trace = bt.sample(neuron(), 4000, 1000, 4, target_accept=target_accept, seed=seed)
    w, v = (np.asarray(trace["posterior"][f"neuron.{name}"])[..., None] for name in "wv")
    return v * np.tanh(w * x)


@pytest.mark.slow
def test_small_steps_are_within_their_monte_carlo_error_and_the_usual_ones_are_not():
    truth = exact.exact_posterior(X, Y, 2.0, 0.3)
    band = exact.function_quantiles(truth, X_NEW)
    x = np.concatenate([AT, X_NEW])
    distance, farthest = {}, []
    for accept, seeds in ((0.8, 8), (0.99, 20)):
        runs = [curves(accept, seed, x) for seed in range(seeds)]
        flat = [f[..., len(AT) :].reshape(-1, len(X_NEW)) for f in runs]
        distance[accept] = np.array([exact.quantile_error(f, band) for f in flat])
        errors = [exact.standard_errors(truth, AT, f[..., : len(AT)]) for f in runs]
        farthest.append(np.abs(errors).max(axis=(1, 2)))
    assert farthest[1].max() < 5, farthest[1]
    assert np.mean(farthest[0] > 5) > 0.2, farthest[0]
    assert distance[0.99].max() < 0.1, distance[0.99]
    assert distance[0.8].mean() > 2.5 * distance[0.99].mean(), distance


def test_standard_errors_are_those_of_independent_draws():
    truth = exact.exact_posterior([0.0], [0.3], 2.0, 0.5)  # the prior: nothing is learned
    w, v = np.random.default_rng(1).normal(0, 2.0, (2, 4, 2000, 1))
    draws = v * np.tanh(w * AT)
    errors = exact.standard_errors(truth, AT, draws)
    assert errors.shape == (len(exact.CHECKED), len(AT))
    assert np.abs(errors).max() < 5
    assert errors.std() > 0.3
    assert np.abs(exact.standard_errors(truth, AT, draws + 0.5)).max() > 5
    assert np.isinf(exact.standard_errors(truth, AT, np.ones_like(draws))).all()
