"""What a model yields: random variables, deterministic quantities and potentials.

A random variable is a name and a distribution. Creating one does nothing: its value comes back
from ``yield``. That is the whole trick of the model language, for whoever drives the generator
decides which value to send. Next: :mod:`bnn_teach.dsl.distributions` for the catalogue of
distributions, :mod:`bnn_teach.dsl.model` for the functions that yield them.
"""

from __future__ import annotations

import contextvars
import operator
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from bnn_teach.errors import ArgumentError, ForgottenYieldError, VariableNameError

Shape = tuple[int, ...]

_created: contextvars.ContextVar[list[Node] | None] = contextvars.ContextVar(
    "created", default=None
)


@contextmanager
def collect_created() -> Iterator[list[Node]]:
    """Collect the nodes that are created inside the block, to find those never yielded."""
    token = _created.set([])
    try:
        yield _created.get()  # type: ignore[misc]
    finally:
        _created.reset(token)


def check_name(name: Any) -> str:
    """Return ``name`` if it may stand in a path, else raise :class:`VariableNameError`."""
    if not isinstance(name, str) or not name:
        raise VariableNameError(
            f"A random variable's first argument is its name, a non-empty string; got {name!r}. "
            'Write, for example, bt.Normal("loc", 0.0, 1.0).'
        )
    if "." in name or "/" in name:
        raise VariableNameError(
            f"The name {name!r} contains {'.' if '.' in name else '/'!r}, which separates the "
            f"scopes of a path; use {name.replace('.', '_').replace('/', '_')!r}."
        )
    return name


class Node:
    """Anything with a name that a model may yield."""

    name: str
    identity: object

    def __init__(self, name: str) -> None:
        self.name = check_name(name)
        self.identity = object()  # shared by renamed copies
        self._register()

    def _register(self) -> None:
        created = _created.get()
        if created is not None:
            created.append(self)

    def describe(self) -> str:
        return f"the {type(self).__name__} {self.name!r}"


def _use_before_yield(self: Node, *_: Any, **__: Any) -> Any:
    raise ForgottenYieldError(
        f"{self.describe()} was used as a value, but it was never yielded. "
        f"Write '{self.name} = yield ...' so that a value comes back."
    )


_OPERATORS = "add sub mul truediv floordiv mod pow matmul and or xor".split()
for _name in [
    *(f"__{op}__" for op in _OPERATORS),
    *(f"__r{op}__" for op in _OPERATORS),
    *"__neg__ __pos__ __abs__ __invert__ __lt__ __le__ __gt__ __ge__ __getitem__ __iter__".split(),
    *"__len__ __float__ __int__ __bool__ __array__ __tf_tensor__".split(),
]:
    setattr(Node, _name, _use_before_yield)


class RandomVariable(Node):
    """A named distribution, perhaps stacked, perhaps observed.

    Parameters
    ----------
    name : str
        The last part of the variable's path.
    distribution : tfp.distributions.Distribution
        Any distribution of TensorFlow Probability.
    observed : array, optional
        Data of shape ``batch_stack + batch_shape + event_shape``; the variable is then fixed.
    batch_stack : int or tuple of int, optional
        Independent copies, stacked in front of the distribution's own batch shape.
    dims : str or tuple of str, optional
        Names of the value's axes in the trace.
    family : str, optional
        The name to show in messages.
    support : Support, optional
        Which values are possible; used to check ``observed``.
    """

    def __init__(
        self,
        name: str,
        distribution: Any,
        *,
        observed: Any = None,
        batch_stack: int | Sequence[int] | None = None,
        dims: str | Sequence[str] | None = None,
        family: str | None = None,
        support: Any = None,
    ) -> None:
        super().__init__(name)
        self.distribution = distribution
        self.observed = observed
        self.batch_stack = _as_shape(name, batch_stack)
        self.dims = as_dims(dims)
        self.family = family or type(distribution).__name__
        self.support = support

    @property
    def shape(self) -> Shape:
        """Shape of the value: ``batch_stack + batch_shape + event_shape``."""
        d = self.distribution
        return self.batch_stack + tuple(d.batch_shape) + tuple(d.event_shape)

    @property
    def is_discrete(self) -> bool:
        """Whether the values are counts or categories, which have no gradient."""
        return self.support.discrete if self.support else self.distribution.dtype.is_integer

    def describe(self) -> str:
        return f"the {self.family} variable {self.name!r}"

    def __repr__(self) -> str:
        seen = ", observed" if self.observed is not None else ""
        return f"<{self.family} {self.name!r}, shape {self.shape}{seen}>"


class Deterministic(Node):
    """Record a value under a name: it is computed for every draw and kept in the trace.

    Parameters
    ----------
    name : str
        The last part of its path.
    value : tensor
        Any tensor computed from the variables above it.
    dims : str or tuple of str, optional
        Names of the value's axes in the trace.
    """

    def __init__(self, name: str, value: Any, dims: str | Sequence[str] | None = None) -> None:
        super().__init__(name)
        self.value = value
        self.dims = as_dims(dims)


class Potential(Node):
    r"""Add a term to the log-density: :math:`\log p(\theta) \mathrel{+}= \sum_i \mathrm{log\_prob}_i`.

    Parameters
    ----------
    name : str
        The last part of its path.
    log_prob : tensor
        The term, of any shape; it is summed.
    """

    def __init__(self, name: str, log_prob: Any) -> None:
        super().__init__(name)
        self.log_prob = log_prob


def as_dims(dims: str | Sequence[str] | None) -> tuple[str, ...] | None:
    """Return ``dims`` as a tuple of names, or None where none were given."""
    return (dims,) if isinstance(dims, str) else None if dims is None else tuple(dims)


def _as_shape(name: str, batch_stack: Any) -> Shape:
    shape = () if batch_stack is None else tuple(np.atleast_1d(np.asarray(batch_stack)).tolist())
    try:
        shape = tuple(operator.index(n) for n in shape)
    except TypeError:
        shape = (-1,)
    if any(n < 1 for n in shape):
        raise ArgumentError(
            f"{name}: batch_stack={batch_stack!r} is not a shape; pass a positive integer or a "
            "tuple of positive integers, such as batch_stack=(2, 3)."
        )
    return shape
