"""A rerun keeps the notebook and its results; a failed one as far as it came."""

import asyncio
import json
import os
import pathlib
import signal
import subprocess
import sys
import time

import nbformat
import pytest

import bnn_teach as bt
from bnn_teach.cli import main
from bnn_teach.course.parameters import read_parameters
from bnn_teach.errors import ArgumentError, RerunError
from bnn_teach.reruns import rerun

PAGES = sorted((pathlib.Path(__file__).parents[2] / "notebooks").glob("[0-9]*.ipynb"))


def test_the_notebook_and_its_results_are_kept(small, tmp_path, capsys):
    words = ["-p", "seed=3", "-p", "scale=2", "-o", str(tmp_path / "out")]
    assert main(["rerun", "42", *words, "--folder", str(small.parent)]) == 0
    stem = tmp_path / "out" / "42_small-seed=3-scale=2.0"
    facts = json.loads(stem.with_name(f"{stem.name}.json").read_text())
    assert facts["parameters"] == {
        "seed": 3, "scale": 2.0, "loud": False, "name": "mean", "places": [0.5, 1.0]
    }  # fmt: skip
    assert facts["results"].keys() == {"mean", "largest", "places", "seed_again"}
    assert facts["results"]["seed_again"] == 3 and 0 < facts["seconds"] < 60
    executed = nbformat.read(f"{stem}.ipynb", as_version=4)
    assert f"mean = {facts['results']['mean']:.4g}" in str(executed.cells[-1].outputs)
    assert "seed_again = 3" in capsys.readouterr().out


def test_a_failure_names_the_cell_and_keeps_the_notebook(small, tmp_path):
    with pytest.raises(RerunError) as caught:
        bt.rerun(small, {"scale": 101}, tmp_path, progress=False)
    message = str(caught.value)
    assert "cell [4] ('if scale > 100:') failed" in message and "ValueError: too wide" in message
    path = tmp_path / "42_small-scale=101.0.ipynb"
    assert str(path) in message
    outputs = [cell.get("outputs") for cell in nbformat.read(path, as_version=4).cells]
    assert any(o and o[0].output_type == "error" for o in outputs)
    assert not path.with_suffix(".json").exists()


def test_a_kernel_that_dies_is_a_failure(small, tmp_path):
    small.write_text(
        small.read_text().replace("too wide", "").replace("raise ValueError", "import os; os._exit")
    )
    small.write_text(small.read_text().replace('os._exit(\\"\\")', "os._exit(1)"))
    with pytest.raises(RerunError, match="the kernel died"):
        bt.rerun(small, {"scale": 101}, tmp_path, progress=False)
    assert (tmp_path / "42_small-scale=101.0.ipynb").exists()


class Swallows:
    """Its destructor is interrupted, and Python forgets that."""

    def __del__(self):
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(5)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # that is the case
def test_an_interrupt_without_effect_is_raised_again(monkeypatch):
    monkeypatch.setattr(rerun, "_AGAIN", 0.05)
    waited = []

    @rerun.insistent_interrupt()
    def interrupted():
        Swallows()
        waited.append("the first one was swallowed")
        time.sleep(5)

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert waited
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_what_an_interrupt_cleans_up_is_not_interrupted(monkeypatch):
    monkeypatch.setattr(rerun, "_AGAIN", 0.05)

    async def clean():
        try:
            raise ValueError
        except ValueError:
            await asyncio.sleep(0.3)
        return True

    cleaned = []

    @rerun.insistent_interrupt()
    def interrupted():
        try:
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(5)
        finally:
            cleaned.append(asyncio.run(clean()))

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert cleaned == [True]


def test_a_result_named_like_a_parameter_is_refused_and_so_is_sys_exit(small, tmp_path):
    small.write_text(small.read_text().replace("seed_again=seed", "seed=1"))
    with pytest.raises(RerunError, match=r"bt\.record\(seed=\.\.\.\) has the name of a parameter"):
        bt.rerun(small, output=tmp_path, progress=False)
    small.write_text(small.read_text().replace("seed=1)", "not_held=0)"))
    with pytest.raises(RerunError, match="has the name of claims that did not hold"):
        bt.rerun(small, output=tmp_path, progress=False)
    small.write_text(small.read_text().replace("import pathlib", "import sys; sys.exit(0)", 1))
    with pytest.raises(RerunError, match=r"cell 3 .* called sys\.exit; the cells after it"):
        bt.rerun(small, output=tmp_path, progress=False)
    assert not list(tmp_path.glob("*.json"))


def test_other_values_have_other_files():
    texts = ["a b", "a/b", "a_b", "a  b", "x" * 500, "x" * 501]
    given = [*({"name": text} for text in texts), {"name": "x-seed=3"}, {"name": "x", "seed": 3}]
    assert len({rerun._name("42", each) for each in given}) == len(given)


def test_an_interrupt_keeps_the_notebook(small, tmp_path):
    (small.parent / "pause").write_text("60")
    command = [sys.executable, "-m", "bnn_teach", "rerun", str(small), "-o", str(tmp_path / "out")]
    process = subprocess.Popen(command, start_new_session=True, stderr=subprocess.PIPE, text=True)
    path = tmp_path / "out" / "42_small.ipynb"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not (path.exists() and _ran(path) >= 3):
        time.sleep(0.2)
    try:
        os.kill(process.pid, signal.SIGINT)
        process.communicate(timeout=150)
    finally:
        process.kill()
        process.communicate()
    assert process.returncode == 130 and _ran(path) >= 3


def _ran(path):
    try:
        cells = nbformat.read(path, as_version=4).cells
    except Exception:  # half written
        return 0
    return sum(cell.get("execution_count") is not None for cell in cells)


def test_threads_of_the_kernel_are_bounded(small, tmp_path):
    text = small.read_text().replace(
        "seed_again=seed", "seed_again=__import__('os').environ['OMP_NUM_THREADS']"
    )
    small.write_text(text)
    done = bt.rerun(small, output=tmp_path, num_threads=1, progress=False)
    assert done.results["seed_again"] == "1"


def test_what_does_not_exist_is_refused(small, tmp_path):
    for name in ("43", tmp_path / "no.ipynb"):
        with pytest.raises(ArgumentError, match=r"no notebook of this name|no such file"):
            bt.rerun(name, output=tmp_path / "out", folder=small.parent)
    assert not (tmp_path / "out").exists()


def test_papermills_own_command_line_works_on_the_course(tmp_path):
    [page] = (p for p in PAGES if p.name.startswith("04"))
    command = [sys.executable, "-m", "papermill", str(page), str(tmp_path / "04.ipynb")]
    options = ["-p", "num_points", "30", "-k", "python3", "--cwd", str(page.parent)]
    done = subprocess.run([*command, *options], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    assert "num_points = 30" in (tmp_path / "04.ipynb").read_text()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_papermill_puts_parameters_into_every_notebook_where_they_count(page, tmp_path):
    import papermill

    first, *_ = read_parameters(page)
    papermill.execute_notebook(
        page,
        tmp_path / "out.ipynb",
        parameters={first.name: first.default},
        prepare_only=True,
        progress_bar=False,
    )
    cells = nbformat.read(tmp_path / "out.ipynb", as_version=4).cells
    tags = [cell.metadata.get("tags", []) for cell in cells]
    place = next(i for i, each in enumerate(tags) if "parameters" in each)
    assert "injected-parameters" in tags[place + 1]
    assert f"{first.name} = " in cells[place + 1].source
