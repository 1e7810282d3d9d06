"""Outputs that say the same each time: a notebook run twice is the same file, byte for byte.

You will find what an output tells of one run only (addresses, temporary files, random ids, the
order in which widgets were made) and how it is taken out, and where a picture's alternative text
comes from. Numbers that are random because their computation is cannot be helped here: a notebook
sets its seed. Next: :mod:`bnn_teach.authoring.checks`.
"""

from __future__ import annotations

import hashlib
import json
import pathlib
import re
import sys
import textwrap
from collections.abc import Callable
from typing import Any

from bnn_teach.course.notebook_files import Notebook, set_alt
from bnn_teach.course.source import COLUMNS

LANGUAGE = {
    "file_extension": ".py",
    "mimetype": "text/x-python",
    "name": "python",
    "pygments_lexer": "ipython3",
}
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
VOLATILE = ("sampling_time",)
"""Attributes of a trace that differ in each run; their values are not shown."""

_VIEW = "application/vnd.jupyter.widget-view+json"
_STATE = "application/vnd.jupyter.widget-state+json"
_UUID = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
_MODEL = re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")
_FROM_CELL = re.compile(r"\S*/ipykernel_\d+/\d+\.py:\d+: ")  # where a warning was raised
_LIBRARIES = re.compile(r"[^\s\"'(<]*/site-packages/")
_NAMES = "|".join(VOLATILE)
_VALUES = re.compile(rf"((?:{_NAMES})\s*:\s*(?:</span></dt><dd>)?)[-+.\de]+")


def stable_text(notebook: Notebook, root: pathlib.Path) -> str:
    """Return a notebook as the text of its file, the same for two runs that showed the same.

    The text is JSON with sorted keys. Cells are named by what they contain, so that a new cell does
    not rename those below it; the name of ``root``, the course's folder, is taken off paths. The
    notebook is changed in place.
    """
    import nbformat

    notebook.metadata["language_info"] = dict(LANGUAGE)
    notebook.metadata.setdefault("kernelspec", dict(KERNEL))
    notebook.metadata.get("jupytext", {}).pop("text_representation", None)
    if not notebook.metadata.get("jupytext", True):
        del notebook.metadata["jupytext"]
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    scrub = _scrubber(root)
    ids: set[str] = set()
    for cell in notebook.cells:
        cell["source"] = cell["source"].strip("\n")
        cell["id"] = _cell_id(cell, ids)
        cell["metadata"].pop("execution", None)
        for output in cell.get("outputs", []):
            _scrub_output(output, scrub)
    _rename_widgets(notebook)
    tree = json.loads(nbformat.writes(notebook))  # type: ignore[no-untyped-call]
    return json.dumps(tree, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def describe_images(notebook: Notebook) -> None:
    """Give each picture its alternative text: as its author wrote it, then as it was computed.

    What is written is the cell's option ``alt``; what is computed is the text of the figure, made
    by :func:`bnn_teach.plots.alt_text` as it is shown. The two together go to where nbconvert
    reads them (the output's metadata) and to where the book does (the cell's).
    """
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        written, sentences = str(cell.metadata.get("alt", "")), []
        for output in images(cell):
            computed = "".join(output.data.get("text/plain", ""))
            computed = "" if computed.startswith("<") else computed
            sentences.append(computed)
            for kind in filter(_is_image, output.data):
                options = output.metadata.setdefault(kind, {})
                options["alt"] = " ".join(filter(None, [written, computed]))
        alt = " ".join(filter(None, [written, *sentences])) if sentences else ""
        set_alt(cell, alt)


def images(cell: Notebook) -> list[Any]:
    """Return the outputs of a cell that are pictures."""
    return [each for each in cell.get("outputs", []) if any(map(_is_image, each.get("data", {})))]


def _is_image(kind: str) -> bool:
    return kind.startswith("image/")


def _cell_id(cell: Notebook, taken: set[str]) -> str:
    """Return eight digits for what a cell contains; cells that are equal are counted."""
    written = f"{cell['cell_type']}\n{cell['source']}"
    base = name = hashlib.sha256(written.encode()).hexdigest()[:8]
    number = 1
    while name in taken:
        number += 1
        name = f"{base}-{number}"
    taken.add(name)
    return name


# --- Texts -----------------------------------------------------------------------------------


def _scrubber(root: pathlib.Path) -> Callable[[str], str]:
    """Return a function that takes out of a text what tells of this machine and this run."""
    numbers: dict[str, str] = {}

    def number(match: re.Match[str]) -> str:
        new = f"{len(numbers):08x}-0000-4000-8000-000000000000"
        return numbers.setdefault(match[0], new)

    # Where Python lives in /usr, that folder tells nothing.
    places = [p.resolve() for p in (root, pathlib.Path(sys.prefix)) if len(p.resolve().parts) > 2]
    folders = [f"{place}/" for place in places]

    def scrub(text: str) -> str:
        text = _FROM_CELL.sub("", _LIBRARIES.sub("", text))
        for folder in folders:
            text = text.replace(folder, "")
        text = re.sub(r" at 0x[0-9a-f]+", "", text)
        return _UUID.sub(number, _VALUES.sub(r"\1…", text))

    return scrub


def _scrub_output(output: Any, scrub: Callable[[str], str]) -> None:
    if "text" in output:
        output["text"] = scrub("".join(output["text"]))
    if output.get("name") == "stderr":  # a warning is one long line
        output["text"] = "".join(_folded(line) for line in output["text"].splitlines(keepends=True))
    for kind, value in output.get("data", {}).items():
        if kind.startswith("text/"):
            output["data"][kind] = scrub("".join(value))
    if output["output_type"] == "error":
        output["evalue"] = scrub(output["evalue"])
        # A reader learns from what an error says; its way through the library is for a debugger.
        output["traceback"] = [f"{output['ename']}: {output['evalue']}"]


def _folded(line: str) -> str:
    """Return a line, with its end, in lines that fit the book's column."""
    return (
        textwrap.fill(line, COLUMNS, subsequent_indent="  ") + "\n" if len(line) > COLUMNS else line
    )


# --- Widgets ---------------------------------------------------------------------------------


def _rename_widgets(notebook: Notebook) -> None:
    """Keep the widgets that are shown, named 0, 1, 2, ... in the order in which they appear."""
    stored = notebook.metadata.get("widgets", {}).get(_STATE)
    if not stored:
        return
    state = stored["state"]
    order: dict[str, None] = {}
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    views = [output["data"][_VIEW] for output in outputs if _VIEW in output.get("data", {})]
    queue = [view["model_id"] for view in views]
    while queue:
        model = queue.pop(0)
        if model in state and model not in order:
            order[model] = None
            queue += _references(state[model])
    links = [m for m in state if m not in order and state[m]["model_name"].endswith("LinkModel")]
    joined = {m: [list(order).index(r) for r in _references(state[m]) if r in order] for m in links}
    order |= dict.fromkeys(sorted((m for m in links if len(joined[m]) > 1), key=joined.__getitem__))
    names = {model: f"{place:032x}" for place, model in enumerate(order)}

    def rename(value: Any) -> Any:
        return json.loads(_MODEL.sub(lambda m: names.get(m[0], m[0]), json.dumps(value)))

    stored["state"] = {names[model]: rename(state[model]) for model in order}
    for view in views:
        view["model_id"] = names.get(view["model_id"], view["model_id"])


def _references(model: Any) -> list[str]:
    """Return the ids of the models that a model's state refers to, in a fixed order."""
    text = json.dumps(model["state"], sort_keys=True)
    return re.findall(r"IPY_MODEL_([0-9a-f]{32})", text)
