"""What stands under and over ``@bt.model``: it works, or is refused in words that fit."""

import contextlib
import functools

import numpy as np
import pytest

from bnn_teach.density import LogDensity
from bnn_teach.dsl.distributions import Normal
from bnn_teach.dsl.model import model
from bnn_teach.errors import ArgumentError, ForgottenYieldError, ModelError

X = np.linspace(-1.0, 1.0, 5)


def plain(x):
    slope = yield Normal("slope", 0.0, 1.0)
    yield Normal("obs", slope * x, 1.0, observed=x)


def around(change):
    """Make a decorator of what it does to the generator."""

    def decorator(function):
        @functools.wraps(function)
        def inner(*args):
            return change(function(*args))

        return inner

    return decorator


def handed_on(generator):
    return (yield from generator)


def looped(generator):
    yield from [*map(lambda node: node, generator)]  # noqa: C417


@pytest.mark.parametrize("change", [iter, handed_on, lambda generator: generator])
def test_decorators_that_keep_the_generator_work(change):
    density = LogDensity(model(around(change)(plain))(X))
    assert density.log_prob([0.5]) == LogDensity(model(plain)(X)).log_prob([0.5])


@pytest.mark.parametrize(
    ("decorator", "text"),
    [
        (around(list), r"raised ValueError \(None.*without running through it"),
        (around(next), "gave RandomVariable, expected a generator"),
        (around(lambda generator: None), "gave NoneType, expected a generator"),
        (functools.cache, "raised TypeError .*or keeping it"),
        (contextlib.contextmanager, "gave _GeneratorContextManager"),
    ],
)
def test_decorators_that_lose_the_generator_are_named(decorator, text):
    with pytest.raises(ModelError, match=f"the model 'plain': calling the function {text}"):
        LogDensity(model(decorator(plain))(X))


def test_a_decorator_that_hands_no_values_back_is_named():
    with pytest.raises(ArgumentError, match=r"got None, .*'return .yield from function"):
        LogDensity(model(around(looped)(plain))(X))


class Callable:
    def __call__(self, x):
        yield from plain(x)


class Marked:
    @model
    def __call__(self, x):
        yield Normal("a", 0.0, 1.0)


@pytest.mark.parametrize(
    ("function", "text"),
    [
        (3, "got int under @bt.model"),
        (Callable, "got a class under"),
        (Callable(), "got an object of Callable under .*above __call__"),
        (property(plain), "got property under .*under @property"),
        (plain(X), "got generator under"),
        (model(plain)(X), "got Model under"),
        (lambda x: plain(x), "contains no 'yield'.*functools.wraps"),
    ],
)
def test_what_is_no_generator_function_is_named(function, text):
    with pytest.raises(ModelError, match=text):
        model(function)


def test_a_model_may_be_what_calling_an_object_means():
    assert LogDensity(Marked()(X)).size == 1


def test_arguments_of_the_decorator_are_checked():
    with pytest.raises(ArgumentError, match=r"model: too many.*It takes function, name, keep_re"):
        model(plain, "name")
    with pytest.raises(ForgottenYieldError, match="was used as a value"):
        next(model(plain)(X))
