"""The interpreter: one loop that drives a model's generator.

At each ``yield`` the loop asks a *handler* which value to send back, and writes down what it saw.
A new meaning of a model is a new handler: prior draws, the log-density and predictions are the
small functions in :mod:`bnn_teach.dsl.handlers`, the next file.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from typing import Any, NamedTuple

from bnn_teach.dsl.model import Model, ModelFunction, check_model
from bnn_teach.dsl.random_variables import (
    Deterministic,
    Node,
    Potential,
    RandomVariable,
    collect_created,
)
from bnn_teach.errors import (
    BnnTeachError,
    BranchOnRandomValueError,
    DtypeError,
    DuplicateNameError,
    ForgottenYieldError,
    ModelError,
    ShapeError,
)
from bnn_teach.runtime import tf


class Site(NamedTuple):
    """One yielded node and the value that was sent back."""

    node: Node
    """A RandomVariable, Deterministic, Potential, or Model (its return value, if kept)."""
    value: Any
    """The tensor that the model received."""


Handler = Callable[[str, RandomVariable], Any]
Sites = dict[str, Site]


def interpret(model: Model, handler: Handler) -> Sites:
    """Run ``model`` once and return everything it yielded, by path, in order.

    Parameters
    ----------
    model : Model
        A model function that was called.
    handler : callable
        ``handler(path, random_variable) -> value``.

    Returns
    -------
    dict of str to Site

    Raises
    ------
    DuplicateNameError, ForgottenYieldError, ModelError, BranchOnRandomValueError, DtypeError
    """
    sites: Sites = {}
    yielded: set[object] = set()
    with collect_created() as created:
        _drive(check_model(model), model.name, handler, sites, yielded)
    for node in created:
        if node.identity not in yielded:
            raise ForgottenYieldError(
                f"{node.describe()} was created in {model.name!r} but never yielded, so it is not "
                "part of the model. Write 'yield' in front of it."
            )
    return sites


def _drive(model: Model, scope: str, handler: Handler, sites: Sites, yielded: set) -> Any:
    """Send values into one generator until it returns; nested models recurse."""
    generator = model.start()
    value, last = None, "its first line"
    while True:
        try:
            node = generator.send(value)
        except StopIteration as stop:
            if model.keep_return and stop.value is not None:
                _record(sites, scope, Site(model, stop.value))
            return stop.value
        except Exception as error:
            explained = _explained(error, model.name, last)
            if explained is error:
                raise
            raise explained from error
        yielded.add(getattr(node, "identity", None))
        path = f"{scope}.{_name(node, model)}"
        if isinstance(node, Model):
            value = _drive(node, path, handler, sites, yielded)
        else:
            value = node.value if isinstance(node, Deterministic) else None
            value = handler(path, node) if isinstance(node, RandomVariable) else value
            _record(sites, path, Site(node, value))
        last = f"'yield' of {path!r}"


def _record(sites: Sites, path: str, site: Site) -> None:
    if path in sites:
        raise DuplicateNameError(
            f"Two variables have the path {path!r}. Give one of them another name, or, where a "
            "model is used twice, give each use its own scope: 'yield layer(x).named(\"hidden2\")'."
        )
    sites[path] = site


def _name(node: Any, model: Model) -> str:
    if isinstance(node, RandomVariable | Deterministic | Potential | Model):
        return node.name
    if isinstance(node, ModelFunction):
        raise ModelError(
            f"{model.name!r} yielded the model function {node.name!r} without calling it. "
            f"Write 'yield {node.name}(...)'."
        )
    if inspect.isgenerator(node):
        raise ModelError(
            f"{model.name!r} yielded a plain generator, {node.__name__!r}. "
            "Put @bt.model above its definition."
        )
    raise ModelError(
        f"{model.name!r} yielded {type(node).__name__} {node!r:.60}. A model yields random "
        'variables such as bt.Normal("loc", 0.0, 1.0), other models, bt.Deterministic and '
        "bt.Potential."
    )


_DTYPES = re.compile(r"float64|double|float32|\bfloat\b|int32|int64|\bDT_")
_SHAPES = re.compile(r"[Ii]ncompatible|[Dd]imensions? .*must|rank|shape|broadcast", re.DOTALL)


def _explained(error: Exception, model: str, last: str) -> Exception:
    """Translate TensorFlow's error in a user's model into ours; keep anything else."""
    where = f"In the model {model!r}, after {last}: "
    if isinstance(error, tf.errors.OperatorNotAllowedInGraphError):
        return BranchOnRandomValueError(
            where + "Python's 'if', 'while', 'and' or 'bool' was applied to a random value, which "
            "is known only when sampling. Use tf.where(condition, a, b) instead."
        )
    if isinstance(error, BnnTeachError) or not isinstance(
        error, TypeError | ValueError | tf.errors.InvalidArgumentError
    ):
        return error
    text = str(error).split("\n")[0]
    kinds = set(re.findall(r"float64|double|float32|float(?!\w)|int32|int64", text))
    if len(kinds) > 1 and _DTYPES.search(text):
        return DtypeError(
            f"{where}two dtypes met ({', '.join(sorted(kinds))}). TensorFlow says: {text} "
            "Pass arrays to the model as arguments, which converts them to the working dtype, or "
            "use tf.cast(a, bt.get_dtype())."
        )
    if isinstance(error, ValueError | tf.errors.InvalidArgumentError) and _SHAPES.search(text):
        return ShapeError(
            f"{where}shapes do not fit. TensorFlow says: {text} "
            "Check batch_stack=... of the variables and the shape of the data."
        )
    return error
