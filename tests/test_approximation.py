"""What a fit returns: a Gaussian that draws what it says, and a verdict about distance."""

import copy
import re

import numpy as np
import pytest
from scipy import stats

import bnn_teach as bt
from bnn_teach.approximation import Fit, judge_convergence, judge_distance, tail_index
from bnn_teach.density import LogDensity
from bnn_teach.errors import ArgumentError
from bnn_teach.vi.distance import Distance
from bnn_teach.vi.families import start_gaussian
from tests.vi.test_fit import SETTINGS

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
    assert repr(fit).startswith("<Fit, 20000 steps.\nELBO -") and fit.seconds > 0.0


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


@pytest.mark.parametrize(
    ("z", "text"), [("a", "z: got str"), (np.ones((3, 4)), r"z has shape \(3, 4\)"), (0.0, "shape")]
)
def test_points_that_are_none_are_named(fit, z, text):
    density = fit.approximation.density
    for function in (fit.approximation.log_prob, density.log_prob, density.unflatten):
        with pytest.raises(ArgumentError, match=text):
            function(z)


def test_a_fit_is_no_trace(fit):
    with pytest.raises(
        bt.BnnTeachError, match=r"fit\.posterior: got a fit, .*approximation.sample"
    ):
        fit["posterior"]


# ---- was it enough? ----------------------------------------------------------------------------

SETTINGS = SETTINGS._replace(num_steps=1000)
ARRIVED = Distance(-100.0, 0.1, 0.0, 0.01, False, False, 0.01, 150)


@pytest.mark.parametrize(
    ("change", "size", "converged", "text"),
    [
        ({}, 1, True, r"ELBO -100\.00 ± 0\.10 nats; 150 further steps .* gain nothing"),
        ({"gain": -5.0}, 1, True, "gain nothing"),  # the higher rate has made it worse
        ({"gain": 0.09}, 1, True, "gain nothing"),
        ({"gain": 0.11}, 1, False, r"not there yet: .* gain 0\.11 ± 0\.01 nats\. Go on with start"),
        ({"gain": 0.9}, 100, True, "gain nothing"),
        ({"gain": 1.1}, 100, False, "not there yet"),
        ({"gain": 0.5, "error": 0.3}, 1, True, "gain nothing"),
        ({"gain": 17.0, "error": 9.0}, 1, False, "too noisy .* Raise samples_per_step"),
        ({"gain": 5.0, "settling": True}, 1, False, r"not there yet.* more steps\.$"),
        ({"gain": 5.0, "narrow": True}, 1, False, "poor mode: .* initial_scale=0.01"),
        ({"error": np.inf}, 1, False, "is not finite. Lower learning_rate"),
        ({"elbo_error": np.nan}, 1, False, "is not finite"),
        ({"gain": np.nan}, 1, False, "is not finite"),
    ],
)
def test_distance_is_judged(change, size, converged, text):
    found = judge_distance(ARRIVED._replace(**change), size, SETTINGS)
    assert found[0] is converged
    assert re.search(text, found[1]), found[1]


def test_constant_rate_that_keeps_a_fit_from_settling_is_named():
    settings = SETTINGS._replace(final_learning_rate=0.01)
    _, reason = judge_distance(ARRIVED._replace(gain=5.0, settling=True), 1, settings)
    assert re.search("not settled: .* Leave final_learning_rate out", reason)


@pytest.mark.parametrize(
    ("losses", "text"),
    [
        (np.zeros(159), "159 steps are too few"),
        (np.zeros(0), "0 steps are too few"),
        (np.append(np.zeros(500), np.nan), "not finite from step 500 on"),
        (np.array([1.0, np.inf, 1.0, np.nan]), "not finite from step 1 on"),
    ],
)
def test_some_fits_need_no_further_steps_to_be_judged(losses, text):
    converged, reason = judge_convergence(None, None, losses, SETTINGS)
    assert not converged and text in reason


# ---- is it the posterior? ----------------------------------------------------------------------


def test_k_hat_is_told_beside_convergence(fit):
    """Of a fit that is nearly the posterior itself; then as if it were not."""
    assert fit.converged and fit.k_hat < 0.5 and "weights may correct" in fit.verdict
    other = copy.copy(fit)
    other.k_hat = 0.6
    assert "k-hat 0.6: weights may correct what is left, if there are many draws" in other.verdict
    other.k_hat = 1.2
    assert "k-hat is 1.2, above 0.7" in other.verdict and other.verdict in repr(other)


@pytest.mark.parametrize("seed", range(3))
def test_k_hat_is_the_tail_index_of_the_weights(seed):
    """Exact for a mean field of a normal pair with correlation r: 1 - (1 - r**2) / (1 + r)."""

    @bt.model
    def pair():
        a = yield bt.Normal("a", 0.0, 1.0)
        yield bt.Normal("b", 0.9 * a, np.sqrt(1 - 0.9**2))

    q = start_gaussian("advi", np.zeros(2), np.sqrt(1 - 0.9**2))
    fit = Fit(LogDensity(pair()), q, np.zeros(200), SETTINGS._replace(seed=seed), 0.0, (True, "."))
    assert abs(fit.k_hat - 0.9) < 0.35  # of 60 estimates the sd is 0.10, and the mean 0.82


@pytest.mark.parametrize("sd", [0.4, 0.7, 2.0])
def test_k_hat_knows_too_narrow_from_too_wide(sd):
    """The weights of N(0, sd) for a standard normal have k = 1 - sd**2; if q is wide, a bound."""

    @bt.model
    def standard():
        yield bt.Normal("z", 0.0, 1.0)

    q = start_gaussian("advi", np.zeros(1), sd)
    fit = Fit(LogDensity(standard()), q, np.zeros(200), SETTINGS, 0.0, (True, "."))
    assert abs(fit.k_hat - (1 - sd**2)) < 0.35 if sd < 1 else fit.k_hat < 0.0


def test_tail_index_of_weights_without_a_tail_and_beyond_all_numbers():
    z = np.random.default_rng(0).standard_normal(20_000)
    assert tail_index(np.zeros(20_000)) == 0.0 and tail_index(np.round(z / 4)) == 0.0
    assert tail_index(100.0 * z) == np.inf == tail_index(np.append(z, np.nan))
    assert tail_index(20.0 * z) > 5.0 and tail_index(-(z**2)) < 0.0 < tail_index(0.4 * z**2)
