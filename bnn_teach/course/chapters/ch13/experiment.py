r"""A network without end: the Gaussian process that wide networks become, in closed form.

You will find how the covariance of f(x) and f(x') travels through one layer after another
(:func:`nngp_kernel`), and what a Gaussian process with that covariance says after it saw data
(:func:`gp_regression`): mean, standard deviation and log evidence, by one Cholesky factor and
without any sampler. NumPy and SciPy only, float64.

The formulae need no TensorFlow. Next: :mod:`bnn_teach.course.chapters.ch13.evidence`, the log
evidence of a network that is *not* wide, which needs all the more work.

References
----------
Neal (1996), *Bayesian Learning for Neural Networks*, section 2.1: one wide layer is a Gaussian
process. Williams (1997), *Computing with infinite networks*, NIPS 9: the error function's kernel.
Cho & Saul (2009), *Kernel methods for deep learning*, NIPS 22, section 2: the arc-cosine kernel of
the ReLU. Lee et al. (2018), *Deep neural networks as Gaussian processes*, ICLR, section 2.3: one
layer after another. Rasmussen & Williams (2006), *Gaussian Processes for Machine Learning*,
algorithm 2.1: mean, variance and evidence.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.linalg import cho_solve, solve_triangular

from bnn_teach.arguments import as_count, as_number
from bnn_teach.errors import ArgumentError, ShapeError, did_you_mean

Kernel = Callable[..., np.ndarray]
"""``kernel(x1, x2)``: covariances, shape (N1, N2), of inputs (N1, inputs) and (N2, inputs)."""


def relu_covariance(k: np.ndarray, v1: np.ndarray, v2: np.ndarray) -> np.ndarray:
    r"""Return E[relu(a) relu(a')] for jointly normal a and a' with mean 0 (Cho & Saul 2009).

    .. math::
        \frac{\sqrt{v_1 v_2}}{2\pi} \left(\sin t + (\pi - t) \cos t\right),
        \qquad \cos t = \frac{k}{\sqrt{v_1 v_2}}

    Parameters
    ----------
    k : ndarray, shape (N1, N2)
        Covariance of a and a'.
    v1, v2 : ndarray, broadcastable to (N1, N2)
        Their variances, above 0.

    Returns
    -------
    ndarray, shape (N1, N2)
    """
    size = np.sqrt(v1 * v2)
    cosine = np.clip(k / size, -1.0, 1.0)  # rounding may lead beyond 1, where there is no angle
    angle = np.arccos(cosine)
    return np.asarray(size * (np.sin(angle) + (np.pi - angle) * cosine) / (2 * np.pi))


def erf_covariance(k: np.ndarray, v1: np.ndarray, v2: np.ndarray) -> np.ndarray:
    r"""Return E[erf(a) erf(a')] for jointly normal a and a' with mean 0 (Williams 1997).

    .. math:: \frac{2}{\pi} \arcsin \frac{2 k}{\sqrt{(1 + 2 v_1)(1 + 2 v_2)}}

    Parameters and result are those of :func:`relu_covariance`.
    """
    return np.asarray(2 / np.pi * np.arcsin(2 * k / np.sqrt((1 + 2 * v1) * (1 + 2 * v2))))


ACTIVATIONS = {"relu": relu_covariance, "erf": erf_covariance}
"""What is known in closed form, by the activation's name."""


def nngp_kernel(
    x1: ArrayLike,
    x2: ArrayLike | None = None,
    depth: int = 2,
    prior_scale: float = 1.0,
    activation: str = "relu",
    width: int | None = None,
) -> np.ndarray:
    r"""Return the covariance of f(x) and f(x') under the prior of a wide network.

    Biases have standard deviation s, and weights :math:`s / \sqrt{\text{fan in}}`:

    .. math::
        K_1(x, x') = s^2 + s^2 \frac{x \cdot x'}{\text{inputs}}, \qquad
        K_{l+1}(x, x') = s^2 + s^2 \, E\left[\phi(a)\, \phi(a')\right],
        \quad (a, a') \sim \mathrm{Normal}(0, K_l)

    Parameters
    ----------
    x1 : array_like, shape (N1, inputs) or (N1,)
        Inputs; a plain list of numbers has one input each.
    x2 : array_like, shape (N2, inputs) or (N2,), optional
        The other inputs; ``x1`` again where they are left out.
    depth : int, optional
        Hidden layers; 0 is a linear model.
    prior_scale : float, optional
        s.
    activation : str, optional
        ``"relu"`` or ``"erf"``.
    width : int, optional
        Leave it out for the limit. A number H asks for weights of standard deviation s that are
        not divided, as in :func:`bnn_teach.network`, in hidden layers of H units: E is multiplied
        by H. With one hidden layer this is that network's exact covariance; with more it is, for
        the ReLU, exact where x = x' and close elsewhere.

    Returns
    -------
    ndarray, shape (N1, N2), float64
    """
    scale = as_number("prior_scale", prior_scale, 0.0, math.inf) ** 2
    if activation not in ACTIVATIONS:
        raise ArgumentError(
            f"activation: got {activation!r}, expected one of {', '.join(ACTIVATIONS)}, whose "
            f"kernels are known in closed form.{did_you_mean(str(activation), ACTIVATIONS)}"
        )
    factor = scale if width is None else scale * as_count("width", width, 1)
    one = _inputs("x1", x1)
    two = one if x2 is None else _inputs("x2", x2)
    if one.shape[1] != two.shape[1]:
        raise ShapeError(
            f"x2: got shape {two.shape}, expected (N2, {one.shape[1]}), as many inputs as x1 has."
        )
    # In the course's network the weights of the first layer are not divided by their fan in.
    first = scale / one.shape[1] if width is None else scale
    k = scale + first * one @ two.T
    v1, v2 = (scale + first * np.sum(x * x, axis=1) for x in (one, two))
    bend = ACTIVATIONS[activation]
    for _ in range(as_count("depth", depth, 0)):
        k = scale + factor * bend(k, v1[:, None], v2[None, :])
        v1, v2 = (scale + factor * bend(v, v, v) for v in (v1, v2))
    return k


class GaussianProcess(NamedTuple):
    """What a Gaussian process says after it saw data."""

    mean: np.ndarray
    """Of f at the new inputs, shape (M,)."""
    sd: np.ndarray
    """Of f at the new inputs, noise not included, shape (M,)."""
    log_evidence: float
    """log p(y), in nats."""


def gp_regression(
    kernel: Kernel,
    x: ArrayLike,
    y: ArrayLike,
    x_new: ArrayLike,
    noise_scale: float,
    **options: Any,
) -> GaussianProcess:
    r"""Condition a Gaussian process on data, exactly.

    With :math:`L L^T = K + \sigma^2 I` and :math:`\alpha = (K + \sigma^2 I)^{-1} y`:

    .. math::
        \bar f(x) = k(x)^T \alpha, \quad
        \operatorname{Var} f(x) = k(x, x) - |L^{-1} k(x)|^2, \quad
        \log p(y) = -\tfrac12 y^T \alpha - \sum_n \log L_{nn} - \tfrac N2 \log 2\pi

    Parameters
    ----------
    kernel : callable
        Takes two sets of inputs and returns their covariances, shape (N1, N2), such as
        :func:`nngp_kernel`.
    x : array_like, shape (N, inputs) or (N,)
        Where was measured.
    y : array_like, shape (N,) or (N, 1)
        What was measured.
    x_new : array_like, shape (M, inputs) or (M,)
        Where to predict.
    noise_scale : float
        Standard deviation of a measurement around f, in the unit of y.
    **options
        Handed on to the kernel, such as ``prior_scale=2.0``.

    Raises
    ------
    ArgumentError
        The noise is not above 0, or the kernel is none: no covariance has such values.
    """
    noise = as_number("noise_scale", noise_scale, 0.0, math.inf)
    seen, new = _inputs("x", x), _inputs("x_new", x_new)
    values = np.asarray(y, np.float64)
    if values.shape not in {(len(seen),), (len(seen), 1)}:
        raise ShapeError(f"y: got shape {values.shape}, expected ({len(seen)},), one for each x.")
    values = values.reshape(-1)
    try:
        factor = np.linalg.cholesky(kernel(seen, seen, **options) + noise**2 * np.eye(len(seen)))
    except np.linalg.LinAlgError:
        raise ArgumentError(
            "kernel: kernel(x, x) is not positive definite, so it is no covariance. Return "
            "k(x[i], x[j]) in row i and column j."
        ) from None
    weights = cho_solve((factor, True), values)
    cross = kernel(seen, new, **options)
    explained = solve_triangular(factor, cross, lower=True)
    variance = np.array([kernel(x[None], x[None], **options)[0, 0] for x in new])
    log_evidence = -0.5 * values @ weights - np.log(np.diag(factor)).sum()
    return GaussianProcess(
        cross.T @ weights,
        np.sqrt(np.maximum(variance - np.sum(explained**2, axis=0), 0.0)),
        float(log_evidence - 0.5 * len(values) * math.log(2 * math.pi)),
    )


def _inputs(name: str, values: ArrayLike) -> np.ndarray:
    array = np.asarray(values, np.float64)
    array = array[:, None] if array.ndim == 1 else array
    if array.ndim != 2 or not np.isfinite(array).all():
        raise ShapeError(
            f"{name}: got shape {np.shape(values)}, expected finite numbers of shape (N, inputs)."
        )
    return array
