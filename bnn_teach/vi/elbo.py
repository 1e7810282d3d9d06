r"""The evidence lower bound and its gradient.

.. math:: \mathrm{ELBO}(q) = E_q[\log p(z)] + H(q) = \log p(y) - \mathrm{KL}(q \| p(\cdot \mid y)).

The expectation is a mean over a few reparameterised draws (Kucukelbir et al. 2017, section 2.4).
Next: :mod:`bnn_teach.vi.fit`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bnn_teach.engine.runtime import tf
from bnn_teach.vi.families import Gaussian, entropy, log_prob, transform


def elbo(
    log_density: Callable[[tf.Tensor], tf.Tensor],
    q: Gaussian,
    noise: tf.Tensor,
    sticking_the_landing: bool = False,
) -> tf.Tensor:
    r"""Estimate the ELBO from draws of q.

    Parameters
    ----------
    log_density : callable
        Maps z of shape (S, D) to log p(z), shape (S,).
    q : Gaussian
        The approximation.
    noise : tensor, shape (S, D)
        Standard normal.
    sticking_the_landing : bool, optional
        Take log q(z) at the draws, with q's parameters held fixed, instead of the exact entropy.
        The gradient then vanishes, draw by draw, where q equals the posterior (Roeder, Wu &
        Duvenaud 2017): no noise is left at the optimum.

    Returns
    -------
    tensor
        A scalar.
    """
    z = transform(q, noise)
    energy = tf.reduce_mean(log_density(z))
    if not sticking_the_landing:
        return energy + entropy(q)
    fixed = Gaussian(*(tf.stop_gradient(p) for p in q))
    return energy - tf.reduce_mean(log_prob(fixed, z))


def loss_and_gradient(
    log_density: Callable[[tf.Tensor], tf.Tensor],
    q: Gaussian,
    noise: tf.Tensor,
    sticking_the_landing: bool,
) -> tuple[tf.Tensor, Any]:
    """Return the negative ELBO and its gradient with respect to q's parameters."""
    with tf.GradientTape() as tape:
        tape.watch(q)
        loss = -elbo(log_density, q, noise, sticking_the_landing)
    return loss, tape.gradient(loss, q, unconnected_gradients="zero")
