"""The course folder, and what is looked at before and after nbgrader works in it."""

import pathlib

import nbformat
import pytest

from bnn_teach.classroom import folder as folders
from bnn_teach.classroom import sheets
from bnn_teach.classroom.grading import Graded, grade
from bnn_teach.classroom.leaks import leaks, secrets
from bnn_teach.classroom.submissions import MOST_BYTES, left_over, problems
from bnn_teach.errors import ArgumentError, ClassroomError

SHEETS = pathlib.Path(__file__).parents[2] / "notebooks" / "exercises"


# --- made ------------------------------------------------------------------------------------


def test_a_sheet_that_does_not_exist_is_refused_before_anything_is_written(tmp_path):
    with pytest.raises(ArgumentError, match="There are: 00"):
        folders.make_assignments(tmp_path / "c", ["77"])
    assert not (tmp_path / "c" / "source").exists()


def test_without_nbgrader_the_message_names_the_extra(monkeypatch, tmp_path):
    monkeypatch.setattr(folders.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ClassroomError, match="classroom"):
        folders.make_assignments(tmp_path)


@pytest.fixture
def released(monkeypatch, tmp_path):
    """Make assignments with an nbgrader that hands out whatever a test wants."""

    def make(change=lambda text: text, **options):
        def fake(folder, command, numbers, source, release):
            (tmp_path / "gradebook.db").write_text("new")
            source, release = (folder / each.partition("=")[2] for each in (source, release))
            for path in filter(pathlib.Path.is_file, source.glob("*/*")):
                target = release / path.parent.name / path.name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(change(path.read_text()))

        monkeypatch.setattr(folders, "nbgrader", fake)
        return folders.make_assignments(tmp_path, ["04"], **options)

    return make


def files(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_what_would_give_something_away_is_not_left_there(released, tmp_path):
    with pytest.raises(ClassroomError, match="would be handed out"):
        released()
    assert not (tmp_path / "release").exists() and not (tmp_path / "gradebook.db").exists()


def fail(text):
    raise ClassroomError("no")


@pytest.mark.parametrize("failing", [lambda text: text, fail, lambda text: 1 / 0])
def test_what_fails_leaves_the_release_and_the_gradebook_as_they_were(failing, released, tmp_path):
    released(lambda text: "{}")
    (tmp_path / "gradebook.db").write_text("points")
    before = files(tmp_path)
    with pytest.raises((ClassroomError, ZeroDivisionError)):
        released(failing)
    assert files(tmp_path) == before


def test_files_of_a_sheet_are_handed_out_and_read_for_leaks(released, tmp_path, monkeypatch):
    exercises = tmp_path / "exercises"
    (exercises / "04" / "data").mkdir(parents=True)
    (exercises / "04.md").write_text((SHEETS / "04.md").read_text())
    (exercises / "04" / "readme.txt").write_text("x,y")
    (exercises / "04" / "data" / "points.csv").write_text("1,2")
    monkeypatch.setattr(sheets, "FOLDER", exercises)
    released(lambda text: text if text == "x,y" else "{}")
    assert (tmp_path / "release" / "04" / "readme.txt").read_text() == "x,y"
    assert (tmp_path / "source" / "04" / "data" / "points.csv").read_text() == "1,2"
    (tmp_path / "source" / "04" / "readme.txt").write_text("    half = num_points // 2\n")
    with pytest.raises(ClassroomError, match=r"handed out in readme\.txt"):
        released(lambda text: text if "half" in text[:20] else "{}")


def test_what_nbgrader_failed_with_is_one_sentence():
    said = """[App | ERROR] There was an error
    Traceback (most recent call last):
      File "savecells.py", line 40
nbgrader.api.MissingEntry: first
RuntimeError: Cannot add or remove cells for notebook '04' because there are submissions

[App | ERROR] There was an error processing assignment '04' for student '.'
nbgrader.converters.base.NbGraderException: Please see the traceback
"""
    assert folders._reason(said).startswith("Cannot add or remove cells")
    assert folders._reason("[App | ERROR] No notebooks.") == "No notebooks"
    assert folders._reason("") == "it said nothing"


def test_a_source_and_a_configuration_that_were_changed_are_kept_unless_forced(released, tmp_path):
    released(lambda text: "{}")
    source, config = tmp_path / "source" / "04" / "04.ipynb", tmp_path / folders.CONFIG
    before = source.read_text()
    source.write_text(before.replace("What should a good answer", "What may a bad answer"))
    config.write_text("# mine")
    said = []
    released(lambda text: "{}", report=said.append)
    assert "What may a bad answer" in source.read_text() and "as it was" in said[0]
    released(lambda text: "{}", force=True)
    assert "What should a good answer" in source.read_text()
    assert config.read_text() == "# mine"


# --- leaks -----------------------------------------------------------------------------------

PLACES = {
    "a cell": lambda notebook, line: notebook.cells[0].update(source=f"see {line} there"),
    "a note": lambda notebook, line: notebook.cells[0].metadata.update(note=[line]),
    "an output": lambda notebook, line: notebook.cells[1].outputs.append(
        nbformat.v4.new_output("stream", text=f"a\n{line}\n")
    ),
}


@pytest.mark.parametrize("place", PLACES)
def test_a_secret_line_is_found_wherever_it_stands(place, tmp_path):
    path = tmp_path / "04.ipynb"
    source = sheets.assignment("04", SHEETS)
    handed_out = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_markdown_cell("text"), nbformat.v4.new_code_cell("x = 1")]
    )
    nbformat.write(handed_out, path)
    assert leaks(source, path) == []
    line = "half = num_points // 2"
    PLACES[place](handed_out, line)
    nbformat.write(handed_out, path)
    assert leaks(source, path) == [line]


@pytest.mark.parametrize("number", sheets.numbers(SHEETS))
def test_each_sheet_has_secrets_of_every_kind(number):
    text = "\n".join(secrets(sheets.assignment(number, SHEETS)))
    assert f'check_hidden("{number}.1"' in text and f'check_hidden("{number}.3"' in text
    assert "### BEGIN SOLUTION" in text and "### END HIDDEN TESTS" in text
    assert "*Marking:*" in text


# --- before grading --------------------------------------------------------------------------


@pytest.fixture
def handed_in(tmp_path, sandbox):
    """A course folder with an empty submission."""
    (tmp_path / "release" / "04").mkdir(parents=True)
    (tmp_path / folders.CONFIG).write_text("")
    place = tmp_path / "submitted" / "anna" / "04"
    place.mkdir(parents=True)
    (place / "04.ipynb").write_text("{}")
    return place


def refused(folder):
    [graded] = grade(folder, "04")
    assert graded.failed and str(graded).startswith(f"{graded.student}: not graded\n")
    return graded.notes[0]


def test_what_is_not_opened_is_named(handed_in, tmp_path):
    (handed_in / "data.csv").symlink_to("/etc/hostname")
    assert "data.csv is a link" in refused(tmp_path)
    (handed_in / "data.csv").unlink()
    (handed_in / "04.ipynb").rename(handed_in / "homework.ipynb")
    assert "no 04.ipynb" in refused(tmp_path)
    handed_in.parent.rename(tmp_path / "submitted" / "[a-z]*")
    assert "give it another" in refused(tmp_path)


UNREADABLE = {
    "is empty": b" ",
    "is a PDF": b"%PDF-1.7",
    "is a zip": b"PK\3\4",
    "is a web page": b"<html>",
    "merge in Git": b'{"cells": [\n<<<<<<< mine\n',
    "breaks off": b'{"cells": [{"cell_type": "markdown", "sou',
    "damaged": b'{"metadata": {}, "nbformat": 4, "nbformat_minor": 5}',
    "no text in UTF-8": b'{"cells": "\xff"}',
    "byte order mark": b"\xef\xbb\xbf{}",
    "is in UTF-16": "{}".encode("utf-16"),
}


@pytest.mark.parametrize("said", UNREADABLE)
def test_what_is_no_notebook_is_told_with_the_remedy(said, handed_in, tmp_path):
    (handed_in / "04.ipynb").write_bytes(UNREADABLE[said])
    told = refused(tmp_path)
    assert said in told and "Ask for the .ipynb itself" in told and "\n" not in told


def test_outputs_do_not_count_and_what_is_too_large_is_named(handed_in):
    output = nbformat.v4.new_output("stream", text="x" * (MOST_BYTES + 1))
    cell = nbformat.v4.new_code_cell("1", outputs=[output])
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), handed_in / "04.ipynb")
    assert list(problems(handed_in, "04", "anna")) == []
    (handed_in / "data.bin").write_bytes(bytes(MOST_BYTES))
    [told] = problems(handed_in, "04", "anna")
    assert "20 MB" in told and "data.bin" in told
    (handed_in / "data.bin").unlink()
    cell.source = "#" * (MOST_BYTES + 1)
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), handed_in / "04.ipynb")
    [told] = problems(handed_in, "04", "anna")
    assert "the cells of 04.ipynb" in told


def test_a_notebook_in_the_wrong_place_is_named(handed_in, tmp_path):
    (handed_in / "04.ipynb").rename(tmp_path / "submitted" / "anna" / "04.ipynb")
    handed_in.rmdir()
    assert "put it into anna/04/" in refused(tmp_path)


def test_what_lies_beside_the_folders_of_sheets_is_named(handed_in, tmp_path):
    (tmp_path / "release" / "05").mkdir()
    submitted = tmp_path / "submitted"
    lost = ("ben/homework.zip", "cem/sheet4/04.ipynb", "dan.ipynb", "thesis.docx")
    for place in (*lost, "eve/05/05.ipynb", "eve/.DS_Store"):
        (submitted / place).parent.mkdir(parents=True, exist_ok=True)
        (submitted / place).touch()
    said = {each.student: each.notes[0] for each in grade(tmp_path, "04") if each.failed}
    assert said.keys() == {"anna", "ben", "cem", "dan.ipynb", "thesis.docx"}
    assert said["ben"].startswith(
        "in ben/ lies homework.zip. If it is sheet 04, put it into ben/04/"
    )
    assert "sheet4" in said["cem"] and "submitted/STUDENT/04/04.ipynb" in said["dan.ipynb"]


def test_files_that_nobody_reads_are_named(handed_in, tmp_path):
    cell = nbformat.v4.new_code_cell("import own, helpers.more\nopen('data/points.csv')")
    text = nbformat.v4.new_markdown_cell("![A photo](photo.jpg)")
    nbformat.write(nbformat.v4.new_notebook(cells=[cell, text]), handed_in / "04.ipynb")
    (tmp_path / "release" / "04" / "sheet.csv").touch()
    read = ("own.py", "helpers/more.py", "data/points.csv", "photo.jpg", "sheet.csv")
    nobodys = (".ipynb_checkpoints/04-checkpoint.ipynb", "__pycache__/own.pyc", "timestamp.txt")
    lost = ["04 (1).ipynb", "answer.pdf", "more/own.ipynb", "notes.docx"]
    for name in (*read, *nobodys, *lost):
        (handed_in / name).parent.mkdir(exist_ok=True)
        (handed_in / name).touch()
    assert left_over(handed_in, "04") == lost


def test_a_file_that_may_not_be_read_is_named_and_ends_nothing(handed_in, tmp_path, monkeypatch):
    def forbidden(path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(pathlib.Path, "read_bytes", forbidden)
    assert "04.ipynb cannot be read (Permission denied)" in refused(tmp_path)


def test_without_folder_sheet_or_submission_the_message_says_what_is_missing(handed_in, tmp_path):
    with pytest.raises(ClassroomError, match=r"bnn_teach assignments 05"):
        grade(tmp_path, "05")
    with pytest.raises(ClassroomError, match=r"bob handed in nothing.*There are: anna"):
        grade(tmp_path, "04", ["bob"])
    (tmp_path / "release" / "06").mkdir()
    with pytest.raises(ClassroomError, match="nothing to grade"):
        grade(tmp_path, "06")


def test_the_line_of_a_student():
    scores, most = {"check": 3.5, "text": None}, {"check": 4.0, "text": 2.0}
    assert str(Graded("anna", scores, most, ())) == "anna: 3.5 of 6, 2 to be given by hand"
    assert str(Graded("ben", {"check": 0.0}, {"check": 4.0}, ("slow",))) == "ben: 0 of 4\n  slow"
    assert str(Graded("eve", {}, {}, ("\x1b[2Jx",))).endswith("  ?[2Jx")
