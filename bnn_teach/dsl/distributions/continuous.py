r"""Distributions on the real line, and on an interval.

The catalogue begins. Every entry is a density, its parameters, and the distribution of TensorFlow
Probability that computes it; the names of the parameters are TFP's. Parameters are arrays that
broadcast against each other, and the value has their common shape, behind ``batch_stack``.
Next: :mod:`bnn_teach.dsl.distributions.positive`.
"""

from __future__ import annotations

from typing import Any

from bnn_teach.dsl.checks.supports import angle, between, real, unit_interval
from bnn_teach.dsl.distributions.family import family
from bnn_teach.engine.runtime import tfp

tfd: Any = tfp.distributions


@family(real)
def Normal(loc: Any = 0.0, scale: Any = 1.0) -> Any:
    r"""Normal: :math:`p(x) = (2\pi)^{-1/2} \sigma^{-1} e^{-(x-\mu)^2 / 2\sigma^2}`.

    Parameters
    ----------
    loc : array_like, default 0.0
        Mean :math:`\mu`.
    scale : array_like, default 1.0
        Standard deviation :math:`\sigma > 0`.
    """
    return tfd.Normal(loc, scale)


@family(real)
def StudentT(df: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    r"""Student's t: :math:`p(x) \propto \sigma^{-1} (1 + z^2/\nu)^{-(\nu+1)/2}`, z = (x − μ)/σ.

    Parameters
    ----------
    df : array_like
        Degrees of freedom :math:`\nu > 0`; the mean exists for :math:`\nu > 1`.
    loc : array_like, default 0.0
        Centre :math:`\mu`.
    scale : array_like, default 1.0
        Scale :math:`\sigma > 0`; the standard deviation is larger.
    """
    return tfd.StudentT(df, loc, scale)


@family(real)
def Cauchy(loc: Any = 0.0, scale: Any = 1.0) -> Any:
    r"""Cauchy: :math:`p(x) = 1 / \{\pi \gamma [1 + (x-\mu)^2/\gamma^2]\}`.

    Parameters
    ----------
    loc : array_like, default 0.0
        Median :math:`\mu`; there is no mean.
    scale : array_like, default 1.0
        Half the width at half the height, :math:`\gamma > 0`.
    """
    return tfd.Cauchy(loc, scale)


@family(real)
def Laplace(loc: Any = 0.0, scale: Any = 1.0) -> Any:
    r"""Laplace: :math:`p(x) = (2b)^{-1} e^{-|x-\mu|/b}`.

    Parameters
    ----------
    loc : array_like, default 0.0
        Mean :math:`\mu`.
    scale : array_like, default 1.0
        Mean distance from :math:`\mu`, :math:`b > 0`.
    """
    return tfd.Laplace(loc, scale)


@family(real)
def Logistic(loc: Any = 0.0, scale: Any = 1.0) -> Any:
    r"""Logistic: :math:`p(x) = s^{-1} e^{-z} (1 + e^{-z})^{-2}`, z = (x − μ)/s.

    Parameters
    ----------
    loc : array_like, default 0.0
        Mean :math:`\mu`.
    scale : array_like, default 1.0
        Scale :math:`s > 0`; the standard deviation is :math:`\pi s/\sqrt{3}`.
    """
    return tfd.Logistic(loc, scale)


@family(between("low", "high"))
def Uniform(low: Any = 0.0, high: Any = 1.0) -> Any:
    r"""Uniform: :math:`p(x) = 1/(b-a)` for :math:`a \le x \le b`.

    Parameters
    ----------
    low : array_like, default 0.0
        Lower end :math:`a`.
    high : array_like, default 1.0
        Upper end :math:`b > a`.
    """
    return tfd.Uniform(low, high)


@family(unit_interval)
def Beta(concentration1: Any, concentration0: Any) -> Any:
    r"""Beta: :math:`p(x) = x^{a-1} (1-x)^{b-1} / B(a, b)` for :math:`0 < x < 1`.

    Parameters
    ----------
    concentration1 : array_like
        :math:`a > 0`, the weight of ones; the mean is :math:`a/(a+b)`.
    concentration0 : array_like
        :math:`b > 0`, the weight of zeros.
    """
    return tfd.Beta(concentration1, concentration0)


@family(unit_interval)
def LogitNormal(loc: Any = 0.0, scale: Any = 1.0) -> Any:
    r"""Logit-normal: :math:`\log\frac{x}{1-x}` is normal, for :math:`0 < x < 1`.

    .. math:: p(x) = N(\operatorname{logit} x \mid \mu, \sigma) / [x (1-x)]

    Parameters
    ----------
    loc : array_like, default 0.0
        Mean :math:`\mu` of the logit.
    scale : array_like, default 1.0
        Standard deviation :math:`\sigma > 0` of the logit.
    """
    return tfd.LogitNormal(loc, scale)


@family(angle)
def VonMises(loc: Any = 0.0, concentration: Any = 1.0) -> Any:
    r"""Von Mises, the normal of angles: :math:`p(x) = e^{\kappa\cos(x-\mu)} / [2\pi I_0(\kappa)]`.

    The value is in radians, :math:`-\pi \le x \le \pi`; bring other angles there by
    ``(x + pi) % (2 * pi) - pi``.

    Parameters
    ----------
    loc : array_like, default 0.0
        Mean direction :math:`\mu`, in radians.
    concentration : array_like, default 1.0
        :math:`\kappa \ge 0`; 0 is uniform, and a large one is close to a normal of variance
        :math:`1/\kappa`.
    """
    return tfd.VonMises(loc, concentration)
