"""Checking the arguments of the public functions: keywords, counts, numbers, seeds."""

from __future__ import annotations

import functools
import inspect
import operator
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


def checked_arguments(function: Callable) -> Callable:
    """Give a misspelt keyword an error that proposes the right one."""
    signature = inspect.signature(function)

    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        try:
            signature.bind(*args, **kwargs)
        except TypeError as error:
            unknown = [k for k in kwargs if k not in signature.parameters]
            hint = did_you_mean(unknown[0], signature.parameters, SYNONYMS) if unknown else ""
            raise ArgumentError(
                f"{function.__name__}: {error}.{hint} It takes {', '.join(signature.parameters)}."
            ) from None
        return function(*args, **kwargs)

    return wrapper


def as_count(name: str, value: Any, least: int) -> int:
    try:
        number = operator.index(value)
    except TypeError:
        number = None
    if number is None or number < least or isinstance(value, bool):
        raise ArgumentError(f"{name}={value!r}: expected an integer of at least {least}.")
    return number


def as_number(name: str, value: Any, low: float, high: float) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = np.nan
    if not low < number < high:
        raise ArgumentError(f"{name}={value!r}: expected a number between {low} and {high}.")
    return number


def as_seed(seed: Any) -> int:
    if seed is None:
        return secrets.randbits(31)
    return as_count("seed", seed, 0)
