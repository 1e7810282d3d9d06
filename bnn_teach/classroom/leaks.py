"""Does what is handed out give anything away? Read it line by line before a class does.

You will find :func:`leaks`, which looks for every line of a solution, of a hidden test and of a
model answer in the file that students get, wherever in it: in a cell, an output or a note. Next:
:mod:`bnn_teach.classroom.preprocessors`.
"""

from __future__ import annotations

import json
import pathlib
from collections.abc import Iterator
from typing import Any

from bnn_teach.classroom.sheets import HIDDEN, SOLUTION, without
from bnn_teach.course.notebook_files import Notebook

_SHORTEST = 8  # letters; `x = 1` is no secret, and may stand anywhere


def secrets(source: Notebook) -> list[str]:
    """Return the lines of an assignment that must not be handed out, without blanks around them.

    Lines that the sheet also shows elsewhere are left out.
    """
    shown, kept = [*SOLUTION, *HIDDEN], []
    secret: list[str] = []
    for cell in source.cells:
        notes = cell.metadata.get("nbgrader", {})
        if cell.cell_type == "markdown" and notes.get("grade") and notes.get("solution"):
            secret += cell.source.splitlines()
            continue
        public = cell.source
        for marks in (SOLUTION, HIDDEN):
            public = without(public, marks)
        kept.append(public)
        secret += set(cell.source.splitlines()) - set(public.splitlines())
    everything = "\n".join(kept)
    lines = (line.strip() for line in [*secret, *shown])
    return sorted({each for each in lines if len(each) >= _SHORTEST and each not in everything})


def leaks(source: Notebook, released: pathlib.Path) -> list[str]:
    """Return the secret lines of an assignment that occur in a file that students get."""
    text = released.read_text(encoding="utf-8", errors="replace")
    texts = list(_texts(json.loads(text))) if released.suffix == ".ipynb" else [text]
    return [each for each in secrets(source) if any(each in text for text in texts)]


def _texts(node: Any) -> Iterator[str]:
    """Yield all strings of a JSON document; those of a list also as the one text that they make."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, list):
        if all(isinstance(each, str) for each in node):
            yield "".join(node)
        for each in node:
            yield from _texts(each)
    elif isinstance(node, dict):
        for name, each in node.items():
            yield name
            yield from _texts(each)
