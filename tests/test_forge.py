"""What a forge, a catalogue and a person who cites read agrees with the project."""

import datetime
import json
import re
import stat
import tomllib
from pathlib import Path

import pytest
import yaml

import bnn_teach

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
FORMS = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("[!c]*.yml"))
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def read(path):
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def test_the_citation_is_of_this_version_and_has_a_date():
    cited = read(ROOT / "CITATION.cff")
    assert cited["version"] == bnn_teach.__version__
    assert cited["date-released"] >= datetime.date(2026, 11, 29)
    assert " AND ".join(cited["license"]).lower() == PROJECT["license"].lower()
    assert {"cff-version", "message", "title", "authors"} <= cited.keys()


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_a_form_asks_for_something_and_names_each_field_once(path):
    form = read(path)
    assert {"name", "description", "body"} <= form.keys()
    ids = [field["id"] for field in form["body"]]
    assert len(ids) == len(set(ids))
    assert all(field["attributes"]["label"] for field in form["body"])
    assert any(field.get("validations", {}).get("required") for field in form["body"])


def test_the_tests_run_on_each_python_that_is_supported():
    check = read(ROOT / ".github" / "workflows" / "tests.yml")["jobs"]["check"]
    listed = {each.rpartition(" ")[2] for each in PROJECT["classifiers"] if "3." in each}
    assert set(check["strategy"]["matrix"]["python"]) == listed
    assert any(step.get("run") == ".ci/run" for step in check["steps"])


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_programs_that_a_workflow_starts_are_there(path):
    for name in re.findall(r"(?<![\w/])\.ci/\w+", path.read_text(encoding="utf-8")):
        assert (ROOT / name).stat().st_mode & stat.S_IXUSR, name


def test_the_container_has_what_the_tests_need():
    container = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text())
    assert re.fullmatch(r"python:3\.1[23]-\w+", container["image"])
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    packages = re.search(r'"\$\{install\[@\]\}" (chromium .+?) <', script)[1].split()
    assert len(packages) > 2 and set(packages) <= set(container["onCreateCommand"].split())


def test_the_paper_names_what_its_journal_asks_for_and_cites_what_there_is():
    text = (ROOT / "book" / "paper" / "paper.md").read_text(encoding="utf-8")
    _, head, body = text.split("---\n", 2)
    assert {"title", "tags", "authors", "affiliations", "date", "bibliography"} <= yaml.safe_load(
        head
    ).keys()
    for section in ("Summary", "Statement of need", "References"):
        assert f"# {section}\n" in body
    known = set(re.findall(r"^@\w+\{(\w+),", (ROOT / "book" / "references.bib").read_text(), re.M))
    assert set(re.findall(r"@(\w+)", body)) <= known
    assert set(re.findall(r"bnn-teach (\w+)", body)) <= set(_verbs())


def _verbs():
    from bnn_teach.cli import VERBS

    return VERBS
