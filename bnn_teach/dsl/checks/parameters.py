"""Parameters outside their domain: found before sampling starts, and explained.

TensorFlow Probability computes NaN from a negative scale unless it is asked to check, and when it
is asked it does not say where. :func:`check_parameters` asks, once, at the first eager pass over a
model, and names the variable, the parameter, the value and the remedy.
Next: :mod:`bnn_teach.dsl.distributions.family`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from bnn_teach.dsl.checks import supports
from bnn_teach.dsl.checks.supports import Support, first_outside
from bnn_teach.engine.runtime import tf, tfp
from bnn_teach.errors import ParameterError

tfd: Any = tfp.distributions


_POSITIVE = ["scale", "rate", "df", "concentration", "concentration1", "concentration0"]
_DOMAINS = dict.fromkeys(_POSITIVE, supports.positive) | {
    "total_count": supports.count,
    "probs": supports.probability,
    "scale_tril": supports.lower_triangular,
    "covariance_matrix": supports.covariance,
    "cutpoints": supports.increasing,
}
"""By the parameter's name, which means the same in all of TFP; any other may be any number."""
_SEPARATE = {"loc", "scale"}
"""Where these are all, their domains say everything, and nothing is left for TFP to check."""


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


def check_value(parameter: str, value: Any, domain: Support) -> None:
    """Raise :class:`ParameterError` if a parameter's eager value is outside its domain."""
    array = tf.get_static_value(value)
    for support in (domain,) if domain is supports.extended else (supports.finite, domain):
        found = None if array is None else first_outside(support, array)
        if found is not None:
            where = f" at index {found[0]}" if found[0] else ""
            raise ParameterError(
                f"the parameter {parameter} is {found[1]}{where}; expected {support.name}. "
                f"{support.remedy}"
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


def _domain(parameter: str, distribution: Any) -> Support:
    """Return the domain of a parameter."""
    if parameter == "probs" and distribution.parameter_properties()[parameter].event_ndims == 1:
        return supports.probabilities
    if isinstance(distribution, tfd.NegativeBinomial) and parameter == "total_count":
        return supports.positive
    if isinstance(distribution, tfd.Distribution) and distribution.name == "TruncatedNormal":
        return _DOMAINS.get(parameter, supports.extended if parameter != "loc" else supports.finite)
    domain = _DOMAINS.get(parameter, supports.finite)
    if isinstance(distribution, tfd.Poisson | tfd.VonMises) and domain is supports.positive:
        return supports.non_negative  # 0 is possible
    return domain


def _is_numeric(value: Any) -> bool:
    if isinstance(value, tf.Tensor | tf.Variable | np.ndarray):
        return value.dtype not in (tf.bool, tf.string, np.dtype(bool))
    if isinstance(value, list | tuple):
        return all(_is_numeric(v) for v in value)
    return isinstance(value, int | float) and not isinstance(value, bool)


def _in_our_words(name: str) -> str:
    name = name.replace("mixture_distribution.probs", "weights")
    return name.replace("components_distribution.", "components.")
