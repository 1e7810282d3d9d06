"""Supports: which values a random variable can take.

You will see what is known about a family besides its density: the set on which it lives. That
set is what observed values are checked against, what decides whether a variable is discrete (and
so has no gradient), and what the parameters of other distributions must lie in.
Next: :mod:`bnn_teach.dsl.distributions.family`, where a density and a support become a constructor.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from bnn_teach.engine.runtime import tf, tfp

tfb: Any = tfp.bijectors
tfd: Any = tfp.distributions


class Support(NamedTuple):
    """A set of values."""

    name: str
    """In words, for messages: "positive numbers"."""
    contains: Callable[[Any], Any]
    """Maps an array to booleans that broadcast against it: one a number, or, where a whole vector
    or matrix is inside or outside, one for it, with its axes kept at length 1 (NumPy)."""
    discrete: bool = False
    """Whether the values are counts or categories, so that there is no gradient."""


def _is_integer(v: Any) -> Any:
    return v == np.floor(v)


def _sums_to_one(v: Any) -> Any:
    return np.abs(v.sum(axis=-1, keepdims=True) - 1.0) < 1e-4


def _is_lower_triangular(v: Any) -> Any:
    diagonal = np.diagonal(v, axis1=-2, axis2=-1)
    return _of_matrix(v == np.tril(v)) & (diagonal > 0).all(axis=-1)[..., None, None]


def _has_unit_rows(v: Any) -> Any:
    return _of_matrix(np.abs(np.square(v).sum(axis=-1, keepdims=True) - 1.0) < 1e-4)


def _is_covariance(v: Any) -> Any:
    symmetric = np.isclose(v, np.swapaxes(v, -1, -2), rtol=1e-4, atol=1e-6)
    return (
        _of_matrix(symmetric)
        & np.vectorize(_has_cholesky, signature="(n,n)->()")(v)[..., None, None]
    )


def _has_cholesky(matrix: Any) -> bool:
    try:
        np.linalg.cholesky(matrix)
    except np.linalg.LinAlgError:
        return False
    return True


def _of_matrix(mask: Any) -> Any:
    return mask.all(axis=(-2, -1), keepdims=True)


real = Support("real numbers", np.isfinite)
positive = Support("positive numbers", lambda v: v > 0)
non_negative = Support("numbers from 0 on", lambda v: v >= 0)
unit_interval = Support("numbers in (0, 1)", lambda v: (v > 0) & (v < 1))
probability = Support("numbers in [0, 1]", lambda v: (v >= 0) & (v <= 1))
angle = Support("angles from -π to π", lambda v: np.abs(v) <= np.pi + 1e-6)
binary = Support("0 or 1", lambda v: (v == 0) | (v == 1), discrete=True)
count = Support("integers from 0 on", lambda v: (v >= 0) & _is_integer(v), discrete=True)
simplex = Support(
    "positive numbers that sum to 1 over the last axis",
    lambda v: (v > 0).all(axis=-1, keepdims=True) & _sums_to_one(v),
)
probabilities = Support(
    "numbers from 0 on that sum to 1 over the last axis",
    lambda v: (v >= 0).all(axis=-1, keepdims=True) & _sums_to_one(v),
)
increasing = Support(
    "numbers that increase along the last axis",
    lambda v: (np.diff(v, axis=-1) > 0).all(axis=-1, keepdims=True),
)
lower_triangular = Support(
    "lower-triangular matrices with a positive diagonal", _is_lower_triangular
)
correlation_cholesky = Support(
    "Cholesky factors of correlation matrices: lower-triangular, positive diagonal, unit rows",
    lambda v: _is_lower_triangular(v) & _has_unit_rows(v),
)
covariance = Support("symmetric positive-definite matrices", _is_covariance)


# Supports that depend on parameters: functions from a distribution to its support. The predicate
# reads the parameters only when it is called, so that it may be built while a graph is traced.


def between(low: str, high: str) -> Callable[[Any], Support]:
    """Numbers between the parameters named ``low`` and ``high``."""
    return lambda d: Support(
        f"numbers from {_words(d, low)} to {_words(d, high)}",
        lambda v: (v >= np.asarray(getattr(d, low))) & (v <= np.asarray(getattr(d, high))),
    )


def at_least(low: str) -> Callable[[Any], Support]:
    """Numbers from the parameter named ``low`` on."""
    return lambda d: Support(
        f"numbers from {_words(d, low)} on", lambda v: v >= np.asarray(getattr(d, low))
    )


def integers_between(low: str, high: str) -> Callable[[Any], Support]:
    """Integers between the parameters named ``low`` and ``high``."""

    def support(distribution: Any) -> Support:
        numbers = between(low, high)(distribution)
        return Support(
            numbers.name.replace("numbers", "integers"),
            lambda v: numbers.contains(v) & _is_integer(v),
            discrete=True,
        )

    return support


def integers_up_to(high: str) -> Callable[[Any], Support]:
    """Integers from 0 to the parameter named ``high``."""
    return lambda d: Support(
        f"integers from 0 to {_words(d, high)}",
        lambda v: count.contains(v) & (v <= np.asarray(getattr(d, high))),
        discrete=True,
    )


def categories(parameters: tuple[str, ...], extra: int = 0) -> Callable[[Any], Support]:
    """Integers from 0, as many as the first given of ``parameters`` is long, plus ``extra``."""

    def support(distribution: Any) -> Support:
        given = next(v for p in parameters if (v := getattr(distribution, p)) is not None)
        last = given.shape[-1] + extra - 1
        return Support(
            f"integers from 0 to {last}", lambda v: count.contains(v) & (v <= last), discrete=True
        )

    return support


def support_of(distribution: Any) -> Support:
    """Derive the support of any TFP distribution as far as TFP tells it.

    TFP's bijector onto the support tells positive numbers from real ones; a distribution without
    one is discrete, unless it is a mixture, which lives where its components do. Whatever cannot
    be told passes as real numbers.
    """
    if distribution.dtype.is_integer:
        return Support("integers", _is_integer, discrete=True)
    if isinstance(distribution, tfd.MixtureSameFamily):
        return support_of(distribution.components_distribution)
    if isinstance(distribution, tfd.Mixture):
        return support_of(distribution.components[0])
    try:
        bijector = distribution.experimental_default_event_space_bijector()
    except (NotImplementedError, TypeError):
        return real
    if bijector is None:
        return Support("finite numbers", np.isfinite, discrete=True)
    if isinstance(bijector, tfb.Exp | tfb.Softplus):
        return non_negative
    if isinstance(bijector, tfb.Sigmoid) and bijector.low is None:
        return probability
    return real


def first_outside(support: Support, array: Any) -> tuple[tuple[int, ...], str] | None:
    """Find the first value, or vector or matrix, that is outside ``support``.

    Parameters
    ----------
    support : Support
        Where the values should be.
    array : ndarray
        The values.

    Returns
    -------
    tuple of index and text, or None
        Where it is (empty for a scalar or a whole array), and what it is, to show in a message.
    """
    outside = ~np.asarray(support.contains(array))
    if not outside.any():
        return None
    whole = [axis for axis, n in enumerate(outside.shape) if n != array.shape[axis]]
    index = tuple(int(i) for i in np.argwhere(outside)[0][: whole[0] if whole else None])
    value = array[index]
    if value.ndim == 0:
        return index, f"{value:g}"
    return index, " ".join(np.array2string(value, precision=6, separator=", ").split())


def _words(distribution: Any, parameter: str) -> str:
    """Say a parameter as its value where it is one known number, else as its name."""
    value = tf.get_static_value(getattr(distribution, parameter))
    return f"{value:g}" if value is not None and np.ndim(value) == 0 else parameter
