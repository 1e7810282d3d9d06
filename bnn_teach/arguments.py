"""Checking the arguments of the public functions: keywords, counts, numbers, seeds, cores."""

from __future__ import annotations

import functools
import inspect
import operator
import os
import re
import secrets
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from bnn_teach.errors import ArgumentError, did_you_mean

SYNONYMS = {
    "draws": "num_samples", "samples": "num_samples", "chains": "num_chains",
    "tune": "burn_in", "warmup": "burn_in", "num_warmup": "burn_in", "cores": "num_threads",
    "random_seed": "seed", "data": "observed", "lr": "learning_rate", "n": "num_steps",
    "steps": "num_steps", "max_treedepth": "max_tree_depth", "progressbar": "progress",
}  # fmt: skip


def checked_arguments[F: Callable[..., Any]](function: F) -> F:
    """Give arguments that do not fit an error that proposes the right ones."""
    signature = inspect.signature(function)
    name = function.__qualname__.removesuffix(".__init__")
    known = [k for k in signature.parameters if k != "self"]

    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        try:
            signature.bind(*args, **kwargs)
        except TypeError as error:
            unknown = [k for k in kwargs if k not in known]
            hint = did_you_mean(unknown[0], known, SYNONYMS) if unknown else ""
            raise ArgumentError(f"{name}: {error}.{hint} It takes {', '.join(known)}.") from None
        return function(*args, **kwargs)

    return wrapper  # type: ignore[return-value]


def as_count(name: str, value: Any, least: int) -> int:
    """Return ``value`` as an integer of at least ``least``, or raise :class:`ArgumentError`."""
    try:
        number = operator.index(value)
    except TypeError:
        number = None
    if number is None or number < least or isinstance(value, bool):
        whole = isinstance(value, float) and value.is_integer() and value >= least
        hint = f" Write {name}={int(value)}." if whole else ""
        raise ArgumentError(f"{name}={value!r:.60}: expected an integer of at least {least}.{hint}")
    return number


def as_flag(name: str, value: Any) -> bool:
    """Return a truth value, or raise :class:`ArgumentError`: every text would count as true."""
    if not isinstance(value, bool | np.bool_):
        raise ArgumentError(f"{name}={value!r:.60}: expected True or False.")
    return bool(value)


def as_real(name: str, values: Any, finite: bool = False) -> np.ndarray:
    """Return an array of real numbers, or raise :class:`ArgumentError`."""
    array = np.asarray(None if hasattr(values, "data_vars") else values)
    if array.dtype.kind not in "biuf":
        raise ArgumentError(
            f"{name}: got {type(values).__name__} of dtype {array.dtype}, expected real numbers. "
            "Pass an array of floats, or one variable of a trace."
        )
    if finite and (bad := np.count_nonzero(~np.isfinite(array))):
        raise ArgumentError(
            f"{name}: {bad} of {array.size} values are NaN or infinite, expected finite numbers. "
            "Leaving them out would hide the failure: find where they come from."
        )
    return array


def as_list(name: str, values: Any) -> list[Any]:
    """Return the entries, of a dict its keys; a single thing, or a text, is none of several."""
    if isinstance(values, str) or not isinstance(values, Iterable):
        raise ArgumentError(
            f"{name}: got {type(values).__name__}, expected a list. Put brackets around one."
        )
    return list(values)


def check_takes(name: str, function: Any, remedy: str, /, *args: Any, **kwargs: Any) -> None:
    """Raise :class:`ArgumentError` unless a function was given that can be called so."""
    if not callable(function):
        got = type(function).__name__
        raise ArgumentError(
            f"{name}: got {got}, expected a function. Pass it without calling it. {remedy}"
        )
    try:
        inspect.signature(function).bind(*args, **kwargs)
    except TypeError as error:
        expected = ", ".join(kwargs) or f"one that takes {len(args)}"
        raise ArgumentError(
            f"{name}: got a function of other arguments ({error}), expected {expected}. {remedy}"
        ) from None
    except ValueError:  # written in C, and says nothing about its arguments
        return


def as_number(name: str, value: Any, low: float, high: float) -> float:
    """Return ``value`` as a float strictly between ``low`` and ``high``, or raise an error."""
    try:
        number = np.nan if isinstance(value, bool | str) else float(value)
    except (TypeError, ValueError):
        number = np.nan
    if not low < number < high:
        between = f"above {low:g}" if high == np.inf else f"between {low:g} and {high:g}"
        raise ArgumentError(f"{name}={value!r:.60}: expected a number {between}.")
    return number


def is_address(text: str) -> bool:
    """Whether a text is an address such as ``s3://bucket``, of which a path makes one slash."""
    return re.match(r"[A-Za-z][\w+.-]+:/", text) is not None


def as_seed(seed: Any) -> int:
    """Return ``seed`` as an integer from 0 to 2⁶³ - 1; a fresh one where it is None."""
    if seed is None:
        return secrets.randbits(31)
    number = as_count("seed", seed, 0)
    if number >= 2**63:
        raise ArgumentError(f"seed={seed!r}: expected an integer below 2**63, as files hold it.")
    return number


def usable_cores() -> int:
    """Count the cores that this process may use; all of the machine's where none are withheld."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
