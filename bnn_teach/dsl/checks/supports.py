"""Supports: which values a random variable, or a parameter of one, can take.

You will see what is known about a family besides its density: the set on which it lives. That
set is what observed values are checked against, what decides whether a variable is discrete (and
so has no gradient), and what the parameters of other distributions must lie in.
Next: :mod:`bnn_teach.dsl.checks.parameters`.
"""

from __future__ import annotations

import functools
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
    remedy: str = ""
    """What to do about a parameter outside."""


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
    definite = np.vectorize(_has_cholesky, signature="(n,n)->()")(v)
    return _of_matrix(symmetric) & definite[..., None, None]


def _has_cholesky(matrix: Any) -> bool:
    try:
        np.linalg.cholesky(matrix)
    except np.linalg.LinAlgError:
        return False
    return True


def _of_matrix(mask: Any) -> Any:
    return mask.all(axis=(-2, -1), keepdims=True)


_MAKE_POSITIVE = (
    "Pass it through tf.exp or tf.math.softplus, or give it a prior of positive numbers, such as "
    "HalfNormal."
)

real = Support("real numbers", np.isfinite)
finite = Support(
    "finite numbers",
    np.isfinite,
    remedy="Look in what it was computed from for a division by zero, the logarithm or root of a "
    "negative number, or an overflow.",
)
extended = Support("numbers or infinity", lambda v: ~np.isnan(v), remedy=finite.remedy)
positive = Support("positive numbers", lambda v: v > 0, remedy=_MAKE_POSITIVE)
non_negative = Support("numbers from 0 on", lambda v: v >= 0, remedy=_MAKE_POSITIVE)
unit_interval = Support("numbers in (0, 1)", lambda v: (v > 0) & (v < 1))
probability = Support(
    "numbers in [0, 1]",
    lambda v: (v >= 0) & (v <= 1),
    remedy="Pass it through tf.sigmoid, or pass the real number as logits=....",
)
angle = Support("angles from -π to π", lambda v: np.abs(v) <= np.pi + 1e-6)
binary = Support("0 or 1", lambda v: (v == 0) | (v == 1), discrete=True)
count = Support(
    "integers from 0 on",
    lambda v: (v >= 0) & _is_integer(v),
    discrete=True,
    remedy="Correct the counts.",
)
simplex = Support(
    "positive numbers that sum to 1 over the last axis",
    lambda v: (v > 0).all(axis=-1, keepdims=True) & _sums_to_one(v),
)
probabilities = Support(
    "numbers from 0 on that sum to 1 over the last axis",
    lambda v: (v >= 0).all(axis=-1, keepdims=True) & _sums_to_one(v),
    remedy="Divide by the sum, or use tf.nn.softmax or Dirichlet.",
)
increasing = Support(
    "numbers that increase along the last axis",
    lambda v: (np.diff(v, axis=-1) > 0).all(axis=-1, keepdims=True),
    remedy="Sort them; as a random variable, use bt.Ordered.",
)
lower_triangular = Support(
    "lower-triangular matrices with a positive diagonal",
    _is_lower_triangular,
    remedy="Use tf.linalg.cholesky of a covariance, or a LKJCholesky prior.",
)
correlation_cholesky = Support(
    "Cholesky factors of correlation matrices: lower-triangular, positive diagonal, unit rows",
    lambda v: _is_lower_triangular(v) & _has_unit_rows(v),
)
covariance = Support(
    "symmetric positive-definite matrices",
    _is_covariance,
    remedy="Add a small number to its diagonal, or use MvNormalCholesky.",
)


def between(low: Any, high: Any = np.inf, integers: bool = False) -> Callable[[Any], Support]:
    """Numbers, or integers, between two ends that depend on a distribution's parameters.

    An end is a number, the name of a parameter, or a function from the distribution to a number.
    The parameters are read only where the support is asked, so that it may be built while a graph
    is traced.
    """
    return functools.partial(_between, low, high, integers)


def _between(low: Any, high: Any, integers: bool, distribution: Any) -> Support:
    first, last = _end(distribution, low), _end(distribution, high)
    kind = "integers" if integers else "numbers"
    until = "on" if last is np.inf else f"to {_words(last, high)}"

    def contains(v: Any) -> Any:
        inside = (v >= np.asarray(first)) & (v <= np.asarray(last))
        return inside & _is_integer(v) if integers else inside

    return Support(f"{kind} from {_words(first, low)} {until}", contains, integers)


def _end(distribution: Any, end: Any) -> Any:
    if isinstance(end, str):
        return getattr(distribution, end)
    return end(distribution) if callable(end) else end


def last_category(distribution: Any) -> int:
    """Return the largest number of a category; there are as many as probabilities."""
    d = distribution
    return int((d.logits if d.probs is None else d.probs).shape[-1]) - 1


def last_level(distribution: Any) -> int:
    """Return the largest number of an ordered category; cutpoints lie between two."""
    return int(distribution.cutpoints.shape[-1])


def _words(value: Any, name: Any) -> str:
    """Say an end as its value where it is one known number, else as its name."""
    known = tf.get_static_value(value) if tf.is_tensor(value) else value
    return f"{known:g}" if known is not None and np.ndim(known) == 0 else str(name)


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
        return finite._replace(discrete=True)
    if isinstance(bijector, tfb.Exp | tfb.Softplus):
        return non_negative
    if isinstance(bijector, tfb.Sigmoid) and bijector.low is None:
        return probability
    return real


def first_outside(support: Support, array: Any) -> tuple[tuple[int, ...], str] | None:
    """Return the index and the text of the first value, vector or matrix outside, or None.

    The index is empty for a scalar or a whole array.
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
