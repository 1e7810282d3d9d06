"""Are two models the same? All that their graphs can depend on, as one hash.

Tracing a model takes longer than sampling a small one, and it is only needed where something has
changed. What a Python function computes follows from its code, its defaults, the values that it
closes over and the globals that it names: cloudpickle writes all of that down, and equal bytes
mean equal functions. Refused is what bytes do not determine: a module of the user's own, which may
be edited; a class or a variable, which may change; chance, files, and names looked up while
running. Such a model has no identity, and is traced. Next: :mod:`bnn_teach.density`.
"""

from __future__ import annotations

import contextlib
import dataclasses
import dis
import functools
import hashlib
import inspect
import io
import types
from collections.abc import Iterator
from typing import Any

import cloudpickle
import numpy as np

from bnn_teach.engine.runtime import tf

_LIBRARIES = (
    "bnn_teach", "builtins", "cloudpickle", "collections", "functools", "itertools", "math",
    "numpy", "operator", "scipy", "tensorflow", "tensorflow_probability", "tf_keras", "typing",
)  # fmt: skip
"""Packages whose functions count by their names: nobody changes them while Python runs."""

_UNKNOWABLE = {
    "eval", "exec", "fromfile", "genfromtxt", "globals", "input", "load", "loadtxt", "locals",
    "memmap", "open", "random", "read_file", "rvs", "vars",
}  # fmt: skip
"""What a function that names one of these returns does not follow from what it is."""

_BY_CONTENT = (
    types.CodeType, types.CellType, types.MethodType, types.SimpleNamespace, functools.partial,
    range, slice, complex, type(...), np.dtype,
)  # fmt: skip
"""What pickle's own way writes down whole."""


class _UnknownError(Exception):
    """Something that is not known by its value."""


def identity(*values: Any) -> str | None:
    """Return a hash that is equal for equal values, or None where that cannot be told.

    Parameters
    ----------
    *values
        Numbers, texts, arrays, functions, and containers of such. An object of this library may
        say what it consists of: by its method ``_identity_parts()``.
    """
    written = io.BytesIO()
    try:
        _Pickler(written, protocol=5).dump(values)
    except Exception:  # whatever an object's own way of pickling raises
        return None
    return hashlib.sha256(written.getbuffer()).hexdigest()


class _Pickler(cloudpickle.Pickler):
    """Writes what a value consists of; nothing is ever read back."""

    def reducer_override(self, value: Any) -> Any:
        kind = type(value)
        if value is _consists_of:
            return NotImplemented
        if hasattr(kind, "_identity_parts"):
            return _consists_of, (kind.__name__, *value._identity_parts())
        if isinstance(value, types.FunctionType):
            return self._of_function(value)
        if isinstance(value, type | types.BuiltinFunctionType | types.ModuleType | np.ufunc):
            return _consists_of, (_name_in_library(value),)
        if isinstance(value, tf.DType):
            return _consists_of, (value.name,)
        if tf.is_tensor(value) and not isinstance(value, tf.Variable):
            value = value.numpy()  # a symbolic one has no such method
        if isinstance(value, np.ndarray | np.generic) and not value.dtype.hasobject:
            return _consists_of, (value.dtype.str, value.shape, value.tobytes())
        if dataclasses.is_dataclass(kind) and _is_library(kind.__module__):
            fields = (getattr(value, field.name) for field in dataclasses.fields(kind))
            return _consists_of, (kind.__name__, *fields)
        if kind not in _BY_CONTENT:
            raise _UnknownError
        return NotImplemented

    def _of_function(self, function: types.FunctionType) -> Any:
        module = function.__module__
        if _is_library(module) and "<locals>" not in function.__qualname__:
            return _consists_of, (f"{module}.{function.__qualname__}",)
        _check(function.__code__)
        # The public way writes a function of an importable module by its name alone.
        return self._dynamic_function_reduce(function)


def _consists_of(*parts: Any) -> None:
    """Stand for a value in what is written."""


def _is_library(module: str | None) -> bool:
    return (module or "").partition(".")[0] in _LIBRARIES


def _name_in_library(value: Any) -> str:
    """Return the name under which a library holds it."""
    if isinstance(value, types.ModuleType):
        module, name = value.__name__, ""
    else:
        module = getattr(value, "__module__", None) or type(value).__module__
        name = getattr(value, "__qualname__", value.__name__)
    owner = getattr(value, "__self__", None)
    bound = owner is not None and not isinstance(owner, types.ModuleType)
    if bound or "<locals>" in name or not _is_library(module) or name in _UNKNOWABLE:
        raise _UnknownError
    return f"{module}.{name}"


@functools.lru_cache(maxsize=512)
def _check(code: types.CodeType) -> None:
    """Raise an error if what the code does does not follow from what it is."""
    for each in _all_codes(code):
        if _UNKNOWABLE & {*each.co_names}:
            raise _UnknownError
        for instruction in dis.get_instructions(each):
            word = instruction.opname
            foreign = word == "IMPORT_NAME" and not _is_library(instruction.argval)
            if foreign or word in ("STORE_GLOBAL", "DELETE_GLOBAL"):
                raise _UnknownError


def _all_codes(code: types.CodeType) -> Iterator[types.CodeType]:
    """Yield the code of a function and of those defined inside, in order."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _all_codes(constant)


def asks_for_types(function: Any) -> bool:
    """Whether a function, or one of the user's own that it names, asks what a value is.

    A tensor is no float to ``isinstance`` or ``match``, and fails where a float does not; a caught
    failure is such a question, too.
    """
    waiting, seen = [function], set()
    while waiting:
        each = inspect.unwrap(waiting.pop())
        each = getattr(each, "__func__", getattr(each, "func", each))  # of a method, of a partial
        if not isinstance(each, types.FunctionType) or each in seen:
            continue
        seen.add(each)
        for code in _all_codes(each.__code__):
            words = {i.opname for i in dis.get_instructions(code)}
            if _ASKING & {*code.co_names} or words & {"MATCH_CLASS", "CHECK_EXC_MATCH"}:
                return True
        waiting += (v for v in _named(each) if not _is_library(getattr(v, "__module__", "")))
    return False


_ASKING = {"callable", "getattr", "hasattr", "isinstance", "isscalar", "issubclass", "type"}


def _named(function: types.FunctionType) -> Iterator[Any]:
    """Yield what a function names: globals, closed-over values, and entries of both."""
    names = {name for code in _all_codes(function.__code__) for name in code.co_names}
    values = [function.__globals__[n] for n in names if n in function.__globals__]
    for cell in function.__closure__ or ():
        with contextlib.suppress(ValueError):  # empty as yet
            values.append(cell.cell_contents)
    for value in values:
        yield value
        if isinstance(value, dict):
            yield from value.values()
        elif isinstance(value, list | tuple):
            yield from value
        elif not _is_library(getattr(value, "__name__", "")):
            yield from (vars(value)[n] for n in names if n in getattr(value, "__dict__", ()))
