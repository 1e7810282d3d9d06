"""A few eager runs of a model: what it contains, and whether it makes sense.

Before any algorithm starts, the model is run with draws from its prior. That tells the paths,
shapes and dimensions of its variables, and it is the moment to find mistakes while their cause is
still in sight. Next: :mod:`bnn_teach.density`, which flattens the unobserved variables.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Hashable, Mapping
from typing import Any, NamedTuple

import numpy as np

from bnn_teach.dsl.checks.observed import check_observed
from bnn_teach.dsl.distributions import check_parameters
from bnn_teach.dsl.handlers import from_prior, near_zero
from bnn_teach.dsl.identity import model_identity
from bnn_teach.dsl.interpreter import Handler, Sites, interpret
from bnn_teach.dsl.model import Model, check_model
from bnn_teach.dsl.random_variables import Node, RandomVariable, Shape
from bnn_teach.engine.runtime import tf
from bnn_teach.errors import ArgumentError, ModelError, ObservedError, ParameterError, did_you_mean


class Structure(NamedTuple):
    """What a model contains."""

    model: Model
    """The model itself."""
    sites: Sites
    """Everything it yielded, by path, with one value drawn from the prior."""
    latent: dict[str, RandomVariable]
    """The random variables to infer, by path."""
    observed: dict[str, np.ndarray]
    """The observed values, by path, in the distribution's dtype."""
    recorded: dict[str, Node]
    """Deterministics and kept return values, by path."""
    identity: str | None = None
    """Equal for models with equal graphs; None where only tracing can tell."""

    def known(self, *purpose: Hashable) -> tuple[Hashable, ...] | None:
        """Identify what is computed from this model, or None where only tracing can tell."""
        return None if self.identity is None else (self.identity, *purpose)

    def dims_of(self, path: str) -> tuple[str, ...] | None:
        """Names of the value's axes, where the model gave them."""
        return getattr(self.sites[path].node, "dims", None)

    def shape_of(self, path: str) -> Shape:
        """Shape of the value at ``path``."""
        return tuple(np.shape(self.sites[path].value))


def inspect_model(
    model: Model,
    observed: Mapping[str, Any] | None = None,
    seed: Any = (0, 0),
    only_shapes: bool = False,
) -> Structure:
    """Run ``model`` on a few prior draws; check its variables, parameters and observed values.

    Parameters
    ----------
    model : Model
        A model function that was called.
    observed : mapping, optional
        Values of further variables to observe, by path.
    seed : tensor, optional
        A stateless seed, shape (2,).
    only_shapes : bool, optional
        Observed values stand only for their shapes, as in a prediction: their contents are not
        checked, and the model meets draws instead.

    Returns
    -------
    Structure

    Raises
    ------
    ModelError
        If the model yields nothing, or not the same variables at every draw.
    ParameterError
        If a distribution's parameter is outside its domain.
    ObservedError
        If observed values do not fit their variable, or a path does not exist.
    """
    if not isinstance(observed, Mapping | None):
        raise ArgumentError(
            f"observed is {type(observed).__name__}; expected a dictionary of values by path, such "
            'as observed={"model.y": y}.'
        )
    look = functools.partial(_look, check_model(model), observed or {}, only_shapes)
    structure = look(tf.constant(seed, tf.int32))
    identity = model_identity(model, structure.observed)
    if identity is None or identity not in _steady:
        for number in range(1, _DRAWS if structure.latent else 1):
            _check_same(structure, look(tf.constant([seed[0], seed[1] + number], tf.int32)))
    if identity is not None:
        _steady.add(identity)
    return structure._replace(identity=identity)


_DRAWS = 3
_steady: set[str] = set()
"""Identities of models that were seen to yield the same at every draw."""


def _look(model: Model, asked: Mapping[str, Any], only_shapes: bool, seed: Any) -> Structure:
    """Look at the model at one draw from its prior.

    Where a parameter is outside its domain there, the draw may be to blame: vague priors have
    draws too large or small for any floating-point number. So the model is run again where
    samplers start, at a point and its mirror image, and has to fail there too.
    """
    shapes: dict[str, Shape] = {}
    prior = from_prior(seed, shapes)
    run = functools.partial(_run, model, asked, only_shapes, shapes, prior)
    with contextlib.suppress(ParameterError):
        return run(prior)
    run(near_zero(seed, 1.0, prior))
    return run(near_zero(seed, -1.0, prior))


def _run(
    model: Model,
    asked: Mapping[str, Any],
    only_shapes: bool,
    shapes: dict[str, Shape],
    predict: Handler,
    draw: Handler,
) -> Structure:
    data: dict[str, np.ndarray] = {}

    def handler(path: str, variable: RandomVariable) -> Any:
        check_parameters(path, variable.distribution)
        value = asked.get(path, variable.observed)
        if value is None:
            return draw(path, variable)
        kind = "given" if path in asked else "observed"
        data[path] = check_observed(path, variable, value, only_shapes, kind)
        shapes[path] = data[path].shape
        return predict(path, variable) if only_shapes else tf.constant(data[path])

    sites = interpret(model, handler)
    variables = {p: s.node for p, s in sites.items() if isinstance(s.node, RandomVariable)}
    if not sites:
        raise ModelError(
            f"{model.describe()} yielded nothing. Yield at least one random variable, such as "
            'bt.Normal("loc", 0.0, 1.0).'
        )
    for path in asked:
        if path not in variables:
            raise _unknown_path(path, sites, variables)
    latent = {p: v for p, v in variables.items() if p not in data}
    recorded = {p: s.node for p, s in sites.items() if p not in variables and s.value is not None}
    return Structure(model, sites, latent, data, recorded)


def _check_same(one: Structure, other: Structure) -> None:
    """Raise :class:`ModelError` unless two runs yielded the same."""
    for path in (*one.sites, *other.sites):
        if path not in one.sites or path not in other.sites:
            raise ModelError(
                f"{path}: the model yielded this variable in one run and not in another. {_FIXED}"
            )
        if path in one.latent and one.latent[path].shape != other.latent[path].shape:
            raise ModelError(
                f"{path}: the variable has shape {one.latent[path].shape} in one run and "
                f"{other.latent[path].shape} in another. {_FIXED}"
            )


_FIXED = (
    "Which variables a model has, and their shapes, may depend on its arguments only, not on "
    "random values or on anything that changes outside. To choose by a random value use tf.where."
)


def _unknown_path(path: Any, sites: Sites, variables: Mapping[str, Any]) -> Exception:
    if path in sites:
        came = "is no random variable, so no value can be given for it."
    else:
        meant = next((p for p in variables if p.endswith(f".{path}")), path)
        hint = did_you_mean(path, variables, {path: meant})
        came = f"was given a value, but the model has no such variable.{hint}"
    known = ", ".join(variables) or "none"
    return ObservedError(f"observed: {path!r} {came} Its random variables are {known}.")
