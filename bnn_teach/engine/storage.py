"""Large results: arrays that live in a file, and numbers of many points in blocks.

Ten thousand draws of a function at a hundred thousand points are four gigabytes. The draws are
the result, so they have to be somewhere: beyond half a gigabyte that is a file, mapped into
memory, which the system reads and writes as it sees fit and which is gone with the array.
Set ``TMPDIR`` where the usual folder for such files is small. Next: :mod:`bnn_teach.dsl`.
"""

from __future__ import annotations

import math
import mmap
import tempfile
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

IN_MEMORY = 500_000_000
"""Bytes; a larger array lives in a file."""

_BLOCK = 8_000_000
"""Numbers that :func:`over_points` converts to float64 at a time."""


def allocate(shape: Sequence[int], dtype: Any) -> np.ndarray:
    """Return an array to be filled: in memory, or in an unnamed file where it is large.

    Parameters
    ----------
    shape : sequence of int
        Any shape.
    dtype : NumPy dtype
        Any dtype of fixed size.

    Returns
    -------
    ndarray, shape ``shape``
        Its values are arbitrary. The file has no name, so nothing is left behind.
    """
    size = math.prod(shape) * np.dtype(dtype).itemsize
    if size <= IN_MEMORY:
        return np.empty(shape, dtype)
    with tempfile.TemporaryFile() as file:
        file.truncate(size)
        return np.memmap(file, dtype, "r+", shape=tuple(shape))


def release(array: np.ndarray) -> None:
    """Give back the memory behind an array of :func:`allocate`; its values stay in the file."""
    mapped = getattr(array, "_mmap", None)
    if mapped is not None and hasattr(mmap, "MADV_DONTNEED"):
        mapped.madvise(mmap.MADV_DONTNEED)


def over_points(function: Callable[[np.ndarray], Any], draws: np.ndarray) -> Any:
    """Apply ``function`` to draws in float64, block by block along the points.

    Parameters
    ----------
    function : callable
        Takes an array of shape (chain, draw, P) and returns arrays of shape (..., P).
    draws : ndarray, shape (chain, draw, *points)
        May be larger than the memory.

    Returns
    -------
    ndarray, shape (..., *points)
        What ``function`` would return for all points at once.
    """
    lead, points = draws.shape[:2], draws.shape[2:]
    flat = draws.reshape((*lead, math.prod(points)))
    width = max(1, _BLOCK // max(1, math.prod(lead)))
    starts = range(0, max(1, flat.shape[-1]), width)
    parts = [function(np.asarray(flat[..., first : first + width], np.float64)) for first in starts]
    result = np.concatenate(parts, axis=-1)
    return result.reshape((*result.shape[:-1], *points))
