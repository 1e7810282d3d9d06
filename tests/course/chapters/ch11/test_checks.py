"""Does notebook 11's check know a Jacobian, any map, uneven noise, and the slips on the way?"""

import numpy as np
import pytest

import bnn_teach as bt
from bnn_teach.classroom.checking import check_hidden
from bnn_teach.engine.runtime import tf
from tests.course.chapters.answers import test_right_ways_pass, test_slips_are_named  # noqa: F401


def of_log(z, log_p, *, add=lambda z: z, at=np.exp):
    return log_p(at(z)) + add(z)


def by_difference(z, log_p):
    """Probability per length, from small pieces of the axis of σ."""
    h = 1e-5
    return log_p(np.exp(z)) + np.log((np.exp(z + h) - np.exp(z - h)) / (2 * h))


def transformed(log_p, forward, derivative, *, size=np.abs, sign=1.0):
    return lambda z: log_p(forward(z)) + sign * np.log(size(derivative(z)))


def half_the_square(log_p, forward, derivative):
    """The size of the slope, written another way."""

    def log_density(z):
        return log_p(forward(z)) + 0.5 * np.log(derivative(z) ** 2)

    return log_density


def model(scale, names="wbuv", observed=True):
    @bt.model
    def widening(x, y):
        drawn = []
        for name in names:
            drawn.append((yield bt.Normal(name, loc=0.0, scale=1.0)))
        w, b, u, v = drawn
        data = {"observed": y} if observed else {"batch_stack": len(y)}
        loc = w * x + b if observed else 0.0
        noise = scale(w, b, u, v, x) if observed else 1.0
        yield bt.Normal("obs", loc=loc, scale=noise, **data)

    return widening


right = model(lambda w, b, u, v, x: tf.exp(u * x + v))
FALLING = {"kind": "falling", "family": "exponential", "size": 2.0}


RIGHT = [
    ("11.1", of_log, [{}, {"family": "gamma", "size": 20.0}]),
    ("11.1", by_difference, [{}, {"family": "exponential", "size": 0.1}]),
    ("11.2", transformed, [{}, FALLING, {"kind": "exp"}, {"kind": "square"}]),
    ("11.2", half_the_square, [{}, FALLING]),
    ("11.3", right, [{}, {"x": (3.0,), "y": (0.0,), "values": (0.1, 0.2, 0.6, -2.0)}]),
    ("11.3", model(lambda w, b, u, v, x: tf.exp(u * x) * tf.exp(v)), [{}]),
]


WRONG = [
    ("11.1", lambda z, log_p: of_log(z, log_p, add=lambda z: 0.0), "the slope of the map is"),
    ("11.1", lambda z, log_p: of_log(z, log_p, add=lambda z: -z), "taken off instead"),
    ("11.1", lambda z, log_p: of_log(z, log_p, add=np.exp), "not its logarithm"),
    ("11.1", lambda z, log_p: of_log(z, log_p, at=lambda z: z), "asked at z, not at sigma"),
    ("11.1", lambda z, log_p: np.exp(of_log(z, log_p)), "it is the density, not its logarithm"),
    ("11.1", lambda z, log_p: of_log(z, log_p, add=lambda z: z + 1), "its integral over all z"),
    ("11.1", lambda z, log_p: of_log(z, log_p)[:5], "got an array of shape (5,)"),
    ("11.1", lambda z, log_p: None, "got None"),
    ("11.2", lambda p, f, d: lambda z: p(f(z)), "the slope of the map is missing"),
    ("11.2", lambda p, f, d: lambda z: p(f(z)) + d(z), "not its logarithm"),
    ("11.2", lambda p, f, d: transformed(p, f, d, sign=-1), "taken off instead"),
    ("11.2", lambda p, f, d: np.zeros(3), "expected a function of z"),
    ("11.3", model(lambda w, b, u, v, x: tf.exp(u * x + v) ** 2), "M15"),
    ("11.3", model(lambda w, b, u, v, x: tf.exp((u * x + v) / 2)), "M15"),
    ("11.3", model(lambda w, b, u, v, x: tf.nn.softplus(u * x + v)), "softplus stands"),
    ("11.3", model(lambda w, b, u, v, x: tf.exp(v) + 0 * x), "does not change with x"),
    ("11.3", model(lambda w, b, u, v, x: tf.exp(w * x + b)), "serve for the noise as well"),
    ("11.3", model(lambda w, b, u, v, x: tf.exp(u * x + v), names="wbcd"), "expected b, u, v"),
    ("11.3", model(None, observed=False), "came without data"),
    ("11.3", lambda x, y: 1.0, "expected a model"),
]


def test_a_falling_map_tells_who_forgot_the_size():
    bare = lambda p, f, d: transformed(p, f, d, size=lambda slope: slope)  # noqa: E731
    assert not bt.check("11.2", bare).passed
    hidden = check_hidden("11.2", bare, **FALLING)
    assert not hidden.passed and "A map that falls" in hidden.message


@pytest.mark.parametrize("family", ["half-normal", "exponential", "gamma"])
@pytest.mark.parametrize("kind", ["exp", "softplus", "falling", "square"])
def test_every_case_holds_all_of_the_mass(kind, family):
    """The grids are wide and fine enough: the right answer integrates to one on each."""
    if (kind, family) != ("square", "exponential"):  # its density is infinite at the edge
        assert check_hidden("11.2", transformed, kind=kind, family=family, size=0.7).passed
