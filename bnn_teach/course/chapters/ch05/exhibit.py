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

from bnn_teach.errors import ShapeError
from bnn_teach.exhibits.controls import Choice, Slider
from bnn_teach.exhibits.exhibit import Exhibit
from bnn_teach.exhibits.frames import Frame, Panel
from bnn_teach.exhibits.marks import Bars, Line, Points

Curves = Callable[[np.ndarray, float, int, str], ArrayLike]
"""``curves(x, prior_scale, width, activation)``: functions from the prior, shape (S, N)."""


def prior_explorer(
    curves: Curves,
    x: ArrayLike,
    data: tuple[ArrayLike, ArrayLike],
    *,
    expected: tuple[float, float] = (1.0, 4.0),
    scales: Sequence[float] = (0.3, 0.5, 0.7, 1.0, 1.4, 2.0, 3.0),
    widths: Sequence[int] = (5, 20, 50),
    activations: Sequence[str] = ("ReLU", "tanh"),
    num_lines: int = 12,
) -> Exhibit:
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
        The points (x, y). They are a yardstick; only their inputs enter the swing.
    expected : tuple of two float, optional
        Between which values the swing is expected, in the unit of y.
    scales, widths, activations : sequence, optional
        What the controls offer. With a kernel any scale and width in between may be asked for.
    num_lines : int, optional
        How many functions are drawn.

    Returns
    -------
    Exhibit

    Raises
    ------
    ShapeError
        ``curves`` returns another shape than (S, N).
    """
    places = np.asarray(x, np.float32).reshape(-1)
    at, y = (np.asarray(each, np.float32).reshape(-1) for each in data)
    inputs = np.concatenate([places, at, [np.float32(0)]])[:, None]
    low, high = expected
    ticks = {0.5: f"below {low:g}", 1.5: f"{low:g} to {high:g}", 2.5: f"above {high:g}"}

    def frame(prior_scale: float, width: float, activation: str) -> Frame:
        units = round(width)
        f = np.asarray(curves(inputs, prior_scale, units, activation), float)
        if f.ndim != 2 or f.shape[1] != len(inputs):
            raise ShapeError(
                f"curves: returned shape {f.shape}; expected (S, {len(inputs)}), one function a "
                "row, at all inputs that it was given."
            )
        swing = np.ptp(f[:, len(places) : -1], axis=1)
        shares = [np.mean(swing < low), np.mean((swing >= low) & (swing <= high))]
        shares.append(np.mean(swing > high))
        lines = [
            Line(places, line, role="band", width=1.2) for line in f[:num_lines, : len(places)]
        ]
        flat, right, wild = (100 * share for share in shares)
        roles = ("prior", "nuts", "warning")
        bars = [Bars([i + 0.1], [i + 0.9], [shares[i]], role=roles[i]) for i in range(3)]
        return Frame(
            [
                Panel([*lines, Points(at, y, role="data", label="data, not seen by the prior")],
                      xlabel="x", ylabel="f(x)", ylim=(-6, 6)),
                Panel(bars, xlabel="swing over the inputs of the data", ylabel="probability",
                      xlim=(0, 3), ylim=(0, 1), xticks=ticks),
            ],
            says=f"prior_scale {prior_scale:g}, width {units}, {activation}: the swing is below "
            f"{low:g} in {flat:.0f} % of the functions, between {low:g} and {high:g} in "
            f"{right:.0f} %, above {high:g} in {wild:.0f} %. The standard deviation of f(0) is "
            f"{f[:, -1].std():.2g}.",
        )  # fmt: skip

    controls = [
        Slider("prior_scale", scales, label="prior_scale", value=scales[len(scales) // 2]),
        Slider("width", widths, label="units in a layer"),
        Choice("activation", activations, label="activation"),
    ]
    return Exhibit(frame, controls, title="What the prior believes", live=frame)
