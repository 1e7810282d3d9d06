r"""Linear regression, solved exactly: the one network whose posterior needs no algorithm.

If a function is linear in its coefficients, :math:`f(x) = \phi(x)^\top w`, the noise is normal and
the prior is normal, then so is the posterior of the coefficients:

.. math:: \Lambda = \frac{\Phi^\top \Phi}{\sigma^2} + \frac{I}{s^2}, \qquad
          m = \Lambda^{-1} \frac{\Phi^\top y}{\sigma^2}, \qquad
          w \mid y \sim \mathrm{Normal}(m, \Lambda^{-1}).

What the features :math:`\phi` are is left to you: the inputs themselves, the last hidden layer of
a network that was trained, or the slopes of a whole network. Next: :mod:`bnn_teach.vi.laplace`,
which is this formula with the slopes.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from bnn_teach.arguments import as_count, as_number, as_seed
from bnn_teach.errors import ArgumentError, ShapeError


class LinearPosterior(NamedTuple):
    """A normal distribution of K coefficients."""

    mean: np.ndarray
    """m, shape (K,), float64."""
    factor: np.ndarray
    """F, shape (K, K), float64: the covariance is F Fᵀ."""

    def draw(self, num_samples: int = 1000, seed: int | None = None) -> np.ndarray:
        """Draw coefficients, shape (num_samples, K); same seed, same draws."""
        rng = np.random.default_rng([as_seed(seed), 4])
        noise = rng.standard_normal((as_count("num_samples", num_samples, 1), len(self.mean)))
        draws: np.ndarray = self.mean + noise @ self.factor.T
        return draws


def linear_posterior(
    features: Any, y: Any, noise_scale: float, prior_scale: float
) -> LinearPosterior:
    """Return the posterior of the coefficients, in closed form.

    Parameters
    ----------
    features : array_like, shape (N, K)
        Φ, one row a point. A column of ones gives an intercept.
    y : array_like, shape (N,) or (N, 1)
        The data.
    noise_scale : float
        σ, the standard deviation of y given f, in the unit of y.
    prior_scale : float
        s, the standard deviation of every coefficient before seeing data.

    Returns
    -------
    LinearPosterior
        Computed in float64.

    Raises
    ------
    ShapeError
        If ``features`` is no table, or ``y`` has not one value a row.
    ArgumentError
        If a scale is not positive, or a value is not finite.

    References
    ----------
    Bishop (2006), *Pattern Recognition and Machine Learning*, section 3.3.1.
    """
    table, target = np.asarray(features, float), np.asarray(y, float)
    if table.ndim != 2 or target.size != len(table) or target.ndim not in (1, 2):
        raise ShapeError(
            f"features has shape {table.shape} and y has shape {target.shape}. Pass features of "
            "shape (N, K), one row a point, and y of shape (N,)."
        )
    if not (np.isfinite(table).all() and np.isfinite(target).all()):
        raise ArgumentError("features, y: some values are NaN or infinite. Leave these rows out.")
    factor = inverse_factor(precision(table, noise_scale, prior_scale))
    mean = factor @ (factor.T @ (table.T @ target.reshape(-1))) / float(noise_scale) ** 2
    return LinearPosterior(mean, factor)


def precision(features: np.ndarray, noise_scale: float, prior_scale: float) -> np.ndarray:
    """Return Λ = ΦᵀΦ / σ² + I / s², shape (K, K): what the data say, and what the prior says."""
    noise = as_number("noise_scale", noise_scale, 0.0, np.inf)
    prior = as_number("prior_scale", prior_scale, 0.0, np.inf)
    return np.asarray(features.T @ features / noise**2 + np.eye(features.shape[1]) / prior**2)


def inverse_factor(precision: np.ndarray) -> np.ndarray:
    """Return F, shape (K, K), with F Fᵀ = Λ⁻¹, from the Cholesky factor of Λ: F = L⁻ᵀ."""
    lower = np.linalg.cholesky(precision)
    return np.asarray(np.linalg.inv(lower).T)
