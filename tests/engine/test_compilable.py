"""Loops in a model are compiled; what XLA cannot compile is named with its line."""

import numpy as np
import pytest

import bnn_teach as bt
from bnn_teach.density import LogDensity
from bnn_teach.engine.runtime import tf
from bnn_teach.errors import CompilationError

Y = np.array([0.5, 0.8, 1.2, 2.0, 0.7])


@bt.model
def looped(y):
    """An AR(1) mean, m[t] = a m[t-1] + y[t]."""
    a = yield bt.Normal("a", 0.0, 1.0)
    means = tf.scan(lambda m, v: a * m + v, y, initializer=tf.constant(0.0))
    yield bt.Normal("obs", means, 1.0, observed=y)


def unrolled(a, mean=0.0):
    value = -0.5 * a**2 - 0.5 * np.log(2 * np.pi)
    for v in Y:
        mean = a * mean + v
        value += -0.5 * (v - mean) ** 2 - 0.5 * np.log(2 * np.pi)
    return value


@bt.model
def compounded(y):
    """Three turns of a tf.while_loop: a³y is 1."""
    a = yield bt.Normal("a", 0.0, 1.0)
    turns = tf.while_loop(
        lambda i, _: i < 3, lambda i, v: (i + 1, a * v), (0, y), maximum_iterations=3
    )
    yield bt.Normal("obs", turns[1], 1.0, observed=np.ones(5))


def compounded_by_hand(a):
    squares = a**2 + np.sum((1.0 - a**3 * Y) ** 2)
    return -0.5 * squares - 3.0 * np.log(2 * np.pi)


@pytest.mark.parametrize(
    ("model", "by_hand"), [(looped, unrolled), (compounded, compounded_by_hand)]
)
def test_a_loop_has_the_density_and_slope_of_its_turns(model, by_hand):
    density = LogDensity(model(Y))
    z = np.array([[-0.4], [0.0], [0.7]])
    value, slope = density.value_and_grad(z)
    np.testing.assert_allclose(value, [by_hand(a) for a in z[:, 0]], rtol=1e-5)
    wanted = [(by_hand(a + 1e-5) - by_hand(a - 1e-5)) / 2e-5 for a in z[:, 0]]
    np.testing.assert_allclose(slope[:, 0], wanted, rtol=1e-4, atol=1e-4)

    @tf.function(jit_compile=True, autograph=False)
    def together(z):
        return density.value_and_grad_each(z, density.tensors)

    for each, alone in zip(together(tf.constant(z, tf.float32)), (value, slope), strict=True):
        np.testing.assert_allclose(each, alone, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    ("step", "operation", "instead"),
    [
        (lambda a: tf.linalg.det(tf.linalg.diag(a)), "MatrixDeterminant", "tf.linalg.qr"),
        (lambda a: tf.math.segment_sum(a, [0, 0, 1]), "SegmentSum", "unsorted_segment_sum"),
        (lambda a: tf.math.bessel_i0(a), "BesselI0", "bessel_i0e"),
        (lambda a: tf.py_function(np.sin, [a], tf.float32), "EagerPyFunc", "before the model"),
        (lambda a: tf.math.special.dawsn(a), "Dawsn", "before the model"),
        (lambda a: tf.boolean_mask(a, a > 0), "Where", "tf.gather"),
        (lambda a: tf.unique(a)[0], "Unique", "np.unique"),
    ],
)
def test_what_xla_cannot_compile(step, operation, instead):
    @bt.model
    def weights():
        a = yield bt.Normal("a", 0.0, 1.0, batch_stack=3)
        part = yield bt.Deterministic("part", step(a))
        yield bt.Potential("p", part)

    with pytest.raises(CompilationError) as caught:
        LogDensity(weights())
    text = str(caught.value)
    assert "test_compilable.py" in text and operation in text and instead in text
