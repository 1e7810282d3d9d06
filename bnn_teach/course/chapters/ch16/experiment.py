"""A strip of real land, surveyed in two stretches: the worked example of the capstone.

The heights are a digital elevation model of the Jacksboro fault in Tennessee that Matplotlib ships
as sample data. You will find the mean height of a strip 3.7 km wide along 30 km, which of its
points count as surveyed, the two strips beside it, and what may be learned from these without a
look at what is hidden. Next: :mod:`bnn_teach.course.chapters.ch16.figures`.
"""

from __future__ import annotations

import itertools
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

_ROWS = (120, 160, 200, 240)  # the edges of three strips, in rows of the elevation model
_EVERY = 5  # grid points from one surveyed point to the next
_STRETCHES = ((2.2, 10.5), (15.7, 24.6))  # kilometres, from the western edge
_KM_PER_DEGREE = 111.2  # of latitude


class Terrain(NamedTuple):
    """Heights along a line from west to east; N grid points."""

    km: np.ndarray
    """Distance from the western edge in kilometres, shape (N,)."""
    height: np.ndarray
    """Mean height of the strip in metres above the sea, shape (N,): the truth."""
    neighbours: np.ndarray
    """The same of the strips to the north and to the south, shape (2, N)."""
    surveyed: np.ndarray
    """Where the height is known, shape (N,), bool."""

    def at(self, km: ArrayLike) -> np.ndarray:
        """Return the true height at any distance, on straight lines between the grid points."""
        return np.asarray(np.interp(np.asarray(km, float), self.km, self.height))

    @property
    def regions(self) -> dict[str, np.ndarray]:
        """Where it is not known: between surveyed points, in the gap, and beyond both ends."""
        (west, start), (end, east) = _STRETCHES
        inside = (self.km >= west) & (self.km <= east)
        gap = (self.km > start) & (self.km < end)
        return {
            "between": inside & ~gap & ~self.surveyed,
            "gap": gap,
            "beyond": ~inside,
        }


def terrain() -> Terrain:
    """Return the strip, without a network: the file lies inside Matplotlib.

    Returns
    -------
    Terrain
        N = 403 points, 75 m apart, 47 of them surveyed.
    """
    from matplotlib.cbook import get_sample_data

    opened: Any = get_sample_data("jacksboro_fault_dem.npz")
    with opened as file:
        elevation = np.asarray(file["elevation"], np.float64)
        degrees, latitude = float(file["dx"]), float(file["ymin"] + file["ymax"]) / 2
    spacing = degrees * _KM_PER_DEGREE * np.cos(np.radians(latitude))
    north, height, south = (
        elevation[start:stop].mean(axis=0) for start, stop in itertools.pairwise(_ROWS)
    )
    km = spacing * np.arange(len(height))
    on_foot = np.any([(km >= west) & (km <= east) for west, east in _STRETCHES], axis=0)
    surveyed = on_foot & (np.arange(len(km)) % _EVERY == 0)
    return Terrain(km, height, np.stack([north, south]), surveyed)


def clear_windows(hidden: np.ndarray, window: int) -> np.ndarray:
    """Say which windows of w steps hold no hidden point: shape (N - w,), bool.

    Land is like the land beside it. So where the truth is hidden the strips to the north and to the
    south would betray it, and a look at them has to stop before: at windows that are clear of it.
    """
    parts = np.lib.stride_tricks.sliding_window_view(hidden, window + 1)
    return np.asarray(~parts.any(axis=-1))


def bulges(curves: np.ndarray, window: int) -> np.ndarray:
    r"""Say how far curves leave a straight line: the largest distance in each window.

    .. math:: B_i = \max_{0 \le j \le w} \; \bigl| f_{i+j} - \bigl(f_i + \tfrac{j}{w}
              (f_{i+w} - f_i)\bigr) \bigr|

    Parameters
    ----------
    curves : ndarray, shape (..., N)
        Values on an even grid.
    window : int
        w, steps from one end of a window to the other, at least 2.

    Returns
    -------
    ndarray, shape (..., N - w)
        In the unit of the curves.
    """
    share = np.linspace(0.0, 1.0, window + 1)
    windows = np.lib.stride_tricks.sliding_window_view(curves, window + 1, axis=-1)
    chord = windows[..., :1] * (1 - share) + windows[..., -1:] * share
    return np.asarray(np.abs(windows - chord).max(axis=-1))


def roughness(curves: np.ndarray, steps: int, hidden: np.ndarray) -> np.ndarray:
    """Return the sd that windows clear of hidden points have about their own straight line.

    The curves have the shape (..., N); the result has those of all their clear windows in a row.
    """
    windows = np.lib.stride_tricks.sliding_window_view(curves, steps + 1, axis=-1)
    windows = windows[..., clear_windows(hidden, steps), :].reshape(-1, steps + 1)
    at = np.linspace(-1.0, 1.0, steps + 1)
    line = np.polynomial.polynomial.polyfit(at, windows.T, 1)
    return np.asarray((windows - np.polynomial.polynomial.polyval(at, line)).std(axis=-1))
