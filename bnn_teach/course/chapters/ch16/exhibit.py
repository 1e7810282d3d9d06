"""How much may be claimed? Bands at several levels, and the share of the truth that they hold.

You will see the band of a model over land that nobody surveyed, with the truth that is known
afterwards, and beside it, region by region, how much of the truth lies inside: the exhibit of
notebook 16. Next: :mod:`bnn_teach.course.chapters.ch00.exhibit`.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from bnn_teach import exhibits as ex
from bnn_teach.errors import ArgumentError, ShapeError
from bnn_teach.exhibits.panels import named_bars
from bnn_teach.prediction import band_coverage, quantile_band

LEVELS = (50, 60, 70, 80, 90, 95, 99)


def claims(
    predictions: Mapping[str, np.ndarray],
    x: np.ndarray,
    truth: np.ndarray,
    known: np.ndarray,
    regions: Mapping[str, np.ndarray],
    axes: tuple[str, str] = ("x", "y"),
) -> ex.Exhibit:
    """Build the exhibit: a level to claim, and a model to claim it of.

    Parameters
    ----------
    predictions : mapping of str to ndarray, shape (chain, draw, N)
        Of each model, by its name.
    x, truth : ndarray, shape (N,)
        Where they are, and what is true there.
    known : ndarray of bool, shape (N,)
        Which points the models were given.
    regions : mapping of str to ndarray of bool, shape (N,)
        The others.
    axes : tuple of two str, optional
        What x and y are, with their units.

    Raises
    ------
    ArgumentError
        There are fewer than two models.
    ShapeError
        A model's draws do not fit x.
    """
    if len(predictions) < 2:
        raise ArgumentError(
            f"predictions: got {len(predictions)}, expected the draws of at least two models, to "
            "be compared."
        )
    for name, draws in predictions.items():
        if np.ndim(draws) != 3 or np.shape(draws)[-1] != len(x):
            raise ShapeError(
                f"predictions of {name!r}: got shape {np.shape(draws)}, expected (chain, draw, N) "
                f"with N = {len(x)}, as x has. Take off the last axis, as in y.values[..., 0]."
            )
    thin = slice(None, None, max(1, len(x) // 135))  # enough for a smooth band
    low, high = float(truth.min()), float(truth.max())
    room = 0.35 * (high - low)
    ends = np.array([-0.5, len(regions) - 0.5])

    def frame(level: int, model: str) -> ex.Frame:
        lower, upper = quantile_band(predictions[model], level / 100)
        marks = [
            ex.Band(x[thin], lower[thin], upper[thin], "nuts", "the band"),
            ex.Line(x[thin], truth[thin], "truth", "the truth", width=1.5),
            ex.Points(x[known], truth[known], "data", "surveyed", size=2.5),
        ]
        held = band_coverage(lower, upper, truth, regions)
        shares = {name: 100 * share for name, share in held.items()}
        bars = named_bars(
            shares,
            ["nuts"] * len(shares),
            ex.Line(ends, level, "truth", "claimed"),
            ylabel="truth inside the band (%)",
            ylim=(0, 105),
        )
        words = ", ".join(f"{share:.0f} % {name}" for name, share in shares.items())
        says = f"{model}, {level} % claimed. Held: {words}."
        return ex.Frame([ex.Panel(marks, *axes, ylim=(low - room, high + room)), bars], says)

    controls = [
        ex.Slider("level", LEVELS, "level in %", value=95),
        ex.Choice("model", list(predictions)),
    ]
    return ex.Exhibit(frame, controls, title="How much may be claimed?")
