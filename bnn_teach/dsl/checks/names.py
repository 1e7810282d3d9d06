"""What a variable is called, and what its axes are: checked when it is created.

Next: :mod:`bnn_teach.dsl.checks.observed`, for its data.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

from bnn_teach.engine.runtime import tf
from bnn_teach.errors import ArgumentError, VariableNameError


def check_name(name: Any) -> str:
    """Return ``name`` if it may stand in a path, else raise :class:`VariableNameError`."""
    if not isinstance(name, str) or not name:
        raise VariableNameError(
            f"a name is a non-empty string, got {name!r}. The first argument of a random variable "
            'is its name: bt.Normal("loc", 0.0, 1.0).'
        )
    if "." in name or "/" in name:
        raise VariableNameError(
            f"the name {name!r} contains {'.' if '.' in name else '/'!r}, but paths are made of "
            f"names joined by such signs. Write {name.replace('.', '_').replace('/', '_')!r}."
        )
    return name


def as_dims(name: str, dims: str | Sequence[str] | None) -> tuple[str, ...] | None:
    """Return ``dims`` as a tuple of names, or None where none were given."""
    names = (dims,) if isinstance(dims, str) else dims
    if names is None:
        return None
    if not isinstance(names, list | tuple) or not all(isinstance(n, str) for n in names):
        raise ArgumentError(
            f"{name}: dims={dims!r} is neither a name nor a tuple of names. Name every axis of "
            'the value, such as dims="school" or dims=("school", "year").'
        )
    return tuple(names)


def check_labels(dim: str, labels: Any) -> None:
    """Raise :class:`ArgumentError` unless ``labels`` can be written to a file, one an entry."""
    array = np.asarray(labels)
    texts = array.dtype.kind not in "biufMm"
    whole = not texts or all(isinstance(v, str | bytes) for v in array.flat)
    if array.ndim != 1 or not whole or (texts and any("\0" in str(v) for v in array.flat)):
        raise ArgumentError(
            f"with_coords: {dim}: got {type(labels).__name__} of {array.dtype}, shape "
            f"{array.shape}; expected one number, text or np.datetime64 an entry, for a file holds "
            "no other labels, and no text with a NUL. Pass texts, as in [str(v) for v in labels]."
        )


def as_shape(name: str, batch_stack: Any) -> tuple[int, ...]:
    """Return ``batch_stack`` as a tuple of lengths, which is empty where none were given."""
    given = batch_stack.tolist() if isinstance(batch_stack, np.ndarray) else batch_stack
    given = () if given is None else given
    axes = given if isinstance(given, list | tuple | tf.TensorShape) else [given]
    try:
        shape = tuple(-1 if isinstance(n, bool) else operator.index(n) for n in axes)
    except TypeError:
        shape = (-1,)
    if any(n < 1 for n in shape):
        raise ArgumentError(
            f"{name}: batch_stack={batch_stack!r} is not a shape. Pass a positive integer, or a "
            "tuple of them, such as batch_stack=(2, x.shape[1])."
        )
    return shape
