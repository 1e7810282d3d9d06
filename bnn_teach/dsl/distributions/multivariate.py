r"""Distributions of vectors and matrices.

Here the value has axes of its own, the *event*: a vector on the simplex, a correlated vector, a
factor of a correlation matrix. They stand last, behind ``batch_stack`` and the batch axes of the
parameters. Next: :mod:`bnn_teach.dsl.distributions.counts`.
"""

from __future__ import annotations

import operator
from typing import Any

from bnn_teach.dsl.checks.parameters import check_value
from bnn_teach.dsl.checks.supports import correlation_cholesky, real, simplex
from bnn_teach.dsl.distributions.family import family
from bnn_teach.engine.runtime import tf, tfp
from bnn_teach.errors import ArgumentError

tfb: Any = tfp.bijectors
tfd: Any = tfp.distributions


@family(simplex)
def Dirichlet(concentration: Any) -> Any:
    r"""Dirichlet, probabilities of K: :math:`p(x) = B(\alpha)^{-1} \prod_k x_k^{\alpha_k-1}`.

    The value has the shape of ``concentration``; its last axis sums to 1.

    Parameters
    ----------
    concentration : array_like, shape (..., K)
        :math:`\alpha_k > 0`; the mean is :math:`\alpha_k / \sum_j \alpha_j`.
    """
    return _Dirichlet(concentration)


@family(real)
def MvNormal(loc: Any, covariance_matrix: Any) -> Any:
    r"""Multivariate normal, by its covariance.

    .. math:: p(x) = |2\pi\Sigma|^{-1/2} e^{-(x-\mu)^T \Sigma^{-1} (x-\mu)/2}

    Parameters
    ----------
    loc : array_like, shape (..., K)
        Mean :math:`\mu`; the value has its shape.
    covariance_matrix : array_like, shape (..., K, K)
        :math:`\Sigma`, symmetric and positive definite.
    """
    check_value("covariance_matrix", covariance_matrix)
    return tfd.MultivariateNormalTriL(loc, tf.linalg.cholesky(covariance_matrix))


@family(real)
def MvNormalCholesky(loc: Any, scale_tril: Any) -> Any:
    r"""Multivariate normal, by the factor L of its covariance :math:`\Sigma = LL^T`.

    .. math:: p(x) = (2\pi)^{-K/2} |L|^{-1} e^{-\|L^{-1}(x-\mu)\|^2/2}

    Parameters
    ----------
    loc : array_like, shape (..., K)
        Mean :math:`\mu`; the value has its shape.
    scale_tril : array_like, shape (..., K, K)
        :math:`L`, lower-triangular, with a positive diagonal. For standard deviations s and a
        ``LKJCholesky`` variable C it is ``s[..., None] * C``.
    """
    return tfd.MultivariateNormalTriL(loc, scale_tril)


@family(correlation_cholesky, static=("dimension",))
def LKJCholesky(dimension: int, concentration: Any = 1.0) -> Any:
    r"""Factor L of a correlation matrix of density :math:`p(LL^T) \propto |LL^T|^{\eta-1}`.

    .. math:: p(L) \propto \prod_{k=2}^{K} L_{kk}^{K-k+2(\eta-1)}

    The value has shape (..., K, K): lower-triangular, with rows of length 1. Lewandowski,
    Kurowicka and Joe, "Generating random correlation matrices based on vines and extended onion
    method", Journal of Multivariate Analysis 100 (2009), section 3.

    Parameters
    ----------
    dimension : int
        :math:`K \ge 2`.
    concentration : array_like, default 1.0
        :math:`\eta \ge 1`: 1 is uniform over correlation matrices, more favours weak correlations.
    """
    try:
        dimension = operator.index(dimension)
    except TypeError:
        dimension = 0
    if dimension < 2:
        raise ArgumentError(
            "dimension is the number of rows of the matrix. Pass an integer of at least 2."
        )
    return tfd.CholeskyLKJ(dimension, concentration)


class SoftmaxCentered(tfb.Bijector):
    r"""Map K − 1 real numbers to K probabilities: :math:`x = \mathrm{softmax}(z_1, \dots, 0)`.

    Its Jacobian, in the first K − 1 probabilities, is :math:`\prod_k x_k`. TFP's bijector of this
    name calls ``np.reshape(newshape=...)``, which NumPy 2.4 removed.
    """

    def __init__(self, validate_args: bool = False, name: str = "softmax_centered") -> None:
        parameters = dict(locals())
        super().__init__(
            forward_min_event_ndims=1,
            inverse_min_event_ndims=1,
            validate_args=validate_args,
            parameters=parameters,
            name=name,
        )

    @classmethod
    def _parameter_properties(cls, dtype: Any) -> Any:
        return {}

    def _forward_event_shape(self, shape: tf.TensorShape) -> tf.TensorShape:
        return shape[:-1].concatenate(shape[-1] + 1)

    def _inverse_event_shape(self, shape: tf.TensorShape) -> tf.TensorShape:
        return shape[:-1].concatenate(shape[-1] - 1)

    def _forward_event_shape_tensor(self, shape: Any) -> Any:
        return tf.concat([shape[:-1], shape[-1:] + 1], axis=0)

    def _inverse_event_shape_tensor(self, shape: Any) -> Any:
        return tf.concat([shape[:-1], shape[-1:] - 1], axis=0)

    def _forward(self, z: Any) -> Any:
        return tf.nn.softmax(self._with_zero(z))

    def _inverse(self, x: Any) -> Any:
        return tf.math.log(x[..., :-1]) - tf.math.log(x[..., -1:])

    def _forward_log_det_jacobian(self, z: Any) -> Any:
        return tf.reduce_sum(tf.nn.log_softmax(self._with_zero(z)), axis=-1)

    def _with_zero(self, z: Any) -> Any:
        return tf.concat([z, tf.zeros_like(z[..., :1])], axis=-1)


class _Dirichlet(tfd.Dirichlet):
    def _default_event_space_bijector(self) -> Any:
        return SoftmaxCentered()
