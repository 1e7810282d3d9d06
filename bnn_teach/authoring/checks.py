"""What is asked of every notebook: each check reads the stored files, and runs nothing.

A check is a function that takes a notebook and yields a sentence for each thing that is not in
order: what was found, and what to do. :data:`CHECKS` lists them all. Next: the notebooks.
"""

from __future__ import annotations

import itertools
import pathlib
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from bnn_teach.authoring.fingerprint import fingerprint
from bnn_teach.authoring.notebooks import code_of
from bnn_teach.authoring.outputs import describe_images, images, stable_text
from bnn_teach.classroom import pages, sheets
from bnn_teach.course.notebook_files import (
    KEY,
    Notebook,
    command,
    contents,
    headline,
    parse,
    read_ipynb,
    read_md,
)
from bnn_teach.course.parameters import read_line
from bnn_teach.course.source import COLUMNS
from bnn_teach.errors import BnnTeachError

MOST_CELLS = 60  # without the exercises; plain lines in short cells need more of them
MOST_LINES = 15
_RICHER = ("text/html", "image/", "application/vnd.jupyter.widget-view")


class Stored(NamedTuple):
    """A notebook as it lies on the disk."""

    stem: str
    """Its files' name without their ending."""
    root: pathlib.Path
    """The course's folder."""
    notebook: Notebook
    """What the ``.ipynb`` holds."""
    raw: str
    """The text of the ``.ipynb``."""
    pair: Notebook | None
    """What the ``.md`` holds, if there is one."""


def problems(folder: pathlib.Path, stem: str) -> list[str]:
    """Return what is not in order with a notebook, one sentence each; an empty list if all is."""
    notebook = read_ipynb(folder, stem)
    if notebook is None:
        return [f"{stem}: there is only a .md. Run {command(stem)}, which makes the .ipynb."]
    raw = (folder / f"{stem}.ipynb").read_text(encoding="utf-8")
    stored = Stored(stem, folder.resolve().parent, notebook, raw, read_md(folder, stem))
    return [f"{stem}: {sentence}" for check in CHECKS for sentence in check(stored)]


# --- Is what is shown what the cells show? ---------------------------------------------------


def check_pair(stored: Stored) -> Iterator[str]:
    """Both files hold the same cells: type, source, tags and written alternative text."""
    if stored.pair is None:
        yield f"the .md is missing. Run {command(stored.stem, '--stale')}, which writes it."
        return
    pairs = itertools.zip_longest(contents(stored.notebook), contents(stored.pair))
    for number, (here, there) in enumerate(pairs, 1):
        if here != there:
            yield (
                f"the .ipynb and the .md differ from cell {number} "
                f"({headline((here or there).source)}) on. Run {command(stored.stem)}, which takes "
                "the one that was edited."
            )
            return


def check_order(stored: Stored) -> Iterator[str]:
    """The cells were run once each, from top to bottom."""
    counts = [cell.execution_count for cell in stored.notebook.cells if cell.cell_type == "code"]
    if counts != list(range(1, len(counts) + 1)):
        shown = ", ".join("-" if count is None else str(count) for count in counts)
        yield (
            f"execution counts are {shown}, not 1 to {len(counts)} in order. "
            f"Delete empty code cells and run {command(stored.stem)}."
        )


def check_errors(stored: Stored) -> Iterator[str]:
    """No cell failed, unless it is tagged as one that shows an error."""
    for number, cell in _code_cells(stored):
        failed = [each for each in cell.outputs if each.output_type == "error"]
        if failed and "raises-exception" not in cell.metadata.get("tags", []):
            yield (
                f"cell {number} ({headline(cell.source)}) shows {failed[0].ename}. Correct it, or "
                f"tag it raises-exception, and run {command(stored.stem)}."
            )


def check_fresh(stored: Stored) -> Iterator[str]:
    """Neither the cells nor the library's code that they use changed after the run."""
    noted = stored.notebook.metadata.get(KEY, {}).get("fingerprint")
    if noted != fingerprint(code_of(stored.notebook), folder=stored.root / "notebooks"):
        yield (
            "the cells, or the library's code that they use, changed after the outputs were made. "
            f"Run {command(stored.stem)}."
        )


def check_stable(stored: Stored) -> Iterator[str]:
    """The file is as the runner stores it, so that a diff shows only what changed."""
    if stored.raw != stable_text(parse(stored.raw), stored.root):
        yield (
            "the file is not as it is stored after a run; it was perhaps saved in JupyterLab. "
            f"Run {command(stored.stem, '--stale')}."
        )


def check_paths(stored: Stored) -> Iterator[str]:
    """Nothing tells of the machine that the notebook ran on."""
    places = (stored.root, pathlib.Path.home(), sys.prefix, tempfile.gettempdir())
    own = {re.escape(str(each)) for each in places if len(pathlib.Path(each).parts) > 2}
    pattern = "|".join([*sorted(own), r"/(?:home|root|Users|tmp)/", r"[A-Z]:\\\w"])
    for text in _texts(parse(stored.raw)):
        if found := re.search(rf"(?<![\w./-])(?:{pattern})[^\s\"']*", text):
            yield (
                f"it names {found[0][:60]!r}, a place on one machine. Show what is inside the "
                f"course's folder only, and run {command(stored.stem)}."
            )
            return


# --- Is it written as the template asks? -----------------------------------------------------


def check_parameters(stored: Stored) -> Iterator[str]:
    """One cell is tagged ``parameters``; each line gives a name, a type, a value and a comment."""
    cells = [(n, c) for n, c in _code_cells(stored) if "parameters" in c.metadata.get("tags", [])]
    if len(cells) != 1:
        yield f"{len(cells)} cells are tagged parameters; tag one, near the top."
        return
    number, cell = cells[0]
    for line in filter(None, map(str.strip, cell.source.splitlines())):
        if not line.startswith("#") and not _is_parameter(line):
            yield (
                f"cell {number}: {line!r} is no parameter. Write each on a line, as in "
                "seed: int = 0  # of all that is random"
            )


def check_size(stored: Stored) -> Iterator[str]:
    """A notebook has at most 60 cells before and after its exercises, a code cell fifteen lines."""
    first, after = _exercises(stored)
    if (count := len(stored.notebook.cells) - (after - first)) > MOST_CELLS:
        yield f"it has {count} cells; at most {MOST_CELLS} are read to the end. Shorten it."
    for number, cell in _code_cells(stored):
        if (lines := len(cell.source.strip().splitlines())) > MOST_LINES:
            yield (
                f"cell {number} ({headline(cell.source)}) has {lines} lines, more than "
                f"{MOST_LINES}. Split it, or move a part of it to the library."
            )


def check_width(stored: Stored) -> Iterator[str]:
    """No line of code, and none that a cell prints, is wider than the book's column."""
    for number, cell in _code_cells(stored):
        for what, text in (("has", cell.source), *(("shows", each) for each in _printed(cell))):
            widest = max(text.splitlines(), key=len, default="")
            if len(widest) > COLUMNS:
                yield (
                    f"cell {number} {what} a line of {len(widest)} columns, more than "
                    f"{COLUMNS}: {headline(widest)}. Put one thing on a line."
                )
                break


def check_exercises(stored: Stored) -> Iterator[str]:
    """The section Exercises says what the sheet says."""
    number, folder = stored.stem.partition("_")[0], stored.root / "notebooks"
    if number in sheets.numbers(folder / "exercises"):
        try:
            stale = pages.stale(folder, number, stored.notebook)
        except BnnTeachError as error:
            yield str(error)
            return
        if stale:
            yield (
                "the section Exercises is not what the sheet says. Run python -m bnn_teach "
                f"exercises {number}, and then {command(stored.stem)}."
            )


def check_rhythm(stored: Stored) -> Iterator[str]:
    """Between two code cells there is text."""
    for number, (above, below) in enumerate(itertools.pairwise(stored.notebook.cells), 2):
        if above.cell_type == below.cell_type == "code":
            yield (
                f"cell {number} ({headline(below.source)}) follows another code cell. Say between "
                "them what was seen, or what to expect."
            )


def check_alt(stored: Stored) -> Iterator[str]:
    """Each picture has an alternative text."""
    for number, cell in enumerate(stored.notebook.cells, 1):
        if cell.cell_type != "code":
            if re.search(r"!\[\s*\]\(|<img(?![^>]*\salt=\"[^\"]+\")[^>]*>", cell.source):
                yield f"cell {number}: a picture has no words between ![ and ]. Describe it there."
            continue
        alt = cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "")
        if images(cell) and not alt.strip():
            yield (
                f"cell {number} ({headline(cell.source)}) shows a picture without an alternative "
                "text. Draw it with bnn_teach.plots, or give the cell the option alt, in the .md "
                f"as a line :alt: under its first, and run {command(stored.stem, '--stale')}."
            )


def check_alt_fresh(stored: Stored) -> Iterator[str]:
    """The alternative texts are those of the pictures that are shown."""
    again = parse(stored.raw)
    describe_images(again)
    for number, (cell, made) in enumerate(zip(stored.notebook.cells, again.cells, strict=True), 1):
        if cell.metadata.get("mystnb") != made.metadata.get("mystnb"):
            yield (
                f"cell {number} ({headline(cell.source)}): what was written in its option alt is "
                f"not yet stored. Run {command(stored.stem, '--stale')}."
            )


CHECKS: tuple[Callable[[Stored], Iterator[str]], ...] = (
    check_pair,
    check_order,
    check_errors,
    check_fresh,
    check_stable,
    check_paths,
    check_parameters,
    check_size,
    check_width,
    check_exercises,
    check_rhythm,
    check_alt,
    check_alt_fresh,
)
"""All of them, in the order in which they are reported."""


def _code_cells(stored: Stored) -> Iterator[tuple[int, Notebook]]:
    """Yield the code cells with their places among all cells, from 1."""
    for number, cell in enumerate(stored.notebook.cells, 1):
        if cell.cell_type == "code":
            yield number, cell


def _printed(cell: Notebook) -> Iterator[str]:
    """Yield the texts that a reader sees below a cell, not those that stand for a picture."""
    for output in cell.outputs:
        richer = [kind for kind in output.get("data", {}) if kind.startswith(_RICHER)]
        if not richer:
            yield output.get("text", "") or output.get("data", {}).get("text/plain", "")


def _exercises(stored: Stored) -> tuple[int, int]:
    """Return where the section Exercises begins and ends; nowhere, where there is none."""
    try:
        return pages.place(stored.notebook)
    except BnnTeachError:
        return 0, 0


def _is_parameter(line: str) -> bool:
    """Say whether a line is ``name: type = value  # comment``, with a value that is written out."""
    try:
        return bool(read_line(line).comment)
    except ValueError:
        return False


def _texts(value: Any, key: str = "") -> Iterator[str]:
    """Yield all strings in a notebook, without the pictures' encoded bytes."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield from _texts(each, name)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each, key)
    elif isinstance(value, str) and not (key.startswith("image/") and key != "image/svg+xml"):
        yield value
