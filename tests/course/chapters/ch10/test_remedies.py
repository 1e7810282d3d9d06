"""The remedies of notebook 10: masses that are known, starts and particles that are the model's."""

import numpy as np
import pytest
import xarray as xr
from scipy import stats

import bnn_teach as bt
from bnn_teach.course.chapters.ch10 import remedies

Y = np.random.default_rng(0).normal(1.0, 1.0, 20)
EXACT = Y.sum() / (len(Y) + 0.01), (len(Y) + 0.01) ** -0.5  # mean and sd


@bt.model
def mean_of(y):
    loc = yield bt.Normal("loc", 0.0, 10.0)
    yield bt.Normal("obs", loc, 1.0, observed=y)


def test_ladders_find_both_masses():
    draws = remedies.ladders([0.0, 12.0], [0.7, 0.3], [1, 0.3, 0.1, 0.03], 1000, seed=1)
    assert draws.shape == (4, 1000)
    second = (draws > 6).astype(float)
    error = float(bt.function_diagnostics(second)["mcse_mean"])
    assert abs(second.mean() - 0.3) < 4.5 * error < 0.15
    assert np.all((second.mean(axis=1) > 0) & (second.mean(axis=1) < 1))


def test_chains_from_modes_and_particles_are_draws_of_the_posterior():
    chains = remedies.from_modes(mean_of(Y), 300, 200, seed=1)["posterior"]
    particles = remedies.tempered(mean_of(Y), 500, seed=1)["posterior"]
    assert chains["mean_of.loc"].shape == (4, 300)
    assert particles["mean_of.loc"].shape == (500,)
    trace = bt.sample(mean_of(Y), 300, 200, seed=1, include_log_likelihood=True)
    found = remedies.stacked(trace, seed=1)
    assert found["weights"].sum() == pytest.approx(1, abs=0.02)
    stacked = found["posterior"]["mean_of.loc"]
    assert stacked.shape == (1200,)
    for draws in (chains["mean_of.loc"].values, particles["mean_of.loc"], stacked):
        # worth 100 independent draws at least
        assert abs(draws.mean() - EXACT[0]) < 4.5 * EXACT[1] / 10
        assert abs(draws.std() / EXACT[1] - 1) < 4.5 / 200**0.5


@pytest.mark.parametrize("better", [0, 2])
def test_the_chain_that_predicts_gets_the_weight(better):
    """Of three chains one knows the mean of the data, the others are three sds off."""
    rng = np.random.default_rng(2)
    loc = EXACT[0] + EXACT[1] * rng.standard_normal((3, 400))
    loc[np.arange(3) != better] += 3.0
    likelihood = stats.norm.logpdf(Y, loc[..., None], 1.0)
    groups = {
        "posterior": xr.Dataset({"loc": (("chain", "draw"), loc)}),
        "log_likelihood": xr.Dataset({"obs": (("chain", "draw", "point"), likelihood)}),
    }
    trace = xr.DataTree.from_dict(groups)
    weights = remedies.stacking_weights(trace)
    assert weights.shape == (3,) and weights.sum() == pytest.approx(1)
    assert weights[better] > 0.95
