"""The tables of notebooks 14, 15 and 18, made again here or on a cluster; done splits stay done.

You will find :func:`replicate`, which ``make replicate`` calls. Each split leaves a small file when
it ends, so a run that was stopped goes on where it was. Next: :mod:`bnn_teach.cli`.
"""

from __future__ import annotations

import json
import os
import pathlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import as_completed
from types import ModuleType
from typing import Any, NamedTuple

from bnn_teach.authoring.fingerprint import fingerprint
from bnn_teach.course.chapters.ch14 import contest
from bnn_teach.course.chapters.ch15 import experiment as digits
from bnn_teach.course.chapters.ch18 import experiment, rows
from bnn_teach.course.chapters.ch18.rows import read_rows
from bnn_teach.course.run_tables import Table
from bnn_teach.reruns.cluster import connect
from bnn_teach.reruns.rerun import locate, output_folder, store_json


class Experiment(NamedTuple):
    """What the stored table of a page is made from."""

    store: str
    """The table's file."""
    module: ModuleType
    """Its ``run_split`` returns the rows of a case."""
    cases: Sequence[tuple[str, int]]
    """Tables and splits."""
    columns: Sequence[str]
    """Of the file."""


EXPERIMENTS = {
    "14": Experiment("14_contest.csv", contest, contest.CASES, contest.COLUMNS),
    "15": Experiment("15_digits.csv", digits, digits.CASES, digits.COLUMNS),
    "18": Experiment("18_replicate.csv", experiment, rows.CASES, rows.COLUMNS),
}


def replicate(
    output: str | os.PathLike[str],
    store: str | os.PathLike[str],
    cases: Sequence[tuple[str, int]] | None = None,
    *,
    page: str = "18",
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
        Tables and splits; by default those of the stored table.
    page : str, optional
        The notebook whose table it is, ``"14"``, ``"15"`` or ``"18"``.
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
    of = EXPERIMENTS[page]
    cases = of.cases if cases is None else cases
    folder, key = output_folder(output), version(page)
    files = {case: folder / f"{case[0]}-{case[1]}-{key}.json" for case in cases}
    todo = [case for case, file in files.items() if not file.exists()]
    report(f"{len(cases)} splits, of which {len(cases) - len(todo)} are done, in {folder}")
    for case, found in _results(todo, cluster, page):
        store_json(files[case], {"rows": found})
        report("{} {}: done".format(*case))
    found = [row for file in files.values() for row in json.loads(file.read_text("utf-8"))["rows"]]
    names = tuple(of.columns)
    table = Table(names, tuple({name: row.get(name) for name in names} for row in found))
    table.save(pathlib.Path(store))
    return read_rows(store)


def version(page: str = "18") -> str:
    """Return what the rows depend on, library, data and packages, as one short hash."""
    return fingerprint([f"from {EXPERIMENTS[page].module.__name__} import run_split"])


def _results(
    todo: Sequence[tuple[str, int]], cluster: str | None, page: str
) -> Iterator[tuple[tuple[str, int], list[dict[str, Any]]]]:
    """Yield each case with its rows, as it ends."""
    run_split: Callable[..., list[dict[str, Any]]] = EXPERIMENTS[page].module.run_split
    if cluster is None:
        yield from ((case, run_split(*case)) for case in todo)
    elif todo:
        with connect(cluster, str(locate(page, None))) as executor:
            running = {executor.submit(run_split, *case): case for case in todo}
            yield from ((running[each], each.result()) for each in as_completed(running))
