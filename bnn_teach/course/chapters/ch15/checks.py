"""The checks of notebook 15: an entropy, its two parts, and where a label would teach most.

The probabilities are drawn here, with points where all draws agree, where they contradict each
other, and everything between. The visible case is the default of a check's keywords; a sheet's
hidden tests give others. Next: :mod:`bnn_teach.course.chapters.ch16.checks`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.stats import entropy as of_distribution

from bnn_teach.course.expectations import (
    Exercise,
    Lesson,
    expect,
    expect_close,
    expect_no_slip,
    numbers,
    parts,
)

_ROUNDING = 1e-9
_LOG2 = float(np.log(2))


def _entropy(p: np.ndarray) -> np.ndarray:
    return np.asarray(of_distribution(np.stack([p, 1 - p]), axis=0))


# --- 15.1 ------------------------------------------------------------------------------------

_COIN = Lesson(
    "A coin has two sides, and each has its share -p log p; a side that never comes up has none.",
    "notebook 15, section 2",
    "Add `special.entr(p)` and `special.entr(1 - p)`; `entr` knows that 0 log 0 is 0.",
)
_NATS = Lesson(
    "Entropies are in nats here, with the natural logarithm: a fair coin has log 2 = 0.69.",
    "notebook 15, section 2",
    "Take the natural logarithm, `np.log` or `special.entr`, and no other.",
)


def entropy(answer: Any, num_points: int = 9, seed: int = 1) -> None:
    """Compare the entropy of coins, fair, biased, and with two equal sides."""
    p = np.random.default_rng(seed).beta(0.5, 0.5, num_points)
    sure = answer(np.array([0.0, 1.0]))
    expect_close(sure, [0.0, 0.0], _ROUNDING, "The entropy at p = 0 and at p = 1", _COIN)
    exact, came = _entropy(p), answer(p.copy())
    slips = (
        (exact / _LOG2, "in bits", _NATS),
        (-p * np.log(p), "that of one side only", _COIN),
        (-(1 - p) * np.log(1 - p), "that of one side only", _COIN),
        (-exact, "with the wrong sign", _COIN),
        (p * (1 - p), "the variance p (1 - p)", _COIN),
    )
    expect_no_slip(came, exact, slips, "The entropy")
    expect_close(came, exact, _ROUNDING, "The entropy, for each p,", _COIN)


# --- 15.2 ------------------------------------------------------------------------------------

_SPLIT = Lesson(
    "The total is the entropy of the mean, the aleatoric part the mean of the entropies; the rest "
    "is the mutual information, which is never negative.",
    "notebook 15, section 2",
    "Average over chains and draws once before, and once after you take the entropy.",
)
_EACH = Lesson(
    "Every place has a split of its own: what the networks say elsewhere has no part in it.",
    "notebook 15, section 2",
    "Take means over chains and draws only: `axis=(0, 1)`.",
)
_NAMES = ("total", "epistemic", "aleatoric")


def _draws(seed: int, chains: int, draws: int, num_points: int) -> np.ndarray:
    """Return (chain, draw, point): draws agree at the first two points, fight at the third."""
    rng = np.random.default_rng(seed)
    p = rng.beta(0.6, 1.0, size=(chains, draws, num_points))
    p[..., 0], p[..., 1] = 0.5, rng.uniform(0.6, 0.9)
    p[..., 2] = np.arange(chains * draws).reshape(chains, draws) % 2
    return p


def split(
    answer: Any, chains: int = 2, draws: int = 40, num_points: int = 8, seed: int = 2
) -> None:
    """Compare total, epistemic and aleatoric at each point; ask for the cases known exactly."""
    p = _draws(seed, chains, draws, num_points)
    total, aleatoric = _entropy(p.mean(axis=(0, 1))), _entropy(p).mean(axis=(0, 1))
    exact = (total, total - aleatoric, aleatoric)
    came = parts(answer(p.copy()), _NAMES, _SPLIT)
    overall = np.shape(came[0]) == ()
    expect(not overall, f"The total: came one number; expected {num_points}.", _EACH)
    for name, value in zip(_NAMES, came, strict=True):
        numbers(value, (num_points,), f"The {name} part at each point", _SPLIT)
    ignorance = np.asarray(came[1], float)
    expect(
        (ignorance > -1e-6).all(),
        f"The epistemic part: came {ignorance.min():.3g} at one point; it is never negative.",
        _SPLIT,
    )
    expect_close(ignorance[:2], [0.0, 0.0], 1e-6, "The epistemic part of equal draws", _SPLIT)
    what = "The epistemic part of opposite draws, half of them 0 and half 1,"
    expect_close(ignorance[2], _LOG2, 1e-6, what, _SPLIT)
    for name, right, value in zip(_NAMES, exact, came, strict=True):
        expect_no_slip(value, right, [(right / _LOG2, "in bits", _NATS)], f"The {name} part")
        expect_close(value, right, 1e-7, f"The {name} part at each point", _SPLIT)


# --- 15.3 ------------------------------------------------------------------------------------

_TEACHES = Lesson(
    "M2",
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
    fair, sure, split_up = rng.permutation(places)[:3]
    p[:, :, fair] = 1 / categories  # the largest total: all say that anything may happen
    p[:, :, sure] = np.eye(categories)[0]
    # The largest mutual information, but not the largest total: two camps of unequal size.
    camps = np.where(np.arange(draws)[:, None] % 3 == 0, *np.eye(categories)[:2, None])
    p[:, :, split_up] = 0.95 * camps + 0.05 / categories
    return p


def next_label(
    answer: Any, draws: int = 60, places: int = 7, categories: int = 3, seed: int = 3
) -> None:
    """Ask for the place with the largest mutual information, where other rules choose others."""
    p = _candidates(seed, draws, places, categories)
    total = of_distribution(p.mean(axis=(0, 1)), axis=-1)
    aleatoric = of_distribution(p, axis=-1).mean(axis=(0, 1))
    best = int(np.argmax(total - aleatoric))
    came = answer(p.copy())
    number = float(numbers(came, (), "The place", _TEACHES))
    said = f"Came {number:.4g}; expected the number of a place, from 0 to {places - 1}."
    expect(0 <= number < places and number.is_integer(), said, _TEACHES)
    place = int(number)
    slips = (
        (int(np.argmax(total)), "has the largest total entropy", _TEACHES),
        (int(np.argmax(aleatoric)), "has the largest aleatoric part", _TEACHES),
        (int(np.argmin(total)), "is the one where all are sure", _DISAGREE),
        (int(np.argmin(total - aleatoric)), "is one where all networks agree", _DISAGREE),
    )
    for slip, said, lesson in slips:
        expect(place == best or place != slip, f"Came place {place}, which {said}.", lesson)
    expect(place == best, f"Came place {place}; expected place {best}.", _DISAGREE)


CHECKS = {
    "15.1": Exercise(
        entropy,
        _COIN,
        (
            "Heads come up with probability p, tails with 1 - p; each side has its share.",
            "`special.entr(p)` is -p log p, and it is 0 at p = 0.",
            "Return `special.entr(p) + special.entr(1 - p)`.",
        ),
    ),
    "15.2": Exercise(
        split,
        _SPLIT,
        (
            "The total is the entropy of one number for each place: the mean over all draws.",
            "The aleatoric part takes the entropy of each draw first, and then the mean.",
            "With `total = entropy(p.mean(axis=(0, 1)))` and `aleatoric = entropy(p).mean(axis=(0, "
            "1))`, the epistemic part is the difference.",
        ),
    ),
    "15.3": Exercise(
        next_label,
        _TEACHES,
        (
            "A label teaches much where the networks contradict each other: there some of them "
            "will be wrong.",
            "The entropy of K categories is the sum of `special.entr(p)` over the last axis.",
            "Return the `argmax` of total minus aleatoric; `int(...)` of it is a plain number.",
        ),
    ),
}
"""The exercises by number."""
