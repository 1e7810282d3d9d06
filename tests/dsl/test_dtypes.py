"""Whatever enters a model arrives in one floating-point type, and nothing is lost on the way."""

from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
import xarray as xr

from bnn_teach.dsl.dtypes import as_data, as_parameter, get_dtype, set_dtype
from bnn_teach.dsl.random_variables import Potential
from bnn_teach.engine.runtime import tf
from bnn_teach.errors import ArgumentError


class Pair(NamedTuple):
    first: object
    second: object


def test_the_working_dtype_is_float32_unless_set():
    assert get_dtype() == tf.float32
    set_dtype("float64")
    assert get_dtype() == tf.float64


@pytest.mark.parametrize("dtype", ["float64", np.float64, tf.float64, np.dtype("float64")])
def test_a_dtype_may_be_given_as_a_word_or_an_object(dtype):
    set_dtype(dtype)
    assert get_dtype() == tf.float64


@pytest.mark.parametrize("dtype", ["float16", "int32", "double precision", None, 3])
def test_another_dtype_is_refused_and_changes_nothing(dtype):
    with pytest.raises(ArgumentError, match=r"set_dtype\(.*\): pass 'float32' or 'float64'"):
        set_dtype(dtype)
    assert get_dtype() == tf.float32


@pytest.mark.parametrize(
    "value",
    [
        np.array([1.0, 2.5]),
        np.array([1.0, 2.5], np.float16),
        np.array([1.0, 2.5], ">f8"),
        [1.0, 2.5],
        (1, 2.5),
        [np.float64(1.0), 2.5],
        pd.Series([1.0, 2.5], index=["a", "b"]),
        pd.Series([1.0, 2.5], dtype="Float64"),
        xr.DataArray([1.0, 2.5], dims="x"),
    ],
    ids=repr,
)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_real_numbers_become_an_array_in_the_working_dtype(value, dtype):
    set_dtype(dtype)
    array = as_data(value)
    assert isinstance(array, np.ndarray) and array.dtype == np.dtype(dtype)
    np.testing.assert_array_equal(array, [1.0, 2.5])


def test_tables_and_nested_lists_become_matrices():
    expected = np.array([[1.0, 2.0], [3.0, 4.5]], np.float32)
    for value in ([[1, 2], [3, 4.5]], pd.DataFrame({"a": [1, 3], "b": [2, 4.5]})):
        array = as_data(value)
        assert array.dtype == np.float32
        np.testing.assert_array_equal(array, expected)


def test_integers_and_booleans_stay_what_they_are_for_they_may_be_indices():
    for value in (np.array([0, 2]), np.array([0, 2], np.uint8), pd.Series([0, 2])):
        assert as_data(value).dtype == np.int32
    assert as_data(np.array([True, False])).dtype == np.bool_
    assert as_data(np.zeros(0, int)).dtype == np.int32


@pytest.mark.parametrize("number", [2**31, -(2**31) - 1, 8_000_000_000])
def test_an_integer_too_large_for_32_bits_is_not_wrapped(number):
    array = as_data(np.array([0, number]))
    assert array.dtype == np.int64 and array[1] == number


@pytest.mark.parametrize(
    ("value", "expected"), [(np.float64(0.1), float), (np.int64(5), int), (np.bool_(True), bool)]
)
def test_numpy_scalars_become_python_numbers(value, expected):
    assert type(as_data(value)) is expected and as_data(value) == value


@pytest.mark.parametrize(
    "value",
    [None, "relu", 3, 0.5, True, [5, 5], (5, 5), [], ["a", "b"], [1.0, "a"], [[1.0], [1.0, 2.0]]],
    ids=repr,
)
def test_what_is_no_array_of_numbers_is_left_alone(value):
    assert as_data(value) == value and type(as_data(value)) is type(value)


def test_objects_and_words_in_arrays_are_left_alone():
    words = np.array(["a", "b"])
    assert as_data(words) is words
    assert as_data(np.tanh) is np.tanh


@pytest.mark.parametrize("dtype", ["str", "object", "category"])
def test_words_of_pandas_become_an_array_of_words(dtype):
    array = as_data(pd.Series(["a", "b"], dtype=dtype))
    assert array.dtype.kind == "U" and list(array) == ["a", "b"]


@pytest.mark.parametrize(
    "value",
    [
        scipy.sparse.csr_matrix(np.eye(2)),
        scipy.sparse.coo_array(np.eye(2)),
        tf.sparse.from_dense(np.eye(2)),
        tf.ragged.constant([[1.0], []]),
        xr.Dataset({"a": 1.0}),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_holds_an_array_in_another_form_is_refused(value):
    with pytest.raises(ArgumentError, match=f"got {type(value).__name__}, expected an array"):
        as_data(value)


def test_complex_tensors_are_refused_as_arrays_are():
    with pytest.raises(ArgumentError, match=r"complex64.*z\.real"):
        as_data(tf.constant(1j, tf.complex64))


def test_a_list_of_integers_is_left_alone_unless_they_would_become_one():
    assert as_data([5, 2**24, 2**24 + 2]) == [5, 2**24, 2**24 + 2]
    with pytest.raises(ArgumentError, match="its 3 different values become 1"):
        as_data([123456789, 123456790, 123456791])


@pytest.mark.parametrize("value", [[], np.zeros((0, 2)), tf.zeros(0)])
def test_a_parameter_without_entries_is_refused(value):
    with pytest.raises(ArgumentError, match=r"got shape \(.*, without entries"):
        as_parameter(value)


def test_arrays_inside_containers_are_converted():
    x = np.ones(3)
    for value in ([x, x], (x, [x]), {"a": x, "b": (x, 1)}, Pair(x, [1, x])):
        converted = as_data(value)
        assert type(converted) is type(value)
        leaves = [leaf for leaf in tf.nest.flatten(converted) if leaf is not None]
        assert {leaf.dtype for leaf in leaves if isinstance(leaf, np.ndarray)} == {
            np.dtype("float32")
        }
    assert as_data(Pair(1.0, 2.0)) == Pair(1.0, 2.0)


def test_tensors_stay_tensors_so_that_gradients_flow_through_them():
    x = tf.constant([1.0, 2.0], tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = as_data(x)
        total = tf.reduce_sum(y**2)
    assert y.dtype == tf.float32
    np.testing.assert_allclose(tape.gradient(total, x), [2.0, 4.0])
    assert as_data(tf.constant([1, 2])).dtype == tf.int32
    assert as_data(tf.Variable([1.0])).dtype == tf.float32


def test_missing_values_of_a_masked_array_are_not_silently_used():
    masked = np.ma.masked_array([1.0, 2.0, 3.0], [False, True, False])
    for convert in (as_data, as_parameter):
        with pytest.raises(ArgumentError, match=r"masked array of shape \(3,\).*compressed"):
            convert(masked)
    np.testing.assert_array_equal(as_data(masked[:1]), [1.0])


def test_something_to_be_yielded_may_be_an_argument():
    node = Potential("p", 0.0)
    assert as_data(node) is node
    assert as_data([node])[0] is node


@pytest.mark.parametrize(
    "value",
    [0.1, 3, np.float64(0.1), np.int64(3), [1, 2.5], np.arange(3)],
    ids=repr,
)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_parameters_become_tensors_of_the_working_dtype(value, dtype):
    set_dtype(dtype)
    tensor = as_parameter(value)
    assert tensor.dtype == get_dtype()
    np.testing.assert_array_equal(tensor, np.asarray(value, dtype))


def test_a_parameter_may_mix_numbers_and_tensors():
    c = tf.constant(0.5, tf.float64)
    np.testing.assert_array_equal(as_parameter([-1.0, c, 2]), np.float32([-1.0, 0.5, 2.0]))
    np.testing.assert_array_equal(
        as_parameter([[1, c], [c, np.float64(2.0)]]), np.float32([[1.0, 0.5], [0.5, 2.0]])
    )


def test_a_parameter_of_integers_becomes_real():
    assert as_parameter(tf.constant([1, 2])).dtype == tf.float32
