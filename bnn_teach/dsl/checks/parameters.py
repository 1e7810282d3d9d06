"""Parameters outside their domain: found before sampling starts, and explained.

TensorFlow Probability computes NaN from a negative scale unless it is asked to check, and when it
is asked it does not say where. :func:`check_parameters` asks, once, at the first eager pass over a
model, and names the variable, the parameter, the value and the remedy.
Next: :mod:`bnn_teach.dsl.distributions.multivariate`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from bnn_teach.dsl.checks import supports
from bnn_teach.dsl.checks.supports import Support, first_outside
from bnn_teach.engine.runtime import tf, tfp
from bnn_teach.errors import ParameterError

tfd: Any = tfp.distributions


class Domain(NamedTuple):
    """Which values a parameter may have."""

    support: Support
    """The set itself."""
    remedy: str
    """What to do about a value outside."""


_MAKE_POSITIVE = (
    "Pass it through tf.exp or tf.math.softplus, or give it a prior of positive numbers, such as "
    "HalfNormal."
)
_POSITIVE = Domain(supports.positive, _MAKE_POSITIVE)
_NON_NEGATIVE = Domain(supports.non_negative, _MAKE_POSITIVE)
_DOMAINS = {
    **dict.fromkeys(["scale", "rate", "df"], _POSITIVE),
    **dict.fromkeys(["concentration", "concentration1", "concentration0"], _POSITIVE),
    "total_count": Domain(supports.non_negative, "Correct the counts."),
    "probs": Domain(
        supports.probability, "Pass it through tf.sigmoid, or pass the real number as logits=...."
    ),
    "scale_tril": Domain(
        supports.lower_triangular, "Use tf.linalg.cholesky of a covariance, or a LKJCholesky prior."
    ),
    "covariance_matrix": Domain(
        supports.covariance, "Add a small number to its diagonal, or use MvNormalCholesky."
    ),
    "cutpoints": Domain(
        supports.increasing, "Sort them; as a random variable, use tf.cumsum of positive numbers."
    ),
}
_SIMPLEX = Domain(supports.probabilities, "Divide by the sum, or use tf.nn.softmax or Dirichlet.")
_SEPARATE = {"loc", "scale"}
"""Where these are all, their domains say everything, and nothing is left for TFP to check."""
_FINITE = Domain(
    Support("finite numbers", np.isfinite),
    "Look in what it was computed from for a division by zero, the logarithm or root of a negative "
    "number, or an overflow.",
)


def check_parameters(path: str, distribution: Any) -> None:
    """Raise an error if a parameter of ``distribution`` is outside its domain.

    Parameters
    ----------
    path : str
        The variable's path, for the message.
    distribution : tfp.distributions.Distribution
        With eager parameters. Nothing happens while a graph is traced, for values are not known.

    Raises
    ------
    ParameterError
        Naming the path, the parameter, the value and its index, the domain, and a remedy.
    """
    if not tf.executing_eagerly():
        return
    try:
        _check(distribution, "")
    except ParameterError as error:
        raise ParameterError(f"{path}: {error}") from None


def check_value(parameter: str, value: Any, domain: Domain | None = None) -> None:
    """Raise :class:`ParameterError` if a parameter's eager value is outside its domain."""
    array = tf.get_static_value(value)
    for support, remedy in (_FINITE, domain or _DOMAINS[parameter]):
        found = None if array is None else first_outside(support, array)
        if found is not None:
            where = f" at index {found[0]}" if found[0] else ""
            raise ParameterError(
                f"the parameter {parameter} is {found[1]}{where}; expected {support.name}. {remedy}"
            )


def _check(distribution: Any, prefix: str) -> None:
    """Check one distribution, and then those it is made of: a mixture's weights and components."""
    numbers = {k: v for k, v in distribution.parameters.items() if _is_numeric(v)}
    names = {k: _in_our_words(prefix + k) for k in numbers}
    for key, value in numbers.items():
        check_value(names[key], tf.convert_to_tensor(value), _domain(key, distribution))
    try:
        if "validate_args" in distribution.parameters and numbers.keys() != _SEPARATE:
            distribution.copy(validate_args=True)
    except (ValueError, tf.errors.InvalidArgumentError) as error:
        given = ", ".join(f"{names[k]}={np.asarray(v).tolist()!r:.40}" for k, v in numbers.items())
        raise ParameterError(
            f"the parameters {given} do not fit. TensorFlow Probability says: "
            f"{str(error).splitlines()[0].strip(' .')}. Correct them."
        ) from None
    for key, value in distribution.parameters.items():
        for part in value if isinstance(value, list | tuple) else [value]:
            if isinstance(part, tfd.Distribution):
                _check(part, f"{prefix}{key}.")


def _domain(parameter: str, distribution: Any) -> Domain:
    """Return the domain of a parameter, by its name: names mean the same in all of TFP."""
    if parameter == "probs" and distribution.parameter_properties()[parameter].event_ndims == 1:
        return _SIMPLEX
    if isinstance(distribution, tfd.Poisson | tfd.VonMises):  # where 0 is possible
        return _NON_NEGATIVE if parameter in ("rate", "concentration") else _FINITE
    if isinstance(distribution, tfd.NegativeBinomial) and parameter == "total_count":
        return _POSITIVE
    return _DOMAINS.get(parameter, _FINITE)


def _is_numeric(value: Any) -> bool:
    if isinstance(value, tf.Tensor | tf.Variable | np.ndarray):
        return value.dtype not in (tf.bool, tf.string, np.dtype(bool))
    if isinstance(value, list | tuple):
        return all(_is_numeric(v) for v in value)
    return isinstance(value, int | float) and not isinstance(value, bool)


def _in_our_words(name: str) -> str:
    name = name.replace("mixture_distribution.probs", "weights")
    return name.replace("components_distribution.", "components.")
