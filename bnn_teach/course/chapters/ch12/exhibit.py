r"""Simulated data sets: what the ranks of many truths say about draws that are known to be wrong.

You will see the smallest model whose posterior is a formula, one unknown and one measurement,

.. math:: \mu \sim \text{Normal}(0, 1), \quad y \sim \text{Normal}(\mu, 1), \qquad
          \mu \mid y \sim \text{Normal}(y / 2, \sqrt{1 / 2}),

in many replications at once. The reader makes the draws too narrow, too wide or shifted, and reads
the histogram of ranks; or takes draws that never looked at the data. Next:
:mod:`bnn_teach.course.chapters.ch12.experiment`, the same for networks.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from bnn_teach import exhibits as ex
from bnn_teach.plots.uniformity import bar_counts, uniform_band, uniformity
from bnn_teach.plots.words import percent

POSTERIOR, PRIOR = "the posterior", "the prior, blind to the data"
_SPREADS, _SHIFTS, _SIZES = (0.5, 0.7, 1.0, 1.4, 2.0), (-0.5, 0.0, 0.5), (50, 200, 800)
_NUM_DRAWS, _BARS, _SHOWN = 39, 20, 24
_HIGH = 4.0  # of the left panel
_TALL = 4.2  # of the right one, in expected heights of a bar


class Truths(NamedTuple):
    """N replications with one unknown, and standard normal numbers from which draws are made."""

    mu: np.ndarray
    """The truth of each, shape (N,)."""
    y: np.ndarray
    """What was measured, shape (N,)."""
    noise: np.ndarray
    """Shape (L, N)."""


def make_truths(number: int, num_draws: int = _NUM_DRAWS, seed: int = 0) -> Truths:
    """Simulate from the model; the first replications are the same whatever their number."""
    rng = np.random.default_rng(seed)
    values = rng.standard_normal((number, num_draws + 2))
    return Truths(values[:, 0], values[:, 0] + values[:, 1], values[:, 2:].T)


def make_draws(truths: Truths, source: str, spread: float, shift: float) -> np.ndarray:
    """Return draws of each replication's unknown, shape (L, N).

    Parameters
    ----------
    truths : Truths
        The replications.
    source : str
        :data:`POSTERIOR` or :data:`PRIOR`.
    spread : float
        How many times as wide as they should be; 1 is right.
    shift : float
        How far off they lie, in standard deviations of the source; 0 is right.
    """
    centre, sd = (truths.y / 2, np.sqrt(0.5)) if source == POSTERIOR else (np.zeros(1), 1.0)
    return np.asarray(centre + sd * (shift + spread * truths.noise))


def simulated_replications(seed: int = 0) -> ex.Exhibit:
    """Build the exhibit: how wide the draws are, where they lie, and how many data sets there are.

    Parameters
    ----------
    seed : int, optional
        Of the simulated data sets and of the draws.
    """

    def frame(spread: float, shift: float, number: float, source: str) -> ex.Frame:
        truths = make_truths(round(number), seed=seed)
        draws = make_draws(truths, source, spread, shift)
        ranks = np.sum(draws < truths.mu, axis=0)
        held = (ranks > 0) & (ranks < _NUM_DRAWS)
        wide = "" if spread == 1 else f", but {spread:g} times as wide"
        moved = "" if shift == 0 else f", and shifted by {shift:g} of its standard deviations"
        says = (
            f"{len(ranks)} simulated data sets, draws from {source}{wide}{moved}: the middle 95 % "
            f"of them hold the truth in {percent(float(held.mean()))} of the data sets. The "
            f"histogram shows {uniformity(ranks, _NUM_DRAWS).words}."
        )
        return ex.Frame([_intervals(truths, draws, held), _histogram(ranks)], says)

    controls = [
        ex.Slider("spread", _SPREADS, "width of the draws", 1.0),
        ex.Slider("shift", _SHIFTS, "shift of the draws", 0.0),
        ex.Slider("number", _SIZES, "simulated data sets", 200),
        ex.Choice("source", (POSTERIOR, PRIOR), "draws from"),
    ]
    return ex.Exhibit(frame, controls, title="What histograms of ranks look like", live=True)


def _intervals(truths: Truths, draws: np.ndarray, held: np.ndarray) -> ex.Panel:
    """Draw the first data sets: an interval from the draws, and the truth on it or off it."""
    at, mu, held = np.arange(1, _SHOWN + 1), truths.mu[:_SHOWN], held[:_SHOWN]
    low, high = (edge[:_SHOWN].clip(-_HIGH, _HIGH) for edge in (draws.min(0), draws.max(0)))
    marks = [
        ex.Segments(at, low, at, high, "nuts", "middle 95 %"),
        ex.Points(at, np.where(held, mu, np.nan), "data", "truth, held"),
        ex.Points(at, np.where(held, np.nan, mu), "warning", "truth, missed", size=5),
    ]
    limits = (0, _SHOWN + 1), (-_HIGH, _HIGH)
    return ex.Panel(marks, "simulated data set", "unknown", *limits, title="some data sets")


def _histogram(ranks: np.ndarray) -> ex.Panel:
    """Draw the bars in multiples of their expected height, with the envelope of uniform ranks."""
    expected = len(ranks) / _BARS
    edges = np.linspace(0, _NUM_DRAWS + 1, _BARS + 1) - 0.5
    lower, upper = (edge[0] / expected for edge in uniform_band(len(ranks), _BARS, False))
    counts = bar_counts(ranks, _NUM_DRAWS, _BARS) / expected
    ends = float(edges[0]), float(edges[-1])
    step = 0.5 / expected  # half a data set
    envelope = "simultaneous 95 % envelope under uniformity"
    marks = [
        ex.Band(ends, max(0, lower - step), upper + step, "prior", envelope),
        ex.Bars(edges[:-1], edges[1:], counts.clip(0, _TALL), "nuts", "data sets"),
        ex.Line(ends, 1, "truth", "uniform", width=1.5),
    ]
    return ex.Panel(
        marks,
        xlabel="rank of the truth among 39 draws",
        ylabel="bar / expected bar",
        xlim=ends,
        ylim=(0, _TALL),
        xticks=(0, 13, 26, 39),
        title="all data sets",
    )
