r"""Distributions that TensorFlow Probability lacks, or that need a change to serve here.

You will see what it takes to make a distribution of one's own: a sampler and a log-density, in
operations that XLA can compile, and a bijector from the real line. Next:
:mod:`bnn_teach.dsl.distributions.mixtures`.
"""

from __future__ import annotations

from typing import Any

from bnn_teach.arguments import as_count
from bnn_teach.dsl.checks import supports
from bnn_teach.dsl.checks.parameters import check_value
from bnn_teach.engine.runtime import tf, tfp

tfb: Any = tfp.bijectors
tfd: Any = tfp.distributions


def normal_of_covariance(loc: Any, covariance_matrix: Any) -> Any:
    """Return a multivariate normal; a matrix without a Cholesky factor is refused."""
    check_value("covariance_matrix", covariance_matrix, supports.covariance)
    return tfd.MultivariateNormalTriL(loc, tf.linalg.cholesky(covariance_matrix))


def cholesky_lkj(dimension: Any, concentration: Any) -> Any:
    """Return TFP's distribution of factors, of a checked number of rows."""
    return tfd.CholeskyLKJ(as_count("dimension", dimension, 2), concentration)


class NegativeBinomial(tfd.NegativeBinomial):
    """TFP's, drawn by operations that XLA can compile, and with r any positive number."""

    def _sample_n(self, n: Any, seed: Any = None) -> Any:
        rate_seed, count_seed = tfp.random.split_seed(seed, salt="NegativeBinomial")
        odds = tf.exp(self.logits_parameter())
        rate = tfd.Gamma(self.total_count, 1.0 / odds).sample(n, seed=rate_seed)
        return tfd.Poisson(rate).sample(seed=count_seed)

    def _parameter_control_dependencies(self, is_init: bool) -> Any:
        return []  # TFP's would refuse an r that is not an integer


class DiscreteUniform(tfd.Distribution):
    """TFP has none whose ends may be tensors."""

    def __init__(self, low: Any, high: Any, validate_args: bool = False) -> None:
        parameters = dict(locals())
        self.low, self.high = low, high
        super().__init__(
            dtype=low.dtype,
            reparameterization_type=tfd.NOT_REPARAMETERIZED,
            validate_args=validate_args,
            allow_nan_stats=True,
            parameters=parameters,
            name="DiscreteUniform",
        )

    @classmethod
    def _parameter_properties(cls, dtype: Any, num_classes: Any = None) -> Any:
        return {"low": tfp.util.ParameterProperties(), "high": tfp.util.ParameterProperties()}

    def _event_shape(self) -> tf.TensorShape:
        return tf.TensorShape([])

    def _default_event_space_bijector(self) -> None:
        return None

    def _sample_n(self, n: Any, seed: Any = None) -> Any:
        u = tfd.Uniform(self.low, self.high + 1.0).sample(n, seed=seed)
        return tf.minimum(tf.floor(u), self.high)  # rounding may lift u to high + 1

    def _log_prob(self, value: Any) -> Any:
        inside = (value >= self.low) & (value <= self.high) & (value == tf.floor(value))
        log_count = tf.math.log(self.high - self.low + 1.0)
        return tf.where(inside, -log_count, tf.constant(-float("inf"), self.dtype))

    def _mean(self) -> Any:
        return (self.low + self.high) / 2.0

    def _parameter_control_dependencies(self, is_init: bool) -> Any:
        if not self.validate_args:
            return []
        return [
            tf.debugging.assert_equal(self.low, tf.floor(self.low), "low is not integer."),
            tf.debugging.assert_equal(self.high, tf.floor(self.high), "high is not integer."),
            tf.debugging.assert_less_equal(self.low, self.high, "low is above high."),
        ]


class SoftmaxCentered(tfb.Bijector):
    r"""Map K − 1 real numbers to K probabilities: :math:`x = \mathrm{softmax}(z_1, \dots, 0)`.

    Its Jacobian, in the first K − 1 probabilities, is :math:`\prod_k x_k`. TFP's bijector of this
    name calls ``np.reshape(newshape=...)``, which NumPy 2.4 removed.
    """

    def __init__(self) -> None:
        super().__init__(forward_min_event_ndims=1, parameters={}, name="softmax_centered")

    @classmethod
    def _parameter_properties(cls, dtype: Any) -> Any:
        return {}

    def _forward_event_shape(self, shape: tf.TensorShape) -> tf.TensorShape:
        return shape[:-1].concatenate(shape[-1] + 1)

    def _inverse_event_shape(self, shape: tf.TensorShape) -> tf.TensorShape:
        return shape[:-1].concatenate(shape[-1] - 1)

    def _forward(self, z: Any) -> Any:
        return tf.nn.softmax(self._with_zero(z))

    def _inverse(self, x: Any) -> Any:
        return tf.math.log(x[..., :-1]) - tf.math.log(x[..., -1:])

    def _forward_log_det_jacobian(self, z: Any) -> Any:
        return tf.reduce_sum(tf.nn.log_softmax(self._with_zero(z)), axis=-1)

    def _with_zero(self, z: Any) -> Any:
        return tf.concat([z, tf.zeros_like(z[..., :1])], axis=-1)


class Dirichlet(tfd.Dirichlet):
    """TFP's, with a bijector that works."""

    def _default_event_space_bijector(self) -> Any:
        return SoftmaxCentered()
