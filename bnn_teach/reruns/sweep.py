"""A notebook over a whole grid: in threads, or on a cluster, and never twice.

Each cell of the grid is a rerun with a kernel of its own, and leaves a small file when it ends.
So a sweep that was killed goes on where it stopped. You will find that the place where the reruns
happen is an executor of Python's :mod:`concurrent.futures`; Dask offers one for a cluster. Next:
:mod:`bnn_teach.course.run_tables`.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import pathlib
import socket
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from typing import Any, NamedTuple

from bnn_teach.arguments import as_count, checked_arguments, usable_cores
from bnn_teach.authoring.fingerprint import data_named
from bnn_teach.course.parameters import check_parameters, read_parameters
from bnn_teach.course.run_tables import Table, tabulate
from bnn_teach.engine.progress import progress_bar
from bnn_teach.errors import ArgumentError, RerunError
from bnn_teach.reruns.cluster import connect, version_of
from bnn_teach.reruns.grid import expand
from bnn_teach.reruns.kernels import Kernels
from bnn_teach.reruns.rerun import NOT_HELD, execute, locate, output_folder


class Job(NamedTuple):
    """One cell of the grid, as it is sent to a worker."""

    source: str
    """The notebook's file."""
    values: dict[str, Any]
    """All parameters."""
    given: dict[str, Any]
    """Those that differ from the notebook's own."""
    target: str
    """Where the executed notebook goes."""
    num_threads: int
    """Threads that its kernel may use."""
    version: str = ""
    """That a worker has to have, see :func:`.version_of`; empty on this machine."""

    @property
    def facts(self) -> pathlib.Path:
        """The file of its results."""
        return pathlib.Path(self.target).with_suffix(".json")


@checked_arguments
def sweep(
    notebook: str | os.PathLike[str],
    grid: Mapping[str, Sequence[Any]],
    output: str | os.PathLike[str] = "out",
    *,
    parameters: Mapping[str, Any] | None = None,
    folder: str | os.PathLike[str] | None = None,
    workers: int = 1,
    cluster: str | None = None,
    progress: bool | None = None,
) -> Table:
    """Run a notebook for every combination of some values.

    Parameters
    ----------
    notebook : str or path
        A number such as ``"08"``, or a notebook's file.
    grid : mapping of str to sequence
        The values of each parameter.
    output : str or path, optional
        A folder for what each rerun leaves: a notebook and a JSON file. What is there already, of
        the same notebook, library, data, packages and parameters, is not run again; what failed is
        tried again.
        Workers on other machines must see this folder and the notebooks under the same paths.
    parameters : mapping of str to object, optional
        Values for other parameters, the same in all reruns.
    folder : str or path, optional
        Where notebooks are looked up by number; by default in ``notebooks`` here, or else among
        those that came with the package.
    workers : int, optional
        Reruns at a time on this machine; they share its cores.
    cluster : str, optional
        The address of a Dask scheduler, such as ``"tcp://127.0.0.1:8786"``, in place of this
        machine. Each worker is asked for its versions first. The rerun of a worker that is lost is
        given to another one.
    progress : bool, optional
        Whether to show a progress bar; by default in interactive sessions.

    Returns
    -------
    Table
        One row for each combination, the last parameter fastest. A rerun that failed is a row with
        its error; ``not_held`` has the claims that did not hold, where the notebook claims any.

    Raises
    ------
    ArgumentError
        No such notebook or parameter, a value of another type, an output folder that cannot be
        written to, or a worker with other versions; nothing was run.
    """
    source = locate(notebook, folder)
    given: Any = grid
    if not isinstance(given, Mapping):
        raise ArgumentError(
            f"grid: got {type(grid).__name__}, expected the values of each parameter by name. "
            "Write {'seed': [0, 1]}."
        )
    declared = read_parameters(source)
    rest = check_parameters(declared, parameters or {}, source.stem)
    both = next((name for name in rest if name in grid), None)
    if both:
        raise ArgumentError(f"{both}: is in the grid and in the parameters. Name it once.")
    cells = [rest | cell for cell in expand(grid, declared, source.stem)]
    done = run_cells(source, cells, output, workers=workers, cluster=cluster, progress=progress)
    return tabulate([job.values | row for job, row in done], [p.name for p in declared])


def run_cells(
    source: pathlib.Path,
    cells: Sequence[Mapping[str, Any]],
    output: str | os.PathLike[str],
    what: str = "sweep",
    *,
    workers: int,
    cluster: str | None,
    progress: bool | None,
    kernels: Kernels | None = None,
) -> list[tuple[Job, dict[str, Any]]]:
    """Run a notebook with each of some given parameters; return each job with its row.

    What is there already is not run again. The arguments are those of :func:`sweep`, checked. On
    this machine the reruns may share ``kernels``.
    """
    own = {p.name: p.default for p in read_parameters(source)}
    target_folder = output_folder(output)
    version = version_of(str(source)).key
    share = 1 if cluster else max(1, usable_cores() // as_count("workers", workers, 1))
    jobs = []
    for given in map(dict, cells):
        values = own | given
        data = [path.read_bytes() for path in data_named(values.values(), source.parent)]
        text = json.dumps([version, values]).encode() + b"".join(data)
        target = target_folder / f"{source.stem}-{hashlib.sha256(text).hexdigest()[:16]}.ipynb"
        asked = version if cluster else ""
        jobs.append(Job(str(source), values, given, str(target), share, asked))
    rows = {job.target: row for job in jobs if (row := _kept(job)) is not None}
    run = functools.partial(run_job, kernels=kernels) if kernels and not cluster else run_job
    with (
        _place(workers, cluster, str(source)) as place,
        progress_bar(len(jobs), f"{what} {source.stem[:2]}", progress) as bar,
    ):
        bar.update(len(rows))
        futures: dict[Future[dict[str, Any]], Job] = {
            place.submit(run, job): job for job in jobs if job.target not in rows
        }
        try:
            for future in as_completed(futures):
                rows[futures[future].target] = _row(future)
                bar.update()
                bar.set_postfix_str(f"failed {sum(bool(r['error']) for r in rows.values())}")
        except KeyboardInterrupt as error:
            for future in futures:
                future.cancel()
            error.add_note(
                f"{len(rows)} of {len(jobs)} reruns are kept in {pathlib.Path(output)}. The same "
                "call again goes on from there."
            )
            raise
    return [(job, rows[job.target]) for job in jobs]


def run_job(job: Job, kernels: Kernels | None = None) -> dict[str, Any]:
    """Run one cell of the grid, wherever this is called; return its results, error and seconds."""
    source, target = pathlib.Path(job.source), pathlib.Path(job.target)
    if job.version and version_of(job.source).key != job.version:  # it came later than the others
        return {"error": f"{socket.gethostname()} has another version", "seconds": None}
    try:
        execute(source, job.values, job.given, target, job.num_threads, False, kernels)
    except RerunError as error:
        return {"error": str(error).splitlines()[0], "seconds": None}
    return _stored(job)


def _row(future: Future[dict[str, Any]]) -> dict[str, Any]:
    try:
        return future.result()
    except Exception as error:  # of the place, not of the notebook: a lost worker, a full disk
        return {"error": f"{type(error).__name__}: {error}", "seconds": None}


def _kept(job: Job) -> dict[str, Any] | None:
    """Return the row of a rerun that ended well before; None where there is none to be read."""
    try:
        return _stored(job)
    except (OSError, ValueError, KeyError, TypeError):  # absent, or an empty file of a full disk
        return None


def _stored(job: Job) -> dict[str, Any]:
    """Return the row of a rerun that ended well."""
    facts = json.loads(job.facts.read_text(encoding="utf-8"))
    row: dict[str, Any] = facts["results"] | {"error": "", "seconds": facts["seconds"]}
    if claims := facts.get("claims"):
        row[NOT_HELD] = "; ".join(each["words"] for each in claims if not each["holds"])
    return row


@contextmanager
def _place(workers: int, cluster: str | None, source: str) -> Iterator[Executor]:
    """Enter where the reruns happen: threads of this machine, or a cluster."""
    if cluster is None:
        with ThreadPoolExecutor(workers) as pool:
            yield pool
    else:
        with connect(cluster, source) as executor:
            yield executor
