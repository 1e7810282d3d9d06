"""The exercises of a notebook as a sheet, in the format of nbgrader, with solutions and all.

``notebooks/exercises/NN.md`` is the one source. You will find how it is read and what is asked of
it: title, setup, then for each exercise a statement, the solution, the check and perhaps a remark,
and at last a question that a person grades. Two things are made of it: the assignment that
students get, and the section Exercises of the notebook's page. Next:
:mod:`bnn_teach.classroom.pages`.
"""

from __future__ import annotations

import ast
import pathlib
import re
from collections.abc import Iterator
from typing import NamedTuple

from bnn_teach.course.material import NOTEBOOKS
from bnn_teach.course.notebook_files import Notebook, headline, parse_md
from bnn_teach.errors import ArgumentError, ExerciseError

FOLDER = NOTEBOOKS / "exercises"
STUB = "...  # your code goes here"
"""What stands in the place of a solution when it is handed out."""
SOLUTION = ("### BEGIN SOLUTION", "### END SOLUTION")
HIDDEN = ("### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS")
MOST_LINES = 10  # of a starter, as of every code cell

_PLAN = re.compile("title setup ((statement exercise check (remark )?)+)question reflection ")


class Problem(NamedTuple):
    """One exercise of a sheet."""

    number: str
    """Such as ``"05.2"``."""
    statement: str
    """What is asked, as Markdown."""
    solution: str
    """Code, without the marks around what is handed out empty."""
    starter: str
    """The same with :data:`STUB` in place of the solution."""
    call: str
    """How the answer is checked, such as ``bt.check("05.2", variance_of)``."""
    remark: str
    """What belongs to the solution, as Markdown; may be empty."""


class Sheet(NamedTuple):
    """A sheet, taken apart."""

    notebook: str
    """The number of the notebook, such as ``"05"``."""
    problems: tuple[Problem, ...]
    question: str
    """What a person grades, as Markdown."""


def numbers(folder: pathlib.Path | None = None) -> list[str]:
    """Return the numbers of the notebooks that have a sheet, such as ``["00", "01"]``."""
    return sorted(path.stem for path in (folder or FOLDER).glob("[0-9][0-9].md"))


def source(number: str, folder: pathlib.Path | None = None) -> Notebook:
    """Return a notebook's sheet as it is written, with solutions and hidden tests.

    Raises
    ------
    ArgumentError
        There is no such sheet; the message lists those that there are.
    ExerciseError
        It is not in order; the message names the cell.
    """
    path = (folder or FOLDER) / f"{number}.md"
    if not path.is_file():
        there = ", ".join(numbers(folder)) or "none"
        raise ArgumentError(f"{path}: there is no sheet of this number. There are: {there}.")
    notebook = parse_md(path.read_text(encoding="utf-8"))
    for problem in _problems(number, notebook):
        raise ExerciseError(f"{path}: {problem}")
    return notebook


def assignment(number: str, folder: pathlib.Path | None = None) -> Notebook:
    """Return a sheet as nbgrader wants it in a course's ``source/``: without the remarks."""
    notebook = source(number, folder)
    notebook.cells = [cell for cell in notebook.cells if _role(cell) != "remark"]
    return notebook


def sheet(number: str, folder: pathlib.Path | None = None) -> Sheet:
    """Return a sheet, taken apart into exercises; raises as :func:`source` does."""
    notebook = source(number, folder)
    problems: list[Problem] = []
    statement, solution, question = "", "", ""
    for cell in notebook.cells:
        match _role(cell):
            case "statement":
                statement = cell.source
            case "exercise":
                solution = cell.source
            case "check":
                call = cell.source.splitlines()[0].removesuffix(".require()")
                parts = (statement, without(solution, SOLUTION, keep=True), starter(solution))
                problems.append(Problem(f"{number}.{len(problems) + 1}", *parts, call, ""))
            case "remark":
                problems[-1] = problems[-1]._replace(remark=cell.source)
            case "question":
                question = cell.source
    return Sheet(number, tuple(problems), question)


def starter(code: str) -> str:
    """Return a solution as it is handed out: what stands between the marks becomes the stub."""
    lines: list[str] = []
    inside = False
    for line in code.splitlines():
        if line.strip() == SOLUTION[0]:
            inside = True
            lines.append(line.replace(SOLUTION[0], STUB))
        elif line.strip() == SOLUTION[1]:
            inside = False
        elif not inside:
            lines.append(line)
    return "\n".join(lines)


def without(code: str, marks: tuple[str, str], keep: bool = False) -> str:
    """Return code without a pair of marks, and without what is between them, or with it."""
    kept = r"\1" if keep else ""
    begin, end = (rf"[ \t]*{re.escape(mark)}[ \t]*(?:\n|$)" for mark in marks)
    return re.sub(f"{begin}(.*?){end}", kept, code, flags=re.DOTALL).strip("\n")


# --- Is a sheet in order? ----------------------------------------------------------------------


def _problems(number: str, notebook: Notebook) -> Iterator[str]:
    roles = [_role(cell) for cell in notebook.cells]
    if not _PLAN.fullmatch("".join(f"{role} " for role in roles)):
        yield (
            f"its cells are {', '.join(roles)}. Expected title, setup, then statement, exercise, "
            "check and perhaps remark for each exercise, and at last question and reflection. A "
            "cell's role is the first word of its nbgrader grade_id."
        )
        return
    place = 0
    for cell, role in zip(notebook.cells, roles, strict=True):
        place += role == "statement"
        for problem in _cell_problems(f"{number}.{place}", role, cell):
            yield f"cell {headline(cell.source)}: {problem}"


def _cell_problems(number: str, role: str, cell: Notebook) -> Iterator[str]:
    notes = cell.metadata.nbgrader
    inner = role in {"statement", "exercise", "check", "remark"}
    expected = f"{role}-{number.replace('.', '-') if inner else number[:2]}"
    if notes.grade_id != expected:
        yield f"its grade_id is {notes.grade_id}, expected {expected}."
    graded, answered = role in {"check", "reflection"}, role in {"exercise", "reflection"}
    if (notes.grade, notes.solution, notes.locked) != (graded, answered, not answered):
        yield f"grade, solution and locked do not fit a cell of the role {role}."
    if graded and not notes.get("points", 0) > 0:
        yield "it has no points."
    if role == "statement" and not cell.source.startswith(f"**{number} "):
        yield f"expected it to begin with **{number} and a title."
    if role == "exercise":
        yield from _starter_problems(cell.source)
    if role == "check":
        first = cell.source.partition("\n")[0]
        if not re.fullmatch(rf'bt\.check\("{re.escape(number)}", \w+\)\.require\(\)', first):
            yield f'its first line is {first}, expected bt.check("{number}", ...).require().'
        if without(cell.source, HIDDEN) == cell.source:
            yield f"it has no hidden tests between {HIDDEN[0]} and {HIDDEN[1]}."


def _starter_problems(code: str) -> Iterator[str]:
    empty = starter(code)
    if not all(code.count(mark) == 1 for mark in SOLUTION):
        yield f"it has no solution between {SOLUTION[0]} and {SOLUTION[1]}."
    if (lines := len(empty.splitlines())) > MOST_LINES - 3:
        yield f"{lines} lines would be handed out, expected at most {MOST_LINES - 3}."
    try:
        ast.parse(empty)
    except SyntaxError as error:
        yield f"what would be handed out is no Python: {error}."


def _role(cell: Notebook) -> str:
    grade_id = cell.metadata.get("nbgrader", {}).get("grade_id", "unknown")
    return str(grade_id).partition("-")[0]
