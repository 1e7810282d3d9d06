"""Does each sheet hold what nbgrader and the page need, and does its own solution pass?"""

import contextlib
import pathlib
import re

import pytest

from bnn_teach.classroom import sheets
from bnn_teach.classroom.checking import exercise
from bnn_teach.course.chapters import numbers
from bnn_teach.errors import ArgumentError, ExerciseError

FOLDER = pathlib.Path(__file__).parents[2] / "notebooks" / "exercises"
NUMBERS = sheets.numbers(FOLDER)


def test_every_notebook_with_checks_has_a_sheet():
    assert numbers() == NUMBERS


@pytest.mark.parametrize("number", NUMBERS)
def test_the_solutions_pass_all_that_the_sheet_asks_seen_and_hidden(number):
    names = {}
    for cell in sheets.source(number, FOLDER).cells:
        if cell.cell_type == "code":
            exec(compile(cell.source, f"<{number}>", "exec"), names)


@pytest.mark.parametrize("number", NUMBERS)
def test_what_is_handed_out_runs_and_is_not_right_yet(number):
    sheet = sheets.sheet(number, FOLDER)
    assert [each.number for each in sheet.problems] == [f"{number}.{k}" for k in (1, 2, 3)]
    names = {}
    exec(sheets.source(number, FOLDER).cells[1].source, names)
    for problem in sheet.problems:
        exec(problem.starter, names)
        result = eval(problem.call, names)
        assert not result.passed, problem.number
        assert problem.starter.count(sheets.STUB) == 1


@pytest.mark.parametrize("number", NUMBERS)
def test_no_hint_has_a_line_of_the_solution(number):
    for problem in sheets.sheet(number, FOLDER).problems:
        asked = exercise(problem.number)
        told = " ".join([*asked.hints, asked.lesson.step]).replace("`", "")
        given = {line.strip() for line in problem.starter.splitlines()}
        for line in map(str.strip, problem.solution.splitlines()):
            essence = re.sub(r"^return |^\w+ = ", "", line)
            if line not in given and len(essence) > 12:
                assert essence not in told, f"{problem.number}: {essence}"


@pytest.mark.parametrize("number", NUMBERS)
def test_the_hidden_tests_would_fail_what_is_handed_out(number):
    notebook = sheets.source(number, FOLDER)
    names = {}
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        if "check" not in cell.metadata.nbgrader.grade_id:
            exec(sheets.starter(cell.source), names)
            continue
        hidden = re.search(f"{sheets.HIDDEN[0]}(.*){sheets.HIDDEN[1]}", cell.source, re.DOTALL)[1]
        with pytest.raises(Exception, match="not yet"):
            exec(hidden, names)


def test_what_stands_between_the_marks_becomes_one_stub():
    code = "def f(x):\n    ### BEGIN SOLUTION\n    y = x\n    return y\n    ### END SOLUTION\n"
    assert sheets.starter(code) == f"def f(x):\n    {sheets.STUB}"
    assert sheets.without(code, sheets.SOLUTION, keep=True) == "def f(x):\n    y = x\n    return y"
    assert sheets.without(code, sheets.SOLUTION) == "def f(x):"


def test_a_sheet_that_does_not_exist_is_refused_with_the_list():
    with pytest.raises(ArgumentError, match=r"There are: .*01"):
        sheets.source("77", FOLDER)


def test_an_assignment_has_no_remarks():
    ids = [cell.metadata.nbgrader.grade_id for cell in sheets.assignment("01", FOLDER).cells]
    assert "check-01-3" in ids and not any(each.startswith("remark") for each in ids)


BROKEN = {
    "no solution": ("### BEGIN SOLUTION", "###", "no solution"),
    "no hidden tests": ("### BEGIN HIDDEN TESTS", "###", "no hidden tests"),
    "another number": ('bt.check("01.2", my', 'bt.check("01.3", my', 'expected bt.check\\("01.2"'),
    "no points": ("points: 2\n---\nbt.check", "points: 0\n---\nbt.check", "no points"),
    "unlocked": ("grade_id: check-01-2\n  locked: true", "grade_id: check-01-2\n  locked: false",
                 "do not fit"),
    "wrong place": ("grade_id: exercise-01-2", "grade_id: exercise-01-4", "expected exercise-01-2"),
    "lost cell": ("grade_id: check-01-2", "grade_id: other-01-2", "Expected title, setup"),
    "no title": ("**01.2 The", "**01.3 The", r"begin with \*\*01.2"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_sheet_out_of_order_is_refused_with_the_cell(name, tmp_path):
    old, new, words = BROKEN[name]
    text = (FOLDER / "01.md").read_text()
    assert old in text
    (tmp_path / "01.md").write_text(text.replace(old, new, 1))
    with contextlib.suppress(IndexError), pytest.raises(ExerciseError, match=words):
        sheets.source("01", tmp_path)
