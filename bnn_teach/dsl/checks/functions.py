"""What may stand under ``@bt.model``: a generator function, alone or under decorators.

Next: :mod:`bnn_teach.dsl.interpreter`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Generator, Mapping, Sequence
from typing import Any

from bnn_teach.errors import BnnTeachError, ModelError


def check_function(function: Any) -> None:
    """Raise :class:`ModelError` unless calling ``function`` seems to give a generator."""
    name = getattr(function, "__name__", f"{function!r:.60}")
    if hasattr(function, "get_concrete_function"):
        raise ModelError(
            f"{name}: got a tf.function under @bt.model, expected a plain generator function. "
            "Leave @tf.function out: the model is compiled anyway."
        )
    if inspect.isasyncgenfunction(function) or inspect.iscoroutinefunction(function):
        raise ModelError(
            f"{name}: got an async function under @bt.model, expected a plain generator function. "
            "Write 'def' without 'async'."
        )
    if isinstance(function, type) or not (inspect.isroutine(function) or callable(function)):
        kind = "a class" if isinstance(function, type) else type(function).__name__
        raise ModelError(
            f"{name}: got {kind} under @bt.model, expected a generator function. Put @bt.model "
            "directly above a 'def' with 'yield', under @property, and call what it makes: "
            "model(x)."
        )
    if inspect.isgeneratorfunction(inspect.unwrap(function)):
        return
    if inspect.isgeneratorfunction(type(function).__call__):
        raise ModelError(
            f"{name}: got an object of {type(function).__name__} under @bt.model, expected a "
            "generator function. Put @bt.model above __call__ in the class."
        )
    raise ModelError(
        f"{name} under @bt.model contains no 'yield', so it is not a generator of random "
        "variables. Write, for example, 'yield bt.Normal(\"loc\", 0.0, 1.0)' inside it. A "
        "decorator in between needs functools.wraps."
    )


def started(
    model: str, function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]
) -> Generator[Any, Any, Any]:
    """Call a generator function; what decorators may have made of it is checked.

    Raises
    ------
    ModelError
        It gives, or raises, something else.
    """
    try:
        generator = function(*args, **kwargs)
    except BnnTeachError:
        raise
    except Exception as error:
        found = f"raised {type(error).__name__} ({error})"
    else:
        if inspect.isgenerator(generator):
            return generator
        found = f"gave {type(generator).__name__}"
    raise ModelError(
        f"{model}: calling the function {found}, expected a generator. A decorator between it and "
        "@bt.model has to return what the function returns, without running through it or keeping "
        "it, as list(...) and functools.cache do; or put @bt.model directly above the function."
    )
