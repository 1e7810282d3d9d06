"""The doctor: a healthy machine gets a clean report, and each ailment its remedy.

What is amiss is amiss indeed: a folder that cannot be written to, a PATH without a browser, a
compiler that ends its process. Only the amounts that are needed are raised, where a test cannot
take away memory or cores.
"""

import os
import signal
import sys
from importlib.metadata import PackageNotFoundError

import pytest

import bnn_teach as bt
from bnn_teach import cli
from bnn_teach.checkup import doctor, places, tensorflow
from bnn_teach.checkup.report import FAILED, OK, WARNING, Check, Report


def only(checks):
    """The single result of a check."""
    (result,) = checks
    return result


# --- The report --------------------------------------------------------------------------------

GOOD = Check("cores", OK, "2")
ODD = Check("browser", WARNING, "none", "apt-get install chromium")
BAD = Check("TensorFlow", FAILED, "a < b & c", "make env")


@pytest.mark.parametrize(
    ("checks", "ok", "verdict"),
    [
        ((GOOD,), True, "Everything is in order."),
        ((GOOD, ODD), True, "The course works; have a look at browser."),
        (
            (GOOD, ODD, BAD),
            False,
            "Not yet in order: TensorFlow. Follow the remedies, and ask again.",
        ),
    ],
)
def test_a_report_sums_up(checks, ok, verdict):
    report = Report(checks)
    assert report.ok is ok
    assert repr(report).splitlines()[-1] == report.verdict == verdict


def test_a_report_is_a_text_of_short_lines():
    long = Check("cache", WARNING, "a word " * 40, f"Set {'x' * 120}.")
    lines = repr(Report((GOOD, long))).splitlines()
    assert lines[0] == "ok       cores  2"
    assert lines[1].startswith("warning  cache  a word")
    assert any(line.strip() == "->" or "-> Set" in line for line in lines)
    assert max(len(line) for line in lines if "xxx" not in line) <= 100
    assert any("x" * 120 in line for line in lines)  # never broken: it may be a path


def test_a_report_is_an_accessible_table():
    shown = Report((GOOD, BAD))._repr_html_()
    assert ">Not yet in order: TensorFlow. Follow the remedies, and ask again.</caption>" in shown
    assert shown.count('scope="col"') == 3 and shown.count('scope="row"') == 2
    assert "a &lt; b &amp; c" in shown and "<strong>Remedy:</strong> make env" in shown
    assert shown.count("Remedy") == 1


def test_a_check_that_breaks_down_is_a_failure():
    def check_everything():
        raise OSError("the disk is gone")
        yield

    result = only(doctor._made(check_everything))
    assert result[:3] == ("everything", FAILED, "OSError: the disk is gone")
    assert "make env" in result.remedy


# --- The whole, here ---------------------------------------------------------------------------


@pytest.mark.slow
def test_this_machine_passes_and_the_command_says_so(monkeypatch, tmp_path, capfd):
    monkeypatch.setenv("BNN_TEACH_XLA_CACHE", str(tmp_path / "new"))
    for name in ("XLA_FLAGS", "TF_XLA_FLAGS", "TF_CPP_MIN_LOG_LEVEL"):
        monkeypatch.delenv(name, raising=False)
    status = cli.main(["doctor"])
    shown, beside = capfd.readouterr()
    assert status == 0, shown
    assert "WARNING" not in beside
    for words in (
        "ok       TensorFlow  is imported",
        "ok       messages    TensorFlow is quiet",
        "ok       kernel      it imports this library",
        "ok       cache       compiled programs are kept",
        f"bnn_teach {bt.__version__}, tensorflow 2.21",
    ):
        assert words in shown
    assert list((tmp_path / "new").rglob("*")), "nothing was kept"


@pytest.mark.slow
def test_a_wrong_flag_ends_the_try_and_not_this_process(monkeypatch):
    monkeypatch.setenv("XLA_FLAGS", "--xla_no_such_flag=1")
    result = only(tensorflow.check_tensorflow())
    assert result.status == FAILED
    assert result.found.startswith("Unknown flag in XLA_FLAGS: --xla_no_such_flag")
    assert "Unset XLA_FLAGS" in result.remedy


@pytest.mark.slow
def test_noise_and_a_missing_cache_are_told(monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("BNN_TEACH_XLA_CACHE", str(tmp_path / "file" / "below"))
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "0")
    monkeypatch.delenv("TF_XLA_FLAGS", raising=False)
    results = {result.name: result for result in tensorflow.check_tensorflow()}
    assert results["TensorFlow"].status == OK
    assert results["messages"].status == WARNING
    assert "Unset TF_CPP_MIN_LOG_LEVEL" in results["messages"].remedy
    assert results["cache"].status == WARNING
    assert f"nothing can be written to {tmp_path}" in results["cache"].found
    assert "Set BNN_TEACH_XLA_CACHE to a folder that you may write to" in results["cache"].remedy


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("raise ImportError('libtensorflow is broken')", "ImportError: libtensorflow is broken"),
        ("import os; os.abort()", f"ended by signal {signal.SIGABRT:d}: it said nothing"),
    ],
)
def test_a_broken_installation_of_tensorflow_is_a_failure(monkeypatch, tmp_path, code, found):
    (tmp_path / "tensorflow.py").write_text(code, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    for name in ("XLA_FLAGS", "TF_XLA_FLAGS"):
        monkeypatch.delenv(name, raising=False)
    result = only(tensorflow.check_tensorflow())
    assert result[1:3] == (FAILED, found)
    assert "make env" in result.remedy and "Unset" not in result.remedy


# --- TensorFlow, from what a try gave --------------------------------------------------------


def attempt(stderr="", **changes):
    result = {"import_seconds": 5.0, "compile_seconds": 0.5, "answer": 25.0}
    cache = {"cache": "folder", "cache_used": True}
    return tensorflow.Attempt(result | cache | changes, 0, stderr)


def test_a_try_that_does_not_end_is_given_up(monkeypatch):
    monkeypatch.setattr(tensorflow, "PATIENCE", 0.05)
    result = only(tensorflow.check_tensorflow())
    assert result.status == FAILED and "did not answer within" in result.found


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({}, OK, ""),
        ({"answer": 24.0}, FAILED, "Empty the folder of compiled programs"),
        ({"import_seconds": 500.0}, WARNING, "The first run after an installation is slow"),
        ({"compile_seconds": 100.0}, WARNING, "close other programs"),
    ],
)
def test_a_wrong_or_slow_compiler_is_told(changes, status, words):
    result = tensorflow.compiler(attempt(**changes))
    assert result.status == status and words in result.remedy


@pytest.mark.parametrize(
    ("chosen", "result", "words"),
    [
        ("off", {"cache": None, "cache_used": False}, "Unset BNN_TEACH_XLA_CACHE"),
        ("", {"cache": "with a space", "cache_used": False}, "without spaces"),
        ("", {"cache": None, "cache_used": False}, "that you may write to"),
    ],
)
def test_each_reason_for_no_cache_has_its_remedy(monkeypatch, chosen, result, words):
    monkeypatch.setenv("BNN_TEACH_XLA_CACHE", chosen)
    check = tensorflow.cache(result)
    assert check.status == WARNING and words in check.remedy
    assert "every session compiles anew" in check.found


def test_a_full_disk_is_told(monkeypatch, tmp_path):
    assert tensorflow.disk(tmp_path).status == OK
    monkeypatch.setattr(tensorflow, "DISK_NEEDED", 1e18)
    result = tensorflow.disk(tmp_path)
    assert result.status == WARNING and str(tmp_path) in result.found
    assert "Delete what you do not need" in result.remedy


# --- The machine -------------------------------------------------------------------------------


def test_a_python_that_is_too_old_is_told(monkeypatch):
    assert only(doctor.check_python()).status == OK
    monkeypatch.setattr("platform.python_version", lambda: "3.11.4")
    result = only(doctor.check_python())
    assert result.status == FAILED and result.found.startswith("3.11.4, expected ")
    assert "make env PYTHON=" in result.remedy


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system binds no cores")
def test_a_single_core_is_told():
    before = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, {min(before)})
        result = only(doctor.check_cores())
    finally:
        os.sched_setaffinity(0, before)
    assert result.status == WARNING and "Allow two cores" in result.remedy


@pytest.mark.parametrize(
    ("factor", "status"), [("MEMORY_WANTED", WARNING), ("MEMORY_NEEDED", FAILED)]
)
def test_too_little_memory_is_told(monkeypatch, factor, status):
    free = doctor.free_memory()
    assert free is not None and free > 0
    monkeypatch.setattr(doctor, "MEMORY_WANTED", 1e18)
    monkeypatch.setattr(doctor, factor, 1e18)
    result = only(doctor.check_memory())
    assert result.status == status and "Shut down other kernels" in result.remedy


def test_a_containers_limit_counts_and_what_is_only_cached_does_not(monkeypatch, tmp_path):
    monkeypatch.setattr(doctor, "CONTAINER", tmp_path)
    unlimited = doctor.free_memory()
    for name, text in {
        "max": "2000",
        "current": "1800",
        "stat": "anon 5\ninactive_file 300",
    }.items():
        (tmp_path / f"memory.{name}").write_text(f"{text}\n")
    assert doctor.free_memory() == 500
    (tmp_path / "memory.max").write_text("max\n")
    assert doctor.free_memory() == pytest.approx(unlimited, rel=0.5)
    monkeypatch.setattr(doctor, "MEMINFO", tmp_path / "nowhere")
    assert only(doctor.check_memory())[1:3] == (
        OK,
        "this system does not tell how much is free",
    )


# --- Packages, JupyterLab, browser -------------------------------------------------------------


def test_a_missing_and_an_old_package_are_named(monkeypatch):
    assert only(doctor.check_packages()).status == OK

    def version(name, installed=doctor.version):
        if name == "arviz":
            raise PackageNotFoundError(name)
        return "2.20.0" if name == "tensorflow" else installed(name)

    monkeypatch.setattr(doctor, "version", version)
    result = only(doctor.check_packages())
    assert result.status == FAILED and "make env" in result.remedy
    assert "tensorflow is 2.20.0, expected" in result.found and "arviz is missing" in result.found


def test_a_course_that_is_not_installed_is_told(monkeypatch):
    monkeypatch.setattr(sys, "path", [])  # where metadata are looked for
    result = only(doctor.check_packages())
    assert result[1:3] == (FAILED, "bnn_teach itself is not installed")
    assert "pip install --editable ." in result.remedy
    assert list(doctor.check_python()) == []


def kernel(folder, argv):
    place = folder / "kernels" / "python3"
    place.mkdir(parents=True)
    (place / "kernel.json").write_text(f'{{"argv": ["{argv}"], "display_name": "Python 3"}}')


def test_a_kernel_of_another_python_is_told(monkeypatch, tmp_path):
    assert only(doctor.check_jupyterlab()).status == OK
    kernel(tmp_path, "/usr/elsewhere/bin/python3")
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    result = only(doctor.check_jupyterlab())
    assert result.status == WARNING and "/usr/elsewhere/bin/python3" in result.found
    assert "make lab" in result.remedy


def test_a_kernel_of_this_python_is_fine(monkeypatch, tmp_path):
    kernel(tmp_path, sys.executable)
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    assert only(doctor.check_jupyterlab()).status == OK


def test_a_kernel_that_is_not_there_is_told(monkeypatch):
    monkeypatch.setattr(doctor, "KERNEL", "no-such-kernel")
    result = only(doctor.check_jupyterlab())
    assert result.status == FAILED and "ipykernel install" in result.remedy


def test_a_home_that_cannot_be_written_to_is_told(monkeypatch):
    assert only(doctor.check_home()).status == OK
    for name in ("JUPYTER_RUNTIME_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR", "XDG_RUNTIME_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", "/proc/nobody")
    result = only(doctor.check_home())
    assert result.status == FAILED and "/proc/nobody" in result.found
    assert "Set HOME, or JUPYTER_RUNTIME_DIR" in result.remedy


def test_a_kernel_that_imports_another_folders_library_is_told(monkeypatch, tmp_path, capfd):
    (tmp_path / "bnn_teach").mkdir()
    (tmp_path / "bnn_teach" / "__init__.py").touch()
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    result = only(doctor.check_kernel())
    assert result.status == FAILED and f"it says: {tmp_path}/bnn_teach" in result.found
    assert "moved, renamed or copied" in result.remedy
    assert "IPKernelApp" not in capfd.readouterr().err, "it warns of itself"


@pytest.mark.parametrize(
    ("variable", "words"),
    [
        ("COLAB_RELEASE_TAG", "Restart session"),
        ("BINDER_LAUNCH_HOST", "Start Binder anew"),
        ("JUPYTERHUB_USER", "who runs the hub"),
        ("CONDA_PREFIX", "conda env update"),
        (None, "make env"),
    ],
)
def test_what_is_advised_works_where_it_is_advised(variable, words, monkeypatch):
    for name in places.PLACES:
        monkeypatch.delenv(name, raising=False)
    if variable:
        monkeypatch.setenv(variable, sys.prefix)
        assert (list(doctor.check_browser()) == []) is (variable != "CONDA_PREFIX")
    monkeypatch.setenv("CONDA_PREFIX", sys.prefix if variable == "CONDA_PREFIX" else "/base")
    assert words in places.install() and ("make env" in places.install()) is (variable is None)
    assert ("make lab" in places.restart()) is (variable in (None, "CONDA_PREFIX"))


def test_a_missing_extension_is_told(monkeypatch, tmp_path):
    assert only(doctor.check_widgets()).status == OK
    for name in ("ENV_JUPYTER_PATH", "SYSTEM_JUPYTER_PATH"):
        monkeypatch.setattr(f"jupyter_core.paths.{name}", [str(tmp_path)])
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path))
    result = only(doctor.check_widgets())
    assert result.status == FAILED and "ipywidgets and anywidget" in result.found
    assert "pip install --force-reinstall ipywidgets anywidget" in result.remedy


def test_a_path_without_a_browser_is_only_a_warning(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    result = only(doctor.check_browser())
    assert result.status == WARNING and "apt-get install chromium" in result.remedy
    (tmp_path / "chromium").touch(mode=0o755)
    assert only(doctor.check_browser())[1:3] == (OK, "chromium")
