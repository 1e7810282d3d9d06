"""A mixture: of one it is the fit; its ELBO is above the fits' by at most log K."""

import numpy as np
import pytest
from scipy import stats

import bnn_teach as bt
from bnn_teach.errors import ArgumentError
from bnn_teach.vi.mixture import Mixture


class Normal:
    def __init__(self, mean, sd):
        self.mean, self.sd = np.asarray(mean, float), sd

    def draw(self, num_samples, seed):
        rng = np.random.default_rng(seed)
        return self.mean + self.sd * rng.normal(size=(num_samples, len(self.mean)))

    def log_prob(self, z):
        return stats.norm.logpdf(z, self.mean, self.sd).sum(-1)


FAR = [Normal([-50.0, 0.0], 1.0), Normal([50.0, 0.0], 0.5), Normal([0.0, 80.0], 2.0)]


def test_a_mixture_of_one_is_that_one():
    one = Normal([1.0, -2.0], 0.7)
    z = np.random.default_rng(0).normal(size=(4, 3, 2))
    np.testing.assert_allclose(Mixture([one]).log_prob(z), one.log_prob(z))
    np.testing.assert_array_equal(Mixture([one]).draw(5, seed=3)[0], one.draw(5, 3))
    elbo = Mixture([one]).elbo(lambda z: -(z**2).sum(-1), 100, seed=0)
    assert elbo.gain == pytest.approx(0.0, abs=1e-12)


def test_the_density_is_the_mean_of_the_densities():
    close = [Normal([0.0], 1.0), Normal([1.5], 0.3)]
    z = np.linspace(-3, 3, 50)[:, None]
    mean = np.mean([np.exp(q.log_prob(z)) for q in close], axis=0)
    np.testing.assert_allclose(np.exp(Mixture(close).log_prob(z)), mean)
    grid = np.linspace(-10, 12, 20_001)
    area = np.exp(Mixture(close).log_prob(grid[:, None])).sum() * (grid[1] - grid[0])
    assert area == pytest.approx(1.0, abs=1e-9)


def test_the_gain_is_log_k_where_nothing_overlaps_and_nothing_where_all_are_equal():
    def log_density(z):
        return stats.norm.logpdf(z, 0, 40).sum(-1)

    apart = Mixture(FAR).elbo(log_density, 200, seed=0)
    assert apart.gain == pytest.approx(np.log(3), abs=1e-9)
    same = Mixture([FAR[0]] * 4).elbo(log_density, 200, seed=0)
    assert same.gain == pytest.approx(0.0, abs=1e-9)


def test_the_elbo_of_the_posterior_itself_is_the_evidence_without_error():
    """Two modes of equal weight, and a constant of exp(2.5)."""
    modes = Mixture([Normal([-3.0], 0.5), Normal([3.0], 1.0)])
    found = modes.elbo(lambda z: modes.log_prob(z) + 2.5, 50, seed=1)
    assert found.mixture == pytest.approx(2.5) and found.error == pytest.approx(0.0, abs=1e-12)
    assert (found.components < 2.5).all()


def test_the_traces_of_fits_joined_are_a_trace_of_their_mixture():
    data = bt.datasets.gap_sine(10)
    net = bt.network(data.x, data.y, hidden=(2,))
    with pytest.warns(bt.ConvergenceWarning):
        fits = [bt.fit(net, num_steps=40, seed=seed) for seed in (5, 6)]
    traces = [f.approximation.sample(20, seed=5 + k) for k, f in enumerate(fits)]
    joined = bt.concatenate(traces)
    z = Mixture([f.approximation for f in fits]).draw(20, seed=5)
    values, _ = bt.LogDensity(net).unflatten(z)
    for path, array in joined["posterior"].items():
        np.testing.assert_allclose(array.values, values[path], rtol=1e-5, atol=1e-6)
    new = bt.network(data.grid(num_points=7), hidden=(2,))
    predicted = bt.sample_posterior_predictive(new, joined, seed=0)["posterior_predictive"]
    assert predicted["network.f"].shape == (2, 20, 7, 1)


def test_nothing_cannot_be_mixed():
    with pytest.raises(ArgumentError, match="no component"):
        Mixture([])
