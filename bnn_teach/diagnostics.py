"""Can these draws be trusted? Diagnostics of functions, and warnings from the sampler.

You will learn two checks. The weights of a network are not identified (hidden units can swap
places), so their R-hat says little; the function that they draw is what a prediction uses, and
:func:`function_diagnostics` judges its draws at every ``x`` with ArviZ's estimators. The sampler
itself notices other troubles: :func:`sampling_warnings` reads its statistics and says in plain
words what they mean and what to do. Next: :mod:`bnn_teach.agreement`.

References
----------
Vehtari, Gelman, Simpson, Carpenter and Buerkner (2021), *Rank-normalization, folding, and
localization: an improved R-hat*, Bayesian Analysis 16, 667-718.
Betancourt (2016), *Diagnosing suboptimal cotangent disintegrations in Hamiltonian Monte Carlo*,
arXiv:1604.00695.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from bnn_teach.arguments import as_list, as_real, checked_arguments
from bnn_teach.errors import ArgumentError, ShapeError

MIN_DRAWS = 4
"""ArviZ splits every chain in two and needs two draws in each half."""

SATURATED_SHARE = 0.05
"""Share of trees at the maximal depth above which :func:`sampling_warnings` speaks."""

STUCK_ACCEPTANCE = 0.01
"""Mean acceptance rate of a chain below which it counts as stuck."""

LOW_BFMI = 0.3
"""BFMI of a chain below which its energies mix too slowly (Betancourt 2016, section 4)."""

_ESTIMATORS: dict[str, Callable[[xr.DataArray], xr.DataArray]] = {
    "r_hat": lambda draws: _two_chains(draws).azstats.rhat(method="rank"),
    "ess_bulk": lambda draws: draws.azstats.ess(method="bulk"),
    "ess_tail": lambda draws: draws.azstats.ess(method="tail", prob=(0.05, 0.95)),
    "mcse_mean": lambda draws: draws.azstats.mcse(method="mean"),
    "mcse_sd": lambda draws: draws.azstats.mcse(method="sd"),
    "mcse_q5": lambda draws: draws.azstats.mcse(method="quantile", prob=0.05),
    "mcse_q95": lambda draws: draws.azstats.mcse(method="quantile", prob=0.95),
}


@checked_arguments
def function_diagnostics(
    draws: ArrayLike | xr.DataArray,
    x: ArrayLike | None = None,
    *,
    only: str | Sequence[str] | None = None,
) -> xr.Dataset:
    """Judge the draws of a function at each of its points.

    The estimators are ArviZ's: rank-normalised split R-hat, bulk and tail effective sample size,
    and Monte Carlo standard errors (MCSE). A single chain is cut into two halves, which R-hat
    then compares as if they were two chains.

    Parameters
    ----------
    draws : array_like or xarray.DataArray, shape (chain, draw, *points)
        A DataArray is read by its dims ``chain`` and ``draw``, in any order. A last dim of size 1
        that follows other points, as a network's output has, is dropped.
    x : array_like, shape (P,) or (P, 1), optional
        The points, when they lie on one axis; becomes the coordinate ``x``.
    only : str or sequence of str, optional
        Which diagnostics; all by default. R-hat alone takes less than a third of the time: that is
        worth something from hundreds of points on.

    Returns
    -------
    xarray.Dataset
        Over the points, float64: ``r_hat``; ``ess_bulk``; ``ess_tail`` (the smaller of the 5 %
        and 95 % quantiles'); and in the unit of the function ``mcse_mean``, ``mcse_sd``,
        ``mcse_q5``, ``mcse_q95``. All are NaN where every draw is the same number: a constant
        function and a chain that never moved look alike. ``r_hat`` is huge or infinite where every
        chain is stuck at a number of its own, and NaN for a single chain of fewer than 8 draws.

    Raises
    ------
    ShapeError
        There are fewer than 4 draws, no chain, no point, or ``x`` does not fit.
    ArgumentError
        A draw is not a finite number; the message says which. Or ``only`` names something else.

    Notes
    -----
    Source: Vehtari et al. (2021), sections 3 and 4.
    """
    import arviz_stats  # noqa: F401  (gives arrays their .azstats; takes seconds)

    known = list(_ESTIMATORS)
    names = [only] if isinstance(only, str) else as_list("only", known if only is None else only)
    if any(name not in known for name in names):
        raise ArgumentError(
            f"function_diagnostics: got only={only!r:.60}, expected one or more of "
            f"{', '.join(known)}. Leave it out for all of them."
        )
    values = _function_draws(draws, x)
    with np.errstate(divide="ignore", invalid="ignore"):  # constant draws: 0 / 0
        result = xr.Dataset({name: _ESTIMATORS[name](values) for name in names})
    varies = values.max(["chain", "draw"]) > values.min(["chain", "draw"])
    return result.where(varies)


def bfmi(energy: ArrayLike) -> np.ndarray:
    r"""Return the Bayesian fraction of missing information of each chain.

    .. math:: \frac{\frac{1}{S-1} \sum_{s=2}^{S} (H_s - H_{s-1})^2}
                   {\frac{1}{S-1} \sum_{s=1}^{S} (H_s - \bar H)^2}

    The energies H have shape (chain, draw). About 2 when each transition draws a fresh energy; near
    0 when a new momentum hardly changes it; NaN for a chain whose energy never changes. The same
    number as ``arviz.bfmi``, whose import takes seconds. Source: Betancourt (2016), section 4.
    """
    energy = np.asarray(energy, dtype=np.float64)
    with np.errstate(invalid="ignore"):
        changes = np.mean(np.diff(energy, axis=1) ** 2, axis=1)
        return changes / np.var(energy, axis=1, ddof=1)


def sampling_warnings(sample_stats: Mapping[Any, Any], *, max_tree_depth: int = 10) -> list[str]:
    """Say what the sampler's statistics mean, and what to do about it.

    Parameters
    ----------
    sample_stats : mapping of names to arrays of shape (chain, draw)
        A dict, an ``xarray.Dataset`` or a trace's ``sample_stats``, with ArviZ's names. Read are
        ``diverging`` (bool), ``n_steps`` (int), ``acceptance_rate``, ``energy`` and ``lp``
        (float); one that is missing, or has no draws, is passed over.
    max_tree_depth : int
        The limit that the run had.

    Returns
    -------
    list of str
        One message for each trouble found, the gravest first; empty if there is none.
    """
    names = ("diverging", "n_steps", "acceptance_rate", "energy", "lp")
    stats = {n: _chain_by_draw(n, sample_stats[n]) for n in names if n in sample_stats}
    stats = {n: values for n, values in stats.items() if values.size}
    stuck = stuck_chains(stats)
    if stuck.size and stuck.all():
        return [_stuck(stuck)]  # all else follows from it
    messages = [
        _stuck(stuck),
        _divergences(stats),
        _low_bfmi(stats),
        _saturated_trees(stats, max_tree_depth),
    ]
    return [m for m in messages if m]


def stuck_chains(stats: Mapping[str, np.ndarray]) -> np.ndarray:
    """Return which chains did not move, shape (chain,), from statistics of the sampler."""
    num_chains = next((len(v) for v in stats.values()), 0)
    stuck = np.zeros(num_chains, dtype=bool)
    if "acceptance_rate" in stats:
        acceptance = np.nan_to_num(stats["acceptance_rate"].astype(np.float64), nan=0.0)
        stuck |= acceptance.mean(axis=1) < STUCK_ACCEPTANCE
    for name in ("lp", "energy"):
        if name in stats and stats[name].shape[1] >= MIN_DRAWS:
            stuck |= np.all(stats[name] == stats[name][:, :1], axis=1)
    return stuck


def _stuck(stuck: np.ndarray) -> str:
    if not stuck.any():
        return ""
    return (
        f"{_chains(stuck)} did not move: almost every proposal was rejected, so the draws repeat "
        "one point and describe nothing else. Run again with another seed and a longer burn_in; "
        "if it stays, check the model for values where its log-density is not finite or jumps."
    )


def _divergences(stats: Mapping[str, np.ndarray]) -> str:
    diverging = stats.get("diverging", np.zeros((1, 1))).astype(bool)
    if not diverging.any():
        return ""
    worst = int(np.argmax(diverging.mean(axis=1)))
    return (
        f"{diverging.sum()} of {diverging.size} transitions diverged ({_percent(diverging)}; chain "
        f"{worst}: {_percent(diverging[worst])}): the posterior bends more sharply there than "
        "the step size can follow, so that region is missing from the draws. Raise target_accept, "
        "or rewrite the model with rounder geometry, for example non-centred."
    )


def _low_bfmi(stats: Mapping[str, np.ndarray]) -> str:
    energy = stats.get("energy")
    if energy is None or energy.shape[1] < MIN_DRAWS:
        return ""
    moves = np.any(energy != energy[:, :1], axis=1)  # the others are reported as stuck
    values = bfmi(energy)
    low = moves & ~(values >= LOW_BFMI)
    if not low.any():
        return ""
    listed = ", ".join(f"{v:.2f}" for v in values[low])
    return (
        f"{_chains(low)}: BFMI {listed}, below {LOW_BFMI}: the energy changes little from draw to "
        "draw, so the chain wanders slowly between the centre and the tails, which may be missing. "
        "Draw more, or give the model lighter tails or a non-centred form."
    )


def _saturated_trees(stats: Mapping[str, np.ndarray], max_tree_depth: int) -> str:
    longest = 2**max_tree_depth - 1
    saturated = stats.get("n_steps", np.zeros((1, 1))) >= longest
    if saturated.mean() <= SATURATED_SHARE:
        return ""
    return (
        f"{_percent(saturated)} of the trees reached max_tree_depth={max_tree_depth} ({longest} "
        "leapfrog steps) before turning, so each draw moves less far than it could and fewer of "
        "them are effective. Burn in for longer, put the data on a scale "
        "near 1, or raise max_tree_depth, which doubles the cost of each such draw."
    )


def _function_draws(draws: ArrayLike | xr.DataArray, x: ArrayLike | None) -> xr.DataArray:
    if isinstance(draws, xr.DataArray):
        if not {"chain", "draw"} <= set(draws.dims):
            raise ShapeError(
                f"function_diagnostics: got draws with dims {draws.dims}, expected 'chain' and "
                "'draw' among them. Rename the dims, or do not stack chains into one."
            )
        values = draws.transpose("chain", "draw", ...)
    else:
        array = as_real("draws", draws)
        if array.ndim < 2:
            raise ShapeError(
                f"function_diagnostics: got draws with shape {array.shape}, expected "
                "(chain, draw, *points). For one chain, pass draws[np.newaxis]."
            )
        points = [f"point_{i}" for i in range(array.ndim - 2)]
        values = xr.DataArray(array, dims=["chain", "draw", *points])
    if values.ndim > 3 and values.shape[-1] == 1:
        values = values.isel({values.dims[-1]: 0}, drop=True)
    _check_draws(values)
    return values if x is None else _with_x(values, np.asarray(x))


def _check_draws(values: xr.DataArray) -> None:
    shape = values.shape
    if shape[1] < MIN_DRAWS or values.size == 0:
        raise ShapeError(
            f"function_diagnostics: got draws with shape {shape}, expected (chain, draw, *points) "
            f"with at least {MIN_DRAWS} draws, one chain and one point. Draw more samples."
        )
    finite = np.isfinite(values.values)
    if not finite.all():
        index = tuple(int(i) for i in np.argwhere(~finite)[0])
        raise ArgumentError(
            f"function_diagnostics: got {values.values[index]} at index {index} of (chain, draw, "
            "*points), expected finite numbers. Look for an overflow in the function at that draw."
        )


def _with_x(values: xr.DataArray, x: np.ndarray) -> xr.DataArray:
    x = x[:, 0] if x.ndim == 2 and x.shape[1] == 1 else x
    if values.ndim != 3 or x.shape != values.shape[2:]:
        raise ShapeError(
            f"function_diagnostics: got x with shape {x.shape} for points with shape "
            f"{values.shape[2:]}, expected one number for each point. Leave x out if the points "
            "do not lie on one axis."
        )
    point = values.dims[2]
    values = values.drop_vars([n for n, c in values.coords.items() if point in c.dims])
    return values.rename({point: "x"}).assign_coords(x=x)


def _two_chains(values: xr.DataArray) -> xr.DataArray:
    if values.sizes["chain"] > 1:
        return values
    half = values.sizes["draw"] // 2
    values = values.drop_vars(["chain", "draw"], errors="ignore")
    first, second = values.isel(draw=slice(half)), values.isel(draw=slice(-half, None))
    return xr.concat([first, second], dim="chain")


def _chain_by_draw(name: str, values: Any) -> np.ndarray:
    array = np.asarray(values)
    if array.ndim != 2:
        raise ShapeError(
            f"sampling_warnings: got {name} with shape {array.shape}, expected (chain, draw). "
            "For one chain, pass values[np.newaxis]."
        )
    return array


def _chains(which: np.ndarray) -> str:
    numbers = [str(i) for i in np.flatnonzero(which)]
    return f"Chain {numbers[0]}" if len(numbers) == 1 else f"Chains {', '.join(numbers)}"


def _percent(flags: np.ndarray) -> str:
    return f"{flags.mean():.1%}"
