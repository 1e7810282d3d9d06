"""Every named distribution works everywhere: inferred and observed, sampled, fitted and predicted.

One model holds each family, as a prior or as a likelihood, of a number, a vector or a matrix; the
other turn has the other role, the next form, the other verbs and the other dtype. That XLA compiles
each family is tested where the families are, so here nothing is compiled. With a loop in it, the
model is written out for each chain instead of mapped over chains, which is faster to trace.
"""

import warnings

import numpy as np
import pytest

import bnn_teach as bt
from bnn_teach.density import LogDensity
from bnn_teach.dsl import distributions
from bnn_teach.engine.runtime import tf
from bnn_teach.errors import ConvergenceWarning, InferenceError


def _each(t, *values):
    return t[..., None] * tf.constant(values, t.dtype)


SCALE = lambda t: {"scale": t}, 0.7
LOC = lambda t: {"loc": t}, 0.7
COVARIANCE, FACTOR = [[1.0, 0.5], [0.5, 2.0]], [[1.0, 0.0], [0.5, 2.0]]
CONTINUOUS = {
    **dict.fromkeys(["Normal", "Cauchy", "Laplace", "Logistic", "LogNormal", "LogitNormal"], LOC),
    **dict.fromkeys(["HalfNormal", "HalfCauchy"], SCALE),
    "StudentT": (lambda t: {"df": 4.0, "loc": t}, 0.7),
    "HalfStudentT": (lambda t: {"df": 4.0, "scale": t}, 0.7),
    "Uniform": (lambda t: {"low": -1.0, "high": 2.0 + t}, 0.7),
    "TruncatedNormal": (lambda t: {"loc": t, "low": 0.0}, 0.7),
    "Beta": (lambda t: {"concentration1": 2.0 * t, "concentration0": 2.0}, 0.7),
    "VonMises": (lambda t: {"loc": t, "concentration": 2.0}, 0.7),
    "Exponential": (lambda t: {"rate": t}, 0.7),
    "Gamma": (lambda t: {"concentration": 2.0 * t, "rate": 2.0}, 0.7),
    "InverseGamma": (lambda t: {"concentration": 3.0 * t, "scale": 2.0}, 0.7),
    "Weibull": (lambda t: {"concentration": 2.0, "scale": t}, 0.7),
    "Pareto": (lambda t: {"concentration": 3.0 * t}, 1.7),
    "Mixture": (lambda t: _two_components(t), 0.7),
    "Dirichlet": (lambda t: {"concentration": _each(t, 2.0, 3.0, 4.0)}, [0.2, 0.3, 0.5]),
    "MvNormal": (lambda t: {"loc": _each(t, 1, 2), "covariance_matrix": COVARIANCE}, [0.7, 0.2]),
    "MvNormalCholesky": (lambda t: {"loc": _each(t, 1, 2), "scale_tril": FACTOR}, [0.7, 0.2]),
    "Ordered": (lambda t: {"distribution": _one_number(t), "size": 3}, [-1.0, 0.2, 0.7]),
    "LKJCholesky": (lambda t: {"dimension": 2, "concentration": 1 + t}, [[1.0, 0.0], [0.6, 0.8]]),
}
DISCRETE = {
    "Bernoulli": (lambda t: {"logits": t}, 1),
    "Binomial": (lambda t: {"total_count": 5.0, "logits": t}, 3),
    "BetaBinomial": (
        lambda t: {"total_count": 5.0, "concentration1": t, "concentration0": 2.0},
        3,
    ),
    "Categorical": (lambda t: {"logits": _each(t, 1.0, 2.0, 0.0)}, 2),
    "Poisson": (lambda t: {"log_rate": t}, 3),
    "NegativeBinomial": (lambda t: {"total_count": 2.5, "logits": t}, 3),
    "Geometric": (lambda t: {"logits": t}, 3),
    "DiscreteUniform": (lambda t: {"low": 0.0, "high": tf.round(6.0 + 0.0 * t)}, 3),
    "OrderedLogistic": (lambda t: {"cutpoints": [-1.0, 1.0], "loc": t}, 2),
}
ALL = CONTINUOUS | DISCRETE


def _two_components(t):
    return {"weights": [0.4, 0.6], "components": bt.Normal.dist(_each(t, -1.0, 1.0), 0.5)}


def _one_number(t):
    return bt.Normal.dist(tf.reduce_mean(t))


def _axes(name, turn):
    """Return the axes of the parameters, and of the copies that are stacked in front of them."""
    batch, stack = [((), ()), ((3,), ()), ((3,), (2,))][(list(ALL).index(name) + turn) % 3]
    if name == "Ordered":  # its parameter is one distribution
        return (), stack + batch
    return batch, stack


def _is_inferred(name, turn):
    return name in CONTINUOUS and (list(ALL).index(name) + turn) % 2 == 0


@bt.model
def everywhere(turn):
    t = yield bt.LogNormal("t", 0.0, 0.2)
    for name, (given, value) in ALL.items():
        batch, stack = _axes(name, turn)
        parameters = given(t * tf.ones(batch, t.dtype))
        if _is_inferred(name, turn):
            yield getattr(bt, name)(name, **parameters, batch_stack=stack or None)
        else:
            data = np.broadcast_to(value, (*stack, *batch, *np.shape(value)))
            yield getattr(bt, name)(name, **parameters, observed=data)
    means = tf.scan(lambda m, v: t * m + v, t * tf.ones(4, t.dtype))
    yield bt.Normal("loop", means, 1.0, observed=np.arange(4.0))


@pytest.fixture
def uncompiled(monkeypatch):
    """Run programs as TensorFlow's graphs, as they are: compiling all families takes minutes."""
    real = tf.function
    monkeypatch.setattr(tf, "function", lambda *a, jit_compile=None, **k: real(*a, **k))
    tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
    yield
    tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": False})


def check(tree, group, turn):
    """Draws are finite, in the working dtype, of the shape that their form says."""
    for path, draws in tree[group].data_vars.items():
        assert np.isfinite(draws.values).all(), path
        name = path.removeprefix("everywhere.")
        if name in CONTINUOUS:
            assert draws.dtype == bt.get_dtype().name, path
        if name in ALL:
            batch, stack = _axes(name, turn)
            event = () if group == "log_likelihood" else np.shape(ALL[name][1])
            assert draws.shape[2:] == (*stack, *batch, *event), path


def test_all_are_here():
    assert set(ALL) == {
        n for n, v in vars(distributions).items() if isinstance(v, distributions.Family)
    }


@pytest.mark.slow
@pytest.mark.usefixtures("uncompiled")
def test_sampled_and_predicted():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        options = {"include_log_likelihood": True, "seed": 0, "progress": False}
        trace = bt.sample(everywhere(0), 3, 3, 1, **options)
    check(trace, "posterior", 0)
    check(trace, "log_likelihood", 0)
    check(bt.sample_posterior_predictive(everywhere(0), trace), "posterior_predictive", 0)


@pytest.mark.slow
@pytest.mark.usefixtures("uncompiled", "float64")
def test_fitted_and_drawn_from_the_prior():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        fit = bt.fit(everywhere(1), num_steps=3, samples_per_step=1, seed=0, progress=False)
    check(fit.approximation.sample(3, seed=0), "posterior", 1)
    prior = bt.sample_prior_predictive(everywhere(1), 3, seed=0)
    check(prior, "prior", 1)
    check(prior, "prior_predictive", 1)


@pytest.mark.parametrize("name", DISCRETE)
def test_discrete_ones_are_not_inferred(name):
    @bt.model
    def latent():
        yield getattr(bt, name)("k", **DISCRETE[name][0](tf.ones([], bt.get_dtype())))

    with pytest.raises(InferenceError, match=f"latent.k: {name} is discrete.*bt.Mixture"):
        LogDensity(latent())
