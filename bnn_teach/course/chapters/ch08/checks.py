"""The checks of notebook 08: who is to blame for a narrow band, and what a mixture of fits says.

Effects are compared as logarithms, which add up; a mixture with the quantiles of all draws
together. The visible case is the default of a check's keywords; a sheet's hidden tests give
others. Next: :mod:`bnn_teach.course.chapters.ch09.checks`.
"""

from __future__ import annotations

import math
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

# --- 08.1 ------------------------------------------------------------------------------------

_LOGS = Lesson(
    "Ratios multiply, so their logarithms add up: whole = prior's part + method's part.",
    "notebook 08, section 1",
    "The method's part is the log of VI over NUTS, at the same prior scale.",
)
_SAME_PRIOR = Lesson(
    "M14",
    "notebook 08, section 1",
    "Compare the method with NUTS at the *same* prior; the rest is the prior's doing.",
)


def attribute(
    answer: Any,
    vi_narrow: float = 0.4,
    nuts_narrow: float = 1.2,
    nuts_wide: float = 6.0,
) -> None:
    """Ask for two log effects that add up to the whole."""
    came = parts(answer(vi_narrow, nuts_narrow, nuts_wide), ("prior", "method"), _LOGS)
    prior, method = math.log(nuts_narrow / nuts_wide), math.log(vi_narrow / nuts_narrow)
    slips = (
        (prior + method, "the whole: prior and method together", _SAME_PRIOR),
        (-method, "NUTS over VI, the inverse", _LOGS),
        (vi_narrow / nuts_narrow, "a ratio without its logarithm", _LOGS),
    )
    expect_no_slip(came[1], method, slips, "The method's part")
    expect_close(came[0], prior, 1e-9, "The prior's part", _LOGS)
    expect_close(came[1], method, 1e-9, "The method's part", _LOGS)


# --- 08.2 ------------------------------------------------------------------------------------

_REGION = Lesson(
    "A band may be too wide in one region and too narrow in another: judge each on its own.",
    "notebook 08, section 1",
    "Average the widths over the x of the region, `width[mask].mean()`, and then compare.",
)
_OPPOSED = Lesson(
    "If one effect widens and the other narrows, no share between 0 and 1 tells who did it.",
    "notebook 08, section 1",
    "Return None for the share where the two effects have different signs.",
)


def attribution(
    answer: Any,
    seed: int = 1,
    factors: tuple[float, float] = (0.4, 0.6),
    num_x: int = 30,
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
    came = parts(answer(*(each.copy() for each in given), mask), names, _REGION)
    everywhere = math.log(nuts_narrow.mean() / nuts_wide.mean())
    expect(not about(came[0], everywhere, 1e-9), "The mask was not used.", _REGION)
    at_each_x = float(np.log(nuts_narrow / nuts_wide)[mask].mean())
    expect(
        not about(came[0], at_each_x, 1e-9),
        "The prior's effect: came the mean of logs at each x; expected the log of two mean widths.",
        _REGION,
    )
    expect_close(came[0], prior, 1e-9, "The prior's effect", _REGION)
    expect_close(came[1], method, 1e-9, "The method's effect", _REGION)
    if (prior < 0) != (method < 0):
        expect(
            came[2] is None,
            f"The effects are {prior:+.3g} and {method:+.3g}: they are opposed; expected None as "
            "the prior's share.",
            _OPPOSED,
        )
        return
    share = prior / (prior + method)
    expect(
        came[2] is not None, f"The effects go together; expected a share of {share:.3g}.", _OPPOSED
    )
    expect_close(came[2], share, 1e-9, "The prior's share", _LOGS)


# --- 08.3 ------------------------------------------------------------------------------------

_POOL = Lesson(
    "A mixture is one distribution: draw a fit, then from it. Its draws are those of all fits.",
    "notebook 08, section 4",
    "Put the draws of all fits together, `np.concatenate(fits)`, and take quantiles of these.",
)
_AVERAGE = Lesson(
    "M14",
    "notebook 08, section 4",
    "Averaged edges forget that the fits disagree. Pool the draws, then take the quantiles.",
)


def mixture_band(
    answer: Any, level: float = 0.9, num_fits: int = 4, seed: int = 1, spread: float = 3.0
) -> None:
    """Compare a band with the quantiles of all draws together."""
    rng = np.random.default_rng(seed)
    fits = [spread * rng.normal(size=6) + rng.normal(size=(500, 6)) for _ in range(num_fits)]
    tails = [(1 - level) / 2, (1 + level) / 2]
    edges = np.array([np.quantile(fit, tails, axis=0) for fit in fits])
    exact = np.quantile(np.concatenate(fits), tails, axis=0)
    came = parts(answer([fit.copy() for fit in fits], level), ("lower", "upper"), _POOL)
    for wrong, said in (
        (edges.mean(axis=0), "the average of the fits' edges"),
        ((edges[:, 0].min(axis=0), edges[:, 1].max(axis=0)), "the outermost edges"),
        (np.quantile(np.mean(fits, axis=0), tails, axis=0), "a band of averaged draws"),
    ):
        same = all(about(here, there, 1e-4) for here, there in zip(came, wrong, strict=True))
        clear = not np.allclose(wrong, exact, rtol=1e-3)
        expect(not (same and clear), f"The band: came {said}.", _AVERAGE)
    doubled = np.quantile(np.concatenate(fits), [1 - level, level], axis=0)
    one_tail = about(came[0], doubled[0], 1e-4) and level != 0.5
    expect(not one_tail, f"Below the band are {1 - level:.0%} of the draws; expected half.", _POOL)
    for name, value, right in zip(("lower", "upper"), came, exact, strict=True):
        expect_close(value, right, 0.02, f"The {name} edge of the {level:.0%} band", _POOL)


CHECKS = {
    "08.1": Exercise(
        attribute,
        _LOGS,
        (
            "The equation of section 1 has two fractions on its right. The first is the prior's.",
            "The second one keeps the prior and changes the method: VI over NUTS.",
            "Write `method = np.log(vi_narrow / nuts_narrow)`.",
        ),
    ),
    "08.2": Exercise(
        attribution,
        _REGION,
        (
            "First one width for each: `vi, narrow, wide = (w[mask].mean() for w in (...))`.",
            "The two effects are those of 08.1, for these three widths.",
            "The share is `prior / (prior + method)` where both have the same sign, and else None.",
        ),
    ),
    "08.3": Exercise(
        mixture_band,
        _POOL,
        (
            "What would you draw from the mixture? First a fit, at random, and then one of its "
            "draws.",
            "All fits have as many draws, so their draws together are draws of the mixture: "
            "`np.concatenate(fits)`.",
            "The edges are the quantiles (1 - level) / 2 and (1 + level) / 2, over the draws: "
            "`axis=0`.",
        ),
    ),
}
"""The exercises by number."""
