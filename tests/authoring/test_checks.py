"""Every check can fail: break one thing in a copy of a good notebook, and see it told."""

import json
import pathlib

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from bnn_teach.authoring import checks as notebook_checks
from bnn_teach.authoring import notebooks
from bnn_teach.authoring.checks import CHECKS, problems
from bnn_teach.authoring.notebooks import refresh
from bnn_teach.course.notebook_files import find, parse, read_ipynb

STEM = "07_toy"
TOY = """\
# A toy

```{code-cell}
import bnn_teach as bt
```

All that may be changed:

```{code-cell}
:tags: [parameters]

# two of them
seed: int = 0  # of all that is random
scales: list[float] = [0.5, -1.0]  # of the prior
```

A picture:

```{code-cell}
:alt: A line.

bt.plots.plot_elbo([1.0, 2.0])
```

An error:

```{code-cell}
:tags: [raises-exception]

1 / 0
```
"""


def pretend(notebook, *_):
    """Fill in what a kernel would have shown."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for number, cell in enumerate(code, 1):
        cell["outputs"], cell["execution_count"] = [], number
    data = {"image/png": "aaaa/tmp/aaaa", "text/plain": "It rises."}
    code[2]["outputs"] = [new_output("display_data", data)]
    code[3]["outputs"] = [new_output("error", ename="ZeroDivisionError", evalue="division by zero")]
    return notebooks.Cost(3.0, 300.0)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(notebooks, "execute", pretend)
    (tmp_path / f"{STEM}.md").write_text(TOY, encoding="utf-8")
    refresh(tmp_path, [STEM])
    return tmp_path


def change(folder, edit, *, store=True):
    """Edit the notebook's cells, and store it as the runner would or as it is."""
    path = folder / f"{STEM}.ipynb"
    if store:
        notebook = parse(path.read_text(encoding="utf-8"))
        edit(notebook)
        notebooks._store(notebook, folder, STEM)
    else:
        tree = json.loads(path.read_text(encoding="utf-8"))
        edit(tree)
        path.write_text(json.dumps(tree), encoding="utf-8")


def found_by(folder):
    """Return the names of the checks that complain."""
    notebook = folder / f"{STEM}.ipynb"
    raw = notebook.read_text(encoding="utf-8")
    pair = notebook_checks.read_md(folder, STEM)
    stored = notebook_checks.Stored(STEM, folder.parent, parse(raw), raw, pair)
    return [check.__name__ for check in CHECKS if list(check(stored))]


def test_a_good_notebook_passes(folder):
    assert problems(folder, STEM) == []


def insert(*cells, at=1):
    def edit(notebook):
        notebook.cells[at:at] = cells

    return edit


def in_cell(place, **changes):
    return lambda notebook: notebook.cells[place].update(changes)


def parameters(text):
    return in_cell(3, source=text)


def shown(text):
    return in_cell(1, outputs=[new_output("stream", name="stdout", text=text)])


BROKEN = {
    # what is wrong: (an edit, the check that has to see it, words that it has to say)
    "not run": (in_cell(5, execution_count=None), "check_order", "1, 2, -, 4, not 1 to 4"),
    "run twice": (in_cell(1, execution_count=9), "check_order", "9, 2, 3, 4"),
    "an error": (in_cell(7, metadata={}), "check_errors", "shows ZeroDivisionError"),
    "edited code": (in_cell(1, source="import bnn_teach"), "check_fresh", "changed after"),
    "a path": (shown("saved in /tmp/me/x.nc"), "check_paths", "'/tmp/me/x.nc'"),
    "a Windows path": (shown(r"saved in C:\me\x.nc"), "check_paths", "a place on one machine"),
    "no parameters": (in_cell(3, metadata={}), "check_parameters", "0 cells are tagged"),
    "two parameter cells": (
        in_cell(5, metadata={"tags": ["parameters"], "alt": "A line."}),
        "check_parameters",
        "2 cells are tagged",
    ),
    "no type": (parameters("seed = 0  # s"), "check_parameters", "'seed = 0  # s' is no parameter"),
    "no comment": (parameters("seed: int = 0"), "check_parameters", "seed: int = 0  # of all"),
    "no value": (parameters("seed: int  # s"), "check_parameters", "is no parameter"),
    "a computed value": (parameters("n: int = f(3)  # s"), "check_parameters", "is no parameter"),
    "an odd type": (parameters("n: Model = 3  # s"), "check_parameters", "is no parameter"),
    "no statement": (parameters("n: int = # s"), "check_parameters", "is no parameter"),
    "61 cells": (
        insert(*(new_markdown_cell(f"text {n}") for n in range(53))),
        "check_size",
        "it has 61 cells",
    ),
    "16 lines": (in_cell(1, source="\n".join(["x = 1"] * 16)), "check_size", "has 16 lines"),
    "80 columns": (in_cell(1, source=f"x = {'1' * 76}"), "check_width", "has a line of 80 columns"),
    "80 columns shown": (shown("short\n" + "1" * 80), "check_width", "shows a line of 80"),
    "80 columns returned": (
        in_cell(1, outputs=[new_output("display_data", {"text/plain": "1" * 80})]),
        "check_width",
        "Put one thing on a line",
    ),
    "code after code": (insert(new_code_cell("2", execution_count=1)), "check_rhythm", "follows"),
    "no description": (
        in_cell(
            5,
            metadata={},
            outputs=[new_output("display_data", {"image/png": "aa", "text/plain": "<Figure>"})],
        ),
        "check_alt",
        "without an alternative text",
    ),
    "a drawing without words": (
        in_cell(4, source="![](a.png)"),
        "check_alt",
        "no words between",
    ),
    "HTML without words": (in_cell(4, source="<img src='a.png'>"), "check_alt", "Describe it"),
    "another description": (
        in_cell(5, metadata={"alt": "A curve.", "mystnb": {"image": {"alt": "A line. It rises."}}}),
        "check_alt_fresh",
        "not yet stored",
    ),
}


@pytest.mark.parametrize("what", BROKEN)
def test_what_is_wrong_is_told(folder, what):
    edit, check, words = BROKEN[what]
    change(folder, edit)
    assert check in found_by(folder)
    assert any(words in sentence for sentence in problems(folder, STEM))


def test_every_check_is_shown_to_fail_here():
    below = {"check_pair", "check_stable", "check_exercises"}
    assert {check.__name__ for check in CHECKS} == {row[1] for row in BROKEN.values()} | below


def test_a_lost_text_is_told(folder):
    (folder / f"{STEM}.md").unlink()
    assert found_by(folder) == ["check_pair"]
    assert problems(folder, STEM) == [
        '07_toy: the .md is missing. Run make notebooks ARGS="07 --stale", which writes it.'
    ]


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("# A toy", "# Another toy", 1),
        (":tags: [parameters]", ":tags: [parameters, hide-input]", 4),
        (":alt: A line.", ":alt: A curve.", 6),
        ("An error:", "```{code-cell}\n2\n```", 7),
        ("An error:", "Below:\n\n+++\n\nAn error:", 8),
    ],
)
def test_a_pair_that_differs_is_told(folder, old, new, place):
    path = folder / f"{STEM}.md"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    assert found_by(folder) == ["check_pair"]
    assert "Run make notebooks ARGS=07" in problems(folder, STEM)[0]


def test_a_text_that_ends_early_is_told(folder):
    path = folder / f"{STEM}.md"
    text = path.read_text(encoding="utf-8")
    path.write_text(text[: text.index("An error:")], encoding="utf-8")
    assert found_by(folder) == ["check_pair"]
    assert "differ from cell 7 ('An error:') on" in problems(folder, STEM)[0]


def test_a_file_saved_by_another_program_is_told(folder):
    change(folder, lambda tree: tree["cells"][0].update(id="0a1b2c3d"), store=False)
    assert found_by(folder) == ["check_stable"]
    assert 'make notebooks ARGS="07 --stale"' in problems(folder, STEM)[0]


def test_a_new_text_without_a_notebook_is_told(tmp_path):
    (tmp_path / f"{STEM}.md").write_text(TOY, encoding="utf-8")
    assert problems(tmp_path, STEM) == [
        "07_toy: there is only a .md. Run make notebooks ARGS=07, which makes the .ipynb."
    ]


def test_this_checkouts_own_folder_is_told(folder):
    place = folder.parent / "x.nc"
    change(folder, shown(f"saved in {place}"))
    # The runner takes the folder's name off; a file that it did not store may still have it.
    assert "check_paths" not in found_by(folder)
    change(folder, lambda t: t["cells"][1].update(source=[f"# {place}"]), store=False)
    assert "check_paths" in found_by(folder)


def test_a_changed_library_is_told(folder, monkeypatch):
    monkeypatch.setattr(notebook_checks, "fingerprint", lambda cells, folder: "0" * 16)
    assert found_by(folder) == ["check_fresh"]
    assert "Run make notebooks ARGS=07" in problems(folder, STEM)[0]


def test_exercises_that_are_not_the_sheets_are_told(folder, tmp_path):
    course = pathlib.Path(__file__).parents[2]
    [stem] = find(course / "notebooks", ["01"])
    for name in (f"{stem}.md", f"{stem}.ipynb", "exercises/01.md"):
        target = tmp_path / "notebooks" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text((course / "notebooks" / name).read_text())
    notebook = read_ipynb(tmp_path / "notebooks", stem)
    stored = notebook_checks.Stored(stem, tmp_path, notebook, "", None)
    assert list(notebook_checks.check_exercises(stored)) == []
    sheet = tmp_path / "notebooks" / "exercises" / "01.md"
    sheet.write_text(sheet.read_text().replace("How much is enough?", "How much is too much?"))
    [sentence] = notebook_checks.check_exercises(stored)
    assert "bnn_teach exercises 01" in sentence
    notebook.cells = notebook.cells[:5]
    assert "## Exercises" in " ".join(notebook_checks.check_exercises(stored))
