"""What comes in: arrays and draws of any reasonable form, checked before anything is drawn.

You will see how lists, arrays and variables of a trace become a column of N numbers, or S draws
of N values, and what a message says when they cannot. Next: :mod:`bnn_teach.plots.words`.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from bnn_teach.arguments import as_real, check_takes
from bnn_teach.errors import ArgumentError, ConvergenceWarning, ShapeError


def column(name: str, values: Any, *, holes: str = "") -> np.ndarray:
    """Return ``values`` as float64 of shape (N,).

    With advice on ``holes`` some may be NaN or infinite: NaN is returned there, with a warning.
    """
    array = as_real(name, values)
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim != 1 or array.size == 0:
        raise ShapeError(
            f"{name}: got shape {array.shape}, expected (N,) or (N, 1). Pick one column, as in "
            "x[:, 0]."
        )
    bad = np.flatnonzero(~np.isfinite(array))
    found = f"{name}: {len(bad)} of {len(array)} values are NaN or infinite"
    if len(bad) == len(array) or (len(bad) and not holes):
        advice = holes or "Remove them before drawing."
        raise ArgumentError(f"{found}, expected finite numbers. {advice}")
    if len(bad):
        message = f"{found}, the first is number {bad[0] + 1}; the picture leaves them out. {holes}"
        warnings.warn(message, ConvergenceWarning, stacklevel=3)
    return np.where(np.isfinite(array), array, np.nan).astype(float)


def pair(names: str, first: Any, second: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return two columns of the same length; ``names`` is, for instance, ``"x, y"``."""
    name, other_name = names.split(", ")
    one, other = column(name, first), column(other_name, second)
    if len(one) != len(other):
        raise ShapeError(
            f"{names}: got {len(one)} and {len(other)} values, expected one of each for every "
            "point. Pass the two arrays of one data set."
        )
    return one, other


def values_of(truth: Callable[[np.ndarray], ArrayLike], x: np.ndarray) -> np.ndarray:
    """Return the true function at ``x``, shape (N,)."""
    check_takes("truth", truth, "As in truth=np.sin or truth=data.truth.", x)
    values = np.asarray(truth(x))
    if values.shape != x.shape:
        raise ShapeError(
            f"truth: got shape {values.shape} for inputs of shape {x.shape}, expected the same "
            "shape. Write it elementwise, as in lambda x: np.sin(x)."
        )
    return values


def flat_draws(name: str, draws: Any, order: np.ndarray) -> np.ndarray:
    """Return a copy of the draws as float64 of shape (S, N), S >= 2, with x in that order."""
    num_x = len(order)
    if isinstance(draws, (xr.DataTree, xr.Dataset)):
        if len(draws.data_vars) != 1:
            raise ArgumentError(
                f"{name}: got a {type(draws).__name__} that holds {', '.join(map(str, draws))}; "
                "expected one variable. Pick it, as in trace['posterior']['bnn.f']."
            )
        (draws,) = draws.data_vars.values()
    if isinstance(draws, xr.DataArray):
        first = [dim for dim in ("chain", "draw", "sample") if dim in draws.dims]
        draws = draws.transpose(*first, ...)
    array = as_real(name, draws)
    shape = array.shape
    if shape[-2:] == (num_x, 1) and (array.ndim > 2 or num_x > 1):
        array = array[..., 0]
    if array.ndim < 2 or array.shape[-1] != num_x or array.size < 2 * num_x:
        hint = "Pass the draws of f at exactly these x, not their mean."
        if num_x in shape[:-1]:
            hint = "Move the axis over x to the end, for example with np.moveaxis."
        raise ShapeError(
            f"{name}: got shape {shape}, expected (..., {num_x}) or (..., {num_x}, 1): at least "
            f"two draws, with one value for each of the {num_x} x. {hint}"
        )
    array = array.reshape(-1, num_x)
    bad = ~np.isfinite(array)
    if bad.any():
        raise ArgumentError(
            f"{name}: {bad.sum()} of {bad.size} values are NaN or infinite, in "
            f"{bad.any(axis=1).sum()} of {len(bad)} draws, expected finite numbers. Leaving them "
            "out would hide the failure: find the chain they come from."
        )
    return array[:, order].astype(float)
