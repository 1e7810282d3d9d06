"""The table of notebook 18, made again on this machine or on a cluster; done splits stay done.

You will find :func:`replicate`, which ``make replicate`` calls. Each split leaves a small file when
it ends, so a run that was stopped goes on where it was. Next: :mod:`bnn_teach.cli`.
"""

from __future__ import annotations

import json
import os
import pathlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import as_completed
from typing import Any

from bnn_teach.authoring.fingerprint import fingerprint
from bnn_teach.course.chapters.ch18 import experiment
from bnn_teach.course.chapters.ch18.rows import CASES, COLUMNS, read_rows
from bnn_teach.course.run_tables import Table
from bnn_teach.reruns.cluster import connect
from bnn_teach.reruns.rerun import locate, output_folder, store_json


def replicate(
    output: str | os.PathLike[str],
    store: str | os.PathLike[str],
    cases: Sequence[tuple[str, int]] = CASES,
    *,
    cluster: str | None = None,
    report: Callable[[str], None] = lambda line: None,
) -> list[dict[str, Any]]:
    """Run splits, and write their rows into one CSV file.

    Parameters
    ----------
    output : path
        A folder for what each split leaves. A split that is there, of the same library, data and
        packages, is not run again.
    store : path
        Where the table goes, when all splits are there.
    cases : sequence of (str, int), optional
        Tables and splits.
    cluster : str, optional
        The address of a Dask scheduler, whose workers are asked for their versions first.
    report : callable, optional
        Is told of each split as it ends.

    Returns
    -------
    list of dict
        The rows of the file. On one machine all but ``seconds`` are the same in each run, bit for
        bit.
    """
    folder, key = output_folder(output), version()
    files = {case: folder / f"{case[0]}-{case[1]}-{key}.json" for case in cases}
    todo = [case for case, file in files.items() if not file.exists()]
    report(f"{len(cases)} splits, of which {len(cases) - len(todo)} are done, in {folder}")
    for case, found in _results(todo, cluster):
        store_json(files[case], {"rows": found})
        report("{} {}: done".format(*case))
    rows = [row for file in files.values() for row in json.loads(file.read_text("utf-8"))["rows"]]
    table = Table(COLUMNS, tuple({name: row.get(name) for name in COLUMNS} for row in rows))
    table.save(pathlib.Path(store))
    return read_rows(store)


def version() -> str:
    """Return what the rows depend on, library, data and packages, as one short hash."""
    data = [f"'data/18_{table}.csv'" for table in ("concrete", "airfoil")]
    return fingerprint([f"from {experiment.__name__} import run_split", *data])


def _results(
    todo: Sequence[tuple[str, int]], cluster: str | None
) -> Iterator[tuple[tuple[str, int], list[dict[str, Any]]]]:
    """Yield each case with its rows, as it ends."""
    if cluster is None:
        yield from ((case, experiment.run_split(*case)) for case in todo)
    elif todo:
        with connect(cluster, str(locate("18", None))) as executor:
            running = {executor.submit(experiment.run_split, *case): case for case in todo}
            yield from ((running[each], each.result()) for each in as_completed(running))
