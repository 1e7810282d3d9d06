"""Do the chains agree? R-hat and effective sizes of everything that a run has drawn.

The estimators are those of :mod:`bnn_teach.diagnostics`, which uses ArviZ; here they are written
for many numbers at once, because they are computed at the end of every run and ArviZ's import
takes seconds. Next: :mod:`bnn_teach.traces`.

References
----------
Vehtari, Gelman, Simpson, Carpenter and Buerkner (2021), *Rank-normalization, folding, and
localization: an improved R-hat*, Bayesian Analysis 16, 667-718.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

import numpy as np
from scipy.special import ndtri

HIGH_R_HAT = 1.05
"""R-hat above which chains disagree, where they are long enough to know it."""

LOW_ESS = 10
"""Effective draws per chain below which means are known to no better than a third of an sd."""

_MIN_DRAWS = 20
_MOST = 32  # numbers of one variable that are looked at, evenly spaced


class Agreement(NamedTuple):
    """How well the chains agree about the worst number of a variable."""

    place: tuple[int, ...]
    """Which of its numbers."""
    r_hat: float
    """Rank-normalised split R-hat: the larger of its values for location and for spread."""
    ess: float
    """Bulk effective sample size of all chains together."""
    levels: np.ndarray
    """Mean of each chain, shape (chain,), in standard deviations of all draws, by their ranks."""


def agreement(draws: np.ndarray) -> Agreement:
    """Judge one variable's draws, shape (chain, draw, ...); at most 32 of its numbers.

    Numbers that never change count as agreed: R-hat 1, and as many effective draws as draws.
    """
    chains, length = draws.shape[:2]
    flat = draws.reshape(chains, length, -1)
    chosen = np.unique(np.linspace(0, flat.shape[2] - 1, _MOST).astype(int))
    values = np.moveaxis(flat[:, :, chosen], 2, 0).astype(np.float64)  # (number, chain, draw)
    half = length // 2
    halves = np.concatenate([values[..., :half], values[..., -half:]], 1)
    ranked = _normal_scores(halves)
    middle = np.median(halves, axis=(1, 2), keepdims=True)
    r_hat = np.maximum(_r_hat(ranked), _r_hat(_normal_scores(np.abs(halves - middle))))
    ess = _ess(ranked)
    still = np.ptp(values, axis=(1, 2)) == 0.0
    r_hat[still], ess[still] = 1.0, chains * length
    worst = int(np.argmax(np.maximum(r_hat / _limit(length), _enough(chains, length) / ess)))
    levels = ranked[worst].mean(1).reshape(2, chains).mean(0)
    index = np.unravel_index(chosen[worst], draws.shape[2:]) if draws.ndim > 2 else ()
    return Agreement(tuple(map(int, index)), float(r_hat[worst]), float(ess[worst]), levels)


def disagreements(values: Mapping[str, np.ndarray], functions: Collection[str] = ()) -> list[str]:
    """Say where chains disagree, or have moved too little to know.

    Where the model records a function along its data, variables with an axis are judged through
    that function alone, since the weights of a network may disagree while the function agrees;
    single numbers, like the noise, are always judged.

    Parameters
    ----------
    values : dict of str to ndarray, shape (chain, draw, ...)
        Draws by path.
    functions : collection of str, optional
        The paths of functions along the data.

    Returns
    -------
    list of str
        One message, about the worst, or none. Also none with a single chain, or fewer than 20
        draws.
    """
    first = next(iter(values.values()))
    if first.shape[0] < 2 or first.shape[1] < _MIN_DRAWS:
        return []
    judged = [p for p, v in values.items() if not functions or p in functions or v.ndim == 2]
    judged = [p for p in judged if values[p].size and np.isfinite(values[p]).all()]
    found = {p: agreement(values[p]) for p in judged}
    total = first.shape[0] * first.shape[1]
    limit, enough = _limit(first.shape[1]), _enough(*first.shape[:2])
    bad = {p: a for p, a in found.items() if a.r_hat > limit or a.ess < enough}
    if not bad:
        return []
    path = max(bad, key=lambda p: (p in functions, bad[p].r_hat))
    worst = bad.pop(path)
    name = path + (str(list(worst.place)) if worst.place else "")
    numbers = f"R-hat {worst.r_hat:.2f}, {worst.ess:.0f} effective draws of {total}"
    also = f" The same holds for {', '.join(bad)}." if bad else ""
    if worst.r_hat > limit:
        what = f"{name}: {_who(worst.levels)} ({numbers}), so these draws are no posterior yet."
    else:
        what = f"{name}: the chains move too slowly ({numbers}), so its summaries are mostly noise."
    return [
        f"{what}{also} Take a longer burn_in and more samples; if each chain stays in a mode of "
        "its own, order or fix what can swap, or rewrite the model."
        + (
            " The weights were not judged: they may disagree while the function agrees."
            if path in functions
            else ""
        )
    ]


def _who(levels: np.ndarray) -> str:
    """Name the chains on both sides of the widest gap between their levels."""
    order = np.argsort(levels)
    gaps = np.diff(levels[order])
    cut = int(np.argmax(gaps)) + 1
    if gaps[cut - 1] < 0.3:
        return "the chains disagree, each wandering between places"
    few, many = sorted((sorted(order[:cut]), sorted(order[cut:])), key=len)
    return f"{_chains(few)} {'lies' if len(few) == 1 else 'lie'} apart from {_chains(many)}"


def _chains(numbers: list[int]) -> str:
    return f"chain{'s' if len(numbers) > 1 else ''} {', '.join(map(str, numbers))}"


def _limit(num_draws: int) -> float:
    """Return the R-hat that healthy chains seldom pass: 1.05, more where draws are few."""
    return max(HIGH_R_HAT, float(np.sqrt(1.0 + 20.0 / (num_draws // 2))))


def _enough(num_chains: int, num_draws: int) -> float:
    """Return the effective sample size that healthy chains seldom miss, short ones included."""
    return num_chains * min(LOW_ESS, num_draws / 20)


def _normal_scores(values: np.ndarray) -> np.ndarray:
    """Replace values, shape (number, ...), by normal quantiles of their mean ranks."""
    flat = values.reshape(len(values), -1)
    order = np.argsort(flat, 1)
    ordered = np.take_along_axis(flat, order, 1)
    place = np.broadcast_to(np.arange(flat.shape[1]), flat.shape)
    new = np.diff(ordered, axis=1) != 0.0
    edge = np.ones((len(flat), 1), bool)
    first = np.maximum.accumulate(np.where(np.hstack([edge, new]), place, 0), 1)
    ends = np.where(np.hstack([new, edge]), place, flat.shape[1])[:, ::-1]
    last = np.minimum.accumulate(ends, 1)[:, ::-1]
    ranks = np.empty(flat.shape)
    np.put_along_axis(ranks, order, (first + last) / 2 + 1, 1)
    return ndtri((ranks - 3 / 8) / (flat.shape[1] + 1 / 4)).reshape(values.shape)


def _r_hat(values: np.ndarray) -> np.ndarray:
    """Return R-hat, shape (number,), of values of shape (number, chain, draw)."""
    length = values.shape[2]
    between, within = values.mean(2).var(1, ddof=1), values.var(2, ddof=1).mean(1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.sqrt((length - 1) / length + between / within)


def _ess(values: np.ndarray) -> np.ndarray:
    """Return effective sizes, shape (number,), by Geyer's initial monotone sequence."""
    _, chains, length = values.shape
    centred = values - values.mean(2, keepdims=True)
    size = 1 << (2 * length - 1).bit_length()
    power = (np.abs(np.fft.rfft(centred, size)) ** 2).mean(1)
    covariance = np.fft.irfft(power, size)[:, :length] / length
    within = covariance[:, :1] * length / (length - 1)
    total = covariance[:, :1] + values.mean(2).var(1, ddof=1)[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        rho = 1.0 - (within - covariance) / total
    rho[:, 0] = 1.0
    pairs = rho[:, 0 : 2 * (length // 2) : 2] + rho[:, 1 : 2 * (length // 2) : 2]
    positive = np.cumprod(pairs > 0.0, 1)
    pairs = np.minimum.accumulate(np.where(positive, pairs, 0.0), 1)
    tau = np.maximum(2.0 * pairs.sum(1) - 1.0, 1.0 / np.log10(chains * length))
    return chains * length / tau
