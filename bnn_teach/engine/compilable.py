"""What XLA cannot compile: found in a graph before it is compiled, and named with its line.

Next: :mod:`bnn_teach.engine.programs`.
"""

from __future__ import annotations

import functools
import hashlib
import linecache
import pathlib
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from bnn_teach.engine.runtime import (
    XLAControlFlowContext,
    get_all_registered_kernels,
    tf,
    tfp,
)
from bnn_teach.errors import BnnTeachError, CompilationError

_SEGMENT = "tf.math.unsorted_segment_{}(values, group, number_of_groups), which it can"
_PRINT = "bt.Deterministic, and look at the trace"
_PYTHON = "TensorFlow's operations, or compute it before the model and pass it as an argument"
_DETERMINANT = (
    "the diagonal of a factor: tf.linalg.cholesky for a covariance (the product of the squares), "
    "tf.linalg.qr for any other matrix"
)
_ROWS = (
    "row numbers, np.flatnonzero(mask), passed as an argument and used in tf.gather, or keep all "
    "entries by tf.where(mask, value, 0.0)"
)
_INSTEAD = {
    "PrintV2": _PRINT, "StringFormat": _PRINT, "Where": _ROWS,
    "EagerPyFunc": _PYTHON, "PyFunc": _PYTHON, "PyFuncStateless": _PYTHON,
    "MatrixDeterminant": _DETERMINANT, "LogMatrixDeterminant": _DETERMINANT,
    "BesselI0": "tf.math.bessel_i0e(x) * tf.exp(abs(x))",
    "BesselI1": "tf.math.bessel_i1e(x) * tf.exp(abs(x))",
    "Unique": "the groups' numbers, np.unique(..., return_inverse=True), passed as arguments",
    **{f"Segment{k}": _SEGMENT.format(k.lower()) for k in ("Sum", "Mean", "Prod", "Max", "Min")},
}  # fmt: skip
_NO_OPERATIONS = {"Placeholder", "_Arg", "_Retval"}
_HERE = pathlib.Path(__file__).parents[1]
_LIBRARIES = tuple(str(pathlib.Path(m.__file__).parent) for m in (tf, tfp))


def operations(definition: Any) -> set[str]:
    """Return the kinds of operations in a graph and its nested functions."""
    return {node.op for node in _nodes(definition)}


def constants(definition: Any) -> list[str]:
    """Return what identifies the constants of a graph and its nested functions."""
    tensors = (n.attr["value"].tensor for n in _nodes(definition) if n.op == "Const")
    values = (tensor.SerializeToString(deterministic=True) for tensor in tensors)
    return sorted(hashlib.sha256(value).hexdigest() for value in values)


def _nodes(definition: Any) -> Iterator[Any]:
    yield from definition.node
    for function in definition.library.function:
        yield from function.node_def


def written(write: Callable[[], Mapping[str, Any]], has_loops: bool) -> Any:
    """Write to the current graph, as XLA needs it; return the result and the graph's definition.

    Parameters
    ----------
    write : callable
        Makes the operations, and returns tensors by name.
    has_loops : bool
        Whether there are loops, or choices, with a gradient: then TensorFlow is told that the graph
        is for XLA, so that it gives their lists fixed lengths.

    Raises
    ------
    CompilationError
        Naming an operation whose result has an unknown shape, its line and a substitute.
    """
    graph = tf.compat.v1.get_default_graph()
    context = XLAControlFlowContext() if has_loops else None
    try:
        if context:
            context.Enter()
        result = write()
        if not all(tensor.shape.is_fully_defined() for tensor in result.values()):
            raise ValueError("a result has no known shape")
    except BnnTeachError:
        raise
    except Exception as error:
        _refuse_unknown(graph, error)
        raise
    finally:
        if context:
            context.Exit()
    return result, graph.as_graph_def()


def check_compilable(graph: Any, found: set[str]) -> None:
    """Raise :class:`CompilationError` if an operation in the graph is unknown to XLA."""
    if unknown := found - _known():
        _refuse(graph, unknown)


@functools.cache
def _known() -> frozenset[str]:
    """Return the operations that XLA can compile here."""
    with tf.init_scope():  # the first program that runs registers them
        tf.function(lambda: tf.constant(0.0), jit_compile=True, autograph=False)()
    registered = get_all_registered_kernels().kernel
    return frozenset(k.op for k in registered if k.device_type == "XLA_CPU_JIT") | _NO_OPERATIONS


def _refuse(graph: Any, unknown: set[str]) -> None:
    """Raise an error for the first operation that is, or calls, one that is unknown to XLA."""
    functions = {f.signature.name: f.node_def for f in graph.as_graph_def().library.function}

    def inside(node: Any) -> Iterator[str]:
        yield node.op
        for value in node.attr.values():
            for name in [value.func.name, *(f.name for f in value.list.func)]:
                for each in functions.get(name, ()):
                    yield from inside(each)

    for op in graph.get_operations():
        for kind in inside(op.node_def):
            if kind in unknown and not kind.startswith("StatelessRandom"):  # TFP's has another
                raise CompilationError(
                    f"{_line(op)} uses TensorFlow's {kind}, which XLA, its compiler, does not "
                    f"know, and models are compiled. Use {_INSTEAD.get(kind, _PYTHON)}."
                )


def _refuse_unknown(graph: Any, error: Exception) -> None:
    """Raise an error if the reason for another one is a shape that depends on random values."""
    if "singleton tf.Variable" in str(error):
        raise CompilationError(
            "a tf.Variable, perhaps of a Keras layer, is made inside the model, which is run more "
            "than once. Make the layer before the model, or use bt.dense."
        ) from None
    if found := re.search(r"No gradient defined.*op type: (\w+)", str(error)):
        op = next(op for op in graph.get_operations() if op.type == found[1])
        raise CompilationError(
            f"{_line(op)} uses TensorFlow's {op.type}, which has no gradient in TensorFlow, and "
            f"models are differentiated. Use {_INSTEAD.get(op.type, _PYTHON)}."
        ) from None
    for op in graph.get_operations():
        given = all(tensor.shape.is_fully_defined() for tensor in op.inputs)
        if given and not all(tensor.shape.is_fully_defined() for tensor in op.outputs):
            raise CompilationError(
                f"{_line(op)} uses TensorFlow's {op.type}, whose result has a shape that is known "
                "only when it has been computed, and models are compiled before. Use "
                f"{_INSTEAD.get(op.type, _PYTHON)}."
            ) from None


def _line(op: Any) -> str:
    """Return the place in the user's code where an operation was made."""
    frames = [f for f in op.traceback if not f.filename.startswith(_LIBRARIES)]
    own = [f for f in frames if not f.filename.startswith(str(_HERE))]
    frame = (own or frames)[-1]
    text = linecache.getline(frame.filename, frame.lineno).strip()
    return f"line {frame.lineno} of {pathlib.Path(frame.filename).name}, {text!r:.80},"
