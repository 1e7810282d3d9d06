"""What does a prior believe? Functions that it draws, and the probability that they fit in size.

You will see the exhibit of notebook 05. The reader turns the prior's scale, the width and the
activation; the same standard normal numbers stand behind all frames, so that single functions can
be followed while they grow. Next: :mod:`bnn_teach.course.chapters.ch07.exhibit`, the band after the
data.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from bnn_teach import exhibits as ex
from bnn_teach.exhibits.panels import function_lines, named_bars, read_functions

Curves = Callable[[np.ndarray, float, int, str], ArrayLike]
"""``curves(x, prior_scale, width, activation)``: functions from the prior, shape (S, N)."""

_LOW, _HIGH = 1.0, 4.0  # between which the swing is expected, in the unit of y


def prior_explorer(
    curves: Curves,
    x: ArrayLike,
    data: tuple[ArrayLike, ArrayLike],
    *,
    scales: Sequence[float] = (0.3, 0.5, 0.7, 1.0, 1.4, 2.0, 3.0),
    widths: Sequence[int] = (5, 20, 50),
) -> ex.Exhibit:
    """Turn the prior's knobs: functions on the left, probabilities of their swing on the right.

    A function's swing is how far it goes up and down over the inputs of the data.

    Parameters
    ----------
    curves : callable
        Takes inputs of shape (N, 1), ``prior_scale``, ``width`` and ``activation``, and returns
        functions drawn from the prior, shape (S, N); the same draws for every ``prior_scale`` let
        the reader follow one function.
    x : array_like, shape (N,) or (N, 1)
        Where the functions are drawn; about 40 places are enough.
    data : tuple of two array_like, shape (M,) or (M, 1)
        The points (x, y), for comparison; only their inputs enter the swing.
    scales, widths : sequence, optional
        Values to choose from. With a kernel any in between may be asked for.

    Raises
    ------
    ShapeError
        ``curves`` returns another shape than (S, N).
    """
    places = np.asarray(x, np.float32).reshape(-1)
    at, y = (np.asarray(each, np.float32).reshape(-1) for each in data)
    inputs = np.concatenate([places, at, [np.float32(0)]])[:, None]

    def frame(prior_scale: float, width: float, activation: str) -> ex.Frame:
        units = round(width)
        f = read_functions(curves(inputs, prior_scale, units, activation), len(inputs))
        swing = np.ptp(f[:, len(places) : -1], axis=1)
        flat, wild = swing < _LOW, swing > _HIGH
        shares = {
            f"below {_LOW:g}": float(flat.mean()),
            f"{_LOW:g} to {_HIGH:g}": float(np.mean(~flat & ~wild)),
            f"above {_HIGH:g}": float(wild.mean()),
        }
        bars = named_bars(
            shares,
            ["prior", "nuts", "warning"],
            xlabel="swing over the inputs of the data",
            ylabel="probability",
            ylim=(0, 1),
        )
        points = ex.Points(at, y, "data", "data, not seen by the prior")
        marks = [*function_lines(places, f[:, : len(places)]), points]
        below, within, above = (f"{100 * share:.0f} %" for share in shares.values())
        says = (
            f"prior_scale {prior_scale:g}, width {units}, {activation}: the swing is below "
            f"{_LOW:g} in {below} of the functions, between {_LOW:g} and {_HIGH:g} in "
            f"{within}, above {_HIGH:g} in {above}. The standard deviation of f(0) is "
            f"{f[:, -1].std():.2g}."
        )
        return ex.Frame([ex.Panel(marks, "x", "f(x)", ylim=(-6, 6)), bars], says)

    controls = [
        ex.Slider("prior_scale", scales, value=scales[len(scales) // 2]),
        ex.Slider("width", widths, "units in a layer"),
        ex.Choice("activation", ["ReLU", "tanh"]),
    ]
    return ex.Exhibit(frame, controls, title="What the prior believes", live=True)
