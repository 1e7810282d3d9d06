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

from bnn_teach.arguments import as_number, as_real
from bnn_teach.dsl.checks.observed import check_observed
from bnn_teach.dsl.checks.slopes import check_slopes
from bnn_teach.dsl.dtypes import get_dtype
from bnn_teach.dsl.handlers import from_values, log_prob_terms
from bnn_teach.dsl.handlers import log_joint as sites_log_joint
from bnn_teach.dsl.interpreter import Sites, interpret
from bnn_teach.dsl.look import look
from bnn_teach.dsl.model import Model
from bnn_teach.dsl.random_variables import RandomVariable, Shape
from bnn_teach.dsl.structure import inspect_model
from bnn_teach.engine.programs import Arrays, Recording, Tensors, kept, map_draws
from bnn_teach.engine.runtime import tf, tfp
from bnn_teach.errors import ArgumentError, InferenceError


class Slot(NamedTuple):
    """Where a variable lives in z."""

    start: int
    stop: int
    z_shape: Shape
    """Its unconstrained shape; a simplex of k numbers has k - 1 unconstrained ones."""
    shape: Shape
    """Its own shape."""
    is_plain: bool
    """Whether z holds the value itself, so that nothing is transformed."""


class Unconstrained:
    """The reading of a model over z: each unobserved variable takes its part of z."""

    predicts = False

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        self.parts: Tensors = {}  # inputs of their own: D is known when the model ends
        self.jacobians: Tensors = {}
        self.slots: dict[str, Slot] = {}
        self.weight = recording.input("weight", (), get_dtype())  # of the observed terms
        self.temperature = recording.input("temperature", (), get_dtype())  # of all terms

    def value(self, path: str, variable: RandomVariable, shape: Shape) -> tf.Tensor:
        """Map the next part of z onto the variable's support."""
        bijector = variable.bijector
        if bijector is None:
            why = "is discrete" if variable.is_discrete else "has no known map from the real line"
            raise InferenceError(
                f"{path}: {variable.family} {why}, but NUTS and ADVI move along gradients. Observe "
                "it, or sum it out, for example with bt.Mixture."
            )
        z_shape = tuple(bijector.inverse_event_shape(shape))
        start = next((slot.stop for slot in reversed(self.slots.values())), 0)
        is_plain = isinstance(bijector, tfp.bijectors.Identity)
        self.slots[path] = Slot(start, start + math.prod(z_shape), z_shape, shape, is_plain)
        part = self.recording.input(f"z {path}", z_shape, get_dtype())
        ndims = bijector.inverse_event_ndims(len(variable.distribution.event_shape))
        self.parts[path] = part
        self.jacobians[path] = bijector.forward_log_det_jacobian(part, ndims)
        return bijector.forward(part)

    def outputs(self, sites: Sites, observed: Tensors) -> Tensors:
        """Return all values and terms, the log-density, and its slope along each part of z."""
        terms = log_prob_terms(sites)
        named = {f"value {p}": s.value for p, s in sites.items() if s.value is not None}
        named |= {f"term {p}": term for p, term in terms.items()}
        if not self.parts:
            return named
        sums = {p: tf.cast(_sum(t), get_dtype()) / self.temperature for p, t in terms.items()}
        weighted = [self.weight * s if p in observed else s for p, s in sums.items()]
        total = tf.add_n([*weighted, *map(_sum, self.jacobians.values())])
        slopes = tf.gradients(total, list(self.parts.values()), unconnected_gradients="zero")
        named["log_prob"] = total
        named |= {f"slope {p}": slope for p, slope in zip(self.parts, slopes, strict=True)}
        return named


class LogDensity:
    """The log-density of a model over the flat unconstrained vector z.

    Parameters
    ----------
    model : Model
        A model function that was called.
    observed : mapping, optional
        Values of further variables to observe, by path.
    temperature : float, optional
        T, above 0, which divides the log joint density, but not the Jacobian's logarithm.

    Attributes
    ----------
    size : int
        D, the length of z.
    slots : dict of str to Slot
        Where each unobserved variable lives in z, in the order of the model.
    tensors : dict of str to tensor
        Arguments, observed values, and T unless it is 1: inputs of the compiled program.

    Raises
    ------
    InferenceError
        If nothing is left to infer, or an unobserved variable is discrete.
    """

    def __init__(
        self, model: Model, observed: Mapping[str, Any] | None = None, temperature: float = 1.0
    ) -> None:
        self.temperature = as_number("temperature", temperature, 0.0, np.inf)
        self._look = look(model, observed, Unconstrained, "density")
        self.slots: dict[str, Slot] = self._look.reading.slots
        self.size = sum(math.prod(slot.z_shape) for slot in self.slots.values())
        if not self.slots:
            seen = self._look.structure.observed
            why = "every random variable is observed" if seen else "no random variable"
            raise InferenceError(
                f"{self._look.structure.model.describe()} has nothing to infer: {why}. Leave at "
                "least one bt.Normal(...), or other variable, without observed=."
            )
        z = np.random.default_rng(0).uniform(-2.0, 2.0, self.size).astype(self.dtype)
        self._look = self._look.checked(self._given(z, {}), self._given(-z, {}))
        self.structure = self._look.structure
        more = {"temperature": tf.constant(self.temperature, get_dtype())}
        self.tensors: Tensors = self._look.inputs | (more if self.temperature != 1.0 else {})
        if self._look.seconds:  # the model is new
            check_slopes(self._sized, z, self.slots)

    def __reduce__(self) -> Any:
        given = {p: self.structure.observed[p] for p in self.structure.asked}
        return LogDensity, (self.structure.model, given, self.temperature)

    # One draw: symbolic, called while a program is being traced.

    def _parts(self, z: Any) -> dict[str, Any]:
        """Return the parts of z, of shape (D,), as inputs of the graph."""
        return {
            f"z {p}": tf.reshape(z[slot.start : slot.stop], slot.z_shape)
            for p, slot in self.slots.items()
        }

    def _given(self, z: Any, inputs: Mapping[str, Any], weight: Any = None) -> dict[str, Any]:
        """Return all inputs of the graph at z, of shape (D,)."""
        weight = tf.cast(1.0 if weight is None else weight, get_dtype())
        return {"temperature": self.dtype(1.0), **inputs, **self._parts(z), "weight": weight}

    def values_one(self, z: tf.Tensor, inputs: Tensors, *paths: str) -> Tensors:
        """Return the values at some paths, for z of shape (D,); differentiable."""
        recording = self._look.recording
        names = ("values", recording.digest, *paths)
        function = kept(names, lambda: recording.traced(*(f"value {path}" for path in paths)))
        return dict(zip(paths, recording(self._given(z, inputs), function), strict=True))

    def log_prob_one(self, z: tf.Tensor, inputs: Tensors, weight: Any = None) -> tf.Tensor:
        """Return log p(z), a scalar, for z of shape (D,).

        ``weight`` multiplies the observed variables' terms: N / B for minibatches of B points.
        """
        return self._look.compute(self._given(z, inputs, weight))["log_prob"]

    def value_and_grad_one(self, z: tf.Tensor, inputs: Tensors, weight: Any = None) -> Any:
        """Return log p(z) and its gradient, for z of shape (D,)."""
        found = self._look.compute(self._given(z, inputs, weight))
        slopes = [tf.reshape(found[f"slope {path}"], [-1]) for path in self.slots]
        return found["log_prob"], tf.concat(slopes, 0)

    def value_and_grad_each(self, z: tf.Tensor, inputs: Tensors, weight: Any = None) -> Any:
        """Return log p(z), shape (C,), and its gradients, shape (C, D), for z of shape (C, D).

        A map cannot hold the lists of a loop in the model (``tf.scan``, ``tfd.HiddenMarkovModel``):
        then the points are written out, one after the other.
        """
        return self._each(z, inputs, weight)

    @functools.cached_property
    def _each(self) -> Any:
        """A function of a graph: a program that needs it in several places traces it once."""

        def each(z: tf.Tensor, inputs: Tensors, weight: Any) -> Any:
            one = functools.partial(self.value_and_grad_one, inputs=inputs, weight=weight)
            if self._look.recording.has_loops:
                return tuple(map(tf.stack, zip(*map(one, tf.unstack(z)), strict=True)))
            return tf.vectorized_map(one, z)

        return tf.function(each, autograph=False)

    def batched(self, inputs: Tensors, weight: Any = None) -> Any:
        """Return a function z (C, D) -> log p (C,), differentiable, for use inside a program.

        The gradient lies inside the map. Outside it, XLA would treat z as a compile-time constant,
        because the gradient of a mapped sum computes shapes from it, and compile at every call.
        """

        @tf.custom_gradient
        def log_prob(z: tf.Tensor) -> Any:
            value, grad = self.value_and_grad_each(z, inputs, weight)
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

    def at_rows(self, number: int) -> LogDensity:
        """Return the same density of the first ``number`` rows of all data."""
        found: dict[str, dict[str, Any]] = {"argument": {}, "observed": {}}
        for name, tensor in self._look.inputs.items():
            kind, own = name.split(" ", 1)
            found[kind][own] = tensor[:number] if tensor.shape[:1] == self.num_data else tensor
        model = self.structure.model.with_arguments(found["argument"])
        return LogDensity(model, found["observed"], self.temperature)

    @functools.cached_property
    def fingerprint(self) -> str:
        """Identify the graph of log p(z): equal fingerprints share compiled programs."""
        return self._look.recording.digest + (" tempered" if "temperature" in self.tensors else "")

    @property
    def trace_time(self) -> float:
        """Seconds that it took to run the model; 0 where it was known."""
        return self._look.seconds

    # Whole arrays: eager, for notebooks and tests.

    def points(self, z: Any) -> np.ndarray:
        """Return z as an array of shape (..., D), or raise :class:`ArgumentError`."""
        array = as_real("z", z)
        if array.ndim == 0 or array.shape[-1] != self.size:
            raise ArgumentError(
                f"z has shape {array.shape}, but {self.structure.model.describe()} has {self.size} "
                f"unconstrained numbers. Pass shape (..., {self.size})."
            )
        return array

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
        z = self.points(z).astype(self.dtype)

        def one(draw: Tensors, inputs: Tensors, seed: tf.Tensor) -> Tensors:
            value, grad = self.value_and_grad_one(draw["z"], inputs)
            return {"value": value, "grad": grad}

        shapes = {"value": (), "grad": (self.size,)}
        outputs = {k: tf.TensorSpec(shape, get_dtype()) for k, shape in shapes.items()}
        known = ((self.fingerprint, "value_and_grad"), outputs)
        result = map_draws(one, {"z": z.reshape(-1, self.size)}, self.tensors, known=known)
        return result["value"].reshape(z.shape[:-1]), result["grad"].reshape(z.shape)

    def log_prob(self, z: Any) -> np.ndarray:
        """Return log p(z), shape (...), for z of shape (..., D)."""
        return self.value_and_grad(z)[0]

    def terms(self, z: np.ndarray) -> Arrays:
        """Return each variable's log-density and each potential, by path, for z of shape (D,)."""
        found = self._look.compute(self._given(z, self.tensors))
        return {k.removeprefix("term "): v.numpy() for k, v in found.items() if k[:5] == "term "}

    def _sized(self, z: np.ndarray) -> tuple[float, np.ndarray, float]:
        """Return log p(z), its gradient, and the sum of its terms' sizes."""
        found = self._look.compute(self._given(z, self.tensors))
        slopes = [np.ravel(found[f"slope {path}"]) for path in self.slots]
        size = sum(np.abs(v).sum(dtype=float) for k, v in found.items() if k[:5] == "term ")
        return float(found["log_prob"]), np.concatenate(slopes).astype(float), size

    def explain_nonfinite(self, z: np.ndarray, tries: int) -> str:
        """Say which variable makes log p(z) infinite or NaN, for z of shape (D,)."""
        found, terms = self._look.compute(self._given(z, self.tensors)), self.terms(z)
        bad = [path for path, term in terms.items() if not np.isfinite(term).all()]
        slopes = [path for path in self.slots if not np.isfinite(found[f"slope {path}"]).all()]
        if np.isfinite(found["log_prob"]):
            along = f" along {slopes[0]!r}" if slopes else ""
            return (
                f"No starting point with a finite gradient in {tries} tries: the log-density is "
                f"finite, but its slope{along} is infinite or NaN. Look for tf.sqrt, tf.norm or a "
                "power at 0, and for a tf.where whose other branch is not finite: there, put a "
                "harmless number into the branch's argument as well."
            )
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
            parts[path] = variable.bijector.inverse(array).numpy().ravel()
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
        z = self.points(z).astype(self.dtype)
        lead = z.shape[:-1]
        slots, more = self.slots.items(), self.structure.recorded or log_likelihood
        if not more and all(slot.is_plain for _, slot in slots):
            return {p: z[..., s.start : s.stop].reshape(lead + s.shape) for p, s in slots}, {}
        wanted = [f"value {path}" for path in (*self.slots, *self.structure.recorded)]
        wanted += [f"term {p}" for p in self.structure.observed if log_likelihood]

        def one(draw: Tensors, inputs: Tensors, seed: tf.Tensor) -> Tensors:
            found = self._look.compute(self._given(draw["z"], inputs))
            return {name: found[name] for name in wanted}

        outputs = {name: self._look.recording.outputs[name] for name in wanted}
        known = ((self.fingerprint, "unflatten", *wanted), outputs)
        flat = map_draws(one, {"z": z.reshape(-1, self.size)}, self.tensors, known=known)
        named: dict[str, Arrays] = {"value": {}, "term": {}}
        for name, array in flat.items():
            kind, path = name.split(" ", 1)
            named[kind][path] = array.reshape(lead + array.shape[1:])
        return named["value"], named["term"]


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


def check_paths(values: Mapping[str, Any], wanted: Iterable[str], model: str) -> None:
    """Raise :class:`ArgumentError` unless ``values`` has one value for every path wanted."""
    wanted = list(wanted)
    missing = [path for path in wanted if path not in values]
    if missing:
        raise ArgumentError(
            f"{missing[0]}: no value was given. {model} needs one for each of {', '.join(wanted)}."
        )
