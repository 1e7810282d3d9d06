"""Notebooks on disk: each is a pair of files, one to run and one to read.

You will find how a notebook is found by its number, and how its two files are kept in step:
``NN_topic.ipynb``, with outputs, and ``NN_topic.md``, the same cells as MyST Markdown, which shows
in a review what was changed. Either may be edited. Which of them is newer is decided by content,
never by the clock: the ``.ipynb`` remembers what both said when they were last stored.
Next: :mod:`bnn_teach.authoring.notebooks`, which runs them.
"""

from __future__ import annotations

import copy
import hashlib
import json
import pathlib
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from bnn_teach.errors import ArgumentError, BnnTeachError

Notebook = Any  # nbformat.NotebookNode: a dict whose keys are attributes, too
KEY = "bnn_teach"
"""Where a notebook's metadata keep what the runner noted of it."""


class NotebookError(BnnTeachError):
    """A notebook cannot be read, run or stored as it is."""


class Content(NamedTuple):
    """What an author wrote into a cell."""

    cell_type: str
    """``"code"`` or ``"markdown"``."""
    source: str
    """The text, without blank lines around it."""
    tags: tuple[str, ...]
    """In alphabetical order."""
    alt: str
    """The alternative text of the cell's pictures, as written: the cell's option ``alt``."""


def find(folder: pathlib.Path, names: Sequence[str] = ()) -> list[str]:
    """Return the stems, such as ``"06_what_does_nuts_find"``, of notebooks in a folder, sorted.

    Each name is a number, a stem or a file's name; without any, all notebooks are returned.

    Raises
    ------
    ArgumentError
        A name fits no notebook, or there is no such folder.
    """
    if not folder.is_dir():
        raise ArgumentError(
            f"{folder}: no such folder. Run this at the top of the course's checkout, or pass "
            "--folder."
        )
    stems = sorted(
        {path.stem for kind in ("ipynb", "md") for path in folder.glob(f"[0-9]*.{kind}")}
    )
    chosen = set()
    for name in names:
        wanted = pathlib.Path(name)
        stem = wanted.stem if wanted.suffix in {".ipynb", ".md"} else wanted.name
        fitting = {each for each in stems if each == stem or each.startswith(f"{stem}_")}
        if not fitting:
            there = ", ".join(stems) or "no notebook"
            raise ArgumentError(f"{name!r}: no notebook of this name. {folder} has {there}.")
        chosen |= fitting
    return sorted(chosen) if names else stems


def contents(notebook: Notebook) -> list[Content]:
    """Return what an author wrote: all that the two files of a pair share."""
    return [
        Content(
            cell.cell_type,
            cell.source.strip("\n"),
            tuple(sorted(cell.metadata.get("tags", []))),
            str(cell.metadata.get("alt", "")),
        )
        for cell in notebook.cells
    ]


def digest(written: list[Content]) -> str:
    """Return 16 hexadecimal digits that stand for what was written."""
    return hashlib.sha256(json.dumps(written).encode()).hexdigest()[:16]


def parse(raw: str) -> Notebook:
    """Return the notebook that the text of an ``.ipynb`` stands for."""
    import nbformat

    return nbformat.reads(raw, as_version=4)  # type: ignore[no-untyped-call]


def parse_md(text: str) -> Notebook:
    """Return the notebook that the text of an ``.md`` stands for."""
    import jupytext

    return jupytext.reads(text, fmt="md:myst")


def read_ipynb(folder: pathlib.Path, stem: str) -> Notebook | None:
    """Return the notebook in ``stem.ipynb``, or None where there is none."""
    remedy = f"Delete it; it is made again from {stem}.md."
    return _read(folder / f"{stem}.ipynb", parse, "notebook", remedy)


def read_md(folder: pathlib.Path, stem: str) -> Notebook | None:
    """Return the notebook in ``stem.md``, or None where there is none."""
    remedy = "Compare it with another notebook's .md."
    return _read(folder / f"{stem}.md", parse_md, "MyST notebook", remedy)


def _read(path: pathlib.Path, reader: Callable[[str], Notebook], what: str, remedy: str) -> Any:
    try:
        return reader(path.read_text(encoding="utf-8")) if path.exists() else None
    except Exception as error:  # of several packages; each means the same
        raise NotebookError(f"{path}: this is no {what} ({error}). {remedy}") from None


def newest(folder: pathlib.Path, stem: str) -> Notebook:
    """Return the file of a pair that was edited since they were last stored.

    Raises
    ------
    NotebookError
        Both were edited, and differently.
    """
    notebook, text = read_ipynb(folder, stem), read_md(folder, stem)
    if notebook is None or text is None:
        return text if notebook is None else notebook
    from_ipynb, from_md = digest(contents(notebook)), digest(contents(text))
    stored = notebook.metadata.get(KEY, {}).get("text")
    if from_md in (from_ipynb, stored):
        return notebook
    if from_ipynb == stored:
        return text
    raise NotebookError(
        f"{stem}: the .ipynb and the .md were both edited since they were last stored, and differ. "
        "Keep one: delete the other file, which is then made again from it."
    )


def markdown(notebook: Notebook) -> str:
    """Return the text of the ``.md``: what was written, without what was computed.

    Raises
    ------
    NotebookError
        A cell would not come back from the text as it is.
    """
    import jupytext

    plain = copy.deepcopy(notebook)
    for cell in plain.cells:
        set_alt(cell, "")
    text = str(jupytext.writes(plain, fmt="md:myst"))
    expected, returned = contents(plain), contents(parse_md(text))
    for number, cell in enumerate(expected, 1):
        if number > len(returned) or returned[number - 1] != cell:
            raise NotebookError(
                f"cell {number} ({headline(cell.source)}) cannot be written as MyST: it changes on "
                "the way back. Take out lines that begin with +++ or with ```{code-cell}."
            )
    return text


def set_alt(cell: Notebook, alt: str) -> None:
    """Set what the book takes as alternative text of a cell's pictures, or take it away."""
    options = dict(cell.metadata.pop("mystnb", {}))
    image = dict(options.pop("image", {})) | {"alt": alt}
    if not alt:
        del image["alt"]
    if image:
        options["image"] = image
    if options:
        cell.metadata["mystnb"] = options


def headline(source: str) -> str:
    """Return the beginning of a cell, in quotes, to recognise it by."""
    first = source.strip().partition("\n")[0]
    return f"'{first[:40]}…'" if len(first) > 40 else f"'{first}'"


def command(stem: str, option: str = "") -> str:
    """Return what to type to run a notebook again."""
    name = stem.partition("_")[0] if stem[:1].isdigit() else stem
    arguments = f"{name} {option}".strip()
    return f'make notebooks ARGS="{arguments}"' if option else f"make notebooks ARGS={arguments}"
