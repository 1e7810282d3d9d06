"""Running notebooks: from top to bottom, in a kernel of their own, stored the same each time.

You will find :func:`refresh`, which takes the newer file of each pair, runs it, and stores both;
and :func:`execute`, which keeps the reader's own settings out of what is shown. What is noted of a
run, in the notebook's metadata, is its duration, its memory, and hashes of what was written and of
what the outputs depend on. Next: :mod:`bnn_teach.authoring.checks`, which reads these notes.
"""

from __future__ import annotations

import os
import pathlib
import re
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from bnn_teach.authoring.fingerprint import fingerprint
from bnn_teach.authoring.outputs import describe_images, stable_text
from bnn_teach.course.notebook_files import (
    KEY,
    Notebook,
    NotebookError,
    contents,
    digest,
    headline,
    markdown,
    newest,
    read_ipynb,
    read_md,
)

_DURATIONS = (1, 2, 3, 5, 10, 15, 20, 30, 45, 60, 90, 120, 150, 180, 240, 300, 450, 600, 900)
_MEGABYTES = (100, 200, 300, 500, 750, 1000, 1250, 1500, 2000, 3000, 4000, 6000, 8000)
_TOLERANCE = 2.0  # what was noted before stays, up to this factor: another machine's is as true
_CELL_TIMEOUT = 1800  # seconds

_STARTUP = '''\
"""A figure's text is its alternative text, where the library drew it."""

import matplotlib.figure
import matplotlib_inline.backend_inline  # when loaded, it takes away what was said of figures


def _describe(figure, printer, cycle):
    from bnn_teach.errors import BnnTeachError
    from bnn_teach.plots import alt_text

    try:
        printer.text(alt_text(figure))
    except BnnTeachError:
        printer.text(repr(figure))


_texts = get_ipython().display_formatter.formatters["text/plain"]
_texts.for_type(matplotlib.figure.Figure, _describe)
del _describe, _texts, matplotlib, matplotlib_inline
'''


class Cost(NamedTuple):
    """What a run took."""

    seconds: float
    """From the beginning of the first cell to the end of the last one."""
    megabytes: float | None
    """The largest resident memory of the kernel; None where the system does not tell."""


def refresh(
    folder: pathlib.Path,
    stems: Sequence[str],
    *,
    only_stale: bool = False,
    report: Callable[[str], object] = lambda line: None,
) -> None:
    """Run the notebooks of a folder, in that folder, and store both files of each.

    With ``only_stale``, outputs are kept where what they depend on has not changed since; the text
    around them is stored. ``report`` gets a line of text as each notebook ends.

    Raises
    ------
    NotebookError
        A cell failed, or the files of a pair contradict each other; this notebook's files are left
        as they were.
    """
    for stem in stems:
        stored = read_ipynb(folder, stem)
        notebook = newest(folder, stem)
        notes = dict(stored.metadata.get(KEY, {})) if stored else {}
        fresh = fingerprint(code_of(notebook), folder=folder)
        if only_stale and stored is not None and notes.get("fingerprint") == fresh:
            _keep_outputs(notebook, stored)
            words = "outputs are up to date, text stored"
        else:
            cost = execute(notebook, folder, stem)
            notes["seconds"] = _about(cost.seconds, notes.get("seconds"), _DURATIONS)
            if cost.megabytes is not None:
                notes["megabytes"] = _about(cost.megabytes, notes.get("megabytes"), _MEGABYTES)
            words = f"ran in {cost.seconds:.1f} s"
        written = digest(contents(notebook))
        notebook.metadata[KEY] = notes | {"fingerprint": fresh, "text": written}
        describe_images(notebook)
        _store(notebook, folder, stem)
        report(f"{stem}: {words}")


def pair(
    folder: pathlib.Path, stems: Sequence[str], report: Callable[[str], object] = lambda line: None
) -> None:
    """Let JupyterLab open each notebook whose ``.ipynb`` is newer on the clock than its ``.md``.

    Jupytext refuses such a pair, though Git or a copy may only have mixed up the times. Where the
    ``.ipynb`` was edited elsewhere, such as on Colab, its ``.md`` is written from it. Where both
    were edited, ``report`` gets a line with what to do, and both are left as they are.
    """
    for stem in stems:
        notebook, text = folder / f"{stem}.ipynb", folder / f"{stem}.md"
        if not (notebook.exists() and text.exists()):
            continue
        if notebook.stat().st_mtime <= text.stat().st_mtime:
            continue
        try:
            chosen = newest(folder, stem)
            if contents(chosen) == contents(read_md(folder, stem)):
                text.touch()
            else:
                text.write_text(markdown(chosen), encoding="utf-8")
                report(f"{stem}: the .ipynb was edited elsewhere; its .md is written from it")
        except NotebookError as error:
            report(str(error))


def code_of(notebook: Notebook) -> list[str]:
    """Return the sources of the code cells."""
    return [cell.source.strip("\n") for cell in notebook.cells if cell.cell_type == "code"]


def execute(notebook: Notebook, folder: pathlib.Path, stem: str = "notebook") -> Cost:
    """Run all cells in order, in a new kernel that works in a folder, and keep their outputs.

    Raises
    ------
    NotebookError
        A cell failed; the message, which calls the notebook by its stem, shows which one and why.
    """
    from nbclient import NotebookClient
    from nbclient.exceptions import CellControlSignal, DeadKernelError

    notebook.metadata.pop("widgets", None)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell["outputs"], cell["execution_count"] = [], None
    with _environment() as environment:
        client = NotebookClient(
            notebook,
            kernel_manager_class=kernel_manager(environment),
            timeout=_CELL_TIMEOUT,
            coalesce_streams=True,
            record_timing=False,
            resources={"metadata": {"path": str(folder)}},
        )
        with client.setup_kernel():
            start = time.perf_counter()
            for index, cell in enumerate(notebook.cells):
                try:
                    client.execute_cell(cell, index, client.code_cells_executed + 1)
                except (CellControlSignal, DeadKernelError) as error:
                    raise _explained(error, stem, index + 1, headline(cell.source)) from None
            client.set_widgets_metadata()
            return Cost(time.perf_counter() - start, _peak_megabytes(client.km))


def _peak_megabytes(manager: Any) -> float | None:
    """Return the largest resident memory of the kernel so far, where Linux tells it."""
    try:
        status = pathlib.Path(f"/proc/{manager.provisioner.pid}/status").read_text()
    except OSError:
        return None
    found = re.search(r"VmHWM:\s+(\d+)", status)
    return int(found[1]) / 1000 if found else None


def _explained(error: Exception, stem: str, number: int, what: str) -> NotebookError:
    name, text = getattr(error, "ename", type(error).__name__), getattr(error, "evalue", error)
    return NotebookError(
        f"{stem}: cell {number} ({what}) failed with {name}: {text}\nNothing was stored. Correct "
        "the cell; its whole traceback is shown where it is run by hand, in JupyterLab."
    )


def kernel_manager(environment: Mapping[str, str] | None = None) -> type[Any]:
    """Return a kind of manager that starts this Python, whatever kernels the reader has installed.

    It is for nbclient, which makes one and closes it. The kernel's environment is by default that
    of this process.
    """
    from ipykernel.kernelspec import RESOURCES, get_kernel_dict
    from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
    from jupyter_client.manager import AsyncKernelManager

    class ThisPython(KernelSpecManager):
        def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
            return KernelSpec(resource_dir=RESOURCES, **get_kernel_dict())

    class Manager(AsyncKernelManager):
        def __init__(self, **options: Any) -> None:
            super().__init__(**options, kernel_spec_manager=ThisPython())

        async def _async_start_kernel(self, **options: Any) -> Any:
            if environment is not None:
                options["env"] = dict(environment)
            options["stderr"] = subprocess.DEVNULL  # what a cell writes there is kept
            return await super()._async_start_kernel(**options)

        start_kernel = _async_start_kernel

    return Manager


@contextmanager
def _environment() -> Iterator[dict[str, str]]:
    """Make an environment in which no reader's own settings show, and nothing is left to chance."""
    with tempfile.TemporaryDirectory(prefix="bnn_teach-") as name:
        home = pathlib.Path(name)
        startup = home / "profile_default" / "startup"
        startup.mkdir(parents=True)
        (startup / "describe.py").write_text(_STARTUP, encoding="utf-8")
        (home / "matplotlibrc").write_text("svg.hashsalt: bnn_teach\n", encoding="utf-8")
        yield os.environ | {
            "BNN_TEACH_PROGRESS": "off",
            "IPYTHONDIR": str(home),
            "MATPLOTLIBRC": str(home / "matplotlibrc"),
            "MPLBACKEND": "module://matplotlib_inline.backend_inline",
            "PYTHONHASHSEED": "0",
            "SOURCE_DATE_EPOCH": "0",  # the date inside an SVG
        }


def _keep_outputs(notebook: Notebook, stored: Notebook) -> None:
    """Copy what the stored notebook's cells showed; both have the same code cells."""
    if notebook is stored:
        return
    before = [cell for cell in stored.cells if cell.cell_type == "code"]
    after = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for new, old in zip(after, before, strict=True):
        new["outputs"], new["execution_count"] = old["outputs"], old["execution_count"]
    if "widgets" in stored.metadata:
        notebook.metadata["widgets"] = stored.metadata["widgets"]


def _about(measured: float, noted: float | None, steps: Sequence[float]) -> float:
    """Round to the nearest step; keep what was noted before where it is still about right."""
    if noted and noted / _TOLERANCE <= measured <= noted * _TOLERANCE:
        return noted
    return min(steps, key=lambda each: abs(each - measured))


def _store(notebook: Notebook, folder: pathlib.Path, stem: str) -> None:
    try:
        text = markdown(notebook)
    except NotebookError as error:
        raise NotebookError(f"{stem}: {error}") from None
    stable = stable_text(notebook, folder.resolve().parent)
    (folder / f"{stem}.md").write_text(text, encoding="utf-8")
    (folder / f"{stem}.ipynb").write_text(stable, encoding="utf-8")
