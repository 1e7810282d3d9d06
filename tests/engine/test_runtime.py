"""TensorFlow comes in quietly, once it is needed, and its compiled programs have a place."""

import errno
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

import pytest

VARIABLES = ("TF_XLA_FLAGS", "XLA_FLAGS", "BNN_TEACH_XLA_CACHE")
INHERITED = ("TF_USE_LEGACY_KERAS", "TF_CPP_MIN_LOG_LEVEL", *VARIABLES)

SAMPLING = """
import bnn_teach as bt

@bt.model
def m(y):
    loc = yield bt.Normal("loc", 0.0, 10.0)
    yield bt.Normal("y", loc, 1.0, observed=y)

trace = bt.sample(m([0.5, 1.5]), num_samples=100, burn_in=200, num_chains=2, seed=1)
assert trace["posterior"].sizes["draw"] == 100

import gc, sys
unasked = {"keras", "sklearn", "matplotlib", "IPython"}
unasked |= {"tensorflow_probability.python.experimental"}
found = unasked & sys.modules.keys()
assert gc.isenabled() and gc.get_freeze_count() > 100_000 and not found, found
"""
VERBOSE = """
import os
import bnn_teach.engine.runtime
print(os.environ["TF_CPP_MIN_LOG_LEVEL"], os.environ.get("TF_XLA_FLAGS", "no flags"))
"""
USERS = """
import os
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import tensorflow as tf
before = dict(os.environ), tf.keras.__version__
import bnn_teach as bt
bt.Normal("loc", 0.0, 1.0)
assert os.environ.get("TF_USE_LEGACY_KERAS") == before[0].get("TF_USE_LEGACY_KERAS")
print(tf.keras.__version__ == before[1])
"""
LIGHT = """
import json, sys
import bnn_teach
names = dir(bnn_teach), bnn_teach.__version__
first = sorted(sys.modules)
from bnn_teach import datasets, plots
datasets.gap_sine()
print(json.dumps([first, sorted(sys.modules)]))
"""


def start(code, **environment):
    kept = {k: v for k, v in os.environ.items() if k not in INHERITED}
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", code],
        env=kept | environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process):
    out, err = process.communicate(timeout=240)
    assert process.returncode == 0, err
    return out, err


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Fresh interpreters, started together because each imports TensorFlow."""
    cache = tmp_path_factory.mktemp("cache")
    processes = {
        "sampling": start(SAMPLING, BNN_TEACH_XLA_CACHE=str(cache)),
        "verbose": start(VERBOSE, TF_CPP_MIN_LOG_LEVEL="0", BNN_TEACH_XLA_CACHE="off"),
        "user's": start(USERS),
        "light": start(LIGHT),
    }
    try:
        return {name: finish(process) for name, process in processes.items()} | {"cache": cache}
    finally:
        for process in processes.values():
            process.kill()


@pytest.fixture
def runtime():
    from bnn_teach.engine import runtime

    return runtime


def test_importing_and_sampling_print_nothing(runs):
    assert runs["sampling"] == ("", "")


def test_compiled_programs_are_stored_in_the_chosen_folder(runs):
    assert [path for path in runs["cache"].rglob("*") if path.is_file()]


def test_tensorflow_speaks_if_the_user_sets_its_log_level(runs):
    out, err = runs["verbose"]
    assert out == "0 no flags\n"
    assert "oneDNN" in err or "cpu_feature_guard" in err or "cuda" in err.lower()


def test_where_the_user_has_loaded_tensorflow_first_it_stays_as_it_is(runs):
    assert runs["user's"][0] == "True\n"


def test_importing_the_library_loads_nothing_heavy(runs):
    first, after = (set(names) for names in json.loads(runs["light"][0]))
    heavy = {"tensorflow", "tensorflow_probability", "ipywidgets", "papermill", "matplotlib"}
    assert not heavy & first
    assert "matplotlib" in after and not (heavy - {"matplotlib"}) & after
    assert runs["light"][1] == ""


# The folder.


@pytest.fixture
def environment(monkeypatch, tmp_path):
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "user"))
    return monkeypatch


def test_the_folder_is_in_the_users_cache_and_of_this_processor(runtime, environment, tmp_path):
    folder = runtime.cache_folder()
    assert folder.parent == tmp_path / "user" / "bnn_teach" / "xla" and folder.is_dir()
    environment.setattr(runtime, "_processor", lambda: "another")
    assert runtime.cache_folder() != folder


def test_the_folder_may_be_chosen(runtime, environment, tmp_path):
    environment.setenv("BNN_TEACH_XLA_CACHE", str(tmp_path / "mine"))
    assert runtime.cache_folder().parent == tmp_path / "mine"


def test_the_cache_may_be_switched_off(runtime, environment, tmp_path):
    environment.setenv("BNN_TEACH_XLA_CACHE", "off")
    assert runtime.cache_folder() is None
    assert not (tmp_path / "user").exists()
    runtime._use_cache()
    assert "TF_XLA_FLAGS" not in os.environ


def test_a_folder_that_cannot_be_made_is_no_error(runtime, environment, tmp_path):
    (tmp_path / "file").touch()
    environment.setenv("BNN_TEACH_XLA_CACHE", str(tmp_path / "file"))
    assert runtime.cache_folder() is None


def test_a_folder_that_cannot_be_written_to_is_no_error(runtime, environment):
    def refuse(**_):
        raise OSError(errno.EROFS, "Read-only file system")

    environment.setattr(tempfile, "TemporaryFile", refuse)
    assert runtime.cache_folder() is None


def test_a_folder_without_room_is_not_used(runtime, environment):
    real = shutil.disk_usage
    environment.setattr(shutil, "disk_usage", lambda folder: real(folder)._replace(free=10_000))
    assert runtime.cache_folder() is None


def test_the_oldest_programs_and_abandoned_files_are_removed(runtime, environment):
    environment.setattr(runtime, "_MOST_BYTES", 2500)
    folder = runtime.cache_folder()
    ages = {"old.pb": 900, "young.pb": 600, "youngest.pb": 300, "new.tmp": 60, "dead.tmp": 7200}
    for name, age in ages.items():
        size = 0 if name == "dead.tmp" else 1000 if name.endswith(".pb") else 100
        (folder / name).write_bytes(bytes(size))
        os.utime(folder / name, 2 * (time.time() - age,))
    assert runtime.cache_folder() == folder
    assert {file.name for file in folder.iterdir()} == {"young.pb", "youngest.pb", "new.tmp"}


def untouched(folder):
    """Return an environment as if nobody had imported TensorFlow yet, with a folder of its own."""
    kept = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    return kept | {"BNN_TEACH_XLA_CACHE": str(folder)}


FULL = """
import resource
import numpy as np
import bnn_teach as bt

@bt.model
def normal_mean(x):
    loc = yield bt.Normal("loc", 0.0, 10.0)
    yield bt.Normal("obs", loc, 1.0, observed=x)

resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))
try:
    bt.sample(normal_mean(np.ones(3)), 10, 100, 1, seed=0, progress=False)
except bt.BnnTeachError as error:
    print(type(error).__name__, error)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="limits on files are Unix's")
def test_a_file_system_that_takes_no_more_is_explained(tmp_path):
    environment = untouched(tmp_path)
    process = subprocess.run(
        [sys.executable, "-c", FULL],
        env=environment, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert process.stdout.startswith("CompilerCacheError"), process.stderr[-3000:]
    assert str(tmp_path) in process.stdout and "BNN_TEACH_XLA_CACHE" in process.stdout


@pytest.mark.slow
def test_processes_share_a_folder(tmp_path):
    """Three processes compile the same program at the same time and all get the same draws."""
    code = FULL.replace("resource.setrlimit", "0 and resource.setrlimit").replace(
        "    bt.sample", "    trace = bt.sample"
    )
    code += 'print(trace["posterior"]["normal_mean.loc"].values.tobytes().hex())'
    environment = untouched(tmp_path)
    processes = [
        subprocess.Popen([sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE)
        for _ in range(3)
    ]
    draws = [process.communicate(timeout=300)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert len(set(draws)) == 1 and len(draws[0]) > 80
    assert not list(tmp_path.rglob("*.tmp")) and list(tmp_path.rglob("*.pb"))


def test_a_user_without_a_home_is_no_error(runtime, environment):
    def homeless():
        raise RuntimeError("Could not determine home directory.")

    environment.delenv("XDG_CACHE_HOME")
    environment.setattr(pathlib.Path, "home", homeless)
    assert runtime.cache_folder() is None


def test_the_folder_joins_the_users_flags(runtime, environment):
    environment.setenv("TF_XLA_FLAGS", "--tf_xla_auto_jit=1")
    runtime._use_cache()
    expected = f"--tf_xla_persistent_cache_directory={runtime.cache_folder()}"
    assert os.environ["TF_XLA_FLAGS"] == f"--tf_xla_auto_jit=1 {expected}"
    runtime._use_cache()
    assert os.environ["TF_XLA_FLAGS"].count("persistent_cache") == 1


def test_a_folder_with_a_blank_in_its_name_cannot_be_told_to_tensorflow(
    runtime, environment, tmp_path
):
    environment.setenv("BNN_TEACH_XLA_CACHE", str(tmp_path / "my cache"))
    runtime._use_cache()
    assert "TF_XLA_FLAGS" not in os.environ


def test_the_users_compiler_flags_go_first(runtime, environment):
    environment.setenv("XLA_FLAGS", "--xla_disable_hlo_passes=mine")
    runtime._set_compiler()
    flags = os.environ["XLA_FLAGS"].split(" ")
    assert flags[0] == "--xla_disable_hlo_passes=mine"
    assert sum(flag.startswith("--xla_disable_hlo_passes") for flag in flags) == 1
    assert len(flags) == len(runtime._COMPILER)


# The hidden messages.


def test_messages_are_hidden_and_the_error_stream_comes_back(runtime, capfd):
    with runtime._hidden_stderr():
        os.write(2, b"noise")
    os.write(2, b"signal")
    assert capfd.readouterr().err == "signal"


def test_messages_are_shown_if_the_import_fails(runtime, capfd):
    def fail():
        os.write(2, b"the reason")
        raise ImportError

    with pytest.raises(ImportError), runtime._hidden_stderr():
        fail()
    assert capfd.readouterr().err == "the reason"
