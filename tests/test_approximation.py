"""What a fit returns: a Gaussian that draws what it says, and a verdict that seldom cries wolf."""

import re

import numpy as np
import pytest
from scipy import stats
from scipy.signal import lfilter

import bnn_teach as bt
from bnn_teach.approximation import Fit, judge_convergence
from bnn_teach.errors import ArgumentError

X = np.random.default_rng(0).normal(3.0, 1.0, 30)


@bt.model
def normal_mean(x):
    loc = yield bt.Normal("loc", 0.0, 10.0)
    yield bt.Normal("obs", loc, 1.0, observed=x)


@pytest.fixture(scope="module")
def fit():
    return bt.fit(normal_mean(X), num_steps=20_000, learning_rate=0.02, seed=0)


# ---- the Gaussian ------------------------------------------------------------------------------


def test_fit_shows_itself(fit):
    assert isinstance(fit, Fit) and fit.losses.shape == (20_000,) and fit.seed == 0
    np.testing.assert_array_equal(fit.elbo, -fit.losses)
    assert repr(fit).startswith("<Fit, 20000 steps. ELBO -") and fit.seconds > 0.0


def test_draws_of_an_approximation_are_its_gaussian(fit):
    q = fit.approximation
    z = q.draw(20_000, seed=1)
    sd = np.sqrt(q.covariance[0, 0])
    assert stats.kstest((z[:, 0] - q.mean[0]) / sd, "norm").pvalue > 1e-5
    expected = stats.norm.logpdf(z[:5, 0], q.mean[0], sd)
    np.testing.assert_allclose(q.log_prob(z[:5]), expected, rtol=1e-9)
    assert q.log_prob(z[0]).shape == () and q.log_prob(z[:6].reshape(2, 3, 1)).shape == (2, 3)


def test_approximation_gives_a_trace(fit):
    trace = fit.approximation.sample(200, seed=1, include_log_likelihood=True)
    assert dict(trace["posterior"].sizes) == {"chain": 1, "draw": 200}
    assert trace["log_likelihood"]["normal_mean.obs"].shape == (1, 200, 30)
    assert trace.attrs["seed"] == 1 and "observed_data" in trace.children
    z = fit.approximation.draw(200, seed=1)
    np.testing.assert_allclose(trace["posterior"]["normal_mean.loc"][0], z[:, 0], rtol=1e-6)


def test_draws_of_an_approximation_repeat_by_seed(fit):
    unseeded = [fit.approximation.sample(10) for _ in range(2)]
    again = fit.approximation.sample(10, seed=unseeded[0].attrs["seed"])
    assert unseeded[0]["posterior"].equals(again["posterior"])
    assert not unseeded[0]["posterior"].equals(unseeded[1]["posterior"])


def test_approximation_names_a_wrong_argument(fit):
    with pytest.raises(ArgumentError, match="Did you mean 'num_samples'"):
        fit.approximation.sample(draws=10)
    with pytest.raises(ArgumentError, match="num_samples=0"):
        fit.approximation.draw(0)


# ---- was it enough? ----------------------------------------------------------------------------


def losses_of(trend, noise, size=8000, seed=0):
    steps = np.linspace(0.0, 1.0, size)
    return 100.0 + trend * steps + noise * np.random.default_rng(seed).standard_normal(size)


@pytest.mark.parametrize(
    ("losses", "converged", "text"),
    [
        (losses_of(0.0, 5.0), True, r"ELBO -100\.\d\d ± 0\.\d\d nats, flat"),
        (losses_of(0.0, 0.0), True, r"ELBO -100\.00 ± 0\.00 nats, flat"),
        (losses_of(-40.0, 5.0), False, r"rising by 5\.\d\d ± 0\.\d\d nats in 1000.* more steps"),
        (losses_of(40.0, 5.0), False, r"falling by 4\.\d\d .* Lower learning_rate"),
        (losses_of(-0.5, 0.01), True, "flat"),  # a sixteenth of a nat in an eighth of the steps
        (losses_of(-1.6, 0.01), False, "rising by 0.20"),
        (losses_of(-40.0, 500.0), True, "flat"),  # drowned in noise: nothing can be said
        (losses_of(0.0, 1.0, 159), False, "159 steps are too few"),
        (losses_of(0.0, 1.0, 160), True, "flat"),
        (np.zeros(0), False, "0 steps are too few"),
        (np.append(losses_of(0.0, 1.0, 500), np.nan), False, "not finite from step 500 on"),
        (np.array([1.0, np.inf, 1.0, np.nan]), False, "not finite from step 1 on"),
    ],
)
def test_convergence_is_judged(losses, converged, text):
    verdict = judge_convergence(losses)
    assert verdict[0] is converged
    assert re.search(text, verdict[1]), verdict[1]


@pytest.mark.parametrize("correlation", [0.0, 0.9])
def test_flat_losses_seldom_raise_an_alarm(correlation):
    """Three standard errors: 0.5 % of flat fits; four times that would be six sigma off."""
    rng, alarms = np.random.default_rng(0), 0
    for _ in range(1000):
        noise = rng.standard_normal(4000)
        if correlation:
            noise = lfilter([1.0], [1.0, -correlation], noise)
        alarms += not judge_convergence(100.0 + 10.0 * noise)[0]
    assert alarms < 25
