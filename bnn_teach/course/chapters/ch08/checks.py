"""The checks of notebook 08: who is to blame for a narrow band, and what a mixture of fits says.

Effects are compared as logarithms, which add up; a mixture with the quantiles of all draws
together. Next: :mod:`bnn_teach.course.chapters.ch09.checks`.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from bnn_teach.course.expectations import Checks, Lesson, Slip, expect, expect_close, parts

CHECKS = Checks()
_LOGS = Lesson(
    "Ratios multiply, so their logarithms add up: whole = prior's part + method's part.",
    "notebook 08, section 1",
    "The method's part is the log of VI over NUTS, at the same prior scale.",
)
_SAME_PRIOR = _LOGS.beside(
    "M14", "Compare the method with NUTS at the *same* prior; the rest is the prior's doing."
)


@CHECKS.enter(
    "08.1",
    _LOGS,
    "The equation of section 1 has two fractions on its right. The first is the prior's.",
    "The second one keeps the prior and changes the method: VI over NUTS.",
    "One line is missing. It has the form of the line for the prior, with two other widths.",
    also=({"vi_narrow": 3.0, "nuts_narrow": 0.7, "nuts_wide": 0.2},),
)
def attribute(
    answer: Any, vi_narrow: float = 0.4, nuts_narrow: float = 1.2, nuts_wide: float = 6.0
) -> None:
    """Ask for two log effects that add up to the whole."""
    got = parts(answer(vi_narrow, nuts_narrow, nuts_wide), ("prior", "method"), _LOGS)
    prior, method = math.log(nuts_narrow / nuts_wide), math.log(vi_narrow / nuts_narrow)
    slips = (
        Slip(prior + method, "It is the whole: prior and method together", _SAME_PRIOR),
        Slip(-method, "It is NUTS over VI, the inverse"),
        Slip(vi_narrow / nuts_narrow, "It is a ratio without its logarithm"),
    )
    expect_close(got[1], method, 1e-9, "The method's part", _LOGS, slips)
    expect_close(got[0], prior, 1e-9, "The prior's part", _LOGS)


_REGION = _LOGS.beside(
    "A band may be too wide in one region and too narrow in another: judge each on its own.",
    "Average the widths over the x of the region, `width[mask].mean()`, and then compare.",
)
_OPPOSED = _LOGS.beside(
    "If one effect widens and the other narrows, no share between 0 and 1 tells who did it.",
    "Return None for the share where the two effects have different signs.",
)


@CHECKS.enter(
    "08.2",
    _REGION,
    "First one width for each: `vi, narrow, wide = (w[mask].mean() for w in (...))`.",
    "The two effects are those of 08.1, for these three widths.",
    "What would the share be where one effect is above 0 and the other below? Return a number "
    "only where it is between 0 and 1.",
    also=(
        {"factors": (0.7, 1.6), "seed": 87},
        {"factors": (2.0, 1.5), "seed": 88},
    ),
)
def attribution(
    answer: Any, seed: int = 1, factors: tuple[float, float] = (0.4, 0.6), num_x: int = 30
) -> None:
    """Ask for two log effects in a region, and for the prior's share where it has a meaning."""
    rng = np.random.default_rng(seed)
    nuts_wide = rng.gamma(3.0, size=num_x) + 0.2
    nuts_narrow = factors[0] * nuts_wide * rng.uniform(0.9, 1.1, num_x)
    vi_narrow = factors[1] * nuts_narrow * rng.uniform(0.9, 1.1, num_x)
    mask = np.arange(num_x) % 3 == 0
    given = (vi_narrow, nuts_narrow, nuts_wide)
    vi, narrow, wide = (float(width[mask].mean()) for width in given)
    prior, method = math.log(narrow / wide), math.log(vi / narrow)
    names = ("the prior's effect", "the method's effect", "the prior's share")
    got = parts(answer(*(each.copy() for each in given), mask), names, _REGION)
    at_each_x = np.log(nuts_narrow / nuts_wide)[mask].mean()
    slips = (
        Slip(np.log(nuts_narrow.mean() / nuts_wide.mean()), "The mask was not used"),
        Slip(at_each_x, "It is the mean of logs at each x, not the log of two mean widths"),
    )
    expect_close(got[0], prior, 1e-9, "The prior's effect", _REGION, slips)
    expect_close(got[1], method, 1e-9, "The method's effect", _REGION)
    if (prior < 0) != (method < 0):
        said = f"The effects are {prior:+.3g} and {method:+.3g}: they are opposed, expected None"
        expect(got[2] is None, f"{said} as the prior's share.", _OPPOSED)
        return
    share = prior / (prior + method)
    said = f"The effects go together, expected a share of {share:.3g}."
    expect(got[2] is not None, said, _OPPOSED)
    expect_close(got[2], share, 1e-9, "The prior's share", _LOGS)


_POOL = Lesson(
    "A mixture is one distribution: draw a fit, then from it. Its draws are those of all fits.",
    "notebook 08, section 4",
    "Put the draws of all fits together, and take quantiles of these.",
)
_AVERAGE = _POOL.beside(
    "M14", "Averaged edges forget that the fits disagree. Pool the draws, then take the quantiles."
)


@CHECKS.enter(
    "08.3",
    _POOL,
    "What would you draw from the mixture? First a fit, at random, and then one of its draws.",
    "All fits have as many draws, so their draws together are draws of the mixture: "
    "`np.concatenate` joins them.",
    "A central band leaves out the same share of draws on either side. Which two quantiles "
    "are its edges, and over which axis?",
    also=({"level": 0.5, "num_fits": 3, "seed": 89},),
)
def mixture_band(
    answer: Any, level: float = 0.9, num_fits: int = 4, seed: int = 1, spread: float = 3.0
) -> None:
    """Compare a band with the quantiles of all draws together."""
    rng = np.random.default_rng(seed)
    fits = [spread * rng.normal(size=6) + rng.normal(size=(500, 6)) for _ in range(num_fits)]
    tails = [(1 - level) / 2, (1 + level) / 2]
    edges = np.array([np.quantile(fit, tails, axis=0) for fit in fits])
    averaged = np.quantile(np.mean(fits, axis=0), tails, axis=0)
    together = np.concatenate(fits)
    got = parts(answer([fit.copy() for fit in fits], level), ("lower", "upper"), _POOL)
    for k, name, tail, outermost in ((0, "lower", 1 - level, np.min), (1, "upper", level, np.max)):
        slips = (
            Slip(edges[:, k].mean(axis=0), "It is the average of the fits' edges", _AVERAGE),
            Slip(outermost(edges[:, k], axis=0), "It is the outermost edge", _AVERAGE),
            Slip(averaged[k], "It is that of a band of averaged draws", _AVERAGE),
            Slip(np.quantile(together, tail, axis=0),
                 f"Beyond it are {1 - level:.0%} of the draws, expected half"),
        )  # fmt: skip
        exact, what = np.quantile(together, tails[k], axis=0), f"The {name} edge of the {level:.0%}"
        expect_close(got[k], exact, 0.02, f"{what} band", _POOL, slips, near=1e-4)
