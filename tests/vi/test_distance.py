"""A frozen fit gains by going on; one that has arrived does not, and is left as it was."""

import numpy as np
import pytest

import bnn_teach as bt
from bnn_teach.density import LogDensity
from bnn_teach.engine.runtime import tf
from bnn_teach.vi.distance import distance
from bnn_teach.vi.families import start_gaussian
from bnn_teach.vi.fit import optimise
from tests.vi.test_fit import SETTINGS

SETTINGS = SETTINGS._replace(num_steps=3000, learning_rate=0.02, final_learning_rate=2e-4)


@bt.model
def far(x):
    loc = yield bt.Normal("loc", 0.0, 1000.0)
    yield bt.Normal("obs", loc, 1.0, observed=x)


@bt.model
def line(x, y):
    w = yield bt.Normal("w", 0.0, 100.0, batch_stack=2)
    yield bt.Normal("obs", w[0] + w[1] * x, 0.5, observed=y)


@bt.model
def counts(y):
    rate = yield bt.LogNormal("rate", 0.0, 3.0)
    yield bt.Poisson("obs", rate * tf.ones(5), observed=y)


X = np.linspace(-1.0, 1.0, 20)
MODELS = {
    "far": lambda: far(np.array([3.0, 4.0, 5.0])),
    "line": lambda: line(X, 3.0 - 4.0 * X),
    "counts": lambda: counts(np.array([40.0, 44.0, 38.0, 41.0, 50.0])),
}


def fitted(name, **settings):
    settings = SETTINGS._replace(**settings)
    density = LogDensity(MODELS[name]())
    start = start_gaussian("advi", np.zeros(density.size, np.float32), 0.1)
    q, _ = optimise(density, start, settings)
    return density, q, settings


@pytest.mark.parametrize("name", MODELS)
def test_frozen_fits_gain_and_healthy_ones_do_not(name):
    """Too short for its decay, too slow from the start, and long enough."""
    density, q, settings = fitted(name, num_steps=6000)
    kept = [p.copy() for p in q]
    found = distance(density, q, settings, wide=True)
    assert found.gain < 0.1 and found.error < 0.05 and found.elbo_error > 0.0
    assert found == distance(density, q, settings, wide=True)
    for before, after in zip(kept, q, strict=True):
        np.testing.assert_array_equal(before, after)
    for frozen in ({"num_steps": 200}, {"learning_rate": 1e-5, "final_learning_rate": 1e-7}):
        found = distance(*fitted(name, **frozen), wide=False)
        assert found.gain > max(1.0, 10 * found.error) and not found.settling


def test_fit_whose_rate_never_falls_gains_by_letting_it_fall():
    found = distance(*fitted("line", learning_rate=1.0, final_learning_rate=1.0), wide=False)
    assert found.gain > max(0.5, 10 * found.error)


def test_fit_that_runs_away_has_no_gain():
    density, q, settings = fitted("far")
    found = distance(density, q, settings._replace(learning_rate=1e30), wide=False)
    assert np.isnan(found.gain) and np.isnan(found.error)


@pytest.mark.parametrize("final", [1.0, 0.01])
def test_a_fit_that_a_large_rate_has_thrown_out_gains_from_its_mean(final):
    """Neither going on nor letting the rate fall brings it back."""
    data = bt.datasets.gap_sine()
    net = bt.network(data.x, data.y, hidden=(5,))
    with pytest.warns(bt.ConvergenceWarning, match=r"poor mode: .* and that rate\."):
        bt.fit(net, num_steps=3000, learning_rate=1.0, final_learning_rate=final, seed=0)
