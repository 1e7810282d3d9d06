"""How a role looks in an exhibit: the same colour, dashes, marker and pattern as in a figure.

:data:`bnn_teach.plots.colors` is written in Matplotlib's words; here it is put into those of a
page. Next: :mod:`bnn_teach.exhibits.exhibit`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bnn_teach.plots.style import Look, colors

_DASHES = {"--": (3.7, 1.6), "-.": (6.4, 1.6, 1.0, 1.6), ":": (1.0, 1.65)}
"""Matplotlib's own, in widths of the line."""


def looks(roles: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return, for each role: colour, lengths of dashes in pixels, marker, and pattern."""
    return {role: look(colors[role]) for role in sorted(roles)}


def look(role: Look) -> dict[str, Any]:
    """Return one role's look in a page's words; a solid line has no dashes."""
    style = role.linestyle
    lengths = _DASHES.get(style, ()) if isinstance(style, str) else style[1]
    return {
        "color": role.color,
        "dash": [round(2.0 * each, 1) for each in lengths],
        "marker": role.marker or "o",
        "hatch": (role.hatch or "/")[0],
    }
