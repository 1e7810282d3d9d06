"""Every claim of a page, tried again: with other seeds, and other data of the same kind.

The *k*-th other run adds k to the page's parameters ``seed`` and ``data_seed``. You will find how
often each claim held, with the spread of its numbers, and what is not in order: a claim that was
never tried, or one that holds in fewer than nine of ten runs and does not say so. The shares travel
with the course in one small file; the book prints them. Next: :mod:`bnn_teach.cli`.
"""

from __future__ import annotations

import json
import os
import pathlib
import re
import statistics
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bnn_teach.arguments import as_count
from bnn_teach.authoring.fingerprint import fingerprint
from bnn_teach.authoring.notebooks import code_of
from bnn_teach.course.notebook_files import parse
from bnn_teach.course.parameters import read_parameters
from bnn_teach.errors import ArgumentError
from bnn_teach.reruns.kernels import Kernels
from bnn_teach.reruns.rerun import locate, store_json
from bnn_teach.reruns.sweep import run_cells

MOST = 10  # claims on a page: the ones that matter
ENOUGH = 0.9  # of the runs; a claim that holds less often says so
_SAYS_SO = re.compile(r"\busually\b|\b\d+ (of|in) \d+\b", re.IGNORECASE)

Share = dict[str, Any]  # held, and by number: the lowest, the median, the highest
Entry = dict[str, Any]  # of a page: version, runs, failed, other_data, claims by their words


def try_claims(
    notebook: str | os.PathLike[str],
    runs: int = 20,
    output: str | os.PathLike[str] = "build/claims",
    *,
    folder: str | os.PathLike[str] = "notebooks",
    workers: int = 1,
    cluster: str | None = None,
    progress: bool | None = None,
) -> Entry:
    """Run a page again and again, each time with another seed and other data; count what held.

    Parameters
    ----------
    notebook : str or path
        A number such as ``"06"``, or a notebook's file.
    runs : int
        How many; those in ``output`` of the same page and library are not run again.
    output, folder, workers, cluster, progress
        As in ``bt.sweep``.

    Returns
    -------
    dict
        ``version`` of page and library, ``runs``, ``failed`` ones, which count as runs in which no
        claim held, ``other_data``: whether the page has a ``data_seed``, and ``claims``.

    Raises
    ------
    ArgumentError
        The page has no parameter ``seed``.
    """
    source = locate(notebook, folder)
    own = {p.name: p.default for p in read_parameters(source)}
    seeds = {name: own[name] for name in ("seed", "data_seed") if name in own}
    if "seed" not in seeds:
        raise ArgumentError(f"{source.stem}: it has no parameter seed, so each run would be alike.")
    count = as_count("runs", runs, 1)
    cells: list[dict[str, Any]] = [
        {name: value + k for name, value in seeds.items()} for k in range(1, count + 1)
    ]
    with Kernels() as kernels:
        done = run_cells(
            source,
            cells,
            output,
            "claims",
            workers=workers,
            cluster=cluster,
            progress=progress,
            kernels=kernels,
        )
    found = [
        json.loads(job.facts.read_text(encoding="utf-8"))["claims"]
        for job, row in done
        if not row["error"]
    ]
    errors = [row["error"] for _, row in done if row["error"]]
    return {
        "version": version(source),
        "runs": count,
        "failed": len(errors),
        "errors": sorted(set(errors)),
        "other_data": "data_seed" in seeds,
        "claims": shares(found),
    }


def version(page: pathlib.Path) -> str:
    """Return what the outputs of a stored page depend on, as one short hash."""
    return fingerprint(code_of(parse(page.read_text(encoding="utf-8"))))


def shares(runs: Sequence[Sequence[Mapping[str, Any]]]) -> dict[str, Share]:
    """Return how often each claim held, and the lowest, median and highest of its numbers."""
    claims: dict[str, list[Mapping[str, Any]]] = {}
    for run in runs:
        for each in run:
            claims.setdefault(each["words"], []).append(each)
    return {
        words: {
            "held": sum(each["holds"] for each in found),
            "numbers": {name: _spread(found, name) for name in found[0]["numbers"]},
        }
        for words, found in claims.items()
    }


def _spread(found: Sequence[Mapping[str, Any]], name: str) -> list[float | None]:
    values = [v for each in found if (v := each["numbers"].get(name)) is not None]
    if not values:
        return [None] * 3
    return [float(f"{f(values):.4g}") for f in (min, statistics.median, max)]


def problems(page: str, words: Sequence[str], entry: Entry | None) -> Iterator[str]:
    """Yield what is not in order with the claims of a page.

    Parameters
    ----------
    page : str
        Its number.
    words : sequence of str
        What it claims, in order.
    entry : dict or None
        What is stored of it; None where it was never tried.
    """
    if len(words) > MOST:
        yield f"{page}: it has {len(words)} claims, more than {MOST}. Keep those that matter."
    for each, times in Counter(words).items():
        if times > 1:
            yield f"{page}: {each!r} is claimed {times} times. Say of each what it is about."
    entry = entry or {"claims": {}, "runs": 0}
    stored, again = entry["claims"], f"Run make claims ARGS={page}."
    for each in dict.fromkeys([*words, *stored]):
        if each not in stored:
            yield f"{page}: no other run is stored of the claim {each!r}. {again}"
        elif each not in words:
            yield f"{page}: {each!r} is stored, and is no claim of the page any more. {again}"
        elif stored[each]["held"] < ENOUGH * entry["runs"] and not _SAYS_SO.search(each):
            yield (
                f"{page}: {each!r} held in {stored[each]['held']} of {entry['runs']} other runs. "
                "Write what does hold, or the word 'usually', or the share; or drop it."
            )


def load(store: pathlib.Path) -> dict[str, Entry]:
    """Return what is stored of each page, by its number; nothing where there is no such file."""
    if not store.exists():
        return {}
    entries: dict[str, Entry] = json.loads(store.read_text(encoding="utf-8"))
    return entries


def save(store: pathlib.Path, page: str, entry: Entry) -> None:
    """Put what was found of a page into the file, in the place of what was there."""
    store_json(store, dict(sorted((load(store) | {page: entry}).items())))


def in_words(words: str, entry: Entry | None, now: str) -> str:
    """Say how often a claim held, for its badge; ``now`` is the page's present version."""
    if entry is None or words not in entry["claims"]:
        return "not yet tried with other seeds and data"
    share = entry["claims"][words]
    told = {name: each for name, each in share["numbers"].items() if each[1] is not None}
    alike = entry["runs"] > 1 and told and all(low == high for low, _, high in told.values())
    text = f"held in {share['held']} of {entry['runs']} other runs"
    text += "" if entry["other_data"] else " on the same data"
    text += "" if entry["version"] == now else " of an earlier version"
    if alike:
        return f"{text}, with the same numbers in each"
    spreads = [
        f"{name} {middle:.3g} ({low:.3g} to {high:.3g})"
        for name, (low, middle, high) in told.items()
    ]
    return ": ".join(filter(None, [text, ", ".join(spreads)]))
