"""The checks of notebook 07: the total, its two parts, and what k standard deviations hold.

The draws are made here: skewed, and wider in some places than in others. Next:
:mod:`bnn_teach.course.chapters.ch08.checks`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import stats

from bnn_teach.course.expectations import Checks, Lesson, Slip, expect, expect_close, parts

CHECKS = Checks()
_ROUNDING = 1e-6  # relative; whether one divides by n or n - 1 is another 1/n


def _functions(seed: int, chains: int, draws: int, num_x: int) -> np.ndarray:
    """Return functions of shape (chain, draw, x), skewed and of unequal widths."""
    rng = np.random.default_rng(seed)
    scale = rng.uniform(0.1, 2.0, size=num_x)
    skewed = rng.standard_t(4, size=(chains, draws, num_x))
    skewed += rng.gamma(1.0, size=(chains, draws, 1))
    return rng.normal(size=num_x) + scale * skewed


_TOTAL = Lesson(
    "M2",
    "notebook 07, section 2",
    "Add the variances: the curve's and the noise's. Then take the root.",
)
_SQUARES = _TOTAL.beside(
    "M15", "Square both standard deviations before you add, and take the root of the sum."
)


@CHECKS.enter(
    "07.1",
    _TOTAL,
    "A new measurement is off for two reasons: which curve is true, and noise.",
    "The two are independent, so their variances add up.",
    "Which of the two kinds of number add up, standard deviations or their squares? Take the "
    "root last.",
    also=({"noise_scale": 2.0, "seed": 77, "chains": 3, "draws": 60},),
)
def total_sd(
    answer: Any, noise_scale: float = 0.5, chains: int = 2, draws: int = 300, seed: int = 1
) -> None:
    """Compare the sd of a new measurement with the root of the sum of two variances."""
    f = _functions(seed, chains, draws, 9)
    epistemic = f.std(axis=(0, 1))
    exact = np.hypot(epistemic, noise_scale)
    slips = (
        Slip(epistemic, "It is that of the curve alone"),
        Slip(np.full(9, noise_scale), "It is that of the noise alone"),
        Slip(epistemic + noise_scale, "It is the sum of the two sds", _SQUARES),
        Slip(exact**2, "It is the variance", _SQUARES),
    )
    tolerance = (_ROUNDING + 1 / (chains * draws)) * exact
    got, what = answer(f.copy(), noise_scale), "The sd of a measurement"
    expect_close(got, exact, tolerance, what, _TOTAL, slips, near=1e-4)


_SPLIT = _TOTAL.beside(
    "The total variance is that of the curves, epistemic, plus the mean of the noise's, aleatoric.",
    "Compute the two variances, add them, and take the root of all three at the end.",
)
_MEAN_SQUARE = _TOTAL.beside(
    "Where the noise differs from draw to draw, its variances are averaged, not its sds.",
    "Of what is the aleatoric variance the mean: of the noise's sds, or of their squares?",
)


@CHECKS.enter(
    "07.2",
    _SPLIT,
    "`np.broadcast_to(noise, f.shape)` makes an array of one number, so both cases are one.",
    "The aleatoric variance is the mean of the squared noise over all draws.",
    "The epistemic variance is that of the curves, at each x; ask what is left for the total one.",
    also=({"noise": "one for each draw", "seed": 78},),
)
def split(
    answer: Any, noise: str = "one number", chains: int = 2, draws: int = 50, seed: int = 2
) -> None:
    """Compare three standard deviations, for a noise that is one number or one for each draw."""
    f = _functions(seed, chains, draws, 7)
    rng = np.random.default_rng(seed + 100)
    level: Any = 0.3 if noise == "one number" else rng.gamma(2.0, size=f.shape)
    everywhere = np.broadcast_to(level, f.shape)
    epistemic = f.std(axis=(0, 1))
    aleatoric = np.sqrt(np.mean(everywhere**2, axis=(0, 1)))
    names = ("total", "epistemic", "aleatoric")
    got = parts(answer(f.copy(), level), names, _SPLIT)
    averaged = Slip(everywhere.mean(axis=(0, 1)), "It is the mean of the noise's sds", _MEAN_SQUARE)
    for name, value, right in zip(
        names, got, (np.hypot(epistemic, aleatoric), epistemic, aleatoric), strict=True
    ):
        slips = [Slip(right**2, "It is a variance", _SQUARES)]
        slips += [averaged] if name == "aleatoric" else []
        tolerance = (_ROUNDING + 1 / (chains * draws)) * right
        what = f"The {name} sd, where noise is {noise},"
        expect_close(value, right, tolerance, what, _SPLIT, slips, near=1e-4)


_WITHIN = Lesson(
    "M8",
    "notebook 07, section 3",
    "Count, at each x, how many draws are less than k sds from the mean.",
)
_EACH_X = Lesson(
    "A band is made for each x: every x has a mean, an sd and a share of its own.",
    "notebook 07, sections 3 and 4",
    "Take mean, sd and share over chains and draws: `axis=(0, 1)`.",
)


@CHECKS.enter(
    "07.3",
    _WITHIN,
    "At each x: the mean and the sd of all draws.",
    "Which draws are closer to the mean than k sds? `np.abs(f - mean) < k * sd`.",
    "The mean of this over `axis=(0, 1)` is the share.",
    also=({"k": 1.0, "seed": 79, "draws": 150},),
)
def share_within(
    answer: Any, k: float = 2.0, chains: int = 2, draws: int = 400, seed: int = 3
) -> None:
    """Compare shares with counts, at each x."""
    f = _functions(seed, chains, draws, 8)
    mean, sd = f.mean(axis=(0, 1)), f.std(axis=(0, 1))
    exact = np.mean(np.abs(f - mean) < k * sd, axis=(0, 1))
    overall = np.mean(np.abs(f - f.mean()) < k * f.std(), axis=(0, 1))
    of_normal = 2 * stats.norm.cdf(k) - 1
    got = answer(f.copy(), k)
    expect(np.shape(got) == (8,), f"Got shape {np.shape(got)}, expected (8,).", _EACH_X)
    slips = (
        Slip(np.full(8, of_normal), f"It is {of_normal:.4g} everywhere, the share of a normal "
             "distribution; our draws are not normal"),
        Slip(overall, "One mean and one sd were used for all x", _EACH_X),
        Slip(np.mean(f - mean < k * sd, axis=(0, 1)), "Only the upper side was counted"),
    )  # fmt: skip
    tolerance = 2.5 / (chains * draws)  # n or n - 1 in the sd may move a draw or two across
    expect_close(got, exact, tolerance, "The share of draws", _WITHIN, slips, near=1e-3)
