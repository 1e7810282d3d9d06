r"""The catalogue of distributions.

Every entry is a family: its name, the distribution of TensorFlow Probability that computes it, the
set that it lives on, its density, and its parameters, whose names are TFP's. Parameters are arrays
that broadcast against each other; the value has their common shape, behind ``batch_stack``. What a
family is, and how to use any other distribution, says :mod:`bnn_teach.dsl.distributions.family`;
what TFP lacks is in :mod:`bnn_teach.dsl.distributions.adapted` and
:mod:`bnn_teach.dsl.distributions.mixtures`. Next: :mod:`bnn_teach.dsl.model`.
"""

from __future__ import annotations

import functools
import math
from typing import Any

from bnn_teach.dsl.checks import supports
from bnn_teach.dsl.checks.parameters import check_parameters
from bnn_teach.dsl.checks.supports import Support, between, support_of
from bnn_teach.dsl.distributions import adapted, mixtures
from bnn_teach.dsl.distributions.family import Distribution, Family, Parameter
from bnn_teach.engine.runtime import tfp

tfd: Any = tfp.distributions

__all__ = ["Distribution", "Family", "Support", "check_parameters"]

# The real line, and intervals.

Normal = Family(
    tfd.Normal,
    supports.real,
    r"Normal: :math:`p(x) = (2\pi)^{-1/2} \sigma^{-1} e^{-(x-\mu)^2 / 2\sigma^2}`.",
    loc=Parameter(r"Mean :math:`\mu`.", 0.0),
    scale=Parameter(r"Standard deviation :math:`\sigma > 0`.", 1.0),
)
StudentT = Family(
    tfd.StudentT,
    supports.real,
    r"Student's t: :math:`p(x) \propto \sigma^{-1} (1 + z^2/\nu)^{-(\nu+1)/2}`, z = (x − μ)/σ.",
    df=Parameter(r"Degrees of freedom :math:`\nu > 0`; the mean exists for :math:`\nu > 1`."),
    loc=Parameter(r"Centre :math:`\mu`.", 0.0),
    scale=Parameter(r"Scale :math:`\sigma > 0`; the standard deviation is larger.", 1.0),
)
Cauchy = Family(
    tfd.Cauchy,
    supports.real,
    r"Cauchy: :math:`p(x) = 1 / \{\pi \gamma [1 + (x-\mu)^2/\gamma^2]\}`.",
    loc=Parameter(r"Median :math:`\mu`; there is no mean.", 0.0),
    scale=Parameter(r"Half the width at half the height, :math:`\gamma > 0`.", 1.0),
)
Laplace = Family(
    tfd.Laplace,
    supports.real,
    r"Laplace: :math:`p(x) = (2b)^{-1} e^{-|x-\mu|/b}`.",
    loc=Parameter(r"Mean :math:`\mu`.", 0.0),
    scale=Parameter(r"Mean distance from :math:`\mu`, :math:`b > 0`.", 1.0),
)
Logistic = Family(
    tfd.Logistic,
    supports.real,
    r"Logistic: :math:`p(x) = s^{-1} e^{-z} (1 + e^{-z})^{-2}`, z = (x − μ)/s.",
    loc=Parameter(r"Mean :math:`\mu`.", 0.0),
    scale=Parameter(r"Scale :math:`s > 0`; the standard deviation is :math:`\pi s/\sqrt{3}`.", 1.0),
)
Uniform = Family(
    tfd.Uniform,
    between("low", "high"),
    r"Uniform: :math:`p(x) = 1/(b-a)` for :math:`a \le x \le b`.",
    low=Parameter(r"Lower end :math:`a`.", 0.0),
    high=Parameter(r"Upper end :math:`b > a`.", 1.0),
)
TruncatedNormal = Family(
    adapted.TruncatedNormal,
    between("low", "high"),
    r"""Truncated normal: :math:`p(x) = N(x \mid \mu, \sigma) / P(a \le X \le b)` between its ends.

    An end is a number of the model's own where it is infinite, and no argument of the model.
    """,
    loc=Parameter(r"Mean :math:`\mu` before the truncation.", 0.0),
    scale=Parameter(r"Standard deviation :math:`\sigma > 0` before the truncation.", 1.0),
    low=Parameter(r"Lower end :math:`a`; may be infinite.", -math.inf),
    high=Parameter(r"Upper end :math:`b > a`; may be infinite.", math.inf),
)
Beta = Family(
    tfd.Beta,
    supports.unit_interval,
    r"Beta: :math:`p(x) = x^{a-1} (1-x)^{b-1} / B(a, b)` for :math:`0 < x < 1`.",
    concentration1=Parameter(r":math:`a > 0`, the weight of ones; the mean is :math:`a/(a+b)`."),
    concentration0=Parameter(r":math:`b > 0`, the weight of zeros."),
)
LogitNormal = Family(
    tfd.LogitNormal,
    supports.unit_interval,
    r"""Logit-normal: :math:`\log\frac{x}{1-x}` is normal, for :math:`0 < x < 1`.

    .. math:: p(x) = N(\operatorname{logit} x \mid \mu, \sigma) / [x (1-x)]
    """,
    loc=Parameter(r"Mean :math:`\mu` of the logit.", 0.0),
    scale=Parameter(r"Standard deviation :math:`\sigma > 0` of the logit.", 1.0),
)
VonMises = Family(
    tfd.VonMises,
    supports.angle,
    r"""Von Mises, the normal of angles: :math:`p(x) = e^{\kappa\cos(x-\mu)} / [2\pi I_0(\kappa)]`.

    The value is in radians, :math:`-\pi \le x \le \pi`; bring other angles there by
    ``(x + pi) % (2 * pi) - pi``.
    """,
    loc=Parameter(r"Mean direction :math:`\mu`, in radians.", 0.0),
    concentration=Parameter(
        r":math:`\kappa \ge 0`; 0 is uniform, and a large one is close to a normal of variance "
        r":math:`1/\kappa`.",
        1.0,
    ),
)

# Positive numbers: scales, rates, waiting times. A parameter called rate divides the value, and
# one called scale multiplies it.

HalfNormal = Family(
    tfd.HalfNormal,
    supports.non_negative,
    r"""Half-normal, the distance of a normal from its mean.

    .. math:: p(x) = \sqrt{2/\pi}\, \sigma^{-1} e^{-x^2/2\sigma^2}, \quad x \ge 0
    """,
    scale=Parameter(r"Standard deviation :math:`\sigma > 0` of the normal that was folded.", 1.0),
)
HalfCauchy = Family(
    functools.partial(tfd.HalfCauchy, loc=0.0),
    supports.non_negative,
    r"Half-Cauchy: :math:`p(x) = 2 / \{\pi \gamma [1 + x^2/\gamma^2]\}` for :math:`x \ge 0`.",
    name="HalfCauchy",
    scale=Parameter(r"Median :math:`\gamma > 0`; there is no mean.", 1.0),
)
HalfStudentT = Family(
    functools.partial(tfd.HalfStudentT, loc=0.0),
    supports.non_negative,
    r"""Half Student's t, heavier in the tail than the half-normal.

    .. math:: p(x) \propto \sigma^{-1} [1 + x^2/(\nu\sigma^2)]^{-(\nu+1)/2}, \quad x \ge 0
    """,
    name="HalfStudentT",
    df=Parameter(
        r"Degrees of freedom :math:`\nu > 0`: 1 is the half-Cauchy, infinity the half-normal."
    ),
    scale=Parameter(r"Scale :math:`\sigma > 0`.", 1.0),
)
Exponential = Family(
    tfd.Exponential,
    supports.non_negative,
    r"Exponential: :math:`p(x) = \lambda e^{-\lambda x}` for :math:`x \ge 0`.",
    rate=Parameter(r":math:`\lambda > 0`; the mean is :math:`1/\lambda`.", 1.0),
)
Gamma = Family(
    tfd.Gamma,
    supports.positive,
    r"Gamma: :math:`p(x) = \beta^{\alpha} x^{\alpha-1} e^{-\beta x} / \Gamma(\alpha)`.",
    concentration=Parameter(r"Shape :math:`\alpha > 0`."),
    rate=Parameter(r":math:`\beta > 0`; the mean is :math:`\alpha/\beta`.", 1.0),
)
InverseGamma = Family(
    tfd.InverseGamma,
    supports.positive,
    r"Inverse gamma: :math:`p(x) = \beta^{\alpha} x^{-\alpha-1} e^{-\beta/x} / \Gamma(\alpha)`.",
    concentration=Parameter(r"Shape :math:`\alpha > 0`; the mean exists for :math:`\alpha > 1`."),
    scale=Parameter(r":math:`\beta > 0`.", 1.0),
)
LogNormal = Family(
    tfd.LogNormal,
    supports.positive,
    r"Log-normal, the logarithm is normal: :math:`p(x) = N(\log x \mid \mu, \sigma) / x`.",
    loc=Parameter(r"Mean :math:`\mu` of the logarithm; the median is :math:`e^\mu`.", 0.0),
    scale=Parameter(r"Standard deviation :math:`\sigma > 0` of the logarithm.", 1.0),
)
Weibull = Family(
    tfd.Weibull,
    supports.positive,
    r"Weibull: :math:`p(x) = (k/\lambda) (x/\lambda)^{k-1} e^{-(x/\lambda)^k}`.",
    concentration=Parameter(r"Shape :math:`k > 0`; 1 is the exponential."),
    scale=Parameter(r":math:`\lambda > 0`.", 1.0),
)
Pareto = Family(
    tfd.Pareto,
    between("scale"),
    r"Pareto: :math:`p(x) = \alpha m^\alpha / x^{\alpha+1}` for :math:`x \ge m`.",
    concentration=Parameter(
        r"Exponent of the tail, :math:`\alpha > 0`; the mean exists for :math:`\alpha > 1`."
    ),
    scale=Parameter(r"Smallest value, :math:`m > 0`.", 1.0),
)

# Vectors and matrices. The value has axes of its own, the *event*; they stand last, behind
# batch_stack and the batch axes of the parameters.

_VECTOR = "array_like, shape (..., K)"
_MATRIX = "array_like, shape (..., K, K)"
_MEAN = Parameter(r"Mean :math:`\mu`; the value has its shape.", kind=_VECTOR)

Dirichlet = Family(
    adapted.Dirichlet,
    supports.simplex,
    r"""Dirichlet, probabilities of K: :math:`p(x) = B(\alpha)^{-1} \prod_k x_k^{\alpha_k-1}`.

    The value has the shape of ``concentration``; its last axis sums to 1.
    """,
    concentration=Parameter(
        r":math:`\alpha_k > 0`; the mean is :math:`\alpha_k / \sum_j \alpha_j`.", kind=_VECTOR
    ),
)
Ordered = Family(
    adapted.Ordered,
    supports.increasing,
    r"""Ordered vector, K draws sorted: :math:`p(x) = K! \prod_k p(x_k)`, :math:`x_1 < \dots < x_K`.

    For cutpoints and for the means of a mixture.
    """,
    distribution=Parameter(
        "Of a single number, from a family's ``dist``: ``bt.Normal.dist(0.0, 5.0)``.",
        kind="distribution",
    ),
    size=Parameter("K.", kind="int"),
)
MvNormal = Family(
    adapted.normal_of_covariance,
    supports.real,
    r"""Multivariate normal, by its covariance.

    .. math:: p(x) = |2\pi\Sigma|^{-1/2} e^{-(x-\mu)^T \Sigma^{-1} (x-\mu)/2}
    """,
    name="MvNormal",
    loc=_MEAN,
    covariance_matrix=Parameter(r":math:`\Sigma`, symmetric and positive definite.", kind=_MATRIX),
)
MvNormalCholesky = Family(
    tfd.MultivariateNormalTriL,
    supports.real,
    r"""Multivariate normal, by the factor L of its covariance :math:`\Sigma = LL^T`.

    .. math:: p(x) = (2\pi)^{-K/2} |L|^{-1} e^{-\|L^{-1}(x-\mu)\|^2/2}
    """,
    name="MvNormalCholesky",
    loc=_MEAN,
    scale_tril=Parameter(
        r":math:`L`, lower-triangular, with a positive diagonal. For standard deviations s and a "
        r"``LKJCholesky`` variable C it is ``s[..., None] * C``.",
        kind=_MATRIX,
    ),
)
LKJCholesky = Family(
    adapted.cholesky_lkj,
    supports.correlation_cholesky,
    r"""Factor L of a correlation matrix of density :math:`p(LL^T) \propto |LL^T|^{\eta-1}`.

    .. math:: p(L) \propto \prod_{k=2}^{K} L_{kk}^{K-k+2(\eta-1)}

    The value has shape (..., K, K): lower-triangular, with rows of length 1. Lewandowski,
    Kurowicka and Joe, "Generating random correlation matrices based on vines and extended onion
    method", Journal of Multivariate Analysis 100 (2009), section 3.
    """,
    name="LKJCholesky",
    dimension=Parameter(r":math:`K \ge 2`.", kind="int"),
    concentration=Parameter(
        r":math:`\eta \ge 1`: 1 is uniform over correlation matrices, more favours weak "
        "correlations.",
        1.0,
    ),
)

# Counts, numbers of the working dtype, and categories, int32: tf.cast one before computing with
# it. They have no gradient: NUTS and ADVI take them observed, or summed out by Mixture.

_PROBS = Parameter(r":math:`0 \le p \le 1`; this or ``logits``.", None)
_LOGITS = Parameter(r":math:`\log\frac{p}{1-p}`, any real number.", None)
_TRIALS = Parameter(r"Trials :math:`n`, an integer from 0 on.")

Bernoulli = Family(
    tfd.Bernoulli,
    supports.binary,
    r"Bernoulli, one yes or no: :math:`P(1) = p`, :math:`P(0) = 1-p`.",
    probs=_PROBS,
    logits=_LOGITS,
)
Binomial = Family(
    tfd.Binomial,
    between(0, "total_count", integers=True),
    r"Binomial, successes in n trials: :math:`P(k) = \binom{n}{k} p^k (1-p)^{n-k}`.",
    total_count=_TRIALS,
    probs=_PROBS,
    logits=_LOGITS,
)
BetaBinomial = Family(
    tfd.BetaBinomial,
    between(0, "total_count", integers=True),
    r"Beta-binomial, its p is Beta: :math:`P(k) = \binom{n}{k} B(k+a, n-k+b) / B(a, b)`.",
    total_count=_TRIALS,
    concentration1=Parameter(r":math:`a > 0`, the weight of successes."),
    concentration0=Parameter(r":math:`b > 0`, the weight of failures."),
)
Poisson = Family(
    tfd.Poisson,
    supports.count,
    r"Poisson: :math:`P(k) = \lambda^k e^{-\lambda} / k!` for :math:`k = 0, 1, \dots`.",
    rate=Parameter(r"Mean :math:`\lambda \ge 0`; this or ``log_rate``.", None),
    log_rate=Parameter(r":math:`\log\lambda`, any real number.", None),
)
NegativeBinomial = Family(
    adapted.NegativeBinomial,
    supports.count,
    r"""Negative binomial: :math:`P(k) = \frac{\Gamma(k+r)}{k!\,\Gamma(r)} p^k (1-p)^r`.

    Successes before the r-th failure, or a Poisson count whose rate is Gamma: a count of mean
    :math:`m = rp/(1-p)` and variance :math:`m + m^2/r`. For a mean m pass
    ``logits=tf.math.log(m / r)``. SciPy's ``nbinom`` calls :math:`1-p` its p.
    """,
    total_count=Parameter(r":math:`r > 0`, which need not be an integer."),
    probs=Parameter(r":math:`0 \le p < 1`, of a success; this or ``logits``.", None),
    logits=_LOGITS,
)
Geometric = Family(
    tfd.Geometric,
    supports.count,
    r"Geometric, failures before the first success: :math:`P(k) = p (1-p)^k`.",
    probs=Parameter(r":math:`0 < p \le 1`; this or ``logits``.", None),
    logits=_LOGITS,
)
DiscreteUniform = Family(
    adapted.DiscreteUniform,
    between("low", "high", integers=True),
    r"Discrete uniform: :math:`P(k) = 1/(b-a+1)` for :math:`k = a, a+1, \dots, b`.",
    low=Parameter(r"Smallest value :math:`a`, an integer."),
    high=Parameter(r"Largest value :math:`b \ge a`, an integer; it is included."),
)
Categorical = Family(
    tfd.Categorical,
    between(0, supports.last_category, integers=True),
    r"""Categorical, one of K: :math:`P(k) = p_k` for :math:`k = 0, \dots, K-1`.

    The parameter's last axis counts the categories; the value has the shape of the other axes.
    """,
    probs=Parameter(r":math:`p_k \ge 0`, which sum to 1; this or ``logits``.", None, _VECTOR),
    logits=Parameter(r":math:`\log p_k` up to a constant, any real numbers.", None, _VECTOR),
)
OrderedLogistic = Family(
    tfd.OrderedLogistic,
    between(0, supports.last_level, integers=True),
    r"""Ordered logistic: :math:`P(k) = S(c_k - \eta) - S(c_{k-1} - \eta)`, S the logistic function.

    One of K ordered categories 0, ..., K − 1: which of the intervals between the cutpoints a
    logistic variable around :math:`\eta` falls into; :math:`c_{-1} = -\infty`,
    :math:`c_{K-1} = \infty`.
    """,
    cutpoints=Parameter(
        r"Increasing numbers :math:`c_0 < c_1 < \dots`", kind="array_like, shape (..., K - 1)"
    ),
    loc=Parameter(
        r"Predictor :math:`\eta`, any real number; broadcasts against the cutpoints' other axes.",
        kind="array_like, shape (...)",
    ),
)

# A discrete choice, summed out: the density has gradients again.

Mixture = Family(
    mixtures.mixture,
    support_of,
    r"""Mixture of K components of one family: :math:`p(x) = \sum_k w_k\, p_k(x)`.

    The components' last batch axis counts them; the value has the shape of the other axes. Where
    the components' range depends on their parameters (Uniform, Pareto), the mixture can be
    observed or drawn from, but not inferred: no map from the real line covers it.
    """,
    name="Mixture",
    weights=Parameter(r":math:`w_k \ge 0`, which sum to 1.", kind=_VECTOR),
    components=Parameter(
        "From a family's ``dist``: ``bt.Normal.dist(loc=[-1.0, 1.0], scale=0.5)``, or "
        "``[bt.Normal.dist(-1.0, 0.5), bt.Normal.dist(1.0, 0.5)]``.",
        kind="distribution of batch shape (..., K), or list of K distributions",
    ),
)
