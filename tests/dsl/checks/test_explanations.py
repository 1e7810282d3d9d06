"""TensorFlow's errors in our words: same mistake, same error, with numbers and while tracing."""

import math
import re

import numpy as np
import pytest

from bnn_teach.dsl.distributions import Normal
from bnn_teach.dsl.handlers import from_prior
from bnn_teach.dsl.interpreter import interpret
from bnn_teach.dsl.model import model
from bnn_teach.engine.runtime import tf
from bnn_teach.errors import (
    BranchOnRandomValueError,
    DtypeError,
    NumPyOnRandomValueError,
    ShapeError,
)

X = np.linspace(0.0, 1.0, 6).reshape(3, 2)
NOISE = re.compile(r"\{\{|\[Op:|name: ?$|/device:|__wrapped__|NodeDef|DT_FLOAT|\n")


def run(step, eager):
    """Run a model that applies ``step`` to a column of two weights."""

    def weights():
        w = yield Normal("w", np.zeros((2, 1)))
        yield Normal("y", step(w))

    def start():
        sites = interpret(model(weights)(), from_prior(tf.constant([0, 0])))
        return sites["weights.y"].value

    return start() if eager else tf.function(start, autograph=False).get_concrete_function()


def message(kind, step, eager):
    with pytest.raises(kind) as caught:
        run(step, eager)
    text = str(caught.value)
    assert text.startswith("In the model 'weights', after 'yield' of 'weights.w': ")
    assert not NOISE.search(text), text
    assert caught.value.__suppress_context__
    assert caught.traceback[-1].path != __file__
    assert any(entry.path.name == "test_explanations.py" for entry in caught.traceback[-9:])
    return text


both = pytest.mark.parametrize("eager", [True, False], ids=["eager", "graph"])


@both
@pytest.mark.parametrize(
    ("step", "operation"),
    [
        (lambda w: tf.matmul(X, w), "MatMul"),
        (lambda w: w + tf.constant(X[:2, :1]), "Add"),
        (lambda w: tf.maximum(w, tf.constant(X[:2, :1])), "Maximum"),
        (lambda w: tf.where(w > 0, w, tf.constant(X[:2, :1])), "Select"),
        (lambda w: tf.concat([w, tf.constant(X[:, :1])], 0), "Concat"),
        (lambda w: tf.stack([w, tf.constant(X[:2, :1])]), "Pack"),
        (lambda w: tf.einsum("ij,jk->ik", tf.constant(X), w), "Einsum"),
        (lambda w: tf.linalg.matvec(tf.constant(X), w[:, 0]), "MatMul"),
    ],
)
def test_a_float64_array_from_outside_the_model(step, operation, eager):
    text = message(DtypeError, step, eager)
    assert f"met in {operation}. NumPy makes float64, and models compute in float32." in text
    assert "float64" in text and "tf.cast(array, bt.get_dtype())" in text


@both
@pytest.mark.parametrize(
    ("step", "came"),
    [
        (lambda w: tf.constant([[1], [2]]) * w, "the dtypes .* met in Mul"),
        (lambda w: tf.matmul(tf.constant(X > 0.5), w), "does not take bool"),
        (lambda w: [[1.5]] * tf.cast(w, tf.int32), "int32"),
    ],
)
def test_integers_and_booleans_are_not_made_real_silently(step, came, eager):
    text = message(DtypeError, step, eager)
    assert re.search(came, text) and "tf.cast(value, bt.get_dtype())" in text


@both
def test_an_index_has_to_be_an_integer(eager):
    text = message(DtypeError, lambda w: tf.gather(w, w), eager)
    assert "Gather does not take float32" in text or "does not take float32" in text
    assert "tf.cast(index, tf.int32)" in text


@both
def test_words_are_no_numbers(eager):
    assert "give each category a number" in message(DtypeError, lambda w: w + "a", eager)


@both
@pytest.mark.parametrize(
    ("step", "numbers"),
    [
        (lambda w: w + tf.ones((3, 1)), "2.*3"),
        (lambda w: tf.matmul(tf.ones((3, 3)), w), "3.*2"),
        (lambda w: tf.matmul(tf.ones(2), w), "2|1"),
        (lambda w: np.ones((3, 3)) @ w, "3.*2"),
        (lambda w: tf.linalg.matvec(tf.ones((2, 3)), w[:, 0]), "3.*2"),
        (lambda w: tf.tensordot(tf.ones(3), w, 1), "3.*2"),
        (lambda w: tf.einsum("i,ij->j", w[:, 0], tf.ones((3, 2))), "2.*3"),
        (lambda w: tf.reshape(w, (3,)), "2.*3"),
        (lambda w: tf.concat([w, tf.ones(1)], 0), "2"),
        (lambda w: tf.stack([w, tf.ones(1)]), "1"),
        (lambda w: tf.squeeze(w, 0), "got 2"),
        (lambda w: tf.broadcast_to(w, (3, 3)), "2.*3"),
        (lambda w: tf.split(w, 3), "2.*3|3.*2"),
        (lambda w: w[5], "index 5 of dimension 0"),
        (lambda w: w[:, 0, 0], "only has|only"),
    ],
)
def test_shapes_that_do_not_fit(step, numbers, eager):
    text = message(ShapeError, step, eager)
    assert re.search(rf"shapes do not fit in \w+. TensorFlow says: .*({numbers})", text), text
    assert text.endswith(
        "Check batch_stack=... of the variables, the shapes of the data, and indices."
    )


def test_an_index_beyond_the_data_is_found_before_xla_clamps_it():
    text = message(ShapeError, lambda w: tf.gather(w, [[7]]), True)
    assert "indices[0,0] = 7 is not in [0, 2)" in text


@pytest.mark.parametrize(
    "step",
    [
        lambda w: w if w[0, 0] > 0 else -w,
        lambda w: max(w[0, 0], 0.0),
        lambda w: w if w[0, 0] > 0 and w[1, 0] > 0 else -w,
        lambda w: float(not w[0, 0]),
        lambda w: float(bool(w[0, 0])),
    ],
)
def test_python_cannot_branch_on_a_random_value(step):
    run(step, eager=True)
    text = message(BranchOnRandomValueError, step, eager=False)
    assert "known only when sampling. Use tf.where(condition, a, b), or tf.maximum(a, b)." in text


@pytest.mark.parametrize("step", [lambda w: sum(each for each in w), lambda w: next(iter(w))])
def test_python_cannot_unpack_a_random_value(step):
    run(step, eager=True)
    assert "Use tf.unstack(value)" in message(BranchOnRandomValueError, step, eager=False)


def test_entries_and_unstack_work():
    run(lambda w: w[0] + w[1], eager=False)
    run(lambda w: sum(tf.unstack(w)), eager=False)


@pytest.mark.parametrize(
    "step",
    [
        np.exp,
        np.sum,
        lambda w: np.array([w[0, 0], w[1, 0]]),
        lambda w: w.numpy(),
        lambda w: float(w[0, 0]),
        lambda w: math.exp(w[0, 0]),
        lambda w: [1.0, 2.0, 3.0][int(w[0, 0] > 100.0)],
        lambda w: float(f"{w[0, 0]:.2f}"),
    ],
)
def test_numpy_and_python_cannot_take_the_number_of_a_random_value(step):
    run(step, eager=True)
    text = message(NumPyOnRandomValueError, step, eager=False)
    assert "known only when sampling" in text and "tf.exp for np.exp" in text


@both
@pytest.mark.parametrize(
    ("step", "instead"),
    [
        (lambda w: w.T, "'.T' was used on .* Use tf.transpose"),
        (lambda w: w.sum(), "'.sum' .* Use tf.reduce_sum"),
        (lambda w: w.reshape(-1), "'.reshape' .* Use tf.reshape"),
        (lambda w: w.astype("float32"), "'.astype' .* Use tf.cast"),
    ],
)
def test_a_tensor_is_no_numpy_array(step, instead, eager):
    assert re.search(instead, message(NumPyOnRandomValueError, step, eager))


@pytest.mark.parametrize(
    ("step", "kind"),
    [
        (lambda w: undefined, NameError),  # noqa: F821
        (lambda w: w.foo, AttributeError),
        (lambda w: X @ np.ones(5), ValueError),
        (lambda w: {}["shape"], KeyError),
        (lambda w: int("float32 and float64"), ValueError),
        (lambda w: 1 / 0, ZeroDivisionError),
    ],
)
def test_pythons_own_errors_are_not_translated(step, kind):
    with pytest.raises(kind) as caught:
        run(step, eager=True)
    assert type(caught.value) is kind
    assert caught.value.__notes__ == ["In the model 'weights', after 'yield' of 'weights.w'."]
