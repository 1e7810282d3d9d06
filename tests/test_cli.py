"""The command line answers at once, and passes on what the verbs need."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from unittest.mock import Mock

import pytest

from bnn_teach import cli
from bnn_teach.errors import ArgumentError


def python(*arguments):
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, check=False, timeout=60
    )


def test_a_wrong_verb_is_answered_with_the_right_ones():
    answer = python("-m", "bnn_teach", "tuor")
    assert answer.returncode == 2
    assert "'tuor'" in answer.stderr and "'tour', 'lab', 'notebooks'" in answer.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["tour", "--outptu", "x"],
        ["tour", "--out", "x"],
        ["tour", "--seed", "-1"],
        ["tour", "--seed", "one"],
        ["notebooks", "--check", "--stale"],
        ["tour", "--output", "s3://bucket/tour"],
        ["sweep", "01", "--grid", "seed=0,1", "--table", "gs://bucket/table.csv"],
        ["merge", "01", "a.csv", "-o", "https://x.example/class.csv"],
    ],
)
def test_wrong_options_end_with_status_two(arguments, capsys):
    with pytest.raises(SystemExit) as end:
        cli.main(arguments)
    assert end.value.code == 2
    assert "usage: python -m bnn_teach" in capsys.readouterr().err


def test_neither_importing_nor_reading_options_loads_what_only_a_verb_needs():
    heavy = "{'tensorflow', 'numpy', 'matplotlib', 'nbformat', 'jupytext', 'nbclient'}"
    code = f"import sys; import bnn_teach.cli; print({heavy} & sys.modules.keys())"
    answer = python("-c", code)
    assert answer.stdout.strip() == "set()", answer.stderr


def test_tour_gets_its_folder_and_seed(monkeypatch, tmp_path, capsys):
    from bnn_teach.tour import tour

    calls = []
    monkeypatch.setattr(tour, "run_tour", lambda *a, report: calls.append(a) or report("done"))
    assert cli.main(["tour", "--output", str(tmp_path), "--seed", "3"]) == 0
    assert calls == [(tmp_path, tour.TourSettings(seed=3))]
    assert capsys.readouterr().out.splitlines()[-1] == "done"


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (ArgumentError("what is wrong"), 1, "what is wrong"),
        (KeyboardInterrupt(), 130, "interrupted"),
    ],
)
def test_an_error_of_the_library_or_an_interrupt_is_one_line(
    error, status, said, monkeypatch, capsys
):
    from bnn_teach.tour import tour

    monkeypatch.setattr(tour, "run_tour", Mock(side_effect=error))
    assert cli.main(["tour"]) == status
    assert capsys.readouterr().err == f"tour: {said}\n"


def test_notebooks_passes_on_names_and_modes(monkeypatch, tmp_path):
    from bnn_teach.authoring import notebooks

    for name in ("01_a.md", "02_b.md"):
        (tmp_path / name).touch()
    calls = []
    monkeypatch.setattr(
        notebooks,
        "refresh",
        lambda folder, stems, only_stale, report: calls.append((folder, stems, only_stale)),
    )
    assert cli.main(["notebooks", "--folder", str(tmp_path), "02", "--stale"]) == 0
    assert cli.main(["notebooks", "--folder", str(tmp_path)]) == 0
    assert calls == [(tmp_path, ["02_b"], True), (tmp_path, ["01_a", "02_b"], False)]


def test_in_a_copy_of_the_course_its_own_notebooks_are_meant(monkeypatch, tmp_path):
    from bnn_teach.reruns import rerun

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(rerun, "execute", lambda source, *rest: pytest.fail(str(source)))
    notebook = '{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'
    (tmp_path / "01_mine.ipynb").write_text(notebook)
    with pytest.raises(pytest.fail.Exception, match=str(tmp_path / "01_mine.ipynb")):
        cli.main(["rerun", "01"])


def test_a_lab_without_a_home_is_refused_in_a_sentence(monkeypatch, tmp_path, capsys):
    for name in ("JUPYTER_RUNTIME_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR", "XDG_RUNTIME_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", "/proc/nobody")
    assert cli.main(["lab", str(tmp_path / "course")]) == 1
    assert "so no kernel starts. Set HOME, or JUPYTER_RUNTIME_DIR" in capsys.readouterr().err


def test_a_check_that_fails_is_told_by_the_status(monkeypatch, tmp_path, capsys):
    from bnn_teach.authoring import checks as notebook_checks

    (tmp_path / "01_a.md").touch()
    command = ["notebooks", "--folder", str(tmp_path), "--check"]
    monkeypatch.setattr(notebook_checks, "problems", lambda folder, stem: [f"{stem}: wrong"])
    assert cli.main(command) == 1
    assert capsys.readouterr().out.splitlines() == [
        "01_a: wrong",
        "Notebooks checked: 1. Problems: 1.",
    ]
    monkeypatch.setattr(notebook_checks, "problems", lambda folder, stem: [])
    assert cli.main(command) == 0


def test_a_notebook_that_is_not_there_is_answered_with_those_that_are(tmp_path, capsys):
    (tmp_path / "01_a.md").touch()
    assert cli.main(["notebooks", "--folder", str(tmp_path), "07"]) == 1
    assert "'07'" in (error := capsys.readouterr().err) and "01_a" in error


def test_a_folder_that_is_not_there_is_named(tmp_path, capsys):
    missing = Path(tmp_path, "nowhere")
    assert cli.main(["notebooks", "--folder", str(missing)]) == 1
    assert "nowhere: no such folder" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            PermissionError(13, "Permission denied", "/x/table.csv"),
            "/x/table.csv: Permission denied",
        ),
        (OSError(28, "No space left on device"), "the disk: No space left on device. make room"),
    ],
)
def test_a_place_that_cannot_be_written_is_a_sentence(error, said, monkeypatch, capsys):
    from bnn_teach.tour import tour

    monkeypatch.setattr(tour, "run_tour", Mock(side_effect=error))
    assert cli.main(["tour"]) == 1
    assert said in capsys.readouterr().err


def test_other_errors_of_the_system_keep_their_traceback(monkeypatch):
    from bnn_teach.tour import tour

    monkeypatch.setattr(tour, "run_tour", Mock(side_effect=OSError("a mistake of ours")))
    with pytest.raises(OSError, match="a mistake of ours"):
        cli.main(["tour"])


class Swallows:
    """Its destructor is interrupted, and Python forgets that."""

    def __del__(self):
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.2)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # that is the case
def test_each_verb_hears_an_interrupt_that_was_swallowed(monkeypatch):
    from bnn_teach.reruns import rerun
    from bnn_teach.tour import tour

    def run_tour(*args, **options):
        Swallows()
        time.sleep(5)

    monkeypatch.setattr(rerun, "_AGAIN", 0.5)
    monkeypatch.setattr(tour, "run_tour", run_tour)
    assert cli.main(["tour"]) == 130
