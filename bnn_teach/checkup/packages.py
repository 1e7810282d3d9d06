"""The packages: are they there, in the right versions, and does JupyterLab find its parts.

Next: :mod:`bnn_teach.cli`, where ``doctor`` is a verb.
"""

from __future__ import annotations

import pathlib
import shutil
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires, version

from packaging.requirements import Requirement

import bnn_teach
from bnn_teach.checkup.report import FAILED, OK, WARNING, Check

SHOWN = ("tensorflow", "tensorflow-probability", "numpy", "xarray", "arviz", "matplotlib")
"""Packages whose versions belong into any question about the course."""
KERNEL = "python3"
"""The kernel that the notebooks name."""
EXTENSIONS = {"@jupyter-widgets/jupyterlab-manager": "ipywidgets", "anywidget": "anywidget"}
"""What JupyterLab needs to show the exhibits, and the package that brings it."""
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
VIEW = "application/vnd.jupyter.widget-view+json"
INSTALL = "In the course's folder: make env, or pip install --editable ."


def check_packages() -> Iterator[Check]:
    """Every package that the course needs is there, in a version that it is made for."""
    try:
        lines = requires("bnn_teach") or []
    except PackageNotFoundError:
        yield Check("packages", FAILED, "bnn_teach itself is not installed", INSTALL)
        return
    needed = [Requirement(line) for line in lines]
    needed = [each for each in needed if each.marker is None or each.marker.evaluate({"extra": ""})]
    wrong = list(filter(None, map(_what_is_wrong, needed)))
    if wrong:
        yield Check("packages", FAILED, "; ".join(wrong), INSTALL)
        return
    versions = [
        f"bnn_teach {bnn_teach.__version__}",
        *(f"{each} {version(each)}" for each in SHOWN),
    ]
    yield Check("packages", OK, ", ".join(versions))


def _what_is_wrong(needed: Requirement) -> str:
    try:
        found = version(needed.name)
    except PackageNotFoundError:
        return f"{needed.name} is missing"
    if needed.specifier.contains(found, prereleases=True):
        return ""
    return f"{needed.name} is {found}; expected {needed.specifier}"


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
        remedy = f"Start JupyterLab by make lab; or run {own}"
        yield Check("JupyterLab", WARNING, found, remedy)
        return
    yield Check("JupyterLab", OK, f"JupyterLab {version('jupyterlab')}, with a kernel of its own")


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
        yield Check("widgets", FAILED, "a widget has nothing to show", INSTALL)


def check_browser() -> Iterator[Check]:
    """A browser is there that tests can drive; readers may use any."""
    found = next(filter(shutil.which, BROWSERS), None)
    if found:
        yield Check("browser", OK, found)
    else:
        looked = f"none of {', '.join(BROWSERS)} is on the PATH"
        remedy = "Only the tests of exhibits need one: apt-get install chromium"
        yield Check("browser", WARNING, looked, remedy)
