"""The course folder that nbgrader works in, made from the sheets.

You will find :func:`make_assignments`: it writes ``nbgrader_config.py``, the sources with solutions
and hidden tests, and lets nbgrader make of these what is handed out, which is then read for leaks.
All of it is derived and none of it is for the repository. Next:
:mod:`bnn_teach.classroom.grading`.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence

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
    "{_PLACE}.FlagForReview",
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
    been changed, unless ``force`` is true. What was handed out before is replaced when all that
    was asked for is ready; if anything fails, it and the gradebook are as they were.

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
    with _undone_on_failure(folder / "gradebook.db"), _room(folder) as room:
        for number in numbers:
            shutil.copytree(folder / "source" / number, room / "source" / number)
        places = [
            f"--CourseDirectory.{kind}_directory={room.name}/{kind}"
            for kind in ("source", "release")
        ]
        nbgrader(folder, "generate_assignment", "[0-9][0-9]", *places)
        for number in numbers:
            _refuse_leaks(room, number)
        for number in numbers:
            _replace(folder / "release" / number, room / "release" / number)
    for number, state in zip(numbers, states, strict=True):
        report(f"{number}: {state}; release/{number}/{number}.ipynb is ready to hand out")
    return [folder / "release" / number for number in numbers]


@contextlib.contextmanager
def _room(folder: pathlib.Path) -> Iterator[pathlib.Path]:
    """Make a folder beside the others, where what is to be handed out is made and looked at."""
    with tempfile.TemporaryDirectory(prefix=".making-", dir=folder) as room:
        yield pathlib.Path(room)


@contextlib.contextmanager
def _undone_on_failure(gradebook: pathlib.Path) -> Iterator[None]:
    """Leave the gradebook as it was if not all went well, because it has to fit the release."""
    before = gradebook.read_bytes() if gradebook.is_file() else None
    try:
        yield
    except BaseException:
        if before is None:
            gradebook.unlink(missing_ok=True)
        else:
            gradebook.write_bytes(before)
        raise


def _replace(place: pathlib.Path, new: pathlib.Path) -> None:
    """Put a folder in the place of another, which goes where the new one was."""
    place.parent.mkdir(exist_ok=True)
    if place.exists():
        place.rename(new.with_name(f"{new.name}.old"))
    new.rename(place)


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
        raise ClassroomError(
            f"nbgrader {arguments[0]} failed in {folder}: {_reason(run.stderr)}. For all that it "
            f"said: nbgrader {' '.join(arguments)}"
        )
    return run.stderr


def _reason(said: str) -> str:
    """Return the last error that nbgrader's traceback ends with, or else its last line."""
    found = re.findall(r"^(?:[\w.]*\.)?(\w+(?:Error|Exception|Entry|Found)): (.+)", said, re.M)
    own = [text for name, text in found if name not in ("SystemExit", "NbGraderException")]
    lines = said.strip().splitlines() or ["it said nothing"]
    return (own or [re.sub(r"^\[.*?\] ", "", lines[-1])])[-1].rstrip(".")


def _write_source(folder: pathlib.Path, number: str, force: bool) -> str:
    import nbformat

    path = folder / "source" / number / f"{number}.ipynb"
    if path.exists() and not force:
        return "source as it was (--force writes it anew)"
    notebook = sheets.assignment(number)
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)  # type: ignore[no-untyped-call]
    if (files := sheets.FOLDER / number).is_dir():
        shutil.copytree(files, path.parent, dirs_exist_ok=True)
    return "source written"


def _refuse_leaks(room: pathlib.Path, number: str) -> None:
    """Raise where what is to be handed out, in any of its files, gives something away."""
    source = parse((room / "source" / number / f"{number}.ipynb").read_text(encoding="utf-8"))
    for path in sorted((room / "release" / number).rglob("*")):
        if path.is_file() and (found := leaks(source, path)):
            raise ClassroomError(
                f"{number}: {len(found)} lines of solutions or hidden tests would be handed out "
                f"in {path.name}, the first is {found[0]!r}. What was handed out before is left as "
                f"it was. Are the marks {sheets.SOLUTION[0]!r} and {sheets.HIDDEN[0]!r} and their "
                "ends in place?"
            )
