"""What once was a wrong answer without a word: each kind in three models, and what is told of it.

That a frozen fit gains by going on is tested in ``vi/test_distance.py``, that chains disagree in
``test_inference.py``, in three models each.
"""

import copy
import os
import pickle
import re
import signal
import time
import warnings

import cloudpickle
import numpy as np
import pytest
import scipy.stats

import bnn_teach as bt
from bnn_teach import errors as e
from bnn_teach.density import LogDensity, log_joint
from bnn_teach.engine.runtime import tf, tfp
from bnn_teach.traces import make_trace
from tests.test_everywhere import ALL

X = np.linspace(-1.0, 1.0, 7)
C = X[:, None]
COUNTS = np.array([1, 0, 2, 1, 3, 2, 4])
GROUP = np.array([0, 1, 2, 0, 1, 2, 0])


@bt.model
def line(x, y=None, scale=0.5):
    slope = yield bt.Normal("slope", 0.0, 1.0)
    yield bt.Normal("obs", slope * x, scale, observed=y)


@bt.model
def counts(x, y=None, exposure=1.0):
    slope = yield bt.Normal("slope", 0.0, 1.0)
    yield bt.Poisson("obs", exposure * tf.exp(slope * x), observed=y)


@bt.model
def groups(y=None, spread=1.0):
    mean = yield bt.Normal("mean", 0.0, spread, batch_stack=(3, 1))
    yield bt.Normal("obs", mean, 1.0, observed=y)


def network(x=C, y=C, **options):
    return bt.network(x, y, hidden=(2,), **options)


# Numbers of the model.


@pytest.mark.parametrize(
    ("model", "other", "text"),
    [
        (line(X, X), line(X, scale=0.1), "scale is 0.1 here and was 0.5"),
        (counts(X, COUNTS), counts(X, exposure=2.0), "exposure is 2 here and was 1"),
        (network(), network(y=None, noise_scale=0.5), "noise_scale is 0.5 here and was"),
        (groups(C[:3]), groups(spread=3.0), "spread is 3 here and was 1"),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_draws_that_were_made_with_other_numbers(model, other, text):
    density = LogDensity(model)
    values = density.unflatten(np.zeros((1, 2, density.size)))[0]
    trace = make_trace(density.structure, {"posterior": values})
    with pytest.warns(bt.ArgumentWarning, match=text):
        bt.sample_posterior_predictive(other, trace, seed=0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        bt.sample_posterior_predictive(model, trace, seed=0)


# What enters a model, and what stands in it.


def stepped(step, *data):
    """A model that is a function of one random number."""

    @bt.model
    def stepped(*data):
        a = yield bt.Normal("a", 0.0, 1.0)
        yield step(a, *data)

    return stepped(*data)


def in_a_model(step):
    return lambda: LogDensity(stepped(lambda a, x: bt.Normal("obs", step(a, x), observed=X), X))


def held(step):
    return lambda: LogDensity(stepped(step, X))


@bt.model
def cast(number):
    a = yield bt.Normal("a", 0.0, 1.0)
    yield bt.Normal("b", a * tf.cast(number, bt.get_dtype()), 1.0)


WRONG = {
    "booleans": [
        (lambda: LogDensity(line(X > 0, X)), e.DtypeError, "bool"),
        (lambda: LogDensity(counts(X > 0, COUNTS)), e.DtypeError, "bool"),
        (lambda: LogDensity(network(C > 0)), e.DtypeError, "bool"),
        (in_a_model(lambda a, x: x > 0), e.DtypeError, "booleans, expected numbers"),
        (in_a_model(lambda a, x: [a, True]), e.DtypeError, "booleans"),
        (in_a_model(lambda a, x: [a, x[0] > 0]), e.DtypeError, "booleans"),
        (in_a_model(lambda a, x: (x > 0) * a), e.DtypeError, "bool"),
        (
            in_a_model(lambda a, x: a * tf.cast((x > 0) * GROUP, a.dtype)),
            e.DtypeError,
            "times bool",
        ),
        (held(lambda a, x: bt.Deterministic("d", a * (x > 0))), e.DtypeError, "times bool"),
        (
            held(lambda a, x: bt.Deterministic("d", tf.constant(X > 0) * a)),
            e.DtypeError,
            "tf.where",
        ),
    ],
    "wide data": [
        (lambda: LogDensity(line(X, np.eye(7))), e.ObservedError, r"\(7, 7\)"),
        (lambda: LogDensity(network(C[:1], C)), e.ObservedError, r"\(7, 1\)"),
        (lambda: LogDensity(network(C, np.hstack([C, C]))), e.ObservedError, r"\(7, 2\)"),
        (lambda: LogDensity(groups(np.ones((3, 4)))), e.ObservedError, r"\(3, 4\)"),
    ],
    "inner sizes": [
        (in_a_model(lambda a, x: bt.dense(x[:, None], a * tf.ones((3, 2)))), e.ShapeError, "dense"),
        (lambda: bt.dense(tf.ones((7, 3)), tf.ones((1, 2))), e.ShapeError, r"\(7, 3\).*\(1, 2\)"),
        (lambda: bt.dense(tf.ones((7, 20)), tf.ones((21, 20))), e.ShapeError, r"\(21, 20\)"),
        (lambda: bt.dense(tf.ones((7, 2)), tf.ones((2, 3)), tf.ones((7, 1))), e.ShapeError, "bias"),
        (lambda: bt.dense(tf.ones((2, 7, 1)), tf.ones((1, 2))), e.ShapeError, r"\(2, 7, 1\)"),
    ],
    "no rows": [
        (lambda: line(X, X[:0]), e.ArgumentError, r"'y': got an array of shape \(0,\)"),
        (lambda: network(C, C[:0]), e.ArgumentError, r"'y': got an array of shape \(0, 1\)"),
        (lambda: groups(C[:, :0]), e.ArgumentError, r"'y': got an array of shape \(7, 0\)"),
        (lambda: LogDensity(groups(spread=[])), e.ArgumentError, r"scale: got shape \(0,\)"),
        (in_a_model(lambda a, x: a * x[:0]), e.ArgumentError, r"loc: got shape \(0,\)"),
        (held(lambda a, x: bt.Potential("p", a * x[:0])), e.ShapeError, r"p: got shape \(0,\)"),
        (held(lambda a, x: bt.Deterministic("d", x[9:])), e.ShapeError, r"d: got shape \(0,\)"),
    ],
    "numbers that float32 cannot tell apart": [
        (lambda: line(1e8 + X, X), e.ArgumentError, "'x': .*7 different values become"),
        (lambda: network(2460000.5 + C / 99), e.ArgumentError, "'x': .*7 different values become"),
        (lambda: counts(X, COUNTS, 16777217.0 + X), e.ArgumentError, "'exposure': .*become"),
        (lambda: groups(C[:3] + 1e9), e.ArgumentError, "'y': .*3 different values become"),
        (lambda: LogDensity(line(X, 10**9 + GROUP)), e.ArgumentError, "'y': .*become 1"),
        (lambda: LogDensity(line(X), {"line.obs": 1e9 + X}), e.ObservedError, "7 diff.*become"),
        (lambda: LogDensity(cast(10**9 + GROUP)), e.ArgumentError, "'number': .*become 1"),
        (in_a_model(lambda a, x: a * tf.cast(1e9 + X, a.dtype)), e.ArgumentError, "line .*become"),
        (
            held(lambda a, x: bt.Normal("obs", a, 1.0, observed=1e9 + X)),
            e.ObservedError,
            "obs: the observed value: .*become",
        ),
    ],
}


@pytest.mark.parametrize("kind", WRONG)
def test_what_is_refused(kind):
    for typed, error, text in WRONG[kind]:
        with pytest.raises(error, match=text):
            typed()


@pytest.mark.parametrize("model", [line(X), network(y=None), groups()], ids=lambda m: m.name)
def test_no_data(model):
    with pytest.warns(e.NothingObservedWarning, match=f"'{model.name}' observes nothing"):
        LogDensity(model).structure.warn_without_data(1)


# A model is a function of its arguments.


def counting():
    calls = 0

    def count(*_):
        nonlocal calls
        calls += 1
        return float(calls)

    return count


def listing(calls):
    def count(*_):
        calls.append(1)
        return float(len(calls))

    return count


def chance():
    rng = np.random.default_rng(0)
    return {
        "np.random": np.random.normal,
        "a generator": rng.normal,
        "tf.random": lambda: tf.random.normal([]),
        "sample": lambda: bt.Normal.dist(0.0, 1.0).sample(),
        "a counter": counting(),
        "a list": listing([]),
        "an iterator": iter(np.arange(100.0)).__next__,
        "SciPy": lambda: float(scipy.stats.norm.rvs()),
        "hash": lambda: float(hash(object()) % 1009),
        "a clock": time.perf_counter,
        "the system": lambda: float(os.urandom(1)[0]) + time.perf_counter(),
    }


@pytest.mark.parametrize("how", chance())
def test_chance_and_change(how):
    """In a likelihood, in the data that a model holds itself, and in a model inside."""
    draw = chance()[how]
    models = [
        stepped(lambda a, x: bt.Normal("obs", a + draw(), 1.0, observed=x), X),
        stepped(lambda a, x: bt.Poisson("obs", log_rate=a * x * draw(), observed=COUNTS), X),
        stepped(lambda a, x: stepped(lambda b: bt.Potential("p", -((a - b - draw()) ** 2))), X),
    ]
    if "tf" not in how and how != "sample":  # there, data are computed
        models.append(stepped(lambda a, x: bt.Normal("obs", a, 1.0, observed=X + draw()), X))
    for model in models:
        with pytest.raises(e.ModelError, match=r"random numbers|at every run"):
            LogDensity(model)


def test_a_density_at_named_values_is_no_chance_either():
    draw = counting()
    model = stepped(lambda a, x: bt.Normal("obs", a + draw(), 1.0, observed=x), X)
    with pytest.raises(e.ModelError, match="at every run"):
        log_joint(model, {"stepped.a": 0.0})
    assert np.isfinite(log_joint(line(X, X), {"line.slope": 0.0}))


VARIABLE = tf.Variable(2.0)
LAYER = tf.keras.layers.Dense(1)
LAYER(C)


@pytest.mark.parametrize(
    "step",
    [
        lambda a, x: bt.Normal("obs", a * VARIABLE, 1.0, observed=x),
        lambda a, x: bt.Normal("obs", a, VARIABLE, observed=x),
        lambda a, x: bt.Potential("p", a * VARIABLE.assign_add(1.0)),
        lambda a, x: bt.Normal("obs", a * LAYER(x[:, None]), 1.0),
        lambda a, x: bt.Deterministic("d", a * tf.Variable(1.0)),
    ],
)
def test_variables_of_tensorflow(step):
    with pytest.raises(e.ModelError, match=r"line \d+, .*a tf.Variable, .*Pass its numbers"):
        LogDensity(stepped(step, X))


def test_a_variable_as_an_argument_is_a_number():
    assert LogDensity(line(X, X, VARIABLE)).log_prob([0.1]) == LogDensity(line(X, X, 2.0)).log_prob(
        [0.1]
    )


@pytest.mark.parametrize(
    "read", [np.loadtxt, np.genfromtxt, np.load, lambda f: float(f.read_text())]
)
def test_a_file_is_read_again(read, tmp_path):
    file = tmp_path / "number"
    model = stepped(lambda a, x: bt.Potential("p", -a * float(read(file))), X)
    found = []
    for number in (1.0, 3.0):
        if read is np.load:
            with file.open("wb") as opened:
                np.save(opened, number)
        else:
            file.write_text(f"{number}")
        found.append(LogDensity(model).log_prob([0.5]))
    assert found[0] - found[1] == pytest.approx(1.0)


# Minibatches.


@bt.model
def centred(x, y):
    slope = yield bt.Normal("slope", 0.0, 1.0)
    yield bt.Normal("obs", slope * (x - tf.reduce_mean(x)), 1.0, observed=y)


@bt.model
def shrunk(x, y):
    slope = yield bt.Normal("slope", 0.0, 1.0 / x.shape[0])
    yield bt.Normal("obs", slope * x, 1.0, observed=y)


@bt.model
def together(x, y):
    slope = yield bt.Normal("slope", 0.0, 1.0)
    yield bt.MvNormal("obs", slope * x, tf.eye(x.shape[0]), observed=y)


@bt.model
def weighed(x, y):
    slope = yield bt.Normal("slope", 0.0, 1.0)
    yield bt.Normal("obs", slope * x, 1.0, observed=y)
    yield bt.Potential("fit", -tf.reduce_sum((slope * x - y) ** 2))


@bt.model
def sized(x, y):
    slope = yield bt.Normal("slope", 0.0, 1.0)
    yield bt.Normal("obs", slope * x, 1.0, observed=y)
    yield bt.Potential("size", -float(x.shape[0]) * slope**2)


@pytest.mark.parametrize(
    ("model", "path"),
    [
        (centred, "centred.obs"),
        (shrunk, "shrunk.slope"),
        (together, "together.obs"),
        (weighed, "weighed.fit"),
        (sized, "sized.size"),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_terms_that_a_batch_would_change(model, path):
    with pytest.raises(e.ArgumentError, match=re.escape(path)):
        bt.fit(model(X, X**2), num_steps=2, batch_size=3, seed=0, progress=False)


# Methods.


class Lab:
    width = 2.0

    @bt.model
    def method(self, x, y=None):
        slope = yield bt.Normal("slope", 0.0, self.width)
        yield bt.Normal("obs", slope * x, 1.0, observed=y)

    @classmethod
    @bt.model
    def of_class(cls, x, y=None):
        slope = yield bt.Normal("slope", 0.0, cls.width)
        yield bt.Normal("obs", slope * x, 1.0, observed=y)

    @staticmethod
    @bt.model
    def static(x, y=None, width=2.0):
        slope = yield bt.Normal("slope", 0.0, width)
        yield bt.Normal("obs", slope * x, 1.0, observed=y)

    @bt.model
    def around(self, x, y=None):
        yield self.method(x, y)


@pytest.mark.parametrize("name", ["method", "of_class", "static", "around"])
def test_methods_are_bound(name):
    density = LogDensity(getattr(Lab(), name)(X, X))
    fall = density.log_prob([0.0]) - density.log_prob([0.5])
    assert fall == pytest.approx(0.125 / 4 + 0.5 * np.sum((X / 2) ** 2 - X**2), rel=1e-5)
    assert next(iter(density.structure.observed.values())).shape == (7,)


# Copies, and other processes.


@pytest.fixture(scope="module")
def fit():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", bt.ConvergenceWarning)
        return bt.fit(Lab().method(X, X), num_steps=5, seed=0, progress=False)


WAYS = {
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "pickle": lambda value: pickle.loads(pickle.dumps(value)),
    "cloudpickle": lambda value: pickle.loads(cloudpickle.dumps(value)),
}


@pytest.mark.parametrize("way", WAYS)
def test_copies_are_the_same(way, fit):
    twin = WAYS[way](fit)
    assert twin.converged == fit.converged and twin.settings == fit.settings
    np.testing.assert_array_equal(twin.losses, fit.losses)
    draws = [f.approximation.sample(5, seed=0)["posterior"] for f in (fit, twin)]
    assert draws[0].identical(draws[1])
    for model in (line(X, X), counts(X, COUNTS), network(), groups(C[:3]), Lab().around(X, X)):
        first, second = LogDensity(model), WAYS[way](LogDensity(WAYS[way](model)))
        z = np.linspace(-1.0, 1.0, first.size)
        np.testing.assert_array_equal(first.log_prob(z), second.log_prob(z))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", ALL)
def test_copies_of_variables_are_the_same(way, name):
    parameters, value = ALL[name][0](tf.constant(0.7)), np.asarray(ALL[name][1], np.float32)
    for variable in (
        getattr(bt, name)("v", **parameters, observed=value),
        bt.Distribution("v", getattr(bt, name).dist(**parameters)),
    ):
        twin = WAYS[way](variable)
        assert repr(twin) == repr(variable) and twin.support.name == variable.support.name
        assert (twin.bijector is None) == (variable.bijector is None)
        densities = [v.distribution.log_prob(value).numpy() for v in (variable, twin)]
        np.testing.assert_array_equal(*densities)


@pytest.mark.parametrize("way", WAYS)
def test_copies_of_other_distributions_are_the_same(way):
    tfd = tfp.distributions
    for distribution in (
        tfd.Gumbel(0.0, 1.0),
        tfd.Independent(tfd.Normal([0.0, 1.0], 1.0), 1),
        tfd.TransformedDistribution(tfd.Normal(0.0, 1.0), tfp.bijectors.Exp()),
        tfd.Sample(tfd.Normal(0.0, 1.0), 2),
    ):
        twin = WAYS[way](distribution)
        value = 0.5 * np.ones(distribution.event_shape, np.float32)
        assert twin.log_prob(value) == distribution.log_prob(value)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.parametrize("verb", ["density", "fit", "prediction", "sample"])
def test_a_forked_process_is_told_to_spawn(verb):
    verbs = {
        "density": lambda: LogDensity(line(X, X)),
        "fit": lambda: bt.fit(counts(X, COUNTS)),
        "prediction": lambda: bt.sample_prior_predictive(groups()),
        "sample": lambda: bt.sample(network()),
    }
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # that threads run beside it
        child = os.fork()
    if child == 0:
        signal.alarm(60)
        try:
            verbs[verb]()
        except e.InferenceError as error:
            os.write(writing, str(error).encode())
        finally:
            os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with os.fdopen(reading) as told:
        assert re.search(r"was forked after.*expected a fresh one\. Use .*spawn", told.read())
