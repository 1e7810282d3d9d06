"""One look at a model: arguments are inputs, a known model is not run again, nor a changing one."""

import copy
import math
import sys
import warnings

import numpy as np
import pytest

import bnn_teach as bt
from bnn_teach.density import LogDensity
from bnn_teach.dsl.model import Model
from bnn_teach.engine.programs import Compiled
from bnn_teach.engine.runtime import tf
from bnn_teach.errors import (
    ArgumentError,
    ArgumentWarning,
    BnnTeachError,
    ModelError,
    SizeWarning,
)

X = np.linspace(-1.0, 1.0, 7)
QUIET = {"seed": 0, "progress": False}


@bt.model
def line(x, y=None, prior_scale=1.0, noise_scale=0.5):
    slope = yield bt.Normal("slope", 0.0, prior_scale)
    f = yield bt.Deterministic("f", slope * x)
    yield bt.Normal("obs", f, noise_scale, observed=y)


def sampled(model):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", bt.ConvergenceWarning)
        return bt.sample(model, 50, 50, 2, **QUIET)


def fitted(model):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", bt.ConvergenceWarning)
        return bt.fit(model, num_steps=200, **QUIET)


@pytest.fixture
def runs(monkeypatch):
    """The models whose generators were started, in order."""
    started, start = [], Model.start
    monkeypatch.setattr(Model, "start", lambda self: (started.append(self.name), start(self))[1])
    return started


@pytest.fixture
def traced(monkeypatch):
    """One entry for each program that is traced, which every compilation begins with."""
    found, trace = [], Compiled.trace
    monkeypatch.setattr(
        Compiled,
        "trace",
        lambda self, *a: (found.append(self) if self._concrete is None else None, trace(self, *a)),
    )
    return found


# Arguments are data.


@pytest.mark.parametrize("kind", [float, np.float32, np.float64, np.asarray])
def test_another_number_neither_traces_nor_compiles(kind, traced):
    sampled(line(X, X, prior_scale=kind(1.0)))
    fits = fitted(line(X, X))
    bt.sample_prior_predictive(line(X, X), 5, seed=0)
    bt.sample_posterior_predictive(line(X), sampled(line(X, X)), seed=0)
    traced.clear()
    for scale in (1.1, 1.2):
        trace = sampled(line(X, X, prior_scale=kind(scale)))
        assert trace.attrs["trace_time"] == trace.attrs["compile_time"] == 0
        assert trace["constant_data"]["prior_scale"].item() == np.float32(scale)
        fits = fitted(line(X, X, kind(scale)))
        bt.sample_prior_predictive(line(X, X, kind(scale)), 5, seed=0)
        bt.sample_posterior_predictive(line(X, None, kind(scale)), trace, seed=0)
    assert not traced and np.isfinite(fits.losses).all()


def test_a_number_has_the_effect_that_it_had_as_a_constant():
    @bt.model
    def constant(x, y):
        slope = yield bt.Normal("slope", 0.0, 0.3)
        yield bt.Normal("obs", slope * x, 0.7, observed=y)

    z = np.linspace(-2.0, 2.0, 5)[:, None]
    given = LogDensity(line(X, X, prior_scale=0.3, noise_scale=0.7)).log_prob(z)
    np.testing.assert_allclose(given, LogDensity(constant(X, X)).log_prob(z), rtol=1e-6)


def by_branch(scale):
    return 2.0 if scale > 1.0 else 1.0


NEEDS = {
    "if": by_branch,
    "math": lambda scale: math.sqrt(scale),
    "numpy": lambda scale: np.sqrt(scale),
    "int": lambda scale: float(int(scale) + 1),
    "max": lambda scale: max(scale, 1.0),
    "table": lambda scale: {0.5: 1.0, 4.0: 3.0}[scale],
    "format": lambda scale: float(f"{scale:.1f}"),
    "method": lambda scale: 1.0 + scale.is_integer(),
    "full": lambda scale: np.full(1, scale)[0],
}


@pytest.mark.parametrize("how", NEEDS)
def test_a_number_that_python_needs_is_a_constant_by_itself(how):
    @bt.model
    def m(y, scale, other):
        loc = yield bt.Normal("loc", 0.0, NEEDS[how](scale))
        yield bt.Normal("obs", loc, other, observed=y)

    at = np.array([0.4])
    densities = [LogDensity(m(X, scale, 0.5)) for scale in (0.5, 4.0, 0.5)]
    for density, scale in zip(densities, (0.5, 4.0, 0.5), strict=True):
        sd = NEEDS[how](scale)
        expected = -0.5 * (0.4 / sd) ** 2 - math.log(sd)
        expected -= 2.0 * np.sum((X - 0.4) ** 2) + 7 * math.log(0.5) + 8 * math.log(2 * math.pi) / 2
        assert density.log_prob(at) == pytest.approx(expected, rel=1e-5)
        assert set(density.tensors) == {"argument y", "argument other"}


def test_a_function_that_asks_for_types_gets_numbers():
    @bt.model
    def m(y, scale):
        known = isinstance(scale, float)
        yield bt.Normal("loc", 0.0, scale if known else 1000.0)
        yield bt.Normal(f"obs_{scale}".replace(".", "_"), 0.0, 1.0, observed=y)

    assert list(LogDensity(m(X, 2.5)).structure.observed) == ["m.obs_2_5"]
    assert LogDensity(m(X, 2.5)).log_prob([0.0]) > LogDensity(m(X, 25.0)).log_prob([0.0])


def helper_of_types(scale):
    return scale if isinstance(scale, float) else 1000.0


ASKING = {
    "type": helper_of_types,
    "nested": lambda scale: helper_of_types(scale),
    "text": lambda scale: {"0.5": 0.5, "4.0": 4.0}.get(str(scale), 1000.0),
    "f-string": lambda scale: {"0.5": 0.5, "4.0": 4.0}.get(f"{scale}", 1000.0),
    "repr": lambda scale: {"0.5": 0.5, "4.0": 4.0}.get(f"{scale!r}", 1000.0),
    "module": lambda scale: copy.copy(scale) if isinstance(scale, float) else 1000.0,
}


@pytest.mark.parametrize("how", ASKING)
def test_a_helper_that_asks_what_a_number_is_gets_the_number(how):
    @bt.model
    def m(y, scale):
        yield bt.Normal("loc", 0.0, ASKING[how](scale))
        yield bt.Normal("obs", 0.0, 1.0, observed=y)

    for scale in (0.5, 4.0, 0.5):
        density = LogDensity(m(X, scale))
        fall = density.log_prob([0.0]) - density.log_prob([1.0])
        assert fall == pytest.approx(0.5 / scale**2, rel=1e-4)


def test_names_with_spaces_are_told_apart():
    @bt.model
    def m(y):
        yield bt.HalfNormal("at 5", 1.0)
        at = yield bt.Normal("at", 0.0, 1.0)
        yield bt.Normal("obs", at, 1.0, observed=y)

    @bt.model
    def mixed(y, scale):
        at = yield bt.Normal("at", 0.0, scale)
        yield bt.Normal("at 5", at, 3.0)
        yield bt.Normal("at 5 1", at, 4.0, observed=y)

    assert np.isfinite(LogDensity(m(X)).log_prob([0.0, 0.0]))
    assert np.isfinite(LogDensity(mixed(X, 2.0)).log_prob([0.0, 0.0]))


def test_a_name_made_of_a_number_is_that_of_the_number():
    @bt.model
    def m(y, scale):
        yield bt.Normal(f"at {int(10 * scale)}", 0.0, scale)
        yield bt.Normal("obs", 0.0, 1.0, observed=y)

    assert [list(LogDensity(m(X, s)).slots) for s in (0.5, 2.0)] == [["m.at 5"], ["m.at 20"]]


def test_whole_numbers_are_structure():
    net = bt.network(X[:, None], X[:, None], hidden=(2,))
    assert set(LogDensity(net).tensors) == {
        f"argument {name}" for name in ("x", "y", "prior_scale", "noise_scale")
    }


# What a trace remembers.


def test_a_trace_keeps_every_argument_and_survives_a_file(tmp_path):
    net = bt.network(X[:, None], X[:, None], hidden=(2,), noise_scale=0.5)
    trace = bt.load(bt.save(sampled(net), tmp_path / "net.nc"))
    constant = trace["constant_data"].dataset
    assert {"x", "y", "prior_scale", "noise_scale"} == set(constant.data_vars)
    assert constant["noise_scale"].item() == 0.5 and constant["noise_scale"].dims == ()
    assert constant.attrs == {"hidden": "(2,)", "activation": "relu", "scales": "'fixed'"}


def test_a_model_at_other_data_predicts_with_the_numbers_of_the_trace():
    model = line(X, X, noise_scale=0.5)
    trace, x_new = sampled(model), np.linspace(0.0, 3.0, 2000)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        new = bt.sample_posterior_predictive(model.at(x=x_new), trace, seed=0)
    group = new["posterior_predictive"]
    assert group["line.obs"].shape == (2, 50, 2000)
    # 200,000 residuals: their sd has a standard error of .5 / sqrt(400,000) = 8e-4.
    assert (group["line.obs"] - group["line.f"]).std() == pytest.approx(0.5, abs=4e-3)
    assert set(new["constant_data"].data_vars) == {"x", "prior_scale", "noise_scale"}


def test_other_arguments_at_prediction_are_told_in_one_warning():
    trace = sampled(line(X, X, noise_scale=0.5))
    text = r"^line: prior_scale is 2 here and was 1 .*; noise_scale is 0.25 here and was 0.5 when"
    with pytest.warns(ArgumentWarning, match=text) as told:
        bt.sample_posterior_predictive(line(X, None, 2.0, 0.25), trace, seed=0)
    assert len(told) == 1 and told[0].filename == __file__
    net = bt.network(X[:, None], X[:, None], hidden=(2,))
    with pytest.warns(ArgumentWarning, match="activation is tanh here and was relu"):
        bt.sample_posterior_predictive(net.at(activation=tf.tanh), sampled(net), seed=0)


def test_values_along_the_same_data_share_their_axes():
    trace = sampled(line(X, X))
    residuals = trace["observed_data"]["line.obs"] - trace["posterior"]["line.f"]
    assert residuals.shape == (7, 2, 50)
    assert trace["constant_data"]["x"].dims == trace["observed_data"]["line.obs"].dims
    prior = bt.sample_prior_predictive(line(X), 5, seed=0)["prior"]
    assert (prior["line.obs"] - prior["line.f"]).shape == (1, 5, 7)
    net = sampled(bt.network(X[:, None], X[:, None], hidden=(2,)))
    assert (net["observed_data"]["network.obs"] - net["posterior"]["network.f"]).ndim == 4


# A model at other data.


def test_what_was_observed_with_other_data_is_dropped():
    model = line(X, X)
    assert list(LogDensity(model).structure.observed) == ["line.obs"]
    assert list(LogDensity(model.at(x=X[:3])).slots) == ["line.slope", "line.obs"]
    assert list(LogDensity(model.at(x=X[:3], y=X[:3])).structure.observed) == ["line.obs"]
    assert list(LogDensity(model.at(y=X + 1.0)).structure.observed) == ["line.obs"]
    assert list(LogDensity(model.at(noise_scale=0.1)).structure.observed) == ["line.obs"]


def test_data_that_the_model_itself_holds_are_dropped_too():
    @bt.model
    def m(x):
        slope = yield bt.Normal("slope")
        yield bt.Normal("obs", slope * x, 1.0, observed=2.0 * X)

    new = bt.sample_posterior_predictive(m(X).at(x=np.arange(3.0)), sampled(m(X)), seed=0)
    assert new["posterior_predictive"]["m.obs"].shape == (2, 50, 3)


def test_data_that_were_replaced_may_be_left_out_again():
    model = line(X, X).at(y=X + 1.0).at(y=None)
    assert list(LogDensity(model).slots) == ["line.slope", "line.obs"]
    assert list(LogDensity(line(X, X).at(x=X + 1.0).at(x=2.0)).structure.observed) == ["line.obs"]


def test_at_refuses_what_is_no_argument():
    with pytest.raises(ArgumentError, match=r"line\.at: got xs=.*Did you mean 'x'\?"):
        line(X).at(xs=X)


# One look.


def test_a_new_model_is_run_at_most_three_times_and_a_known_one_not_at_all(runs):
    @bt.model
    def fresh(x, y, scale=1.5):
        slope = yield bt.Normal("slope", 0.0, scale)
        f = yield bt.Deterministic("f", slope * x)
        yield bt.Normal("obs", f, 1.0, observed=y)

    trace = sampled(fresh(X, X))
    assert 1 <= len(runs) <= 3
    runs.clear()
    sampled(fresh(X + 1.0, X, 2.0))
    assert not runs
    fitted(fresh(X, X))
    assert not runs
    bt.sample_posterior_predictive(fresh(X, X).at(x=X[:2]), trace, seed=0)
    assert len(runs) <= 3
    runs.clear()
    bt.sample_posterior_predictive(fresh(X, X).at(x=X[:2] + 1), trace, seed=0)
    assert not runs


def test_an_array_is_converted_once():
    class Table:
        reads = 0

        def __array__(self, dtype=None, copy=None):
            self.reads += 1
            return np.asarray(X, dtype)

    tensors = []

    def watch(frame, event, _):
        code = frame.f_code
        if event == "call" and code.co_name in ("constant", "convert_to_tensor"):
            value = frame.f_locals.get("value")
            if isinstance(value, np.ndarray) and value.shape == X.shape:
                tensors.append(value)

    x, y = Table(), Table()
    model = line(x, y)
    sampled(model)
    sys.setprofile(watch)
    try:
        sampled(model)
    finally:
        sys.setprofile(None)
    assert x.reads == y.reads == 1
    assert len({id(array) for array in tensors}) == len(tensors) == 2


def test_draws_do_not_depend_on_whether_a_model_is_known():
    first = sampled(line(X, X))
    again = sampled(line(X, X))
    np.testing.assert_array_equal(
        first["posterior"]["line.slope"], again["posterior"]["line.slope"]
    )


# A model is a function of its arguments.


def changes_its_variables():
    calls = []

    @bt.model
    def m():
        calls.append(1)
        yield bt.Normal("x")
        if len(calls) > 1:
            yield bt.Normal("y")

    return m()


def changes_a_shape():
    calls = []

    @bt.model
    def m():
        calls.append(1)
        yield bt.Normal("x", batch_stack=len(calls))

    return m()


def computes_by_chance():
    rng = np.random.default_rng(0)

    @bt.model
    def m(y):
        loc = yield bt.Normal("loc", rng.normal(), 1.0)
        yield bt.Normal("obs", loc, 1.0, observed=y)

    return m(X)


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (changes_its_variables, r"m\.y: the model yielded this variable in one run and not in"),
        (changes_a_shape, r"m\.x: the variable has shape \(1,\) in one run and \(2,\) in another"),
        (computes_by_chance, "the model 'm' computes something else at every run"),
    ],
)
def test_a_model_that_changes_between_runs_is_refused(make, text):
    with pytest.raises(ModelError, match=text):
        LogDensity(make())


def test_which_variables_there_are_may_not_depend_on_a_random_value():
    @bt.model
    def m():
        x = yield bt.Normal("x", 0.0, 1.0, batch_stack=10)
        for i in range(int(tf.reduce_sum(tf.cast(x > 0.0, tf.int32)))):
            yield bt.Normal(f"y{i}", x[i])

    with pytest.raises(BnnTeachError, match=r"after 'yield' of 'm\.x'"):
        LogDensity(m())


def test_a_loop_of_many_variables_says_that_one_would_do(monkeypatch):
    monkeypatch.setattr("bnn_teach.dsl.look._MANY", 3)

    @bt.model
    def loop(count):
        for i in range(count):
            yield bt.Normal(f"w{i}", 0.0, 1.0)

    with pytest.warns(SizeWarning, match="loop.* has 4 unobserved variables.*batch_stack"):
        LogDensity(loop(4))
    LogDensity(loop(3))
