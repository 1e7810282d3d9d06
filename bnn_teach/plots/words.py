"""Numbers and places in words, for notes in a picture and for its alternative text.

You will see how much a number needs to say: two digits, or as many as its error allows.
Next: :mod:`bnn_teach.plots.captions`.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

_MINUS = "\N{MINUS SIGN}"  # a screen reader reads it out


def number(value: float) -> str:
    """Write two significant digits: ``0.12``, ``−1,200``."""
    rounded = float(f"{value:.2g}") + 0.0  # + 0.0 turns -0 into 0
    text = f"{rounded:,.0f}" if 1000 <= abs(rounded) < 1e9 else f"{rounded:g}"
    return text.replace("-", _MINUS)


def with_error(value: float, error: float) -> str:
    """Write as many decimals as two digits of the error need: ``13.62 ± 0.18``."""
    digits = int(max(0, 1 - np.floor(np.log10(error)))) if error > 0 else 1
    return f"{value:.{digits}f} ± {error:.{digits}f}".replace("-", _MINUS)


def percent(probability: float) -> str:
    """Write a probability in per cent: ``95 %``."""
    return f"{100 * probability:.3g} %"


def listed(items: Iterable[str]) -> str:
    """Join with commas, and with "and" before the last."""
    *first, last = items
    return f"{', '.join(first)} and {last}" if first else last


def widest_gap(x: np.ndarray) -> tuple[float, float] | None:
    """Return the widest hole between neighbours, if it is five times wider than a typical one."""
    x = np.sort(x)
    steps = np.diff(x)
    if len(steps) < 3 or steps.max() <= 5 * np.median(steps):
        return None
    return float(x[steps.argmax()]), float(x[steps.argmax() + 1])


def where(x: np.ndarray, mask: np.ndarray) -> str:
    """Say where a mask over increasing x is true: ``|x| > 0.9``, ``x < −1 and 2 < x < 3``."""
    if mask.all():
        return "every x"
    flips = np.flatnonzero(mask[1:] != mask[:-1])
    middles = (x[flips] + x[flips + 1]) / 2
    middles = middles.round(2 - int(np.floor(np.log10(np.ptp(x)))))  # to a hundredth of the axis
    edges = ["", *map(number, middles)] if mask[0] else [*map(number, middles)]
    runs = list(zip(edges[::2], [*edges[1::2], ""], strict=False))
    if len(runs) == 2 and mask[0] and mask[-1] and runs[0][1] == _MINUS + runs[1][0]:
        return f"|x| > {runs[1][0]}"
    return listed(
        f"{low} < x < {high}" if low and high else f"x < {high}" if high else f"x > {low}"
        for low, high in runs
    )
