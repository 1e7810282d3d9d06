"""Mistakes of a first week: what is typed, and the error that says where, what came, what to do.

Each row of ``MISTAKES`` is (what is typed, the error's type, where, what was got, what to do), the
last three as parts of the message; each row of ``RIGHT`` is typed and works.
"""

import copy
import functools
import pickle

import numpy as np
import pandas as pd

import bnn_teach as bt
from bnn_teach import errors as e
from bnn_teach.density import LogDensity
from bnn_teach.engine.runtime import tf

X = np.linspace(-1.0, 1.0, 7)
C = X[:, None]
GAPS = np.where(X > 0.5, np.nan, X)
QUIET = {"seed": 0, "progress": False}


@bt.model
def line(x, y=None, scale=1.0):
    slope = yield bt.Normal("slope", 0.0, 1.0)
    yield bt.Normal("obs", slope * x, scale, observed=y)


@bt.model
def weighed(x):
    slope = yield bt.Normal("slope", 0.0, 1.0)
    yield bt.Normal("obs", slope * x, 1.0, observed=x)
    yield bt.Potential("fit", -tf.reduce_sum((slope * x - 1.0) ** 2))


@bt.model
def chance(y, draw):
    slope = yield bt.Normal("slope", 0.0, 1.0)
    yield bt.Normal("obs", slope + draw(), 1.0, observed=y)


class Lab:
    scale = 2.0

    @bt.model
    def line(self, x, y=None):
        slope = yield bt.Normal("slope", 0.0, self.scale)
        yield bt.Normal("obs", slope * x, 1.0, observed=y)


def plain(y, scale=1.0):
    yield bt.Normal("a", 0.0, scale)
    yield bt.Normal("obs", 0.0, 1.0, observed=y)


def wrapped(function):
    @functools.wraps(function)
    def inner(*args, **kwargs):
        return function(*args, **kwargs)

    return inner


async def asynchronous():
    yield bt.Normal("a")


def net(x=C, y=C, **options):
    return LogDensity(bt.network(x, y, **{"hidden": (2,), **options}))


MISTAKES = {
    # What enters a model.
    "near 1e8": (lambda: line(1e8 + X, X), e.ArgumentError, "'x'", "7 different values", "Centre"),
    "Julian dates": (
        lambda: line(2460000.5 + np.arange(30) / 10, X), e.ArgumentError, "'x'", "become 13",
        "set_dtype",
    ),
    "16777217": (
        lambda: line(np.array([0.0, 16777217.0]), X), e.ArgumentError, "'x'", "16777217", "rescale"
    ),
    "1e39": (lambda: line(1e39 * X, X), e.ArgumentError, "'x'", "1e+39", "rescale"),
    "dates": (
        lambda: line(pd.date_range("2020", periods=7), X), e.ArgumentError, "'x'", "datetime64",
        "Count from",
    ),
    "durations": (
        lambda: line(np.arange(7).astype("m8[D]"), X), e.ArgumentError, "'x'", "timedelta64",
        "Divide by",
    ),
    "text column": (
        lambda: line(pd.DataFrame({"a": X, "b": list("abcdefg")})), e.ArgumentError, "'x'",
        "DataFrame of dtype object", "Pick the columns",
    ),
    "None in data": (
        lambda: line(np.array([1.0, None])), e.ArgumentError, "'x'", "object", "Pick the columns"
    ),
    "complex": (lambda: line(X + 1j), e.ArgumentError, "'x'", "complex128", "z.real"),
    "complex number": (lambda: line(np.complex64(1)), e.ArgumentError, "'x'", "complex64", "z.re"),
    "no rows": (lambda: line(X[:0]), e.ArgumentError, "'x'", "shape (0,)", "Pass data"),
    "no columns": (lambda: line(C[:, :0]), e.ArgumentError, "'x'", "shape (7, 0)", "Pass data"),
    "NaN scale": (lambda: line(X, X, np.nan), e.ArgumentError, "'scale'", "nan", "See where"),
    "NaN in x": (
        lambda: LogDensity(line(GAPS, X)), e.ArgumentError, "'x'", "nan at index (5,)", "Leave out"
    ),
    "inf in x": (
        lambda: LogDensity(line(X / (X[2] != X), X)), e.ArgumentError, "'x'", "inf at", "Leave out"
    ),
    "NaN in y": (
        lambda: LogDensity(line(X, GAPS)), e.ObservedError, "line.obs", "NaN at index (5,)",
        "Leave missing",
    ),
    "booleans": (
        lambda: LogDensity(line(X > 0, X)), e.BnnTeachError, "line", "bool", "tf.cast"
    ),
    "wide y": (lambda: net(C, np.hstack([C, C])), e.ObservedError, "obs", "(7, 2)", "Reshape"),
    "flat y": (lambda: net(C, X), e.ObservedError, "network.obs", "(7,)", "Reshape"),
    "one new x": (lambda: net(C[:1], C), e.ObservedError, "network.obs", "(7, 1)", "Reshape"),
    "one-hot": (
        lambda: LogDensity(line(X, np.eye(7))), e.ObservedError, "line.obs", "(7, 7)", "Reshape"
    ),
    "periods": (
        lambda: line(X).with_coords(t=pd.period_range("2020", periods=7)), e.ArgumentError,
        "with_coords: t", "PeriodIndex", "str(v)",
    ),
    "MultiIndex": (
        lambda: line(X).with_coords(t=pd.MultiIndex.from_product([[1], [2]])), e.ArgumentError,
        "with_coords: t", "MultiIndex", "str(v)",
    ),
    # What a model is.
    "tf.function": (lambda: bt.model(tf.function(plain)), e.ModelError, "plain", "tf.f", "Leave"),
    "async": (lambda: bt.model(asynchronous), e.ModelError, "asynchronous", "async", "without"),
    "no yield": (lambda: bt.model(lambda: 3), e.ModelError, "lambda", "contains no", "Write"),
    "tf.random": (
        lambda: LogDensity(chance(X, lambda: tf.random.normal(()))), e.ModelError,
        "'chance', line", "random numbers", "Yield",
    ),
    "sample()": (
        lambda: LogDensity(chance(X, lambda: bt.Normal.dist(0.0, 1.0).sample())), e.ModelError,
        "'chance', line", "random numbers", "Yield",
    ),
    "dropout": (
        lambda: LogDensity(chance(X, lambda: tf.nn.dropout(tf.ones(7), 0.5))), e.ModelError,
        "'chance', line", "random numbers", "Yield",
    ),
    "np.random": (
        lambda: LogDensity(chance(X, np.random.normal)), e.ModelError, "'chance'",
        "something else at every run", "may depend on its arguments",
    ),
    "not called": (lambda: bt.sample(line), e.ModelError, "'line'", "not called", "Pass line"),
    "sample(line, X, Y)": (lambda: bt.sample(line, X, X), e.ModelError, "'line'", "not", "Pass"),
    "fit(line, X)": (lambda: bt.fit(line, X), e.ModelError, "'line'", "not called", "Pass"),
    "plain generator": (lambda: bt.sample(plain), e.ModelError, "'plain'", "plain gen", "Put"),
    "num_samples=[1]": (
        lambda: bt.sample(line(X, X), [1]), e.ArgumentError, "num_samples", "[1]", "integer"
    ),
    # Networks, minibatches, plots.
    "hidden=5": (lambda: net(hidden=5), e.ArgumentError, "hidden", "got 5", "hidden=(5,)"),
    "hidden=[5.]": (lambda: net(hidden=[5.0]), e.ArgumentError, "hidden", "array", "hidden=(5,)"),
    "hidden=0": (lambda: net(hidden=(0,)), e.ArgumentError, "hidden", "(0,)", "hidden=(5,)"),
    "hidden='5'": (lambda: net(hidden="5"), e.ArgumentError, "hidden", "'5'", "hidden=(5,)"),
    "relu": (lambda: net(activation="relu"), e.ArgumentError, "activation", "str", "tf.nn.relu"),
    "relu(x)": (
        lambda: net(activation=tf.nn.relu(X)), e.ArgumentError, "activation", "Tensor", "without"
    ),
    "flat x": (lambda: net(X, C), e.ShapeError, "layer: x", "(7,)", "x[:, None]"),
    "tuple x": (lambda: net((C, C), C), e.ArgumentError, "layer: x", "tuple", "Pass one"),
    "dict x": (lambda: net({"x": C}, C), e.ArgumentError, "layer: x", "dict", "Pass one"),
    "inner sizes": (
        lambda: bt.dense(tf.ones((7, 1)), tf.ones((3, 2))), e.ShapeError, "dense", "(7, 1)", "rows"
    ),
    "inner sizes, large": (
        lambda: bt.dense(tf.ones((7, 2)), tf.ones((30, 20))), e.ShapeError, "dense", "(7, 2)", "row"
    ),
    "batches and Potential": (
        lambda: bt.fit(weighed(X), num_steps=10, batch_size=3, **QUIET), e.ArgumentError,
        "weighed.fit", "Potential", "observed=",
    ),
    # Files.
    "save(path, trace)": (lambda: bt.save("a.nc", 1), e.ArgumentError, "save", "str", "Write"),
    "save a model": (
        lambda: bt.save(line(X), "a.nc"), e.ArgumentError, "save", "Model", "bt.save(trace"
    ),
    "load a number": (lambda: bt.load(3), e.ArgumentError, "load", "int", "Pass the one"),
    "load nothing": (lambda: bt.load("none.nc"), e.ArgumentError, "none.nc", "no such", "Pass"),
    "load a program": (lambda: bt.load(__file__), e.ArgumentError, "first", "no netCDF", "Pass"),
    "concatenate a model": (
        lambda: bt.concatenate(line(X)), e.ArgumentError, "concatenate", "0 traces", "a list"
    ),
}  # fmt: skip


RIGHT = {
    "method": lambda: LogDensity(Lab().line(X, X)).log_prob([0.0]),
    "under a decorator": lambda: LogDensity(bt.model(wrapped(plain))(X)).log_prob([0.0]),
    "around": lambda: LogDensity(wrapped(bt.model(plain))(X)).log_prob([0.0]),
    "partial": lambda: LogDensity(
        bt.model(functools.partial(plain, scale=2.0))(X)
    ).log_prob([0.0]),
    "twice": lambda: LogDensity(bt.model(bt.model(plain))(X)).log_prob([0.0]),
    "a name": lambda: LogDensity(bt.model("scope")(plain)(X)).log_prob([0.0]),
    "deepcopy": lambda: LogDensity(copy.deepcopy(line(X, X))).log_prob([0.0]),
    "pickle": lambda: LogDensity(pickle.loads(pickle.dumps(line(X, X)))).log_prob([0.0]),
    "pickled density": lambda: copy.deepcopy(LogDensity(line(X, X))).log_prob([0.0]),
    "pickled variable": lambda: pickle.loads(pickle.dumps(bt.Normal("a"))).shape or 0.0,
    "uniform data": lambda: line(np.random.default_rng(0).uniform(size=10_000)).data["x"][0],
    "infinite bound": lambda: len(line(X, X, np.inf).data),
}  # fmt: skip
