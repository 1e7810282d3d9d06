"""Is everything there? One call that looks at all that the course needs, and names a remedy.

``bt.doctor()`` in a notebook, ``python -m bnn_teach doctor`` in a terminal. You will find the
checks of the machine and of the packages, each a function that yields results, and at the end
:data:`CHECKS`, which lists them all. Next: :mod:`bnn_teach.checkup.tensorflow`.
"""

from __future__ import annotations

import contextlib
import pathlib
import platform
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, metadata, requires, version
from typing import Any

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

import bnn_teach
from bnn_teach.arguments import usable_cores
from bnn_teach.checkup.places import AWAY, install, place, restart
from bnn_teach.checkup.report import FAILED, OK, WARNING, Check, Report
from bnn_teach.checkup.tensorflow import check_tensorflow
from bnn_teach.course.material import default_folder

MEMORY_NEEDED, MEMORY_WANTED = 1e9, 2e9
"""Bytes that a notebook takes, and bytes with room for JupyterLab and a browser."""
MEMINFO = pathlib.Path("/proc/meminfo")
CONTAINER = pathlib.Path("/sys/fs/cgroup")
SHOWN = ("tensorflow", "tensorflow-probability", "numpy", "xarray", "arviz", "matplotlib")
"""Packages whose versions belong into any question about the course."""
KERNEL = "python3"
"""The kernel that the notebooks name."""
EXTENSIONS = {"@jupyter-widgets/jupyterlab-manager": "ipywidgets", "anywidget": "anywidget"}
"""What JupyterLab needs to show the exhibits, and the package that brings it."""
PATIENCE = 120  # seconds until a kernel has answered, on a busy machine
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""Programs that print the book and that tests drive; the first is the second without a window."""
VIEW = "application/vnd.jupyter.widget-view+json"


def doctor() -> Report:
    """Look at everything that the course needs.

    TensorFlow is tried in a process of its own, so even a crash of it is only a line of the report.

    Returns
    -------
    Report
        Shown as a table in a notebook and as text elsewhere. ``report.ok`` is False if something
        failed; ``report.checks`` are the results, each with name, status, what was found, and the
        remedy.

    Examples
    --------
    >>> report = doctor()
    >>> report.ok
    True
    """
    return Report(tuple(result for check in CHECKS for result in _made(check)))


def _made(check: Callable[[], Iterator[Check]]) -> Iterator[Check]:
    """Make a check; one that breaks down is a failure as well."""
    try:
        yield from check()
    except Exception as error:  # a broken installation can break anything
        name = check.__name__.removeprefix("check_")
        yield Check(name, FAILED, f"{type(error).__name__}: {error}", install())


# --- the machine -----------------------------------------------------------------------------


def check_python() -> Iterator[Check]:
    """The Python that runs is one that the course supports."""
    try:
        wanted = SpecifierSet(metadata("bnn_teach").get("Requires-Python") or "")
    except PackageNotFoundError:
        return  # the packages' check tells of it
    found = platform.python_version()
    if wanted.contains(found, prereleases=True):
        yield Check("Python", OK, found)
    else:
        remedy = "Install one of these, and make the environment with it: make env PYTHON=..."
        remedy = install() if place() else remedy
        yield Check("Python", FAILED, f"{found}, expected {wanted}", remedy)


def check_cores() -> Iterator[Check]:
    """Chains can run side by side."""
    cores = usable_cores()
    if cores < 2:
        remedy = "All works, but takes about twice the time that is stated. Allow two cores."
        yield Check("cores", WARNING, "this process may use one core", remedy)
    else:
        yield Check("cores", OK, f"{cores}")


def check_memory() -> Iterator[Check]:
    """There is room for a notebook."""
    free = free_memory()
    if free is None:
        yield Check("memory", OK, "this system does not tell how much is free")
    elif free < MEMORY_WANTED:
        status = FAILED if free < MEMORY_NEEDED else WARNING
        found = f"{free / 1e9:.1f} GB are free, expected {MEMORY_WANTED / 1e9:.0f}"
        remedy = "Shut down other kernels (JupyterLab: Kernel, Shut Down All) and programs."
        yield Check("memory", status, found, remedy)
    else:
        yield Check("memory", OK, f"at least {MEMORY_WANTED / 1e9:.0f} GB are free")


def free_memory() -> float | None:
    """Return the bytes that this process may still take, or None where the system does not say.

    In a container, as on Binder, its limit counts, and files that are only cached do not.
    """
    free = []
    with contextlib.suppress(OSError):
        found = re.search(r"MemAvailable:\s+(\d+) kB", MEMINFO.read_text())
        free += [1024.0 * int(found[1])] if found else []
    with contextlib.suppress(OSError, ValueError):  # no container, or one without a limit: "max"
        limit, used = ((CONTAINER / f"memory.{name}").read_text() for name in ("max", "current"))
        stat = dict(line.split() for line in (CONTAINER / "memory.stat").read_text().splitlines())
        free.append(float(int(limit) - int(used) + int(stat.get("inactive_file", 0))))
    return min(free, default=None)


# --- the packages ----------------------------------------------------------------------------


def check_packages() -> Iterator[Check]:
    """Every package that the course needs is there, in a version that it is made for."""
    try:
        lines = requires("bnn_teach") or []
    except PackageNotFoundError:
        yield Check("packages", FAILED, "bnn_teach itself is not installed", install())
        return
    needed = [Requirement(line) for line in lines]
    needed = [each for each in needed if each.marker is None or each.marker.evaluate({"extra": ""})]
    wrong = list(filter(None, map(_what_is_wrong, needed)))
    if wrong:
        yield Check("packages", FAILED, "; ".join(wrong), install())
        return
    versions = ", ".join(f"{each} {version(each)}" for each in SHOWN)
    yield Check("packages", OK, f"bnn_teach {bnn_teach.__version__}, {versions}")


def _what_is_wrong(needed: Requirement) -> str:
    try:
        found = version(needed.name)
    except PackageNotFoundError:
        return f"{needed.name} is missing"
    if needed.specifier.contains(found, prereleases=True):
        return ""
    return f"{needed.name} is {found}, expected {needed.specifier}"


def check_jupyterlab() -> Iterator[Check]:
    """JupyterLab's notebooks run in this Python, not in another one."""
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    own = f"{sys.executable} -m ipykernel install --sys-prefix --name {KERNEL}"
    try:
        spec = KernelSpecManager().get_kernel_spec(KERNEL)
    except NoSuchKernel:
        yield Check("JupyterLab", FAILED, f"there is no kernel {KERNEL!r}", f"Run {own}")
        return
    # JupyterLab reads the bare name "python" as the Python that it runs in itself.
    program = pathlib.Path(spec.argv[0])
    if program.name != spec.argv[0] and program.parent != pathlib.Path(sys.executable).parent:
        found = f"its kernel {KERNEL!r} starts {spec.argv[0]}, which is another Python"
        remedy = "; or run ".join(filter(None, [restart(), own]))
        yield Check("JupyterLab", WARNING, found, remedy)
        return
    yield Check("JupyterLab", OK, f"JupyterLab {version('jupyterlab')}, with a kernel of its own")


def check_home() -> Iterator[Check]:
    """Jupyter can keep what it needs to start a kernel."""
    from jupyter_core.paths import jupyter_data_dir, jupyter_runtime_dir

    folders = {"JUPYTER_RUNTIME_DIR": jupyter_runtime_dir(), "JUPYTER_DATA_DIR": jupyter_data_dir()}
    for variable, name in folders.items():
        try:
            pathlib.Path(name).mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=name):
                pass
        except OSError as error:
            found = f"nothing can be written to {name} ({error.strerror}), so no kernel starts"
            remedy = (
                f"Set HOME, or {variable}, to a folder that you may write to, and that has room."
            )
            yield Check("home", FAILED, found, remedy)
            return
    yield Check("home", OK, "Jupyter can write where it needs to")


def check_kernel() -> Iterator[Check]:
    """A kernel, started where the notebooks are, imports this library and no other."""
    from jupyter_client.manager import start_new_kernel

    folder = default_folder()
    quiet = ["--log-level=ERROR"]  # no warning of its own beside "Everything is in order"
    manager, client = start_new_kernel(
        kernel_name=KERNEL, cwd=str(folder), startup_timeout=PATIENCE, extra_arguments=quiet
    )
    try:
        told: list[str] = []
        client.execute_interactive(
            _ASKED, timeout=PATIENCE, output_hook=lambda message: told.append(_text(message))
        )
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    said = "".join(told).strip().splitlines() or ["nothing"]
    here = str(pathlib.Path(bnn_teach.__file__).resolve())
    if said[-1] == here:
        yield Check("kernel", OK, "it imports this library")
        return
    found = f"started in {folder}, it says: {said[-1]}; expected that it imports {here}"
    remedy = f"Was the course's folder moved, renamed or copied? {install()}"
    yield Check("kernel", FAILED, found, remedy)


_ASKED = "import pathlib, bnn_teach; print(pathlib.Path(bnn_teach.__file__).resolve())"


def _text(message: dict[str, Any]) -> str:
    """Return what a message of a kernel shows: what was printed, or an error."""
    content = message["content"]
    if message["msg_type"] == "error":
        return f"{content['ename']}: {content['evalue']}\n"
    return str(content.get("text", ""))


def check_widgets() -> Iterator[Check]:
    """Exhibits and quizzes can be shown: JupyterLab finds both extensions, and a widget speaks."""
    from jupyter_core.paths import jupyter_path

    from bnn_teach.exhibits.quiz import Quiz

    folders = list(map(pathlib.Path, jupyter_path("labextensions")))
    missing = [
        package
        for name, package in EXTENSIONS.items()
        if not any((folder / name / "package.json").exists() for folder in folders)
    ]
    if missing:
        found = f"JupyterLab does not find the extension of {' and '.join(missing)}"
        remedy = f"pip install --force-reinstall {' '.join(missing)}, then reload JupyterLab"
        yield Check("widgets", FAILED, found, remedy)
        return
    widget = Quiz("00", [])
    shown, _ = widget._repr_mimebundle_()
    widget.close()
    if VIEW in shown:
        yield Check("widgets", OK, "exhibits and quizzes can be shown")
    else:
        yield Check("widgets", FAILED, "a widget has nothing to show", install())


def check_browser() -> Iterator[Check]:
    """A browser is there that tests can drive; readers may use any."""
    if place() in AWAY:
        return
    found = next(filter(shutil.which, BROWSERS), None)
    if found:
        yield Check("browser", OK, found)
    else:
        looked = f"none of {', '.join(BROWSERS)} is on the PATH"
        remedy = "Only the tests of exhibits need one: apt-get install chromium"
        yield Check("browser", WARNING, looked, remedy)


CHECKS: tuple[Callable[[], Iterator[Check]], ...] = (
    check_python,
    check_packages,
    check_cores,
    check_memory,
    check_tensorflow,
    check_home,
    check_jupyterlab,
    check_kernel,
    check_widgets,
    check_browser,
)
"""All of them, in the order in which they are reported."""
