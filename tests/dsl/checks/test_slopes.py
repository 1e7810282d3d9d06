"""A gradient that was cut is found; kinks, steps, steepness and noise are no reason to say so."""

import numpy as np
import pytest

import bnn_teach as bt
from bnn_teach.density import LogDensity
from bnn_teach.dsl.checks.slopes import check_slopes
from bnn_teach.engine.runtime import tf, tfp
from bnn_teach.errors import InferenceError

pytestmark = pytest.mark.filterwarnings("ignore:distutils Version classes")  # TFP's solvers
X = np.linspace(-1.0, 1.0, 7)


@bt.model
def stepped(x, step):
    a = yield bt.Normal("a", 0.0, 1.0)
    yield bt.Normal("b", 0.0, 1.0)
    yield step(a, x)


def around(function):
    return lambda a, x: bt.Normal("obs", function(a, x), 1.0, observed=x)


def decay(a, x, constants):
    solver = tfp.math.ode.DormandPrince()
    if constants:
        return solver.solve(
            lambda t, y, a: -tf.exp(a) * y, 0.0, tf.ones(1), x + 1.5, constants={"a": a}
        ).states[:, 0]
    return solver.solve(lambda t, y: -tf.exp(a) * y, 0.0, tf.ones(1), x + 1.5).states[:, 0]


@pytest.mark.parametrize(
    "step",
    [
        around(lambda a, x: tf.stop_gradient(a) * x),
        around(lambda a, x: decay(a, x, constants=False)),
        lambda a, x: bt.Poisson("obs", tf.exp(tf.stop_gradient(2.0 * a)), observed=[1, 2, 9]),
        lambda a, x: bt.Potential("p", -9.0 * tf.stop_gradient(a) ** 2),
    ],
)
def test_a_gradient_that_was_cut(step):
    with pytest.raises(InferenceError, match=r"stepped\.a: the gradient .*constants=\{"):
        LogDensity(stepped(X, step))


@pytest.mark.parametrize(
    "step",
    [
        around(lambda a, x: decay(a, x, constants=True)),
        around(lambda a, x: tf.nn.relu(a * x)),
        around(lambda a, x: tf.where(x < a, 1.0, 0.0)),
        around(lambda a, x: tf.round(9.0 * a) * x),
        around(lambda a, x: tf.sort(a * x)),
        around(lambda a, x: tf.sin(300.0 * a * x)),
        lambda a, x: bt.Normal("obs", a * x, 1e-5, observed=x),
        lambda a, x: bt.Cauchy("obs", a * x, 1e-4, observed=x),
        lambda a, x: bt.Potential("p", 1e7 - a**2),
        lambda a, x: bt.Potential("p", 1e9 * tf.sin(1e6 * a)),
    ],
)
def test_what_only_looks_like_it(step):
    assert LogDensity(stepped(X, step)).size == 2


def test_networks_raise_no_alarm():
    density = LogDensity(bt.network(X[:, None], X[:, None]))
    for seed in range(40):
        z = np.random.default_rng(seed).uniform(-2.0, 2.0, density.size).astype(density.dtype)
        check_slopes(density._sized, z, density.slots)
