"""The 2020 article's story, cell by cell, with ``import bnn_teach as pm``.

Three things are written differently today: paths are joined by ``.``, ArviZ's plots have their
names of version 1, and a model's scope is its function's name.
"""

import arviz as az
import matplotlib.pyplot as plt
import numpy as np
import pytest

import bnn_teach as pm
from bnn_teach.engine.runtime import tf

RNG = np.random.default_rng(20200801)


@pm.model
def model(x):
    loc = yield pm.Normal("loc", loc=0, scale=10)
    yield pm.Normal("obs", loc=loc, scale=1, observed=x)


@pm.model
def prior(name, loc=0, scale=10):
    value = yield pm.Normal(name, loc=loc, scale=scale)
    return value


@pm.model
def nested_model(x):
    loc = yield prior("loc")
    yield pm.Normal("obs", loc=loc, scale=1, observed=x)


@pm.model
def layer(name, x, n_in, n_out, prior_scale, activation=tf.identity):
    w = yield pm.Normal(f"{name}_w", loc=0, scale=prior_scale, batch_stack=(n_in, n_out))
    b = yield pm.Normal(f"{name}_b", loc=0, scale=prior_scale, batch_stack=(1, n_out))
    return activation(tf.tensordot(x, w, axes=[1, 0]) + b)


@pm.model
def bnn(x, y, prior_scale=1.0):
    o = yield layer("l1", x, 1, 5, prior_scale, activation=tf.nn.relu)
    o = yield layer("l2", o, 5, 5, prior_scale, activation=tf.nn.relu)
    o = yield layer("l3", o, 5, 1, prior_scale)
    yield pm.Normal("obs", loc=o, scale=0.1, observed=y)


@pytest.fixture(scope="module")
def x():
    return RNG.standard_normal(30) + 3


@pytest.fixture(scope="module")
def exact(x):
    """Posterior mean and sd: precision 1/100 + 30."""
    precision = 1 / 100 + len(x)
    return x.sum() / precision, precision**-0.5


def test_normal_model_by_nuts(x, exact):
    trace = pm.sample(model(x), seed=1)
    draws = trace["posterior"]["model.loc"]
    summary = az.summary(trace, round_to="none")
    mean, sd = exact
    assert abs(float(draws.mean()) - mean) < 3 * summary["mcse_mean"].iloc[0]
    assert abs(float(draws.std()) - sd) < 3 * summary["mcse_sd"].iloc[0]


def test_normal_model_by_advi(x, exact):
    fit = pm.fit(model(x), method="advi", num_steps=10_000, seed=1)
    mean, sd = exact
    plt.plot(fit.elbo)
    plt.close("all")
    assert fit.losses.shape == (10_000,)
    assert abs(fit.approximation.mean[0] - mean) < 0.03 * sd
    assert fit.approximation.covariance[0, 0] ** 0.5 == pytest.approx(sd, rel=0.03)
    draws = fit.approximation.sample(1000)["posterior"]["model.loc"]
    assert draws.sizes == {"chain": 1, "draw": 1000}


def test_nested_model_has_the_scope_in_its_path_and_the_same_posterior(x, exact):
    trace = pm.sample(nested_model(x), num_samples=500, seed=1)
    draws = trace["posterior"]["nested_model.prior.loc"]
    assert abs(float(draws.mean()) - exact[0]) < 5 * exact[1] / np.sqrt(200)


def test_network_on_the_sine_with_a_gap():
    x = np.concatenate([np.linspace(-0.6, -0.15, 20), np.linspace(0.15, 0.6, 20)])[:, np.newaxis]
    y = np.sin(2 * np.pi * x) + 0.1 * RNG.standard_normal(x.shape)
    with pytest.warns(pm.ConvergenceWarning):
        trace = pm.sample(
            bnn(x, y, prior_scale=3), burn_in=100, num_samples=1000, num_chains=10, seed=3
        )
    weights = trace["posterior"]["bnn.layer.l3_w"]
    assert weights.shape == (10, 1000, 5, 1)
    assert weights.sizes["chain"] == 10 and weights.sizes["draw"] == 1000

    x_test = np.linspace(-1.5, 1.5, 200)[:, np.newaxis]
    pm.sample_posterior_predictive(
        bnn(x_test, np.zeros_like(x_test), prior_scale=3), trace, inplace=True, seed=3
    )
    predicted = trace["posterior_predictive"]["bnn.obs"]
    assert predicted.shape == (10, 1000, 200, 1)

    # At the data the predictions follow the sine; a wide band of 0.2 covers noise and ignorance.
    inside = (np.abs(x_test[:, 0]) > 0.2) & (np.abs(x_test[:, 0]) < 0.55)
    median = np.median(predicted.values[:, :, inside, 0], axis=(0, 1))
    assert np.abs(median - np.sin(2 * np.pi * x_test[inside, 0])).max() < 0.2


def test_plots_and_summaries_of_arviz_take_the_trace(x):
    trace = pm.sample(model(x), num_samples=200, seed=2, include_log_likelihood=True)
    for plot in (az.plot_dist, az.plot_trace_dist, az.plot_rank_dist):
        plot(trace)
        plt.close("all")
    assert np.isfinite(az.loo(trace).elpd)
