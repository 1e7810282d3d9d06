r"""Variational families: Gaussians over z, reparameterised as z = m + F eps.

Mean field has a diagonal factor :math:`F = \operatorname{diag}(s)`, full rank a triangular one,
:math:`F = \operatorname{diag}(s)(I + L)` with L strictly lower triangular. Written so, and not as
diag(s) + L, a step in L is measured in units of s, and one learning rate suits both.
Next: :mod:`bnn_teach.vi.elbo`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from bnn_teach.engine.runtime import tf
from bnn_teach.errors import ArgumentError


class Gaussian(NamedTuple):
    """Parameters of q(z); tensors inside a program, arrays outside."""

    mean: Any
    """m, shape (D,)."""
    rho: Any
    """s = softplus(rho) > 0, shape (D,)."""
    lower: Any
    """L; only its strictly lower triangle counts. Shape (D, D), or (0, 0) for mean field."""

    @property
    def is_full_rank(self) -> bool:
        """Whether L is there."""
        return self.lower.shape[0] > 0


def start_gaussian(method: str, mean: np.ndarray, scale: Any) -> Gaussian:
    """Return q with independent coordinates: mean m, shape (D,), and standard deviation ``scale``.

    Raises
    ------
    ArgumentError
        If ``method`` is neither ``"advi"`` (mean field) nor ``"fullrank_advi"``.
    """
    if method not in ("advi", "fullrank_advi"):
        raise ArgumentError(f"method={method!r} is unknown; choose 'advi' or 'fullrank_advi'.")
    size = len(mean) if method == "fullrank_advi" else 0
    scale = np.broadcast_to(np.asarray(scale, np.float64), mean.shape)
    rho = scale + np.log(-np.expm1(-scale))  # the inverse of softplus
    return Gaussian(mean, rho.astype(mean.dtype), np.zeros((size, size), mean.dtype))


def standard_deviations(q: Gaussian) -> tf.Tensor:
    """Return s, shape (D,)."""
    return tf.nn.softplus(q.rho)


def transform(q: Gaussian, noise: tf.Tensor) -> tf.Tensor:
    """Return z = m + F eps, shape (S, D), for standard normal ``noise`` of that shape."""
    if q.is_full_rank:
        noise = noise + tf.matmul(noise, _strict(q.lower), transpose_b=True)
    return q.mean + standard_deviations(q) * noise


def entropy(q: Gaussian) -> tf.Tensor:
    r"""Return :math:`\sum_i \log s_i + \tfrac{D}{2} \log 2 \pi e`, because det(I + L) = 1."""
    constant = 0.5 * q.mean.shape[0] * float(np.log(2 * np.pi * np.e))
    return tf.reduce_sum(tf.math.log(standard_deviations(q))) + constant


def log_prob(q: Gaussian, z: tf.Tensor) -> tf.Tensor:
    """Return log q(z), shape (S,), for z of shape (S, D)."""
    size = q.mean.shape[0]
    scale = standard_deviations(q)
    noise = (z - q.mean) / scale
    if q.is_full_rank:
        unit = tf.eye(size, dtype=z.dtype) + _strict(q.lower)
        noise = tf.transpose(tf.linalg.triangular_solve(unit, tf.transpose(noise)))
    constant = tf.reduce_sum(tf.math.log(scale)) + 0.5 * size * float(np.log(2 * np.pi))
    return -0.5 * tf.reduce_sum(noise**2, -1) - constant


def factor(q: Gaussian) -> np.ndarray:
    """Return F, shape (D, D), float64: the covariance of q is F Fᵀ."""
    with np.errstate(invalid="ignore"):  # where an optimisation has run away
        scale = np.logaddexp(0.0, np.asarray(q.rho, np.float64))
    lower = np.tril(np.asarray(q.lower, np.float64), -1) if q.is_full_rank else 0.0
    return scale[:, None] * (np.eye(len(scale)) + lower)


def _strict(lower: tf.Tensor) -> tf.Tensor:
    size = lower.shape[0]
    return lower * tf.constant(np.tril(np.ones((size, size)), -1), lower.dtype)
