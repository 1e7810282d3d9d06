r"""Distributions of counts: how many.

Their values are numbers of the working dtype, as in TensorFlow Probability. They have no gradient,
so NUTS and ADVI take them observed, or summed out by ``Mixture``.
Next: :mod:`bnn_teach.dsl.distributions.categories`.
"""

from __future__ import annotations

from typing import Any

from bnn_teach.dsl.checks.supports import count, integers_between, integers_up_to
from bnn_teach.dsl.distributions.family import exactly_one, family
from bnn_teach.engine.runtime import tf, tfp

tfd: Any = tfp.distributions


@family(integers_up_to("total_count"))
def Binomial(total_count: Any, probs: Any = None, logits: Any = None) -> Any:
    r"""Binomial, successes in n trials: :math:`P(k) = \binom{n}{k} p^k (1-p)^{n-k}`.

    Parameters
    ----------
    total_count : array_like
        Trials :math:`n`, an integer from 0 on.
    probs : array_like
        :math:`0 \le p \le 1`; this or ``logits``.
    logits : array_like
        :math:`\log\frac{p}{1-p}`, any real number.
    """
    exactly_one(probs=probs, logits=logits)
    return tfd.Binomial(total_count, logits=logits, probs=probs)


@family(integers_up_to("total_count"))
def BetaBinomial(total_count: Any, concentration1: Any, concentration0: Any) -> Any:
    r"""Beta-binomial, its p is Beta: :math:`P(k) = \binom{n}{k} B(k+a, n-k+b) / B(a, b)`.

    Parameters
    ----------
    total_count : array_like
        Trials :math:`n`, an integer from 0 on.
    concentration1 : array_like
        :math:`a > 0`, the weight of successes.
    concentration0 : array_like
        :math:`b > 0`, the weight of failures.
    """
    return tfd.BetaBinomial(total_count, concentration1, concentration0)


@family(count)
def Poisson(rate: Any = None, log_rate: Any = None) -> Any:
    r"""Poisson: :math:`P(k) = \lambda^k e^{-\lambda} / k!` for :math:`k = 0, 1, \dots`.

    Parameters
    ----------
    rate : array_like
        Mean :math:`\lambda \ge 0`; this or ``log_rate``.
    log_rate : array_like
        :math:`\log\lambda`, any real number.
    """
    exactly_one(rate=rate, log_rate=log_rate)
    return tfd.Poisson(rate=rate, log_rate=log_rate)


@family(count)
def NegativeBinomial(total_count: Any, probs: Any = None, logits: Any = None) -> Any:
    r"""Negative binomial: :math:`P(k) = \frac{\Gamma(k+r)}{k!\,\Gamma(r)} p^k (1-p)^r`.

    Successes before the r-th failure, or a Poisson count whose rate is Gamma: a count of mean
    :math:`m = rp/(1-p)` and variance :math:`m + m^2/r`. For a mean m pass
    ``logits=tf.math.log(m / r)``. SciPy's ``nbinom`` calls :math:`1-p` its p.

    Parameters
    ----------
    total_count : array_like
        :math:`r > 0`, which need not be an integer.
    probs : array_like
        :math:`0 \le p < 1`, of a success; this or ``logits``.
    logits : array_like
        :math:`\log\frac{p}{1-p}`, any real number.
    """
    exactly_one(probs=probs, logits=logits)
    return _NegativeBinomial(total_count, logits=logits, probs=probs)


@family(count)
def Geometric(probs: Any = None, logits: Any = None) -> Any:
    r"""Geometric, failures before the first success: :math:`P(k) = p (1-p)^k`.

    Parameters
    ----------
    probs : array_like
        :math:`0 < p \le 1`; this or ``logits``.
    logits : array_like
        :math:`\log\frac{p}{1-p}`, any real number.
    """
    exactly_one(probs=probs, logits=logits)
    return tfd.Geometric(logits=logits, probs=probs)


@family(integers_between("low", "high"))
def DiscreteUniform(low: Any, high: Any) -> Any:
    r"""Discrete uniform: :math:`P(k) = 1/(b-a+1)` for :math:`k = a, a+1, \dots, b`.

    Parameters
    ----------
    low : array_like
        Smallest value :math:`a`, an integer.
    high : array_like
        Largest value :math:`b \ge a`, an integer; it is included.
    """
    return _DiscreteUniform(low, high)


class _NegativeBinomial(tfd.NegativeBinomial):
    """TFP's, drawn by operations that XLA can compile, and with r any positive number."""

    def _sample_n(self, n: Any, seed: Any = None) -> Any:
        rate_seed, count_seed = tfp.random.split_seed(seed, salt="NegativeBinomial")
        odds = tf.exp(self.logits_parameter())
        rate = tfd.Gamma(self.total_count, 1.0 / odds).sample(n, seed=rate_seed)
        return tfd.Poisson(rate).sample(seed=count_seed)

    def _parameter_control_dependencies(self, is_init: bool) -> Any:
        return []  # TFP's would refuse an r that is not an integer


class _DiscreteUniform(tfd.Distribution):
    """TFP has none whose ends may be tensors."""

    def __init__(
        self,
        low: Any,
        high: Any,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = "DiscreteUniform",
    ) -> None:
        parameters = dict(locals())
        self.low, self.high = low, high
        super().__init__(
            dtype=low.dtype,
            reparameterization_type=tfd.NOT_REPARAMETERIZED,
            validate_args=validate_args,
            allow_nan_stats=allow_nan_stats,
            parameters=parameters,
            name=name,
        )

    @classmethod
    def _parameter_properties(cls, dtype: Any, num_classes: Any = None) -> Any:
        return {"low": tfp.util.ParameterProperties(), "high": tfp.util.ParameterProperties()}

    def _event_shape(self) -> tf.TensorShape:
        return tf.TensorShape([])

    def _event_shape_tensor(self) -> Any:
        return tf.constant([], tf.int32)

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
        ends = {"low": self.low, "high": self.high}
        return [
            *(
                tf.debugging.assert_equal(v, tf.floor(v), f"{k} is not integer.")
                for k, v in ends.items()
            ),
            tf.debugging.assert_less_equal(self.low, self.high, "low is above high."),
        ]
