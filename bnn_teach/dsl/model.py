"""Models: generator functions that yield random variables, and other models.

``@model`` turns a generator function into a *model function*; calling that with data gives a
*model*, which only remembers its arguments. Nothing runs until an algorithm asks for it through
:mod:`bnn_teach.dsl.interpreter`, the next file.
"""

from __future__ import annotations

import functools
import inspect
import sys
import types
from collections.abc import Callable, Generator, Mapping
from typing import Any

import cloudpickle
import numpy as np

from bnn_teach.arguments import checked_arguments
from bnn_teach.dsl.checks.functions import check_function, started
from bnn_teach.dsl.checks.names import check_labels, check_name
from bnn_teach.dsl.dtypes import as_data, get_dtype, map_entries
from bnn_teach.dsl.random_variables import Node
from bnn_teach.engine.runtime import refuse_after_fork, tf
from bnn_teach.errors import ArgumentError, ForgottenYieldError, ModelError, did_you_mean


class Model(Node):
    """A model function together with its arguments: what algorithms take.

    Attributes
    ----------
    name : str
        The model's scope, the first part of its variables' paths.
    coords : dict
        Dimension name to labels, for the trace.
    keep_return : bool
        Whether the return value is recorded in the trace under the model's own path.
    renewed : frozenset of str
        The arguments with data that :meth:`at` has replaced.
    """

    def __init__(self, function: ModelFunction, arguments: inspect.BoundArguments) -> None:
        super().__init__(function.name)
        self.function = function
        self.bound = arguments
        self.coords: dict[str, Any] = {}
        self.keep_return = function.keep_return
        self.renewed: frozenset[str] = frozenset()

    @checked_arguments
    def named(self, name: str) -> Model:
        """Return the same model under another scope: ``yield layer(x).named("hidden1")``."""
        return self._changed(name=check_name(name))

    @checked_arguments
    def with_coords(self, **coords: Any) -> Model:
        """Return the same model with labels for its axes: ``m.with_coords(school=names)``."""
        for dim, labels in coords.items():
            check_labels(dim, labels)
        return self._changed(coords={**self.coords, **coords})

    @checked_arguments
    def at(self, **changes: Any) -> Model:
        """Return the same model at other data: ``net.at(x=x_new)``.

        All other arguments stay. What was observed with the old data is dropped, unless its
        argument is replaced, too: ``net.at(x=x_new, y=y_new)``.

        Raises
        ------
        ArgumentError
            The model has no argument of this name.
        """
        for name in changes:
            if name not in self.bound.arguments:
                known = list(self.bound.arguments)
                raise ArgumentError(
                    f"{self.name}.at: got {name}=..., which is no argument of the model."
                    f"{did_you_mean(name, known)} It has {', '.join(known) or 'none'}."
                )
        changes = self.function.converted(changes)
        new = self.with_arguments(changes)
        arrays = {k for k, v in new.data.items() if v.ndim > 0}
        return new._changed(renewed=(self.renewed | {*changes}) & arrays)

    def with_arguments(self, changes: Mapping[str, Any]) -> Model:
        """Return the same model with some arguments replaced, as they are."""
        arguments = {**self.bound.arguments, **changes}
        return self._changed(bound=inspect.BoundArguments(self.bound.signature, arguments))

    def _changed(self, **attributes: Any) -> Model:
        copy = object.__new__(Model)
        copy.__dict__.update(self.__dict__, **attributes)
        copy.__dict__.pop("data", None)
        return copy

    @functools.cached_property
    def data(self) -> dict[str, np.ndarray]:
        """The arguments that are arrays, tensors or real numbers, by name, as NumPy arrays.

        They are inputs of the compiled program: other values do not compile again.
        """
        arrays = {k: _as_array(v) for k, v in self.bound.arguments.items()}
        return {k: v for k, v in arrays.items() if v is not None}

    @property
    def structure(self) -> dict[str, Any]:
        """All other arguments: another integer, text or function makes another program."""
        data = self.data
        return {k: v for k, v in self.bound.arguments.items() if k not in data}

    def _identity_parts(self) -> tuple[Any, ...]:
        return self.name, self.keep_return, self.function, dict(self.bound.arguments)

    def start(self) -> Generator[Any, Any, Any]:
        """Call the generator function; arrays arrive in it as tensors."""
        args, kwargs = _as_tensors(self.bound.args), _as_tensors(self.bound.kwargs)
        return started(self.describe(), self.function.function, args, kwargs)

    def describe(self) -> str:
        """Name it in a message."""
        return f"the model {self.name!r}"

    def spelling(self) -> str:
        """Write it as it stands in a model, for a message."""
        return f"{self.function.name}(...)"

    def __iter__(self) -> Any:
        raise ForgottenYieldError(
            f"{self.describe()} was iterated over. Inside another model write 'yield "
            f"{self.spelling()}', without 'from'; elsewhere pass it to bt.sample or bt.fit."
        )

    def __repr__(self) -> str:
        arguments = ", ".join(
            f"{k}={f'array{v.shape}' if isinstance(v, np.ndarray) else repr(v)}"
            for k, v in self.bound.arguments.items()
        )
        return f"<model {self.name}({arguments})>"


class ModelFunction:
    """A generator function under ``@model``; call it to get a :class:`Model`."""

    def __init__(self, function: Callable[..., Any], name: str | None, keep_return: bool) -> None:
        self.function = function
        named = function.func if isinstance(function, functools.partial) else function
        self.name = check_name(name or named.__name__)
        self.keep_return = keep_return
        functools.update_wrapper(self, named)

    def __get__(self, instance: Any, owner: Any = None) -> ModelFunction:
        """Bind a method of a class: ``self`` is no argument of the model."""
        if instance is None:
            return self
        return ModelFunction(types.MethodType(self.function, instance), self.name, self.keep_return)

    def __reduce__(self) -> Any:
        parts = self.function, self.name, self.keep_return
        module, name = sys.modules.get(self.__module__), getattr(self, "__qualname__", "")
        if self.__module__ != "__main__" and getattr(module, name, None) is self:
            return name
        return _read, (cloudpickle.dumps(parts),)

    def __deepcopy__(self, memo: Any) -> ModelFunction:
        return self

    def __call__(self, *args: Any, **kwargs: Any) -> Model:
        """Bind arguments to the generator's; nothing runs yet."""
        signature = inspect.signature(self.function)
        try:
            bound = signature.bind(*args, **kwargs)
        except TypeError as error:
            unknown = [k for k in kwargs if k not in signature.parameters]
            hint = did_you_mean(unknown[0], signature.parameters) if unknown else ""
            raise ArgumentError(
                f"{self.name}{signature}: {error}.{hint} Call it with the arguments that it "
                "declares."
            ) from None
        bound.apply_defaults()
        bound.arguments = self.converted(bound.arguments)
        return Model(self, bound)

    def converted(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Return arguments as they enter the model: arrays in the working dtype."""
        parameters, converted = inspect.signature(self.function).parameters, {}
        for key, value in arguments.items():
            collected = parameters[key].kind in _COLLECTING
            try:
                converted[key] = map_entries(as_data, value) if collected else as_data(value)
                _check_contents(converted[key])
            except ArgumentError as error:
                raise ArgumentError(f"{self.name}: the argument {key!r}: {error}") from None
        return converted

    def _identity_parts(self) -> tuple[Any, ...]:
        return self.name, self.keep_return, self.function

    def __repr__(self) -> str:
        return f"<model function {self.name}{inspect.signature(self.function)}>"


@checked_arguments
def model(
    function: Callable[..., Any] | None = None,
    *,
    name: str | None = None,
    keep_return: bool = False,
) -> Any:
    """Turn a generator function into a model function; use it as a decorator.

    Parameters
    ----------
    function : generator function
        It yields random variables, other models, :class:`Deterministic` and :class:`Potential`,
        and receives each one's value from ``yield``.
    name : str, optional
        The scope of its variables; the function's name by default.
    keep_return : bool, optional
        Record the return value in the trace, under the model's own path.

    Returns
    -------
    ModelFunction

    Raises
    ------
    ModelError
        If the function never yields.
    """
    if isinstance(function, str):
        function, name = None, function
    if function is None:
        return functools.partial(model, name=name, keep_return=keep_return)
    if isinstance(function, ModelFunction):
        return ModelFunction(
            function.function, name or function.name, keep_return or function.keep_return
        )
    if isinstance(function, staticmethod | classmethod):
        return type(function)(model(function.__func__, name=name, keep_return=keep_return))
    check_function(function)
    return ModelFunction(function, name, keep_return)


def _check_contents(value: Any) -> None:
    """Raise an error for data without rows, and for a number that is none."""
    array = _as_array(value)
    if array is None:
        map_entries(_check_contents, value)
    elif array.size == 0:
        raise ArgumentError(
            f"got an array of shape {array.shape}, expected at least one row. Pass data, or None "
            "where the model has a default for none."
        )
    elif array.ndim == 0 and (np.isnan(array) or (np.isinf(array) and np.isfinite(value))):
        raise ArgumentError(
            f"got {value!r}, which is no number in {array.dtype}; expected one. See where it is "
            "computed: 0/0, or the mean of data with gaps, is nan."
        )


_COLLECTING = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


def _read(written: bytes) -> ModelFunction:
    return ModelFunction(*cloudpickle.loads(written))


def _as_array(value: Any) -> np.ndarray | None:
    """Return an array, an eager tensor or a real number in a model's dtypes; None of all else."""
    if isinstance(value, float):
        return np.asarray(value, get_dtype().as_numpy_dtype)
    if tf.is_tensor(value):
        value = value.numpy() if hasattr(value, "numpy") else None
    array = as_data(value) if isinstance(value, np.ndarray) else None
    return array if array is not None and array.dtype.kind in "fib" else None


def _as_tensors(value: Any) -> Any:
    """Make tensors of arrays, also inside lists, tuples and dictionaries."""
    if tf.is_tensor(value):
        return as_data(value)
    array = None if isinstance(value, float) else _as_array(value)
    return map_entries(_as_tensors, value) if array is None else tf.constant(array)


def check_model(model: Any) -> Model:
    """Return ``model`` if it is a model that was called, else raise :class:`ModelError`."""
    refuse_after_fork()
    if isinstance(model, Model):
        return model
    if isinstance(model, ModelFunction):
        raise ModelError(
            f"the model function {model.name!r} was not called. Pass {model.name}(...), with its "
            "data."
        )
    if inspect.isgenerator(model) or inspect.isgeneratorfunction(model):
        raise ModelError(
            f"{model.__name__!r} is a plain generator. Put @bt.model above its definition, and "
            f"pass {model.__name__}(...)."
        )
    raise ModelError(
        f"expected a model, got {type(model).__name__}. Put @bt.model above a generator function, "
        "and pass what calling it returns."
    )
