"""Grade what a class handed in: each submission by nbgrader, in the sandbox, some side by side.

You will find :func:`grade`. It ends with one line for each student, and below it what a person has
to look at: nothing that was handed in goes without points and without a word. Feedback and the
table of grades are nbgrader's own commands. Next: :mod:`bnn_teach.cli`.
"""

from __future__ import annotations

import pathlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from bnn_teach.classroom.examination import HIDDEN_FAILED, STOPPED
from bnn_teach.classroom.folder import CONFIG, nbgrader, require_nbgrader
from bnn_teach.classroom.guard import ALTERED
from bnn_teach.classroom.recovery import remarks
from bnn_teach.classroom.sandbox import require
from bnn_teach.classroom.submissions import flag, left_over, misplaced, problems
from bnn_teach.course.notebook_files import parse
from bnn_teach.errors import ClassroomError

_BEFORE = "were given by hand before this run; look at it again in formgrader"


class Graded(NamedTuple):
    """One submission after grading."""

    student: str
    """The name of its folder in ``submitted/``."""
    scores: dict[str, float | None]
    """Points for each graded cell, by its name; None where a person has to read it."""
    most: dict[str, float]
    """Points that each cell is worth."""
    notes: tuple[str, ...]
    """What a teacher should know: a cell that was stopped, or why nothing was graded."""
    failed: bool = False
    """Whether it could not be graded at all."""

    def __str__(self) -> str:
        reached = sum(filter(None, self.scores.values()))
        by_hand = sum(most for name, most in self.most.items() if self.scores.get(name) is None)
        line = f"{self.student}: {reached:g} of {sum(self.most.values()):g}"
        if self.failed:
            line = f"{self.student}: not graded"
        elif by_hand:
            line += f", {by_hand:g} to be given by hand"
        # what a student wrote is quoted here, and must not steer a terminal
        lines = (line, *self.notes)
        return "\n  ".join(
            "".join(c if c.isprintable() or c == "\n" else "?" for c in each) for each in lines
        )


def grade(
    folder: pathlib.Path,
    number: str,
    students: Sequence[str] = (),
    report: Callable[[str], None] = lambda line: None,
    *,
    workers: int = 1,
) -> list[Graded]:
    """Grade the submissions of one sheet, those too that were graded before.

    The sheet is named by its number, such as ``"04"``, and students by their folders in the course
    folder's ``submitted/``; by default all are graded who handed it in. ``report`` gets a line for
    each submission when it is done. Each of the ``workers`` at a time takes 1 GB.

    Raises
    ------
    SandboxError
        No sandbox can be built here; nothing was run.
    ClassroomError
        There is no such course folder, sheet, or submission.
    """
    folder = folder.absolute()
    require_nbgrader()
    require()
    found = _submissions(folder, number, students)

    def one(student: str) -> Graded:
        graded = _grade_one(folder, number, student)
        report(str(graded))
        return graded

    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(one, found))


def _submissions(folder: pathlib.Path, number: str, students: Sequence[str]) -> list[str]:
    if not (folder / CONFIG).is_file() or not (folder / "release" / number).is_dir():
        raise ClassroomError(
            f"{folder} is no course folder in which sheet {number} was handed out. Make it first: "
            f"python -m bnn_teach assignments {number} --folder {folder}"
        )
    submitted = folder / "submitted"
    there = sorted(
        {path.parent.name for path in submitted.glob(f"*/{number}")}
        | {name for name in _misplaced(folder) if not (submitted / name / number).exists()}
    )
    place = f"{folder / 'submitted'}/STUDENT/{number}/{number}.ipynb"
    for student in students:
        if student not in there:
            raise ClassroomError(
                f"{student} handed in nothing; expected {place}. There are: {', '.join(there)}."
            )
    if not there:
        raise ClassroomError(f"There is nothing to grade. Put each submission into {place}.")
    return sorted(set(students)) or there


def _misplaced(folder: pathlib.Path) -> dict[str, list[str]]:
    """Return what was handed in where no sheet is looked for."""
    if not (folder / "submitted").is_dir():
        return {}
    return misplaced(folder / "submitted", {each.name for each in (folder / "release").iterdir()})


def _grade_one(folder: pathlib.Path, number: str, student: str) -> Graded:
    handed_in = folder / "submitted" / student / number
    gradebook = f"sqlite:///{folder / 'gradebook.db'}"
    problem = next(problems(handed_in, number, student), "")
    if not problem:
        try:
            nbgrader(folder, "autograde", number, "--student", student, "--force")
        except ClassroomError as error:
            problem = str(error)
    if problem:
        if handed_in.parent.is_dir():  # a file in submitted/ itself is of no known student
            flag(gradebook, number, student)
        return Graded(student, {}, {}, (problem,), failed=True)
    notes = [*_notes(folder / "autograded" / student / number / f"{number}.ipynb")]
    if others := left_over(handed_in, number) + _misplaced(folder).get(student, []):
        notes.append(f"also handed in, and graded by nobody: {', '.join(others)}")
        flag(gradebook, number, student, _points(gradebook, number, student)[1])
    scores, most, earlier = _points(gradebook, number, student)
    return Graded(student, scores, most, (*notes, *earlier))


def _points(
    gradebook: str, number: str, student: str
) -> tuple[dict[str, float | None], dict[str, float], list[str]]:
    """Return points, those that were possible, and what was given by hand to earlier work."""
    from nbgrader.api import Gradebook  # type: ignore[import-untyped]

    scores: dict[str, float | None] = {}
    most: dict[str, float] = {}
    earlier: list[str] = []
    with Gradebook(gradebook) as opened:
        for notebook in opened.find_submission(number, student).notebooks:
            for cell in sorted(notebook.grades, key=lambda each: str(each.name)):
                scores[cell.name] = None if cell.needs_manual_grade else float(cell.score)
                most[cell.name] = float(cell.max_score)
                if cell.needs_manual_grade and cell.manual_score is not None:
                    earlier.append(f"{cell.name}: {cell.manual_score:g} points {_BEFORE}")
                if cell.extra_credit:
                    earlier.append(f"{cell.name}: {cell.extra_credit:g} more points {_BEFORE}")
    return scores, most, earlier


def _notes(path: pathlib.Path) -> Iterator[str]:
    """Yield what ended otherwise than by a wrong answer."""
    notebook = parse(path.read_text(encoding="utf-8"))
    yield from (f"{name}: {said}" for name, said in remarks(notebook))
    for cell in notebook.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id", "a cell of its own")
        for output in cell.get("outputs", []):
            said = str(output.get("evalue", ""))
            if output.get("ename") == STOPPED or said.startswith(ALTERED):
                yield f"{name}: {said}"
            elif output.get("ename") == HIDDEN_FAILED:
                yield f"{name}: right on what the sheet shows, not on hidden data"
