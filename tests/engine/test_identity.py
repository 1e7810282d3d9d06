"""Models are recognised without tracing: equal where their graphs are, unknown where in doubt."""

import functools
import itertools
import math

import numpy as np
import pytest

import bnn_teach as bt
from bnn_teach.density import LogDensity
from bnn_teach.dsl.look import known_as
from bnn_teach.engine.runtime import tf

SCALE = 2.0
ARRAY = np.zeros(3, np.float32)
TENSOR = tf.zeros(3)
SIZES = [2, 3]
OPTIONS = {"loc": 0.0, "scales": (1.0, 2.0)}
VARIABLE = tf.Variable(1.0)
RNG = np.random.default_rng(0)
DATA = bt.datasets.gap_sine()
COUNTER = itertools.count()


def double(x):
    return 2.0 * x


def shifted(x):
    return double(x) + SCALE


@bt.model
def inner(loc):
    return (yield bt.Normal("inner", loc, SCALE))


def identity(model, **observed):
    return known_as(model, {f"{model.name}.{k}": v for k, v in observed.items()})


def fingerprint(model):
    return LogDensity(model).fingerprint


# What a model may refer to, each with a change of it.


@bt.model
def reads_a_number(y):
    loc = yield bt.Normal("loc", 0.0, SCALE)
    yield bt.Normal("obs", loc, 1.0, observed=y)


@bt.model
def reads_arrays(y):
    loc = yield bt.Normal("loc", ARRAY + TENSOR, 1.0)
    yield bt.Normal("obs", loc, 1.0, observed=y)


@bt.model
def reads_containers(y):
    loc = yield bt.Normal("loc", OPTIONS["loc"], OPTIONS["scales"][0], batch_stack=SIZES[1])
    yield bt.Normal("obs", loc, 1.0, observed=y)


@bt.model
def calls_functions(y):
    loc = yield bt.Normal("loc", shifted(1.0), math.exp(0.5))
    yield bt.Normal("obs", (lambda x: double(x))(loc), 1.0, observed=y)


@bt.model
def nests(y):
    loc = yield inner(1.0)
    yield bt.Normal("obs", loc, 1.0, observed=y)


@bt.model
def reads_a_data_set(y):
    loc = yield bt.Normal("loc", 0.0, DATA.noise_scale)
    yield bt.Normal("obs", loc, 1.0, observed=y)


CHANGES = [
    (reads_a_number, "SCALE", 3.0),
    (reads_arrays, "ARRAY", np.ones(3, np.float32)),
    (reads_arrays, "TENSOR", tf.ones(3)),
    (reads_containers, "OPTIONS", {"loc": 0.0, "scales": (1.5, 2.0)}),
    (calls_functions, "double", lambda x: 3.0 * x),
    (calls_functions, "SCALE", 5.0),
    (nests, "SCALE", 5.0),
    (nests, "inner", bt.layer),
    (reads_a_data_set, "DATA", bt.datasets.gap_sine(noise_scale=0.3)),
]


@pytest.mark.parametrize(("model", "name", "value"), CHANGES)
def test_what_a_model_reads_from_outside_is_a_part_of_it(model, name, value, monkeypatch):
    before = identity(model(np.zeros(3)))
    assert before is not None
    assert identity(model(np.ones(3))) == before  # data are not
    monkeypatch.setitem(globals(), name, value)
    assert identity(model(np.zeros(3))) not in (None, before)
    monkeypatch.undo()
    assert identity(model(np.zeros(3))) == before


def test_a_change_inside_a_container_is_seen():
    before = identity(reads_containers(np.zeros(3)))
    SIZES[1] = 1
    changed = identity(reads_containers(np.zeros(3)))
    SIZES[1] = 3
    assert changed != before == identity(reads_containers(np.zeros(3)))


def test_shapes_sizes_names_dtype_and_observed_variables_are_a_part_of_it():
    x, y = np.zeros((4, 1)), np.zeros((4, 1))
    models = [
        bt.network(x, y),
        bt.network(x[:3], y[:3]),
        bt.network(x, y.astype(int)),
        bt.network(x),
        bt.network(x, y, hidden=(5, 4)),
        bt.network(x, y, activation=tf.tanh),
        bt.network(x, y).named("other"),
        bt.layer(x, 3),
    ]
    known = [identity(model) for model in models]
    known += [identity(models[3], obs=y), identity(models[3], obs=y[:1])]
    bt.set_dtype("float64")
    try:
        known.append(identity(bt.network(x, y)))
    finally:
        bt.set_dtype("float32")
    assert None not in known and len({*known}) == len(known)
    assert identity(bt.network(x, y, prior_scale=2.0)) == known[0]  # a number is data


def made(scale, by):
    @bt.model
    def model(y, shift=by):
        def spread(x):
            return x * scale

        loc = yield bt.Normal("loc", shift, spread(1.0))
        yield bt.Normal("obs", loc, 1.0, observed=y)

    return model


def test_closures_and_defaults_are_a_part_of_it():
    y = np.zeros(3)
    first = identity(made(1.0, 0.0)(y))
    assert first is not None
    assert first == identity(made(1.0, 0.0)(np.ones(3)))  # defined anew, and the same
    assert len({first, identity(made(2.0, 0.0)(y)), identity(made(1.0, 1.0)(y))}) == 3
    partials = [identity(made(1.0, functools.partial(double, x))(y)) for x in (1.0, 2.0)]
    assert len({None, first, *partials}) == 4


class Custom:
    scale = 1.0


@bt.model
def of_a_class(y):
    yield bt.Normal("loc", 0.0, Custom.scale)
    yield bt.Normal("obs", 0.0, 1.0, observed=y)


@bt.model
def of_a_variable(y):
    loc = yield bt.Normal("loc", 0.0, 1.0)
    yield bt.Normal("obs", loc * VARIABLE, 1.0, observed=y)


@bt.model
def of_chance(y):
    yield bt.Normal("loc", 0.0, 1.0 + np.random.default_rng().uniform())


@bt.model
def of_a_generator(y):
    yield bt.Normal("loc", RNG.normal(), 1.0)


@bt.model
def of_a_counter(y):
    yield bt.Normal("loc", float(next(COUNTER)), 1.0)


@bt.model
def of_an_import(y):
    import json

    yield bt.Normal("loc", float(json.loads("1")), 1.0)


@bt.model
def of_a_name_looked_up(y):
    yield bt.Normal("loc", globals()["SCALE"], 1.0)


@bt.model
def of_a_method(y):
    yield bt.Normal("loc", float(SIZES.index(2)), 1.0)
    yield bt.Normal("other", METHOD(2), 1.0)


METHOD = SIZES.index


@pytest.mark.parametrize(
    "model",
    [
        of_a_class,
        of_a_variable,
        of_chance,
        of_a_generator,
        of_a_counter,
        of_an_import,
        of_a_name_looked_up,
        of_a_method,
    ],
)
def test_in_doubt_nothing_is_claimed(model):
    assert identity(model(np.zeros(3))) is None


def test_equal_identities_mean_equal_graphs(monkeypatch):
    """Over all models of this file, unchanged, changed and changed back."""
    known, y = {}, np.zeros(3)
    for model, name, value in CHANGES:
        if value is bt.layer:
            continue  # not a model of one number
        for changed in (False, True, False):
            with monkeypatch.context() as context:
                if changed:
                    context.setitem(globals(), name, value)
                called = identity(model(y)), fingerprint(model(y))
            assert known.setdefault(*called) == called[1]
    assert len({*known.values()}) == len(known) > 10


def test_a_changed_global_changes_the_draws(monkeypatch):
    """The whole way: no draw is made with the program of another model."""
    y = np.zeros(3)

    def spread():
        trace = bt.sample(reads_a_number(y), 300, 300, 2, seed=0, progress=False)
        return float(trace["posterior"]["reads_a_number.loc"].std())

    wide = spread()
    monkeypatch.setitem(globals(), "SCALE", 0.01)
    assert spread() < 0.02 < wide
    monkeypatch.undo()
    assert spread() == wide
