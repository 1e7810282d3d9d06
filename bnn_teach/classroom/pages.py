"""The section Exercises of a notebook's page, made from the sheet.

A reader sees each exercise with its hints and its solution folded away; a learner finds a cell to
fill in, whose last line checks the answer. You will find how the section's cells are written, and
where in the notebook they go. Next: :mod:`bnn_teach.cli`.
"""

from __future__ import annotations

import pathlib
from typing import Any

from bnn_teach.classroom.checking import exercise
from bnn_teach.classroom.sheets import sheet
from bnn_teach.course.notebook_files import Content, Notebook, contents, find, markdown, newest
from bnn_teach.errors import ExerciseError

HEADING, NEXT = "## Exercises", "## Quiz"
INTRODUCTION = """\
Put your own code in the place of `...`, and run the cell: its last line tells whether the answer is
right, and if not, what to do. Each time it gives one more hint."""


def written(folder: pathlib.Path, number: str) -> list[Content]:
    """Return the cells that a notebook's section Exercises should have, by the notebook's number.

    Text and code take turns, beginning and ending with text. The sheets are in the notebooks'
    folder ``exercises``; errors are those of :func:`~bnn_teach.classroom.sheets.source`.
    """
    made = sheet(number, folder / "exercises")
    texts = [f"{HEADING}\n\n{INTRODUCTION}"]
    cells: list[Content] = []
    for problem in made.problems:
        hints = enumerate(exercise(problem.number).hints, 1)
        texts += [problem.statement, *(_folded(f"Hint {step}", hint) for step, hint in hints)]
        cells.append(Content("markdown", "\n\n".join(texts), (), ""))
        cells.append(Content("code", f"{problem.starter}\n\n\n{problem.call}", (), ""))
        solution = [f"```python\n{problem.solution}\n```", problem.remark]
        inside = "\n\n".join(filter(None, solution))
        texts = [_folded(f"Solution of {problem.number}", inside)]
    return [*cells, Content("markdown", "\n\n".join([*texts, made.question]), (), "")]


def place(notebook: Notebook) -> tuple[int, int]:
    """Return the first cell of the section Exercises, and the first one after it.

    Raises
    ------
    ExerciseError
        The notebook has no such section, followed by a quiz in a cell of its own.
    """
    begins = [cell.source.lstrip().splitlines()[:1] for cell in notebook.cells]
    try:
        first = begins.index([HEADING])
        return first, begins.index([NEXT], first)
    except ValueError:
        raise ExerciseError(
            f"a notebook needs a cell that begins with {HEADING!r}, and after it one that begins "
            f"with {NEXT!r}."
        ) from None


def refresh(folder: pathlib.Path, number: str) -> bool:
    """Write the section Exercises of a notebook into its ``.md``; say whether anything changed."""
    from nbformat.v4 import new_code_cell, new_markdown_cell

    [stem] = find(folder, [number])
    notebook = newest(folder, stem)
    if not stale(folder, number, notebook):
        return False
    first, after = place(notebook)
    make: dict[str, Any] = {"code": new_code_cell, "markdown": new_markdown_cell}
    cells = written(folder, number)
    notebook.cells[first:after] = [make[cell.cell_type](cell.source) for cell in cells]
    (folder / f"{stem}.md").write_text(markdown(notebook), encoding="utf-8")
    return True


def stale(folder: pathlib.Path, number: str, notebook: Notebook) -> bool:
    """Say whether a notebook's section Exercises differs from what the sheet says."""
    first, after = place(notebook)
    return contents(notebook)[first:after] != written(folder, number)


def _folded(summary: str, inside: str) -> str:
    return f"<details><summary>{summary}</summary>\n\n{inside}\n\n</details>"
