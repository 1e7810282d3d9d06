"""Checking the arguments of the public functions: keywords, counts, numbers, seeds, cores."""

from __future__ import annotations

import functools
import inspect
import operator
import os
import secrets
from collections.abc import Callable
from typing import Any

import numpy as np

from bnn_teach.errors import ArgumentError, did_you_mean

SYNONYMS = {
    "draws": "num_samples", "samples": "num_samples", "chains": "num_chains",
    "tune": "burn_in", "warmup": "burn_in", "num_warmup": "burn_in", "cores": "num_threads",
    "random_seed": "seed", "data": "observed", "lr": "learning_rate", "n": "num_steps",
    "steps": "num_steps", "max_treedepth": "max_tree_depth", "progressbar": "progress",
}  # fmt: skip


def checked_arguments(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a misspelt keyword an error that proposes the right one."""
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

    return wrapper


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
