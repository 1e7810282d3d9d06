"""The section Exercises of a notebook's page, made from the sheet.

A reader sees each exercise with its hints and its solution folded away; a learner finds a cell to
fill in, whose last line checks the answer. You will find how the section's cells are written, and
where in the notebook they go. Next: :mod:`bnn_teach.classroom.exercise_commands`.
"""

from __future__ import annotations

import pathlib
from collections.abc import Sequence

from bnn_teach.classroom.checking import exercise
from bnn_teach.classroom.sheets import Problem, sheet
from bnn_teach.course.notebook_files import (
    Content,
    Notebook,
    contents,
    find,
    markdown,
    newest,
)
from bnn_teach.errors import ExerciseError

HEADING, NEXT = "## Exercises", "## Quiz"
INTRODUCTION = """\
Put your own code in the place of `...`, and run the cell: its last line tells whether the answer is
right, and if not, what to do. Each time it gives one more hint."""


def written(folder: pathlib.Path, number: str) -> list[Content]:
    """Return the cells that a notebook's section Exercises should have.

    Parameters
    ----------
    folder : path
        Of the notebooks; the sheets are in its folder ``exercises``.
    number : str
        Of the notebook, such as ``"05"``.

    Returns
    -------
    list of Content
        Text and code in turn, beginning and ending with text.

    Raises
    ------
    ArgumentError, ExerciseError
        There is no such sheet, or it is not in order.
    """
    made = sheet(number, folder / "exercises")
    texts = [f"{HEADING}\n\n{INTRODUCTION}"]
    cells: list[Content] = []
    for problem in made.problems:
        hints = enumerate(exercise(problem.number).hints, 1)
        texts += [problem.statement, *(_folded(f"Hint {step}", hint) for step, hint in hints)]
        cells += [_text(texts), _code(f"{problem.starter}\n\n\n{problem.call}")]
        texts = [_folded_solution(problem)]
    return [*cells, _text([*texts, made.question])]


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
    notebook, cells = newest(folder, stem), written(folder, number)
    first, after = place(notebook)
    if contents(notebook)[first:after] == cells:
        return False
    make = {"code": new_code_cell, "markdown": new_markdown_cell}
    notebook.cells[first:after] = [
        make[cell.cell_type](cell.source)  # type: ignore[no-untyped-call]
        for cell in cells
    ]
    (folder / f"{stem}.md").write_text(markdown(notebook), encoding="utf-8")
    return True


def stale(folder: pathlib.Path, number: str, notebook: Notebook) -> bool:
    """Say whether a notebook's section Exercises differs from what the sheet says."""
    first, after = place(notebook)
    return contents(notebook)[first:after] != written(folder, number)


def _folded_solution(problem: Problem) -> str:
    inside = "\n\n".join(filter(None, [f"```python\n{problem.solution}\n```", problem.remark]))
    return _folded(f"Solution of {problem.number}", inside)


def _folded(summary: str, inside: str) -> str:
    return f"<details><summary>{summary}</summary>\n\n{inside}\n\n</details>"


def _text(parts: Sequence[str]) -> Content:
    return Content("markdown", "\n\n".join(parts), (), "")


def _code(source: str) -> Content:
    return Content("code", source, (), "")
