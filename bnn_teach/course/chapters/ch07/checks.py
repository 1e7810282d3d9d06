"""The checks of notebook 07: the total, its two parts, and what k standard deviations hold.

The draws are made here: skewed, and wider in some places than in others. The visible case is the
default of a check's keywords; a sheet's hidden tests give others. Next:
:mod:`bnn_teach.course.chapters.ch08.checks`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from bnn_teach.course.expectations import (
    Exercise,
    Lesson,
    about,
    expect,
    expect_close,
    expect_no_slip,
    parts,
)

_ROUNDING = 1e-6  # relative; whether one divides by n or n - 1 is another 1/n


def _functions(seed: int, chains: int, draws: int, num_x: int) -> np.ndarray:
    """Return functions of shape (chain, draw, x), skewed and of unequal widths."""
    rng = np.random.default_rng(seed)
    scale = rng.uniform(0.1, 2.0, size=num_x)
    skewed = rng.standard_t(4, size=(chains, draws, num_x))
    skewed += rng.gamma(1.0, size=(chains, draws, 1))
    return rng.normal(size=num_x) + scale * skewed


def _tolerance(exact: np.ndarray, count: int) -> np.ndarray:
    return np.asarray((_ROUNDING + 1 / count) * exact)


# --- 07.1 ------------------------------------------------------------------------------------

_TOTAL = Lesson(
    "M2",
    "notebook 07, section 2",
    "Add the variances: the curve's and the noise's. Then take the root.",
)
_SLIP = Lesson(
    "M15",
    "notebook 07, section 2",
    "Square both standard deviations before you add, and take the root of the sum.",
)


def total_sd(
    answer: Any, noise_scale: float = 0.5, chains: int = 2, draws: int = 300, seed: int = 1
) -> None:
    """Compare the sd of a new measurement with the root of the sum of two variances."""
    f = _functions(seed, chains, draws, 9)
    epistemic = f.std(axis=(0, 1))
    exact = np.hypot(epistemic, noise_scale)
    came = answer(f.copy(), noise_scale)
    slips = (
        (epistemic, "that of the curve alone", _TOTAL),
        (np.full(9, noise_scale), "that of the noise alone", _TOTAL),
        (epistemic + noise_scale, "the sum of the two sds", _SLIP),
        (exact**2, "the variance", _SLIP),
    )
    expect_no_slip(came, exact, slips, "The sd of a measurement", 1e-4)
    expect_close(came, exact, _tolerance(exact, f[..., 0].size), "The sd of a measurement", _TOTAL)


# --- 07.2 ------------------------------------------------------------------------------------

_SPLIT = Lesson(
    "The total variance is that of the curves, epistemic, plus the mean of the noise's, aleatoric.",
    "notebook 07, section 2",
    "Compute the two variances, add them, and take the root of all three at the end.",
)
_MEAN_SQUARE = Lesson(
    "Where the noise differs from draw to draw, its variances are averaged, not its sds.",
    "notebook 07, section 2",
    "The aleatoric variance is `np.mean(noise**2, axis=(0, 1))`.",
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
    exact = dict(
        zip(
            ("total", "epistemic", "aleatoric"),
            (np.hypot(epistemic, aleatoric), epistemic, aleatoric),
            strict=True,
        )
    )
    came = parts(answer(f.copy(), level), tuple(exact), _SPLIT)
    averaged = np.mean(everywhere, axis=(0, 1))
    expect(
        np.allclose(averaged, aleatoric) or not about(came[2], averaged, 1e-4),
        "The aleatoric sd: came the mean of the noise's sds.",
        _MEAN_SQUARE,
    )
    for (name, right), value in zip(exact.items(), came, strict=True):
        squared = about(value, right**2, 1e-4) and not np.allclose(right, 1, rtol=1e-3)
        expect(not squared, f"The {name} sd: came a variance.", _SLIP)
        given = f"The {name} sd, where noise is {noise},"
        expect_close(value, right, _tolerance(right, f[..., 0].size), given, _SPLIT)


# --- 07.3 ------------------------------------------------------------------------------------

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


def share_within(
    answer: Any, k: float = 2.0, chains: int = 2, draws: int = 400, seed: int = 3
) -> None:
    """Compare shares with counts, at each x."""
    f = _functions(seed, chains, draws, 8)
    mean, sd = f.mean(axis=(0, 1)), f.std(axis=(0, 1))
    exact = np.mean(np.abs(f - mean) < k * sd, axis=(0, 1))
    came = answer(f.copy(), k)
    expect(np.shape(came) == exact.shape, f"Came shape {np.shape(came)}; expected (8,).", _EACH_X)
    from scipy import stats

    of_normal = np.full(8, 2 * stats.norm.cdf(k) - 1)
    expect(
        not about(came, of_normal, 1e-3),
        f"Came {of_normal[0]:.4g} everywhere, the share of a normal distribution; our draws are "
        "not normal.",
        _WITHIN,
    )
    overall = np.mean(np.abs(f - f.mean()) < k * f.std(), axis=(0, 1))
    expect(not about(came, overall), "One mean and one sd were used for all x.", _EACH_X)
    one_sided = np.mean(f - mean < k * sd, axis=(0, 1))
    expect(not about(came, one_sided), "Only the upper side was counted.", _WITHIN)
    near = 2.5 / f[..., 0].size  # n or n - 1 in the sd may move a draw or two across
    expect_close(came, exact, near, "The share of draws", _WITHIN)


CHECKS = {
    "07.1": Exercise(
        total_sd,
        _TOTAL,
        (
            "A new measurement is off for two reasons: which curve is true, and noise.",
            "The two are independent, so their variances add up.",
            "Return `np.sqrt(epistemic**2 + noise_scale**2)`.",
        ),
    ),
    "07.2": Exercise(
        split,
        _SPLIT,
        (
            "`np.broadcast_to(noise, f.shape)` makes an array of one number, so both cases are "
            "one.",
            "The aleatoric variance is the mean of the squared noise over all draws.",
            "The epistemic variance is `f.var(axis=(0, 1))`; the total one is the sum.",
        ),
    ),
    "07.3": Exercise(
        share_within,
        _WITHIN,
        (
            "At each x: the mean and the sd of all draws.",
            "Which draws are closer to the mean than k sds? `np.abs(f - mean) < k * sd`.",
            "The mean of this over `axis=(0, 1)` is the share.",
        ),
    ),
}
"""The exercises by number."""
