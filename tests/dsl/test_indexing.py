"""Inside a model tensors are indexed as NumPy indexes arrays; outside TensorFlow's rule holds."""

import numpy as np
import pytest

from bnn_teach.dsl.distributions import Normal
from bnn_teach.dsl.handlers import from_prior
from bnn_teach.dsl.indexing import numpy_indexing
from bnn_teach.dsl.interpreter import interpret
from bnn_teach.dsl.model import model
from bnn_teach.engine.runtime import tf
from bnn_teach.errors import DtypeError, ShapeError

A = np.arange(2 * 3 * 4 * 5.0, dtype=np.float32).reshape(2, 3, 4, 5)
GROUP = np.array([1, 0, 1, -1, -2])
PAIRS = np.array([[0, 2], [1, 1]])


@pytest.mark.parametrize(
    "key",
    [
        GROUP,
        [1, 0],
        (slice(None), GROUP),
        (GROUP, 0),
        (0, GROUP),
        (..., GROUP),
        (..., GROUP, slice(1, 3)),
        (GROUP, ..., 1),
        (slice(None), GROUP, GROUP),
        (GROUP, slice(None), GROUP),
        (slice(1), None, PAIRS, ..., None),
        (PAIRS[:, 0], PAIRS, PAIRS, 3),
        (slice(None), PAIRS, slice(None, None, -1), 3),
        (slice(None), [True, False, True]),
        A[:, :, 0, 0] > 30,
    ],
    ids=str,
)
def test_the_same_as_numpy(key):
    as_tensors = tuple(map(tf.constant, key)) if isinstance(key, tuple) and all(
        isinstance(k, np.ndarray) for k in key
    ) else key  # fmt: skip
    numbers = (key, as_tensors)
    wanted = A[key if not isinstance(key, list) else np.array(key)]
    for given in numbers:
        with numpy_indexing():
            np.testing.assert_array_equal(tf.constant(A)[given], wanted)


def test_what_tensorflow_can_do_is_left_to_it():
    with numpy_indexing():
        for key in (0, (..., 1), slice(1, None), (0, tf.newaxis, slice(None, None, 2))):
            np.testing.assert_array_equal(tf.constant(A)[key], A[key])


def test_symbols_and_their_gradient():
    @tf.function
    def slope(a, group):
        with numpy_indexing():
            return tf.gradients(tf.reduce_sum(a[:, group] ** 2), a)[0]

    got = slope(tf.constant(A[0, :, :, 0]), tf.constant([0, 0, 3], tf.int64))
    counts = np.array([2.0, 0.0, 0.0, 1.0])
    np.testing.assert_allclose(got, 2 * counts * A[0, :, :, 0])


def test_only_inside_a_model():
    with pytest.raises(TypeError):
        tf.constant(A)[GROUP]


def weights(step, group):
    def weights(group):
        w = yield Normal("w", np.zeros((2, 3)))
        yield Normal("y", step(w, group))

    return tf.function(
        lambda g: interpret(model(weights)(g), from_prior(tf.constant([0, 0])))["weights.y"].value,
        autograph=False,
    ).get_concrete_function(tf.constant(group))


def test_what_cannot_be_meant():
    place = "In the model 'weights', .*after 'yield' of|In the model 'weights'"
    with pytest.raises(ShapeError, match=f"{place}.*boolean mask.*np.flatnonzero"):
        weights(lambda w, g: w[:, g], [True, False, True])
    with pytest.raises(DtypeError, match=f"{place}.*float32; expected integers.*tf.cast"):
        weights(lambda w, g: w[:, g], [0.0, 1.0])
    with pytest.raises(DtypeError, match=f"{place}.*index must be an integer"):
        weights(lambda w, g: w[g[0]], [0.0, 1.0])
    assert weights(lambda w, g: w[0, g], [2, 2]).structured_outputs.shape == (2,)
