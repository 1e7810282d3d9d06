"""Does notebook 03's check judge a model by what it says, and not by how it is written?"""

import pytest

import bnn_teach as bt
from bnn_teach.course.exercises.checking import check_hidden
from bnn_teach.runtime import tf

OTHER_DATA = {"x": [3.0, -1.0, 0.1], "y": [0.0, 0.5, 7.0], "noise_scale": 1.5, "w": 2.2, "b": -3.0}


@bt.model
def line(x):
    w = yield bt.Normal("w", loc=0.0, scale=1.0)
    b = yield bt.Normal("b", loc=0.0, scale=1.0)
    return w * x + b


def _one_line(noise, inner=line, f=False, measured=True):
    @bt.model
    def noisy_line(x, y, noise_scale):
        loc = yield inner(x)
        if f:
            yield bt.Deterministic("f", loc)
        seen = {"observed": y} if measured else {"batch_stack": ()}
        yield bt.Normal("obs", loc=loc, scale=noise(noise_scale), **seen)

    return noisy_line


def _as_asked(noise_scale):
    return noise_scale


def _squared(noise_scale):
    return noise_scale**2


def _flat(names=("line_w", "line_b"), scale=1.0):
    @bt.model(name="any_name")
    def flat(x, y, noise_scale):
        b = yield bt.Normal(names[1], loc=0.0, scale=scale)  # the other one first
        w = yield bt.Normal(names[0], loc=0.0, scale=scale)
        for number, each in enumerate([x] if scale else x):
            name = "obs" if not number else f"obs_{number}"
            yield bt.Normal(name, loc=w * each + b, scale=noise_scale, observed=y)

    return flat


def _hinged(choose, noise=_as_asked, names=("low", "high")):
    @bt.model
    def hinged(x, y, hinge, noise_scale):
        high = yield line(x).named(names[1])
        low = yield line(x).named(names[0])
        f = choose(x, hinge, low, high)
        yield bt.Normal("obs", loc=f, scale=noise(noise_scale), observed=y)

    return hinged


def _at_the_hinge_too(x, hinge, low, high):
    return tf.where(x <= hinge, low, high)


def _right(x, hinge, low, high):
    return tf.where(x >= hinge, high, low)


kept = bt.model(keep_return=True)(line._function if hasattr(line, "_function") else None)
