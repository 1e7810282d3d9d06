"""One eager run of a model: what it contains, and whether it makes sense.

Before any algorithm starts, the model is run once with draws from its prior. That tells the
paths, shapes and dimensions of its variables, and it is the moment to find mistakes while their
cause is still in sight. Next: :mod:`bnn_teach.density`, which flattens the unobserved variables.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from bnn_teach.dsl.distributions import check_parameters
from bnn_teach.dsl.handlers import from_prior
from bnn_teach.dsl.interpreter import Site, Sites, interpret
from bnn_teach.dsl.model import Model, check_model
from bnn_teach.dsl.random_variables import Node, RandomVariable, Shape
from bnn_teach.errors import ModelError, ObservedError, did_you_mean
from bnn_teach.runtime import tf


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

    def dims_of(self, path: str) -> tuple[str, ...] | None:
        """Names of the value's axes, where the model gave them."""
        return getattr(self.sites[path].node, "dims", None)

    def shape_of(self, path: str) -> Shape:
        """Shape of the value at ``path``."""
        return tuple(np.shape(self.sites[path].value))


def inspect_model(
    model: Model, observed: Mapping[str, Any] | None = None, seed: Any = (0, 0)
) -> Structure:
    """Run ``model`` once on prior draws and check parameters and observed values.

    Parameters
    ----------
    model : Model
        A model function that was called.
    observed : mapping, optional
        Values of further variables to observe, by path.
    seed : tensor, optional
        A stateless seed, shape (2,).

    Returns
    -------
    Structure

    Raises
    ------
    ModelError
        If the model yields nothing.
    ParameterError
        If a distribution's parameter is outside its domain.
    ObservedError
        If observed values do not fit their variable, or a path does not exist.
    """
    model, asked, data = check_model(model), dict(observed or {}), {}
    draw = from_prior(tf.constant(seed, tf.int32))

    def handler(path: str, variable: RandomVariable) -> Any:
        check_parameters(path, variable.distribution)
        value = asked.pop(path, variable.observed)
        if value is None:
            return draw(path, variable)
        data[path] = check_observed(path, variable, value)
        return tf.constant(data[path])

    sites = interpret(model, handler)
    variables = {p: s.node for p, s in sites.items() if isinstance(s.node, RandomVariable)}
    if not sites:
        raise ModelError(f"{model.name!r} yielded nothing. Yield at least one random variable.")
    if asked:
        raise _unknown_path(next(iter(asked)), variables)
    latent = {p: v for p, v in variables.items() if p not in data}
    recorded = {p: s.node for p, s in sites.items() if p not in variables and s.value is not None}
    return Structure(model, sites, latent, data, recorded)


def check_observed(path: str, variable: RandomVariable, value: Any) -> np.ndarray:
    """Return ``value`` in the distribution's dtype, or raise :class:`ObservedError`."""
    fail = functools.partial(_observed_error, path, variable)
    dtype = variable.distribution.dtype.as_numpy_dtype
    try:
        raw = np.asarray(value)
        array = raw.astype(dtype)
    except (TypeError, ValueError):
        raise fail(f"is {type(value).__name__}", "numbers in a rectangular array") from None
    if raw.dtype.kind not in "buif":
        raise fail(f"has dtype {raw.dtype}", "numbers")
    for found, name in ((np.isnan(raw), "NaN"), (np.isinf(raw), "infinity")):
        if found.any():
            raise fail(f"has {name} at index {_first(found)}", "finite numbers")
    if not _fits(variable.shape, array.shape):
        raise fail(
            f"has shape {array.shape}",
            f"shape {variable.shape}, or one that it broadcasts to",
        )
    if variable.support is not None:
        outside = ~np.broadcast_to(variable.support.contains(raw), raw.shape[: raw.ndim])
        if outside.any():
            index = _first(outside)
            raise fail(f"has {raw[index]} at index {index}", variable.support.name)
    return array


def _fits(declared: Shape, given: Shape) -> bool:
    try:
        return np.broadcast_shapes(declared, given) == given
    except ValueError:
        return False


def _first(mask: np.ndarray) -> tuple[int, ...]:
    return tuple(int(i) for i in np.argwhere(mask)[0])


def _observed_error(path: str, variable: RandomVariable, came: str, expected: str) -> Exception:
    return ObservedError(
        f"{path}: the observed value {came}, but {variable.family} expects {expected}. "
        "Correct the data, or choose a distribution that fits them."
    )


def _unknown_path(path: str, variables: Mapping[str, Any]) -> Exception:
    known = ", ".join(variables)
    return ObservedError(
        f"observed: {path!r} is not a variable of this model.{did_you_mean(path, variables)} "
        f"Its variables are {known}."
    )


__all__ = ["Site", "Structure", "check_observed", "inspect_model"]
