r"""Landscapes with known answers, for trying out a sampler.

You will find Neal's funnel, in which one number is the scale of others, as in every hierarchical
model: where it is small, the others' landscape is steep. Next: :mod:`bnn_teach.course.quizzes`.
"""

from __future__ import annotations

import numpy as np

FUNNEL_SCALE = 3.0
"""Standard deviation of the funnel's v."""


def neals_funnel(z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    r"""Return the log-density of Neal's funnel, up to a constant, and its gradient.

    .. math:: v \sim \mathrm{Normal}(0, 3), \qquad x_i \sim \mathrm{Normal}(0, e^{v/2})

    The marginal of v is its prior, so that P(v < -3) = 0.1587. Given v, the curvature along each
    x is exp(-v).

    Parameters
    ----------
    z : ndarray, shape (..., D)
        v, and D - 1 of x.

    Returns
    -------
    log_prob : ndarray, shape (...)
    gradient : ndarray, shape (..., D)

    References
    ----------
    Neal (2003), *Slice sampling*, Annals of Statistics 31(3), section 8.
    """
    v, x = z[..., :1], z[..., 1:]
    pull = x * np.exp(-v)
    square = np.sum(x * pull, axis=-1, keepdims=True)
    count = x.shape[-1]
    log_prob = -(v**2) / (2 * FUNNEL_SCALE**2) - 0.5 * count * v - 0.5 * square
    along_v = -v / FUNNEL_SCALE**2 - 0.5 * count + 0.5 * square
    return log_prob[..., 0], np.concatenate([along_v, -pull], axis=-1)
