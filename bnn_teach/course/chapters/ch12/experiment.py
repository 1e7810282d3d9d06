"""SBC replications, read from the tables of a sweep: notebook 12's, or those of a whole class.

A *replication* of simulation-based calibration is a function drawn from the prior, and data
measured from it; since we made it, we know its truth. Each run of notebook 12 records the ranks of
some replications. You will find :func:`read_replications`, which adds up the runs of one or more
tables, so that twenty students with twenty seeds have one histogram together::

    replications = read_replications("class.csv")
    plots.plot_rank_grid(replications.ranks, replications.num_draws)

:func:`thinned` and :func:`covered` are what a run does with its draws, and :func:`as_columns` puts
what it found into columns. Next: :mod:`bnn_teach.course.chapters.ch12.exhibit`, where the shapes of
such histograms can be learned.
"""

from __future__ import annotations

import json
import pathlib
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from bnn_teach.course.material import find_data
from bnn_teach.course.regions import distance_regions
from bnn_teach.course.run_tables import load_table
from bnn_teach.errors import ArgumentError, ShapeError
from bnn_teach.prediction import band_coverage, quantile_band

NUM_DRAWS = 39
"""Draws that each truth is ranked among: 40 possible ranks, of which 1 to 38 are 95 %."""
METHODS = ("nuts", "advi")
PLACES = ("inside", "gap", "beyond")
COVERED = ("replications", "sine")
R_HATS = ("r_hat", "r_hat_sine")
_COMMAND = "python -m bnn_teach sweep 12 --grid seed=100:103 -o mine --table mine.csv"


class Replications(NamedTuple):
    """What many runs of notebook 12 found, one after the other."""

    num_draws: int
    """L: ranks go from 0 to L."""
    seeds: list[int]
    """Of the runs."""
    ranks: dict[str, dict[str, np.ndarray]]
    """``ranks["nuts"]["beyond"]``: of the truth among the draws, shape (N,), N replications."""
    covered: dict[str, dict[str, np.ndarray]]
    """``covered["sine"]["gap"]``: which share of a region's x the 95 % band of NUTS covers. Under
    ``"replications"`` one number for each of them, under ``"sine"`` one for each new data set
    around the sine."""
    r_hat: np.ndarray
    """The largest R-hat of f at the three places, shape (N,)."""
    r_hat_sine: np.ndarray
    """The same for each new data set around the sine."""

    def coverage(self, method: str, place: str) -> tuple[float, float]:
        """Return in which share of replications the central 95 % hold the truth, and its error.

        With L = 39 draws these are the ranks 1 to 38: between the smallest and the largest draw.
        """
        ranks = self.ranks[method][place]
        share = float(np.mean((ranks > 0) & (ranks < self.num_draws)))
        return share, float(np.sqrt(share * (1 - share) / len(ranks)))


def read_replications(*paths: str | pathlib.Path) -> Replications:
    """Add up the replications of one or more tables.

    Parameters
    ----------
    *paths : str or path
        Tables that ``python -m bnn_teach sweep 12`` or ``merge 12`` wrote. Rows of runs that failed
        are left out.

    Raises
    ------
    ArgumentError
        There is no such table, it belongs to another notebook or holds no run that ended well, or
        two runs have the same seed and so the same replications.
    """
    rows: list[dict[str, Any]] = []
    for path in paths:
        for row in load_table(find_data(path)).rows:
            if not row.get("error"):
                rows.append(_read_row(row, str(path)))
    if not rows:
        raise ArgumentError(
            f"replications: got {', '.join(map(str, paths)) or 'no table'}, without a run that "
            f"ended well, expected at least one. Make a table with: {_COMMAND}"
        )
    seeds = [row["seed"] for row in rows]
    if twice := sorted({seed for seed in seeds if seeds.count(seed) > 1}):
        raise ArgumentError(
            f"replications: the seed {twice[0]} is there twice. It makes the same data, and each "
            "replication counts once: give every student another seed, from 100 on."
        )
    return Replications(
        NUM_DRAWS,
        seeds,
        {method: _joined(rows, method) for method in METHODS},
        {which: _joined(rows, which) for which in COVERED},
        *(np.concatenate([row[name] for row in rows]) for name in R_HATS),
    )


def thinned(f: np.ndarray, num_draws: int = NUM_DRAWS) -> np.ndarray:
    """Return so many draws of all chains, as far from each other as possible.

    Neighbours in a chain resemble each other. A bunch of like draws lies too often on one side of
    the truth, and its rank is too often 0 or L, even where the sampler is right.

    Parameters
    ----------
    f : ndarray, shape (chain, draw, N)
        What each draw says at N places.
    num_draws : int, optional
        L, how many to keep; there must be as many.

    Returns
    -------
    ndarray, shape (L, N)
    """
    together = f.reshape(-1, f.shape[-1])
    if len(together) < num_draws:
        raise ShapeError(
            f"f: got {len(together)} draws, expected at least {num_draws}. Take more draws."
        )
    return together[np.linspace(0, len(together) - 1, num_draws, dtype=int)]


def covered(x: Any, f: np.ndarray, truth: np.ndarray) -> list[float]:
    """Return in which share of each region the central 95 % of the draws hold the truth.

    Parameters
    ----------
    x : array_like, shape (N,) or (N, 1)
        Where f is known; inputs of :func:`bnn_teach.datasets.gap_sine`, in its unit.
    f : ndarray, shape (chain, draw, N)
        What each draw says there.
    truth : ndarray, shape (N,)
        What is true there.

    Returns
    -------
    list of three float
        Inside the data, in the gap, and beyond |x| = 1.
    """
    held = band_coverage(*quantile_band(f), truth, distance_regions(x))
    return [held[region] for region in ("inside", "gap", "far")]


def as_columns(**found: Any) -> dict[str, np.ndarray]:
    """Return columns for ``bt.record``: ``nuts=`` rows of three becomes ``nuts_inside``, and so on.

    Parameters
    ----------
    **found : array_like, shape (replication, 3)
        For each replication, or repetition, a number for each of :data:`PLACES`.
    """
    return {
        f"{name}_{place}": np.round(column, 3)
        for name, rows in found.items()
        for place, column in zip(PLACES, np.transpose(rows), strict=True)
    }


def _joined(rows: list[dict[str, Any]], what: str) -> dict[str, np.ndarray]:
    return {place: np.concatenate([row[f"{what}_{place}"] for row in rows]) for place in PLACES}


def _read_row(row: Mapping[str, Any], path: str) -> dict[str, Any]:
    """Read the cells of one run; those of a CSV file are texts."""
    names = {f"{what}_{place}": what for what in (*METHODS, *COVERED) for place in PLACES}
    try:
        read: dict[str, Any] = {name: _numbers(row[name]) for name in (*R_HATS, *names)}
        read["seed"] = int(row["seed"])
        for name in (name for name, what in names.items() if what in METHODS):
            ranks = read[name]
            if len(ranks) != len(read["r_hat"]) or not np.isin(ranks, range(NUM_DRAWS + 1)).all():
                raise ValueError(f"{name} holds no rank from 0 to {NUM_DRAWS} a replication")
    except (KeyError, ValueError, TypeError) as error:
        raise ArgumentError(
            f"{path}: expected a table of notebook 12, and it is not one ({type(error).__name__}: "
            f"{error}). Make one with: {_COMMAND}"
        ) from None
    return read


def _numbers(cell: Any) -> np.ndarray:
    values = json.loads(cell) if isinstance(cell, str) else cell
    return np.array([np.nan if value is None else value for value in values], float)
