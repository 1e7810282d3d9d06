"""BlackJAX, given this project's form of a dense layer: the sampler alone is compared."""

import jax.numpy as jnp

from tests.benchmarks import peer_blackjax
from tests.benchmarks.peer_blackjax import versions

__all__ = ["prepare", "product", "versions"]


def product(x, weights):
    """Return x W as a sum of fused multiplications, the points innermost (``bt.dense``)."""
    return jnp.sum(weights[:, :, None] * x.T[:, None, :], 0).T


def prepare(workload):
    return peer_blackjax.prepare(workload, product)
