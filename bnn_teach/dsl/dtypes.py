"""The working dtype, and how arrays, lists and numbers enter a model.

A model computes in one floating-point type. NumPy makes float64 by default and neural networks
are usually float32, and TensorFlow refuses to mix the two; so everything that enters a model
passes through :func:`as_data` or :func:`as_parameter`. Next: :mod:`bnn_teach.dsl.random_variables`.
"""

from __future__ import annotations

import numbers
from typing import Any

import numpy as np

from bnn_teach.errors import ArgumentError
from bnn_teach.runtime import tf

_working = {"dtype": tf.float32}


def set_dtype(dtype: str | tf.DType) -> None:
    """Set the floating-point type of every model: ``"float32"`` (the default) or ``"float64"``."""
    try:
        dtype = tf.as_dtype(dtype)
    except TypeError:
        dtype = None
    if dtype not in (tf.float32, tf.float64):
        raise ArgumentError(
            "set_dtype: the working dtype is 'float32' or 'float64'; pass one of the two."
        )
    _working["dtype"] = dtype


def get_dtype() -> tf.DType:
    """Return the working floating-point type."""
    return _working["dtype"]


def _has_float(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return any(_has_float(v) for v in value)
    return isinstance(value, numbers.Real) and not isinstance(value, numbers.Integral)


def as_data(value: Any) -> Any:
    """Convert an argument of a model: arrays, and lists with a float in them, become NumPy arrays.

    Parameters
    ----------
    value : object
        Any argument. Lists and tuples of integers alone are left as they are (they are sizes,
        such as ``hidden=[5, 5]``), and so is everything that is not numeric.

    Returns
    -------
    object
        A NumPy array in the working dtype, int32 or bool; a Python number; or ``value``.
    """
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, list | tuple) and not _has_float(value):
        return value
    if tf.is_tensor(value):
        if not tf.executing_eagerly() or not hasattr(value, "numpy"):
            return value
        value = value.numpy()
    elif not isinstance(value, np.ndarray | list | tuple) and not hasattr(value, "__array__"):
        return value
    try:
        array = np.asarray(value)
    except (TypeError, ValueError):
        return value
    if array.dtype.kind == "f":
        return array.astype(get_dtype().as_numpy_dtype, copy=False)
    if array.dtype.kind in "iu":
        return array.astype(np.int32, copy=False)
    return array if array.dtype.kind == "b" else value


def as_parameter(value: Any) -> tf.Tensor:
    """Convert a parameter of a distribution to a tensor of the working dtype.

    Lists may mix numbers with the values of other random variables: ``cutpoints=[-1.0, c, 2.0]``.
    """
    if tf.is_tensor(value):
        return value if value.dtype == get_dtype() else tf.cast(value, get_dtype())
    if isinstance(value, list | tuple) and any(not isinstance(v, numbers.Real) for v in value):
        return tf.stack([as_parameter(v) for v in value])
    return tf.constant(np.asarray(value), dtype=get_dtype())
