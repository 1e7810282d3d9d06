"""The course folder that nbgrader works in, made from the sheets.

You will find :func:`make_assignments`: it writes ``nbgrader_config.py``, the sources with solutions
and hidden tests, and lets nbgrader make of these what is handed out, which is then read for leaks.
All of it is derived and none of it is for the repository. Next:
:mod:`bnn_teach.classroom.grading`.
"""

from __future__ import annotations

import importlib.util
import os
import pathlib
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence

from bnn_teach.classroom import sheets
from bnn_teach.classroom.leaks import leaks
from bnn_teach.course.notebook_files import parse
from bnn_teach.errors import ClassroomError

CONFIG = "nbgrader_config.py"

_PLACE = "bnn_teach.classroom.preprocessors"
_CONFIG = f'''\
"""How nbgrader works in this folder; change what you like, it is not written again."""

import pathlib

c = get_config()  # noqa: F821 - nbgrader gives it
c.CourseDirectory.root = str(pathlib.Path(__file__).resolve().parent)
c.CourseDirectory.course_id = "bnn_teach"
c.ClearSolutions.code_stub = {{"python": {sheets.STUB!r}}}

# What a submission may take. Where your machine is slow, give it more time.
c.SandboxedExecute.seconds = 60.0  # for one cell, or one part of a check
c.SandboxedExecute.total_seconds = 600.0  # for a whole notebook
c.SandboxedExecute.memory_gb = 4.0

# Submissions are run in a sandbox. Leave these lines as they are: nbgrader's own Execute would run
# them as you, with all your files and your network.
c.Autograde.sanitize_preprocessors = [
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.DeduplicateIds",
    "nbgrader.preprocessors.OverwriteKernelspec",
    "{_PLACE}.RestoreCells",
    "nbgrader.preprocessors.OverwriteCells",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.Autograde.autograde_preprocessors = [
    "{_PLACE}.SandboxedExecute",
    "nbconvert.preprocessors.ClearMetadataPreprocessor",
    "nbgrader.preprocessors.LimitOutput",
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]

# Feedback does not show the hidden tests; what students write cannot run in a browser.
c.GenerateFeedback.preprocessors = [
    "{_PLACE}.HideHiddenTests",
    "nbgrader.preprocessors.GetGrades",
    "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",
]
c.HTMLExporter.sanitize_html = True
'''


def make_assignments(
    folder: pathlib.Path,
    numbers: Sequence[str] = (),
    report: Callable[[str], None] = lambda line: None,
    *,
    force: bool = False,
) -> list[pathlib.Path]:
    """Make a course folder, or add to one; return the folders to hand out, one for each sheet.

    Sheets are named by their numbers, such as ``"04"``; all are taken by default. ``report`` gets a
    line for each. A configuration that is there stays as it is, and so do sources, which may have
    been changed, unless ``force`` is true.

    Raises
    ------
    ArgumentError, ExerciseError
        There is no such sheet, or it is not in order.
    ClassroomError
        nbgrader is not installed or failed, or something secret would be handed out.
    """
    require_nbgrader()
    numbers = numbers or sheets.numbers()
    for number in numbers:
        sheets.source(number)  # which raises where one is not in order
    folder = folder.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / CONFIG).exists():
        (folder / CONFIG).write_text(_CONFIG, encoding="utf-8")
    states = [_write_source(folder, number, force) for number in numbers]
    for number in numbers:
        shutil.rmtree(folder / "release" / number, ignore_errors=True)
    nbgrader(folder, "generate_assignment", "[0-9][0-9]")  # those that have no release
    for number, state in zip(numbers, states, strict=True):
        _refuse_leaks(folder, number)
        report(f"{number}: {state}; release/{number}/{number}.ipynb is ready to hand out")
    return [folder / "release" / number for number in numbers]


def require_nbgrader() -> None:
    """Raise :class:`ClassroomError` where nbgrader is not installed."""
    if importlib.util.find_spec("nbgrader") is None:
        raise ClassroomError(
            "nbgrader is not installed. It is in the extra `classroom`: make env installs it, "
            'and so does pip install "bnn_teach[classroom]".'
        )


def nbgrader(folder: pathlib.Path, *arguments: str) -> str:
    """Run a command of nbgrader in a course folder, and return what it told of its work.

    Raises
    ------
    ClassroomError
        It failed; the message ends with its last lines.
    """
    programs = f"{pathlib.Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    run = subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments],
        env=os.environ | {"PATH": programs},  # where nbgrader looks for the program alembic
        cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if run.returncode:
        last = "\n".join(run.stderr.strip().splitlines()[-12:])
        raise ClassroomError(f"nbgrader {' '.join(arguments)}, in {folder}, failed:\n{last}")
    return run.stderr


def _write_source(folder: pathlib.Path, number: str, force: bool) -> str:
    import nbformat

    path = folder / "source" / number / f"{number}.ipynb"
    if path.exists() and not force:
        return "source as it was (--force writes it anew)"
    notebook = sheets.assignment(number)
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)  # type: ignore[no-untyped-call]
    return "source written"


def _refuse_leaks(folder: pathlib.Path, number: str) -> None:
    """Remove what is to be handed out where it gives something away."""
    released = folder / "release" / number
    source, text = (
        (folder / kind / number / f"{number}.ipynb").read_text(encoding="utf-8")
        for kind in ("source", "release")
    )
    if found := leaks(parse(source), text):
        shutil.rmtree(released)
        raise ClassroomError(
            f"{number}: {len(found)} lines of solutions or hidden tests would be handed out, the "
            f"first is {found[0]!r}. Nothing was left in {released}. Are the marks "
            f"{sheets.SOLUTION[0]!r} and {sheets.HIDDEN[0]!r} and their ends in place?"
        )
