"""Nothing that a student wrote is lost, whatever was done to the cells that it stands in."""

import copy

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell

from bnn_teach.classroom import folder as folders
from bnn_teach.classroom.recovery import remarks

NAMES = ["exercise-04-1", "exercise-04-2", "exercise-04-3", "reflection-04"]
ANSWERS = {
    "exercise-04-1": "def outside(x, gap):\n    return 'first'",
    "exercise-04-2": "def make_data(num_points, gap, noise_scale, seed):\n    return 'second'",
    "exercise-04-3": "import math\n\ndef share_inside(lower, upper, y):\n    return 'third'",
    "reflection-04": "It depends on the region.",
}
ABOUT = dict(zip(NAMES, ["check-04-1", "check-04-2", "check-04-3", "reflection-04"], strict=True))


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course folder in which sheet 04 was handed out."""
    folder = tmp_path_factory.mktemp("class")
    folders.make_assignments(folder, ["04"])
    return folder


@pytest.fixture
def submission(course):
    """The sheet with all answers in it."""
    notebook = nbformat.read(course / "release" / "04" / "04.ipynb", as_version=4)
    for cell in notebook.cells:
        cell.source = ANSWERS.get(cell.metadata.nbgrader.grade_id, cell.source)
    return notebook


@pytest.fixture
def restored(course, tmp_path):
    """Let nbgrader's preprocessors heal a submission; return it, its cells by name, and remarks."""
    from nbgrader.preprocessors import CheckCellMetadata, OverwriteCells

    from bnn_teach.classroom.preprocessors import RestoreCells

    def restore(notebook):
        names = {
            "notebook": "04",
            "assignment": "04",
            "db_url": f"sqlite:///{course / 'gradebook.db'}",
        }
        resources = {"nbgrader": names, "metadata": {"path": str(tmp_path)}}
        for part in (RestoreCells(), OverwriteCells(), CheckCellMetadata()):
            notebook, _ = part.preprocess(notebook, resources)
        nbformat.validate(notebook)
        named = [cell for cell in notebook.cells if cell.metadata.get("nbgrader")]
        cells = {cell.metadata.nbgrader.grade_id: cell for cell in named}
        assert len(cells) == len(named)
        return notebook, cells, dict(remarks(notebook))

    return restore


def get(notebook, name):
    return next(c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == name)


def everything(notebook):
    return "\n".join(cell.source for cell in notebook.cells)


def test_a_submission_in_order_is_left_as_it_is(submission, restored):
    before = copy.deepcopy(submission)
    after, cells, said = restored(submission)
    assert [c.source for c in before.cells] == [
        c.source.partition("\n### BEGIN HIDDEN")[0] for c in after.cells
    ]
    assert said == {} and [cells[name].source for name in NAMES] == list(ANSWERS.values())


def empty_all(notebook):
    for cell in notebook.cells:
        cell.metadata = nbformat.from_dict({})
    notebook.metadata = nbformat.from_dict({})


def write_notes_of_other_shapes(notebook):
    for cell, notes in zip(notebook.cells, [None, [], "x", {"grade_id": []}, {}] * 9, strict=False):
        cell.metadata["nbgrader"] = notes


def rename_all(notebook):
    for cell in notebook.cells:
        cell.metadata.nbgrader.grade_id += "-copy"


LOST_NAMES = {f.__name__: f for f in (empty_all, write_notes_of_other_shapes, rename_all)}


@pytest.mark.parametrize("lose", LOST_NAMES)
def test_cells_without_names_are_known_by_text_and_place(lose, submission, restored):
    LOST_NAMES[lose](submission)
    submission.cells.insert(4, new_code_cell("half = 0.5"))
    submission.cells.append(new_markdown_cell("Thank you."))
    _, cells, said = restored(submission)
    assert {name: cells[name].source for name in NAMES} == ANSWERS
    assert said.keys() == set(ABOUT.values())
    assert all(cells[f"check-04-{k}"].metadata.nbgrader.points == p for k, p in ((1, 2), (2, 4)))


def test_an_earlier_text_of_the_question_is_not_taken_for_the_answer(submission, restored):
    question = get(submission, "question-04")
    question.source = question.source.replace("Two bands", "Three bands")
    empty_all(submission)
    _, cells, said = restored(submission)
    assert {name: cells[name].source for name in NAMES} == ANSWERS
    assert "Two bands" in cells["question-04"].source
    assert "this cell was taken for `reflection-04`" in said["reflection-04"]


def test_an_answer_in_a_cell_of_the_students_own_is_pointed_at(submission, restored):
    place = submission.cells.index(get(submission, "reflection-04"))
    submission.cells[place].source = "YOUR ANSWER HERE"
    submission.cells.insert(1, new_markdown_cell("My answer is: the narrow one."))
    after, _, said = restored(submission)
    assert "'My answer is: the narrow one.'" in said["reflection-04"]
    assert "My answer is: the narrow one." in everything(after)


@pytest.mark.parametrize(
    "source",
    ["# My answer is: the narrow one.", "'My answer is: the narrow one.'", "The narrow one, I say.",
     "print('My answer is: the narrow one.')", "%%markdown\nThe narrow one."],
)  # fmt: skip
def test_an_answer_in_words_in_a_code_cell_is_pointed_at(source, submission, restored):
    get(submission, "reflection-04").source = "YOUR ANSWER HERE"
    submission.cells += [new_code_cell("half = 0.5\nprint(half)"), new_code_cell(source)]
    after, _, said = restored(submission)
    assert source.partition("\n")[0] in said["reflection-04"] and source in everything(after)
    assert "half" not in said["reflection-04"]


@pytest.mark.parametrize("source", [ANSWERS["exercise-04-1"], "outside = lambda x, gap: 'first'"])
def test_code_in_a_cell_of_the_students_own_is_pointed_at(source, submission, restored, course):
    released = nbformat.read(course / "release" / "04" / "04.ipynb", as_version=4)
    get(submission, "exercise-04-1").source = get(released, "exercise-04-1").source
    submission.cells += [new_code_cell(source), new_code_cell("low, high = 0, 1")]
    after, _, said = restored(submission)
    assert source in everything(after) and said.keys() == {"check-04-1"}
    assert f"a cell of the student's own? '{source.partition(chr(10))[0]}" in said["check-04-1"]


@pytest.mark.parametrize("kind", ["markdown", "code", "raw"])
def test_another_type_of_a_cell_loses_nothing(kind, submission, restored):
    for name in NAMES:
        cell = get(submission, name)
        cell.cell_type = kind
        for key in ("outputs", "execution_count"):
            cell.pop(key, None)
        cell |= {"outputs": [], "execution_count": None} if kind == "code" else {}
    _, cells, said = restored(submission)
    assert said == {} and {name: cells[name].source for name in NAMES} == ANSWERS


def test_cells_that_were_merged_lose_nothing(submission, restored):
    for first, second in (("exercise-04-1", "check-04-1"), ("question-04", "reflection-04")):
        get(submission, first).source += "\n\n" + get(submission, second).source
        submission.cells.remove(get(submission, second))
    after, cells, said = restored(submission)
    assert ANSWERS["exercise-04-1"] in cells["exercise-04-1"].source and "check-04-1" in cells
    assert ANSWERS["reflection-04"] in everything(after)
    assert "`reflection-04` was missing" in said["reflection-04"]


@pytest.mark.parametrize("name", NAMES)
def test_what_was_deleted_is_named(name, submission, restored):
    submission.cells.remove(get(submission, name))
    _, cells, said = restored(submission)
    assert f"`{name}` was missing" in said[ABOUT[name]]
    assert ABOUT[name] in cells


@pytest.mark.parametrize(
    ("name", "about"),
    [("question-04", "reflection-04"), ("statement-04-2", "check-04-2"), ("setup-04", "check-04-1")]
    + [(f"check-04-{number}", f"check-04-{number}") for number in (1, 2, 3)],
)
def test_what_was_written_into_a_locked_cell_is_kept(name, about, submission, restored):
    cell = get(submission, name)
    sheet_says = cell.source
    cell.source += "\nmine = 1"
    after, cells, said = restored(submission)
    assert "is set back" in said[about] and f"`{name}`" in said[about]
    assert cells[name].source.startswith(sheet_says)
    kept = [c for c in after.cells if c.source.endswith("mine = 1")]
    assert len(kept) == 1 and kept[0].cell_type == cells[name].cell_type
    order = [after.cells.index(kept[0]), after.cells.index(cells[name])]
    assert order == sorted(order, reverse=not name.startswith("check"))


def test_blanks_and_a_sheet_that_was_changed_since_are_no_change_of_the_students(
    submission, restored
):
    from nbgrader.utils import compute_checksum

    get(submission, "statement-04-1").source += "  \n\n"
    older = get(submission, "question-04")
    older.source = "An older question."
    older.metadata.nbgrader.checksum = compute_checksum(older)
    _, cells, said = restored(submission)
    assert said == {} and "Two bands" in cells["question-04"].source


def test_of_two_cells_with_one_name_the_one_with_an_answer_counts(submission, restored):
    twin = copy.deepcopy(get(submission, "reflection-04"))
    twin.source, twin.id = "YOUR ANSWER HERE", "twin"
    submission.cells.append(twin)
    split = copy.deepcopy(get(submission, "exercise-04-3"))
    split.source, split.id = "share_inside.note = 1", "split"
    submission.cells.insert(submission.cells.index(get(submission, "exercise-04-3")) + 1, split)
    after, cells, _ = restored(submission)
    assert cells["reflection-04"].source == ANSWERS["reflection-04"]
    assert ANSWERS["exercise-04-3"] in everything(after)


def test_nobody_else_speaks_for_the_grader(submission, restored):
    text = "*A remark of the grader on `check-04-1`:* full points"
    submission.cells.append(new_markdown_cell(text))
    after, _, said = restored(submission)
    assert said == {} and text in everything(after)


def test_an_empty_notebook_gets_all_that_is_needed(restored):
    after, cells, said = restored(nbformat.v4.new_notebook())
    assert after.cells[0].metadata.nbgrader.grade_id == "setup-04"
    assert set(ABOUT.values()) <= cells.keys() and said.keys() == set(ABOUT.values())


def test_an_old_format_without_ids_of_cells_stays_valid(submission, restored):
    submission.nbformat_minor = 4
    for cell in submission.cells:
        del cell["id"]
    submission.cells.remove(get(submission, "check-04-1"))
    get(submission, "question-04").source += "\nmine"
    assert restored(submission)[0].nbformat_minor == 4


def test_links_are_refused_in_formgrader_too(submission, restored, tmp_path):
    from bnn_teach.errors import ClassroomError

    (tmp_path / "thesis.txt").symlink_to(__file__)
    with pytest.raises(ClassroomError, match=r"thesis\.txt is a link"):
        restored(submission)
