r"""The mode: where the posterior density is highest, found by walking uphill from many starts.

.. math:: \hat z = \arg\max_z \log p(z)

This is *maximum a posteriori* (MAP) estimation, the training of a network with weight decay, and
the walker is Adam, as for VI. All starts walk together in one compiled loop. A mode is one point
and knows no uncertainty; :mod:`bnn_teach.vi.laplace` adds some. Next: :mod:`bnn_teach.vi.linear`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from bnn_teach.arguments import as_count, as_number
from bnn_teach.density import LogDensity
from bnn_teach.engine.programs import Tensors, cache_explained, kept
from bnn_teach.engine.runtime import tf
from bnn_teach.errors import ArgumentError, ShapeError
from bnn_teach.vi.fit import AdamState, adam_step


class Modes(NamedTuple):
    """Where the walks ended, in the order of their starts."""

    z: np.ndarray
    """Shape (M, D)."""
    log_prob: np.ndarray
    """log p(z), shape (M,), in nats. It is minus infinity where a walk ran away."""

    @property
    def best(self) -> int:
        """The number of the walk that ended highest."""
        return int(np.argmax(self.log_prob))


def find_modes(
    density: LogDensity, starts: Any, num_steps: int = 5000, learning_rate: float = 0.03
) -> Modes:
    """Climb the log-density from each start, with Adam and a rate that falls to a hundredth.

    A walk ends at the mode whose basin it began in: a network has many, of different heights.
    Where units are rectified, a mode may be a ridge, and the gradient there need not be zero.

    Parameters
    ----------
    density : LogDensity
        What to climb.
    starts : array_like, shape (M, D) or (D,)
        Where to begin, on the unconstrained scale.
    num_steps : int, optional
        Steps of each walk.
    learning_rate : float, optional
        Adam's rate at the first step: about how far a coordinate moves in it.

    Raises
    ------
    ShapeError
        If the starts are not vectors of length D.
    ArgumentError
        If a start, a count or a rate is not in order.

    References
    ----------
    Kingma & Ba (2015), *Adam: a method for stochastic optimization*, ICLR, algorithm 1.
    """
    z = as_starts(starts, density)
    count = as_count("num_steps", num_steps, 1)
    rate = as_number("learning_rate", learning_rate, 0.0, np.inf)
    walk = kept((density.fingerprint, "modes"), lambda: _compiled(density))
    with cache_explained():
        ended, height = walk(z, tf.constant(count), tf.constant(rate, z.dtype), density.tensors)
    heights = np.nan_to_num(height.numpy(), nan=-np.inf, posinf=-np.inf)
    return Modes(ended.numpy(), heights)


def as_starts(starts: Any, density: LogDensity) -> np.ndarray:
    """Return starting points as an array of shape (M, D), or say what is wrong with them."""
    z = np.atleast_2d(np.asarray(starts, density.dtype))
    if z.ndim != 2 or z.shape[1] != density.size:
        raise ShapeError(
            f"starts: got shape {np.shape(starts)}, expected (M, D) with D = {density.size}, "
            "one row a start."
        )
    if not np.isfinite(z).all():
        raise ArgumentError("starts: some values are NaN or infinite. Draw them near zero.")
    return z


def _compiled(density: LogDensity) -> Any:
    """Return the loop; shapes that it has met before do not compile again."""

    @tf.function(jit_compile=True, autograph=False)
    def walk(z: tf.Tensor, count: tf.Tensor, rate: tf.Tensor, inputs: Tensors) -> Any:
        slope = tf.math.log(tf.constant(0.01, z.dtype)) / tf.cast(count, z.dtype)

        def climb(z: tf.Tensor) -> Any:
            return density.value_and_grad_each(z, inputs)

        def step(i: tf.Tensor, state: AdamState) -> Any:
            done = tf.cast(i, z.dtype)
            downhill = -climb(state.q)[1]
            return i + 1, adam_step(state, downhill, rate * tf.exp(slope * done), done + 1.0)

        start = AdamState(z, tf.zeros_like(z), tf.zeros_like(z))
        _, state = tf.while_loop(
            lambda i, _: i < count, step, (tf.constant(0), start), parallel_iterations=1
        )
        return state.q, climb(state.q)[0]

    return walk
