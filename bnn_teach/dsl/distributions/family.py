"""Families: how a distribution of TensorFlow Probability becomes ``bt.Normal``.

You will see the one class behind every named distribution. A family is called with a name to make a
random variable, ``bt.Normal("loc", 0.0, 1.0)``; its ``dist`` makes the distribution of TensorFlow
Probability alone. Next: the catalogue, :mod:`bnn_teach.dsl.distributions`.
"""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable
from typing import Any, NamedTuple

from bnn_teach.dsl.checks.names import check_name
from bnn_teach.dsl.checks.supports import Support, support_of
from bnn_teach.dsl.dtypes import as_parameter, get_dtype
from bnn_teach.dsl.random_variables import RandomVariable
from bnn_teach.engine.runtime import tf, tfp
from bnn_teach.errors import (
    ArgumentError,
    BnnTeachError,
    DtypeError,
    ParameterError,
    did_you_mean,
)

# What other libraries, and other habits, call a parameter: the first that the family has is meant.
SYNONYMS = {
    "mu": "loc rate", "mean": "loc rate", "eta": "loc concentration",
    "sigma": "scale", "sd": "scale", "std": "scale", "stddev": "scale",
    "alpha": "concentration concentration1", "a": "concentration concentration1",
    "beta": "rate scale concentration0", "b": "rate scale concentration0",
    "lam": "rate", "lambda_": "rate", "nu": "df", "kappa": "concentration", "p": "probs",
    "logit_p": "logits", "n": "total_count", "w": "weights", "cov": "covariance_matrix",
    "chol": "scale_tril", "dim": "dimension", "lower": "low", "upper": "high",
    "comp_dists": "components", "obs": "observed", "shape": "batch_stack", "size": "batch_stack",
    "plates": "batch_stack",
}  # fmt: skip

OPTIONS = {
    "observed": "Data; the variable is then fixed to it.",
    "batch_stack": "Independent copies: axes of these lengths, in front of the parameters' own.",
    "dims": "Names of the value's axes in the trace.",
}


class Parameter(NamedTuple):
    """One parameter of a family."""

    meaning: str
    """What it is, as its documentation says."""
    default: Any = inspect.Parameter.empty
    """Without one it is required; of those whose default is None, one and only one is."""
    kind: str = "array_like"
    """Its type and shape; an ``array_like`` becomes a tensor of the working dtype."""

    def document(self, name: str) -> str:
        """Return its entry in a docstring."""
        has_default = self.default not in (None, inspect.Parameter.empty)
        default = f", default {self.default}" if has_default else ""
        meaning = textwrap.fill(self.meaning, 96, break_long_words=False)
        return f"{name} : {self.kind}{default}\n{textwrap.indent(meaning, '    ')}\n"


class Family:
    """A constructor of random variables of one distribution family.

    Parameters
    ----------
    build : callable
        Maps parameters, as tensors of the working dtype, to a TFP distribution.
    support : Support or callable
        Which values are possible; where they depend on the parameters, a function that maps the
        distribution to its support.
    text : str
        Its documentation: one sentence, the equation, and more, without the parameters.
    name : str, optional
        The name that it has in ``bt``, where it is not that of ``build``.
    **parameters : Parameter
        In the order of the arguments.
    """

    def __init__(
        self,
        build: Callable[..., Any],
        support: Support | Callable[[Any], Support],
        text: str,
        name: str = "",
        **parameters: Parameter,
    ) -> None:
        self.__name__ = name or build.__name__
        self.__module__ = __package__
        self.build = build
        self.support = support
        self.parameters = parameters
        kind = inspect.Parameter
        either = kind.POSITIONAL_OR_KEYWORD
        own = [kind(k, either, default=p.default) for k, p in parameters.items()]
        options = [kind(option, kind.KEYWORD_ONLY, default=None) for option in OPTIONS]
        self.own_signature = inspect.Signature(own)
        self.__signature__ = inspect.Signature([kind("name", either), *own, *options])
        entries = [p.document(k) for k, p in parameters.items()]
        entries += [Parameter(OPTIONS[k], kind="optional").document(k) for k in OPTIONS]
        heading = "Parameters\n----------\n"
        self.__doc__ = f"{inspect.cleandoc(text)}\n\n{heading}{''.join(entries)}"

    def __reduce__(self) -> str:
        return self.__name__  # a family is known by its name, in copies and pickles

    def __call__(self, name: Any = None, *args: Any, **kwargs: Any) -> RandomVariable:
        """Make a random variable, to be yielded inside a model."""
        options = {k: kwargs.pop(k) for k in OPTIONS if k in kwargs}
        where = f"the {self.__name__} variable {check_name(name)!r}"
        made = self._build(where, args, kwargs)
        return RandomVariable(name, made, family=self.__name__, support=self._support_of, **options)

    def _support_of(self, distribution: Any) -> Support:
        return self.support(distribution) if callable(self.support) else self.support

    def dist(self, *args: Any, **kwargs: Any) -> Any:
        """Return the TFP distribution alone, as a component of ``Mixture`` for example."""
        return self._build(f"{self.__name__}.dist", args, kwargs)

    def _build(self, where: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        given = self._bind(where, args, kwargs)
        try:
            self._check_alternatives(given)
            return self.build(**{k: self._convert(k, v) for k, v in given.items()})
        except (ArgumentError, DtypeError, ParameterError) as error:
            raise type(error)(f"{where}: {error}") from None
        except (ValueError, tf.errors.InvalidArgumentError) as error:
            raise ParameterError(
                f"{where}: the parameters do not fit together. TensorFlow Probability says: "
                f"{str(error).splitlines()[0].strip(' .')}. Check their shapes and domains."
            ) from error

    def _check_alternatives(self, given: dict[str, Any]) -> None:
        names = [name for name, p in self.parameters.items() if p.default is None]
        passed = [name for name in names if given[name] is not None]
        if names and len(passed) != 1:
            raise ArgumentError(
                f"got {'both' if passed else 'neither'} of {' and '.join(names)}, expected one. "
                f"Pass {' or '.join(f'{name}=...' for name in names)}."
            )

    def _bind(self, where: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
        try:
            bound = self.own_signature.bind(*args, **kwargs)
            bound.apply_defaults()
            return bound.arguments
        except TypeError as error:
            known = [*self.parameters, *OPTIONS]
            unknown = [k for k in kwargs if k not in known]
            hint = did_you_mean(unknown[0], known, SYNONYMS) if unknown else ""
            problem = f"there is no parameter {unknown[0]!r}" if unknown else error
            raise ArgumentError(
                f"{where}: {problem}.{hint} Its parameters are "
                f"{', '.join(self.parameters)}; every variable also takes "
                f"{', '.join(OPTIONS)}."
            ) from None

    def _convert(self, parameter: str, value: Any) -> Any:
        known = self.parameters[parameter]
        if (value is None and known.default is None) or not known.kind.startswith("array_like"):
            return value
        try:
            if value is None:
                raise TypeError
            return as_parameter(value)
        except (DtypeError, ArgumentError) as error:
            raise type(error)(f"{parameter}: {error}") from None
        except BnnTeachError:
            raise
        except (TypeError, ValueError, tf.errors.OpError):
            raise ArgumentError(
                f"{parameter} is {value!r:.60}, which is neither a number nor a rectangular array "
                "of numbers. Pass a number, a list, an array or a tensor."
            ) from None

    def __repr__(self) -> str:
        return f"<distribution family {self.__name__}{self.__signature__}>"


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
        support=support_of,
    )


def _remade(self: Any) -> Any:
    return _make, (type(self), dict(self.parameters))


def _make(kind: Any, parameters: Any) -> Any:
    return kind(**parameters)


for _kind in (tfp.distributions.Distribution, tfp.bijectors.Bijector):
    _kind.__reduce__ = _remade  # TFP's own copies and pickles of those made of others fail
