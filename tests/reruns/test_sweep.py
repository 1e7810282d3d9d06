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


def test_a_changed_notebook_is_run_anew(small, tmp_path):
    before = bt.sweep(small, {"seed": [0]}, tmp_path)
    small.write_text(small.read_text().replace("range(100)", "range(99)"))
    after = bt.sweep(small, {"seed": [0]}, tmp_path)
    assert before.rows[0]["mean"] != after.rows[0]["mean"]


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


@pytest.mark.slow
def test_a_sweep_that_was_killed_goes_on(small, tmp_path):
    output = tmp_path / "out"
    words = ["sweep", str(small), "--grid", "seed=0:8", "-o", str(output)]
    command = [sys.executable, "-m", "bnn_teach", *words]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _wait(lambda: len(list(output.glob("*.json"))) >= 3)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    done = {path: path.read_bytes() for path in output.glob("*.json")}
    assert 3 <= len(done) < 8 and not (output / "table.csv").exists()
    assert main(words) == 0
    assert all(path.read_bytes() == text for path, text in done.items())
    table = load_table(output / "table.csv")
    assert [row["seed"] for row in table.rows] == [str(seed) for seed in range(8)]
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
def test_sixty_reruns_on_a_cluster_whose_worker_dies_are_those_of_one_machine(small, tmp_path):
    grid = {"scale": [0.5, 1.0, 2.0], "seed": range(20)}
    output = tmp_path / "cluster"
    with _cluster(tmp_path) as (address, workers):
        words = [f"--grid=scale={','.join(map(str, grid['scale']))}", "--grid=seed=0:20"]
        places = ["-o", str(output), "--cluster", address]
        command = [sys.executable, "-m", "bnn_teach", "sweep", str(small), *words, *places]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        _wait(lambda: len(list(output.glob("*.json"))) >= 15, 240)
        workers[0].kill()  # in the middle of a rerun
        _, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors.decode()[-2000:]
    serial = bt.sweep(small, grid, tmp_path / "serial", progress=False)
    serial.save(tmp_path / "serial.csv")
    assert len(serial.rows) == 60 and not serial.failed
    assert without_seconds(load_table(output / "table.csv")) == without_seconds(
        load_table(tmp_path / "serial.csv")
    )


def _wait(ready, seconds=60):
    deadline = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)
