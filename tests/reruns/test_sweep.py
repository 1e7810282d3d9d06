"""A sweep: every cell of the grid once, wherever it runs, whatever is killed meanwhile."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time

import pytest

import bnn_teach as bt
from bnn_teach.authoring import fingerprint
from bnn_teach.cli import main
from bnn_teach.course.run_tables import load_table
from bnn_teach.errors import ArgumentError


def without_seconds(table):
    return [{k: v for k, v in row.items() if k != "seconds"} for row in table.rows]


def test_a_failed_cell_is_a_row_with_its_error(small, tmp_path):
    table = bt.sweep(small, {"scale": [1.0, 101.0], "seed": [0, 1]}, tmp_path, workers=2)
    assert [row["seed"] for row in table.rows] == [0, 1, 0, 1]
    errors = [row["error"] for row in table.rows]
    assert errors[:2] == ["", ""] and all("ValueError: too wide" in e for e in errors[2:])
    assert table.columns[:5] == ("seed", "scale", "loud", "name", "places")
    assert table.columns[5:] == ("mean", "largest", "seed_again", "error", "seconds")


def test_what_is_done_is_not_run_again_and_what_failed_is(small, tmp_path):
    grid = {"scale": [1.0, 101.0], "seed": [0, 1]}
    first = bt.sweep(small, grid, tmp_path, workers=2)
    files = {path: path.stat().st_mtime_ns for path in tmp_path.glob("*.ipynb")}
    again = bt.sweep(small, grid | {"seed": [0, 1, 2]}, tmp_path, workers=2)
    changed = [path for path, at in files.items() if path.stat().st_mtime_ns != at]
    assert len(files) == 4 and len(changed) == 2  # those that had failed
    assert [r for r in again.rows if r["seed"] < 2 and not r["error"]] == [*first.rows[:2]]


def test_a_run_depends_on_cells_data_packages_and_files_named_by_parameters(
    small, tmp_path, monkeypatch
):
    from bnn_teach.reruns import sweep

    jobs = []
    monkeypatch.setattr(sweep, "run_job", lambda job: jobs.append(job) or {"error": "not run"})
    read = small.read_text().replace("generator = ", "open('points.csv')\\ngenerator = ", 1)
    small.write_text(read)
    (small.parent / "points.csv").write_text("1")
    (tmp_path / "class.csv").write_text("a")

    def new():
        bt.sweep(small, {"name": [str(tmp_path / "class.csv")]}, tmp_path / "out")
        return jobs[-1].target

    first = new()
    assert new() == first
    (small.parent / "points.csv").write_text("2")
    second = new()
    (tmp_path / "class.csv").write_text("b")
    third = new()
    small.write_text(read.replace("range(100)", "range(99)"))
    fourth = new()
    monkeypatch.setattr("bnn_teach.authoring.fingerprint.version", lambda name: "99")
    fingerprint._versions.cache_clear()
    fifth = new()
    fingerprint._versions.cache_clear()
    assert len({first, second, third, fourth, fifth}) == 5


def test_an_empty_file_of_results_is_none(small, tmp_path, monkeypatch):
    from bnn_teach.reruns import sweep

    ran = []
    monkeypatch.setattr(sweep, "run_job", lambda job: ran.append(job) or {"error": "", "x": 1})
    bt.sweep(small, {"seed": [0]}, tmp_path)
    for text in ("", "{}", "[]", '{"results": 3}'):
        ran[0].facts.write_text(text)
        bt.sweep(small, {"seed": [0]}, tmp_path)
    assert len(ran) == 5


def test_an_address_in_a_cloud_is_no_folder(small):
    for run in (bt.rerun, lambda *given: bt.sweep(given[0], {"seed": [0]}, given[2])):
        with pytest.raises(ArgumentError, match=r"output: got s3:/+bucket/out, expected a folder"):
            run(small, None, "s3://bucket/out")


@pytest.mark.parametrize("place", ["file", "/proc/out"])
def test_where_nothing_can_be_written_nothing_is_run(place, small, tmp_path, capsys):
    (tmp_path / "file").write_text("")
    place = str(tmp_path / place) if place == "file" else place
    for verb in (["rerun"], ["sweep", "--grid", "seed=0"]):
        assert main([*verb, str(small), "-o", place]) == 1
        said = capsys.readouterr().err
        assert "output:" in said and place in said and "Traceback" not in said


def test_an_interrupt_tells_how_to_go_on(small, tmp_path, monkeypatch, capsys):
    from bnn_teach.reruns import sweep

    def stop(futures):
        raise KeyboardInterrupt

    monkeypatch.setattr(sweep, "as_completed", stop)
    monkeypatch.setattr(sweep, "run_job", lambda job: {"error": ""})
    assert main(["sweep", str(small), "--grid", "seed=0:3", "-o", str(tmp_path)]) == 130
    said = capsys.readouterr().err
    assert "sweep: interrupted\n" in said and "goes on from there" in said


def test_a_parameter_is_named_once(small, tmp_path):
    with pytest.raises(ArgumentError, match="seed: is in the grid and in the parameters"):
        bt.sweep(small, {"seed": [0]}, tmp_path, parameters={"seed": 1})
    axes = ["--grid", "seed=1", "--grid", "seed=2"]
    assert main(["sweep", "42", *axes, "--folder", str(small.parent)]) == 1


def test_without_a_cluster_there_the_message_says_how_to_start_one(small, tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(ArgumentError, match="no Dask scheduler answers"):
        bt.sweep(small, {"seed": [0]}, tmp_path, cluster=address)


def test_each_worker_is_asked_and_one_that_cannot_answer_is_named(small, caplog):
    from bnn_teach.reruns.cluster import _wait_for_workers, refuse_others, version_of

    here = version_of(str(small))
    refuse_others(here, {"tcp://a:1": here, "tcp://b:1": tuple(here)})
    error = ModuleNotFoundError("No module named 'bnn_teach'")
    with pytest.raises(ArgumentError, match=r"tcp://b:1 cannot say.*No module named 'bnn_teach'"):
        refuse_others(here, {"tcp://a:1": here, "tcp://b:1": error})
    there = [{}, {}, {"tcp://a:1": 1}]
    client = type("Client", (), {"scheduler_info": lambda self: {"workers": there.pop(0)}})()
    _wait_for_workers(client, "tcp://s:8786")
    assert [each.getMessage()[:35] for each in caplog.records] == [
        "Waiting for workers at tcp://s:8786"
    ]


@pytest.mark.slow
def test_a_sweep_that_was_killed_goes_on(small, tmp_path):
    output = tmp_path / "out"
    words = ["sweep", str(small), "--grid", "seed=0:5", "-o", str(output)]
    command = [sys.executable, "-m", "bnn_teach", *words]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _wait(lambda: len(list(output.glob("*.json"))) >= 2)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    done = {path: path.read_bytes() for path in output.glob("*.json")}
    assert 2 <= len(done) < 5 and not (output / "table.csv").exists()
    assert main(words) == 0
    assert all(path.read_bytes() == text for path, text in done.items())
    table = load_table(output / "table.csv")
    assert [row["seed"] for row in table.rows] == [str(seed) for seed in range(5)]
    assert not any(row["error"] for row in table.rows)


@contextlib.contextmanager
def _cluster(folder):
    """A real Dask cluster on this machine: one scheduler, two workers, each a process."""
    address = folder / "scheduler.json"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder}
    scheduler = ["dask", "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
    worker = ["dask", "worker", "--no-nanny", "--no-dashboard", "--nthreads", "1"]
    where = ["--scheduler-file", str(address)]
    processes = []
    try:
        for words in (scheduler, worker, worker):
            if words is worker:
                _wait(address.exists)
                words = [*words, "--local-directory", str(folder)]
            command = [sys.executable, "-m", *words, *where]
            processes.append(subprocess.Popen(command, **quiet))
        _wait(address.exists)
        yield json.loads(address.read_text())["address"], processes[1:]
    finally:
        for process in reversed(processes):
            process.kill()
            process.wait()


@pytest.mark.slow
def test_reruns_on_a_cluster_whose_worker_dies_are_those_of_one_machine(
    small, tmp_path, monkeypatch
):
    grid = {"scale": [0.5, 2.0], "seed": range(8)}
    output = tmp_path / "cluster"
    with _cluster(tmp_path) as (address, workers):
        words = [f"--grid=scale={','.join(map(str, grid['scale']))}", "--grid=seed=0:8"]
        places = ["-o", str(output), "--cluster", address]
        command = [sys.executable, "-m", "bnn_teach", "sweep", str(small), *words, *places]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        _wait(lambda: len(list(output.glob("*.json"))) >= 5, 240)
        workers[0].kill()  # in the middle of a rerun
        _, errors = process.communicate(timeout=300)
        assert process.returncode == 0, errors.decode()[-2000:]
        monkeypatch.setattr(bt, "__version__", "9.9")
        expected = r"worker tcp://127.* has bnn_teach 0.*Expected bnn_teach 9\.9"
        with pytest.raises(ArgumentError, match=expected):
            bt.sweep(small, grid, output, cluster=address)
    serial = bt.sweep(small, grid, tmp_path / "serial", progress=False)
    serial.save(tmp_path / "serial.csv")
    assert len(serial.rows) == 16 and not serial.failed
    assert without_seconds(load_table(output / "table.csv")) == without_seconds(
        load_table(tmp_path / "serial.csv")
    )


def _wait(ready, seconds=60):
    deadline = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)
