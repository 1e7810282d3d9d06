"""Does each page's section Exercises say what its sheet says, with names that the page has?"""

import ast
import builtins
import pathlib
import shutil

import pytest

from bnn_teach.authoring.fingerprint import _statements
from bnn_teach.classroom import pages, sheets
from bnn_teach.course.notebook_files import find, read_ipynb, read_md
from bnn_teach.errors import ExerciseError

FOLDER = pathlib.Path(__file__).parents[2] / "notebooks"
NUMBERS = sheets.numbers(FOLDER / "exercises")


def _page(number, read=read_md):
    [stem] = find(FOLDER, [number])
    return read(FOLDER, stem)


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("read", [read_md, read_ipynb])
def test_the_page_says_what_the_sheet_says(number, read):
    assert not pages.stale(FOLDER, number, _page(number, read)), (
        "run: python -m bnn_teach exercises, then make notebooks"
    )


@pytest.mark.parametrize("number", NUMBERS)
def test_hints_and_solutions_are_folded_and_in_order(number):
    text = "\n".join(cell.source for cell in pages.written(FOLDER, number))
    for k in (1, 2, 3):
        assert text.index(f"**{number}.{k} ") < text.index(f"Solution of {number}.{k}")
    assert text.count("<details>") == text.count("</details>") >= 9
    assert "HIDDEN" not in text and "check_hidden" not in text and "BEGIN SOLUTION" not in text


def _bound(tree):
    for node in ast.walk(tree):
        match node:
            case ast.Name(name, ast.Store()) | ast.FunctionDef(name) | ast.arg(name):
                yield name
            case ast.alias(name, other):
                yield other or name.partition(".")[0]


@pytest.mark.parametrize("number", NUMBERS)
def test_the_solutions_use_only_names_that_the_page_has_defined(number):
    notebook = _page(number)
    first, _ = pages.place(notebook)
    known = set(dir(builtins))
    for cell in notebook.cells[:first]:
        if cell.cell_type == "code":
            known |= set(_bound(ast.Module(_statements(cell.source), [])))
    for problem in sheets.sheet(number, FOLDER / "exercises").problems:
        tree = ast.parse(problem.solution)
        known |= set(_bound(tree))
        used = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
        assert used <= known, f"{problem.number} uses {used - known}"


def test_writing_changes_a_page_once(tmp_path):
    shutil.copytree(FOLDER / "exercises", tmp_path / "exercises")
    [stem] = find(FOLDER, ["01"])
    text = (FOLDER / f"{stem}.md").read_text()
    (tmp_path / f"{stem}.md").write_text(text.replace("**01.2 The posterior", "**01.2 A posterior"))
    assert pages.refresh(tmp_path, "01")
    assert (tmp_path / f"{stem}.md").read_text() == text
    assert not pages.refresh(tmp_path, "01")


def test_a_page_without_the_section_is_refused(tmp_path):
    shutil.copytree(FOLDER / "exercises", tmp_path / "exercises")
    (tmp_path / "01_x.md").write_text("# A page\n\n+++\n\n## Quiz\n")
    with pytest.raises(ExerciseError, match="begins with '## Exercises'"):
        pages.refresh(tmp_path, "01")
