"""The working dtype, and how arrays, lists and numbers enter a model.

A model computes in one floating-point type. NumPy makes float64 by default and neural networks
are usually float32, and TensorFlow refuses to mix the two; so everything that enters a model
passes through :func:`as_data` or :func:`as_parameter`. Next: :mod:`bnn_teach.dsl.random_variables`.
"""

from __future__ import annotations

import numbers
from collections.abc import Callable
from typing import Any

import numpy as np

from bnn_teach.arguments import checked_arguments
from bnn_teach.engine.runtime import tf
from bnn_teach.errors import ArgumentError, DtypeError, ModelError

_working = {"dtype": tf.float32}


@checked_arguments
def set_dtype(dtype: str | tf.DType) -> None:
    """Set the floating-point type of every model: ``"float32"`` (the default) or ``"float64"``."""
    try:
        working = tf.as_dtype(dtype)
    except TypeError:
        working = None
    if working not in (tf.float32, tf.float64):
        raise ArgumentError(f"set_dtype({dtype!r}): pass 'float32' or 'float64'.")
    _working["dtype"] = working


def get_dtype() -> tf.DType:
    """Return the working floating-point type."""
    return _working["dtype"]


def _has_float(value: Any) -> bool:
    if type(value) in (list, tuple):
        return any(_has_float(v) for v in value)
    return isinstance(value, numbers.Real) and not isinstance(value, numbers.Integral)


def as_data(value: Any) -> Any:
    """Convert an argument of a model: arrays, and lists with a float in them, become NumPy arrays.

    Tensors stay tensors, for a gradient may flow through them; they change their dtype only.

    Parameters
    ----------
    value : object
        Any argument. Lists and tuples of integers alone are left as they are (they are sizes,
        such as ``hidden=[5, 5]``), and so is everything that is not numeric. Arrays inside
        lists, tuples and dictionaries are converted too. An array without axes is a number.

    Returns
    -------
    object
        A NumPy array in the working dtype, in int32 (int64 where a number needs it) or bool; a
        tensor; a Python number; or ``value``.

    Raises
    ------
    ArgumentError
        If an array has masked, that is missing, values; holds dates, complex numbers or a mixture
        of types; or differs in values that the working dtype cannot tell apart.
    """
    _check_masks(value)
    if isinstance(value, np.generic | np.ndarray) and np.ndim(value) == 0:
        _as_array(value)
        return value.item()
    other = isinstance(value, tf.SparseTensor | tf.RaggedTensor)
    if other or hasattr(value, "toarray") or hasattr(value, "data_vars"):
        raise ArgumentError(
            f"got {type(value).__name__}, expected an array. Pass .toarray() of a sparse matrix, "
            "tf.sparse.to_dense or .to_tensor() of TensorFlow's, one variable of a data set."
        )
    if isinstance(value, dict | list | tuple) and not _has_float(value):
        _check_whole(value)
        return map_entries(as_data, value)
    if tf.is_tensor(value):
        if value.dtype.is_complex:
            _as_array(value)
        tensor = tf.convert_to_tensor(value) if isinstance(value, tf.Variable) else value
        if tensor.dtype == tf.float64 and hasattr(tensor, "numpy"):
            converted(tensor.numpy(), get_dtype().as_numpy_dtype)
        return tf.cast(tensor, get_dtype()) if tensor.dtype.is_floating else tensor
    array = None
    if hasattr(value, "__array__") or type(value) in (list, tuple):
        array = _as_array(value)
    if array is None and type(value).__module__.startswith("pandas"):
        return np.asarray(value, str)
    return value if array is None else array


def _check_whole(value: Any) -> None:
    """Refuse a list of integers that the working dtype cannot hold, should it be data."""
    if type(value) is list and len(value) > 1 and all(type(v) is int for v in value):
        converted(np.array(value, np.float64), get_dtype().as_numpy_dtype)


def _as_array(value: Any) -> np.ndarray | None:
    """Return a numeric array in a model's dtypes, or None if ``value`` is not numeric."""
    _check_masks(value)
    try:
        array = np.asarray(value)
    except (TypeError, ValueError, NotImplementedError, ModelError):
        return None  # ragged, known only when sampling, or something to be yielded
    if array.dtype.kind == "f":
        return converted(array, get_dtype().as_numpy_dtype)
    if array.dtype.kind in "iu":
        if array.size and array.max() >= 2**63:
            raise ArgumentError(
                f"got integers up to {array.max()}, expected below 2**63. Pass .astype(float) of "
                "them, or number them, np.unique(values, return_inverse=True)[1]."
            )
        small = array.size == 0 or (array.min() >= -(2**31) and array.max() < 2**31)
        return array.astype(np.int32 if small else np.int64, copy=False)
    words = array.dtype.kind == "O" and all(isinstance(v, str) for v in array.flat)
    if remedy := None if words else _NOT_REAL.get(array.dtype.kind):
        raise ArgumentError(
            f"got {type(value).__name__} of dtype {array.dtype}, expected real numbers. {remedy}"
        )
    return array if array.dtype.kind == "b" else None


_DATES = "Count from a date, as in (t - t[0]) / np.timedelta64(1, 'D')."
_NOT_REAL = {
    "V": "Pick one field, as in table['x'].",
    "c": "Pass the real and the imaginary part, z.real and z.imag, or np.abs(z).",
    "M": _DATES,
    "m": "Divide by a unit, as in t / np.timedelta64(1, 'D').",
    "O": "Pick the columns of numbers, without missing values, and pass .astype(float) of them. "
    + _DATES.replace("Count", "Of dates, count"),
}


def converted(array: np.ndarray, dtype: Any) -> np.ndarray:
    """Return an array in a floating-point type, or raise an error if values become one.

    Raises
    ------
    ArgumentError
        Half of the different values would be lost, or some by an error above a thousandth of their
        range; whole numbers would change; or a number would become infinite.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        new = array.astype(dtype, copy=False)
        if new is array or array.size == 0 or np.array_equal(new, array, equal_nan=True):
            return new
        finite = array[np.isfinite(array)]
        if finite.size == 0:
            return new
        rounded = finite.astype(dtype)
        error = np.abs(finite - rounded).max()
        whole = (finite == np.round(finite)).all() and np.abs(finite).max() < 2**53
    before, after = np.unique(finite).size, np.unique(rounded).size
    coarse = 2 * after < before or (after < before and error > 1e-3 * np.ptp(finite))
    if not (whole or coarse or np.isinf(error)):
        return new
    found = f"its {before} different values become {after}" if after < before else "values change"
    raise ArgumentError(
        f"got numbers up to {np.abs(finite).max():.12g}, which {np.dtype(dtype)} cannot hold: "
        f"{found}; expected about {np.finfo(dtype).precision} digits. Centre them, x - x.mean(), "
        "or rescale them, or call bt.set_dtype('float64') first."
    )


def _check_masks(value: Any) -> None:
    if np.ma.is_masked(value):
        raise ArgumentError(
            f"a masked array of shape {value.shape} has missing values, which a model cannot use. "
            "Pass the others alone, array.compressed(), or fill them in."
        )


def map_entries(function: Callable[[Any], Any], value: Any) -> Any:
    """Apply ``function`` to the entries of a list, tuple or dictionary; return others as is."""
    if type(value) is dict:
        return {k: function(v) for k, v in value.items()}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*map(function, value))
    return type(value)(map(function, value)) if type(value) in (list, tuple) else value


def _is_number(value: Any) -> bool:
    return isinstance(value, numbers.Real) and not isinstance(value, bool)


def as_parameter(value: Any) -> tf.Tensor:
    """Convert a parameter of a distribution to a tensor of the working dtype.

    Lists may mix numbers with the values of other random variables: ``cutpoints=[-1.0, c, 2.0]``.
    """
    _check_masks(value)
    if isinstance(value, list | tuple) and not all(map(_is_number, value)):
        return tf.stack([as_parameter(v) for v in value])
    array = value if tf.is_tensor(value) else np.asarray(value)
    kind = np.dtype(getattr(array.dtype, "as_numpy_dtype", array.dtype)).kind
    if kind == "b":
        raise DtypeError(
            "got booleans, expected numbers. Write tf.where(mask, a, b) to choose between two, or "
            f"tf.cast(mask, tf.{get_dtype().name}) for 0 and 1."
        )
    if kind in "USMmc":
        remedy = _NOT_REAL.get(kind, "Pass float(text) of a text that holds a number.")
        raise ArgumentError(
            f"got {value!r:.60} of type {type(value).__name__}, expected numbers. {remedy}"
        )
    if getattr(array.shape, "rank", 0) is not None and 0 in array.shape:
        raise ArgumentError(
            f"got shape {tuple(array.shape)}, without entries, expected at least one. Look for "
            "empty data, and for a slice or mask that selects nothing."
        )
    if tf.is_tensor(value):
        return tf.cast(tf.convert_to_tensor(value), get_dtype())
    if array.dtype.kind in "fiu":
        array = converted(array, get_dtype().as_numpy_dtype)
    return tf.constant(array, dtype=get_dtype())
