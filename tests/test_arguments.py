"""Misspelt keywords and numbers out of range are told before anything runs."""

import numpy as np
import pytest

import bnn_teach as bt
from bnn_teach.arguments import as_count, as_number, as_seed, checked_arguments
from bnn_teach.errors import ArgumentError


@checked_arguments
def f(model, num_samples=10, *, seed=None):
    """Return what was given."""
    return model, num_samples, seed


@bt.model
def normal(y):
    yield bt.Normal("y", observed=y)


MODEL = normal([0.0])


class Thing:
    @checked_arguments
    def __init__(self, name, value=None):
        self.name = name


def test_right_arguments_pass():
    assert f("m", 3, seed=1) == ("m", 3, 1)
    assert f.__name__ == "f" and f.__doc__ == "Return what was given."
    assert Thing("a").name == "a"


@pytest.mark.parametrize(
    ("args", "kwargs", "text"),
    [
        (("m",), {"draws": 3}, "f: .*'draws'. Did you mean 'num_samples'"),
        (("m",), {"num_sample": 3}, "f: .*'num_sample'. Did you mean 'num_samples'"),
        (("m",), {"random_seed": 3}, "Did you mean 'seed'"),
        (("m",), {"zzz": 3}, "'zzz'. It takes model, num_samples, seed"),
        ((), {}, "missing a required argument: 'model'"),
        (("m", 1, 2), {}, "too many positional arguments"),
    ],
)
def test_wrong_arguments_are_explained(args, kwargs, text):
    with pytest.raises(ArgumentError, match=text):
        f(*args, **kwargs)


def test_a_class_is_named_as_such_and_without_self():
    with pytest.raises(
        ArgumentError, match=r"^Thing: .*'valu'. Did you mean 'value'.* name, value"
    ):
        Thing("a", valu=3)


def test_errors_inside_the_function_are_not_touched():
    @checked_arguments
    def g(x):
        raise TypeError("inside")

    with pytest.raises(TypeError, match="inside") as caught:
        g(1)
    assert type(caught.value) is TypeError


@pytest.mark.parametrize("value", [1, 7, np.int64(3), np.array(3)])
def test_counts_are_integers(value):
    assert as_count("n", value, 1) == int(value) and type(as_count("n", value, 1)) is int


@pytest.mark.parametrize("value", [0, -1, 1.5, "3", None, True, [3]])
def test_what_is_no_count_is_refused(value):
    with pytest.raises(ArgumentError, match=r"n=.*: expected an integer of at least 1"):
        as_count("n", value, 1)


def test_a_whole_float_is_proposed_as_an_integer():
    with pytest.raises(ArgumentError, match=r"num_steps=10000.0: .* Write num_steps=10000\."):
        as_count("num_steps", 1e4, 1)


@pytest.mark.parametrize("value", [0.5, np.float32(0.5), "0.5x", "0.5", 0, 1.0, np.nan, None, True])
def test_numbers_lie_strictly_between_their_bounds(value):
    if isinstance(value, float | np.floating) and 0 < value < 1:
        assert as_number("p", value, 0, 1) == 0.5
    else:
        with pytest.raises(ArgumentError, match=r"p=.*: expected a number between 0 and 1\."):
            as_number("p", value, 0.0, 1.0)


def test_a_number_without_an_upper_bound():
    assert as_number("rate", 3, 0.0, np.inf) == 3.0
    with pytest.raises(ArgumentError, match=r"rate=inf: expected a number above 0\."):
        as_number("rate", np.inf, 0.0, np.inf)


def test_a_seed_is_drawn_where_none_is_given():
    assert as_seed(5) == 5
    drawn = {as_seed(None) for _ in range(10)}
    assert len(drawn) > 1 and all(0 <= seed < 2**31 for seed in drawn)
    with pytest.raises(ArgumentError, match="seed=-1"):
        as_seed(-1)


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: bt.sample(None, draws=10), "sample: .*'draws'. Did you mean 'num_samples'"),
        (lambda: bt.sample(None, tune=10), "Did you mean 'burn_in'"),
        (lambda: bt.sample(MODEL, num_samples=0), "num_samples=0"),
        (lambda: bt.sample(MODEL, target_accept=1.0), "target_accept=1.0"),
        (lambda: bt.sample(), "missing a required argument: 'model'"),
        (lambda: bt.fit(None, lr=0.1), "fit: .*'lr'. Did you mean 'learning_rate'"),
        (lambda: bt.fit(None, steps=10), "Did you mean 'num_steps'"),
        (lambda: bt.fit(MODEL, num_steps=1.5), "num_steps=1.5"),
        (lambda: bt.sample_prior_predictive(None, draws=5), "mean 'num_samples'"),
        (lambda: bt.sample_posterior_predictive(None, None, in_place=True), "mean 'inplace'"),
    ],
)
def test_the_public_functions_check_their_arguments_first(call, text):
    with pytest.raises(ArgumentError, match=text):
        call()
