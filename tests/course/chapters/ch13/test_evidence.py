"""The evidence by particles, against models whose evidence is known, and another sampler's."""

import numpy as np
import pytest
from scipy.stats import halfnorm, lognorm, multivariate_normal, norm

import bnn_teach as bt
from bnn_teach.course.chapters.ch13.evidence import _next_power, _resample, log_evidence
from bnn_teach.errors import ArgumentError

DATA = bt.datasets.gap_sine()


@bt.model
def bounded(y):
    share = yield bt.Beta("share", 1.0, 1.0)
    yield bt.Normal("obs", share, 1.0, observed=y)


@bt.model
def positive(y, family):
    scale = yield (bt.HalfNormal("s", 1.0) if family == "half" else bt.LogNormal("s", 0.0, 1.0))
    yield bt.Normal("obs", 0.0, scale, observed=y)


def test_a_linear_network_has_the_evidence_of_its_normal():
    """Over eight seeds the standard deviation was 0.12 nats with 500 particles."""
    x = DATA.x[:, 0].astype(float)
    covariance = 1 + np.outer(x, x) + 0.01 * np.eye(40)
    exact = multivariate_normal.logpdf(DATA.y[:, 0], cov=covariance)
    found = log_evidence(bt.network(DATA.x, DATA.y, hidden=()), 500, seed=0)
    assert found.log_evidence == pytest.approx(exact, abs=0.6)
    again = log_evidence(bt.network(DATA.x, DATA.y, hidden=()), 500, seed=0)
    assert again.log_evidence == found.log_evidence
    assert found.powers[-1] == 1 and (np.diff(found.powers) > 0).all()
    assert found.z.shape == (500, 2)
    precision = np.eye(2) + 100 * np.stack([[x @ x, x.sum()], [x.sum(), 40]])
    mean = 100 * np.linalg.solve(precision, [x @ DATA.y[:, 0], DATA.y.sum()])
    sd = np.sqrt(np.diag(np.linalg.inv(precision)))
    # Copies of 500 particles that have moved ten times: the error of their mean is about sd / 20.
    np.testing.assert_allclose(found.z.mean(axis=0), mean, atol=0.25 * sd.max())


@pytest.mark.parametrize(("family", "prior"), [("half", halfnorm()), ("log", lognorm(1.0))])
def test_a_positive_variable_has_the_evidence_of_a_quadrature(family, prior):
    y = np.array([0.5, -1.2, 2.0, 0.1, -0.4], np.float32)
    s = np.exp(np.linspace(-6, 4, 4001))
    joint = norm.pdf(y, 0.0, s[:, None]).prod(-1) * prior.pdf(s)
    found = log_evidence(positive(y, family), 2000, seed=0)
    assert found.log_evidence == pytest.approx(np.log(np.trapezoid(joint, s)), abs=0.1)


def test_the_evidence_of_the_courses_network():
    """Another program, with longer runs, found 14.9 at scale 2; 4 seeds of ours scatter by 0.1."""
    found = log_evidence(bt.network(DATA.x, DATA.y, prior_scale=2.0), 1000, seed=1)
    assert found.log_evidence == pytest.approx(14.9, abs=1.0)


def test_the_next_power_leaves_the_share_of_particles_that_it_should():
    log_likelihood = -np.random.default_rng(0).exponential(50.0, 1000)
    power = _next_power(log_likelihood, 0.0)
    weights = np.exp(power * log_likelihood)
    assert weights.sum() ** 2 / (weights**2).sum() / 1000 == pytest.approx(0.7, abs=1e-6)
    assert _next_power(0.01 * log_likelihood, 0.5) == 1.0


def test_resampling_keeps_each_particle_as_often_as_its_weight_says():
    weights = np.array([0.1, 0.2, 0.7])
    rng, counts = np.random.default_rng(0), np.zeros(3)
    for _ in range(3000):
        counts += np.bincount(_resample(np.log(weights), rng), minlength=3)
    # Each count of one round varies by less than one: 5 standard errors are below 0.05.
    np.testing.assert_allclose(counts / 3000, 3 * weights, atol=0.05)


def test_what_does_not_fit_is_told():
    with pytest.raises(ArgumentError, match="observes nothing"):
        log_evidence(bt.network(DATA.x))
    with pytest.raises(ArgumentError, match=r"bounded\.share.*bounds"):
        log_evidence(bounded(np.ones(3)))
    with pytest.raises(ArgumentError, match="num_particles"):
        log_evidence(bt.network(DATA.x, DATA.y), 1)
