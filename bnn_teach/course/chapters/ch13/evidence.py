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

import functools
import math
from typing import Any, NamedTuple

import numpy as np
from scipy.optimize import brentq
from scipy.special import logsumexp

from bnn_teach.arguments import as_count, as_seed
from bnn_teach.density import LogDensity
from bnn_teach.dsl.model import Model
from bnn_teach.engine.programs import Compiled, kept
from bnn_teach.engine.runtime import tf
from bnn_teach.errors import ArgumentError
from bnn_teach.mcmc.transition import Edge, leapfrog
from bnn_teach.prediction import sample_prior_predictive

_KEPT = 0.7  # of the particles' effective number, in one step of the power
_MOVES, _LEAPFROGS = 10, 15  # after each step
_ACCEPT = 0.7  # the acceptance rate that the step size is steered to
_FIRST_STEP = 0.3  # step size, in standard deviations of the particles
_MOST_STEPS = 500
_MAPS = ("Identity", "Exp", "Softplus")  # onto the line, and onto the positive numbers


class Evidence(NamedTuple):
    """What the particles found on their way."""

    log_evidence: float
    """log p(y), in nats. Its Monte Carlo error is the scatter between seeds."""
    powers: np.ndarray
    """The powers of the likelihood, rising to 1, shape (K,)."""
    z: np.ndarray
    """The particles at the end, draws from the posterior, shape (num_particles, D)."""


class Particles(NamedTuple):
    """Where C particles are, and the tempered log-density there."""

    z: Any
    """Shape (C, D)."""
    log_prob: Any
    """log p(z), shape (C,)."""
    grad: Any
    """Its gradients, shape (C, D)."""


def log_evidence(model: Model, num_particles: int = 1000, seed: int | None = None) -> Evidence:
    """Estimate the log evidence of a model with observed data.

    Parameters
    ----------
    model : Model
        A model function that was called. Its unobserved variables must live on the whole real
        line, as weights and biases with normal priors do, or be positive, as scales are.
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
        The model observes nothing, or has a variable with other bounds.
    """
    count = as_count("num_particles", num_particles, 2)
    seed = as_seed(seed)
    density = LogDensity(model)
    z = _draw_prior(density, model, count, seed)
    key = ("evidence", density.fingerprint, count)
    evaluate, move = kept(key, lambda: _programs(density))
    inputs = density.tensors
    rng = np.random.default_rng([seed, 1])
    power, total, size = 0.0, 0.0, _FIRST_STEP
    powers: list[float] = []
    while power < 1 and len(powers) < _MOST_STEPS:
        prior, joint = (
            [each.numpy() for each in evaluate(tf.constant(z), weight, inputs)]
            for weight in (0.0, 1.0)
        )
        log_likelihood = (joint[0] - prior[0]).astype(np.float64)
        following = _next_power(log_likelihood, power)
        log_weights = (following - power) * log_likelihood
        total += float(logsumexp(log_weights)) - math.log(count)
        power = following
        chosen = _resample(log_weights, rng)
        z = z[chosen]
        # Both are linear in the power, so there is nothing to evaluate again.
        start = [((1 - power) * a + power * b)[chosen] for a, b in zip(prior, joint, strict=True)]
        step = (size * z.std(axis=0)).astype(z.dtype)
        stream = tf.constant([seed % 2**31, len(powers)], tf.int32)
        moved, rate = move(
            Particles(*map(tf.constant, (z, *start))),
            np.asarray(power, z.dtype),
            step,
            stream,
            inputs,
        )
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
    maps = {path: density.structure.latent[path].bijector for path in density.slots}
    for path, bijector in maps.items():
        if type(bijector).__name__ not in _MAPS:
            raise ArgumentError(
                f"{path}: this variable has bounds, expected one on the whole real line or a "
                "positive one, such as bt.Normal or bt.HalfNormal. Write it as a function of such "
                f"a variable (its shape: {density.slots[path].shape})."
            )
    prior = sample_prior_predictive(model, count, seed=seed)["prior"]
    values = {path: np.asarray(prior[path].values, density.dtype) for path in maps}
    parts = [np.asarray(maps[p].inverse(v)).reshape(count, -1) for p, v in values.items()]
    return np.concatenate(parts, axis=1)


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


def _programs(density: LogDensity) -> tuple[Compiled, Compiled]:
    """Compile what is needed at every power: all log-densities, and a round of moves.

    Each contains the density once, so that both compile fast.
    """

    def evaluate(z: tf.Tensor, power: Any, inputs: Any) -> Any:
        return density.value_and_grad_each(z, inputs, power)

    def move(start: Particles, power: Any, step: Any, stream: Any, inputs: Any) -> Any:
        shape, dtype = start.z.shape, start.z.dtype

        def transition(i: Any, here: Particles, rate: Any) -> Any:
            own = tf.random.experimental.stateless_fold_in(stream, i)
            kick, jitter, luck = tf.unstack(tf.random.experimental.stateless_split(own, 3))
            r = tf.random.stateless_normal(shape, kick, dtype=dtype)
            # Each particle has a step size of its own, or a trajectory might return to its start.
            size = step * tf.random.stateless_uniform([shape[0], 1], jitter, 0.5, 1.5, dtype=dtype)

            tempered = functools.partial(evaluate, power=power, inputs=inputs)

            def go(j: Any, edge: Edge, _: tf.Tensor) -> Any:
                return j + 1, *leapfrog(tempered, edge, size)

            first = (0, Edge(here.z, r, here.grad), here.log_prob)
            _, end, log_prob = tf.while_loop(
                lambda j, *_: j < _LEAPFROGS, go, first, parallel_iterations=1
            )
            kinetic = 0.5 * tf.reduce_sum(r * r - end.momentum * end.momentum, axis=1)
            gain = log_prob - here.log_prob + kinetic
            gain = tf.where(tf.math.is_finite(gain), gain, -np.inf)
            accepted = tf.random.stateless_uniform([shape[0]], luck, dtype=dtype) < tf.exp(gain)
            here = Particles(
                tf.where(accepted[:, None], end.z, here.z),
                tf.where(accepted, log_prob, here.log_prob),
                tf.where(accepted[:, None], end.grad, here.grad),
            )
            return i + 1, here, rate + tf.reduce_mean(tf.exp(tf.minimum(gain, 0.0))) / _MOVES

        _, end, rate = tf.while_loop(
            lambda i, *_: i < _MOVES,
            transition,
            (0, start, tf.zeros([], dtype)),
            parallel_iterations=1,
        )
        return end.z, rate

    return Compiled(evaluate), Compiled(move)
