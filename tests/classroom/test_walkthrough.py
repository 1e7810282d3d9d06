"""A term, from the wheel to the grades, as book/for_teachers.md tells it: nine submissions.

What the page shows in its blocks is what is run here, in this order, with the package as it is
installed, in a folder where nothing else is. Between *collect* and *grade* the inbox is filled with
a right submission, one that is half right, one whose cells lost their names, one that is no
notebook, and five that attack. Then the sheet is changed and handed out again: its texts, what a
check is worth, a file of data. After grading, the first of the class hands in again.
"""

import csv
import hashlib
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys

import nbformat
import pytest

from bnn_teach.classroom import sheets
from bnn_teach.classroom.leaks import secrets
from tests.wheel import ROOT, build, unpack

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("sandbox")]

PAGE = ROOT / "book" / "for_teachers.md"
NUMBERS = sheets.numbers()


# --- the commands of the page ----------------------------------------------------------------


def commands():
    section = PAGE.read_text().split("## Grade with nbgrader\n")[1].split("\n## ")[0]
    return [b.strip().splitlines() for b in re.findall(r"```bash\n(.*?)```", section, re.DOTALL)]


MAKE, COLLECT, GRADE, GIVE_BACK = commands()


def run(command, folder, status=0):
    """Run a line as in a teacher's shell, in which the course's environment is active."""
    programs = f"{pathlib.Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    ran = subprocess.run(
        ["bash", "-c", command], cwd=folder, env=os.environ | {"PATH": programs},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == status, ran.stdout + ran.stderr
    return ran.stdout


@pytest.fixture(scope="module", autouse=True)
def installed(tmp_path_factory):
    """The folder of the unpacked wheel, from which all programs here take the package."""
    dist = tmp_path_factory.mktemp("dist")
    build(dist)
    with pytest.MonkeyPatch.context() as patch:
        site = unpack(dist, tmp_path_factory.mktemp("site"))
        patch.setenv("PYTHONPATH", str(site))
        patch.setenv("PYTHONDONTWRITEBYTECODE", "1")
        yield site


@pytest.fixture(scope="module")
def course(installed, tmp_path_factory):
    """The course folder after *make assignments*."""
    place = tmp_path_factory.mktemp("class")
    where = run("python -c 'import bnn_teach; print(bnn_teach.__file__)'", place)
    assert pathlib.Path(where.strip()).is_relative_to(installed)
    assert MAKE == ["make assignments", "source .venv/bin/activate", "cd build/classroom"]
    recipe = (ROOT / "Makefile").read_text().partition("\nassignments:")[2].splitlines()[1].strip()
    assert recipe == "@$(VENV_PYTHON) -m bnn_teach assignments $(ARGS)"
    run("python -m bnn_teach assignments", place)
    return place / "build" / "classroom"


# --- what is handed out ----------------------------------------------------------------------


def test_every_sheet_is_handed_out_without_solution_or_hidden_test(course):
    assert sorted(path.name for path in (course / "release").iterdir()) == NUMBERS
    for number in NUMBERS:
        released = nbformat.read(course / "release" / number / f"{number}.ipynb", as_version=4)
        text = "\n".join(cell.source for cell in released.cells)
        everything = (course / "release" / number / f"{number}.ipynb").read_text()
        lines = secrets(sheets.assignment(number))
        assert any("check_hidden(" in line for line in lines)
        for line in lines:
            assert line not in text and line not in everything, (number, line)
        assert not re.search("BEGIN|END (SOLUTION|HIDDEN)|check_hidden|[Mm]arking:", everything)
        assert text.count(sheets.STUB) == 3 and "YOUR ANSWER HERE" in text


# --- the class -------------------------------------------------------------------------------


def solutions():
    cells = sheets.source("04").cells
    return {
        cell.metadata.nbgrader.grade_id: sheets.without(cell.source, sheets.SOLUTION, keep=True)
        for cell in cells
        if cell.metadata.nbgrader.grade_id.startswith("exercise")
    }


LOOP = """while True:
    try:
        while True:
            pass
    except BaseException:
        pass
"""
HOG = """kept = []
while True:
    kept.append(bytearray(100_000_000))
"""
DELETE = """import os, pathlib, shutil, socket
for place in ({course!r}, {home!r}, os.path.expanduser("~"), "/home", "/root", "/usr", "/"):
    shutil.rmtree(place, ignore_errors=True)
for path in ({course!r} + "/gradebook.db", {home!r} + "/thesis.txt"):
    try:
        pathlib.Path(path).write_text("mine now")
    except OSError as error:
        print(error)
try:
    socket.create_connection(("127.0.0.1", {port}), timeout=2).sendall(b"hello")
except OSError as error:
    print(error)
print("deleted all")
"""
TELL = """def {name}(*args, **kwargs):
    import sys
    if args[1:] in [((-0.15, 0.3),), ((0.0, 1.0),)]:
        return (args[0] <= args[1][0]) | (args[0] >= args[1][1])  # right, where everybody sees it
    frame, seen = sys._getframe(), []
    while frame:
        seen += [str(value) for value in frame.f_locals.values()]
        frame = frame.f_back
    globals()["kept"] = str(seen)
    print(seen, file=sys.__stderr__)
    raise ValueError(f"{{args}} {{kwargs}} {{seen}}")
"""
SHOW = """import gc, pathlib
import bnn_teach
for path in pathlib.Path(bnn_teach.__file__).parent.rglob("exercises/04.md"):
    print(path.read_text())
print(globals().get("kept"), [each for each in gc.get_objects() if type(each) in (str, dict)])
"""
OWN = """from own import values
assert np.loadtxt("points.csv", delimiter=",").sum() + sum(values) == 10
np.savetxt("points.csv", [0.0])

"""
FORGE = """import sys
from bnn_teach.classroom import checking
from bnn_teach.classroom.results import Result

def outside(*args, **kwargs):
    raise SystemExit(0)

right = Result("04.1", True, "")
bt.check = checking.check = checking.check_hidden = lambda *args, **kwargs: right
Result.require = lambda self: None
sys.exit = lambda *args: None
make_data = share_inside = outside
"""


def hand_in(course, inbox, student, answers, extra=()):
    """Fill in the cells of the sheet as it was handed out, by their names."""
    notebook = nbformat.read(course / "release" / "04" / "04.ipynb", as_version=4)
    for cell in notebook.cells:
        cell.source = answers.get(cell.metadata.nbgrader.grade_id, cell.source)
    notebook.cells += [nbformat.v4.new_code_cell(source) for source in extra]
    (inbox / student).mkdir(parents=True)
    nbformat.write(notebook, inbox / student / "04.ipynb")


def lose_names(folder):
    """Empty all metadata, print 48 MB, and bring a module along."""
    notebook = nbformat.read(folder / "04.ipynb", as_version=4)
    notebook.metadata = nbformat.from_dict({})
    for cell in notebook.cells:
        cell.metadata = nbformat.from_dict({})
    printed = nbformat.v4.new_output("stream", text=("x" * 99 + "\n") * 480_000)
    notebook.cells[1].outputs = [printed]
    nbformat.write(notebook, folder / "04.ipynb")
    (folder / "own.py").write_text("values = [4]\n")


def change_sheet(course):
    """Change the sheet that was handed out: texts, what a check is worth, a file of data."""
    place = course / "source" / "04"
    notebook = nbformat.read(place / "04.ipynb", as_version=4)
    cells = {cell.metadata.nbgrader.grade_id: cell for cell in notebook.cells}
    for name in ("statement-04-1", "question-04"):
        cells[name].source += "\n\nIn short."
    for name, points in CHANGED.items():
        cells[name].metadata.nbgrader.points = points
    nbformat.write(notebook, place / "04.ipynb")
    (place / "points.csv").write_text("1,2,3\n")
    [again] = re.findall(r"`(python -m bnn_teach assignments [^`]+)`", PAGE.read_text())
    run(again, course)
    assert (course / "release" / "04" / "points.csv").read_text() == "1,2,3\n"
    assert "In short." in (course / "release" / "04" / "04.ipynb").read_text()


def write_submissions(course, inbox, attack):
    right = solutions()
    first, second, _ = sorted(right)
    named = right | {first: OWN + right[first], "reflection-04": "It depends."}
    hand_in(course, inbox, "ida", named)
    lose_names(inbox / "ida")
    (inbox / "jan").mkdir()
    (inbox / "jan" / "04.ipynb").write_bytes(b"%PDF-1.7")
    hand_in(course, inbox, "anna", right | {"reflection-04": "It depends on the region."})
    tuned = "def outside(x, gap):\n    return (x <= gap[0]) | (x >= (0.3 if gap[0] < 0 else 1.0))"
    half = {first: tuned, second: right[second], "reflection-04": "The narrow one."}
    hand_in(course, inbox, "carl", half)
    vandalise(inbox / "carl" / "04.ipynb")
    hand_in(course, inbox, "dora", {first: LOOP})
    hand_in(course, inbox, "emil", {first: HOG})
    hand_in(course, inbox, "fred", {first: DELETE.format(**attack)})
    names = dict(zip(sorted(right), ("outside", "make_data", "share_inside"), strict=True))
    telling = {cell: TELL.format(name=name) for cell, name in names.items()}
    hand_in(course, inbox, "gina", telling, extra=[SHOW])
    hand_in(course, inbox, "hugo", {first: FORGE})


def vandalise(path):
    """Lose the setup and a check, rewrite another, and change what it is worth."""
    notebook = nbformat.read(path, as_version=4)
    cells = {cell.metadata.nbgrader.grade_id: cell for cell in notebook.cells}
    cells["check-04-1"].source = "print('right')"
    cells["check-04-1"].metadata.nbgrader |= {"points": 100, "solution": True, "locked": False}
    cells["check-04-2"].metadata.nbgrader["grade"] = False
    notebook.cells = [
        each for name, each in cells.items() if name not in ("setup-04", "check-04-3")
    ]
    nbformat.write(notebook, path)


STUDENTS = ["anna", "carl", "dora", "emil", "fred", "gina", "hugo", "ida", "jan"]
CHANGED = {"check-04-3": 5}  # it was 4
MOST = 13
POINTS = dict.fromkeys(STUDENTS, 0) | {"anna": 11, "carl": 4, "ida": 11}
del POINTS["jan"]


def hashes(*folders):
    """What is in each file, but for those that grading is to write."""
    own = ("autograded", "feedback", "gradebook.db")
    files = [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]
    return {
        path: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
        if not any(part in own for part in path.parts)
    }


@pytest.fixture(scope="module")
def graded(course, tmp_path_factory):
    """What *grade* said, after *collect*; nothing else may have changed by it."""
    home = tmp_path_factory.mktemp("home")
    (home / "thesis.txt").write_text("years of work")
    inbox = home / "inbox"
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        attack = {"course": str(course), "home": str(home), "port": server.getsockname()[1]}
        write_submissions(course, inbox, attack)
        for student in STUDENTS:
            for line in COLLECT:
                run(line.replace("~", str(home)).replace("anna", student), course)
        shutil.copy(inbox / "ida" / "own.py", course / "submitted" / "ida" / "04")
        change_sheet(course)
        config = course / "nbgrader_config.py"
        text = config.read_text()
        for usual, less in ((".seconds = 60.0", ".seconds = 20.0"), ("_gb = 4.0", "_gb = 2.0")):
            assert text.count(usual) == 1
            text = text.replace(usual, less)
        config.write_text(text)
        before = hashes(course, home)
        [command] = GRADE
        said = run(command, course, status=1)  # for jan
        with pytest.raises(TimeoutError):
            server.accept()
    assert hashes(course, home) == before
    assert len(before) > 2 * len(STUDENTS)
    return said


def test_each_gets_the_points_deserved_and_the_teacher_learns_why(graded):
    for student, points in POINTS.items():
        assert re.search(rf"^{student}: {points} of {MOST}", graded, re.MULTILINE), graded
    for reached, most, shown in ((11, MOST, graded), (10, 12, PAGE.read_text())):
        assert f"anna: {reached} of {most}, 2 to be given by hand\n" in shown
        assert f"carl: 4 of {most}, 4 to be given by hand\n" in shown
    about = {each[0]: "\n".join(each[1:]) for each in blocks(graded)}
    assert about["anna"] == "11 of 13, 2 to be given by hand"  # the change was not hers
    assert "check-04-1: right on what the sheet shows, not on hidden data" in about["carl"]
    assert "check-04-1: right on what the sheet shows, not on hidden data" in about["gina"]
    assert "exercise-04-1: This was stopped: it took too long." in about["dora"]
    assert "The notebook changed bnn_teach.classroom" in about["hugo"]
    assert "`check-04-1` was changed and is set back" in about["carl"]
    assert "reflection-04: this cell was taken for `reflection-04`" in about["ida"]
    assert about["jan"].startswith(
        "not graded\n  04.ipynb cannot be read as a notebook: it is a PDF"
    )
    assert "Graded: 8 of 9" in graded


def blocks(text):
    """Each student's name and lines."""
    found = re.findall(r"^(\w+): ([^\n]*(?:\n  [^\n]+)*)", text, re.MULTILINE)
    return [(name, *lines.splitlines()) for name, lines in found]


def by_hand(course):
    """What formgrader lists for a person, by student, with the points given by hand before."""
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        return {
            submission.student.id: {
                grade.name: grade.manual_score
                for notebook in submission.notebooks
                for grade in notebook.grades
                if grade.needs_manual_grade
            }
            for submission in gradebook.assignment_submissions("04")
        }


def test_formgrader_lists_what_waits_for_a_person(graded, course):
    waiting = by_hand(course)
    checks = {f"check-04-{number}" for number in (1, 2, 3)}
    assert waiting["anna"].keys() == waiting["ida"].keys() == {"reflection-04"}
    assert waiting["carl"].keys() == {"check-04-1", "reflection-04"}
    assert waiting["jan"].keys() == checks | {"reflection-04"}
    assert "It depends." in (course / "autograded" / "ida" / "04" / "04.ipynb").read_text()


def test_a_second_submission_asks_for_another_look(given_back, course):
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        grade = gradebook.find_grade("reflection-04", "04", "04", "anna")
        grade.manual_score, grade.needs_manual_grade = 2, False
        gradebook.db.commit()
    shutil.copy(course / "submitted" / "carl" / "04" / "04.ipynb", course / "submitted/anna/04")
    said = run("python -m bnn_teach grade 04 --student anna", course)
    assert said.startswith("anna: 4 of 13, 4 to be given by hand\n")
    assert "reflection-04: 2 points were given by hand before this run" in said
    assert by_hand(course)["anna"]["reflection-04"] == 2


def outputs(course, student):
    path = course / "autograded" / student / "04" / "04.ipynb"
    cells = nbformat.read(path, as_version=4).cells
    return {c.metadata.nbgrader.grade_id: str(c.outputs) for c in cells
            if c.cell_type == "code" and "nbgrader" in c.metadata}  # fmt: skip


def test_what_attacked_was_stopped_and_met_nothing(graded, course):
    assert "took too long" in outputs(course, "dora")["exercise-04-1"]
    assert re.search("MemoryError|GB of memory", outputs(course, "emil")["exercise-04-1"])
    deleter = outputs(course, "fred")["exercise-04-1"]
    assert "deleted all" in deleter and "No such file" in deleter
    assert (course / "gradebook.db").read_bytes().startswith(b"SQLite format 3")


@pytest.fixture(scope="module")
def given_back(graded, course):
    """The course folder after *give back*."""
    for line in GIVE_BACK:
        run(line, course)
    return course


def test_feedback_shows_points_and_lessons_and_no_hidden_test(given_back):
    lines = [line for line in secrets(sheets.assignment("04")) if "hidden" in line.lower()]
    assert len(lines) > 6
    for student, points in POINTS.items():
        page = (given_back / "feedback" / student / "04" / "04.html").read_text()
        text = re.sub("<[^>]+>", "", page).replace("&#34;", '"').replace("&quot;", '"')
        assert re.search(rf"Score: {float(points)} / {MOST}", text), student
        for secret in (*lines, "num_points=501", "1e-09", "half_width=0.8"):
            assert secret not in text, (student, secret)
    carl = (given_back / "feedback" / "carl" / "04" / "04.html").read_text()
    assert "on data that the sheet does not show" in carl and "Read again: notebook 04" in carl


def test_the_table_of_grades(given_back):
    with (given_back / "grades.csv").open() as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file) if row["assignment"] == "04"}
    assert {name: float(row["raw_score"]) for name, row in rows.items()} == POINTS | {"jan": 0}
    assert {float(row["max_score"]) for row in rows.values()} == {MOST}
