"""The checks of notebook 15: an entropy, its two parts, and where a label would teach most.

The probabilities are drawn here, with points where all draws agree, where they contradict each
other, and everything between. Next: :mod:`bnn_teach.course.chapters.ch16.checks`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.stats import entropy as of_distribution

from bnn_teach.course.expectations import (
    Checks,
    Lesson,
    Slip,
    expect,
    expect_close,
    number,
    numbers,
    parts,
)

CHECKS = Checks()
_ROUNDING = 1e-9
_LOG2 = float(np.log(2))


def _entropy(p: np.ndarray) -> np.ndarray:
    return np.asarray(of_distribution(np.stack([p, 1 - p]), axis=0))


_COIN = Lesson(
    "A coin has two sides, and each has its share -p log p; a side that never comes up has none.",
    "notebook 15, section 2",
    "Both sides of the coin have a share; `special.entr` knows that 0 log 0 is 0.",
)
_NATS = _COIN.beside(
    "Entropies are in nats here, with the natural logarithm: a fair coin has log 2 = 0.69.",
    "Take the natural logarithm, `np.log` or `special.entr`, and no other.",
)


@CHECKS.enter(
    "15.1",
    _COIN,
    "Heads come up with probability p, tails with 1 - p; each side has its share.",
    "`special.entr(p)` is -p log p, and it is 0 at p = 0.",
    "What is the share of tails? `special.entr` knows that 0 log 0 is 0.",
    also=({"num_points": 30, "seed": 158},),
)
def entropy(answer: Any, num_points: int = 9, seed: int = 1) -> None:
    """Compare the entropy of coins, fair, biased, and with two equal sides."""
    p = np.random.default_rng(seed).beta(0.5, 0.5, num_points)
    sure = answer(np.array([0.0, 1.0]))
    expect_close(sure, [0.0, 0.0], _ROUNDING, "The entropy at p = 0 and at p = 1", _COIN)
    exact = _entropy(p)
    slips = (
        Slip(exact / _LOG2, "It is in bits", _NATS),
        Slip(-p * np.log(p), "It is that of one side only"),
        Slip(-(1 - p) * np.log(1 - p), "It is that of one side only"),
        Slip(-exact, "It has the wrong sign"),
        Slip(p * (1 - p), "It is the variance p (1 - p)"),
    )
    expect_close(answer(p.copy()), exact, _ROUNDING, "The entropy, for each p,", _COIN, slips)


_SPLIT = _COIN.beside(
    "The total is the entropy of the mean, the aleatoric part the mean of the entropies; the rest "
    "is the mutual information, which is never negative.",
    "Average over chains and draws once before, and once after you take the entropy.",
)
_EACH = _COIN.beside(
    "Every place has a split of its own: what the networks say elsewhere has no part in it.",
    "Take means over chains and draws only: `axis=(0, 1)`.",
)


def _draws(seed: int, chains: int, draws: int, num_points: int) -> np.ndarray:
    """Return (chain, draw, point): draws agree at the first two points, fight at the third."""
    rng = np.random.default_rng(seed)
    p = rng.beta(0.6, 1.0, size=(chains, draws, num_points))
    p[..., 0], p[..., 1] = 0.5, rng.uniform(0.6, 0.9)
    p[..., 2] = np.arange(chains * draws).reshape(chains, draws) % 2
    return p


@CHECKS.enter(
    "15.2",
    _SPLIT,
    "The total is the entropy of one number for each place: the mean over all draws.",
    "The aleatoric part takes the entropy of each draw first, and then the mean.",
    "Which of the two means comes before the entropy, and which after? The third part is what "
    "is left.",
    also=({"chains": 3, "draws": 20, "num_points": 12, "seed": 159},),
)
def split(
    answer: Any, chains: int = 2, draws: int = 40, num_points: int = 8, seed: int = 2
) -> None:
    """Compare total, epistemic and aleatoric at each point; ask for the cases known exactly."""
    p = _draws(seed, chains, draws, num_points)
    total, aleatoric = _entropy(p.mean(axis=(0, 1))), _entropy(p).mean(axis=(0, 1))
    names = ("total", "epistemic", "aleatoric")
    got = parts(answer(p.copy()), names, _SPLIT)
    expect(np.ndim(got[0]), f"The total: got one number, expected {num_points}.", _EACH)
    whats = [f"The {name} part at each point" for name in names]
    for what, value in zip(whats, got, strict=True):
        numbers(value, (num_points,), what, _SPLIT)
    ignorance = np.asarray(got[1], float)
    said = f"The epistemic part: got {ignorance.min():.3g} at one point, and it is never negative."
    expect((ignorance > -1e-6).all(), said, _SPLIT)
    expect_close(ignorance[:2], [0.0, 0.0], 1e-6, "The epistemic part of equal draws", _SPLIT)
    what = "The epistemic part of opposite draws, half of them 0 and half 1,"
    expect_close(ignorance[2], _LOG2, 1e-6, what, _SPLIT)
    exact = (total, total - aleatoric, aleatoric)
    for what, value, right in zip(whats, got, exact, strict=True):
        in_bits = Slip(right / _LOG2, "It is in bits", _NATS)
        expect_close(value, right, 1e-7, what, _SPLIT, [in_bits])


_TEACHES = Lesson(
    "The next toss of a fair coin cannot be learnt: where networks agree, a label teaches nothing.",
    "notebook 15, sections 2 and 3",
    "Choose by the epistemic part, not by the total: a coin toss teaches nothing.",
)
_DISAGREE = Lesson(
    "A place where all networks say the same has nothing to teach, sure or unsure as they are.",
    "notebook 15, section 3",
    "Take the place with the largest mutual information.",
)


def _candidates(seed: int, draws: int, places: int, categories: int) -> np.ndarray:
    """Return (chain, draw, place, category), with a decoy for each wrong rule."""
    rng = np.random.default_rng(seed)
    p = rng.dirichlet(np.full(categories, 5.0), size=(2, draws, places))
    fair, sure, split_up, spread = rng.permutation(places)[:4]
    first, second = np.eye(categories)[:2]
    half = np.arange(draws)[:, None] % 2 == 0

    def camps(one: np.ndarray, other: np.ndarray) -> np.ndarray:
        return 0.99 * np.where(half, one, other) + 0.01 / categories

    p[:, :, fair] = 1 / categories  # the largest total: all say that anything may happen
    p[:, :, sure] = first
    # The largest mutual information: half of the networks are sure, the others are not.
    p[:, :, split_up] = camps(first, (first + second) / 2)
    # The largest variance, but not as much to learn: none of them is sure.
    p[:, :, spread] = camps(0.22 * first + 0.78 * second, 0.78 * first + 0.22 * second)
    return p


@CHECKS.enter(
    "15.3",
    _TEACHES,
    "A label teaches much where the networks contradict each other: there some of them will be "
    "wrong.",
    "The entropy of K categories is the sum of `special.entr(p)` over the last axis.",
    "Total minus aleatoric is one number for each place. Of the largest, its place is asked: a"
    " plain integer.",
    also=(
        {"categories": 2, "places": 12, "seed": 160},
        {"categories": 5, "places": 9, "seed": 161},
    ),
)
def next_label(
    answer: Any, draws: int = 60, places: int = 7, categories: int = 3, seed: int = 3
) -> None:
    """Ask for the place with the largest mutual information, where other rules choose others."""
    p = _candidates(seed, draws, places, categories)
    total = of_distribution(p.mean(axis=(0, 1)), axis=-1)
    aleatoric = of_distribution(p, axis=-1).mean(axis=(0, 1))
    place = number(answer(p.copy()), "The place", _TEACHES)
    said = f"The place: got {place:.4g}, expected the number of a place, from 0 to {places - 1}."
    expect(0 <= place < places and place.is_integer(), said, _TEACHES)
    slips = (
        Slip(np.argmax(total), "It has the largest total entropy", _TEACHES),
        Slip(np.argmax(aleatoric), "It has the largest aleatoric part", _TEACHES),
        Slip(np.argmin(total), "It is the one where all are sure"),
        Slip(np.argmin(total - aleatoric), "It is one where all networks agree"),
        Slip(np.argmax(p.var(axis=(0, 1)).sum(axis=-1)), "Its probabilities vary most"),
    )
    best = np.argmax(total - aleatoric)
    expect_close(place, best, 0.5, "The place", _DISAGREE, slips)
