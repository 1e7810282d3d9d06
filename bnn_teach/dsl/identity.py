"""Are two models the same? All that a model's graph can depend on, read without tracing it.

Tracing a model takes longer than sampling a small one, and it is only needed where something has
changed. What a Python function computes follows from its bytecode, its defaults, the values that
it closes over, and the globals that it names; those that are functions count in the same way. All
this is hashed. Whatever cannot be known by its value, such as an object of a class of the user's
own, gives no identity, and the model is traced. Next: :mod:`bnn_teach.dsl.structure`.
"""

from __future__ import annotations

import builtins
import dataclasses
import dis
import functools
import hashlib
import types
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from bnn_teach.dsl.dtypes import get_dtype
from bnn_teach.dsl.model import Model, ModelFunction
from bnn_teach.engine.runtime import tf

_LIBRARIES = (
    "bnn_teach", "builtins", "collections", "functools", "itertools", "math", "numpy", "operator",
    "scipy", "tensorflow", "tensorflow_probability", "tf_keras", "typing",
)  # fmt: skip
"""Packages whose functions count by their names: nobody changes them while Python runs."""

_UNKNOWABLE = {"eval", "exec", "globals", "input", "locals", "open", "random", "vars"}
"""What a function that names one of these returns does not follow from what it is."""

_ATOMS = (type(None), bool, int, float, complex, str, bytes, type(...), range)


def model_identity(model: Model, observed: Mapping[str, Any]) -> str | None:
    """Identify the graph that a model has, for data of the same shapes.

    Parameters
    ----------
    model : Model
        A model function that was called.
    observed : mapping of str to ndarray
        All observed values, by path; only their shapes and dtypes count.

    Returns
    -------
    str or None
        Two models with equal identities have equal graphs. None where that cannot be told.
    """
    data, walk = model.data, _Walk()
    others = {k: v for k, v in model.bound.arguments.items() if k not in data}
    shapes = [{k: (v.shape, v.dtype) for k, v in each.items()} for each in (data, observed)]
    try:
        walk.add((get_dtype(), *_parts_of_model(model, others), shapes))
    except (_UnknownError, RecursionError):
        return None
    return walk.digest()


class _UnknownError(Exception):
    """Something that is not known by its value."""


class _Code(NamedTuple):
    """What the code of a function says."""

    names: tuple[str, ...]
    """The globals that it reads, here or in a function defined inside."""
    content: str
    """A hash of its instructions and constants."""


class _Walk:
    """A hash that values are added to, each with what it refers to."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self._seen: dict[int, Any] = {}  # by address; the values are kept alive meanwhile

    def digest(self) -> str:
        return self._hash.hexdigest()

    def _write(self, *words: object) -> None:
        self._hash.update("".join(f"{len(str(word))}:{word}" for word in words).encode())

    def add(self, value: Any) -> None:
        kind = type(value)
        if kind in _ATOMS or isinstance(value, np.dtype | tf.DType):
            self._write(kind.__name__, repr(value))
        elif isinstance(value, np.ndarray | np.generic) or _is_eager(value):
            self._add_array(np.asarray(value))
        elif id(value) in self._seen:
            self._write("again", list(self._seen).index(id(value)))
        else:
            self._seen[id(value)] = value
            self._write(kind.__name__)
            for part in _parts(value, kind):
                self.add(part)

    def _add_array(self, array: np.ndarray) -> None:
        if array.dtype.hasobject:
            raise _UnknownError
        content = hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()
        self._write("array", array.shape, array.dtype.str, content)


def _parts(value: Any, kind: type) -> Iterable[Any]:
    """Return what a value consists of."""
    if isinstance(value, Model):
        return _parts_of_model(value, dict(value.bound.arguments))
    if isinstance(value, ModelFunction):
        return (value.name, value.keep_return, value.function)
    if isinstance(value, types.ModuleType):
        return (value.__name__,) if _is_library(value.__name__) else _no()
    if dataclasses.is_dataclass(kind) and _is_library(kind.__module__):
        return (kind, {f.name: getattr(value, f.name) for f in dataclasses.fields(kind)})
    return _parts_of_container(value, kind) or _parts_of_callable(value, kind) or _no()


def _no() -> Any:
    raise _UnknownError


def _is_eager(value: Any) -> bool:
    return tf.is_tensor(value) and hasattr(value, "numpy") and not isinstance(value, tf.Variable)


def _is_library(module: str | None) -> bool:
    return (module or "").partition(".")[0] in _LIBRARIES


def _parts_of_model(model: Model, arguments: dict[str, Any]) -> Iterable[Any]:
    return (model.name, model.keep_return, model.function, arguments)


def _parts_of_container(value: Any, kind: type) -> Iterable[Any] | None:
    if kind in (list, tuple):
        return (len(value), *value)
    if kind is dict:
        return (len(value), *value.keys(), *value.values())
    if kind in (set, frozenset) and all(type(each) in _ATOMS for each in value):
        return (len(value), *sorted(map(repr, value)))
    return (vars(value),) if kind is types.SimpleNamespace else None


def _parts_of_callable(value: Any, kind: type) -> Iterable[Any] | None:
    if isinstance(value, types.FunctionType):
        return _parts_of_function(value)
    if isinstance(value, types.MethodType):
        return (value.__func__, value.__self__)
    if kind is functools.partial:
        return (value.func, value.args, value.keywords)
    if isinstance(value, type | types.BuiltinFunctionType | np.ufunc):
        return (_name_in_library(value),)
    return None


def _name_in_library(value: Any) -> str:
    """Return the name under which a library holds it."""
    module = getattr(value, "__module__", None) or type(value).__module__
    name = getattr(value, "__qualname__", value.__name__)
    owner = getattr(value, "__self__", None)
    bound = owner is not None and not isinstance(owner, types.ModuleType)
    if bound or "<locals>" in name or not _is_library(module) or name in _UNKNOWABLE:
        raise _UnknownError
    return f"{module}.{name}"


def _parts_of_function(function: types.FunctionType) -> Iterator[Any]:
    if _is_library(function.__module__) and "<locals>" not in function.__qualname__:
        yield f"{function.__module__}.{function.__qualname__}"
        return
    code = _read(function.__code__)
    yield code.content
    yield from (function.__defaults__, function.__kwdefaults__)
    for cell in function.__closure__ or ():
        try:
            yield cell.cell_contents
        except ValueError:  # not assigned yet
            yield "empty"
    for name in code.names:
        yield name
        yield function.__globals__.get(name, getattr(builtins, name, "missing"))


@functools.lru_cache(maxsize=512)
def _read(code: types.CodeType) -> _Code:
    """Read the code of a function."""
    names: set[str] = set()
    content = hashlib.sha256()
    for each in _all_codes(code):
        if _UNKNOWABLE & {*each.co_names}:
            raise _UnknownError
        for instruction in dis.get_instructions(each):
            word = instruction.opname
            if word in ("STORE_GLOBAL", "DELETE_GLOBAL"):
                raise _UnknownError
            if word == "IMPORT_NAME" and not _is_library(instruction.argval):
                raise _UnknownError
            if word in ("LOAD_GLOBAL", "LOAD_NAME"):
                names.add(instruction.argval)
        plain = [c for c in each.co_consts if not isinstance(c, types.CodeType)]
        shape = (each.co_argcount, each.co_posonlyargcount, each.co_kwonlyargcount, each.co_flags)
        symbols = (each.co_names, each.co_varnames, each.co_cellvars, each.co_freevars)
        kinds = [type(c).__name__ for c in plain]
        said = (each.co_code.hex(), each.co_exceptiontable.hex(), plain, kinds, shape, symbols)
        content.update(repr(said).encode())
    return _Code(tuple(sorted(names)), content.hexdigest())


def _all_codes(code: types.CodeType) -> Iterator[types.CodeType]:
    """Yield the code of a function and of those defined inside, in order."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _all_codes(constant)
