"""Families: how a function from parameters to a density becomes ``bt.Normal``.

You will see the one class behind every named distribution. A family is called with a name to make a
random variable, ``bt.Normal("loc", 0.0, 1.0)``; its ``dist`` makes the distribution of TensorFlow
Probability alone. Next: the catalogue, which begins with
:mod:`bnn_teach.dsl.distributions.continuous`.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Collection
from typing import Any

from bnn_teach.dsl.checks.supports import Support
from bnn_teach.dsl.dtypes import as_parameter
from bnn_teach.dsl.random_variables import RandomVariable, check_name
from bnn_teach.engine.runtime import tf
from bnn_teach.errors import ArgumentError, BnnTeachError, ParameterError, did_you_mean

# What other libraries, and other habits, call a parameter: the first that the family has is meant.
SYNONYMS = {
    "mu": ("loc", "rate"), "mean": ("loc", "rate"), "eta": ("loc", "concentration"),
    "sigma": ("scale",), "sd": ("scale",), "std": ("scale",), "stddev": ("scale",),
    "alpha": ("concentration", "concentration1"), "a": ("concentration", "concentration1"),
    "beta": ("rate", "scale", "concentration0"), "b": ("rate", "scale", "concentration0"),
    "lam": ("rate",), "lambda_": ("rate",), "nu": ("df",), "kappa": ("concentration",),
    "p": ("probs",), "logit_p": ("logits",), "n": ("total_count",), "w": ("weights",),
    "cov": ("covariance_matrix",), "chol": ("scale_tril",), "dim": ("dimension",),
    "lower": ("low",), "upper": ("high",), "comp_dists": ("components",), "obs": ("observed",),
    "shape": ("batch_stack",), "size": ("batch_stack",), "plates": ("batch_stack",),
}  # fmt: skip

OPTIONS = {
    "observed": "Data; the variable is then fixed to it.",
    "batch_stack": "Independent copies: axes of these lengths, in front of the parameters' own.",
    "dims": "Names of the value's axes in the trace.",
}


class Family:
    """A constructor of random variables of one distribution family.

    Parameters
    ----------
    build : callable
        Maps parameters, as tensors of the working dtype, to a TFP distribution.
    support : Support or callable
        Which values are possible; where they depend on the parameters, a function that maps the
        distribution to its support.
    static : collection of str, optional
        Parameters that are passed on as they are, not as tensors.
    """

    __name__: str

    def __init__(
        self,
        build: Callable[..., Any],
        support: Support | Callable[[Any], Support],
        static: Collection[str] = (),
    ) -> None:
        functools.update_wrapper(self, build)
        self.build = build
        self.support = support
        self.static = static
        self.parameters = inspect.signature(build)
        kind = inspect.Parameter
        options = [kind(option, kind.KEYWORD_ONLY, default=None) for option in OPTIONS]
        own = [p.replace(annotation=kind.empty) for p in self.parameters.parameters.values()]
        self.__signature__ = inspect.Signature(
            [kind("name", kind.POSITIONAL_OR_KEYWORD), *own, *options]
        )
        text = "".join(f"\n{option} : optional\n    {OPTIONS[option]}" for option in OPTIONS)
        self.__doc__ = inspect.cleandoc(build.__doc__ or "") + text

    def __call__(
        self,
        name: Any = None,
        *args: Any,
        observed: Any = None,
        batch_stack: Any = None,
        dims: Any = None,
        **kwargs: Any,
    ) -> RandomVariable:
        """Make a random variable, to be yielded inside a model."""
        where = f"the {self.__name__} variable {check_name(name)!r}"
        distribution = self._build(where, args, kwargs)
        support = self.support
        return RandomVariable(
            name,
            distribution,
            observed=observed,
            batch_stack=batch_stack,
            dims=dims,
            family=self.__name__,
            support=support if isinstance(support, Support) else support(distribution),
        )

    def dist(self, *args: Any, **kwargs: Any) -> Any:
        """Return the TFP distribution alone, as a component of ``Mixture`` for example."""
        return self._build(f"{self.__name__}.dist", args, kwargs)

    def _build(self, where: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        given = self._bind(where, args, kwargs)
        try:
            return self.build(**{k: self._convert(k, v) for k, v in given.items()})
        except (ArgumentError, ParameterError) as error:
            raise type(error)(f"{where}: {error}") from None
        except (ValueError, tf.errors.InvalidArgumentError) as error:
            raise ParameterError(
                f"{where}: the parameters do not fit together. TensorFlow Probability says: "
                f"{str(error).splitlines()[0].strip(' .')}. Check their shapes and domains."
            ) from error

    def _bind(self, where: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
        try:
            bound = self.parameters.bind(*args, **kwargs)
            bound.apply_defaults()
            return bound.arguments
        except TypeError as error:
            known = [*self.parameters.parameters, *OPTIONS]
            meant = {
                word: next((m for m in meanings if m in known), "")
                for word, meanings in SYNONYMS.items()
            }
            unknown = [k for k in kwargs if k not in known]
            hint = did_you_mean(unknown[0], known, meant) if unknown else ""
            problem = f"there is no parameter {unknown[0]!r}" if unknown else error
            raise ArgumentError(
                f"{where}: {problem}.{hint} Its parameters are "
                f"{', '.join(self.parameters.parameters)}; every variable also takes "
                f"{', '.join(OPTIONS)}."
            ) from None

    def _convert(self, parameter: str, value: Any) -> Any:
        if value is None or parameter in self.static:
            return value
        try:
            return as_parameter(value)
        except BnnTeachError:
            raise
        except (TypeError, ValueError, tf.errors.OpError):
            raise ArgumentError(
                f"{parameter} is {value!r:.60}, which is neither a number nor a rectangular array "
                "of numbers. Pass a number, a list, an array or a tensor."
            ) from None

    def __repr__(self) -> str:
        return f"<distribution family {self.__name__}{self.__signature__}>"


def family(
    support: Support | Callable[[Any], Support], static: Collection[str] = ()
) -> Callable[[Callable[..., Any]], Family]:
    """Make a :class:`Family` of a function from parameters to a TFP distribution."""
    return lambda build: Family(build, support, static)


def exactly_one(**given: Any) -> None:
    """Raise :class:`ArgumentError` unless one, and only one, of the parameters is not None."""
    passed = [name for name, value in given.items() if value is not None]
    if len(passed) != 1:
        raise ArgumentError(
            f"got {'both' if passed else 'neither'} of {' and '.join(given)}; expected one. "
            f"Pass {' or '.join(f'{name}=...' for name in given)}."
        )
