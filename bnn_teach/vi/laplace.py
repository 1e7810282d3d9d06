r"""Laplace: a network made linear at its mode, so that linear regression gives its posterior.

Near a mode :math:`\hat z` a function of many weights is almost a plane,

.. math:: f(x; z) \approx f(x; \hat z) + J(x)\,(z - \hat z), \qquad
          J(x) = \partial f(x; z) / \partial z \,|_{\hat z},

and a plane is linear in z. So its posterior is that of :mod:`bnn_teach.vi.linear`, with the slopes
J as features: normal, with the covariance

.. math:: \Sigma = \Big(\frac{J^\top J}{\sigma^2} + \frac{I}{s^2}\Big)^{-1} .

:math:`J^\top J / \sigma^2` is the *generalised Gauss-Newton* (GGN) form of the likelihood's
curvature. Predict with the plane, too (:func:`linearised_draws`): draws of z that are put into the
network itself leave the place where it is one. For a function that is linear from the beginning
all of this is exact. Next: :mod:`bnn_teach.vi.mixture`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from bnn_teach.engine.programs import Tensors, map_draws
from bnn_teach.engine.runtime import tf
from bnn_teach.errors import ShapeError
from bnn_teach.vi.linear import LinearPosterior, inverse_factor, precision


class Linearised(NamedTuple):
    """A function and its slopes, at one z or at many."""

    values: np.ndarray
    """f(x; z) at N inputs, shape (N,) or (M, N), float64."""
    jacobian: np.ndarray
    """J, shape (N, D) or (M, N, D), float64."""

    def rows(self, index: Any) -> Linearised:
        """Return the same at some of the N inputs, such as ``slice(40)`` or a mask."""
        return Linearised(self.values[..., index], self.jacobian[..., index, :])


def linearise(function: Callable[..., tf.Tensor], z: Any, **inputs: Any) -> Linearised:
    """Return a function's values and its derivatives with respect to z.

    Parameters
    ----------
    function : callable
        Takes a tensor z of shape (D,); returns f at N inputs, shape (N,) or (N, 1).
    z : ndarray, shape (D,) or (M, D)
        Where: one mode, or M of them, in the dtype that the function works in.
    **inputs
        Arrays that the function takes by name. What it closes over is compiled into it; these may
        have other values in the next call.

    Returns
    -------
    Linearised
        With a leading axis of length M where ``z`` has one.

    Raises
    ------
    ShapeError
        If ``z`` has another shape, or the function returns more than one value an input.
    """
    points = np.asarray(z)
    if points.ndim not in (1, 2):
        raise ShapeError(f"z: got shape {points.shape}, expected (D,), or (M, D) for M modes.")

    def one(draw: Tensors, inputs: Tensors, seed: tf.Tensor) -> Tensors:
        with tf.GradientTape() as tape:
            tape.watch(draw["z"])
            values = tf.convert_to_tensor(function(draw["z"], **inputs))
            if values.shape.rank not in (1, 2) or values.shape[1:].num_elements() != 1:
                raise ShapeError(
                    f"function: got shape {tuple(values.shape)} from it, expected (N,) or (N, 1)."
                )
            values = tf.reshape(values, [-1])
        return {"values": values, "jacobian": tape.jacobian(values, draw["z"])}

    found = map_draws(one, {"z": np.atleast_2d(points)}, inputs)
    values, jacobian = (np.asarray(found[name], float) for name in ("values", "jacobian"))
    return Linearised(values, jacobian) if points.ndim == 2 else Linearised(values[0], jacobian[0])


def laplace(mode: Any, jacobian: Any, noise_scale: float, prior_scale: float) -> LinearPosterior:
    """Return the normal distribution of z around a mode, with the GGN's covariance.

    Parameters
    ----------
    mode : array_like, shape (D,)
        ẑ, which becomes the mean.
    jacobian : array_like, shape (N, D)
        J at the inputs of the N data points.
    noise_scale : float
        σ, the standard deviation of y given f, in the unit of y.
    prior_scale : float
        s, the standard deviation of every coordinate of z before seeing data.

    Raises
    ------
    ShapeError
        If mode and Jacobian do not fit.
    ArgumentError
        If a scale is not positive.

    References
    ----------
    MacKay (1992), *A practical Bayesian framework for backpropagation networks*, Neural
    Computation 4(3); Immer, Korzepa & Bauer (2021), *Improving predictions of Bayesian neural nets
    via local linearization*, AISTATS; Daxberger et al. (2021), *Laplace redux*, NeurIPS.
    """
    centre, slopes = np.asarray(mode, float), np.asarray(jacobian, float)
    if centre.ndim != 1 or slopes.ndim != 2 or slopes.shape[1] != len(centre):
        raise ShapeError(
            f"laplace: got a mode of shape {centre.shape} and a jacobian of shape {slopes.shape}, "
            "expected (D,) and (N, D). Pass one mode at a time."
        )
    return LinearPosterior(centre, inverse_factor(precision(slopes, noise_scale, prior_scale)))


def linearised_draws(
    posterior: LinearPosterior,
    linear: Linearised,
    num_samples: int = 1000,
    seed: int | None = None,
) -> np.ndarray:
    """Draw functions of the linearised network, f(x; ẑ) + J(x) (z - ẑ).

    Parameters
    ----------
    posterior : LinearPosterior
        Of z, from :func:`laplace`.
    linear : Linearised
        Values, shape (N,), and slopes, (N, D), at the inputs to predict at, taken at the mode.
    num_samples : int, optional
        Independent draws.
    seed : int, optional
        Same seed, same draws.

    Returns
    -------
    ndarray, shape (num_samples, N)
    """
    steps = posterior.draw(num_samples, seed) - posterior.mean
    draws: np.ndarray = linear.values + steps @ linear.jacobian.T
    return draws
