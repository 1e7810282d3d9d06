"""Graphs written down once, compiled programs that are kept, and functions mapped over draws.

XLA takes seconds to compile and microseconds to run, so nothing is compiled twice. A program is
known by the graph of the function that it computes: what a model reads from outside, a number or
a closed-over array, is a constant in that graph and so part of its identity, while a model's
arguments are inputs and are not. Where :mod:`bnn_teach.engine.identity` knows a model, even the
graph is not needed a second time. Next: :mod:`bnn_teach.density`.
"""

from __future__ import annotations

import functools
import hashlib
import re
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from bnn_teach.engine.compilable import check_compilable, constants, operations, written
from bnn_teach.engine.runtime import refuse_after_fork, tf
from bnn_teach.engine.storage import allocate, release
from bnn_teach.errors import CompilationError, CompilerCacheError

Tensors = dict[str, tf.Tensor]
Arrays = dict[str, np.ndarray]

_kept: OrderedDict[Hashable, Any] = OrderedDict()
_KEEP = 64
_BLOCK_BYTES = 16_000_000


class Recording:
    """A graph, written down while a function runs on symbols, and the function that it computes.

    Parameters
    ----------
    write : callable
        Takes the recording, asks it for inputs, and returns tensors by name, the outputs. It is
        called twice: which inputs there are is known after the first time.

    Attributes
    ----------
    inputs, outputs : dict of str to TensorSpec
        Shapes and dtypes, in the order in which they are met.
    has_loops : bool
        Whether it has loops that keep lists, such as ``tf.scan`` or the gradient of a loop.
    varies : bool
        Whether its constants were other ones when it was written again.
    """

    def __init__(self, write: Callable[[Recording], Mapping[str, Any]]) -> None:
        self.inputs: dict[str, tf.TensorSpec] = {}
        self.outputs: dict[str, tf.TensorSpec] = {}
        self.has_loops, self.varies = False, False
        self._constants: dict[bool, list[str]] = {}  # without and with lists of fixed lengths
        self._write = write
        self._symbols: Tensors = {}
        tf.compat.v1.wrap_function(lambda: self._written(check=False) and None, [])
        self._function = self.traced()

    def _written(self, check: bool) -> Mapping[str, Any]:
        outputs, definition = written(lambda: self._write(self), self.has_loops)
        found, before = operations(definition), self._constants.get(self.has_loops)
        self._constants[self.has_loops] = constants(definition)
        self.varies |= before not in (None, self._constants[self.has_loops])
        if check:
            check_compilable(tf.compat.v1.get_default_graph(), found)
        self.has_loops |= any(op.startswith(("TensorList", "Optional")) for op in found)
        return outputs

    def input(self, name: str, shape: Sequence[int], dtype: Any) -> tf.Tensor:
        """Return a symbol for an input; a new one where there is none of this shape."""
        known = self._symbols.get(name)
        if known is None or known.shape != shape:
            self.inputs[name] = tf.TensorSpec(shape, dtype)
            self._symbols[name] = known = tf.compat.v1.placeholder(dtype, shape)
        return known

    def traced(self, *names: str) -> Any:
        """Return a new concrete function from the inputs to the outputs ``names``, or to all."""
        known = list(self.inputs)

        def function(*symbols: tf.Tensor) -> list[tf.Tensor]:
            self._symbols = dict(zip(known, symbols, strict=True))
            outputs = self._written(check=True)
            if not names:
                self.outputs = specs(outputs)
            return [tf.identity(outputs[name]) for name in names or outputs]

        traced = tf.function(function, autograph=False)
        return traced.get_concrete_function(*(self.inputs[name] for name in known))

    @functools.cached_property
    def digest(self) -> str:
        """Identify what it computes: equal digests share compiled programs."""
        return self.digest_of(self._function)

    def digest_of(self, function: Any) -> str:
        """Identify what another tracing of it computes."""
        return _digest(function, repr((self.inputs, self.outputs)))

    def __call__(self, values: Mapping[str, Any], function: Any = None) -> list[tf.Tensor]:
        """Compute all outputs, or those of one of its functions, eagerly or in a program."""
        given = (tf.convert_to_tensor(values[name]) for name in self.inputs)
        found: list[tf.Tensor] = (function or self._function)(*given)
        return found


def specs(arrays: Mapping[str, Any], drop: int = 0) -> dict[str, tf.TensorSpec]:
    """Return the shapes and dtypes of ``arrays``, without their first ``drop`` axes."""
    return {k: tf.TensorSpec(np.shape(v)[drop:], v.dtype) for k, v in arrays.items()}


def traced(function: Callable[..., Any], *arguments: Any) -> tuple[str, Any]:
    """Trace ``function`` once; return its graph's fingerprint and its outputs' specs.

    The names of inputs and outputs count too, since a program takes and returns them by name.
    """
    concrete = tf.function(function, autograph=False).get_concrete_function(*arguments)
    outputs = concrete.structured_outputs
    return _digest(concrete, repr((arguments, outputs))), outputs


def _digest(function: Any, names: str) -> str:
    """Identify what a function of TensorFlow's computes, with the names of what goes in and out."""
    outside = [_identity(tensor) for tensor in function.captured_inputs]
    return _fingerprint(function.graph.as_graph_def(), [*outside, names.encode()])


def _identity(captured: tf.Tensor) -> bytes:
    """Identify what a function closed over: a tensor by its values, a ``tf.Variable`` as such."""
    if captured.dtype == tf.resource:
        return f"variable {captured._id}".encode()
    return hashlib.sha256(captured.numpy().tobytes()).digest()


# Counters and random numbers of this process, which are no part of what a graph computes.
_COUNTERS = re.compile(
    r"\b(CustomGradient|PartitionedCall|StatefulPartitionedCall)-\d+"
    r"|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    r"|\b\w+?(?=___redundant_placeholder\d)"
    r"|(__(?:inference|forward|backward)_\w*?_)\d+"
)


def _fingerprint(graph: Any, captured: list[bytes]) -> str:
    """Hash a graph; a nested function counts by what it computes, not by its name and place."""
    for nodes in (graph.node, *(f.node_def for f in graph.library.function)):
        for node in nodes:
            if node.op == "Const":  # perhaps a large array, closed over; as text it is larger
                tensor = node.attr["value"].tensor
                tensor.tensor_content = hashlib.sha256(tensor.tensor_content).digest()
    functions = {f.signature.name: str(f) for f in graph.library.function}
    names = sorted(map(re.escape, functions), key=len, reverse=True)
    pattern = re.compile("|".join(names) or "(?!)")
    found: dict[str, str] = {}

    def digest(text: str) -> str:
        text = pattern.sub(lambda match: of_function(match[0]), text)
        return hashlib.sha256(_COUNTERS.sub(r"\1\2", text).encode()).hexdigest()

    def of_function(name: str) -> str:
        if name not in found:
            found[name] = ""  # its own name, inside itself
            found[name] = digest(functions[name])
        return found[name]

    graph.library.Clear()
    return digest(f"{graph}{captured}")


class Compiled:
    """A function of tensors, compiled by XLA for the shapes of the first arguments that it sees.

    A ``tf.function`` compares structure, shapes and dtypes of all arguments at every call, which
    takes longer than a small program runs. Here they are fixed, so a call hands over one flat list
    of tensors and takes one back.

    Parameters
    ----------
    function : callable
        Takes and returns tensors in any nesting that ``tf.nest`` knows.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function
        self._concrete: Any = None
        self._structure: Any = None
        self.num_traces = 0

    def trace(self, *arguments: Any) -> None:
        """Turn the function into a graph, unless that was done; the first call compiles it."""
        if self._concrete is not None:
            return

        def of_flat(*flat: tf.Tensor) -> list[tf.Tensor]:
            self.num_traces += 1
            result = self._function(*tf.nest.pack_sequence_as(arguments, flat))
            self._structure = tf.nest.map_structure(lambda _: None, result)
            return tf.nest.flatten(result)

        program = tf.function(of_flat, jit_compile=True, autograph=False)
        tensors = map(tf.convert_to_tensor, tf.nest.flatten(arguments))
        self._concrete = program.get_concrete_function(
            *(tf.TensorSpec(tensor.shape, tensor.dtype) for tensor in tensors)
        )

    def __call__(self, *arguments: Any) -> Any:
        """Run it.

        Raises
        ------
        CompilerCacheError
            What was compiled cannot be stored.
        """
        self.trace(*arguments)
        flat = [
            each if isinstance(each, tf.Tensor) else tf.constant(each)
            for each in tf.nest.flatten(arguments)
        ]
        flat += self._concrete.captured_inputs
        with cache_explained():
            results = self._concrete.inference_fn.call_flat(*flat)
        return tf.nest.pack_sequence_as(self._structure, results)


def kept(key: Hashable, build: Callable[[], Any]) -> Any:
    """Return what was built for ``key``, building it if it is new; the last 64 are kept."""
    refuse_after_fork()
    value = _kept.pop(key, None)
    if value is None:
        value = build()
    _kept[key] = value
    while len(_kept) > _KEEP:
        _kept.popitem(last=False)
    return value


@contextmanager
def cache_explained() -> Iterator[None]:
    """Say what to do where XLA cannot compile, or cannot store what it has compiled.

    Raises
    ------
    CompilationError, CompilerCacheError
        In place of TensorFlow's own error.
    """
    try:
        yield
    except tf.errors.OpError as error:
        if "fixed tensor list size" in str(error):
            raise CompilationError(
                "a loop in the model has no bound on its number of turns, so its gradient cannot "
                "be compiled. Pass maximum_iterations=... to tf.while_loop, or use tf.scan; for "
                "tf.linalg.expm, which has such a loop, sum the first terms of its series."
            ) from error
        if found := re.search(r"_JIT: (\w+) \(|compile-time constant.*?\{node (\S+)\}", str(error)):
            raise CompilationError(
                f"XLA cannot compile TensorFlow's {found[1] or found[2]}, which the model uses, "
                "directly or in a gradient. Write that step with other operations, or compute it "
                "before the model and pass it as an argument."
            ) from error
        if "xla_compile_cache" not in str(error):
            raise
        raise CompilerCacheError(
            f"XLA compiled the model but cannot store the result: {error.message}. Free some "
            "space there, or set the environment variable BNN_TEACH_XLA_CACHE to another folder, "
            "or to off, and start Python again."
        ) from error


def map_draws(
    function: Callable[[Tensors, Tensors, tf.Tensor], Tensors],
    draws: Arrays,
    inputs: Mapping[str, Any],
    seed: Any = (0, 0),
    known: tuple[Hashable, Mapping[str, tf.TensorSpec]] | None = None,
) -> Arrays:
    """Apply ``function`` to every draw in one compiled loop, in blocks of bounded memory.

    Parameters
    ----------
    function : callable
        ``function(draw, inputs, seed) -> outputs``, of one draw.
    draws : dict of str to ndarray, shape (S, ...)
        S draws.
    inputs : dict of str to ndarray or tensor
        The same for all draws.
    seed : tuple of int, optional
        A stateless seed; draw number s uses the s-th stream of it.
    known : tuple of hashable and dict of str to TensorSpec, optional
        What identifies ``function``, and its outputs: then it need not be traced to be recognised.

    Returns
    -------
    dict of str to ndarray, shape (S, ...)
        Beyond this result, which lives in a file where it is large, the memory needed does not
        grow with S.
    """
    seed = tf.constant(seed, tf.int32)
    one = specs(draws, 1)
    stream = tf.TensorSpec([2], tf.int32)
    key, outputs = known or traced(function, one, specs(inputs), stream)
    width = sum(v.dtype.size * v.shape.num_elements() for v in (*one.values(), *outputs.values()))
    block = int(np.clip(_BLOCK_BYTES // max(width, 1), 1, 1024))
    program = kept((key, "map", block), lambda: Compiled(_loop(function, outputs, block)))
    count = len(next(iter(draws.values())))
    inputs = {k: tf.convert_to_tensor(v) for k, v in inputs.items()}
    result = {
        k: allocate((count, *o.shape.as_list()), o.dtype.as_numpy_dtype) for k, o in outputs.items()
    }
    for first in range(0, count, block):
        part = {k: _padded(v[first : first + block], block) for k, v in draws.items()}
        length = min(block, count - first)
        values = program(part, inputs, seed, first, length)
        for k, v in values.items():
            result[k][first : first + length] = v.numpy()[:length]
            release(result[k])
    return result


def _padded(values: np.ndarray, block: int) -> tf.Tensor:
    missing = block - len(values)
    return tf.constant(np.pad(values, [(0, missing)] + [(0, 0)] * (values.ndim - 1)))


def _loop(
    function: Callable[..., Any], outputs: Mapping[str, Any], block: int
) -> Callable[..., Any]:
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
