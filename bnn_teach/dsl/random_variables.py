"""What a model yields: random variables, deterministic quantities and potentials.

A random variable is a name and a distribution. Creating one does nothing: its value comes back
from ``yield``. That is the whole trick of the model language, for whoever drives the generator
decides which value to send. Next: :mod:`bnn_teach.dsl.distributions` for the catalogue of
distributions, :mod:`bnn_teach.dsl.model` for the functions that yield them.
"""

from __future__ import annotations

import contextvars
import functools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from bnn_teach.arguments import checked_arguments
from bnn_teach.dsl.checks.names import as_dims, as_shape, check_name
from bnn_teach.dsl.dtypes import as_data, get_dtype
from bnn_teach.engine.runtime import tf
from bnn_teach.errors import ArgumentError, ForgottenYieldError, ModelError

Shape = tuple[int, ...]

_created: contextvars.ContextVar[list[Node] | None] = contextvars.ContextVar(
    "created", default=None
)


@contextmanager
def collect_created() -> Iterator[list[Node]]:
    """Collect the nodes that are created inside the block; some may never be yielded."""
    token = _created.set([])
    try:
        yield _created.get()  # type: ignore[misc]
    finally:
        _created.reset(token)


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
        """Name it in a message."""
        return f"the {type(self).__name__} {self.name!r}"

    def spelling(self) -> str:
        """Write it as it stands in a model, for a message."""
        return f'bt.{type(self).__name__}("{self.name}", ...)'

    def __getattr__(self, attribute: str) -> Any:
        if "name" not in self.__dict__:  # while it is copied or read from a file
            raise AttributeError(attribute)
        if attribute in _ARRAY_ATTRIBUTES:
            _use_before_yield(self)
        raise AttributeError(f"{self.describe()} has no attribute {attribute!r}")


def _use_before_yield(self: Node, *_: Any, **__: Any) -> Any:
    raise ForgottenYieldError(
        f"{self.describe()} was used as a value, but it was not yielded. Its value comes back from "
        f"'yield': write '{self.name} = yield {self.spelling()}', or '(yield ...)' inside an "
        "expression."
    )


_OPERATORS = (
    *("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "and", "or", "xor"),
    *("radd", "rsub", "rmul", "rtruediv", "rfloordiv", "rmod", "rpow", "rmatmul"),
    *("neg", "pos", "abs", "invert", "lt", "le", "gt", "ge", "getitem", "iter", "next", "len"),
    *("float", "int", "index", "bool", "array", "tf_tensor"),
)
for _name in _OPERATORS:
    setattr(Node, f"__{_name}__", _use_before_yield)
_ARRAY_ATTRIBUTES = frozenset(["T", "dtype", "ndim", "size", "numpy", "reshape", "mean", "sum"])


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
    support : Support or callable, optional
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
        self.batch_stack = as_shape(name, batch_stack)
        self.dims = as_dims(name, dims)
        self.family = family or type(distribution).__name__
        self._support = support

    def _with_distribution(self, distribution: Any) -> RandomVariable:
        """Return the same variable with the same distribution at other parameters."""
        copy = object.__new__(type(self))
        copy.__dict__.update(self.__dict__, distribution=distribution)
        return copy

    @property
    def support(self) -> Any:
        """Which values are possible, or None where nothing is known."""
        return self._support(self.distribution) if callable(self._support) else self._support

    @functools.cached_property
    def shape(self) -> Shape:
        """Shape of the value: ``batch_stack + batch_shape + event_shape``."""
        d = self.distribution
        return self.batch_stack + tuple(d.batch_shape) + tuple(d.event_shape)

    @property
    def is_discrete(self) -> bool:
        """Whether the values are counts or categories, which have no gradient."""
        return self.support.discrete if self.support else self.distribution.dtype.is_integer

    @property
    def bijector(self) -> Any:
        """TFP's map from the real line onto the support, or None: discrete, or none is known."""
        if self.is_discrete:
            return None
        try:
            return self.distribution.experimental_default_event_space_bijector()
        except NotImplementedError:
            return None

    def describe(self) -> str:
        """Name it in a message."""
        return f"the {self.family} variable {self.name!r}"

    def spelling(self) -> str:
        """Write it as it stands in a model, for a message."""
        return f'bt.{self.family}("{self.name}", ...)'

    def __repr__(self) -> str:
        seen = ", observed" if self.observed is not None else ""
        return f"<{self.family} {self.name!r}, shape {self.shape}{seen}>"


class Deterministic(Node):
    """Record a value under a name: it is computed for every draw and kept in the trace.

    Parameters
    ----------
    name : str
        The last part of its path.
    value : array_like
        A tensor computed from the variables above it, or any array or number.
    dims : str or tuple of str, optional
        Names of the value's axes in the trace.
    """

    @checked_arguments
    def __init__(self, name: str, value: Any, dims: str | Sequence[str] | None = None) -> None:
        super().__init__(name)
        self.value = as_value(value, f"the value of {self.describe()}")
        self.dims = as_dims(name, dims)


class Potential(Node):
    r"""Add a term to the log-density: the sum of ``log_prob``.

    Parameters
    ----------
    name : str
        The last part of its path.
    log_prob : array_like
        The term, of any shape; it is summed.
    """

    @checked_arguments
    def __init__(self, name: str, log_prob: Any) -> None:
        super().__init__(name)
        self.log_prob = as_value(log_prob, f"the log_prob of {self.describe()}")
        if self.log_prob.dtype.is_bool:
            raise ArgumentError(
                f"the log_prob of {self.describe()} is boolean, expected numbers. For a condition "
                "write tf.where(condition, 0.0, -np.inf); better choose a distribution that keeps "
                "to it."
            )


def as_value(value: Any, where: str) -> tf.Tensor:
    """Return ``value`` as a tensor, in the working dtype if it was no tensor before."""
    if tf.is_tensor(value):
        return value
    try:
        array = as_data(value)
        dtype = get_dtype() if isinstance(array, float) else None
        tensor = tf.convert_to_tensor(array, dtype)
    except ModelError:
        raise
    except (TypeError, ValueError, tf.errors.InvalidArgumentError):
        tensor = None
    if tensor is None or not (
        tensor.dtype.is_floating or tensor.dtype.is_integer or tensor.dtype.is_bool
    ):
        raise ArgumentError(
            f"{where} is of type {type(value).__name__}; expected one tensor, array or "
            "number. Record several values under several names."
        )
    return tensor
