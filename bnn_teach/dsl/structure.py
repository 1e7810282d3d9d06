"""What a model contains, and an eager run that says where a mistake is.

Before an algorithm starts, the model is run with draws from its prior where its parameters have to
be looked at with numbers in them. That is the moment to find mistakes while their cause is still
in sight. Next: :mod:`bnn_teach.dsl.look`, the run that algorithms use.
"""

from __future__ import annotations

import contextlib
import functools
import warnings
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

import numpy as np

from bnn_teach.dsl.checks.observed import check_observed
from bnn_teach.dsl.checks.parameters import check_parameters
from bnn_teach.dsl.checks.purity import check_same_density
from bnn_teach.dsl.handlers import from_prior, log_joint, near_zero
from bnn_teach.dsl.interpreter import Handler, Sites, interpret
from bnn_teach.dsl.model import Model, check_model
from bnn_teach.dsl.random_variables import Node, Potential, RandomVariable, Shape
from bnn_teach.engine.runtime import tf
from bnn_teach.errors import (
    ArgumentError,
    ModelError,
    NothingObservedWarning,
    ObservedError,
    ParameterError,
    ShapeError,
    did_you_mean,
)


class Structure(NamedTuple):
    """What a model contains."""

    model: Model
    """The model itself."""
    sites: Sites
    """Everything it yielded, by path."""
    latent: dict[str, RandomVariable]
    """The random variables to infer, by path."""
    observed: Mapping[str, Any]
    """The observed values, by path, in the distribution's dtype."""
    recorded: dict[str, Node]
    """Deterministics and kept return values, by path."""
    asked: tuple[str, ...] = ()
    """Which of the observed ones were asked for from outside."""
    dropped: tuple[str, ...] = ()
    """Which variables are not observed, because the model was put at other data."""
    stale: frozenset[str] = frozenset()
    """The arguments that had their observed values."""
    weighed: Mapping[str, frozenset[int]] = {}
    """Lengths of the data that each Potential is computed from, by path."""

    @property
    def random(self) -> list[str]:
        """The paths of all random variables, in order."""
        return [p for p, s in self.sites.items() if isinstance(s.node, RandomVariable)]

    def warn_without_data(self, stacklevel: int) -> None:
        """Warn where nothing is observed and no Potential weighs the values."""
        if self.observed or any(isinstance(s.node, Potential) for s in self.sites.values()):
            return
        why = f"{self.dropped[0]!r} was observed with other data" if self.dropped else "none given"
        warnings.warn(
            f"{self.model.describe()} observes nothing ({why}), so its posterior is its prior. "
            "Pass the data, as in net.at(x=x, y=y) or observed=y; to draw from the prior use "
            "bt.sample_prior_predictive.",
            NothingObservedWarning,
            stacklevel=stacklevel,
        )

    def dims_of(self, path: str) -> tuple[str, ...] | None:
        """Names of the value's axes, where the model gave them."""
        return getattr(self.sites[path].node, "dims", None)

    def shape_of(self, path: str) -> Shape:
        """Shape of the value at ``path``."""
        return tuple(np.shape(self.sites[path].value))


def inspect_model(
    model: Model,
    observed: Mapping[str, Any] | None = None,
    only_shapes: bool = False,
    dropped: Collection[str] = (),
) -> Structure:
    """Run ``model`` eagerly on a few prior draws; check parameters and observed values.

    Parameters
    ----------
    model : Model
        A model function that was called.
    observed : mapping, optional
        Values of further variables to observe, by path.
    only_shapes : bool, optional
        Observed values stand only for their shapes, as in a prediction: their contents are not
        checked, and the model meets draws instead.
    dropped : collection of str, optional
        Variables whose observed values are left out.

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
    look = functools.partial(_look, check_model(model), check_asked(observed), only_shapes, dropped)
    first, *others = [look(tf.constant([0, number], tf.int32)) for number in range(3)]
    if not first.latent and not only_shapes:  # no value is drawn: each run has the same density
        check_same_density(model.describe(), *(log_joint(s.sites) for s in (first, *others)))
    return first


def check_asked(observed: Any) -> Mapping[str, Any]:
    """Return values to observe by path, or raise :class:`ArgumentError`."""
    if not isinstance(observed, Mapping | None):
        raise ArgumentError(
            f"observed: expected a dict of path to values, got {type(observed).__name__}. Write "
            'observed={"my_model.obs": y}, or observed=y at the variable inside the model.'
        )
    return observed or {}


def structure_of(
    model: Model, sites: Sites, asked: Collection[str], observed: Mapping[str, Any]
) -> Structure:
    """Sort what a run yielded.

    Raises
    ------
    ModelError
        The model yielded nothing.
    ObservedError
        A path that was asked for does not exist.
    """
    variables = {p: s.node for p, s in sites.items() if isinstance(s.node, RandomVariable)}
    if not sites:
        raise ModelError(
            f"{model.describe()} yielded nothing. Yield at least one random variable, such as "
            'bt.Normal("loc", 0.0, 1.0).'
        )
    for path in asked:
        if path not in variables:
            raise _unknown_path(path, sites, variables)
    for path, (node, value) in sites.items():
        shape = np.shape(node.log_prob if isinstance(node, Potential) else value)
        if 0 in shape:
            raise ShapeError(
                f"{path}: got shape {shape}, without entries, expected at least one. Look for "
                "empty data, and for a slice or mask that selects nothing."
            )
    latent = {p: v for p, v in variables.items() if p not in observed}
    recorded = {p: s.node for p, s in sites.items() if p not in variables and s.value is not None}
    return Structure(model, sites, latent, observed, recorded, tuple(asked))


def _look(
    model: Model,
    asked: Mapping[str, Any],
    only_shapes: bool,
    dropped: Collection[str],
    seed: Any,
) -> Structure:
    """Look at the model at one draw from its prior.

    Where a parameter is outside its domain there, the draw may be to blame: vague priors have
    draws too large or small for any floating-point number. So the model is run again where
    samplers start, at a point and its mirror image, and has to fail there too.
    """
    shapes: dict[str, Shape] = {}
    prior = from_prior(seed, shapes)
    run = functools.partial(_run, model, asked, only_shapes, dropped, shapes, prior)
    with contextlib.suppress(ParameterError):
        return run(prior)
    run(near_zero(seed, 1.0, prior))
    return run(near_zero(seed, -1.0, prior))


def _run(
    model: Model,
    asked: Mapping[str, Any],
    only_shapes: bool,
    dropped: Collection[str],
    shapes: dict[str, Shape],
    predict: Handler,
    draw: Handler,
) -> Structure:
    data: dict[str, np.ndarray] = {}

    def handler(path: str, variable: RandomVariable) -> Any:
        check_parameters(path, variable.distribution)
        value = None if path in dropped else asked.get(path, variable.observed)
        if value is None:
            return draw(path, variable)
        kind = "given" if path in asked else "observed"
        data[path] = check_observed(path, variable, value, only_shapes, kind)
        shapes[path] = data[path].shape
        return predict(path, variable) if only_shapes else tf.constant(data[path])

    return structure_of(model, interpret(model, handler), asked, data)


def _unknown_path(path: Any, sites: Sites, variables: Mapping[str, Any]) -> Exception:
    if path in sites:
        found = "is no random variable, so no value can be given for it."
    else:
        meant = next((p for p in variables if p.endswith(f".{path}")), path)
        hint = did_you_mean(path, variables, {path: meant})
        found = f"was given a value, but the model has no such variable.{hint}"
    known = ", ".join(variables) or "none"
    return ObservedError(f"observed: {path!r} {found} Its random variables are {known}.")
