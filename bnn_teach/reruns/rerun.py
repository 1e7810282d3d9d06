"""One notebook, run again with other values; what was executed is kept, even where it failed.

Papermill puts the values into the notebook and runs it. You will find what is around it: the
check before anything starts, a kernel that is this Python, the results as a small file, and an
error that names the cell. Next: :mod:`bnn_teach.reruns.grid`.
"""

from __future__ import annotations

import asyncio
import contextvars
import functools
import hashlib
import json
import os
import pathlib
import re
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

from bnn_teach.arguments import checked_arguments, is_address
from bnn_teach.course.material import default_folder
from bnn_teach.course.notebook_files import find, headline
from bnn_teach.course.parameters import check_parameters, read_parameters
from bnn_teach.errors import ArgumentError, RerunError
from bnn_teach.reruns.claims import RECORD, collect_claims
from bnn_teach.reruns.kernels import Kernels
from bnn_teach.reruns.results import collect

_THREADS = ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")
_LONGEST = 120  # letters of a file's name
NOT_HELD = "not_held"
"""The column of a table that names the claims that did not hold."""
_AGAIN = 1.0  # seconds until an interrupt without effect is raised again


class Rerun(NamedTuple):
    """What a rerun left behind."""

    notebook: pathlib.Path
    """The executed notebook."""
    results: dict[str, Any]
    """What it recorded with ``bt.record``, by name."""
    parameters: dict[str, Any]
    """All parameters and their values, the given ones and the notebook's own."""
    seconds: float
    """Wall time, with the start of the kernel."""
    claims: list[dict[str, Any]]
    """What it claimed with ``bt.claim``: ``words``, ``holds`` and ``numbers`` of each."""


@checked_arguments
def rerun(
    notebook: str | os.PathLike[str],
    parameters: Mapping[str, Any] | None = None,
    output: str | os.PathLike[str] = "out",
    *,
    folder: str | os.PathLike[str] | None = None,
    num_threads: int | None = None,
    progress: bool | None = None,
) -> Rerun:
    """Run a notebook with other parameters.

    Parameters
    ----------
    notebook : str or path
        A number such as ``"06"``, or a notebook's file.
    parameters : mapping of str to object, optional
        Values for some of the notebook's parameters; the others keep theirs.
    output : str or path, optional
        A folder. The executed notebook and a JSON file of the same name with parameters, results
        and seconds go there, named after the notebook and the given parameters.
    folder : str or path, optional
        Where notebooks are looked up by number; by default in ``notebooks`` here, or else among
        those that came with the package.
    num_threads : int, optional
        Threads that the kernel may use; all cores by default.
    progress : bool, optional
        Whether to show a bar of cells; by default in interactive sessions.

    Returns
    -------
    Rerun

    Raises
    ------
    ArgumentError
        No such notebook or parameter, a value of another type, or an output folder that cannot be
        written to; nothing was run.
    RerunError
        A cell failed or ended the run, or a result has the name of a parameter. The notebook is
        kept as far as it came; the message names cell and file.
    """
    source = locate(notebook, folder)
    declared = read_parameters(source)
    given = check_parameters(declared, parameters or {}, source.stem)
    target = output_folder(output) / f"{_name(source.stem, given)}.ipynb"
    values = {p.name: p.default for p in declared} | given
    return execute(source, values, given, target, num_threads, progress)


def locate(notebook: str | os.PathLike[str], folder: str | os.PathLike[str] | None) -> pathlib.Path:
    """Return the file of a notebook that was named by number or by path."""
    given: Any = notebook
    if not isinstance(given, str | os.PathLike):
        raise ArgumentError(f"notebook: got {given!r:.60}, expected a number in quotes, or a file.")
    path = pathlib.Path(notebook)
    if path.suffix == ".ipynb":
        if not path.is_file():
            raise ArgumentError(f"{path}: no such file. Pass a number such as 06, or a notebook.")
        return path.absolute()
    folder = default_folder() if folder is None else pathlib.Path(folder)
    [stem, *others] = find(folder, [str(notebook)])
    if others:
        raise ArgumentError(f"{notebook}: several notebooks have this name: {stem}, {others[0]}.")
    return (folder / f"{stem}.ipynb").absolute()


def execute(
    source: pathlib.Path,
    values: Mapping[str, Any],
    given: Mapping[str, Any],
    target: pathlib.Path,
    num_threads: int | None,
    progress: bool | None,
    kernels: Kernels | None = None,
) -> Rerun:
    """Run a notebook whose parameters were checked; store it and its results.

    It has a kernel of its own, or one that stays among ``kernels``: then many runs follow each
    other, and a notebook is written once, at its end, not after each cell.
    """
    import papermill
    from nbclient.exceptions import DeadKernelError

    from bnn_teach.authoring.notebooks import kernel_manager
    from bnn_teach.engine.progress import is_watched

    target.parent.mkdir(parents=True, exist_ok=True)
    clock = time.perf_counter()
    environment = _environment(num_threads)
    kept = kernels and kernels.mine(environment)
    run = functools.partial(
        papermill.execute_notebook,
        str(source),
        str(target),
        parameters=dict(given),
        progress_bar=is_watched() if progress is None else progress,
        request_save_on_cell_execute=not kept,
        **({"km": kept} if kept else {"kernel_manager_class": kernel_manager(environment)}),
        resources={"metadata": {"path": str(source.parent)}},
    )
    try:
        with insistent_interrupt():
            executed = _closing_its_loop(run)
    except papermill.PapermillExecutionError as error:
        raise RerunError(
            f"{source.stem}: cell [{error.exec_count}] ({headline(error.source)}) failed with "
            f"{error.ename}: {error.evalue}\nThe notebook as far as it came is {target}."
        ) from None
    except DeadKernelError:
        raise RerunError(
            f"{source.stem}: the kernel died, perhaps for want of memory.\nThe notebook as far as "
            f"it came is {target}."
        ) from None
    except KeyboardInterrupt as error:
        error.add_note(f"The notebook as far as it came is {target}.")
        raise
    _refuse_early_end(executed, source.stem, target)
    seconds, claims = time.perf_counter() - clock, collect_claims(executed)
    result = Rerun(target, collect(executed), dict(values), seconds, claims)
    taken = dict(values) | {NOT_HELD: None}
    both = [name for name, value in result.results.items() if value != taken.get(name, value)]
    if both:
        what = "claims that did not hold" if both[0] == NOT_HELD else "a parameter"
        raise RerunError(
            f"{source.stem}: bt.record({both[0]}=...) has the name of {what}, whose column it "
            f"would replace in a table. Give the result another name.\nThe notebook is {target}."
        )
    facts = result._asdict() | {"notebook": source.stem, "seconds": round(result.seconds, 3)}
    store_json(target.with_suffix(".json"), facts)
    return result


@contextmanager
def insistent_interrupt() -> Iterator[None]:
    """Raise KeyboardInterrupt again, each second, as long as an earlier one has no effect.

    Python prints and forgets one that is raised in a destructor or in a callback of C, and a rerun
    has many of those. While one is on its way, its cleaning up is left alone. On Windows, outside
    the main thread, and where SIGINT means something else, nothing is changed.
    """
    usual = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    main = threading.current_thread() is threading.main_thread()
    if not (usual and main and hasattr(signal, "setitimer")):
        yield
        return

    def first(*_: Any) -> None:
        signal.setitimer(signal.ITIMER_REAL, _AGAIN, _AGAIN)
        raise KeyboardInterrupt

    def again(*_: Any) -> None:
        handled = sys.exc_info()[1]
        while handled is not None:
            if isinstance(handled, KeyboardInterrupt):
                return
            handled = handled.__context__
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, again)
    signal.signal(signal.SIGINT, first)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGALRM, before)


def _closing_its_loop(call: Callable[[], Any]) -> Any:
    """Call, and close the event loop that Jupyter's client opens in each thread and leaves open."""
    context = contextvars.copy_context()
    before = {id(value) for value in context.values()}
    try:
        return context.run(call)
    finally:
        for value in list(context.values()):
            if isinstance(value, asyncio.AbstractEventLoop) and id(value) not in before:
                value.close()


def store_json(path: pathlib.Path, facts: Mapping[str, Any]) -> None:
    """Write a JSON file in one step, so that whoever finds it finds it whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f".{path.name}.{os.getpid()}")
    half.write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
    half.replace(path)


def output_folder(output: str | os.PathLike[str]) -> pathlib.Path:
    """Make a folder for what is run, and try to write there before anything is run.

    Raises
    ------
    ArgumentError
        It cannot be written to; the message says why.
    """
    if is_address(str(output)):
        raise ArgumentError(
            f"output: got {output}, expected a folder of this machine. Choose one, and copy what "
            "was made to its place."
        )
    folder = pathlib.Path(output).absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as trial:
            trial.write(b"?")
            trial.flush()
    except OSError as error:
        raise ArgumentError(
            f"output: nothing can be written to {folder} ({error.strerror}). Choose another "
            "folder, or make room. Nothing was run."
        ) from None
    return folder


def _refuse_early_end(executed: Any, stem: str, target: pathlib.Path) -> None:
    """Raise where a cell ended the run by ``sys.exit``, which papermill takes for success."""
    for number, cell in enumerate(executed["cells"], 1):
        for output in cell.get("outputs", []):
            if output.get("ename") == "SystemExit":
                raise RerunError(
                    f"{stem}: cell {number} ({headline(cell['source'])}) called sys.exit; the "
                    f"cells after it were not run.\nThe notebook as far as it came is {target}."
                )


def _environment(num_threads: int | None) -> dict[str, str]:
    environment = os.environ | {"BNN_TEACH_PROGRESS": "off", RECORD: "record"}
    return environment | ({} if num_threads is None else dict.fromkeys(_THREADS, str(num_threads)))


def _name(stem: str, given: Mapping[str, Any]) -> str:
    """Name a file after what was run."""
    words = [f"{name}={value}" for name, value in given.items()]
    exact = "-".join([stem, *words])
    name = "-".join([stem, *(re.sub(r"[^\w.=+-]+", "_", word) for word in words)])
    if name == exact and len(name) <= _LONGEST and name.count("=") == len(words):
        return name
    digits = hashlib.sha256(exact.encode()).hexdigest()[:12]
    return f"{name}-{digits}" if len(name) <= _LONGEST else f"{stem}-{digits}"
