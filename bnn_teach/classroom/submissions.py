"""What a student handed in, looked at before nbgrader opens it, and flagged where it cannot be.

You will find :func:`problems`, which says in a sentence why a submission is not even opened and
what to do; :func:`misplaced` and :func:`left_over`, which name files that nobody grades; and
:func:`flag`, which asks a person to look. Next: :mod:`bnn_teach.classroom.grading`.
"""

from __future__ import annotations

import pathlib
import re
from collections.abc import Collection, Iterator
from fnmatch import fnmatch

from bnn_teach.course.notebook_files import parse
from bnn_teach.errors import ClassroomError

MOST_BYTES = 20 * 2**20
"""Of all files of a submission together, without the outputs of its notebook."""
MOST_BYTES_READ = 500 * 2**20
"""Of its notebook with outputs."""

_NAME = re.compile(r"[\w.@-]+")  # letters that mean nothing to a shell or in a pattern of files
_NOBODYS = (".*", "__pycache__", "timestamp.txt")  # files of editors, Python and nbgrader
_KINDS = {
    b"\xef\xbb\xbf": "an editor put a byte order mark before it, so it has to be saved without",
    b"\xff\xfe": "it is in UTF-16, not in UTF-8",
    b"\xfe\xff": "it is in UTF-16, not in UTF-8",
    b"%PDF": "it is a PDF",
    b"PK": "it is a zip archive",
    b"\x1f\x8b": "it is a gzip archive",
    b"<": "it is a web page",
    b"{\\rtf": "it is a text document",
}
_REMEDY = (
    "Ask for the .ipynb itself (in JupyterLab: File, Download); what was handed in stays in "
    "submitted/, and formgrader lists it as to be graded by hand."
)


def problems(handed_in: pathlib.Path, number: str, student: str) -> Iterator[str]:
    """Yield why a submission is not opened: nbgrader copies whatever lies in its folder."""
    try:
        yield from _problems(handed_in, number, student)
    except OSError as error:  # its rights, a disk that fails
        name = pathlib.Path(str(error.filename or handed_in)).name
        yield f"{name} cannot be read ({error.strerror}). Make it readable, and grade again."


def _problems(handed_in: pathlib.Path, number: str, student: str) -> Iterator[str]:
    if not _NAME.fullmatch(student):
        yield "the folder's name has other letters than a-z, 0-9 and _ . @ -; give it another one."
    try:
        refuse_links(handed_in)
    except ClassroomError as error:
        yield str(error)
    path = handed_in / f"{number}.ipynb"
    if not handed_in.parent.is_dir():
        yield f"it lies in submitted/ itself. Put it into submitted/STUDENT/{number}/{path.name}."
        return
    if not handed_in.is_dir():
        numbers = {each.name for each in (handed_in.parents[2] / "release").iterdir()}
        there = ", ".join(misplaced(handed_in.parents[1], numbers).get(student, ["nothing"]))
        yield (
            f"in {student}/ lies {there}. If it is sheet {number}, put it into "
            f"{student}/{number}/, as {path.name}, and grade again."
        )
        return
    if not path.is_file():
        there = ", ".join(sorted(each.name for each in handed_in.iterdir())) or "nothing"
        yield (
            f"there is no {path.name} in it, but {there}. Was it given another name? Rename it and "
            "grade again."
        )
        return
    if path.stat().st_size > MOST_BYTES_READ:
        yield (
            f"{path.name} has {path.stat().st_size / 2**20:.0f} MB; expected at most "
            f"{MOST_BYTES_READ // 2**20} MB. Ask for it without outputs (in JupyterLab: Edit, "
            "Clear Outputs of All Cells)."
        )
        return
    try:
        cells = _size(path)
    except ClassroomError as error:
        yield f"{path.name} cannot be read as a notebook: {error}. {_REMEDY}"
        return
    sizes = {each: each.stat().st_size for each in handed_in.rglob("*") if each.is_file()}
    sizes[path] = cells
    if sum(sizes.values()) > MOST_BYTES:
        largest = max(sizes, key=lambda each: sizes[each])
        what = "the cells of " if largest == path else ""
        yield (
            f"it has {sum(sizes.values()) / 2**20:.0f} MB without outputs, most of them in "
            f"{what}{largest.name}; expected at most {MOST_BYTES // 2**20} MB. Take out what is "
            "not needed (pictures pasted into cells, data) and grade again."
        )


def refuse_links(handed_in: pathlib.Path) -> None:
    """Raise :class:`ClassroomError` where a submission would have files of others copied."""
    paths = [handed_in.parent, handed_in, *handed_in.rglob("*")]
    if link := next((path for path in paths if path.is_symlink()), None):
        raise ClassroomError(
            f"{link.name} is a link to another file; expected files of its own only. Put the file "
            "itself there, or remove the link, and grade again."
        )


def misplaced(submitted: pathlib.Path, numbers: Collection[str]) -> dict[str, list[str]]:
    """Return what lies in ``submitted/`` itself, or in a student's folder and no sheet's there."""
    found: dict[str, list[str]] = {}
    for place in sorted(submitted.iterdir()):
        inside = sorted(place.iterdir()) if place.is_dir() else [place]
        names = [each.name for each in inside if not (each.is_dir() and each.name in numbers)]
        if _is_somebodys(place.name) and (names := [*filter(_is_somebodys, names)]):
            found[place.name] = names
    return found


def left_over(handed_in: pathlib.Path, number: str) -> list[str]:
    """Return the names of files in a submission that nobody reads: not we, nor its notebook.

    Those are other notebooks, and what the notebook does not name and the sheet does not have.
    """
    own = handed_in / f"{number}.ipynb"
    released = handed_in.parents[2] / "release" / number
    text = "\n".join(cell.source for cell in parse(own.read_text(encoding="utf-8")).cells)
    found = []
    for path in handed_in.rglob("*"):
        place = path.relative_to(handed_in)
        parts = {*place.parts, place.stem} if path.suffix == ".py" else {*place.parts}
        if path == own or not path.is_file() or not all(map(_is_somebodys, parts)):
            continue
        read = path.suffix != ".ipynb" and any(part in text for part in parts)
        if not read and not (released / place).exists():
            found.append(str(place))
    return sorted(found)


def _is_somebodys(name: str) -> bool:
    return not any(fnmatch(name, pattern) for pattern in _NOBODYS)


def flag(db_url: str, number: str, student: str, names: Collection[str] | None = None) -> None:
    """Have formgrader list what a person has to look at: these cells, if they lack points, or all.

    What was given beyond the points of a cell was given to earlier work, and is listed, too. Where
    no gradebook knows the assignment, there is nothing to list.
    """
    from nbgrader.api import Gradebook, MissingEntry  # type: ignore[import-untyped]

    if not pathlib.Path(db_url.removeprefix("sqlite:///")).is_file():
        return
    with Gradebook(db_url) as gradebook:
        try:
            gradebook.find_assignment(number)
        except MissingEntry:
            return
        gradebook.update_or_create_student(student)
        for notebook in gradebook.update_or_create_submission(number, student).notebooks:
            for grade in notebook.grades:
                lacking = grade.auto_score is None or grade.score < grade.max_score
                if names is None or (grade.name in names and lacking) or grade.extra_credit:
                    grade.needs_manual_grade = True
        gradebook.db.commit()


def _size(path: pathlib.Path) -> int:
    """Return the bytes of a notebook without its outputs; raise where it is none."""
    raw = path.read_bytes()
    if not raw.strip():
        raise ClassroomError("it is empty")
    for beginning, kind in _KINDS.items():
        if raw.lstrip().startswith(beginning):
            raise ClassroomError(kind)
    try:
        text = raw.decode("utf-8")
        notebook = parse(text)
        return sum(len(cell.source.encode()) + len(str(cell.get("attachments", ""))) for cell in
                   notebook.cells)  # fmt: skip
    except UnicodeDecodeError:
        raise ClassroomError("it is no text in UTF-8") from None
    except Exception as error:  # of nbformat, jsonschema, json; each means the same
        conflict = re.search(r"^<{7} ", text, re.MULTILINE)
        what = "it has the marks of a merge in Git" if conflict else "it breaks off or was damaged"
        shown = str(error).strip().partition("\n")[0][:120]
        raise ClassroomError(f"{what} ({type(error).__name__}: {shown})") from None
