"""The runner: two runs are byte-identical, and of a pair the edited file is the one that counts."""

import os
import re
import sys

import nbformat
import pytest

from bnn_teach.authoring import notebooks, outputs
from bnn_teach.authoring.checks import problems
from bnn_teach.authoring.notebooks import refresh
from bnn_teach.course.notebook_files import (
    KEY,
    NotebookError,
    contents,
    digest,
    find,
    markdown,
    newest,
)
from bnn_teach.errors import ArgumentError

TOY = """\
# What is a band?

We look at one.

```{code-cell} ipython3
import os
import warnings
import ipywidgets
import numpy as np
import bnn_teach as bt
```

All that may be changed:

```{code-cell} ipython3
:tags: [parameters]

seed: int = 0  # of all that is random
```

A picture:

```{code-cell} ipython3
:alt: A blue band around a rising line.

x = np.linspace(-1, 1, 21)
draws = x + np.random.default_rng(seed).normal(size=(100, 1))
bt.plots.plot_band(x, draws);
```

A warning, an address, and an environment:

```{code-cell} ipython3
warnings.warn("careful")
print(object(), os.environ["BNN_TEACH_PROGRESS"])
print(os.getcwd() != os.environ["IPYTHONDIR"])
```

A slider:

```{code-cell} ipython3
forgotten = ipywidgets.Text("not shown")
shown = ipywidgets.IntSlider(description="shown")
ipywidgets.VBox([shown])
```

An error that we want to see:

```{code-cell} ipython3
:tags: [raises-exception]

1 / 0
```
"""


def edited_elsewhere(path, before, after):
    """Change a file and set the clock of its pair back by a minute, as a download does."""
    path.write_text(path.read_text().replace(before, after))
    os.utime(path.with_suffix(".md"), (1e9, 1e9))


def test_a_notebook_that_was_edited_elsewhere_can_be_opened(tmp_path):
    page, text = tmp_path / "01_small.ipynb", tmp_path / "01_small.md"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# Old")])
    notebook.metadata[KEY] = {"text": digest(contents(notebook))}
    nbformat.write(notebook, page)
    text.write_text(markdown(notebook))
    said = []
    edited_elsewhere(page, "nothing", "else")
    notebooks.pair(tmp_path, ["01_small"], said.append)
    assert said == [] and text.stat().st_mtime > 1e9
    edited_elsewhere(page, "# Old", "# New")
    notebooks.pair(tmp_path, ["01_small", "02_none"], said.append)
    assert "# New" in text.read_text() and "edited elsewhere" in said[0]
    text.write_text(text.read_text().replace("# New", "# Other"))
    edited_elsewhere(page, "# New", "# Newer")
    notebooks.pair(tmp_path, ["01_small"], said.append)
    assert "were both edited" in said[1] and "# Other" in text.read_text()


def bytes_of(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A folder with one notebook, after two runs; the files of both; what was reported."""
    folder, lines = tmp_path_factory.mktemp("course") / "notebooks", []
    folder.mkdir()
    (folder / "07_toy.md").write_text(TOY, encoding="utf-8")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("BNN_TEACH_BACKGROUND", "off")  # the notebook needs no TensorFlow
        refresh(folder, ["07_toy"], report=lines.append)
        first = bytes_of(folder)
        refresh(folder, ["07_toy"], report=lines.append)
    return folder, first, lines


@pytest.fixture
def copy(course, tmp_path):
    """A copy of the folder, to be edited."""
    for name, data in course[1].items():
        (tmp_path / name).write_bytes(data)
    return tmp_path


@pytest.fixture
def no_kernel(monkeypatch):
    """Fail where a kernel would be started."""

    def refuse(*_, **__):
        raise AssertionError("a kernel was started")

    monkeypatch.setattr(notebooks, "execute", refuse)


def test_two_runs_are_byte_identical(course):
    folder, first, _ = course
    assert list(first) == ["07_toy.ipynb", "07_toy.md"]
    assert bytes_of(folder) == first


def test_a_new_notebook_is_made_from_its_text(course):
    notebook = nbformat.reads(course[1]["07_toy.ipynb"].decode(), as_version=4)
    nbformat.validate(notebook)
    assert notebook.cells[0].source == "# What is a band?\n\nWe look at one."
    assert course[1]["07_toy.md"].decode().endswith(TOY)


def test_what_is_stored_passes_every_check(course):
    assert problems(course[0], "07_toy") == []


def test_the_duration_is_reported_and_noted(course):
    assert re.fullmatch(r"07_toy: ran in \d+\.\d s", course[2][0])
    notes = nbformat.reads(course[1]["07_toy.ipynb"].decode(), as_version=4).metadata[KEY]
    assert notes["seconds"] > 0
    if sys.platform == "linux":
        assert 20 <= notes["megabytes"] <= 500, "a kernel without TensorFlow"
    assert re.fullmatch(r"[0-9a-f]{16}", notes["fingerprint"])


def test_a_duration_stays_while_it_is_about_right():
    steps = (1, 2, 5, 10, 20, 30)
    assert notebooks._about(8.7, None, steps) == 10
    assert notebooks._about(6.0, 10, steps) == 10
    assert notebooks._about(19.0, 10, steps) == 10
    assert notebooks._about(25.0, 10, steps) in (20, 30)


def test_outputs_tell_nothing_of_the_run(course):
    notebook = nbformat.reads(course[1]["07_toy.ipynb"].decode(), as_version=4)
    texts = {output.name: output.text for output in notebook.cells[7].outputs}
    assert texts["stderr"].startswith("UserWarning: careful\n")
    assert texts["stdout"] == "<object object> off\nTrue\n"
    assert notebook.cells[11].outputs[0].traceback == ["ZeroDivisionError: division by zero"]


def test_a_picture_is_described_as_written_and_as_computed(course):
    notebook = nbformat.reads(course[1]["07_toy.ipynb"].decode(), as_version=4)
    cell = notebook.cells[5]
    alt = cell.metadata.mystnb.image.alt
    assert re.fullmatch(r"A blue band around a rising line\. The 95 % band has width .+\.", alt)
    assert cell.outputs[0].metadata["image/png"]["alt"] == alt
    assert b"mystnb" not in course[1]["07_toy.md"]


def test_only_the_widgets_that_are_shown_are_kept(course):
    text = course[1]["07_toy.ipynb"].decode()
    assert '"description": "shown"' in text
    assert text.count('"value": "not shown"') == 0
    notebook = nbformat.reads(text, as_version=4)
    state = notebook.metadata.widgets["application/vnd.jupyter.widget-state+json"].state
    assert sorted(state) == [f"{number:032x}" for number in range(len(state))]
    view = notebook.cells[9].outputs[0].data["application/vnd.jupyter.widget-view+json"]
    assert state[view.model_id].model_name == "VBoxModel"


def test_a_cell_that_fails_is_named_and_nothing_is_stored(copy):
    edit(copy / "07_toy.md", "x = np.linspace(-1, 1, 21)", "x = np.linspce(-1, 1, 21)")
    before = bytes_of(copy)
    with pytest.raises(NotebookError, match=r"cell 6 \('x = np\.linspce.* AttributeError: "):
        refresh(copy, ["07_toy"])
    assert bytes_of(copy) == before


def test_an_edited_sentence_is_stored_without_a_run(copy, no_kernel):
    edit(copy / "07_toy.md", "We look at one.", "We look at two.")
    assert problems(copy, "07_toy")[0].startswith("07_toy: the .ipynb and the .md differ")
    lines = []
    refresh(copy, ["07_toy"], only_stale=True, report=lines.append)
    assert lines == ["07_toy: outputs are up to date, text stored"]
    notebook = nbformat.read(copy / "07_toy.ipynb", as_version=4)
    assert "We look at two." in notebook.cells[0].source
    assert notebook.cells[5].outputs and notebook.metadata.widgets
    assert problems(copy, "07_toy") == []


def test_an_edited_description_is_stored_without_a_run(copy, no_kernel):
    edit(copy / "07_toy.md", "A blue band around", "A narrow band around")
    refresh(copy, ["07_toy"], only_stale=True)
    notebook = nbformat.read(copy / "07_toy.ipynb", as_version=4)
    assert notebook.cells[5].metadata.mystnb.image.alt.startswith("A narrow band around a rising")
    assert problems(copy, "07_toy") == []


def test_an_edit_in_the_notebook_goes_to_its_text(copy, no_kernel):
    edit(copy / "07_toy.ipynb", "We look at one.", "We look at three.")
    refresh(copy, ["07_toy"], only_stale=True)
    assert "We look at three." in (copy / "07_toy.md").read_text(encoding="utf-8")
    assert problems(copy, "07_toy") == []


def test_edited_code_is_run_again(copy, no_kernel):
    edit(copy / "07_toy.md", "seed: int = 0", "seed: int = 1")
    with pytest.raises(AssertionError, match="a kernel was started"):
        refresh(copy, ["07_toy"], only_stale=True)


def test_two_edits_that_contradict_each_other_are_an_error(copy):
    edit(copy / "07_toy.md", "We look at one.", "We look at two.")
    edit(copy / "07_toy.ipynb", "We look at one.", "We look at three.")
    with pytest.raises(NotebookError, match=r"both edited .* Keep one: delete the other"):
        newest(copy, "07_toy")


def test_the_same_edit_in_both_files_is_none(copy):
    for name in ("07_toy.md", "07_toy.ipynb"):
        edit(copy / name, "We look at one.", "We look at two.")
    assert "We look at two." in newest(copy, "07_toy").cells[0].source


def test_a_lost_text_is_written_again(copy, no_kernel):
    before = bytes_of(copy)
    (copy / "07_toy.md").unlink()
    refresh(copy, ["07_toy"], only_stale=True)
    assert bytes_of(copy) == before


def test_a_cell_that_markdown_cannot_hold_is_an_error():
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("one\n\n+++\n\ntwo")])
    with pytest.raises(NotebookError, match=r"cell 1 \('one'\) cannot be written as MyST"):
        markdown(notebook)


@pytest.mark.parametrize("suffix", ["md", "ipynb"])
def test_a_file_that_is_no_notebook_is_an_error(copy, suffix):
    broken = {"md": "```{code-cell}\n:tags: [\n\n1\n```\n", "ipynb": "{"}
    (copy / f"07_toy.{suffix}").write_text(broken[suffix], encoding="utf-8")
    with pytest.raises(NotebookError, match=f"07_toy.{suffix}: this is no"):
        newest(copy, "07_toy")


@pytest.mark.parametrize(
    ("names", "stems"),
    [
        ([], ["01_a", "02_b", "10_c"]),
        (["1"], None),
        (["10"], ["10_c"]),
        (["02", "01"], ["01_a", "02_b"]),
        (["02_b"], ["02_b"]),
        (["notebooks/02_b.ipynb", "02_b.md"], ["02_b"]),
    ],
)
def test_notebooks_are_found_by_number_or_name(tmp_path, names, stems):
    for name in ("01_a.md", "01_a.ipynb", "02_b.ipynb", "10_c.md", "other.py"):
        (tmp_path / name).touch()
    if stems is None:
        with pytest.raises(ArgumentError, match=r"'1': no notebook .* 01_a, 02_b, 10_c"):
            find(tmp_path, names)
    else:
        assert find(tmp_path, names) == stems


def test_a_long_warning_is_stored_in_lines_that_fit():
    said = "ConvergenceWarning: " + 30 * "a word " + "\n  run(model)\n"
    output = {"output_type": "stream", "name": "stderr", "text": said}
    outputs._scrub_output(output, str)
    lines = output["text"].splitlines()
    assert max(map(len, lines)) <= 79 and lines[-1] == "  run(model)"
    assert " ".join(output["text"].split()) == " ".join(said.split())
