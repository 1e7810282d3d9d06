"""TensorFlow's errors inside a model, told in the course's words.

A model is run twice over: once with numbers, to look at it, and once to draw a graph, in which a
random value has a shape but no number yet. What goes wrong in either is found by TensorFlow, whose
messages name kernels and graph nodes. Here they become errors that name the place in the model, the
mistake, and the remedy. Errors of Python's, or of the model's author, stay as they are.
Next: :mod:`bnn_teach.dsl.interpreter`.
"""

from __future__ import annotations

import re

from bnn_teach.dsl.dtypes import get_dtype
from bnn_teach.engine.runtime import tf
from bnn_teach.errors import (
    ArgumentError,
    BranchOnRandomValueError,
    DtypeError,
    NumPyOnRandomValueError,
    ShapeError,
)


def explained(error: Exception, where: str) -> Exception | None:
    """Translate an error that was raised inside a model.

    Parameters
    ----------
    error : Exception
        What found out of the generator.
    where : str
        The place, to begin the message with.

    Returns
    -------
    BnnTeachError or None
        None if the error says itself what is wrong.
    """
    text = f"{error}" + (f" ({error.__cause__})" if error.__cause__ else "")
    if isinstance(error, tf.errors.OperatorNotAllowedInGraphError):
        return _branch(text, where)
    found = _attribute(text) if isinstance(error, AttributeError) else ""
    if found in _INSTEAD or (found not in ("", "numpy") and "SymbolicTensor" in text):
        instead = _INSTEAD.get(found, "TensorFlow's functions; of a method, call that of an object")
        return NumPyOnRandomValueError(
            f"{where}'.{found}' was used on a random value or data, which are tensors here and no "
            f"NumPy arrays. Use {instead}."
        )
    for pattern, kind, told in _TEXTS:
        if re.search(pattern, text):
            return kind(f"{where}{told}")
    kinds = TypeError | ValueError | tf.errors.InvalidArgumentError
    if not isinstance(error, kinds) or not _is_tensorflows(error):
        return None
    if "are valid indices" in text:
        return DtypeError(
            f"{where}an index is {text.rsplit(', got ', 1)[-1]:.80}; expected integers or slices. "
            "An index must be an integer: tf.cast(index, tf.int32)."
        )
    if _OF_DTYPES.search(text):
        return _dtypes(text, where)
    return _shapes(text, where) if _OF_SHAPES.search(_plain(text)) else None


_TEXTS = (
    (
        "None values not supported|'NoneType'",
        ArgumentError,
        "got None, expected a number or an array. An argument that was not given is None: pass it, "
        "or ask 'if y is not None'. A decorator that runs through the model sends None back as "
        "values: let it 'return (yield from function(...))'.",
    ),
    (
        "Tensor' object is not callable$",
        NumPyOnRandomValueError,
        "a tensor was called like a function, expected an operation on it. Write the sign: "
        "value * (...), or value[...] for its entries.",
    ),
    (
        "Tensor' object does not support item|setting an array element .*Tensor'",
        NumPyOnRandomValueError,
        "a random value was written into an array, or an array's entry was replaced: tensors do "
        "not change. Make it whole, with tf.stack([...]) or tf.concat, or choose between entries "
        "with tf.where(mask, a, b).",
    ),
    (
        "^len is not well defined",
        NumPyOnRandomValueError,
        "Python's len was applied to a tensor, expected an array or a list. Use value.shape[0], "
        "which data and random values have.",
    ),
    (
        "Cannot interpret 'tf.|SymbolicTensor|symbolic tf.Tensor",
        NumPyOnRandomValueError,
        "NumPy, or Python's float, int or math, was applied to a random value, whose number is "
        "known only when sampling. Use TensorFlow's function of the same meaning: tf.exp for "
        "np.exp, tf.reduce_sum for np.sum, tf.cast for float and int. Words in an array are no "
        "numbers: number them before.",
    ),
)
"""What an error's text says, whoever raised it; the first that fits."""
_OF_DTYPES = re.compile(
    r"expected to be an? \w+ tensor but is|does not match type|have types .* that don't all match"
    r"|not in (the )?list of allowed values|EagerTensor of dtype|but got .* of type"
    r"|requested dtype|incompatible dtypes|same dtype|to a TensorFlow DType|, got .* of type"
)
_OF_SHAPES = re.compile(
    r"[Ii]ncompatible|[Dd]imension|[Rr]ank|[Ss]hape|ndims|squeeze|out of (bounds|range)|not in \["
)
_KINDS = re.compile(r"\b(b?float\d*|double|half|u?int\d+|bool|string|complex\d+)\b")
_OPERATION = re.compile(r"compute (\w+) as|'(\w+)' Op|Op<name=(\w+)|\[Op:(\w+)\]|\}\} = (\w+)\[")
_NUMERIC = ("int", "float", "bool", "ndarray", "EagerTensor", "SymbolicTensor", "Tensor")
_SAME = {"double": "float64", "float": "float32", "half": "float16"}


def _is_tensorflows(error: Exception) -> bool:
    """Whether the error was raised in TensorFlow (or TFP), and not by the author of the model."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace is not None and trace.tb_frame.f_globals.get("__name__", "").startswith(
        "tensorflow"
    )


def _branch(text: str, where: str) -> Exception:
    if text.startswith("Iterating"):
        return BranchOnRandomValueError(
            f"{where}a random value was iterated over or unpacked, but its entries are known only "
            "when sampling. Use tf.unstack(value), or its entries value[0], value[1], ..."
        )
    return BranchOnRandomValueError(
        f"{where}Python's 'if', 'while', 'and', 'max' or 'bool' was applied to a random value, "
        "which is known only when sampling. Use tf.where(condition, a, b), or tf.maximum(a, b)."
    )


def _attribute(text: str) -> str:
    found = re.search(r"Tensor'? object has no attribute '(\w+)'", text)
    return found[1] if found else ""


_INSTEAD = {
    "T": "tf.transpose(value)", "dot": "tf.matmul or tf.linalg.matvec", "astype": "tf.cast",
    "sum": "tf.reduce_sum", "mean": "tf.reduce_mean", "max": "tf.reduce_max",
    "min": "tf.reduce_min", "reshape": "tf.reshape", "flatten": "tf.reshape(value, [-1])",
    "ravel": "tf.reshape(value, [-1])", "squeeze": "tf.squeeze", "size": "tf.size",
    "item": "the tensor itself", "clip": "tf.clip_by_value", "cumsum": "tf.cumsum",
}  # fmt: skip


def _dtypes(text: str, where: str) -> Exception:
    thing = re.search(r"got (.*) of type '(\w+)'", text.split("Error: ")[-1], re.DOTALL)
    thing = thing or re.search(r", got (.*) of type '(\w+)'", text, re.DOTALL)
    if thing and thing[2] not in _NUMERIC and (thing[2] != "list" or "'" in thing[1]):
        return DtypeError(
            f"{where}got {thing[1]:.60} of type {thing[2]}, expected numbers. Pass arrays to the "
            "model: data.x of a data set, what np.loadtxt returns of a file, list(...) of a set."
        )
    operation = _operation(text)
    head = re.split(r"not in (?:the )?list", text)[0]
    kinds = list(dict.fromkeys(_SAME.get(k, k) for k in _KINDS.findall(head)))
    found = f"the dtypes {' and '.join(kinds)} met in {operation}"
    if len(kinds) < 2:
        found = f"{operation} does not take {' or '.join(kinds) or 'this dtype'}"
    if "complex" in "".join(kinds):
        remedy = "Pass the real and the imaginary part, z.real and z.imag"
    elif "indices" in text:
        remedy = "An index must be an integer: tf.cast(index, tf.int32)"
    elif "string" in kinds:
        remedy = "Only numbers can be computed with; give each category a number"
    elif all(kind.startswith("float") for kind in kinds):
        source = "NumPy makes float64"
        if get_dtype() == tf.float64:
            source = "TensorFlow makes float32 of numbers unless it is told dtype=, as in tf.eye"
        remedy = (
            f"{source}, and models compute in {get_dtype().name}. Pass the array to the "
            "model as an argument, which converts it, or use tf.cast(array, bt.get_dtype()), "
            "also for integers before they are divided, which makes float64 of them"
        )
    else:
        remedy = (
            "Integers and booleans stay what they are, for they may be indices or categories. Make "
            "real numbers of them with tf.cast(value, bt.get_dtype())"
        )
    return DtypeError(f"{where}{found}. {remedy}.")


def _shapes(text: str, where: str) -> Exception:
    shapes = re.search(r"with input shapes: ((?:\[[\d,?]*\](?:, )?)+)", text)
    given = f" (input shapes {shapes[1].rstrip(', ')})" if shapes else ""
    matrix_vector = _operation(text) in ("MatMul", "BatchMatMul") and re.search("rank|ndims", text)
    product = "A matrix times a vector is tf.linalg.matvec(X, b). " if matrix_vector else ""
    return ShapeError(
        f"{where}shapes do not fit in {_operation(text)}. TensorFlow says: {_plain(text)}{given}. "
        f"{product}Check batch_stack=... of the variables, the shapes of the data, and indices."
    )


def _operation(text: str) -> str:
    found = _OPERATION.search(text)
    return re.sub(r"V\d$", "", next(filter(None, found.groups()))) if found else "an operation"


def _plain(text: str) -> str:
    """Strip TensorFlow's names of graph nodes, kernels and devices, and all but the first line."""
    text = re.sub(r"\{\{function_node .*?\}\}\s*", "", text)
    return re.split(r"\s*\[Op:|\.? for '\{\{node|\n", text)[0].strip(" .:")
