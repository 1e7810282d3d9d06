r"""Warm-up: finding a step size and a metric while the chain runs.

Two things are learnt. *Dual averaging* moves the step size until the acceptance rate meets its
target (Hoffman & Gelman 2014, section 3.2). *Windows* of growing length (Stan's scheme, Stan
Reference Manual, section 15.2) estimate the variance of every coordinate, which is the diagonal
of the inverse mass matrix. An estimate that also uses the gradients' variance (Seyboldt, Carlson
& Carpenter 2025) needs fewer draws where the posterior is smooth; the kinks of a network with ReLU
make it unsteady, and some chains then diverge at every seventh transition. The functions here work
on tensors and run inside the compiled program of :mod:`bnn_teach.mcmc.nuts`, the next file.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from bnn_teach.engine.runtime import tf


class DualAveraging(NamedTuple):
    """State of the step-size search, one entry per chain, shape (C,)."""

    log_step: tf.Tensor
    """Logarithm of the step size in use while adapting."""
    log_step_average: tf.Tensor
    """Its weighted average: the step size for sampling."""
    error: tf.Tensor
    """Running mean of (target - acceptance rate)."""
    count: tf.Tensor
    """Number of updates so far."""
    centre: tf.Tensor
    """The logarithm towards which the search is pulled."""


def start_dual_averaging(step_size: np.ndarray) -> DualAveraging:
    """Begin the search at ``step_size``, shape (C,), pulled towards ten times as much."""
    log_step, zero = np.log(step_size), np.zeros_like(step_size)
    return DualAveraging(log_step, log_step, zero, zero, log_step + np.log(10.0, dtype=zero.dtype))


def update_dual_averaging(state: DualAveraging, accept: tf.Tensor, target: Any) -> DualAveraging:
    """Take one step of dual averaging (gamma = 0.05, t0 = 10, kappa = 0.75)."""
    count = state.count + 1.0
    weight = 1.0 / (count + 10.0)
    error = (1.0 - weight) * state.error + weight * (target - accept)
    log_step = state.centre - tf.sqrt(count) / 0.05 * error
    forget = count**-0.75
    average = forget * log_step + (1.0 - forget) * state.log_step_average
    return DualAveraging(log_step, average, error, count, state.centre)


class Welford(NamedTuple):
    """Running mean and sum of squares of the draws."""

    count: tf.Tensor
    """Number of draws so far, a scalar."""
    mean: tf.Tensor
    """Their mean, shape (C, D)."""
    squares: tf.Tensor
    """Sum of squared deviations from the mean, shape (C, D)."""


def start_welford(num_chains: int, size: int, dtype: Any) -> Welford:
    """Begin with no values."""
    zeros = np.zeros((num_chains, size), dtype)
    return Welford(np.zeros((), dtype), zeros, zeros)


def update_welford(state: Welford, z: tf.Tensor) -> Welford:
    """Add one draw of every chain (Welford 1962)."""
    count = state.count + 1.0
    deviation = z - state.mean
    mean = state.mean + deviation / count
    return Welford(count, mean, state.squares + deviation * (z - mean))


def estimate_scale(state: Welford) -> np.ndarray:
    r"""Return :math:`\sqrt{M^{-1}_{ii}}`, shape (C, D): the metric as a vector of step sizes.

    The variance is shrunk towards a small number as in Stan, with the weight of five draws. A
    coordinate whose variance is not finite keeps the scale one.
    """
    n = float(state.count)
    variance = np.asarray(state.squares, np.float64) / max(n - 1.0, 1.0)
    variance = n / (n + 5.0) * variance + 1e-3 * 5.0 / (n + 5.0)
    return np.sqrt(np.where(np.isfinite(variance), variance, 1.0)).astype(state.squares.dtype)


def windows(burn_in: int, first: int = 75, base: int = 25, last: int = 50) -> list[tuple[int, int]]:
    """Return (start, stop) of the windows that estimate the metric.

    Before them lies a fast phase in which the chain finds the bulk of the posterior, after them
    one in which only the step size settles. Each window is twice as long as the one before.
    """
    if burn_in < 20:
        return []
    if burn_in < first + base + last:
        first, last = int(0.15 * burn_in), int(0.1 * burn_in)
        base = burn_in - first - last
    result, start, size = [], first, base
    while start < burn_in - last:
        stop = start + size
        if stop + 2 * size > burn_in - last:
            stop = burn_in - last
        result.append((start, stop))
        start, size = stop, 2 * size
    return result
