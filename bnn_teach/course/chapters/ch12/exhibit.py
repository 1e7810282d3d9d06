r"""Simulated worlds: what the ranks of many truths say about draws that are wrong in a known way.

You will see the smallest model whose posterior is a formula, one unknown and one measurement,

.. math:: \mu \sim \text{Normal}(0, 1), \quad y \sim \text{Normal}(\mu, 1), \qquad
          \mu \mid y \sim \text{Normal}(y / 2, 1 / 2),

in many worlds at once. The reader makes the draws too narrow, too wide or shifted, and reads the
histogram of ranks; or takes draws that never looked at the data. Next:
:mod:`bnn_teach.course.chapters.ch12.experiment`, the same for networks.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from bnn_teach.exhibits.controls import Choice, Slider
from bnn_teach.exhibits.exhibit import Exhibit
from bnn_teach.exhibits.frames import Frame, Panel
from bnn_teach.exhibits.marks import Band, Bars, Line, Mark, Points, Segments
from bnn_teach.plots.uniformity import bar_counts, uniform_band, uniformity
from bnn_teach.plots.words import percent

POSTERIOR, PRIOR = "the posterior", "the prior, blind to the data"
_NUM_DRAWS, _BARS, _SHOWN = 39, 20, 24
_HIGH = 4.0  # of the left panel
_TALL = 4.2  # of the right one, in expected heights of a bar


class Truths(NamedTuple):
    """Worlds with one unknown, and standard normal numbers from which draws are made."""

    mu: np.ndarray
    """The truth of each world, shape (N,)."""
    y: np.ndarray
    """What was measured there, shape (N,)."""
    noise: np.ndarray
    """Shape (L, N)."""


def make_truths(number: int, num_draws: int = _NUM_DRAWS, seed: int = 0) -> Truths:
    """Draw worlds from the model; the first of them are the same whatever their number."""
    rng = np.random.default_rng(seed)
    values = rng.standard_normal((number, num_draws + 2))
    return Truths(values[:, 0], values[:, 0] + values[:, 1], values[:, 2:].T)


def make_draws(truths: Truths, source: str, spread: float, shift: float) -> np.ndarray:
    """Return draws of each world's unknown, shape (L, N).

    Parameters
    ----------
    truths : Truths
        The worlds.
    source : str
        :data:`POSTERIOR` or :data:`PRIOR`.
    spread : float
        How many times as wide as they should be; 1 is right.
    shift : float
        How far off they lie, in standard deviations of the source; 0 is right.
    """
    centre, sd = (truths.y / 2, np.sqrt(0.5)) if source == POSTERIOR else (np.zeros(1), 1.0)
    return np.asarray(centre + sd * (shift + spread * truths.noise))


def simulated_worlds(
    spreads: Sequence[float] = (0.5, 0.7, 1.0, 1.4, 2.0),
    shifts: Sequence[float] = (-0.5, 0.0, 0.5),
    numbers: Sequence[int] = (50, 200, 800),
    seed: int = 0,
) -> Exhibit:
    """Build the exhibit: how wide the draws are, where they lie, and how many worlds there are.

    Parameters
    ----------
    spreads, shifts : sequence of float, optional
        What the sliders offer; with a kernel any value between them.
    numbers : sequence of int, optional
        How many worlds are ranked.
    seed : int, optional
        Of the worlds and of the draws.

    Returns
    -------
    Exhibit
    """
    every = make_truths(max(numbers), seed=seed)

    def frame(spread: float, shift: float, number: float, source: str) -> Frame:
        n = round(number)
        truths = Truths(every.mu[:n], every.y[:n], every.noise[:, :n])
        draws = make_draws(truths, source, spread, shift)
        ranks = np.sum(draws < truths.mu, axis=0)
        inside = np.mean((ranks > 0) & (ranks < _NUM_DRAWS))
        wide = "" if spread == 1 else f", but {spread:g} times as wide"
        moved = "" if shift == 0 else f", and shifted by {shift:g} of its standard deviations"
        says = (
            f"{n} worlds, draws from {source}{wide}{moved}: the middle 95 % of them hold the truth "
            f"in {percent(float(inside))} of the worlds. The histogram shows "
            f"{uniformity(ranks, _NUM_DRAWS).words}."
        ).replace("by -", "by \N{MINUS SIGN}")
        return Frame([_some_worlds(truths, draws, ranks), _histogram(ranks)], says)

    return Exhibit(
        frame,
        [
            Slider("spread", spreads, "width of the draws", 1.0),
            Slider("shift", shifts, "shift of the draws", 0.0),
            Slider("number", numbers, "number of worlds", numbers[len(numbers) // 2]),
            Choice("source", (POSTERIOR, PRIOR), "draws from"),
        ],
        title="What histograms of ranks look like",
        live=frame,
    )


def _some_worlds(truths: Truths, draws: np.ndarray, ranks: np.ndarray) -> Panel:
    """Draw the first worlds: an interval from the draws, and the truth on it or off it."""
    at, mu = np.arange(1, _SHOWN + 1), truths.mu[:_SHOWN]
    low, high = (edge[:_SHOWN].clip(-_HIGH, _HIGH) for edge in (draws.min(0), draws.max(0)))
    held = ((ranks > 0) & (ranks < _NUM_DRAWS))[:_SHOWN]
    marks: list[Mark] = [
        Segments(at, low, at, high, "nuts", "middle 95 %"),
        Points(at, np.where(held, mu, np.nan), "data", "truth, held"),
        Points(at, np.where(held, np.nan, mu), "warning", "truth, missed", size=5),
    ]
    return Panel(
        marks,
        xlabel="world",
        ylabel="unknown",
        xlim=(0, _SHOWN + 1),
        ylim=(-_HIGH, _HIGH),
        title="some worlds",
    )


def _histogram(ranks: np.ndarray) -> Panel:
    """Draw the bars in multiples of their expected height, with the band of honest histograms."""
    expected = len(ranks) / _BARS
    edges = np.linspace(0, _NUM_DRAWS + 1, _BARS + 1) - 0.5
    lower, upper = (edge[0] / expected for edge in uniform_band(len(ranks), _BARS, False))
    counts = bar_counts(ranks, _NUM_DRAWS, _BARS) / expected
    ends = edges[[0, -1]]
    step = 0.5 / expected  # half a world
    marks: list[Mark] = [
        Band(ends, [max(0, lower - step)] * 2, [upper + step] * 2, "prior", "honest histograms"),
        Bars(edges[:-1], edges[1:], counts.clip(0, _TALL), "nuts", "worlds"),
        Line(ends, [1, 1], "truth", "uniform", width=1.5),
    ]
    return Panel(
        marks,
        xlabel="rank of the truth among 39 draws",
        ylabel="bar / expected bar",
        xlim=(float(ends[0]), float(ends[1])),
        ylim=(0, _TALL),
        xticks=(0, 13, 26, 39),
        title="all worlds",
    )
