r"""The only bridge between models and algorithms: one flat vector z and its log-density.

Samplers and optimisers want a function of a vector of real numbers. A model has named variables
of many shapes, some of them positive or on a simplex. :class:`LogDensity` joins the two:

.. math:: \log p(z) = \log p(\theta(z), y) + \log |\det \partial\theta / \partial z|,

where :math:`\theta(z)` is TFP's own bijector from the real line to each variable's support.
Next: :mod:`bnn_teach.mcmc.particle` and :mod:`bnn_teach.vi.families`, which see only z.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np

from bnn_teach.dsl.checks.observed import check_observed
from bnn_teach.dsl.dtypes import get_dtype
from bnn_teach.dsl.handlers import from_values, log_prob_terms
from bnn_teach.dsl.handlers import log_joint as sites_log_joint
from bnn_teach.dsl.interpreter import Sites, interpret
from bnn_teach.dsl.model import Model
from bnn_teach.dsl.random_variables import RandomVariable, Shape
from bnn_teach.dsl.structure import Structure, inspect_model
from bnn_teach.engine.programs import Arrays, Tensors, map_draws, specs, traced
from bnn_teach.engine.runtime import tf, tfp
from bnn_teach.errors import ArgumentError, InferenceError, ModelError


class Slot(NamedTuple):
    """Where a variable lives in z."""

    start: int
    stop: int
    z_shape: Shape
    """Its unconstrained shape; a simplex of k numbers has k - 1 unconstrained ones."""
    shape: Shape
    """Its own shape."""


class LogDensity:
    """The log-density of a model over the flat unconstrained vector z.

    Parameters
    ----------
    model : Model
        A model function that was called.
    observed : mapping, optional
        Values of further variables to observe, by path.
    seed : tuple of int, optional
        For the eager run that inspects the model.

    Attributes
    ----------
    size : int
        D, the length of z.
    slots : dict of str to Slot
        Where each unobserved variable lives in z, in the order of the model.
    inputs : dict of str to ndarray
        The model's array arguments and observed values: arguments of the compiled program.

    Raises
    ------
    InferenceError
        If nothing is left to infer, or an unobserved variable is discrete.
    """

    def __init__(
        self, model: Model, observed: Mapping[str, Any] | None = None, seed: Any = (0, 0)
    ) -> None:
        self.structure: Structure = inspect_model(model, observed, seed)
        self.slots = _allocate(self.structure)
        self.size = sum(math.prod(slot.z_shape) for slot in self.slots.values())
        self.inputs = {f"argument {k}": v for k, v in self.structure.model.data.items()}
        self.inputs |= {f"observed {k}": v for k, v in self.structure.observed.items()}

    # One draw: symbolic, called while a program is being traced.

    def sites(self, z: tf.Tensor, inputs: Tensors) -> tuple[Sites, list[tf.Tensor]]:
        """Run the model at z of shape (D,); return what it yielded and the Jacobian terms."""
        jacobians: list[tf.Tensor] = []

        def handler(path: str, variable: RandomVariable) -> tf.Tensor:
            slot = self.slots.get(path)
            if slot is None or slot.shape != variable.shape:
                raise _changed(path, None if slot is None else slot.shape, variable.shape)
            part = tf.reshape(z[slot.start : slot.stop], slot.z_shape)
            bijector = _bijector(variable)
            ndims = bijector.inverse_event_ndims(len(variable.distribution.event_shape))
            jacobians.append(bijector.forward_log_det_jacobian(part, ndims))
            return bijector.forward(part)

        arguments = {k: inputs[f"argument {k}"] for k in self.structure.model.data}
        observed = {k: inputs[f"observed {k}"] for k in self.structure.observed}
        model = self.structure.model.with_arguments(arguments)
        sites = interpret(model, from_values(observed, handler))
        for path in (*self.slots, *observed):
            if path not in sites:
                raise _changed(path, self.structure.shape_of(path), None)
        return sites, jacobians

    def log_prob_one(self, z: tf.Tensor, inputs: Tensors, scale: Any = None) -> tf.Tensor:
        """Return log p(z), a scalar, for z of shape (D,).

        ``scale`` multiplies the observed variables' terms: N / B for minibatches of B points.
        """
        sites, jacobians = self.sites(z, inputs)
        terms = log_prob_terms(sites)
        if scale is not None:
            terms = {p: t * scale if p in self.structure.observed else t for p, t in terms.items()}
        parts = [_sum(t) for t in (*terms.values(), *jacobians)]
        return tf.add_n([tf.cast(part, z.dtype) for part in parts])

    def value_and_grad_one(self, z: tf.Tensor, inputs: Tensors, scale: Any = None) -> Any:
        """Return log p(z) and its gradient, for z of shape (D,)."""
        with tf.GradientTape() as tape:
            tape.watch(z)
            value = self.log_prob_one(z, inputs, scale)
        return value, tape.gradient(value, z)

    def batched(self, inputs: Tensors, scale: Any = None) -> Any:
        """Return a function z (C, D) -> log p (C,), differentiable, for use inside a program.

        The tape lies inside the map. Outside it, XLA would treat z as a compile-time constant,
        because the gradient of a mapped sum computes shapes from it, and compile at every call.
        """

        @tf.custom_gradient
        def log_prob(z: tf.Tensor) -> Any:
            value, grad = tf.vectorized_map(lambda q: self.value_and_grad_one(q, inputs, scale), z)
            return value, lambda upstream: upstream[:, None] * grad

        return log_prob

    @property
    def dtype(self) -> Any:
        """NumPy dtype of z."""
        return get_dtype().as_numpy_dtype

    @property
    def num_data(self) -> int | None:
        """Length of the first axis that all observed values share, or None."""
        lengths = {v.shape[:1] for v in self.structure.observed.values()}
        return next(iter(lengths))[0] if len(lengths) == 1 and () not in lengths else None

    @property
    def tensors(self) -> Tensors:
        """The inputs as tensors, to pass to a compiled program."""
        return {k: tf.constant(v) for k, v in self.inputs.items()}

    @functools.cached_property
    def fingerprint(self) -> str:
        """Identify the graph of log p(z): equal fingerprints share compiled programs."""
        z = tf.TensorSpec([self.size], get_dtype())
        known = self.structure.known("log_prob")
        return traced(self.log_prob_one, z, specs(self.inputs), known=known)[0]

    # Whole arrays: eager, for notebooks and tests.

    def value_and_grad(self, z: Any) -> tuple[np.ndarray, np.ndarray]:
        """Return log p(z) and its gradient.

        Parameters
        ----------
        z : array_like, shape (..., D)
            Unconstrained points: one chain, or any batch.

        Returns
        -------
        log_prob : ndarray, shape (...)
        gradient : ndarray, shape (..., D)
        """
        z = np.asarray(z, get_dtype().as_numpy_dtype)
        if z.ndim == 0 or z.shape[-1] != self.size:
            raise ArgumentError(
                f"z has shape {z.shape}, but {self.structure.model.describe()} has {self.size} "
                f"unconstrained numbers. Pass shape (..., {self.size})."
            )

        def one(draw: Tensors, inputs: Tensors, seed: tf.Tensor) -> Tensors:
            return dict(
                zip(("value", "grad"), self.value_and_grad_one(draw["z"], inputs), strict=True)
            )

        known = self.structure.known("value_and_grad")
        result = map_draws(one, {"z": z.reshape(-1, self.size)}, self.inputs, known=known)
        return result["value"].reshape(z.shape[:-1]), result["grad"].reshape(z.shape)

    def log_prob(self, z: Any) -> np.ndarray:
        """Return log p(z), shape (...), for z of shape (..., D)."""
        return self.value_and_grad(z)[0]

    def explain_nonfinite(self, z: np.ndarray, tries: int) -> str:
        """Say which variable makes log p(z) infinite or NaN, for z of shape (D,)."""
        sites, _ = self.sites(tf.constant(z), self.tensors)
        bad = [p for p, t in log_prob_terms(sites).items() if not np.isfinite(t.numpy()).all()]
        where = f"the term of {bad[0]!r}" if bad else "their sum, or a Jacobian,"
        return (
            f"No starting point with a finite log-density in {tries} tries: {where} is infinite "
            "or NaN. Check that the data are possible under the model for every value of the "
            "unobserved variables, and that scales are not too small."
        )

    def flatten(self, values: Mapping[str, Any]) -> np.ndarray:
        """Return z, shape (D,), for named values of the unobserved variables."""
        check_paths(values, self.slots, self.structure.model.describe())
        parts: dict[str, np.ndarray] = {}

        def handler(path: str, variable: RandomVariable) -> Any:
            array = check_observed(path, variable, values[path], kind="given")
            if array.shape != variable.shape:
                raise ArgumentError(
                    f"{path}: the given value has shape {array.shape}; expected {variable.shape}."
                )
            parts[path] = _bijector(variable).inverse(array).numpy().ravel()
            return tf.constant(array)

        interpret(self.structure.model, from_values(self.structure.observed, handler))
        return np.concatenate([parts[path] for path in self.slots])

    def unflatten(self, z: Any, log_likelihood: bool = False) -> tuple[Arrays, Arrays]:
        """Return the named values at every z: variables, deterministics, kept return values.

        Parameters
        ----------
        z : array_like, shape (..., D)
            Unconstrained points.
        log_likelihood : bool, optional
            Also return the observed variables' log-densities, one entry a data point.

        Returns
        -------
        values : dict of str to ndarray, shape (..., *shape of the variable)
        log_likelihood : dict of str to ndarray, shape (..., *shape of the data)
            Empty unless asked for.
        """
        z = np.asarray(z, get_dtype().as_numpy_dtype)
        lead = z.shape[:-1]
        wanted = [*self.slots, *self.structure.recorded]

        def one(draw: Tensors, inputs: Tensors, seed: tf.Tensor) -> Tensors:
            sites, _ = self.sites(draw["z"], inputs)
            values = {path: tf.convert_to_tensor(sites[path].value) for path in wanted}
            if log_likelihood:
                terms = log_prob_terms(sites)
                values |= {f"log_likelihood {p}": terms[p] for p in self.structure.observed}
            return values

        if self._is_plain and not log_likelihood:
            slots = self.slots.items()
            return {p: z[..., s.start : s.stop].reshape(lead + s.shape) for p, s in slots}, {}
        known = self.structure.known("unflatten", log_likelihood)
        flat = map_draws(one, {"z": z.reshape(-1, self.size)}, self.inputs, known=known)
        named = {k: v.reshape(lead + v.shape[1:]) for k, v in flat.items()}
        likelihood = {
            p: named.pop(f"log_likelihood {p}") for p in self.structure.observed if log_likelihood
        }
        return named, likelihood

    @property
    def _is_plain(self) -> bool:
        """Whether z holds the values themselves, with nothing to transform or to compute."""
        return not self.structure.recorded and all(
            isinstance(_bijector(v), tfp.bijectors.Identity) for v in self.structure.latent.values()
        )


def log_joint(model: Model, values: Mapping[str, Any]) -> float:
    r"""Return the log joint density of a model at named values, observed data included.

    .. math:: \log p(\theta, y) = \sum_i \log p(v_i \mid v_{<i})

    Parameters
    ----------
    model : Model
        A model function that was called.
    values : mapping
        A value for every unobserved variable, by path, on its own (constrained) scale.

    Returns
    -------
    float
    """
    structure = inspect_model(model, values)
    check_paths(values, structure.latent, structure.model.describe())
    return float(sites_log_joint(structure.sites))


def _sum(term: tf.Tensor) -> tf.Tensor:
    """Sum a long term in two stages, so that float32's rounding error does not grow with it."""
    term = tf.reshape(term, [-1])
    lanes = 256
    if term.shape[0] <= 4 * lanes:
        return tf.reduce_sum(term)
    padded = tf.pad(term, [[0, -term.shape[0] % lanes]])
    return tf.reduce_sum(tf.reduce_sum(tf.reshape(padded, [-1, lanes]), 0))


def _bijector(variable: RandomVariable) -> Any:
    return variable.distribution.experimental_default_event_space_bijector()


def check_paths(values: Mapping[str, Any], wanted: Iterable[str], model: str) -> None:
    """Raise :class:`ArgumentError` unless ``values`` has one value for every path wanted."""
    wanted = list(wanted)
    missing = [path for path in wanted if path not in values]
    if missing:
        raise ArgumentError(
            f"{missing[0]}: no value was given. {model} needs one for each of {', '.join(wanted)}."
        )


def _changed(path: str, before: Shape | None, now: Shape | None) -> ModelError:
    came = "is gone" if now is None else "is new" if before is None else f"has shape {now} now"
    was = f", and had {before} before" if before is not None and now is not None else ""
    return ModelError(
        f"{path}: this variable {came}{was}: the model changes between runs. Which variables it "
        "has, and their shapes, may depend on its arguments only, not on random values or on "
        "anything that changes outside. Minibatches need variables whose shapes do not depend on "
        "the number of data points."
    )


def _allocate(structure: Structure) -> dict[str, Slot]:
    slots, start = {}, 0
    for path, variable in structure.latent.items():
        bijector = variable.bijector
        if bijector is None:
            why = "is discrete" if variable.is_discrete else "has no known map from the real line"
            raise InferenceError(
                f"{path}: {variable.family} {why}, but NUTS and ADVI move along gradients. Observe "
                "it, or sum it out, for example with bt.Mixture."
            )
        z_shape = tuple(bijector.inverse_event_shape(variable.shape))
        stop = start + math.prod(z_shape)
        slots[path] = Slot(start, stop, z_shape, variable.shape)
        start = stop
    if not slots:
        why = "every random variable is observed" if structure.observed else "no random variable"
        raise InferenceError(
            f"{structure.model.describe()} has nothing to infer: {why}. Leave at least one "
            "bt.Normal(...), or other variable, without observed=."
        )
    return slots
