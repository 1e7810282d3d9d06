"""What a student handed in, looked at before nbgrader opens it, and flagged where it cannot be.

You will find :func:`problems`, which says in a sentence why a submission is not even opened and
what to do; :func:`left_over`, which names files that nobody grades; and :func:`flag`, which asks a
person to look. Next: :mod:`bnn_teach.classroom.grading`.
"""

from __future__ import annotations

import pathlib
import re
from collections.abc import Collection, Iterator

from bnn_teach.course.notebook_files import parse
from bnn_teach.errors import ClassroomError

MOST_BYTES = 20 * 2**20
"""Of all files of a submission together, without the outputs of its notebook."""
MOST_BYTES_READ = 500 * 2**20
"""Of its notebook with outputs."""

_NAME = re.compile(r"[\w.@-]+")  # letters that mean nothing to a shell or in a pattern of files
_KINDS = {
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
    if not _NAME.fullmatch(student):
        yield "the folder's name has other letters than a-z, 0-9 and _ . @ -; give it another one."
    try:
        refuse_links(handed_in)
    except ClassroomError as error:
        yield str(error)
    path = handed_in / f"{number}.ipynb"
    if not handed_in.is_dir():
        yield f"{path.name} lies in {student}/; put it into {student}/{number}/ and grade again."
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


def left_over(handed_in: pathlib.Path, number: str) -> list[str]:
    """Return the names of other notebooks in a submission, which nobody grades."""
    found = (path.relative_to(handed_in) for path in handed_in.rglob("*.ipynb"))
    return sorted(
        str(path)
        for path in found
        if str(path) != f"{number}.ipynb" and ".ipynb_checkpoints" not in path.parts
    )


def flag(db_url: str, number: str, student: str, names: Collection[str] | None = None) -> None:
    """Have formgrader list what a person has to look at: these cells, if they lack points, or all.

    Where no gradebook knows the assignment, there is nothing to list.
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
                if names is None or (grade.name in names and lacking):
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
