"""Mistakes of a first week: what is typed, and the error that says where, what came, what to do.

Each row of ``MISTAKES`` is (what is typed, the error's type, where, what was got, what to do), the
last three as parts of the message; each row of ``RIGHT`` is typed and works.
"""

import copy
import fractions
import functools
import operator
import pickle
import warnings

import numpy as np
import pandas as pd
import scipy.sparse

import bnn_teach as bt
from bnn_teach import errors as e
from bnn_teach import exhibits as ex
from bnn_teach import plots
from bnn_teach.density import LogDensity
from bnn_teach.engine.runtime import tf

X = np.linspace(-1.0, 1.0, 7)
C = X[:, None]
GAPS = np.where(X > 0.5, np.nan, X)
QUIET = {"seed": 0, "progress": False}
VARIABLE = tf.Variable(2.0)


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


@bt.model
def steps(x, step):
    a = yield bt.Normal("a", 0.0, 1.0)
    yield step(a, x)


@bt.model
def endless(x):
    yield endless(x)


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


def after(step, x=X):
    return LogDensity(steps(x, step))


def verb(function, **options):
    return function(line(X, X), **{**QUIET, **options})


@functools.cache
def fitted():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", bt.ConvergenceWarning)
        fit = bt.fit(line(X, X), num_steps=10, **QUIET)
    return fit, fit.approximation.sample(6, seed=0)


def predict(model, trace=None, **options):
    return bt.sample_posterior_predictive(model, trace or fitted()[1], **{"seed": 0, **options})


def stacked(trace):
    return trace.map_over_datasets(
        lambda d: d.stack(sample=("chain", "draw")) if "draw" in d.dims else d
    )


def frame(n):
    return ex.Frame([ex.Panel([ex.Line([0, 1], [0, n], role="truth")])], says=f"It is {n}.")


def exhibit(function=frame, controls=None, **options):
    return ex.Exhibit(function, controls or [ex.Slider("n", [1, 2])], **{"title": "t", **options})


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
    "a file's name": (
        lambda: LogDensity(line("data.csv", X)), e.DtypeError, "'line', after", "data.csv of",
        "np.loadtxt",
    ),
    "a data set": (
        lambda: LogDensity(line(bt.datasets.gap_sine())), e.DtypeError, "'line', after",
        "Regression", "data.x",
    ),
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
    "a table with fields": (
        lambda: line(np.zeros(7, [("x", float)])), e.ArgumentError, "'x'", "f8", "one field"
    ),
    "hashes": (
        lambda: line(np.full(7, 2**63, np.uint64), X), e.ArgumentError, "'x'", "9223372036854775",
        "np.unique",
    ),
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
    "a mask times a number": (
        lambda: after(lambda a, x: bt.Deterministic("d", a * (x > 0.0))), e.DtypeError,
        "'steps', line", "numbers times booleans", "tf.where",
    ),
    "sparse": (
        lambda: line(scipy.sparse.eye(7).tocsr(), X), e.ArgumentError, "'x'", "csr_matrix",
        ".toarray()",
    ),
    "words": (
        lambda: LogDensity(line(pd.Series([*"abcdefg"]), X)), e.NumPyOnRandomValueError,
        "'line', after", "Words in an array", "number them",
    ),
    "ids, cast": (
        lambda: after(lambda a, x: bt.Normal("o", a * tf.cast(x, a.dtype)), np.arange(7) + 10**9),
        e.ArgumentError, "'x'", "7 different values become", "Centre",
    ),
    "an empty list": (
        lambda: after(lambda a, x: bt.Normal("o", a, []), X), e.ArgumentError, "'o': scale",
        "(0,)", "Look for empty data",
    ),
    "nothing selected": (
        lambda: after(lambda a, x: bt.Deterministic("d", a * x[:0]), X), e.ShapeError, "steps.d",
        "(0,)", "a slice",
    ),
    "y was not given": (
        lambda: after(lambda a, x: bt.Normal("o", a * x), None), e.ArgumentError, "'steps', after",
        "got None", "pass it",
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
    "functools.cache": (
        lambda: LogDensity(bt.model(functools.cache(plain))(X)), e.ModelError, "'plain'",
        "unhashable", "directly above",
    ),
    "a tf.Variable": (
        lambda: after(lambda a, x: bt.Normal("o", a * VARIABLE, 1.0, observed=x)), e.ModelError,
        "'steps', line", "a tf.Variable", "as an argument",
    ),
    "a cut gradient": (
        lambda: after(lambda a, x: bt.Normal("o", tf.stop_gradient(a), 1.0, observed=x)),
        e.InferenceError, "steps.a", "changes by", "tf.stop_gradient",
    ),
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
    # What a variable is.
    "mu=": (lambda: bt.Normal("a", mu=0.0), e.ArgumentError, "variable 'a'", "'mu'", "'loc'"),
    "shape=": (lambda: bt.Normal("a", shape=3), e.ArgumentError, "'a'", "'shape'", "'batch_stack'"),
    "no name": (lambda: bt.Normal(0.0, 1.0), e.VariableNameError, "name", "got 0.0", '"loc"'),
    "a.b": (lambda: bt.Normal("a.b"), e.VariableNameError, "'a.b'", "contains '.'", "'a_b'"),
    "batch_stack='3'": (
        lambda: bt.Normal("a", batch_stack="3"), e.ArgumentError, "a: ", "'3'", "positive integer"
    ),
    "dims=3": (lambda: bt.Normal("a", dims=3), e.ArgumentError, "a: ", "dims=3", "dims=\"school\""),
    "scale='1'": (
        lambda: bt.Normal("a", 0.0, "1"), e.ArgumentError, "'a': scale", "'1' of type str", "float("
    ),
    "scale=None": (
        lambda: bt.Normal("a", 0.0, None), e.ArgumentError, "'a': scale", "None", "Pass a number"
    ),
    "scale=True": (
        lambda: bt.Normal("a", 0.0, True), e.DtypeError, "'a': scale", "booleans", "tf.cast"
    ),
    "y by position": (
        lambda: bt.Normal("obs", 0.0, 1.0, X), e.ArgumentError, "'obs'", "too many", "observed"
    ),
    "LKJ of 2.0": (
        lambda: bt.LKJCholesky("c", 2.0), e.ArgumentError, "'c'", "2.0", "Write dimension=2"
    ),
    "covariance": (
        lambda: bt.MvNormal("a", [0.0, 0.0], [[1.0, 2.0], [2.0, 1.0]]), e.ParameterError,
        "covariance_matrix", "[[1., 2.]", "Add a small number",
    ),
    "mixture of variables": (
        lambda: bt.Mixture("m", [0.5, 0.5], [bt.Normal("a"), bt.Normal("b")]), e.ArgumentError,
        "'m'", "RandomVariable", ".dist",
    ),
    "weights of three": (
        lambda: bt.Mixture("m", [0.2, 0.3, 0.5], bt.Normal.dist([0.0, 1.0])), e.ArgumentError,
        "'m'", "(3,)", "Give the last axis",
    ),
    "ordered numbers": (
        lambda: bt.Ordered("c", 0.0, 3), e.ArgumentError, "'c'", "got 0.0", "bt.Normal.dist"
    ),
    "unknown family": (
        lambda: bt.Gaussian("a"), e.MissingNameError, "bt.Gaussian", "not have", "'Normal'"
    ),
    "lower case": (lambda: bt.normal("a"), e.MissingNameError, "bt.normal", "not have", "'Normal'"),
    "two parameters": (
        lambda: bt.Poisson("n", 1.0, 0.0), e.ArgumentError, "'n'", "got both", "Pass rate=... or"
    ),
    # What stands in a model.
    "np.exp": (
        lambda: after(lambda a, x: bt.Normal("o", np.exp(a), observed=x)),
        e.NumPyOnRandomValueError, "'steps', after", "NumPy", "tf.exp",
    ),
    "float": (
        lambda: after(lambda a, x: bt.Normal("o", float(a), observed=x)),
        e.NumPyOnRandomValueError, "'steps', after", "float", "tf.cast",
    ),
    "pandas": (
        lambda: after(lambda a, x: bt.Normal("o", pd.Series(X) * a, observed=x)),
        e.NumPyOnRandomValueError, "'steps', after", "NumPy", "TensorFlow's function",
    ),
    "max": (
        lambda: after(lambda a, x: bt.Normal("o", max(a, 0.0), observed=x)),
        e.BranchOnRandomValueError, "'steps', after", "'max'", "tf.maximum",
    ),
    ".mean()": (
        lambda: after(lambda a, x: bt.Normal("o", a * x.mean(), observed=x)),
        e.NumPyOnRandomValueError, "'steps', after", "'.mean'", "tf.reduce_mean",
    ),
    "len": (
        lambda: after(lambda a, x: bt.Normal("o", a / len(x))), e.NumPyOnRandomValueError,
        "'steps', after", "len", "shape[0]",
    ),
    "an entry replaced": (
        lambda: after(lambda a, x: operator.setitem(x, 0, a)), e.NumPyOnRandomValueError,
        "'steps', after", "entry", "tf.where",
    ),
    "written into an array": (
        lambda: after(lambda a, x: operator.setitem(np.zeros(7), 0, a)), e.NumPyOnRandomValueError,
        "'steps', after", "written", "tf.stack",
    ),
    "matrix times vector": (
        lambda: after(lambda a, x: bt.Normal("o", tf.ones((7, 7)) @ x, observed=x)),
        e.ShapeError, "'steps', after", "[7,7], [7]", "tf.linalg.matvec",
    ),
    "index out of range": (
        lambda: after(lambda a, x: bt.Normal("o", x[99])), e.ShapeError, "'steps', after",
        "index 99", "indices",
    ),
    "index of floats": (
        lambda: after(lambda a, x: bt.Normal("o", x[x], observed=x)), e.DtypeError, "'steps'",
        "float32", "tf.cast(index, tf.int32)",
    ),
    "a random value as data": (
        lambda: after(lambda a, x: bt.Normal("o", 0.0, 1.0, observed=a + x)), e.ObservedError,
        "steps.o", "a random variable", "Pass data",
    ),
    "random values in a list": (
        lambda: after(lambda a, x: bt.Normal("o", 0.0, 1.0, observed=[a, a])), e.ObservedError,
        "steps.o", "a random variable", "Pass data",
    ),
    "half a success": (
        lambda: after(lambda a, x: bt.Bernoulli("o", logits=a, observed=[0.5, 1.0])),
        e.ObservedError, "steps.o", "0.5 at index (0,)", "Correct the data",
    ),
    "half a category": (
        lambda: after(
            lambda a, x: bt.Categorical("o", logits=[a, 0.0], observed=x), np.array([1.0, 0.5])
        ),
        e.ObservedError, "steps.o", "0.5 at index (1,)", "Correct the data",
    ),
    "a count below 0": (
        lambda: after(lambda a, x: bt.Poisson("o", log_rate=a, observed=[-1, 1])),
        e.ObservedError, "steps.o", "-1 at index (0,)", "Correct the data",
    ),
    "more than all": (
        lambda: after(lambda a, x: bt.Binomial("o", 3, logits=a, observed=[1, 4])),
        e.ObservedError, "steps.o", "4 at index (1,)", "Correct the data",
    ),
    "counts to infer": (
        lambda: after(lambda a, x: bt.Poisson("k", 3.0)), e.InferenceError, "steps.k", "discrete",
        "Observe it",
    ),
    "ends swapped": (
        lambda: after(lambda a, x: bt.TruncatedNormal("t", a, 1.0, 2.0, 1.0)), e.ParameterError,
        "steps.t", "low=2.0", "Correct them",
    ),
    "boolean Potential": (
        lambda: after(lambda a, x: bt.Potential("p", a > 0.0)), e.ArgumentError, "Potential 'p'",
        "boolean", "tf.where",
    ),
    "Potential of text": (
        lambda: after(lambda a, x: bt.Potential("p", "x")), e.ArgumentError, "Potential 'p'",
        "type str", "one tensor",
    ),
    "one name twice": (
        lambda: after(lambda a, x: bt.Normal("a")), e.DuplicateNameError, "steps.a", "two var",
        "its own name",
    ),
    "a value yielded": (
        lambda: after(lambda a, x: a * x), e.ModelError, "'steps'", "Tensor", "bt.Deterministic"
    ),
    "two at once": (
        lambda: after(lambda a, x: (bt.Normal("b"), bt.Normal("c"))), e.ModelError, "'steps'",
        "tuple", "one at a time",
    ),
    "nothing yielded": (
        lambda: after(lambda a, x: None), e.ModelError, "'steps'", "None", "A model yields"
    ),
    "nested, not called": (
        lambda: after(lambda a, x: line), e.ModelError, "'steps'", "not called", "yield line("
    ),
    "nested for ever": (
        lambda: LogDensity(endless(X)), e.ModelError, "endless", "more than 100", "yield itself"
    ),
    "chain as an axis": (
        lambda: bt.sample_prior_predictive(
            steps(X, lambda a, x: bt.Normal("b", x, dims="chain")), 2, seed=0
        ),
        e.ShapeError, "steps.b", "'chain'", "Choose another",
    ),
    "labels of three": (
        lambda: bt.sample_prior_predictive(
            steps(X, lambda a, x: bt.Normal("b", x, dims="t")).with_coords(t=[1, 2, 3]), 2, seed=0
        ),
        e.ShapeError, "steps.b", "3 labels", "one label an entry",
    ),
    # Arguments of the verbs.
    "no draws": (
        lambda: verb(bt.sample, num_samples=0), e.ArgumentError, "num_samples", "0", "at least 1"
    ),
    "1e3 draws": (
        lambda: verb(bt.sample, num_samples=1e3), e.ArgumentError, "num_samples", "1000.0",
        "Write num_samples=1000",
    ),
    "'4' chains": (
        lambda: verb(bt.sample, num_chains="4"), e.ArgumentError, "num_chains", "'4'", "an integer"
    ),
    "tune=": (lambda: verb(bt.sample, tune=10), e.ArgumentError, "sample", "'tune'", "'burn_in'"),
    "80 per cent": (
        lambda: verb(bt.sample, target_accept=80), e.ArgumentError, "target_accept", "80",
        "between 0 and 1",
    ),
    "a generator as seed": (
        lambda: verb(bt.sample, seed=np.random.default_rng(0)), e.ArgumentError, "seed",
        "Generator", "an integer",
    ),
    "observed=y": (
        lambda: verb(bt.sample, observed=X), e.ArgumentError, "observed", "ndarray",
        "Write observed={",
    ),
    "observed by name": (
        lambda: verb(bt.sample, observed={"obs": X}), e.ObservedError, "observed", "'obs'",
        "'line.obs'",
    ),
    "progress='no'": (
        lambda: verb(bt.sample, progress="no"), e.ArgumentError, "progress", "'no'", "True or False"
    ),
    "method='nuts'": (
        lambda: verb(bt.fit, method="nuts"), e.ArgumentError, "method", "'nuts'", "choose 'advi'"
    ),
    "learning_rate='fast'": (
        lambda: verb(bt.fit, learning_rate="fast"), e.ArgumentError, "learning_rate", "'fast'",
        "above 0",
    ),
    "batches of 100": (
        lambda: verb(bt.fit, batch_size=100), e.ArgumentError, "batch_size=100", "it is 7",
        "common first axis",
    ),
    "start=trace": (
        lambda: verb(bt.fit, start=fitted()[1]), e.ArgumentError, "start", "a fit", "bt.fit"
    ),
    "a trace for a model": (
        lambda: bt.sample(fitted()[1]), e.ModelError, "model", "DataTree", "Put @bt.model"
    ),
    # What comes after.
    "fit.sample": (
        lambda: fitted()[0].sample(9), e.MissingNameError, "fit.sample", "a fit", "approximation"
    ),
    "fit['posterior']": (
        lambda: fitted()[0]["posterior"], e.MissingNameError, "fit.posterior", "a fit", "approx"
    ),
    "swapped": (
        lambda: bt.sample_posterior_predictive(fitted()[1], line(X)), e.ArgumentError, "trace",
        "Model", "Pass what",
    ),
    "a fit for a trace": (
        lambda: predict(line(X), fitted()[0]), e.ArgumentError, "trace", "Fit", "approximation"
    ),
    "the posterior alone": (
        lambda: predict(line(X), fitted()[1]["posterior"]), e.ArgumentError, "posterior",
        "DataTree", "Pass what",
    ),
    "another model": (
        lambda: predict(bt.network(C)), e.PredictionError, "network.l1.w", "another model",
        "Pass the model",
    ),
    "var_names=3": (
        lambda: predict(line(X), var_names=3), e.PredictionError, "var_names", "3", "line.obs"
    ),
    "gaps in the new x": (
        lambda: predict(line(X, X).at(x=GAPS)), e.ArgumentError, "'x'", "nan", "Leave out"
    ),
    "at(x)": (lambda: line(X).at(C), e.ArgumentError, "at", "too many positional", "changes"),
    "at(z=)": (lambda: line(X).at(z=C), e.ArgumentError, "line.at", "z=", "It has x, y"),
    "named(3)": (lambda: line(X).named(3), e.VariableNameError, "name", "got 3", "string"),
    "with_coords(dict)": (
        lambda: line(X).with_coords({"t": X}), e.ArgumentError, "with_coords", "too many", "coords"
    ),
    "save()": (lambda: bt.save(fitted()[1]), e.ArgumentError, "save", "missing", "trace, path"),
    "save stacked draws": (
        lambda: bt.save(stacked(fitted()[1]), "a.nc"), e.ArgumentError, "save", "stacked", "unstack"
    ),
    "traces by name": (
        lambda: bt.concatenate({"a": fitted()[1]}), e.ArgumentError, "concatenate", "0 traces",
        "a list",
    ),
    "a trace to split": (
        lambda: bt.decompose(fitted()[1], 0.1), e.ArgumentError, "function_draws", "DataTree",
        "one variable",
    ),
    "95 per cent": (
        lambda: bt.quantile_band(np.zeros((2, 3, 7)), 95), e.ArgumentError, "probability", "95",
        "between 0 and 1",
    ),
    "a band of NaN": (
        lambda: bt.quantile_band(np.full((2, 3), np.nan)), e.ArgumentError, "draws", "6 of 6",
        "find where",
    ),
    "indices for masks": (
        lambda: bt.band_coverage(X, X, X, {"gap": np.arange(7)}), e.ArgumentError, "regions",
        "dict without masks", "Write {",
    ),
    "a trace to judge": (
        lambda: bt.function_diagnostics(fitted()[1]), e.ArgumentError, "draws", "DataTree",
        "one variable",
    ),
    "float16": (lambda: bt.set_dtype("float16"), e.ArgumentError, "set_dtype", "'float16'", "pass"),
    # Pictures, exhibits, pages.
    "a data set to plot": (
        lambda: plots.plot_data(bt.datasets.gap_sine()), e.ArgumentError, "plot_data", "missing",
        "It takes x, y",
    ),
    "color=": (
        lambda: plots.plot_band(X, np.zeros((4, 7)), color="red"), e.ArgumentError, "plot_band",
        "'color'", "role",
    ),
    "role='red'": (
        lambda: plots.plot_band(X, np.zeros((4, 7)), role="red"), e.ArgumentError, "role", "'red'",
        "one of data",
    ),
    "a trace to plot": (
        lambda: plots.plot_band(X, fitted()[1]), e.ArgumentError, "draws", "DataTree", "Pick it"
    ),
    "two lengths": (
        lambda: plots.plot_data(X, X[:3]), e.ShapeError, "x, y", "7 and 3", "Pass the two"
    ),
    "truth of numbers": (
        lambda: plots.plot_data(X, X, truth=X), e.ArgumentError, "truth", "ndarray",
        "without calling",
    ),
    "one control": (
        lambda: exhibit(controls=ex.Slider("n", [1, 2])), e.ArgumentError, "controls", "Slider",
        "brackets",
    ),
    "another control": (
        lambda: exhibit(controls=[ex.Slider("m", [1, 2])]), e.ArgumentError, "frame", "'n'",
        "names of the controls",
    ),
    "a frame, called": (
        lambda: exhibit(frame(1)), e.ArgumentError, "frame", "got Frame", "without calling"
    ),
    "letters": (lambda: ex.Choice("n", "abc"), e.ArgumentError, "n: values", "str", "brackets"),
    "up to three": (lambda: ex.Slider("n", 3), e.ArgumentError, "n: values", "int", "brackets"),
    "a line for marks": (
        lambda: ex.Panel(ex.Line([0, 1], [0, 1], role="truth")), e.ArgumentError, "marks", "Line",
        "brackets",
    ),
    "set(n=7)": (lambda: exhibit().set(n=7), e.ArgumentError, "n: ", "got 7", "one of 1, 2"),
    "multiples of m": (
        lambda: exhibit().small_multiples({"m": [1]}), e.ArgumentError, "values", "'m'", "Write {"
    ),
    "a claim, swapped": (lambda: bt.claim(True, "x"), e.ArgumentError, "claim", "True", "Say what"),
    "a claim of many": (
        lambda: bt.claim("x", X > 0), e.ArgumentError, "claim 'x'", "ndarray", ".all()"
    ),
    "a claim alone": (lambda: bt.claim("x"), e.ArgumentError, "claim", "missing", "takes words"),
    "no such exercise": (lambda: bt.check("99.1", 1), e.ArgumentError, "check", "'99.1'", "00.1"),
    "no answer": (lambda: bt.check("01.1"), e.ArgumentError, "check", "missing", "number, answer"),
    "quiz(3)": (lambda: bt.quiz(3), e.QuizError, "quiz(3)", "no such quiz", "'03'"),
    "rerun(3)": (lambda: bt.rerun(3), e.ArgumentError, "notebook", "got 3", "in quotes"),
    "a sweep of 'seed'": (
        lambda: bt.sweep("00", "seed"), e.ArgumentError, "grid", "str", "Write {'seed'"
    ),
    "playground(3)": (
        lambda: bt.playground(3), e.ArgumentError, "experiment", "got 3", "one of article"
    ),
    # Networks, minibatches, plots.
    "prior_scale=0": (
        lambda: net(prior_scale=0.0), e.ParameterError, "network.l1.w", "scale is 0", "tf.exp"
    ),
    "prior_scale='1'": (
        lambda: net(prior_scale="1"), e.ArgumentError, "'w': scale", "type str", "float("
    ),
    "noise_scale=-1": (
        lambda: net(noise_scale=-1.0), e.ParameterError, "network.obs", "scale is -1", "tf.exp"
    ),
    "np.tanh": (
        lambda: net(activation=np.tanh), e.NumPyOnRandomValueError, "'network', after", "NumPy",
        "TensorFlow's function",
    ),
    "x of three axes": (
        lambda: net(C[:, :, None], C), e.ShapeError, "layer: x", "(7, 1, 1)", "one row a point"
    ),
    "x of whole numbers": (
        lambda: net(np.arange(7)[:, None], C), e.DtypeError, "'network.l1'", "int32", "tf.cast"
    ),
    "y of other length": (
        lambda: net(C, C[:3]), e.ObservedError, "network.obs", "(3, 1)", "Reshape"
    ),
    "units=": (lambda: net(units=3), e.ArgumentError, "network", "'units'", "arguments that it"),
    "hidden=5": (lambda: net(hidden=5), e.ArgumentError, "hidden", "got 5", "hidden=(5,)"),
    "hidden=[5.]": (lambda: net(hidden=[5.0]), e.ArgumentError, "hidden", "array", "hidden=(5,)"),
    "hidden=0": (lambda: net(hidden=(0,)), e.ArgumentError, "hidden", "(0,)", "hidden=(5,)"),
    "hidden='5'": (lambda: net(hidden="5"), e.ArgumentError, "hidden", "'5'", "hidden=(5,)"),
    "relu": (lambda: net(activation="relu"), e.ArgumentError, "activation", "str", "tf.nn.relu"),
    "relu(x)": (
        lambda: net(activation=tf.nn.relu(X)), e.ArgumentError, "activation", "Tensor", "without"
    ),
    "an activation of two": (
        lambda: net(activation=lambda a, b: a + b), e.ArgumentError, "activation", "'b'", "tf.nn"
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
    "lists": lambda: LogDensity(line([*X], [*X])).log_prob([0.0]),
    "a Series": lambda: LogDensity(line(pd.Series(X), pd.Series(X))).log_prob([0.0]),
    "a fraction": lambda: LogDensity(line(X, X, fractions.Fraction(1, 2))).log_prob([0.0]),
    "one draw": lambda: predict(line(X), fitted()[1].sel(chain=[0], draw=[3])).attrs["seed"],
    "set(n=1.0)": lambda: exhibit().set(n=1.0).values["n"],
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
