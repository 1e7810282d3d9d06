"""Formulas and the marks beside them stay on one line: no line begins with a full stop.

A browser may break a line on both sides of a formula, which is a box to it, even before a comma.
"""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes  # type: ignore[import-untyped]
from sphinx.application import Sphinx

_OPENING = re.compile(r"[^\w\s]*$")
_CLOSING = re.compile(r"[^\w\s]*")


def keep_marks(app: Sphinx, doctree: nodes.document) -> None:
    """Put each formula into one unbreakable piece with the marks that touch it."""
    for formula in list(doctree.findall(nodes.math)):
        line, place = formula.parent, formula.parent.index(formula)
        before, after = (_text(line, place + step) for step in (-1, 1))
        opening, closing = _OPENING.search(before)[0], _CLOSING.match(after)[0]
        if opening or closing:
            kept = [nodes.Text(opening), formula, nodes.Text(closing)]
            piece = nodes.inline("", "", *kept, classes=["course-formula"])
            left, right = before.removesuffix(opening), after.removeprefix(closing)
            whole = [nodes.Text(left), piece, nodes.Text(right)]
            line[place - bool(before) : place + 1 + bool(after)] = whole


def _text(line: nodes.Element, place: int) -> str:
    there = line[place] if 0 <= place < len(line) else None
    return str(there) if isinstance(there, nodes.Text) else ""


def setup(app: Sphinx) -> dict[str, Any]:
    """Install it."""
    app.connect("doctree-read", keep_marks)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
