r"""Distributions that TensorFlow Probability lacks, or that need a change to serve here.

You will see what it takes to make a distribution of one's own: a sampler and a log-density, in
operations that XLA can compile, and a bijector from the real line. Next:
:mod:`bnn_teach.dsl.distributions.mixtures`.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from bnn_teach.arguments import as_count
from bnn_teach.dsl.checks import supports
from bnn_teach.dsl.checks.parameters import check_value
from bnn_teach.engine.runtime import tf, tfp
from bnn_teach.errors import ArgumentError, ParameterError

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


class TruncatedNormal(tfd.Distribution):
    """TFP's cannot have infinite ends where it is inferred, nor be drawn by compiled programs."""

    def __init__(
        self, loc: Any, scale: Any, low: Any, high: Any, validate_args: bool = False
    ) -> None:
        parameters = dict(locals())
        self.loc, self.scale, self.low, self.high = loc, scale, low, high
        super().__init__(
            dtype=loc.dtype,
            reparameterization_type=tfd.FULLY_REPARAMETERIZED,
            validate_args=validate_args,
            allow_nan_stats=True,
            parameters=parameters,
            name="TruncatedNormal",
        )

    @classmethod
    def _parameter_properties(cls, dtype: Any, num_classes: Any = None) -> Any:
        return {k: tfp.util.ParameterProperties() for k in ("loc", "scale", "low", "high")}

    def _event_shape(self) -> tf.TensorShape:
        return tf.TensorShape([])

    def _default_event_space_bijector(self) -> Any:
        below, above = _is_infinite("low", self.low), _is_infinite("high", self.high)
        if below and above:
            return tfb.Identity()
        if above:
            return tfb.Softplus(low=self.low)
        if below:
            minus = tfb.Scale(-tf.ones([], self.dtype))
            return tfb.Chain([tfb.Shift(self.high), minus, tfb.Softplus()])
        return tfb.Sigmoid(self.low, self.high)

    def _ends(self) -> Any:
        """Return both ends in standard deviations, mirrored to where their tail is exact."""
        ends = []
        for end, far in ((self.low, -_FAR), (self.high, _FAR)):
            known = tf.where(tf.math.is_inf(end), self.loc, end)
            scaled = (known - self.loc) / self.scale
            ends.append(tf.where(tf.math.is_inf(end), tf.cast(far, self.dtype), scaled))
        mirrored = ends[0] > 0.0
        low = tf.where(mirrored, -ends[1], ends[0])
        return low, tf.where(mirrored, -ends[0], ends[1]), mirrored

    def _parameter_control_dependencies(self, is_init: bool) -> Any:
        if not self.validate_args:
            return []
        return [tf.debugging.assert_less(self.low, self.high, "low is not below high.")]

    def _sample_n(self, n: Any, seed: Any = None) -> Any:
        low, high, mirrored = self._ends()
        normal = tfd.Normal(tf.zeros([], self.dtype), 1.0)
        first, last = normal.cdf(low), normal.cdf(high)
        shape, seed = tf.concat([[n], tf.shape(first + last)], 0), tfp.random.sanitize_seed(seed)
        u = first + (last - first) * tf.random.stateless_uniform(shape, seed, dtype=self.dtype)
        known = np.finfo(self.dtype.as_numpy_dtype)
        x = tf.math.ndtri(tf.clip_by_value(u, known.tiny, 1.0 - known.epsneg))
        x = tf.clip_by_value(x, low, high)
        return self.loc + self.scale * tf.where(mirrored, -x, x)

    def _log_prob(self, value: Any) -> Any:
        low, high, _ = self._ends()
        normal = tfd.Normal(tf.zeros([], self.dtype), 1.0)
        most, least = normal.log_cdf(high), normal.log_cdf(low)
        mass = most + tf.math.log(-tf.math.expm1(least - most))
        inside = (value >= self.low) & (value <= self.high)
        density = tfd.Normal(self.loc, self.scale).log_prob(value) - mass
        return tf.where(inside, density, tf.constant(-np.inf, self.dtype))


_FAR = 12.0  # standard deviations; beyond them lies no mass in float64


def _is_infinite(name: str, end: Any) -> bool:
    """Whether an end is infinite; what is known only when a program runs counts as finite."""
    known = tf.get_static_value(end)
    infinite = np.isinf(0.0 if known is None else known)
    if infinite.any() != infinite.all():
        raise ParameterError(
            f"the parameter {name} is infinite in some places and finite in others, so there is no "
            "one map from the real line. Make two variables of it."
        )
    return bool(infinite.all())


class Ordered(tfd.Distribution):
    """The sorted draws of a distribution; TFP has only a bijector."""

    def __init__(self, distribution: Any, size: Any, validate_args: bool = False) -> None:
        parameters = dict(locals())
        self.distribution, self.size = distribution, as_count("size", size, 2)
        known = isinstance(distribution, tfd.Distribution) and distribution.dtype.is_floating
        if not known or distribution.event_shape.rank or distribution.batch_shape.rank:
            raise ArgumentError(
                f"distribution: got {distribution!r:.60}, expected one of a single real number. "
                "Write bt.Normal.dist(0.0, 5.0); for several ordered vectors use batch_stack."
            )
        super().__init__(
            dtype=distribution.dtype,
            reparameterization_type=tfd.NOT_REPARAMETERIZED,
            validate_args=validate_args,
            allow_nan_stats=True,
            parameters=parameters,
            name="Ordered",
        )

    @classmethod
    def _parameter_properties(cls, dtype: Any, num_classes: Any = None) -> Any:
        return {"distribution": tfp.util.BatchedComponentProperties()}

    def _event_shape(self) -> tf.TensorShape:
        return tf.TensorShape([self.size])

    def _event_shape_tensor(self) -> tf.Tensor:
        return tf.constant([self.size])

    def _default_event_space_bijector(self) -> Any:
        own = self.distribution.experimental_default_event_space_bijector()
        return tfb.Chain([own, tfb.Ascending()])

    def _sample_n(self, n: Any, seed: Any = None) -> Any:
        return tf.sort(self.distribution.sample([n, self.size], seed=seed), -1)

    def _log_prob(self, value: Any) -> Any:
        terms = tf.reduce_sum(self.distribution.log_prob(value), -1) + math.lgamma(self.size + 1)
        inside = tf.reduce_all(value[..., 1:] > value[..., :-1], -1)
        return tf.where(inside, terms, tf.constant(-np.inf, self.dtype))
