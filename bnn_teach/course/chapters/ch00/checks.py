"""The checks of notebook 00: the width of a band, two widths compared, and where to measure next.

The curves are drawn here, more skewed at one x than at another, so that a band from quantiles
differs from one of two standard deviations. Next: :mod:`bnn_teach.course.chapters.ch01.checks`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from bnn_teach.course.expectations import Checks, Lesson, Slip, about, expect, expect_close, number
from bnn_teach.prediction import quantile_band

CHECKS = Checks()
_ROUNDING = 1e-6  # relative
_BAND = Lesson(
    "At each x the band holds the middle 95 % of all curves: 2.5 % are below it, 2.5 % above.",
    "notebook 00, section 3",
    "Count the curves below your lower limit at one x: they should be 2.5 % of all.",
)
_TWO_SD = _BAND.beside(
    "M8",
    "Let `np.quantile` find the limits: it asks how many curves are inside, and assumes no shape.",
)
_ALL_RUNS = _BAND.beside(
    "The runs of the sampler answer the same question; their curves belong together.",
    "Look at the shape of what you return: it should have one number for each x.",
)


def _curves(seed: int, num_runs: int, num_curves: int, num_x: int) -> tuple[Any, np.ndarray]:
    """Return inputs of shape (x, 1) and curves (run, curve, x), skewed and of unequal widths."""
    rng = np.random.default_rng(seed)
    x = np.linspace(-1.0, 1.0, num_x)[:, None]
    skewness, scale = rng.uniform(0.1, 1.5, size=num_x), rng.uniform(0.2, 3.0, size=num_x)
    middle = rng.normal(0.0, 9.0, size=num_x)
    return x, middle + scale * rng.lognormal(0.0, skewness, size=(num_runs, num_curves, num_x))


def _at(x: np.ndarray, places: tuple[float, ...]) -> list[int]:
    return [int(np.argmin(np.abs(x - place))) for place in places]


def _width(curves: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the width of the 95 % band, and by how much two rules for quantiles may differ.

    Each rule takes a value between the same two neighbours of the sorted curves.
    """
    cuts = [0.025, 0.975]
    exact = np.ptp(quantile_band(curves, 0.95), axis=0)
    (low, high), (next_low, next_high) = (
        np.quantile(curves, cuts, axis=(0, 1), method=rule) for rule in ("lower", "higher")
    )
    return exact, np.maximum(next_high - low - exact, exact - (high - next_low)) + _ROUNDING * exact


@CHECKS.enter(
    "00.1",
    _BAND,
    "Two limits at each x: below the lower one are 2.5 % of all curves, above the upper one are "
    "2.5 %.",
    "The shape of `curves` is (run, curve, x). Over which of these axes are curves counted?",
    "`np.quantile` takes several shares at once, and several axes. Section 3 uses it so.",
    also=({"seed": 4, "num_runs": 2, "num_curves": 90},),
)
def band_width(answer: Any, seed: int = 1, num_runs: int = 4, num_curves: int = 200) -> None:
    """Compare the widths of the 95 % band with the quantiles of all curves."""
    _, curves = _curves(seed, num_runs, num_curves, 31)
    got, (exact, between_rules) = answer(curves.copy()), _width(curves)
    by_run = num_runs > 1 and np.shape(got) in ((num_curves, 31), (num_runs, 31))
    said = f"The width: got an array of shape {np.shape(got)}, expected {exact.shape}, one each x."
    expect(not by_run, said, _ALL_RUNS)
    expect(not about(got, -exact, 0.1), "The widths came with a minus: upper minus lower.", _BAND)
    slips = [
        Slip(factor * curves.std(axis=(0, 1)), f"It is {factor:g} standard deviations", _TWO_SD)
        for factor in (2, 4, 2 * 1.96)
    ]
    for level in (0.9, 0.5, 1.0):
        edges = np.quantile(curves, [(1 - level) / 2, (1 + level) / 2], axis=(0, 1))
        slips.append(Slip(np.ptp(edges, axis=0), f"It is that of a band of {100 * level:g} %"))
    expect_close(got, exact, between_rules, "The width of the band", _BAND, slips, near=1e-2)


_AT = _BAND.beside(
    "A band has a width at each x. To read it at a place, look up the nearest x.",
    "Find the index of the x that is nearest to each place, and read the width there.",
)


@CHECKS.enter(
    "00.2",
    _AT,
    "Begin with the widths at all x: `band_width(curves)`.",
    "How far is each x from a place? `np.argmin` gives the index of the smallest number.",
    "Read the width at both indices, give each a name, and then compare them.",
    also=({"seed": 5, "here": 0.9, "there": -0.3},),
)
def times_wider(
    answer: Any, seed: int = 2, here: float = 0.0, there: float = 0.4, num_runs: int = 4
) -> None:
    """Compare a ratio of two widths with that of the quantiles."""
    x, curves = _curves(seed, num_runs, 200, 101)
    places = _at(x, (here, there))
    width, between_rules = (each[places] for each in _width(curves))
    sd = curves.std(axis=(0, 1))[places]
    got, exact = answer(x.copy(), curves.copy(), here, there), width[0] / width[1]
    slips = (
        Slip(1 / exact, "It is upside down"),
        Slip(sd[0] / sd[1], "It is that of two standard deviations", _TWO_SD),
    )
    tolerance = exact * np.sum(between_rules / width)
    expect_close(got, exact, tolerance, "The ratio of the widths", _AT, slips, near=1e-3)


_WHERE = Lesson(
    "A new point teaches most where the curves disagree most, not where they are high.",
    "notebook 00, section 4",
    "Print the width of the band at each candidate, and compare with what you return.",
)


@CHECKS.enter(
    "00.3",
    _WHERE,
    "Where would a measurement surprise you most? Where the curves disagree.",
    "Make a list of the widths at the candidates, in their order.",
    "`np.argmax` gives a place in your list. What stands at this place among the candidates?",
    also=({"seed": 6, "candidates": (0.2, -0.7)}, {"seed": 7, "candidates": (0.4, 0.8, -0.1)}),
)
def next_place(
    answer: Any, seed: int = 3, candidates: tuple[float, ...] = (-0.9, -0.5, 0.0, 0.5, 0.9)
) -> None:
    """Ask for the place where the band is widest, among a few."""
    x, curves = _curves(seed, 4, 200, 101)
    at = _at(x, candidates)
    widths, middle = _width(curves)[0][at], curves.mean(axis=(0, 1))[at]
    best = candidates[int(np.argmax(widths))]
    got = number(answer(x.copy(), curves.copy(), candidates), "The place", _WHERE)
    nearest = int(np.argmin(np.abs(np.subtract(candidates, got))))
    listed = ", ".join(f"{each:g}" for each in candidates)
    said = f"The place: got {got:.4g}, expected one of the candidates, {listed}."
    expect(about(got, candidates[nearest], 1e-6), said, _WHERE)
    highest = nearest in (np.argmax(middle), np.argmax(np.abs(middle)))
    why = " There the curves are far from 0, but that is no disagreement." if highest else ""
    expect(
        about(got, best, 1e-6),
        f"The place: got {got:g}, where the band is {widths[nearest]:.3g} wide; "
        f"expected {best:g}, where it is {widths.max():.3g} wide.{why}",
        _WHERE,
    )
