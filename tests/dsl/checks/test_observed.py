"""Data that do not fit their variable: which value, where, what was expected, and the remedy."""

import re
import warnings

import numpy as np
import pandas as pd
import pytest

from bnn_teach.dsl.checks.observed import check_observed
from bnn_teach.dsl.distributions import (
    Bernoulli,
    Categorical,
    Dirichlet,
    Exponential,
    MvNormal,
    Normal,
    Poisson,
    Uniform,
)
from bnn_teach.engine.runtime import tf
from bnn_teach.errors import ForgottenYieldError, ObservedError

COLUMN = Normal("y", np.zeros((3, 1)))


def refused(variable, value, text, **options):
    with pytest.raises(ObservedError, match=f"^m.y: the observed value {text}") as caught:
        check_observed("m.y", variable, value, **options)
    return str(caught.value)


@pytest.mark.parametrize(
    "value",
    [[1.0, 2.0], [1, 2], np.array([1, 2]), pd.Series([1.0, 2.0]), tf.constant([1, 2]), (True, 2)],
    ids=repr,
)
def test_numbers_of_any_kind_become_the_distributions_dtype(value):
    array = check_observed("m.y", Normal("y"), value)
    assert array.dtype == np.float32
    np.testing.assert_array_equal(array, [1.0, 2.0])
    assert check_observed("m.y", Categorical("y", [0.2, 0.3, 0.5]), value).dtype == np.int32


@pytest.mark.parametrize(
    ("variable", "shape"),
    [
        (Normal("y"), ()),
        (Normal("y"), (30,)),
        (Normal("y"), (30, 2)),
        (Normal("y", [0.0, 1.0]), (2,)),
        (Normal("y", [0.0, 1.0]), (30, 2)),
        (COLUMN, (3, 1)),
        (Normal("y", [0.0, 1.0], batch_stack=3), (3, 2)),
        (MvNormal("y", np.zeros(2), np.eye(2)), (2,)),
        (MvNormal("y", np.zeros(2), np.eye(2)), (30, 2)),
    ],
)
def test_data_have_the_variables_shape_or_one_that_it_broadcasts_to(variable, shape):
    assert check_observed("m.y", variable, np.zeros(shape)).shape == shape


@pytest.mark.parametrize(
    ("variable", "shape"),
    [
        (COLUMN, (3,)),
        (COLUMN, (1, 3)),
        (COLUMN, (3, 4)),
        (Normal("y", np.zeros(3)), (3, 3)),
        (Normal("y", [0.0, 1.0]), ()),
        (Normal("y", [0.0, 1.0]), (2, 1)),
        (Normal("y", [0.0, 1.0]), (30, 3)),
        (Normal("y", batch_stack=(2, 3)), (3, 2)),
        (MvNormal("y", np.zeros(2), np.eye(2)), (2, 30)),
        (MvNormal("y", np.zeros(1), np.eye(1)), (30, 2)),
    ],
)
def test_other_shapes_are_refused(variable, shape):
    text = refused(variable, np.zeros(shape), rf"has shape \({', ?'.join(map(str, shape))},?\)")
    assert f"but {variable.family} expects shape {variable.shape} (or with further axes" in text
    assert "y[:, None] makes a column" in text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ([0.0, np.nan, 1.0], r"has NaN at index \(1,\), but Normal expects finite numbers"),
        ([[0.0], [np.inf]], r"has infinity at index \(1, 0\)"),
        ([0.0, -np.inf], r"has infinity at index \(1,\)"),
        (np.nan, "has NaN, but"),
        ([0.0, 1e300], r"has infinity at index \(1,\)"),
        (pd.Series([1, None], dtype="Int64"), r"has NaN at index \(1,\)"),
    ],
)
def test_missing_and_infinite_values_are_found(value, text):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert "Leave missing values out, or fill them in." in refused(Normal("y"), value, text)


@pytest.mark.parametrize("shape", [(0,), (0, 2), (2, 0)])
def test_data_without_entries_are_refused(shape):
    refused(Normal("y"), np.zeros(shape), rf"has shape {re.escape(str(shape))}, no entries")


def test_a_nan_among_categories_is_found_before_it_becomes_an_integer():
    refused(Categorical("y", [0.5, 0.5]), [0.0, np.nan], r"has NaN at index \(1,\)")


@pytest.mark.parametrize(
    ("variable", "value", "text"),
    [
        (Exponential("y", 1.0), [1.0, -2.5], r"has -2.5 at index \(1,\), but Exponential expects"),
        (
            Poisson("y", 1.0),
            [1, -1],
            r"has -1 at index \(1,\), but Poisson expects integers from 0",
        ),
        (Poisson("y", 1.0), [[1.5]], r"has 1.5 at index \(0, 0\)"),
        (Poisson("y", 1.0), 1.5, "has 1.5, but"),
        (Bernoulli("y", 0.5), [0, 1, 2], r"has 2 at index \(2,\), but Bernoulli expects 0 or 1"),
        (Categorical("y", [0.2, 0.3, 0.5]), [0, 3], r"has 3 at index \(1,\), but .* from 0 to 2"),
        (Categorical("y", [0.5, 0.5]), [0.5], r"has 0.5 at index \(0,\)"),
        (Uniform("y", -1.0, 2.0), [0.0, 2.5], r"has 2.5 .* expects numbers from -1 to 2"),
        (
            Dirichlet("y", [1.0, 1.0]),
            [[0.5, 0.5], [0.5, 0.2]],
            r"has \[0.5, 0.2\] at index \(1,\), but Dirichlet expects .* sum to 1",
        ),
    ],
)
def test_values_outside_the_support_are_found(variable, value, text):
    assert refused(variable, value, text).endswith("or choose a distribution that fits them.")


def test_the_ends_of_an_interval_belong_to_it_in_any_dtype():
    value = np.array([0.1, 0.7])
    np.testing.assert_array_equal(
        check_observed("m.y", Uniform("y", 0.1, 0.7), value), value.astype(np.float32)
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("abc", "is str of dtype <U3, but Normal expects numbers"),
        (["a", "b"], "is list of dtype <U1"),
        (np.array([1.0, None]), "is ndarray of dtype object"),
        ([1j], "is list of dtype complex128"),
        ([[1.0, 2.0], [3.0]], "has rows of different lengths, but Normal expects a rectangular"),
        (np.ma.masked_array([1.0, 2.0], [True, False]), "is a masked array with missing values"),
        ({"a": 1}, "is dict of dtype object"),
    ],
    ids=str,
)
def test_what_is_no_array_of_numbers_is_refused(value, text):
    refused(Normal("y"), value, text)


def test_a_variable_is_no_data():
    with pytest.raises(ForgottenYieldError, match="'x' was used as a value"):
        check_observed("m.y", Normal("y"), Normal("x"))


def test_contents_do_not_matter_where_only_the_shape_is_asked_for():
    data = [np.nan, -1.0]
    assert check_observed("m.y", Poisson("y", 1.0), data, only_shape=True).shape == (2,)
    with pytest.raises(ObservedError, match="has shape"):
        check_observed("m.y", COLUMN, data, only_shape=True)


def test_the_message_says_where_the_value_came_from():
    with pytest.raises(ObservedError, match=r"m\.y: the given value has NaN"):
        check_observed("m.y", Normal("y"), np.nan, kind="given")
