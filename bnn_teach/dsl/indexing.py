"""Group indexing: inside a model a tensor is indexed as a NumPy array is.

``alpha[county]`` picks an intercept for every row, which TensorFlow writes ``tf.gather(alpha,
county)``; its own brackets take numbers and slices only. Next: :mod:`bnn_teach.dsl.model`.
"""

from __future__ import annotations

import contextvars
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from bnn_teach.engine.runtime import tf
from bnn_teach.errors import DtypeError, ShapeError

_inside = contextvars.ContextVar("inside a model", default=False)
_tensorflows = tf.Tensor.__getitem__


@contextmanager
def numpy_indexing() -> Iterator[None]:
    """Let tensors be indexed by arrays of integers inside the block, and nowhere else."""
    token = _inside.set(True)
    try:
        yield
    finally:
        _inside.reset(token)


def _getitem(tensor: tf.Tensor, key: Any) -> tf.Tensor:
    entries = key if isinstance(key, tuple) else (key,)
    if not _inside.get() or not any(map(_is_array, entries)):
        return _tensorflows(tensor, key)
    token = _inside.set(False)
    try:
        return _indexed(tensor, [part for entry in entries for part in _as_indices(entry)])
    finally:
        _inside.reset(token)


tf.Tensor.__getitem__ = _getitem


def _is_array(entry: Any) -> bool:
    if isinstance(entry, list):
        return all(isinstance(each, int | np.integer | list) for each in entry)
    return (tf.is_tensor(entry) or isinstance(entry, np.ndarray)) and len(entry.shape) > 0


def _as_indices(entry: Any) -> list[Any]:
    """Return an array of integers as a tensor, and a mask as one for each of its axes."""
    if not _is_array(entry):
        return [entry]
    if tf.is_tensor(entry) and not hasattr(entry, "numpy"):
        indices = [entry]
    else:
        array = np.asarray(entry)
        indices = [*array.nonzero()] if array.dtype == bool else [array]
    indices = [tf.convert_to_tensor(index) for index in indices]
    if indices[0].dtype == tf.bool:
        raise ShapeError(
            "a tensor is indexed by a boolean mask, so its number of entries is not known before "
            "the run. Pass the rows, np.flatnonzero(mask), as an argument and index by them, or "
            "keep all entries: tf.where(mask, value, 0.0)."
        )
    if not indices[0].dtype.is_integer:
        raise DtypeError(
            f"a tensor is indexed by an array of {indices[0].dtype.name}; expected integers. Use "
            "tf.cast(index, tf.int32); number words before, "
            "np.unique(words, return_inverse=True)[1]."
        )
    return [tf.cast(index, tf.int32) for index in indices]


def _indexed(tensor: tf.Tensor, entries: list[Any]) -> tf.Tensor:
    """Index as NumPy does: arrays and integers together, broadcast against each other."""
    kept = [e is None or e is ... or isinstance(e, slice) for e in entries]
    rest = _tensorflows(
        tensor, tuple(e if k else slice(None) for e, k in zip(entries, kept, strict=True))
    )
    dots = next((i for i, e in enumerate(entries) if e is ...), len(entries))
    more = rest.shape.rank - len(entries)
    places = [i if i < dots else i + more for i, k in enumerate(kept) if not k]
    indices = [tf.cast(e, tf.int32) for e, k in zip(entries, kept, strict=True) if not k]
    sizes = [rest.shape[place] for place in places]
    indices = [tf.where(i < 0, i + n, i) for i, n in zip(indices, sizes, strict=True)]
    if len(places) == 1:
        return tf.gather(rest, indices[0], axis=places[0])
    shape = np.broadcast_shapes(*(tuple(index.shape) for index in indices))
    index = tf.stack([tf.broadcast_to(index, shape) for index in indices], axis=-1)
    others = [axis for axis in range(rest.shape.rank) if axis not in places]
    picked = tf.gather_nd(tf.transpose(rest, places + others), index)
    together = places[-1] - places[0] == len(places) - 1
    first = places[0] if together else 0  # where NumPy puts the axes of the indices
    order = [*range(len(shape), picked.shape.rank)]
    order[first:first] = range(len(shape))
    return tf.transpose(picked, order)
