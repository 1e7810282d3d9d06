"""The catalogue of distributions, and a way to use any other.

The named families are written down in six short files, by what their values are: on the real line
(:mod:`~bnn_teach.dsl.distributions.continuous`), positive
(:mod:`~bnn_teach.dsl.distributions.positive`), vectors and matrices
(:mod:`~bnn_teach.dsl.distributions.multivariate`), counts
(:mod:`~bnn_teach.dsl.distributions.counts`), categories
(:mod:`~bnn_teach.dsl.distributions.categories`), and mixtures of any
(:mod:`~bnn_teach.dsl.distributions.mixtures`). Here is their list, and :func:`Distribution` for all
else that TensorFlow Probability has. Next: :mod:`bnn_teach.dsl.model`.
"""

from __future__ import annotations

from typing import Any

from bnn_teach.dsl.checks.parameters import check_parameters
from bnn_teach.dsl.checks.supports import Support, support_of
from bnn_teach.dsl.distributions.categories import Bernoulli, Categorical, OrderedLogistic
from bnn_teach.dsl.distributions.continuous import (
    Beta,
    Cauchy,
    Laplace,
    Logistic,
    LogitNormal,
    Normal,
    StudentT,
    Uniform,
    VonMises,
)
from bnn_teach.dsl.distributions.counts import (
    BetaBinomial,
    Binomial,
    DiscreteUniform,
    Geometric,
    NegativeBinomial,
    Poisson,
)
from bnn_teach.dsl.distributions.family import Family, family
from bnn_teach.dsl.distributions.mixtures import Mixture
from bnn_teach.dsl.distributions.multivariate import (
    Dirichlet,
    LKJCholesky,
    MvNormal,
    MvNormalCholesky,
)
from bnn_teach.dsl.distributions.positive import (
    Exponential,
    Gamma,
    HalfCauchy,
    HalfNormal,
    HalfStudentT,
    InverseGamma,
    LogNormal,
    Pareto,
    Weibull,
)
from bnn_teach.dsl.dtypes import get_dtype
from bnn_teach.dsl.random_variables import RandomVariable, check_name
from bnn_teach.engine.runtime import tf, tfp
from bnn_teach.errors import ArgumentError, DtypeError


def Distribution(
    name: str, distribution: Any, *, observed: Any = None, batch_stack: Any = None, dims: Any = None
) -> RandomVariable:
    """Make a random variable of any distribution of TensorFlow Probability.

    Parameters
    ----------
    name : str
        The last part of the variable's path.
    distribution : tfp.distributions.Distribution
        Over one tensor, in the working dtype. It can be inferred if TFP knows a bijector onto its
        support; without one it counts as discrete, unless it is a mixture.
    observed : array_like, optional
        Data; the variable is then fixed to it.
    batch_stack : int or tuple of int, optional
        Independent copies, stacked in front of the distribution's own batch shape.
    dims : str or tuple of str, optional
        Names of the value's axes in the trace.

    Returns
    -------
    RandomVariable

    Raises
    ------
    ArgumentError
        If it is no such distribution.
    DtypeError
        If it computes in another floating-point type than the model.
    """
    where = f"the variable {check_name(name)!r}"
    if not isinstance(distribution, tfp.distributions.Distribution) or tf.nest.is_nested(
        distribution.dtype
    ):
        raise ArgumentError(
            f"{where}: the second argument is {distribution!r:.60}, not a distribution over one "
            "tensor. Pass one of tfp.distributions, such as tfd.Gumbel(0.0, 1.0)."
        )
    if distribution.dtype.is_floating and distribution.dtype != get_dtype():
        raise DtypeError(
            f"{where}: the distribution has dtype {distribution.dtype.name}, but models compute in "
            f"{get_dtype().name}. Make its parameters with tf.constant(..., bt.get_dtype())."
        )
    return RandomVariable(
        name,
        distribution,
        observed=observed,
        batch_stack=batch_stack,
        dims=dims,
        support=support_of(distribution),
    )


__all__ = [
    "Support", "Family", "family", "Distribution", "check_parameters",
    "Normal", "StudentT", "Cauchy", "Laplace", "Logistic",
    "Uniform", "Beta", "LogitNormal", "VonMises",
    "HalfNormal", "HalfCauchy", "HalfStudentT", "Exponential", "Gamma", "InverseGamma",
    "LogNormal", "Weibull", "Pareto",
    "Dirichlet", "MvNormal", "MvNormalCholesky", "LKJCholesky",
    "Bernoulli", "Binomial", "BetaBinomial", "Categorical", "Poisson", "NegativeBinomial",
    "Geometric", "DiscreteUniform", "OrderedLogistic",
    "Mixture",
]  # fmt: skip
