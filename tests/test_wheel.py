"""The wheel carries the course: from an empty folder, without the checkout, all of it is there."""

import email
import re
import runpy
import subprocess
import sys
import zipfile

import pytest

from tests.wheel import ROOT, build, unpack

WORK = """import sys
from pathlib import Path

import bnn_teach as bt
from bnn_teach.classroom import sheets
from bnn_teach.course.chapters.ch08.bands import read_fair_lab
from bnn_teach.course.notebook_files import find
from bnn_teach.course.material import NOTEBOOKS, find_data
from bnn_teach.reruns.rerun import locate

assert Path(bt.__file__).is_relative_to(sys.argv[1]), bt.__file__
assert NOTEBOOKS.is_relative_to(sys.argv[1])
assert read_fair_lab("data/08_sweep.json").nuts
assert find_data("data/12_replications.csv").stat().st_size > 1000
assert find_data("data/14_costs.json").stat().st_size > 1000
assert len(find(NOTEBOOKS)) == len(sheets.numbers()) == int(sys.argv[2])
assert locate("08", None).is_file()
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A folder with the wheel and the sdist, made without any network."""
    folder = tmp_path_factory.mktemp("dist")
    build(folder)
    return folder


@pytest.fixture(scope="module")
def run(built, tmp_path_factory):
    """Run Python in an empty folder, with the wheel in a folder that is for reading only."""
    empty = tmp_path_factory.mktemp("empty")
    place = unpack(built, tmp_path_factory.mktemp("site"))

    def run_(*words):
        start = f"import sys; sys.path.insert(0, {str(place)!r}); "
        command = [sys.executable, "-B", "-c", start + words[0], str(place), *words[1:]]
        return subprocess.run(command, cwd=empty, capture_output=True, text=True, timeout=120)

    return run_


def test_notebooks_data_and_sheets_are_found_without_a_checkout(run):
    number = len([*(ROOT / "notebooks").glob("[0-9]*.ipynb")])
    done = run(f"import os; os.environ['BNN_TEACH_BACKGROUND'] = 'off'\n{WORK}", str(number))
    assert done.returncode == 0, done.stderr


def test_the_course_is_copied_and_nothing_of_a_reader_is_replaced(run, tmp_path):
    verb = "from bnn_teach.cli import main; sys.exit(main(sys.argv[2:]))"
    course = tmp_path / "my course"
    course.mkdir()
    (course / "README.md").write_text("mine")
    first = run(verb, "lab", str(course), "--copy")
    assert first.returncode == 0 and "1 were there and stay" in first.stdout, first.stderr
    there = {path.relative_to(course).as_posix() for path in course.rglob("*") if path.is_file()}
    listed = subprocess.run(
        ["git", "ls-files", "notebooks"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode == 0:
        expected = {each.removeprefix("notebooks/") for each in listed.stdout.splitlines()}
        assert there == expected - {"conftest.py"}
    assert (course / "README.md").read_text() == "mine"
    (course / "data" / "08_sweep.json").write_text("changed")  # which copies of a wheel allow
    again = run(verb, "lab", str(course), "--copy")
    assert ": 0 files are new" in again.stdout
    refused = run(verb, "lab", "/proc/course", "--copy")
    assert refused.returncode == 1 and "Choose a folder that you may write to" in refused.stderr
    refused = run(verb, "notebooks")
    assert "belongs to the installed package" in refused.stderr


def test_metadata_are_those_of_a_package_that_is_published(built):
    from packaging.metadata import Metadata

    [wheel], [sdist] = built.glob("*.whl"), built.glob("*.tar.gz")
    with zipfile.ZipFile(wheel) as opened:
        names = opened.namelist()
        raw = opened.read(next(each for each in names if each.endswith("/METADATA")))
        entry = opened.read(next(each for each in names if each.endswith("/entry_points.txt")))
        lab = opened.read("bnn_teach/course/settings/overrides.json")
    Metadata.from_email(raw, validate=True)
    assert b"bnn-teach=bnn_teach.cli:main" in entry
    assert lab == (ROOT / ".ci" / "jupyterlab.json").read_bytes()
    text = email.message_from_bytes(raw).get_payload()
    assert "@bt.model" in text and "![" not in text
    assert not re.findall(r"\]\((?!https:)", text)
    assert "Framework :: Jupyter" in raw.decode() and sdist.stat().st_size > 1e6


def test_one_setting_gives_the_addresses(monkeypatch):
    backend = runpy.run_path(str(ROOT / ".ci" / "backend.py"))
    text = "See [this](a/b.md), [that](https://x.example) and ![a picture](c.png)."
    assert backend["without_relative_links"](text) == "See this, [that](https://x.example) and ."
    monkeypatch.setenv("BNN_TEACH_REPOSITORY", "https://forge.example/a/b")
    monkeypatch.chdir(ROOT)
    facts = backend["read_flit_config"](ROOT / "pyproject.toml").metadata
    assert "repository, https://forge.example/a/b" in facts["project_urls"]
    assert "![Four panels" in facts["description"]
    assert "https://forge.example/a/b/raw/HEAD/book/images/tour.png" in facts["description"]
