"""How much may be claimed? Bands at several levels, and the share of the truth that they hold.

You will see the band of a model over land that nobody surveyed, with the truth that is known
afterwards, and beside it, region by region, how much of the truth lies inside: the exhibit of
notebook 16. Next: :mod:`bnn_teach.course.chapters.ch00.exhibit`.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from bnn_teach.errors import ArgumentError, ShapeError
from bnn_teach.exhibits.controls import Choice, Slider
from bnn_teach.exhibits.exhibit import Exhibit
from bnn_teach.exhibits.frames import Frame, Panel
from bnn_teach.exhibits.marks import Band, Bars, Line, Points
from bnn_teach.prediction import band_coverage, quantile_band

LEVELS = (50, 60, 70, 80, 90, 95, 99)


def claims(
    predictions: Mapping[str, np.ndarray],
    x: np.ndarray,
    truth: np.ndarray,
    known: np.ndarray,
    regions: Mapping[str, np.ndarray],
    axes: tuple[str, str] = ("x", "y"),
) -> Exhibit:
    """Build the exhibit: a level to claim, and a model to claim it of.

    Parameters
    ----------
    predictions : mapping of str to ndarray, shape (chain, draw, N)
        Of each model, by its name.
    x : ndarray, shape (N,)
        Where they are.
    truth : ndarray, shape (N,)
        What is true there.
    known : ndarray of bool, shape (N,)
        Which points the models were given.
    regions : mapping of str to ndarray of bool, shape (N,)
        The others.
    axes : tuple of two str, optional
        What x and y are, with their units.

    Returns
    -------
    Exhibit

    Raises
    ------
    ArgumentError
        There are fewer than two models.
    ShapeError
        A model's draws do not fit x.
    """
    if len(predictions) < 2:
        raise ArgumentError(
            f"predictions: came {len(predictions)}; expected the draws of at least two models, to "
            "be compared."
        )
    for name, draws in predictions.items():
        if np.ndim(draws) != 3 or np.shape(draws)[-1] != len(x):
            raise ShapeError(
                f"predictions of {name!r}: came shape {np.shape(draws)}; expected (chain, draw, N) "
                f"with N = {len(x)}, as x has. Take off the last axis, as in y.values[..., 0]."
            )
    thin = slice(None, None, max(1, len(x) // 135))  # enough for a smooth band
    places = np.arange(len(regions), dtype=float)
    low, high = float(truth.min()), float(truth.max())
    room = 0.35 * (high - low)

    def frame(level: int, model: str) -> Frame:
        lower, upper = quantile_band(predictions[model], level / 100)
        held = band_coverage(lower, upper, truth, regions)
        band = Panel(
            [
                Band(x[thin], lower[thin], upper[thin], "nuts", "the band"),
                Line(x[thin], truth[thin], "truth", "the truth", width=1.5),
                Points(x[known], truth[known], "data", "surveyed", size=2.5),
            ],
            xlabel=axes[0],
            ylabel=axes[1],
            ylim=(low - room, high + room),
        )
        bars = Panel(
            [
                Bars(places - 0.35, places + 0.35, 100 * np.array(list(held.values())), "nuts"),
                Line([-0.5, len(held) - 0.5], [level, level], "truth", "claimed"),
            ],
            ylabel="truth inside the band (%)",
            xlim=(-0.5, len(held) - 0.5),
            ylim=(0, 105),
            xticks=dict(zip(places, held, strict=True)),
        )
        shares = ", ".join(f"{100 * value:.0f} % {name}" for name, value in held.items())
        return Frame([band, bars], f"{model}, {level} % claimed. Held: {shares}.")

    controls = [
        Slider("level", LEVELS, label="level in %", value=95),
        Choice("model", list(predictions), label="model"),
    ]
    return Exhibit(frame, controls, title="How much may be claimed?")
