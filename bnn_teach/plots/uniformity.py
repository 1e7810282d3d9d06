"""Are ranks uniform? What chance alone does to a histogram and to an ECDF, and what it does not.

You will learn to judge many counts at once. Each of twenty bars leaves its own 95 % interval now
and then, so a histogram of uniform ranks would nearly always be accused by one of them. A
*simultaneous* envelope is wide enough that 95 % of all sets of uniform ranks stay inside it
everywhere. Next:
:mod:`bnn_teach.plots.ranks`, which draws it.
"""

from __future__ import annotations

import functools
from typing import Any, NamedTuple

import numpy as np
from scipy.stats import binom

from bnn_teach.arguments import as_count
from bnn_teach.errors import ArgumentError
from bnn_teach.plots.arrays import column

_SIMULATED = 20_000
_ROUNDING = 1e-9  # a tail is compared with others that may be the same number
LEVEL = 0.95


class Uniformity(NamedTuple):
    """How the ranks of some replications compare with uniform ones."""

    p_value: float
    """Probability that uniform ranks leave the band as clearly as these do; at least 1 / 20,001."""
    inside: bool
    """Whether their ECDF stays inside the simultaneous 95 % band."""
    tilt: float
    """Mean rank minus that of uniform ranks, in standard errors: above 0, draws lie too low."""
    spread: float
    """Share of ranks in the outer half, minus one half, in standard errors: above 0, too narrow."""

    @property
    def words(self) -> str:
        """What the histogram looks like, and what that means for the draws."""
        if self.inside:
            return "no sign against uniform"
        if abs(self.tilt) > abs(self.spread):
            side, place = ("right", "low") if self.tilt > 0 else ("left", "high")
            return f"a slope to the {side}: the draws lie too {place}"
        where, width = ("at both ends", "narrow") if self.spread > 0 else ("in the middle", "wide")
        return f"a peak {where}: the draws are too {width}"


def uniformity(ranks: Any, num_draws: int) -> Uniformity:
    r"""Compare the ECDF of ranks with that of uniform ones, at all places at once.

    Of N uniform ranks, :math:`K_r \sim \text{Binomial}(N, (r + 1) / (L + 1))` are at most r. The
    statistic is the smallest tail probability of :math:`K_0, \dots, K_{L-1}`; its distribution is
    that of 20,000 simulated sets of uniform ranks, always the same ones.

    Parameters
    ----------
    ranks : array_like of int, shape (N,)
        Each from 0 to L.
    num_draws : int
        L, the draws that each truth was ranked among.

    Notes
    -----
    Source: Säilynoja, Bürkner & Vehtari (2022), *Graphical test for discrete uniformity*,
    Statistics and Computing 32, section 2.
    """
    ranks = as_ranks(ranks, num_draws)
    number, slots = len(ranks), num_draws + 1
    tail = _smallest_tail(ecdf_counts(ranks, num_draws)[:-1], number, _shares(slots, True))
    simulated = _simulated(number, slots, True)
    rarer = np.count_nonzero(simulated <= tail * (1 + _ROUNDING))
    every, found = np.arange(slots) - num_draws / 2, ranks - num_draws / 2
    # a half, but for the rounding of a few slots
    outer = (np.abs(every) > slots / 4).mean()
    more = (np.abs(found) > slots / 4).mean() - outer
    return Uniformity(
        p_value=float((1 + rarer) / (1 + _SIMULATED)),
        inside=bool(tail >= _rarest(simulated)),
        tilt=float(found.mean() / every.std() * np.sqrt(number)),
        spread=float(more / np.sqrt(outer * (1 - outer) / number)),
    )


def uniform_band(number: int, slots: int, cumulative: bool = True) -> tuple[np.ndarray, np.ndarray]:
    """Return between which counts uniform ranks stay everywhere, with a probability of 95 %.

    Parameters
    ----------
    number : int
        N, how many ranks there are.
    slots : int
        How many values, or bars, they are spread over.
    cumulative : bool, optional
        For the ECDF: how many fall into the first slot, the first two, and so on. False for the
        counts in the slots themselves.

    Returns
    -------
    lower, upper : ndarray of int, shape (slots,)
        The smallest and the largest count inside the band; the last of an ECDF is always N.
    """
    number, slots = as_count("number", number, 1), as_count("slots", slots, 2)
    share = _shares(slots, cumulative)
    tail = _rarest(_simulated(number, slots, cumulative))
    lower, upper = binom.ppf(tail, number, share), binom.isf(tail, number, share)
    if cumulative:
        lower, upper = np.append(lower, number), np.append(upper, number)
    return lower.astype(int), upper.astype(int)


def as_ranks(ranks: Any, num_draws: int) -> np.ndarray:
    """Return ranks as integers of shape (N,), after a look at their range."""
    num_draws = as_count("num_draws", num_draws, 1)
    values = column("ranks", ranks)
    if not np.array_equal(values, np.round(values)):
        raise ArgumentError(
            "ranks: got numbers that are no integers, expected how many draws lie below each "
            "truth, as in (draws < truth).sum(axis=0)."
        )
    if values.min() < 0 or values.max() > num_draws:
        raise ArgumentError(
            f"ranks: got values from {values.min():g} to {values.max():g}, expected 0 to "
            f"num_draws = {num_draws}. Pass the number of draws that each truth was ranked among."
        )
    return values.astype(int)


def ecdf_counts(ranks: np.ndarray, num_draws: int) -> np.ndarray:
    """Return how many ranks are at most 0, 1, ..., L: shape (L + 1,)."""
    return np.cumsum(np.bincount(ranks, minlength=num_draws + 1))


def bar_counts(ranks: np.ndarray, num_draws: int, bars: int) -> np.ndarray:
    """Return how many ranks fall into each of ``bars`` bars; L + 1 is a multiple of ``bars``."""
    return np.bincount(ranks * bars // (num_draws + 1), minlength=bars)


def _shares(slots: int, cumulative: bool) -> np.ndarray:
    """Return the ECDF of a uniform rank, but for its last value, 1; or its share in each slot."""
    return np.arange(1, slots) / slots if cumulative else np.full(slots, 1 / slots)


def _rarest(simulated: np.ndarray) -> float:
    """Return the tail that 95 % of the simulated sets reach, or a little more."""
    return float(np.quantile(simulated, 1 - LEVEL, method="lower")) * (1 - _ROUNDING)


def _smallest_tail(counts: np.ndarray, number: int, share: np.ndarray) -> np.ndarray:
    """Return the smaller tail probability of the most unlikely count, over the last axis."""
    known = np.arange(number + 1)[:, None]  # each count once: the simulated ones repeat them
    tails = np.minimum(binom.cdf(known, number, share), binom.sf(known - 1, number, share))
    return np.asarray(tails[counts, np.arange(len(share))].min(axis=-1))


@functools.lru_cache(maxsize=64)
def _simulated(number: int, slots: int, cumulative: bool) -> np.ndarray:
    """Return the smallest tails of 20,000 sets of ``number`` uniform ranks."""
    counts = np.random.default_rng(0).multinomial(number, _shares(slots, False), _SIMULATED)
    if cumulative:
        counts = np.cumsum(counts, axis=1)[:, :-1]
    return _smallest_tail(counts, number, _shares(slots, cumulative))
