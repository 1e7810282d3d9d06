r"""Stochastic gradient HMC: a sampler that looks at a minibatch in each step, and is never sure.

A particle with friction is pushed by the gradient on a few of the data, and by noise which makes up
for what friction takes away. With momentum v, friction :math:`\alpha`, learning rate
:math:`\epsilon` and a scale P for each coordinate,

.. math::
    v' = (1 - \alpha)\, v + \epsilon P g + \sqrt{2 \alpha \epsilon P - \epsilon^2 P^2 \hat V}\; \xi,
    \qquad z' = z + v',

where g is the gradient of :math:`\log p(z)`, estimated on the batch, :math:`\hat V` the variance of
this estimate and :math:`\xi` standard normal. Nothing is accepted or rejected: the draws have an
error that falls with the learning rate and not with their number. Next:
:mod:`bnn_teach.vi.laplace`.

References
----------
Chen, Fox & Guestrin (2014), *Stochastic gradient Hamiltonian Monte Carlo*, ICML, arXiv:1402.4102.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from bnn_teach.arguments import as_count, as_number, as_seed
from bnn_teach.density import LogDensity
from bnn_teach.engine.programs import Tensors, cache_explained, kept
from bnn_teach.engine.runtime import tf
from bnn_teach.errors import ArgumentError
from bnn_teach.vi.fit import at_batches, draw_batch
from bnn_teach.vi.mode import as_starts

_FORGET = 0.999  # of the squares of gradients, in a step of the burn-in


def sample_sghmc(
    density: LogDensity,
    starts: Any,
    num_samples: int,
    burn_in: int,
    learning_rate: float,
    batch_size: int | None = None,
    *,
    friction: float = 0.1,
    thin: int = 10,
    seed: int = 0,
) -> np.ndarray:
    r"""Draw from a posterior, about, with one chain from each start.

    The scale is :math:`P = \hat V^{-1/2}`, with the mean square of the gradient over the last
    thousand steps of the burn-in or so; in the burn-in they follow it, afterwards they stand still.

    Parameters
    ----------
    density : LogDensity
        The target.
    starts : array_like, shape (C, D)
        On the unconstrained scale; near a mode, if the burn-in is to be short.
    num_samples : int
        Draws of each chain that are kept.
    burn_in : int
        Steps before them.
    learning_rate : float
        About how far a coordinate is pushed in a step. Where it exceeds :math:`2 \alpha / (P
        \hat V)` the gradient alone is noisier than the noise should be, none is added, and the
        draws are too wide.
    batch_size : int, optional
        Rows of the data in a step, drawn with replacement; all of them by default.
    friction : float, optional
        The share of the momentum that is lost in a step, above 0 and at most 1.
    thin : int, optional
        Steps for each draw that is kept.
    seed : int, optional
        Of all that is random.

    Returns
    -------
    ndarray, shape (C, num_samples, D)
        Unconstrained points; NaN after a chain ran away.

    Raises
    ------
    ShapeError
        If the starts are not vectors of length D.
    ArgumentError
        If a start, a count or a rate is not in order, or the data cannot be cut into batches.
    """
    z = as_starts(starts, density)
    counts = [as_count("num_samples", num_samples, 1), as_count("burn_in", burn_in, 1)]
    every, rate = as_count("thin", thin, 1), as_number("learning_rate", learning_rate, 0.0, np.inf)
    if not 0 < (share := as_number("friction", friction, 0.0, np.inf)) <= 1:
        raise ArgumentError(f"friction: got {friction}, expected a share above 0, at most 1.")
    key = (density.fingerprint, "sghmc", batch_size, counts[0])
    walk = kept(key, lambda: _compiled(density, batch_size, counts[0]))
    stream = tf.constant([as_seed(seed) % 2**31, 1], tf.int32)
    numbers = [tf.constant(v, z.dtype) for v in (rate, share)]
    with cache_explained():
        draws = walk(z, *map(tf.constant, (counts[1], every)), *numbers, stream, density.tensors)
    return np.moveaxis(draws.numpy(), 0, 1)


def _compiled(density: LogDensity, batch_size: int | None, num_samples: int) -> Any:
    """Return the two loops; shapes that it has met before do not compile again."""
    target = at_batches(density, batch_size)

    @tf.function(jit_compile=True, autograph=False)
    def walk(
        z: tf.Tensor, burn_in: Any, thin: Any, rate: Any, share: Any, stream: Any, inputs: Tensors
    ) -> Any:
        def step(i: Any, z: Any, v: Any, variance: Any) -> Any:
            own = tf.random.experimental.stateless_fold_in(stream, i)
            rows, weight = draw_batch(density, inputs, batch_size, own)
            grad = target.value_and_grad_each(z, rows, weight)[1]
            scale = tf.math.rsqrt(variance)
            left = tf.maximum(2.0 * share * rate * scale - rate**2, 0.0)
            noise = tf.random.stateless_normal(tf.shape(z), own, dtype=z.dtype)
            v = (1.0 - share) * v + rate * scale * grad + tf.sqrt(left) * noise
            return i + 1, z + v, v, grad

        def warm(i: Any, z: Any, v: Any, variance: Any) -> Any:
            i, z, v, grad = step(i, z, v, variance)
            keep = tf.minimum(_FORGET, 1.0 - 1.0 / tf.cast(i + 1, z.dtype))
            return i, z, v, keep * variance + (1.0 - keep) * grad**2

        first = target.value_and_grad_each(z, *draw_batch(density, inputs, batch_size, stream))[1]
        state = (tf.constant(0), z, tf.zeros_like(z), first**2 + 1e-6)
        i, z, v, variance = tf.while_loop(
            lambda i, *_: i < burn_in, warm, state, parallel_iterations=1
        )

        def draw(n: Any, i: Any, z: Any, v: Any, draws: Any) -> Any:
            end = i + thin
            i, z, v = tf.while_loop(
                lambda i, *_: i < end,
                lambda i, z, v: step(i, z, v, variance)[:3],
                (i, z, v),
                parallel_iterations=1,
            )
            return n + 1, i, z, v, tf.tensor_scatter_nd_update(draws, [[n]], z[None])

        empty = tf.zeros([num_samples, *z.shape], z.dtype)
        *_, draws = tf.while_loop(
            lambda n, *_: n < num_samples, draw, (0, i, z, v, empty), parallel_iterations=1
        )
        return draws

    return walk
