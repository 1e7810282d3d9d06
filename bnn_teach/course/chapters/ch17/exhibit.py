"""Move a point: the exact posterior splits into two modes, merges, and splits the other way.

You will see the exhibit of notebook 17. The reader moves the last of a few points up and down, and
changes the noise. On the left are the two weights, with the contours of the exact posterior; on the
right the exact band. Nothing is sampled. Next: :mod:`bnn_teach.course.chapters.ch00.exhibit`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from bnn_teach import exhibits as ex
from bnn_teach.course.chapters.ch17.exact import exact_posterior, function_quantiles, mode_masses
from bnn_teach.course.chapters.ch17.figures import LIMITS, plane
from bnn_teach.plots.landscapes import contour_lines

HEIGHTS = (-3.0, -2.5, -2.0, -1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5)
_SETTLED = 0.95  # of the mass in two opposite quadrants: then the other two are not worth a word
_X = np.linspace(0.1, 3, 25)


def move_a_point(
    x: ArrayLike,
    y: ArrayLike,
    prior_scale: float = 2.0,
    noise_scales: Sequence[float] = (0.2, 0.4, 0.8),
) -> ex.Exhibit:
    """Move the last point of a few, shape (N,): the exact posterior in weights and in functions."""
    places, start = np.asarray(x, float).reshape(-1), np.asarray(y, float).reshape(-1)

    def frame(height: float, noise: float) -> ex.Frame:
        values = np.append(start[:-1], height)
        posterior = exact_posterior(places, values, prior_scale, noise)
        lines = contour_lines(plane(places, values, prior_scale, noise), points=61)
        low, middle, high = function_quantiles(posterior, _X, [0.025, 0.5, 0.975])
        both = np.concatenate([-_X[::-1], [0.0], _X])
        lower, centre, upper = (
            np.concatenate([-turned[::-1], [0.0], row])
            for turned, row in ((high, low), (middle, middle), (low, high))
        )  # f is odd: f(-x) = -f(x)
        weights = [ex.Line(*lines, "truth", "1 to 4 sds below the top", width=1.2)]
        functions = [
            ex.Band(both, lower, upper, "band", "exact 95 % band"),
            ex.Line(both, centre, "band", "median"),
            ex.Points(places[:-1], values[:-1], "data", "points", size=4),
            ex.Points(places[-1:], values[-1:], "warning", "the one that moves", size=6),
        ]
        panels = [
            ex.Panel(weights, "w", "v", LIMITS, LIMITS, "in weights"),
            ex.Panel(functions, "x", "f(x)", (-3, 3), (-4, 4), "in functions"),
        ]
        return ex.Frame(panels, _say(mode_masses(posterior), height, noise, posterior.log_evidence))

    controls = [
        ex.Slider("height", HEIGHTS, "last point", 1.0),
        ex.Slider("noise", noise_scales, "noise sd", noise_scales[1]),
    ]
    return ex.Exhibit(frame, controls, title="The exact posterior, as a point moves", live=True)


def _say(masses: dict[str, float], height: float, noise: float, log_evidence: float) -> str:
    rising = masses["+ +"] + masses["- -"]
    if rising > _SETTLED:
        state = "two mirrored modes of functions that rise"
    elif rising < 1 - _SETTLED:
        state = "two mirrored modes of functions that fall"
    else:
        state = "all four corners hold mass, and meet in the middle"
    return (
        f"Last point at {height:g}, noise {noise:g}: {state}. f rises with probability "
        f"{rising:.3f}, of which w > 0 has half, {masses['+ +']:.3f}. "
        f"The log evidence is {log_evidence:.1f} nats."
    )
