"""Models: generator functions that yield random variables, and other models.

``@model`` turns a generator function into a *model function*; calling that with data gives a
*model*, which only remembers its arguments. Nothing runs until an algorithm asks for it through
:mod:`bnn_teach.dsl.interpreter`, the next file.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Generator, Mapping
from typing import Any

import numpy as np

from bnn_teach.dsl.dtypes import as_data
from bnn_teach.dsl.random_variables import Node, check_name
from bnn_teach.errors import ArgumentError, ModelError, did_you_mean
from bnn_teach.runtime import tf


class Model(Node):
    """A model function together with its arguments: what algorithms take.

    Attributes
    ----------
    name : str
        The model's scope, the first part of its variables' paths.
    arguments : dict
        Argument name to value; arrays are NumPy arrays in the working dtype.
    coords : dict
        Dimension name to labels, for the trace.
    keep_return : bool
        Whether the return value is recorded in the trace under the model's own path.
    """

    def __init__(self, function: ModelFunction, arguments: inspect.BoundArguments) -> None:
        super().__init__(function.name)
        self.function = function
        self.bound = arguments
        self.coords: dict[str, Any] = {}
        self.keep_return = function.keep_return

    def named(self, name: str) -> Model:
        """Return the same model under another scope: ``yield layer(x).named("hidden1")``."""
        return self._changed(name=check_name(name))

    def with_coords(self, **coords: Any) -> Model:
        """Return the same model with labels for its dimensions: ``m.with_coords(school=names)``."""
        return self._changed(coords={**self.coords, **coords})

    def with_arguments(self, changes: Mapping[str, Any]) -> Model:
        """Return the same model with some arguments replaced."""
        bound = inspect.BoundArguments(
            self.bound.signature, type(self.bound.arguments)(self.bound.arguments)
        )
        bound.arguments.update(changes)
        return self._changed(bound=bound)

    def _changed(self, **attributes: Any) -> Model:
        copy = object.__new__(Model)
        copy.__dict__.update(self.__dict__, **attributes)
        return copy

    @property
    def data(self) -> dict[str, np.ndarray]:
        """The arguments that are arrays, by name."""
        return {k: v for k, v in self.bound.arguments.items() if isinstance(v, np.ndarray)}

    def start(self) -> Generator[Any, Any, Any]:
        """Call the generator function; arrays arrive in it as tensors."""
        args = tf.nest.map_structure(_as_tensor, self.bound.args)
        return self.function.function(*args, **tf.nest.map_structure(_as_tensor, self.bound.kwargs))

    def describe(self) -> str:
        return f"the model {self.name!r}"

    def __repr__(self) -> str:
        arguments = ", ".join(
            f"{k}={f'array{v.shape}' if isinstance(v, np.ndarray) else repr(v)}"
            for k, v in self.bound.arguments.items()
        )
        return f"<model {self.name}({arguments})>"


class ModelFunction:
    """A generator function under ``@model``; call it to get a :class:`Model`."""

    def __init__(self, function: Callable, name: str | None, keep_return: bool) -> None:
        self.function = function
        self.name = check_name(name or function.__name__)
        self.keep_return = keep_return
        functools.update_wrapper(self, function)

    def __call__(self, *args: Any, **kwargs: Any) -> Model:
        signature = inspect.signature(self.function)
        try:
            bound = signature.bind(*args, **kwargs)
        except TypeError as error:
            unknown = [k for k in kwargs if k not in signature.parameters]
            hint = did_you_mean(unknown[0], signature.parameters) if unknown else ""
            raise ArgumentError(
                f"{self.name}{signature}: {error}.{hint} Call it with the arguments that the "
                "generator declares."
            ) from None
        for key, value in bound.arguments.items():
            bound.arguments[key] = (
                {k: as_data(v) for k, v in value.items()}
                if signature.parameters[key].kind is inspect.Parameter.VAR_KEYWORD
                else as_data(value)
            )
        return Model(self, bound)

    def __repr__(self) -> str:
        return f"<model function {self.name}{inspect.signature(self.function)}>"


def model(
    function: Callable | None = None, *, name: str | None = None, keep_return: bool = False
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
    if function is None:
        return functools.partial(model, name=name, keep_return=keep_return)
    if not inspect.isgeneratorfunction(function):
        raise ModelError(
            f"{getattr(function, '__name__', function)!s} under @model contains no 'yield', so it "
            "is not a generator of random variables. Write 'yield bt.Normal(...)' inside it."
        )
    return ModelFunction(function, name, keep_return)


def _as_tensor(value: Any) -> Any:
    return tf.constant(value) if isinstance(value, np.ndarray) else value


def check_model(model: Any) -> Model:
    """Return ``model`` if it is a model that was called, else raise :class:`ModelError`."""
    if isinstance(model, Model):
        return model
    if isinstance(model, ModelFunction):
        raise ModelError(f"{model.name} was not called. Pass {model.name}(...), with its data.")
    if inspect.isgenerator(model) or inspect.isgeneratorfunction(model):
        raise ModelError(
            f"{model.__name__} is a plain generator. Put @bt.model above its definition."
        )
    raise ModelError(
        f"Expected a model, got {type(model).__name__}. Decorate a generator function with "
        "@bt.model and call it."
    )
