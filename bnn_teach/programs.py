"""Compiled programs: recognised by their graph, kept in memory, and mapped over draws.

XLA takes seconds to compile and microseconds to run, so nothing is compiled twice. A program is
known by the graph of the function that it computes: what a model reads from outside, a number or
a closed-over array, is a constant in that graph and so part of its identity, while data enter as
arguments and are not. Next: :mod:`bnn_teach.density`.
"""

from __future__ import annotations

import hashlib
import re
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from bnn_teach.runtime import tf

Tensors = dict[str, tf.Tensor]
Arrays = dict[str, np.ndarray]

_kept: OrderedDict[tuple, Any] = OrderedDict()
_KEEP = 32
_BLOCK_BYTES = 16_000_000


def specs(arrays: Mapping[str, Any], drop: int = 0) -> dict[str, tf.TensorSpec]:
    """Return the shapes and dtypes of ``arrays``, without their first ``drop`` axes."""
    return {k: tf.TensorSpec(np.shape(v)[drop:], v.dtype) for k, v in arrays.items()}


def traced(function: Callable, *arguments: Any) -> tuple[str, Any]:
    """Trace ``function`` once; return its graph's fingerprint and its outputs' specs."""
    concrete = tf.function(function, autograph=False).get_concrete_function(*arguments)
    text = concrete.graph.as_graph_def().SerializeToString(deterministic=True)
    # Names of nested functions and custom gradients carry a process-wide counter.
    text = re.sub(rb"(CustomGradient-|__(?:inference|forward|backward)_\w*?_)\d+", rb"\1", text)
    return hashlib.sha256(text).hexdigest(), concrete.structured_outputs


def kept(key: tuple, build: Callable[[], Any]) -> Any:
    """Return what was built for ``key``, building it if it is new; the last 32 are kept."""
    program = _kept.pop(key, None)
    if program is None:
        program = build()
    _kept[key] = program
    while len(_kept) > _KEEP:
        _kept.popitem(last=False)
    return program


def map_draws(
    function: Callable[[Tensors, Tensors, tf.Tensor], Tensors],
    draws: Arrays,
    inputs: Arrays,
    seed: Any = (0, 0),
) -> Arrays:
    """Apply ``function`` to every draw in one compiled loop, in blocks of bounded memory.

    Parameters
    ----------
    function : callable
        ``function(draw, inputs, seed) -> outputs``, of one draw.
    draws : dict of str to ndarray, shape (S, ...)
        S draws.
    inputs : dict of str to ndarray
        The same for all draws.
    seed : tuple of int, optional
        A stateless seed; draw number s uses the s-th stream of it.

    Returns
    -------
    dict of str to ndarray, shape (S, ...)
        Beyond this result the memory needed does not grow with S.
    """
    seed = tf.constant(seed, tf.int32)
    key, outputs = traced(function, specs(draws, 1), specs(inputs), tf.TensorSpec([2], tf.int32))
    width = sum(o.dtype.size * max(o.shape.num_elements(), 1) for o in outputs.values())
    block = int(np.clip(_BLOCK_BYTES // max(width, 1), 1, 1024))
    program = kept((key, "map"), lambda: _loop(function, outputs, block))
    count = len(next(iter(draws.values())))
    inputs = {k: tf.constant(v) for k, v in inputs.items()}
    result = {
        k: np.empty((count, *o.shape.as_list()), o.dtype.as_numpy_dtype) for k, o in outputs.items()
    }
    for first in range(0, count, block):
        part = {k: _padded(v[first : first + block], block) for k, v in draws.items()}
        length = min(block, count - first)
        values = program(part, inputs, seed, tf.constant(first), tf.constant(length))
        for k, v in values.items():
            result[k][first : first + length] = v.numpy()[:length]
    return result


def _padded(values: np.ndarray, block: int) -> tf.Tensor:
    missing = block - len(values)
    return tf.constant(np.pad(values, [(0, missing)] + [(0, 0)] * (values.ndim - 1)))


def _loop(function: Callable, outputs: Mapping[str, Any], block: int) -> Callable:
    @tf.function(jit_compile=True, autograph=False)
    def program(draws: Tensors, inputs: Tensors, seed: Any, first: Any, length: Any) -> Tensors:
        def body(i: Any, results: Tensors) -> Any:
            stream = tf.random.experimental.stateless_fold_in(seed, first + i)
            values = function({k: v[i] for k, v in draws.items()}, inputs, stream)
            return i + 1, {
                k: tf.tensor_scatter_nd_update(results[k], [[i]], values[k][None]) for k in results
            }

        empty = {k: tf.zeros([block, *o.shape], o.dtype) for k, o in outputs.items()}
        return tf.while_loop(
            lambda i, _: i < length, body, (tf.constant(0), empty), parallel_iterations=1
        )[1]

    return program
