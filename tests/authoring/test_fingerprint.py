"""Which edits make outputs out of date, and which do not."""

import shutil

import pytest

from bnn_teach.authoring import fingerprint as fingerprints
from bnn_teach.authoring.fingerprint import LIBRARY, data_named, files_used, fingerprint

CELLS = ["import bnn_teach as bt\nfrom bnn_teach.course import datasets", "bt.plots.plot_elbo([1])"]


@pytest.fixture
def library(tmp_path):
    """A copy of the library, to be edited."""
    copy = tmp_path / "bnn_teach"
    shutil.copytree(LIBRARY, copy, ignore=shutil.ignore_patterns("__pycache__"))
    return copy


def names(cells, library=LIBRARY):
    return {path.relative_to(library).as_posix() for path in files_used(cells, library)}


def test_only_what_the_cells_lead_to_is_used():
    used = names(CELLS)
    assert {"plots/__init__.py", "plots/elbo.py", "errors.py", "course/datasets.py"} <= used
    assert not {"density.py", "inference.py", "tour/tour.py"} & used
    assert not any(name.startswith(("dsl/", "mcmc/", "vi/")) for name in used)


@pytest.mark.parametrize(
    "cell",
    [
        "import bnn_teach as bt\nbt.sample",
        "import bnn_teach\nbnn_teach.sample",
        "from bnn_teach import sample",
        "from bnn_teach.inference import sample",
        "import bnn_teach.inference",
        "import bnn_teach.inference as inference",
        "%matplotlib inline\nfrom bnn_teach import sample",
        "def later():\n    from bnn_teach import sample",
    ],
)
def test_each_way_to_import_is_seen(cell):
    used = names([cell])
    assert {"inference.py", "density.py", "mcmc/nuts.py", "dsl/model.py", "errors.py"} <= used
    assert "tour/tour.py" not in used


@pytest.mark.parametrize(
    "cell", ["import numpy as np\nnp.sample", "print('bt.sample')", "answer = ...  \n)"]
)
def test_a_cell_without_the_library_depends_on_itself_alone(cell):
    assert names([cell]) == set()


def test_it_repeats_itself():
    value = fingerprint(CELLS)
    assert value == fingerprint(CELLS)
    assert len(value) == 16


def test_an_edited_cell_counts():
    assert fingerprint([*CELLS, "1"]) != fingerprint([*CELLS, "2"])
    assert fingerprint(["1", "2"]) != fingerprint(["2", "1"]) != fingerprint(["12"])


def test_a_copy_of_the_library_counts_the_same(library):
    assert fingerprint(CELLS, library) == fingerprint(CELLS)


@pytest.mark.parametrize(
    ("edit", "counts"),
    [
        (lambda text: f"{text}\n# a comment\n", False),
        (lambda text: text.replace('"""', '"""Said better. ', 1), False),
        (lambda text: text.replace("\n\n\n", "\n\n\n\n\n"), False),
        (lambda text: f'{text}\n"""A note on the line above."""\n', False),
        (lambda text: f"{text}\nx = 1\n", True),
        (lambda text: f"{text}\nx = True\n", True),
        (lambda text: f"{text}\nx = 'a string that is a value'\n", True),
        (lambda text: f"{text}\n\ndef f(x: int) -> int:\n    return -x\n", True),
    ],
)
def test_code_counts_and_words_do_not(library, edit, counts):
    path = library / "plots" / "elbo.py"
    text = path.read_text(encoding="utf-8")
    assert edit(text) != text
    path.write_text(edit(text), encoding="utf-8")
    assert (fingerprint(CELLS, library) != fingerprint(CELLS)) is counts


def test_two_different_edits_differ(library):
    path, found = library / "plots" / "elbo.py", set()
    text = path.read_text(encoding="utf-8")
    for line in ("x = 1", "x = 2", "x = -1", "x = 1.0", "x: int = 1", "y = 1", "x == 1", "del x"):
        path.write_text(f"{text}\n{line}\n", encoding="utf-8")
        found.add(fingerprint(CELLS, library))
    assert len(found) == 8


def test_what_is_not_used_does_not_count(library):
    for name in ("density.py", "tour/tour.py", "__init__.py"):
        path = library / name
        path.write_text(path.read_text(encoding="utf-8") + "\nx = 1\n", encoding="utf-8")
    assert fingerprint(CELLS, library) == fingerprint(CELLS)


def test_a_script_beside_the_code_counts(library):
    (library / "plots" / "figure.js").write_text("let a = 1;", encoding="utf-8")
    one = fingerprint(CELLS, library)
    (library / "plots" / "figure.js").write_text("let a = 2;", encoding="utf-8")
    assert len({one, fingerprint(CELLS, library), fingerprint(CELLS)}) == 3


def test_a_script_in_a_folder_counts_if_the_code_names_it():
    used = names(["import bnn_teach as bt\nbt.exhibits.Exhibit"])
    assert {"exhibits/static/figure.js", "exhibits/static/figure.css"} <= used
    assert "exhibits/static/quiz.js" not in used
    assert "course/chapters/ch06/quiz.toml" not in used


def test_the_scripts_of_a_package_are_its_own():
    cell = 'import bnn_teach as bt\nbt.exhibits.Exhibit("points", "nuts.js")'
    assert not any(name.startswith("exhibits/live/") for name in names([cell]))
    assert "exhibits/live/points.js" in names(["import bnn_teach as bt\nbt.playground"])


def test_the_quiz_that_a_cell_asks_for_counts_and_no_other():
    used = names(['import bnn_teach as bt\nbt.quiz("06")'])
    assert {"course/chapters/ch06/quiz.toml", "exhibits/static/quiz.js"} <= used
    assert "course/chapters/ch00/quiz.toml" not in used


def _below(folder, text):
    path = folder / "data" / "deep" / "mine.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def _module(folder, text):
    (folder / "own.py").write_text(f"import more\nx = {text!r}\n")
    (folder / "more.py").write_text("table = 'data/mine.csv'\n")
    (folder / "data").mkdir(exist_ok=True)
    (folder / "data" / "mine.csv").write_text(text)


READS = {
    "whole": ("open('data/deep/mine.csv')", _below),
    "joined": ("import os\nos.path.join('data', 'deep', name)", _below),
    "slash": ("from pathlib import Path\nPath('data') / 'deep' / f'{name}.csv'", _below),
    "held": ("import pathlib\nplace = 'data'\nopen(pathlib.Path(place) / name)", _below),
    "begun": ("open(f'data/deep/mi{n}.csv')", _below),
    "added": ("open('data/deep/' + name)", _below),
    "pattern": ("import glob\nglob.glob('data/*/m*.csv')", _below),
    "listed": ("import os\nos.listdir('data')", _below),
    "imported": ("from own import x", _module),
    "run": ("%run own.py --fast", _module),
    "shell": ("!python own.py", _module),
}


@pytest.mark.parametrize("way", READS)
def test_what_a_run_reads_beside_the_notebook_counts(way, tmp_path):
    cell, write = READS[way]
    found = set()
    for text in ("1", "2", "1"):
        write(tmp_path, text)
        found.add(fingerprint([cell], folder=tmp_path))
    assert len(found) == 2


def test_a_module_counts_by_what_it_reads_and_not_by_its_comments(tmp_path):
    _module(tmp_path, "1")
    before = fingerprint(["import own"], folder=tmp_path)
    (tmp_path / "own.py").write_text('"""Said better."""\n' + (tmp_path / "own.py").read_text())
    assert fingerprint(["import own"], folder=tmp_path) == before
    (tmp_path / "data" / "mine.csv").write_text("2")
    assert fingerprint(["import own"], folder=tmp_path) != before


def test_texts_that_are_no_paths_lead_nowhere(tmp_path):
    _below(tmp_path, "1")
    (tmp_path / "42.ipynb").write_text("{}")
    texts = ["/", ".", "..", "../", "./", "*", "a/b", "", " ", "\0/", "data", "x" * 500, "/tmp/"]
    assert data_named(texts, tmp_path) == []
    assert data_named(["data/"], tmp_path) == [tmp_path / "data" / "deep" / "mine.csv"]


def test_data_that_the_library_reads_counts(monkeypatch, tmp_path):
    """Notebook 18 names a table, and the library knows its file."""
    copy = tmp_path / "notebooks"
    shutil.copytree(fingerprints.NOTEBOOKS / "data", copy / "data")
    monkeypatch.setattr(fingerprints, "NOTEBOOKS", copy)
    cell = "from bnn_teach.course.chapters.ch18 import tables\ntables.load('concrete', 0)"
    before = fingerprint([cell], folder=copy)
    (copy / "data" / "18_concrete.csv").write_text("1,2\n")
    assert fingerprint([cell], folder=copy) != before
