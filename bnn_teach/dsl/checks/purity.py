"""A model is a function of its arguments: finite numbers, no chance, the same at every run."""

from __future__ import annotations

import linecache
import pathlib
import re
from typing import Any

import numpy as np

import bnn_teach
from bnn_teach.engine.runtime import tf
from bnn_teach.errors import ArgumentError, ModelError

FIXED = (
    "Which variables a model has, and what it computes, may depend on its arguments only, not on "
    "chance or on anything that changes outside. To choose by a random value use tf.where."
)
"""What to do."""

_CHANCE = re.compile("Random|Rng|Stateful(?!Partitioned)|Multinomial|.*TruncatedNormal")


def check_no_randomness(where: str) -> None:
    """Raise :class:`ModelError` if the graph that is being written draws random numbers itself."""
    for op in tf.compat.v1.get_default_graph().get_operations():
        kind = op.op_def
        if kind is None or not kind.is_stateful or not _CHANCE.match(op.type):
            continue
        ours = pathlib.Path(bnn_teach.__file__).parent
        frames = [f for f in op.traceback if "site-packages" not in f.filename]
        frames = [f for f in frames if ours not in pathlib.Path(f.filename).parents]
        line = ""
        if frames:
            file, number = frames[-1].filename, frames[-1].lineno
            line = f", line {number}, {linecache.getline(file, number).strip()!r}"
        raise ModelError(
            f"{where}{line}: got random numbers ({op.type}) inside the model, expected "
            "a function of its arguments. Yield a random variable in their place, or draw before "
            "and pass the numbers as an argument."
        )


def check_same(before: Any, now: Any) -> None:
    """Raise :class:`ModelError` unless two runs' structures are the same."""
    for path in (*before.sites, *now.sites):
        if path not in before.sites or path not in now.sites:
            raise ModelError(
                f"{path}: the model yielded this variable in one run and not in another. {FIXED}"
            )
        if before.shape_of(path) != now.shape_of(path):
            raise ModelError(
                f"{path}: the variable has shape {before.shape_of(path)} in one run and "
                f"{now.shape_of(path)} in another. {FIXED}"
            )


def check_same_density(where: str, first: Any, *others: Any) -> None:
    """Raise :class:`ModelError` unless all runs of a model at the same values have one density."""
    if not all(np.array_equal(first, each, equal_nan=True) for each in others):
        raise ModelError(f"{where} computes something else at every run. {FIXED}")


def check_finite(where: str, value: Any) -> None:
    """Raise :class:`ArgumentError` if an array, also inside a container, has NaN or infinity."""
    if isinstance(value, dict | list | tuple):
        for each in value.values() if isinstance(value, dict) else value:
            check_finite(where, each)
    if not isinstance(value, np.ndarray) or value.ndim == 0 or value.dtype.kind != "f":
        return
    bad: Any = np.argwhere(~np.isfinite(value))
    if len(bad):
        index = tuple(map(int, bad[0]))
        raise ArgumentError(
            f"{where}: got {value[index]} at index {index} and {len(bad) - 1} more, expected "
            "finite numbers. Leave out the rows with gaps, or fill them in."
        )
