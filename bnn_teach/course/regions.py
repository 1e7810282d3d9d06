"""Where an input lies, beside the data of :func:`bnn_teach.datasets.gap_sine`: in the gap, outside.

You will find :func:`region_masks`, which parts the x axis into three, and
:func:`distance_regions`, which also parts what is near the data from what is far. With
:func:`bnn_teach.band_coverage` they say where a band holds the truth. Next:
:mod:`bnn_teach.course.chapters.ch08.bands`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from bnn_teach.course.datasets import EDGE, GAP

FAR = 1.0
"""An x of larger absolute value is far from the data."""
_ROUNDING = 1e-6  # of x, in float32 or in a file


def region_masks(x: Any) -> dict[str, np.ndarray]:
    """Say which x lie where: ``inside`` the data, in the ``gap`` between, ``outside`` of all.

    Parameters
    ----------
    x : array_like, shape (N,) or (N, 1)
        Inputs, in the unit of the data.

    Returns
    -------
    dict of str to ndarray of bool, shape (N,)
        Each x is in exactly one of the three.
    """
    distance = _distance(x)
    gap, outside = distance < GAP - _ROUNDING, distance > EDGE + _ROUNDING
    return {"inside": ~gap & ~outside, "gap": gap, "outside": outside}


def distance_regions(x: Any) -> dict[str, np.ndarray]:
    """Say which x lie where: everywhere, inside the data, in the gap, near them, far from them.

    Parameters and result are as in :func:`region_masks`, but ``outside`` is parted into ``near``
    and ``far`` at abs(x) = 1, and ``everywhere``, which comes first, is all.
    """
    parts = region_masks(x)
    outside, far = parts.pop("outside"), _distance(x) > FAR + _ROUNDING
    everywhere = np.ones_like(far)
    return {"everywhere": everywhere, **parts, "near": outside & ~far, "far": far}


def _distance(x: Any) -> np.ndarray:
    distance: np.ndarray = np.abs(np.asarray(x, float)).reshape(-1)
    return distance
