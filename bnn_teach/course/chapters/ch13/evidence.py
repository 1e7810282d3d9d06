r"""The evidence of a network that is not wide: from the prior to the posterior in small steps.

You will find *sequential Monte Carlo* with likelihood tempering. Many particles are drawn from the
prior. The likelihood is switched on bit by bit, from power 0 to power 1; after each bit, particles
that fit are copied, others vanish, and all move on by Hamiltonian Monte Carlo. How much weight
survives each bit multiplies up to the evidence:

.. math::
    p(y) = \prod_k E_{k-1}\left[p(y \mid \theta)^{\beta_k - \beta_{k-1}}\right],
    \qquad 0 = \beta_0 < \beta_1 < \dots < \beta_K = 1

Next: :mod:`bnn_teach.course.chapters.ch13.exhibit`, where the width is a slider.

References
----------
Del Moral, Doucet & Jasra (2006), *Sequential Monte Carlo samplers*, JRSS B 68(3), section 2.3.
Neal (2011), *MCMC using Hamiltonian dynamics*, Handbook of MCMC, chapter 5.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from scipy.optimize import brentq
from scipy.special import logsumexp

from bnn_teach.arguments import as_count, as_seed
from bnn_teach.density import LogDensity
from bnn_teach.dsl.model import Model
from bnn_teach.engine.programs import Compiled, kept
from bnn_teach.engine.runtime import tf, tfp
from bnn_teach.errors import ArgumentError
from bnn_teach.prediction import sample_prior_predictive

_KEPT = 0.7  # of the particles' effective number, in one step of the power
_MOVES, _LEAPFROGS = 10, 15  # after each step
_ACCEPT = 0.7  # the acceptance rate that the step size is steered to
_FIRST_STEP = 0.3  # step size, in standard deviations of the particles
_MOST_STEPS = 500


class Evidence(NamedTuple):
    """What the particles found on their way."""

    log_evidence: float
    """log p(y), in nats. Its Monte Carlo error is the scatter between seeds."""
    powers: np.ndarray
    """The powers of the likelihood, rising to 1, shape (K,)."""
    z: np.ndarray
    """The particles at the end, draws from the posterior, shape (num_particles, D)."""


def log_evidence(model: Model, num_particles: int = 1000, seed: int | None = None) -> Evidence:
    """Estimate the log evidence of a model with observed data.

    Parameters
    ----------
    model : Model
        A model function that was called. Its unobserved variables must live on the whole real
        line, as weights and biases with normal priors do.
    num_particles : int, optional
        At least 2; four times as many halve the error.
    seed : int, optional
        Of all that is random.

    Returns
    -------
    Evidence

    Raises
    ------
    ArgumentError
        The model observes nothing, or has a variable with bounds.
    """
    count = as_count("num_particles", num_particles, 2)
    seed = as_seed(seed)
    density = LogDensity(model)
    z = _draw_prior(density, model, count, seed)
    key = ("evidence", density.fingerprint, count)
    likelihood, move = kept(key, lambda: _programs(density, count))
    inputs = density.tensors
    rng = np.random.default_rng([seed, 1])
    power, total, size = 0.0, 0.0, _FIRST_STEP
    powers: list[float] = []
    while power < 1 and len(powers) < _MOST_STEPS:
        log_likelihood = likelihood(tf.constant(z), inputs).numpy().astype(np.float64)
        following = _next_power(log_likelihood, power)
        log_weights = (following - power) * log_likelihood
        total += float(logsumexp(log_weights)) - math.log(count)
        power = following
        z = z[_resample(log_weights, rng)]
        step = tf.constant(size * z.std(axis=0), z.dtype)
        stream = tf.constant([seed % 2**31, len(powers)], tf.int32)
        moved, rate = move(tf.constant(z), tf.constant(power, z.dtype), step, stream, inputs)
        z = moved.numpy()
        powers.append(power)
        size *= math.exp(float(rate) - _ACCEPT)
    return Evidence(total, np.array(powers), z)


def _draw_prior(density: LogDensity, model: Model, count: int, seed: int) -> np.ndarray:
    """Return particles from the prior, shape (count, D)."""
    if not density.structure.observed:
        raise ArgumentError(
            f"{model.describe()} observes nothing, so there is no evidence. Give it data: "
            "observed=y at a variable."
        )
    for path, slot in density.slots.items():
        bijector = density.structure.latent[path].bijector
        if type(bijector).__name__ != "Identity":
            raise ArgumentError(
                f"{path}: this variable has bounds, expected one on the whole real line, such as "
                f"bt.Normal. Write it as a function of such a variable (its shape: {slot.shape})."
            )
    prior = sample_prior_predictive(model, count, seed=seed)["prior"]
    parts = [prior[path].values.reshape(count, -1) for path in density.slots]
    return np.concatenate(parts, axis=1).astype(density.dtype)


def _next_power(log_likelihood: np.ndarray, power: float) -> float:
    """Return the largest power up to 1 that leaves enough particles with a say."""

    def share(new: float) -> float:
        log_weights = (new - power) * log_likelihood
        effective = np.exp(2 * logsumexp(log_weights) - logsumexp(2 * log_weights))
        return float(effective) / len(log_likelihood)

    if share(1.0) >= _KEPT:
        return 1.0
    low, high = math.log(power + 1e-12), 0.0
    return float(np.exp(brentq(lambda t: share(math.exp(t)) - _KEPT, low, high)))


def _resample(log_weights: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return which particles go on: systematic resampling, with one uniform number for all."""
    shares = np.cumsum(np.exp(log_weights - logsumexp(log_weights)))
    places = (np.arange(len(shares)) + rng.random()) / len(shares)
    return np.searchsorted(shares, places).clip(max=len(shares) - 1)


def _programs(density: LogDensity, count: int) -> tuple[Compiled, Compiled]:
    """Compile what is needed at every power: all log-likelihoods, and a round of moves."""

    def likelihood(z: tf.Tensor, inputs: Any) -> tf.Tensor:
        whole, prior = (density.batched(inputs, power)(z) for power in (1.0, 0.0))
        return whole - prior

    def move(z: tf.Tensor, power: Any, step: Any, stream: Any, inputs: Any) -> Any:
        # Each particle has a step size of its own, or a trajectory might return to its start.
        streams = tf.random.experimental.stateless_split(stream, 2)
        jitter = tf.random.stateless_uniform([count, 1], streams[0], 0.5, 1.5, dtype=z.dtype)
        kernel = tfp.mcmc.HamiltonianMonteCarlo(
            density.batched(inputs, power), step_size=step * jitter, num_leapfrog_steps=_LEAPFROGS
        )
        path, gain = tfp.mcmc.sample_chain(
            _MOVES, z, kernel=kernel, trace_fn=lambda _, r: r.log_accept_ratio, seed=streams[1]
        )
        return path[-1], tf.reduce_mean(tf.exp(tf.minimum(gain, 0.0)))

    return Compiled(likelihood), Compiled(move)
