"""The table of notebook 18, made again: on this machine or on a cluster, and never twice.

You will find :func:`replicate`, which ``make replicate`` calls, and :func:`read_rows`, by which the
notebook reads the stored table and what was published. Each split leaves a small file when it ends,
so a run that was stopped goes on where it was. Next:
:mod:`bnn_teach.course.chapters.ch18.figures`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import as_completed
from typing import Any

from bnn_teach.course.chapters.ch18 import experiment
from bnn_teach.course.material import find_data
from bnn_teach.course.run_tables import Table, load_table

CASES = (
    *(("concrete", split) for split in range(4)),
    ("airfoil", 0),
    *(("iris", split) for split in range(4)),
)
"""The splits of the stored table."""
COLUMNS = (
    *("table", "split", "method", "rmse", "accuracy", "log_density", "coverage"),
    *("r_hat", "median_r_hat", "ess", "seconds"),
)
_WORDS = {"table", "method", "source"}  # the other columns are numbers


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
    from bnn_teach.reruns.rerun import output_folder, store_json

    folder, key = output_folder(output), version()
    files = {case: folder / f"{case[0]}-{case[1]}-{key}.json" for case in cases}
    todo = [case for case, file in files.items() if not file.exists()]
    report(f"{len(cases)} splits, of which {len(cases) - len(todo)} are in {folder}")
    for case, found in _results(todo, cluster):
        store_json(files[case], {"rows": found})
        report("{} {}: done".format(*case))
    rows = [row for file in files.values() for row in json.loads(file.read_text("utf-8"))["rows"]]
    table = Table(COLUMNS, tuple({name: row.get(name) for name in COLUMNS} for row in rows))
    table.save(store)
    return read_rows(store)


def version() -> str:
    """Return what the rows depend on, library, data and packages, as one short hash."""
    from bnn_teach.authoring.fingerprint import fingerprint

    data = [f"'data/18_{table}.csv'" for table in ("concrete", "airfoil")]
    return fingerprint([f"from {experiment.__name__} import run_split", *data])


def read_rows(path: str | os.PathLike[str]) -> list[dict[str, Any]]:
    """Read a table of results: numbers as float, ``split`` as int, and None where there is none."""
    rows = load_table(find_data(path)).rows
    numbers = [
        {
            name: text if name in _WORDS else float(text) if text else None
            for name, text in row.items()
        }
        for row in rows
    ]
    return [row | {"split": int(row["split"])} for row in numbers]


def _results(
    todo: Sequence[tuple[str, int]], cluster: str | None
) -> Iterator[tuple[tuple[str, int], list[dict[str, Any]]]]:
    """Yield each case with its rows, as it ends."""
    if cluster is None:
        yield from ((case, experiment.run_split(*case)) for case in todo)
    elif todo:
        from bnn_teach.reruns.cluster import connect
        from bnn_teach.reruns.rerun import locate

        with connect(cluster, str(locate("18", None))) as executor:
            running = {executor.submit(experiment.run_split, *case): case for case in todo}
            yield from ((running[each], each.result()) for each in as_completed(running))
