"""The interpreter: one loop that drives a model's generator.

At each ``yield`` the loop asks a *handler* which value to send back, and writes down what it saw.
A new meaning of a model is a new handler: prior draws, the log-density and predictions are the
small functions in :mod:`bnn_teach.dsl.handlers`, the next file.
"""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from bnn_teach.dsl.checks.explanations import explained
from bnn_teach.dsl.indexing import numpy_indexing
from bnn_teach.dsl.model import Model, ModelFunction, check_model
from bnn_teach.dsl.random_variables import (
    Deterministic,
    Node,
    Potential,
    RandomVariable,
    as_value,
    collect_created,
)
from bnn_teach.engine.runtime import tf, tfp
from bnn_teach.errors import BnnTeachError, DuplicateNameError, ForgottenYieldError, ModelError


class Site(NamedTuple):
    """One yielded node and the value that was sent back."""

    node: Node
    """A RandomVariable, Deterministic, Potential, or Model (its return value, if kept)."""
    value: Any
    """The tensor that the model received."""


_DEEPEST = 100
Handler = Callable[[str, RandomVariable], Any]
Sites = dict[str, Site]
Waiting = dict[object, tuple[str, Node]]  # created but not yet yielded, with the scope


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
    DuplicateNameError, ForgottenYieldError, ModelError, BranchOnRandomValueError,
    NumPyOnRandomValueError, DtypeError, ShapeError
    """
    sites: Sites = {}
    waiting: Waiting = {}
    _drive(check_model(model), model.name, handler, sites, waiting)
    for scope, node in waiting.values():
        raise ForgottenYieldError(
            f"In the model {scope!r}: {node.describe()} was created but never yielded, so it is "
            f"not part of the model. Write 'yield {node.spelling()}'."
        )
    return sites


def _check_depth(model: Model, scope: str) -> None:
    if scope.count(".") > _DEEPEST:
        raise ModelError(
            f"In the model {scope!r:.60}: got models in models, more than {_DEEPEST} deep, "
            f"expected an end. Let {model.function.name!r} not yield itself, or only so often as "
            "an integer argument says."
        )


def _drive(model: Model, scope: str, handler: Handler, sites: Sites, waiting: Waiting) -> Any:
    """Send values into one generator until it returns; nested models recurse."""
    _check_depth(model, scope)
    generator = model.start()
    value, place = None, "before its first 'yield'"
    while True:
        try:
            with collect_created() as created, numpy_indexing():
                node = generator.send(value)
        except StopIteration as stop:
            result = stop.value
            break
        except BnnTeachError as error:
            error.args = (f"In the model {scope!r}: {error}",)
            raise
        except Exception as error:
            where = f"In the model {scope!r}, {place}"
            explanation = explained(error, f"{where}: ")
            if explanation is None:
                error.add_note(f"{where}.")
                raise
            raise explanation.with_traceback(error.__traceback__) from None
        waiting.update({n.identity: (scope, n) for n in created})
        path = f"{scope}.{_name(node, scope)}"
        waiting.pop(node.identity, None)
        if isinstance(node, Model):
            value = _drive(node, path, handler, sites, waiting)
        else:
            value = node.value if isinstance(node, Deterministic) else None
            value = handler(path, node) if isinstance(node, RandomVariable) else value
            _record(sites, path, Site(node, value))
        place = f"after 'yield' of {path!r}"
    waiting.update({n.identity: (scope, n) for n in created})
    if model.keep_return and result is not None:
        _record(sites, scope, Site(model, as_value(result, f"the return value of {scope!r}")))
    return result


def _record(sites: Sites, path: str, site: Site) -> None:
    if path in sites:
        *outer, scope, name = path.split(".")
        remedy = f"Give each its own name; in a loop, f'{name}{{i}}', or use batch_stack."
        if outer:
            remedy = (
                f"If the model {scope!r} is used twice, give each use its own scope, as in "
                f"'yield {scope}(...).named(\"{scope}2\")'; otherwise give each its own name."
            )
        raise DuplicateNameError(f"{path}: two variables have this path. {remedy}")
    sites[path] = site


def _name(node: Any, scope: str) -> str:
    if isinstance(node, RandomVariable | Deterministic | Potential | Model):
        return node.name
    remedy = (
        'A model yields random variables such as bt.Normal("loc", 0.0, 1.0), other models, '
        "bt.Deterministic and bt.Potential."
    )
    for kind, advice in _REMEDIES.items():
        if isinstance(node, kind):
            remedy = advice.format(name=getattr(node, "__name__", ""))
            break
    shown = " ".join(repr(node).split())
    raise ModelError(
        f"In the model {scope!r}: {shown:.60} was yielded, of type {type(node).__name__}. {remedy}"
    )


_GENERATOR = "Put @bt.model above the definition of {name}, and yield {name}(...)."
_VALUE = 'To record a value, give it a name: yield bt.Deterministic("f", value).'
_REMEDIES: dict[Any, str] = {
    ModelFunction: "It was not called: write 'yield {name}(...)'.",
    (types.FunctionType, types.GeneratorType): _GENERATOR,
    (list, tuple): "Yield one at a time: 'a = yield ...', then 'b = yield ...'.",
    tfp.distributions.Distribution: 'Give it a name: yield bt.Distribution("loc", ...).',
    Callable: "It was not called: write 'yield bt.{name}(\"loc\", ...)'.",
    (tf.Tensor, np.ndarray, float, int): _VALUE,
}
