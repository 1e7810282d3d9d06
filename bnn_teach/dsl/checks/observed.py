"""Observed values: whether they fit the variable that they were observed at.

A model is asked about data, and data have gaps, wrong shapes and impossible values. All of that is
found here, before an algorithm meets it as a NaN. Next: :mod:`bnn_teach.dsl.structure`.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from bnn_teach.dsl.checks.supports import first_outside
from bnn_teach.dsl.dtypes import converted
from bnn_teach.dsl.random_variables import RandomVariable, Shape
from bnn_teach.errors import ArgumentError, ObservedError


def check_observed(
    path: str,
    variable: RandomVariable,
    value: Any,
    only_shape: bool = False,
    kind: str = "observed",
) -> np.ndarray:
    """Return ``value`` in the distribution's dtype, or raise :class:`ObservedError`.

    ``kind`` says in the message where the value is from.
    """
    raw, dtype = as_array(path, variable, value, kind), variable.distribution.dtype.as_numpy_dtype
    with np.errstate(over="ignore", invalid="ignore"):
        array = raw.astype(dtype)
    if not only_shape:
        _check_numbers(raw, array, variable, functools.partial(_fail, path, variable, kind))
        check_held(path, kind, raw, dtype)
    return array


def check_held(path: str, kind: str, raw: np.ndarray, dtype: Any) -> None:
    """Raise :class:`ObservedError` if the distribution's dtype cannot hold the numbers."""
    if raw.dtype.kind in "iuf" and np.dtype(dtype).kind == "f":
        try:
            converted(raw, dtype)
        except ArgumentError as error:
            raise ObservedError(f"{path}: the {kind} value: {error}") from None


def as_array(path: str, variable: RandomVariable, value: Any, kind: str) -> np.ndarray:
    """Return ``value`` as numbers of the variable's shape, or raise :class:`ObservedError`."""
    fail = functools.partial(_fail, path, variable, kind)
    if np.ma.is_masked(value):
        raise fail("is a masked array with missing values", "finite numbers", _MISSING)
    try:
        raw = np.asarray(value)
    except ValueError:
        raise fail("has rows of different lengths", "a rectangular array", "Pass one.") from None
    except (TypeError, NotImplementedError):  # such as a data set, or a tf.Variable
        raise fail(f"is {type(value).__name__}", "one array", "Pass an array.") from None
    if raw.dtype.kind not in "buif":
        raise fail(f"is {type(value).__name__} of dtype {raw.dtype}", "numbers", "Pass numbers.")
    check_shape(path, variable, raw.shape, kind)
    if raw.size == 0:
        raise fail(f"has shape {raw.shape}, no entries", "at least one", "Pass data.")
    return raw


def check_shape(path: str, variable: RandomVariable, shape: Shape, kind: str = "observed") -> None:
    """Raise :class:`ObservedError` if a value of this shape does not fit its variable."""
    if not _fits(variable, shape):
        broadcast = " (or with further axes in front)" if variable.shape else ""
        raise _fail(
            path,
            variable,
            kind,
            f"has shape {shape}",
            f"shape {variable.shape}{broadcast}",
            "Reshape the data (y[:, None] makes a column), or let the parameters or batch_stack "
            "have their shape; an axis of length 1 grows by loc + tf.zeros(shape), not by itself.",
        )


def _check_numbers(raw: np.ndarray, array: np.ndarray, variable: RandomVariable, fail: Any) -> None:
    numbers = array if array.dtype.kind == "f" else raw
    for found, name in ((np.isnan(numbers), "NaN"), (np.isinf(numbers), "infinity")):
        if found.any():
            index = tuple(int(i) for i in np.argwhere(found)[0])
            raise fail(f"has {name}{_at(index)}", "finite numbers", _MISSING)
    outside = first_outside(variable.support, numbers) if variable.support else None
    if outside is not None:
        raise fail(
            f"has {outside[1]}{_at(outside[0])}",
            variable.support.name,
            "Correct the data, or choose a distribution that fits them.",
        )


_MISSING = "Leave missing values out, or fill them in."


def _at(index: tuple[int, ...]) -> str:
    return f" at index {index}" if index else ""


def _fits(variable: RandomVariable, given: Shape) -> bool:
    event = len(variable.distribution.event_shape)
    own = variable.shape
    grows = any(a == 1 < b for a, b in zip(own[::-1], given[::-1], strict=False))
    square = len(own) - event == 1 and len(given) - event == 2 and given[0] == given[1] > 1
    if grows or square:  # a column of data for each of one, or an outer product, by accident
        return False
    try:
        whole = np.broadcast_shapes(variable.shape, given) == given
    except ValueError:
        return False
    return whole and given[len(given) - event :] == variable.shape[len(variable.shape) - event :]


def _fail(
    path: str, variable: RandomVariable, kind: str, got: str, expected: str, remedy: str
) -> Exception:
    return ObservedError(
        f"{path}: the {kind} value {got}, but {variable.family} expects {expected}. {remedy}"
    )
