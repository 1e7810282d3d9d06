"""One look at a model: its generator runs on symbols, and everything else is cut from that.

The run writes a graph down. The model's arguments are its inputs, so a model that is known is not
run again for other data or another prior scale. What a look is for, a log-density or a prediction,
is said by a *reading*, which chooses the values of the unobserved variables. Next:
:mod:`bnn_teach.density` and :mod:`bnn_teach.prediction`, which have a reading each.
"""

from __future__ import annotations

import functools
import time
import warnings
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple, Protocol

import numpy as np

from bnn_teach.dsl.checks.observed import as_array, check_held, check_observed, check_shape
from bnn_teach.dsl.checks.parameters import check_parameters
from bnn_teach.dsl.checks.purity import (
    FIXED,
    check_exact,
    check_finite,
    check_operations,
    check_same,
)
from bnn_teach.dsl.dtypes import get_dtype
from bnn_teach.dsl.interpreter import Sites, interpret
from bnn_teach.dsl.model import Model, check_model
from bnn_teach.dsl.random_variables import Potential, RandomVariable, Shape
from bnn_teach.dsl.structure import Structure, check_asked, inspect_model, structure_of
from bnn_teach.engine.identity import asks_for_types, identity
from bnn_teach.engine.programs import Arrays, Recording, Tensors, kept
from bnn_teach.engine.runtime import tf, tfp
from bnn_teach.errors import ModelError, ObservedError, SizeWarning


class Reading(Protocol):
    """What a look is for."""

    predicts: bool
    """Whether observed variables are drawn, too; observed values then count by their shapes."""

    def value(self, path: str, variable: RandomVariable, shape: Shape) -> tf.Tensor:
        """Return the symbolic value, of this shape, of a variable that is not observed."""

    def outputs(self, sites: Sites, observed: Tensors) -> Tensors:
        """Return what is to be computed, by name."""


class Look(NamedTuple):
    """What one run of a model on symbols found."""

    structure: Structure
    """What the model contains; values are symbols."""
    recording: Recording
    """The graph; its inputs are arguments, observed values and what the reading adds."""
    reading: Any
    """The one that it was made with."""
    given: Arrays
    """Observed values that the model itself holds."""
    numbers: Mapping[str, float] = {}
    """Arguments whose numbers the model's Python needs, so they are constants of the graph."""
    measured: frozenset[str] = frozenset()
    """Arguments that observed values come from, and are checked with these."""
    cast: frozenset[str] = frozenset()
    """Arguments of integers that the model makes real numbers of."""
    seconds: float = 0.0
    """How long it took; 0 where the model was known."""
    inputs: Tensors = {}  # noqa: RUF012
    """Arguments and observed values, by the names that the graph has for them."""

    def compute(self, values: Mapping[str, Any]) -> Tensors:
        """Compute all outputs, by name; ``values`` are those of the inputs."""
        return dict(zip(self.recording.outputs, self.recording(values), strict=True))

    def checked(self, *points: Mapping[str, Any]) -> Look:
        """Check the parameters at some points, and what was observed.

        Parameters
        ----------
        *points : mapping
            The reading's own inputs. A parameter may be outside its domain at a point that is too
            far out, so a model that fails here is asked by :func:`inspect_model`, which has the
            last word, and the better words.

        Returns
        -------
        Look
            Its structure has the observed values, in the dtypes of their variables.
        """
        model, predicts = self.structure.model, self.reading.predicts
        symbolic: dict[str, Any] = {p: self.structure.sites[p].node for p in self.structure.random}
        nodes: dict[str, RandomVariable] = {}
        try:
            for point in points:
                found = self.compute({**self.inputs, **point})
                for path, node in symbolic.items():
                    own = (v for k, v in found.items() if k.startswith(f"parameter {path}/"))
                    nodes[path] = node._with_distribution(_evaluated(node.distribution, own))
                    check_parameters(path, nodes[path].distribution)
        except Exception:
            asked = {p: self.inputs[f"observed {p}"] for p in self.structure.asked}
            seen = inspect_model(model, asked, predicts, self.structure.dropped)
            return self._with(seen.observed)
        values = {p: found[f"observed {p}"].numpy() for p in self.structure.observed}
        kinds = {p: "given" if p in self.structure.asked else "observed" for p in values}
        return self._with(
            {p: check_observed(p, nodes[p], v, predicts, kinds[p]) for p, v in values.items()}
        )

    def _with(self, observed: Mapping[str, Any]) -> Look:
        return self._replace(structure=self.structure._replace(observed=observed))


def look(
    model: Model,
    asked: Mapping[str, Any] | None,
    reading: Callable[[Recording], Reading],
    purpose: Hashable,
) -> Look:
    """Run a model on symbols, or recognise it.

    Parameters
    ----------
    model : Model
        A model function that was called.
    asked : mapping, optional
        Values of further variables to observe, by path.
    reading : callable
        Makes the reading, for a recording.
    purpose : hashable
        Identifies the reading.

    Returns
    -------
    Look

    Raises
    ------
    BnnTeachError
        Its subclasses say what is wrong with the model or its data.
    """
    model, asked = check_model(model), check_asked(asked)
    key = known_as(model, asked, purpose)
    seconds = 0.0

    def see(*needed: str) -> Look:
        nonlocal seconds
        clock = time.perf_counter()
        found = _with_needed_numbers(model, asked, reading, frozenset(needed))
        record = found.recording
        changed = key is None or known_as(model, asked, purpose) != key
        if record.varies or (changed and record.digest_of(record.traced()) != record.digest):
            raise ModelError(f"{model.describe()} computes something else at every run. {FIXED}")
        seconds += time.perf_counter() - clock
        return found

    found = see() if key is None else kept(("look", key), see)
    numbers: dict[str, Any] = {}
    while found.numbers.keys() - numbers and found.numbers != _chosen(model, found.numbers):
        numbers |= _chosen(model, found.numbers)
        found = kept(("look", key, *sorted(numbers.items())), functools.partial(see, *numbers))
    arrays = {f"argument {k}": v for k, v in model.data.items() if k not in found.numbers}
    arrays |= {f"observed {p}": v for p, v in found.given.items()}
    for path, value in asked.items():
        node: Any = found.structure.sites[path].node
        arrays[f"observed {path}"] = _uncast(path, node, value, "given", found.reading.predicts)
    for name, value in (model.bound.arguments | model.data).items():
        where = f"{model.name}: the argument {name!r}"
        if name not in found.measured:
            check_finite(where, value)
        if name in found.cast:
            check_exact(where, value)
    inputs = {name: tf.constant(array) for name, array in arrays.items()}
    stale = dict.fromkeys(found.structure.stale)
    structure = found.structure._replace(model=model.with_arguments(stale))
    return found._replace(inputs=inputs, structure=structure, seconds=seconds)


def _chosen(model: Model, names: Iterable[str]) -> dict[str, Any]:
    return {name: model.bound.arguments[name] for name in names}


def known_as(model: Model, asked: Mapping[str, Any], purpose: Hashable = "") -> str | None:
    """Identify the graph that a model has for data of these shapes; None where that cannot be told.

    Real numbers among the arguments count as data.
    """
    data = model.data
    shapes = {k: (v.shape, v.dtype.str) for k, v in data.items()}
    others = {k: v for k, v in model.bound.arguments.items() if k not in data}
    parts = (model.name, model.keep_return, model.function, others, sorted(model.renewed))
    arrays = {p: np.asarray(v) for p, v in asked.items()}
    given = {p: (a.shape, a.dtype.kind) for p, a in arrays.items()}
    return identity(get_dtype(), purpose, parts, shapes, given)


def _with_needed_numbers(
    model: Model,
    asked: Mapping[str, Any],
    reading: Callable[[Recording], Reading],
    numbers: frozenset[str],
) -> Look:
    """Look with real numbers as symbols; those that the model's Python needs stay numbers."""
    real = frozenset(k for k, v in model.bound.arguments.items() if isinstance(v, float))
    if not real or asks_for_types(model.function.function):
        return _look(model, asked, reading, real)
    try:
        return _look(model, asked, reading, numbers)
    except Exception:
        found = _look(model, asked, reading, real)  # what fails here, too, has another reason
    for name in sorted(real):
        try:
            found = _look(model, asked, reading, frozenset(found.numbers) - {name})
        except Exception:
            continue
    return found


def _look(
    model: Model,
    asked: Mapping[str, Any],
    reading: Callable[[Recording], Reading],
    numbers: frozenset[str],
) -> Look:
    given: Arrays = {}
    seen: list[Any] = []

    def write(recording: Recording) -> Tensors:
        read = reading(recording)
        symbols = _arguments(model, recording, numbers)
        observed, uncast = Tensors(), Tensors()
        drawn, dropped = list[tf.Tensor](), list[str]()
        stale, measured = set[str](), set[str]()  # arguments that held what is dropped, or data

        def handler(path: str, variable: RandomVariable) -> Any:
            value = asked.get(path, variable.observed)
            new = [symbols[k] for k in model.renewed if path not in asked]
            sources = {k for k, v in symbols.items() if _depends(value, [v])}
            measured.update(sources)
            if value is not None and new and not _depends(value, new):
                stale.update(sources)
                dropped.append(path)
                value = None
            if value is None:
                drawn.append(read.value(path, variable, variable.shape))
                return drawn[-1]
            if _is_symbolic(value):
                uncast[path] = _computed(path, variable, value, drawn)
            else:
                held = _uncast(path, variable, value, _KINDS[path in asked], read.predicts)
                array = _kept_same(given, path, held)
                uncast[path] = recording.input(f"observed {path}", array.shape, array.dtype)
            observed[path] = tf.cast(uncast[path], variable.distribution.dtype)
            shape = tuple(observed[path].shape)
            return read.value(path, variable, shape) if read.predicts else observed[path]

        sites = interpret(model.with_arguments(symbols), handler)
        check_operations(model.describe())
        structure = structure_of(model, sites, asked, observed)
        if named := [path for path in sites if "Tensor(" in path]:
            raise ModelError(f"{named[0]}: a name was made of a random value. {FIXED}")
        if not seen and len(drawn) > _MANY:
            warnings.warn(
                f"{model.describe()} has {len(drawn)} unobserved variables. Each is a part of the "
                "program, which may take minutes to be made. Alike ones can be one variable: "
                'bt.Normal("w", 0.0, 1.0, batch_stack=100).',
                SizeWarning,
                stacklevel=2,
            )
        structure = structure._replace(
            dropped=tuple(dropped),
            stale=frozenset(stale),
            weighed=_weighed(sites, [*symbols.values(), *observed.values()]),
        )
        seen.append((read, structure, frozenset(measured), _cast(symbols)))
        data = {f"observed {p}": v for p, v in uncast.items()}
        return (
            data
            | {
                f"parameter {path}/{i}": symbol
                for path in structure.random
                for i, symbol in enumerate(_symbols(sites[path].node.distribution))
            }
            | read.outputs(sites, observed)
        )

    recording = Recording(write)
    (_, before, *_), (read, structure, measured, cast) = seen
    check_same(before, structure)
    return Look(structure, recording, read, given, _chosen(model, numbers), measured, cast)


_MANY = 60
_KINDS = {True: "given", False: "observed"}


def _weighed(sites: Sites, data: list[tf.Tensor]) -> dict[str, frozenset[int]]:
    """Return the lengths of the data that each Potential is computed from."""
    rows = [v for v in data if v.shape.rank]
    return {
        path: frozenset(v.shape[0] for v in rows if _depends(site.node.log_prob, [v]))
        for path, site in sites.items()
        if isinstance(site.node, Potential)
    }


def _arguments(model: Model, recording: Recording, numbers: frozenset[str]) -> Tensors:
    """Return symbols for the arguments that are data, but for those whose numbers are needed."""
    symbols = {}
    for name, value in model.data.items():
        if name not in numbers:
            symbols[name] = recording.input(f"argument {name}", value.shape, value.dtype)
            if isinstance(model.bound.arguments[name], float):
                _without_text(symbols[name])
    return symbols


def _cast(symbols: Tensors) -> frozenset[str]:
    """Return the arguments of integers that are made real numbers of."""
    graph = tf.compat.v1.get_default_graph()
    casts = [op for op in graph.get_operations() if op.type == "Cast"]
    real = {op.inputs[0].ref() for op in casts if op.outputs[0].dtype == get_dtype()}
    return frozenset(k for k, v in symbols.items() if v.dtype.is_integer and v.ref() in real)


def _computed(path: str, variable: RandomVariable, value: Any, drawn: list[tf.Tensor]) -> tf.Tensor:
    """Return what was computed from data, of the variable's shape."""
    if _depends(value, drawn):
        raise ObservedError(
            f"{path}: the observed value is computed from a random variable, expected data. Pass "
            "data, or weigh values by bt.Potential(name, log_prob)."
        )
    tensor = tf.convert_to_tensor(value)
    check_shape(path, variable, tuple(tensor.shape))
    return tensor


def _uncast(
    path: str, variable: RandomVariable, value: Any, kind: str, only_shape: bool
) -> np.ndarray:
    """Return data of the variable's shape; fractions of counts stay, to be found."""
    array, dtype = as_array(path, variable, value, kind), variable.distribution.dtype
    halved = array.dtype.kind == "f" and not dtype.is_floating
    if not only_shape:
        check_held(path, kind, array, dtype.as_numpy_dtype)
    with np.errstate(over="ignore"):  # what is lost is found later
        return array.astype((get_dtype() if halved else dtype).as_numpy_dtype)


def _kept_same(given: Arrays, path: str, array: np.ndarray) -> np.ndarray:
    """Keep data that the model itself holds; they have to be those of the run before."""
    if not np.array_equal(given.setdefault(path, array), array, equal_nan=True):
        raise ModelError(f"{path}: got other observed values at every run. {FIXED}")
    return array


def _is_symbolic(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return any(map(_is_symbolic, value))
    return tf.is_tensor(value) and not hasattr(value, "numpy")


def _without_text(symbol: tf.Tensor) -> None:
    """Let a number's symbol fail where its text is asked for, for that is not the number's."""

    def fail(*_: Any) -> str:
        raise TypeError("a number's text is known only where it is a constant")

    kind = type(symbol)
    symbol.__class__ = type(kind.__name__, (kind,), dict.fromkeys(_TEXTS, fail))


_TEXTS = ("__str__", "__repr__", "__format__")


def _depends(value: Any, sources: list[tf.Tensor]) -> bool:
    """Whether a symbolic value is computed from one of the sources."""
    waiting, seen = [*filter(_is_symbolic, tf.nest.flatten(value))], set()
    while waiting:
        tensor = waiting.pop()
        if any(tensor is source for source in sources):
            return True
        if tensor.op.name not in seen:
            seen.add(tensor.op.name)
            waiting.extend(tensor.op.inputs)
    return False


def _symbols(distribution: Any) -> Iterator[tf.Tensor]:
    """Yield the symbolic parameters of a distribution, and of those that it is made of."""
    for value in distribution.parameters.values():
        for part in value if isinstance(value, list | tuple) else [value]:
            if isinstance(part, tfp.distributions.Distribution):
                yield from _symbols(part)
            elif _is_symbolic(part):
                yield part


def _evaluated(distribution: Any, numbers: Iterator[tf.Tensor]) -> Any:
    """Return the distribution with numbers, in the order of :func:`_symbols`, in their place."""

    def number(part: Any) -> Any:
        if isinstance(part, tfp.distributions.Distribution):
            return _evaluated(part, numbers)
        return next(numbers) if _is_symbolic(part) else part

    def whole(value: Any) -> Any:
        return type(value)(map(number, value)) if type(value) in (list, tuple) else number(value)

    changed = {k: whole(v) for k, v in distribution.parameters.items()}
    return distribution.copy(**changed)
