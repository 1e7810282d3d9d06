r"""Distributions of positive numbers: scales, rates, waiting times.

What a prior of a standard deviation is chosen from. A parameter called ``rate`` divides the value
and one called ``scale`` multiplies it. Next: :mod:`bnn_teach.dsl.checks.parameters`.
"""

from __future__ import annotations

from typing import Any

from bnn_teach.dsl.checks.supports import at_least, non_negative, positive
from bnn_teach.dsl.distributions.family import family
from bnn_teach.engine.runtime import tfp

tfd: Any = tfp.distributions


@family(non_negative)
def HalfNormal(scale: Any = 1.0) -> Any:
    r"""Half-normal, the distance of a normal from its mean.

    .. math:: p(x) = \sqrt{2/\pi}\, \sigma^{-1} e^{-x^2/2\sigma^2}, \quad x \ge 0

    Parameters
    ----------
    scale : array_like, default 1.0
        Standard deviation :math:`\sigma > 0` of the normal that was folded.
    """
    return tfd.HalfNormal(scale)


@family(non_negative)
def HalfCauchy(scale: Any = 1.0) -> Any:
    r"""Half-Cauchy: :math:`p(x) = 2 / \{\pi \gamma [1 + x^2/\gamma^2]\}` for :math:`x \ge 0`.

    Parameters
    ----------
    scale : array_like, default 1.0
        Median :math:`\gamma > 0`; there is no mean.
    """
    return tfd.HalfCauchy(loc=0.0, scale=scale)


@family(non_negative)
def HalfStudentT(df: Any, scale: Any = 1.0) -> Any:
    r"""Half Student's t, heavier in the tail than the half-normal.

    .. math:: p(x) \propto \sigma^{-1} [1 + x^2/(\nu\sigma^2)]^{-(\nu+1)/2}, \quad x \ge 0

    Parameters
    ----------
    df : array_like
        Degrees of freedom :math:`\nu > 0`: 1 is the half-Cauchy, infinity the half-normal.
    scale : array_like, default 1.0
        Scale :math:`\sigma > 0`.
    """
    return tfd.HalfStudentT(df, loc=0.0, scale=scale)


@family(non_negative)
def Exponential(rate: Any = 1.0) -> Any:
    r"""Exponential: :math:`p(x) = \lambda e^{-\lambda x}` for :math:`x \ge 0`.

    Parameters
    ----------
    rate : array_like, default 1.0
        :math:`\lambda > 0`; the mean is :math:`1/\lambda`.
    """
    return tfd.Exponential(rate)


@family(positive)
def Gamma(concentration: Any, rate: Any = 1.0) -> Any:
    r"""Gamma: :math:`p(x) = \beta^{\alpha} x^{\alpha-1} e^{-\beta x} / \Gamma(\alpha)`.

    Parameters
    ----------
    concentration : array_like
        Shape :math:`\alpha > 0`.
    rate : array_like, default 1.0
        :math:`\beta > 0`; the mean is :math:`\alpha/\beta`.
    """
    return tfd.Gamma(concentration, rate)


@family(positive)
def InverseGamma(concentration: Any, scale: Any = 1.0) -> Any:
    r"""Inverse gamma: :math:`p(x) = \beta^{\alpha} x^{-\alpha-1} e^{-\beta/x} / \Gamma(\alpha)`.

    Parameters
    ----------
    concentration : array_like
        Shape :math:`\alpha > 0`; the mean exists for :math:`\alpha > 1`.
    scale : array_like, default 1.0
        :math:`\beta > 0`.
    """
    return tfd.InverseGamma(concentration, scale)


@family(positive)
def LogNormal(loc: Any = 0.0, scale: Any = 1.0) -> Any:
    r"""Log-normal, the logarithm is normal: :math:`p(x) = N(\log x \mid \mu, \sigma) / x`.

    Parameters
    ----------
    loc : array_like, default 0.0
        Mean :math:`\mu` of the logarithm; the median is :math:`e^\mu`.
    scale : array_like, default 1.0
        Standard deviation :math:`\sigma > 0` of the logarithm.
    """
    return tfd.LogNormal(loc, scale)


@family(positive)
def Weibull(concentration: Any, scale: Any = 1.0) -> Any:
    r"""Weibull: :math:`p(x) = (k/\lambda) (x/\lambda)^{k-1} e^{-(x/\lambda)^k}`.

    Parameters
    ----------
    concentration : array_like
        Shape :math:`k > 0`; 1 is the exponential.
    scale : array_like, default 1.0
        :math:`\lambda > 0`.
    """
    return tfd.Weibull(concentration, scale)


@family(at_least("scale"))
def Pareto(concentration: Any, scale: Any = 1.0) -> Any:
    r"""Pareto: :math:`p(x) = \alpha m^\alpha / x^{\alpha+1}` for :math:`x \ge m`.

    Parameters
    ----------
    concentration : array_like
        Exponent of the tail, :math:`\alpha > 0`; the mean exists for :math:`\alpha > 1`.
    scale : array_like, default 1.0
        Smallest value, :math:`m > 0`.
    """
    return tfd.Pareto(concentration, scale)
