r"""Prediction: running the generator forwards, from the prior or from posterior draws.

The variance of a prediction has two parts, by the law of total variance,

.. math:: \operatorname{Var}(y) = \underbrace{\operatorname{Var}(f)}_{\text{epistemic}}
          + \underbrace{E[\sigma^2]}_{\text{aleatoric}},

ignorance, which more data remove, and noise, which they do not. Where y is a category, entropies
take the place of variances, see :func:`decompose_entropy`. Next: :mod:`bnn_teach.plots`.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import xarray as xr

from bnn_teach.arguments import (
    as_count,
    as_flag,
    as_number,
    as_real,
    as_seed,
    checked_arguments,
)
from bnn_teach.dsl.handlers import from_prior
from bnn_teach.dsl.interpreter import Sites
from bnn_teach.dsl.look import Look, look
from bnn_teach.dsl.model import Model
from bnn_teach.dsl.random_variables import RandomVariable, Shape
from bnn_teach.dsl.structure import Structure
from bnn_teach.engine.programs import Arrays, Recording, Tensors, map_draws
from bnn_teach.engine.runtime import tf
from bnn_teach.engine.storage import over_points
from bnn_teach.errors import (
    ArgumentError,
    ArgumentWarning,
    PredictionError,
    ShapeError,
    did_you_mean,
)
from bnn_teach.traces import SAMPLE, add_group, check_axes, differences, draws_of, make_trace


@checked_arguments
def sample_prior_predictive(
    model: Model, num_samples: int = 1000, *, seed: int | None = None
) -> xr.DataTree:
    """Draw from the model before seeing data: what it believes.

    Parameters
    ----------
    model : Model
        A model function that was called. Observed values are ignored; only their shapes matter.
        Potentials, which only weigh values, are left out.
    num_samples : int, optional
        Independent draws.
    seed : int, optional
        Same seed, same draws. Without one, a fresh seed is drawn and stored in
        ``trace.attrs["seed"]``.

    Returns
    -------
    xarray.DataTree
        Groups ``prior`` (unobserved variables and deterministics) and ``prior_predictive``
        (observed variables), dims ``(chain, draw, ...)`` with one chain.
    """
    seed, count = as_seed(seed), as_count("num_samples", num_samples, 1)
    seen = look(model, None, lambda recording: Forward(recording, {}), "forward")
    seen = seen.checked(*({"seed": np.array([0, number], np.int32)} for number in range(3)))
    structure = seen.structure
    check_axes(structure)
    wanted = [p for p, s in structure.sites.items() if s.value is not None]
    values = _run_forward(seen, {"number": np.zeros(count, np.float32)}, seed, wanted)
    values = {path: array[None] for path, array in values.items()}
    predicted = {p: values.pop(p) for p in structure.observed}
    groups = {"prior": values} | ({"prior_predictive": predicted} if predicted else {})
    return make_trace(structure, groups, seed=seed)


@checked_arguments
def sample_posterior_predictive(
    model: Model,
    trace: xr.DataTree,
    var_names: Sequence[str] | None = None,
    *,
    inplace: bool = False,
    seed: int | None = None,
) -> xr.DataTree:
    """Predict with every posterior draw, at the data that ``model`` was called with.

    Parameters
    ----------
    model : Model
        The model of the trace, called with new data: ``net(x_new, y=None)``. Observed values are
        ignored; only their shapes matter.
    trace : xarray.DataTree
        From ``bt.sample`` or ``fit.approximation.sample``.
    var_names : list of str, optional
        Paths to return; by default the observed variables and the deterministics.
    inplace : bool, optional
        Put the group into ``trace`` itself.
    seed : int, optional
        Same seed, same predictions. Without one, a fresh seed is drawn and stored as the attribute
        ``seed`` of the result, or of the group where ``inplace``.

    Returns
    -------
    xarray.DataTree
        With the group ``posterior_predictive``, dims ``(chain, draw, *shape of the data)``;
        ``trace`` itself where ``inplace``.

    Raises
    ------
    PredictionError
        If the model observes nothing, or the trace belongs to another model.
    """
    seed = as_seed(seed)
    as_flag("inplace", inplace)
    posterior = draws_of(trace)
    shapes = {p: v.shape[2:] for p, v in posterior.items()}
    purpose = ("forward", *shapes.items())
    seen = look(model, None, lambda recording: Forward(recording, shapes), purpose)
    structure = seen.structure
    predicted = _what_to_predict(structure, trace, posterior)
    wanted = _wanted(structure, predicted, var_names)
    if different := differences(model, trace):
        warnings.warn(
            f"{model.name}: {'; '.join(different)}. To predict with the trace's own arguments, "
            "pass the model that was sampled, at the new data: net.at(x=x_new).",
            ArgumentWarning,
            stacklevel=3,
        )
    lead = next(iter(posterior.values())).shape[:2]
    draws = {
        p: posterior[p].reshape(-1, *shapes[p]).astype(symbol.dtype.as_numpy_dtype, copy=False)
        for p, symbol in seen.reading.known.items()
    }
    first = {f"draw {p}": v[0] for p, v in draws.items()}
    seen = seen.checked({**first, "seed": np.zeros(2, np.int32)})
    structure = seen.structure
    check_axes(structure)
    values = _run_forward(seen, draws, seed, wanted)
    values = {p: v.reshape(*lead, *v.shape[1:]) for p, v in values.items()}
    if not inplace:
        return make_trace(structure, {"posterior_predictive": values}, seed=seed)
    add_group(trace, "posterior_predictive", structure, values, seed=seed)
    return trace


class Forward:
    """The reading of a model forwards: known variables take a draw, all others are drawn."""

    predicts = True

    def __init__(self, recording: Recording, shapes: Mapping[str, Shape]) -> None:
        self.recording, self.shapes = recording, shapes
        self.known: Tensors = {}
        self.seed = recording.input("seed", (2,), tf.int32)

    def value(self, path: str, variable: RandomVariable, shape: Shape) -> tf.Tensor:
        """Return the draw, or a value from the variable's own distribution."""
        if self.shapes.get(path) != variable.shape:
            return from_prior(self.seed, {path: shape})(path, variable)
        dtype = variable.distribution.dtype
        self.known[path] = self.recording.input(f"draw {path}", variable.shape, dtype)
        return self.known[path]

    def outputs(self, sites: Sites, observed: Tensors) -> Tensors:
        """Return all values."""
        return {f"value {p}": s.value for p, s in sites.items() if s.value is not None}


def _run_forward(seen: Look, draws: Arrays, seed: int, wanted: Sequence[str]) -> Arrays:
    """Run the model once a draw."""

    def one(draw: Tensors, inputs: Tensors, stream: tf.Tensor) -> Tensors:
        given = {f"draw {p}": v for p, v in draw.items()}
        found = seen.compute({**inputs, **given, "seed": stream})
        return {path: found[f"value {path}"] for path in wanted}

    state = np.random.SeedSequence([seed, 3]).generate_state(2).astype(np.int32)
    outputs = {path: seen.recording.outputs[f"value {path}"] for path in wanted}
    known = ((seen.recording.digest, "forward", *wanted), outputs)
    return map_draws(one, draws, seen.inputs, state, known)


def _what_to_predict(structure: Structure, trace: Any, posterior: Arrays) -> list[str]:
    """Return the paths that are observed in the trace or in the model."""
    seen = set(trace["observed_data"].data_vars) if "observed_data" in trace.children else set()
    predicted = [p for p in structure.random if p not in posterior]
    unknown = [p for p in predicted if p not in seen and p not in structure.observed]
    latents = [p for p in structure.latent if p not in seen]
    if latents and (unknown or not set(latents) & set(posterior)):
        raise PredictionError(
            f"The trace has no draws of {(unknown or latents)[0]!r}: it seems to belong to another "
            f"model, or to have lost its group observed_data. It holds {', '.join(posterior)}. "
            "Pass the model that was sampled, and the whole trace."
        )
    if not predicted:
        raise PredictionError(
            f"{structure.model.name!r} observes nothing, so there is nothing to predict. Its "
            "draws are in trace['posterior']."
        )
    for path, variable in structure.latent.items():
        if path in posterior and posterior[path].shape[2:] != variable.shape:
            raise ShapeError(
                f"{path}: the trace has draws of shape {posterior[path].shape[2:]}, but the model "
                f"declares {variable.shape}. Pass the model that was sampled, with the same sizes; "
                "axes of the trace that were renamed, name chain and draw again."
            )
    return predicted


def _wanted(
    structure: Structure, predicted: list[str], var_names: Sequence[str] | None
) -> list[str]:
    if var_names is None:
        return [*predicted, *structure.recorded]
    names: list[Any] = list(var_names) if isinstance(var_names, list | tuple) else [var_names]
    known = [p for p, site in structure.sites.items() if site.value is not None]
    for name in names or ["an empty list"]:
        if name not in known:
            raise PredictionError(
                f"var_names: {name!r} is not a value of the model.{did_you_mean(name, known)} "
                f"It has {', '.join(known)}."
            )
    return names


class Decomposition(NamedTuple):
    """Standard deviations of a prediction, in the unit of y, shape of the data each."""

    total: Any
    """sqrt(epistemic² + aleatoric²)."""
    epistemic: Any
    """Of the noise-free function, over the draws: what more data would remove."""
    aleatoric: Any
    """Root mean square of the noise's standard deviation: what stays."""


@checked_arguments
def decompose(function_draws: Any, noise_scale: Any) -> Decomposition:
    r"""Split the predictive variance: total² = epistemic² + aleatoric².

    Parameters
    ----------
    function_draws : array_like or DataArray, shape (chain, draw, ...)
        Draws of the noise-free function f, the mean of y given the weights.
    noise_scale : float or array_like, shape (chain, draw) or (chain, draw, ...)
        Standard deviation of y given f: one number, a draw each, or a draw and point each.

    Returns
    -------
    Decomposition
        :math:`\sqrt{\operatorname{Var} f + E[\sigma^2]}`, :math:`\sqrt{\operatorname{Var} f}`,
        :math:`\sqrt{E[\sigma^2]}`.
    """
    draws = _draws("function_draws", function_draws)
    noise = _draws("noise_scale", noise_scale)
    extra = noise.ndim and draws.ndim - noise.ndim
    aligned = noise.reshape(noise.shape + (1,) * max(extra, 0))
    fits = noise.ndim == 0 or (noise.ndim > 1 and noise.shape[:2] == draws.shape[:2])
    try:
        np.broadcast_to(aligned, draws.shape)
    except ValueError:
        fits = False
    if draws.ndim < 2 or 0 in draws.shape[:2] or not fits:
        raise ShapeError(
            f"decompose: function_draws has shape {draws.shape} and noise_scale {noise.shape}. "
            "Give function_draws with shape (chain, draw, ...), at least one, and noise_scale as "
            "one number, or with shape (chain, draw) or that of function_draws."
        )
    if not (noise >= 0).all():
        raise ArgumentError("decompose: noise_scale has negative entries; it is a deviation.")
    epistemic = over_points(lambda part: part.var(axis=(0, 1)), draws)
    each = aligned if aligned.ndim else aligned[None, None]
    aleatoric = over_points(lambda part: (part**2).mean(axis=(0, 1)), each)
    total = np.sqrt(epistemic + aleatoric)
    return Decomposition(
        total, np.sqrt(epistemic), np.broadcast_to(np.sqrt(aleatoric), total.shape)
    )


class EntropyDecomposition(NamedTuple):
    """Entropies of a predicted category, in nats, shape of the points each."""

    total: Any
    """Of the mean probabilities: epistemic + aleatoric."""
    epistemic: Any
    """Mutual information of category and weights: how much the draws disagree."""
    aleatoric: Any
    """Mean of the draws' own entropies: how undecided each draw is."""


@checked_arguments
def decompose_entropy(probabilities: Any, *, categorical: bool = False) -> EntropyDecomposition:
    r"""Split the entropy of a predicted category: total = epistemic + aleatoric.

    .. math:: \underbrace{H(E[p])}_{\text{total}} = \underbrace{I(y; \theta)}_{\text{epistemic}}
              + \underbrace{E[H(p)]}_{\text{aleatoric}}, \qquad H(p) = -\sum_k p_k \log p_k,

    where the expectation is over the draws of the weights :math:`\theta`, and I is the mutual
    information: at least 0, and 0 only where all draws say the same.

    Parameters
    ----------
    probabilities : array_like or DataArray, shape (chain, draw, ...)
        What each draw predicts: the probability of a 1.
    categorical : bool, optional
        The last axis counts the categories instead, and its probabilities sum to 1.

    Returns
    -------
    EntropyDecomposition
        In nats: of K categories at most :math:`\log K`, which is 0.69 for K = 2.

    Raises
    ------
    ShapeError
        There are no axes for chain and draw, or for the categories, or no draws.
    ArgumentError
        A value is not a probability, or those of the categories do not sum to 1.

    References
    ----------
    Houlsby et al. (2011), Bayesian active learning for classification and preference learning,
    arXiv:1112.5745, section 2; Depeweg et al. (2018), Decomposition of uncertainty in Bayesian
    deep learning, *ICML*, section 3.
    """
    from scipy.special import entr  # -p log p, which knows that 0 log 0 is 0

    def entropies(p: np.ndarray) -> np.ndarray:  # one category's share: of the mean, on average
        return np.stack([entr(p.mean(axis=(0, 1))), entr(p).mean(axis=(0, 1))])

    p = _probabilities(probabilities, as_flag("categorical", categorical))
    if categorical:
        parts = sum(over_points(entropies, p[..., k]) for k in range(p.shape[-1]))
    else:
        parts = over_points(lambda part: entropies(part) + entropies(1 - part), p)
    total, aleatoric = parts
    # Where all draws agree, rounding may leave the difference a hair below 0.
    return EntropyDecomposition(total, np.maximum(total - aleatoric, 0.0), aleatoric)


def _probabilities(values: Any, categorical: bool) -> np.ndarray:
    """Return probabilities with the axes chain and draw in front, and a last one of categories."""
    p = _draws("probabilities", values)
    if p.ndim < 2 + categorical or 0 in (*p.shape[:2], *p.shape[-1:] * categorical):
        axes = "(chain, draw, ..., category)" if categorical else "(chain, draw, ...)"
        raise ShapeError(
            f"decompose_entropy: probabilities has shape {p.shape}. Give what each draw says, with "
            f"shape {axes}, at least one draw."
        )
    if not ((p >= 0) & (p <= 1)).all():
        raise ArgumentError(
            "decompose_entropy: probabilities has values outside 0 to 1. Of logits f "
            "pass scipy.special.expit(f), the logistic function of them."
        )
    if categorical and not np.allclose(p.sum(axis=-1), 1.0, rtol=0, atol=1e-4):
        raise ArgumentError(
            "decompose_entropy: the probabilities of the categories, on the last axis, do not sum "
            "to 1. Divide by their sum, or leave out categorical=True where each is that of a 1."
        )
    return p


def _draws(name: str, values: Any) -> np.ndarray:
    """Return finite numbers with the axes chain and draw in front, where they have these names."""
    if isinstance(values, xr.DataArray) and {*SAMPLE} <= {*values.dims}:
        values = values.transpose(*SAMPLE, ...)
    return as_real(name, values, finite=True)


@checked_arguments
def quantile_band(draws: Any, probability: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    """Return the central interval of the draws at every point.

    Parameters
    ----------
    draws : array_like or DataArray, shape (chain, draw, ...)
        Draws of a function, or predictions.
    probability : float, optional
        Its probability, between 0 and 1.

    Returns
    -------
    lower, upper : ndarray, shape (...)
        Quantiles (1 - probability) / 2 and (1 + probability) / 2.
    """
    values, probability = _draws("draws", draws), as_number("probability", probability, 0.0, 1.0)
    if values.ndim < 2 or 0 in values.shape[:2]:
        raise ShapeError(
            f"quantile_band: draws has shape {values.shape}. Give draws with shape "
            "(chain, draw, ...), at least one."
        )
    edges = [(1 - probability) / 2, (1 + probability) / 2]
    lower, upper = over_points(lambda part: np.quantile(part, edges, axis=(0, 1)), values)
    return lower, upper


@checked_arguments
def band_coverage(
    lower: Any, upper: Any, truth: Any, regions: Mapping[str, np.ndarray]
) -> dict[str, float]:
    """Return at which share of the points of each region a band holds what is true there.

    Parameters
    ----------
    lower, upper : array_like, shape (N,)
        Edges of the band, such as :func:`quantile_band` returns; they belong to it.
    truth : array_like, shape (N,)
        What is true there, or what was measured afterwards.
    regions : mapping of str to ndarray of bool, shape (N,)
        Which points belong to each.

    Returns
    -------
    dict of str to float
        Between 0 and 1; nan for a region without any point.

    Raises
    ------
    ShapeError
        An edge, the truth or a region has another shape.
    """
    masks: Any = regions
    if not isinstance(masks, Mapping) or any(np.asarray(m).dtype != bool for m in masks.values()):
        raise ArgumentError(
            f"band_coverage: regions: got {type(regions).__name__} without masks, expected which "
            "points belong to each, by name. Write {'gap': (x > -1) & (x < 1)}."
        )
    edges = {"lower": lower, "upper": upper, "truth": truth}
    given = {name: as_real(name, v, finite=True) for name, v in edges.items()} | {**regions}
    shapes = {name: np.shape(values) for name, values in given.items()}
    if len({*shapes.values()}) > 1 or len(shapes["lower"]) != 1:
        raise ShapeError(f"band_coverage: got the shapes {shapes}; expected (N,) for all of them.")
    holds = (given["lower"] <= given["truth"]) & (given["truth"] <= given["upper"])
    return {
        name: float(holds[mask].mean()) if np.any(mask) else np.nan
        for name, mask in regions.items()
    }
