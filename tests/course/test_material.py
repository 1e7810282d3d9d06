"""A notebook finds its data in any folder, and a file of the reader's own comes first."""

import pytest

from bnn_teach.course.chapters.ch08.bands import read_fair_lab
from bnn_teach.course.chapters.ch12.experiment import read_replications
from bnn_teach.course.chapters.ch14.accuracy import read_sweeps
from bnn_teach.course.material import NOTEBOOKS, default_folder, find_data
from bnn_teach.errors import ArgumentError


def test_the_courses_data_are_read_from_any_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert read_fair_lab("data/08_sweep.json").nuts
    assert read_sweeps("data/14_costs.json")["width"]
    assert len(read_replications("data/12_replications.csv").ranks)
    with pytest.raises(ArgumentError, match=r"^data/none\.json: there is no such file"):
        read_fair_lab("data/none.json")


def test_what_is_here_comes_first(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert default_folder() == NOTEBOOKS
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "08_sweep.json").write_text("mine")
    (tmp_path / "notebooks").mkdir()
    assert find_data("data/08_sweep.json").read_text() == "mine"
    assert default_folder().resolve() == tmp_path / "notebooks"


def test_no_file_of_the_notebooks_leads_out_of_their_folder():
    assert [path for path in NOTEBOOKS.rglob("*") if path.is_symlink()] == []
