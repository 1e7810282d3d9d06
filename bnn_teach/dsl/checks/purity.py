"""A model is a function of its arguments: finite numbers, no chance, the same at every run."""

from __future__ import annotations

import linecache
import pathlib
import re
from typing import Any

import numpy as np

import bnn_teach
from bnn_teach.dsl.dtypes import converted, get_dtype
from bnn_teach.engine.runtime import tf
from bnn_teach.errors import ArgumentError, DtypeError, ModelError

FIXED = (
    "Which variables a model has, and what it computes, may depend on its arguments only, not on "
    "chance or on anything that changes outside. To choose by a random value use tf.where."
)
"""What to do."""

_CHANCE = re.compile("Random|Rng|Stateful(?!Partitioned)|Multinomial|.*TruncatedNormal")


def check_operations(where: str) -> None:
    """Check the operations of the graph that is being written.

    Raises
    ------
    ModelError
        It draws random numbers itself, or reads or changes a ``tf.Variable``.
    DtypeError
        A number is multiplied by a truth value, which TensorFlow takes for a truth value, too.
    ArgumentError
        Numbers that the model holds are cast to the working dtype, which cannot hold them.
    """
    for op in tf.compat.v1.get_default_graph().get_operations():
        if op.op_def is not None and op.op_def.is_stateful and _CHANCE.match(op.type):
            raise ModelError(
                f"{where}{_line(op)}: got random numbers ({op.type}) inside the model, expected "
                "a function of its arguments. Yield a random variable in their place, or draw "
                "before and pass the numbers as an argument."
            )
        if any(each.dtype == tf.resource for each in op.inputs):
            raise ModelError(
                f"{where}{_line(op)}: got a tf.Variable, perhaps of a Keras layer ({op.type}), "
                "whose numbers may change, expected a function of its arguments. Pass its numbers "
                "as an argument, or what a trained layer makes of the data; what is to be learned, "
                "yield as a random variable."
            )
        if op.type == "Cast" and op.outputs[0].dtype == tf.bool and op.inputs[0].op.type == "Mul":
            kinds = {each.op.inputs[0].dtype for each in op.inputs[0].op.inputs if each.op.inputs}
            if tf.bool in kinds and len(kinds) > 1:
                raise DtypeError(
                    f"{where}{_line(op)}: got numbers times booleans, expected numbers alone, for "
                    "TensorFlow makes booleans of the product. Write tf.where(mask, a, 0.0), or "
                    f"a * tf.cast(mask, tf.{get_dtype().name})."
                )
        if op.type == "Cast" and op.outputs[0].dtype == get_dtype():
            check_exact(f"{where}{_line(op)}", tf.get_static_value(op.inputs[0]))


def _line(op: Any) -> str:
    """Return the place in the user's code where an operation was made, if there is one."""
    ours = pathlib.Path(bnn_teach.__file__).parent
    frames = [f for f in op.traceback if "site-packages" not in f.filename]
    frames = [f for f in frames if ours not in pathlib.Path(f.filename).parents]
    if not frames:
        return ""
    file, number = frames[-1].filename, frames[-1].lineno
    return f", line {number}, {linecache.getline(file, number).strip()!r:.80}"


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


def check_exact(where: str, value: Any) -> None:
    """Raise :class:`ArgumentError` if the working dtype cannot hold an array of numbers."""
    if not isinstance(value, np.ndarray) or value.ndim == 0 or value.dtype.kind not in "iuf":
        return
    try:
        converted(value, get_dtype().as_numpy_dtype)
    except ArgumentError as error:
        raise ArgumentError(f"{where}: {error}") from None


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
