"""Does notebook 03's check judge a model by what it says, and not by how it is written?"""

import bnn_teach as bt
from bnn_teach.classroom.checking import check_hidden
from bnn_teach.engine.runtime import tf
from tests.course.chapters.answers import test_right_ways_pass, test_slips_are_named  # noqa: F401

LINE = {"x": [3.0, -1.0, 0.1], "y": [0.0, 0.5, 7.0], "noise_scale": 1.5, "w": 2.2, "b": -3.0}
HINGES = [{}, {"hinge": 0.5}, {"hinge": 10.0}, {"hinge": -10.0, "noise_scale": 0.8}]


@bt.model
def line(x):
    w = yield bt.Normal("w", loc=0.0, scale=1.0)
    b = yield bt.Normal("b", loc=0.0, scale=1.0)
    return w * x + b


@bt.model(keep_return=True)
def recorded(x, y, noise_scale):
    f = yield line(x)
    yield bt.Deterministic("f", f)
    yield bt.Normal("obs", loc=f, scale=noise_scale, observed=y)
    return f


@bt.model(name="any_name")
def other_order(x, y, noise_scale):
    b = yield bt.Normal("line_b")
    w = yield bt.Normal("line_w")
    yield bt.Normal("obs", b + x * w, noise_scale, observed=y)


def _hinged(choose, noise=lambda noise_scale: noise_scale, names=("low", "high")):
    @bt.model
    def hinged(x, y, hinge, noise_scale):
        high = yield line(x).named(names[1])
        low = yield line(x).named(names[0])
        f = choose(x, hinge, low, high)
        yield bt.Normal("obs", loc=f, scale=noise(noise_scale), observed=y)

    return hinged


def by_side(x, hinge, low, high):
    return tf.where(x >= hinge, high, low)


RIGHT = [
    ("03.1", recorded, [{}, LINE]),
    ("03.2", other_order, [{}, LINE]),
    ("03.3", _hinged(by_side), HINGES),
]


@bt.model
def without_yield(x, y, noise_scale):
    yield bt.Normal("obs", loc=line(x), scale=noise_scale, observed=y)


@bt.model
def without_data(x, y, noise_scale):
    yield bt.Normal("obs", loc=(yield line(x)), scale=noise_scale)


@bt.model
def without_measurements(x, y, noise_scale):
    yield line(x)


@bt.model
def with_noise_squared(x, y, noise_scale):
    yield bt.Normal("obs", loc=(yield line(x)), scale=noise_scale**2, observed=y)


def not_a_model(x, y, noise_scale):
    f = yield line(x)
    yield bt.Normal("obs", loc=f, scale=noise_scale, observed=y)


@bt.model
def with_dots(x, y, noise_scale):
    w = yield bt.Normal("line.w")
    b = yield bt.Normal("line.b")
    yield bt.Normal("obs", w * x + b, noise_scale, observed=y)


@bt.model
def wide_prior(x, y, noise_scale):
    w = yield bt.Normal("line_w", scale=2.0)
    b = yield bt.Normal("line_b")
    yield bt.Normal("obs", w * x + b, noise_scale, observed=y)


WRONG = [
    ("03.1", without_yield, "Nobody runs a model that is only called"),
    ("03.1", without_data, "`obs`, came without data"),
    ("03.1", without_measurements, "what is observed: got none"),
    ("03.1", with_noise_squared, "M15"),
    ("03.1", not_a_model, "Is `@bt.model` above it?"),
    ("03.1", other_order, "got line_b, line_w; expected line.w, line.b"),
    ("03.2", with_dots, "'line.w'"),
    ("03.2", wide_prior, "Check each variable's prior"),
    ("03.3", _hinged(by_side, names=("left", "right")), "got left.b, left.w, right.b"),
    ("03.3", _hinged(by_side, names=("low", "low")), "DuplicateNameError"),
    ("03.3", _hinged(by_side, noise=lambda scale: scale**2), "the noise is squared"),
    ("03.3", _hinged(lambda x, hinge, low, high: low), "only the line called `low`"),
    ("03.3", _hinged(lambda x, hinge, low, high: low + high), "the two lines are added"),
]


def test_the_hinge_itself_belongs_to_the_upper_line():
    answer = _hinged(lambda x, hinge, low, high: tf.where(x <= hinge, low, high))
    assert not bt.check("03.3", answer).passed
    result = check_hidden("03.3", answer, hinge=0.5)
    assert "`low` is used at the hinge itself" in result.message
