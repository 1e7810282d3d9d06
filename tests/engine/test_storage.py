"""Large arrays live in files and give the numbers that small ones give."""

import pathlib
import re
import subprocess
import sys

import numpy as np
import pytest

from bnn_teach.engine import storage
from bnn_teach.engine.storage import allocate, over_points, release


@pytest.fixture
def small_memory(monkeypatch):
    """Let whatever is larger than a thousand bytes count as large."""
    monkeypatch.setattr(storage, "IN_MEMORY", 1000)


def test_a_small_array_is_in_memory():
    array = allocate((10, 3), np.float32)
    assert type(array) is np.ndarray and array.shape == (10, 3) and array.dtype == np.float32
    release(array)  # nothing to give back


def test_a_large_array_is_in_a_file_without_a_name(small_memory, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    array = allocate((50, 7), np.float64)
    assert isinstance(array, np.memmap) and array.shape == (50, 7) and array.flags.writeable
    assert list(tmp_path.iterdir()) == []


def test_released_values_are_still_there(small_memory):
    array, values = allocate((50, 7), np.float64), np.arange(350.0).reshape(50, 7)
    array[:] = values
    release(array)
    np.testing.assert_array_equal(array, values)


@pytest.mark.parametrize("points", [(), (1,), (0,), (7,), (5, 3)])
@pytest.mark.parametrize("block", [1, 20, 10**6])
def test_blocks_do_not_change_the_numbers(points, block, monkeypatch):
    monkeypatch.setattr(storage, "_BLOCK", block)
    draws = np.random.default_rng(0).normal(size=(2, 4, *points)).astype(np.float32)
    wide = draws.astype(np.float64)
    variance = over_points(lambda part: part.var(axis=(0, 1)), draws)
    np.testing.assert_allclose(variance, wide.var(axis=(0, 1)), rtol=1e-12)
    quantiles = over_points(lambda part: np.quantile(part, [0.1, 0.9], axis=(0, 1)), draws)
    np.testing.assert_allclose(quantiles, np.quantile(wide, [0.1, 0.9], axis=(0, 1)), rtol=1e-12)


MANY_POINTS = """
import threading, time, pathlib, re
import numpy as np
import bnn_teach as bt
from bnn_teach.engine import storage

def anonymous():
    status = pathlib.Path("/proc/self/status").read_text()
    return int(re.search(r"RssAnon:\\s+(\\d+)", status)[1]) * 1024

@bt.model
def line(x):
    slope = yield bt.Normal("slope", 0.0, 1.0)
    f = yield bt.Deterministic("f", slope * x)
    yield bt.Normal("obs", f, 1.0, observed=np.zeros(x.shape))

few, many = np.linspace(0, 1, 10), np.linspace(0, 1, 40_000)
trace = bt.sample(line(few), 1000, 200, 4, seed=0, progress=False)
bt.sample_posterior_predictive(line(few), trace, seed=0)
before, peak, done = anonymous(), [0], threading.Event()

def watch():
    while not done.wait(0.01):
        peak[0] = max(peak[0], anonymous())

watcher = threading.Thread(target=watch)
watcher.start()
new = bt.sample_posterior_predictive(line(many), trace, ["line.f"], seed=0)
f = new["posterior_predictive"]["line.f"]
lower, upper = bt.quantile_band(f)
done.set()
watcher.join()
np.testing.assert_allclose(
    f[:, :, -1], trace["posterior"]["line.slope"], rtol=1e-5
)
assert f.nbytes == 640_000_000 > storage.IN_MEMORY
print("GREW", peak[0] - before)
"""


@pytest.mark.slow
@pytest.mark.skipif(
    not pathlib.Path("/proc/self/status").exists(), reason="reads Linux's own accounts"
)
def test_many_points_need_little_memory():
    """The result, of 640 MB, is in a file; the work on it takes less than half as much."""
    process = subprocess.run(
        [sys.executable, "-c", MANY_POINTS],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert process.returncode == 0, process.stderr[-3000:]
    assert int(re.search(r"GREW (-?\d+)", process.stdout)[1]) < 300_000_000
