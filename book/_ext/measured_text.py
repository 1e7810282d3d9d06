"""How fast the library is: the page's tables and pictures, from the benchmark's stored results.

``make bench`` with its option to store writes the results and draws the pictures; here they are
only shown. Next: ``tried_text.py``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from course_routes import table

MISSING = (
    "No results are stored in this copy of the course. `make bench` measures the library and its "
    "peers on your machine, and stores what it finds for this page."
)
_COLUMNS = {
    "wall_us": "wall µs a leapfrog",
    "cpu_us": "CPU µs a leapfrog",
    "ess_per_second": "effective draws a second",
    "ess_per_million": "the same a million gradients",
    "cold_wall": "s from import to trace",
    "peak_mb": "peak MB",
}

_TITLES = {
    "bnn": "The article's network, prior scale 3",
    "mixing": "The same network, prior scale 1",
    "cold": "From a cold start",
    "cached": "From a cold start, with the compiler's cache filled",
    "normal": "A normal mean",
    "schools": "Eight schools",
    "scale_points": "Ten thousand points",
    "scale_width": "Fifty units in a layer",
}


def measured(source: Path) -> str:
    """Return the Markdown of the benchmark's results, or where they would come from."""
    path = source / "benchmarks" / "results.json"
    if not path.exists():
        return MISSING
    results: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    workloads = results["workloads"]
    sampled = {w: peers for w, peers in workloads.items() if _shown(peers)}
    parts = [
        _machine(results),
        "## The goals",
        _goals(results["goals"]),
        _picture(source, "benchmarks.png", results),
        "## Beside its peers",
        _waited(results.get("waiting")),
        *(f"### {_TITLES.get(w, w)}\n\n{_peers(peers)}" for w, peers in sampled.items()),
        _fits(workloads.get("advi", {})),
        _picture(source, "benchmark_sweeps.png", results),
        "## With which versions",
        ", ".join(f"{name} {number}" for name, number in sorted(results["versions"].items())),
    ]
    return "\n\n".join(filter(None, parts))


def _machine(results: dict[str, Any]) -> str:
    machine, load = results["machine"], results.get("load")
    text = f"Measured on {machine['cores']} cores ({machine['model']}, {machine['system']})."
    if load:
        text += f" Its load was {load['median']:.1f} in the median, {load['max']:.1f} at most."
    failed = results.get("failed")
    return text + (f" Runs that failed: {', '.join(failed)}." if failed else "")


def _waited(seconds: dict[str, float] | None) -> str:
    if not seconds:
        return ""
    return (
        "In JupyterLab, from running the first cell of {nb}`01` to its first posterior, with all "
        f"cells in between: {seconds['lab_0']:.0f} s at once, and {seconds['lab_10']:.0f} s where "
        "the first cell is followed by ten seconds of reading, which are not counted. The cell "
        f"that samples takes {seconds['lab_sample_0']:.1f} and {seconds['lab_sample_10']:.1f} s of "
        "these."
    )


def _goals(goals: Iterable[dict[str, Any]]) -> str:
    words = {True: "yes", False: "**no**", None: "not measured"}
    goals = list(goals)
    rows = [(g["goal"], g["bound"], g["measured"], words[g["met"]]) for g in goals]
    parts = [table(("Goal", "To reach", "Measured", "Met"), rows)]
    if reasons := [f"- *{g['goal']}*. {g['why']}" for g in goals if g.get("why")]:
        parts += ["What was not met, and where the time goes instead:", "\n".join(reasons)]
    return "\n\n".join(parts)


def _shown(peers: dict[str, Any]) -> list[str]:
    return [key for key in _COLUMNS if any(peer.get(key) is not None for peer in peers.values())]


def _peers(peers: dict[str, Any]) -> str:
    keys = _shown(peers)
    rows = [
        (_name(name), *(_number(peer.get(key)) for key in keys)) for name, peer in peers.items()
    ]
    return table(("Sampler", *(_COLUMNS[key] for key in keys)), rows)


def _fits(peers: dict[str, Any]) -> str:
    """Return the table of variational fits: microseconds of a step, and a whole call."""
    if not peers:
        return ""
    methods = ("advi", "fullrank_advi")
    rows = [
        (_name(name), *(_number(peer[m]["wall_us"]) for m in methods if m in peer))
        for name, peer in peers.items()
        if all(method in peer for method in methods)
    ]
    head = ("Library", "mean field, wall µs a step", "full rank, wall µs a step")
    return f"### Variational inference\n\n{table(head, rows)}"


def _name(peer: str) -> str:
    return "bnn_teach" if peer == "ours" else peer


def _picture(source: Path, name: str, results: dict[str, Any]) -> str:
    """Return a picture of the results; what it shows stands in the tables in numbers."""
    if not (source / "images" / name).exists():
        return ""
    if "sweeps" in name:
        alt = f"How the time of a leapfrog grows with: {', '.join(results['sweeps'])}."
    else:
        met = [goal["met"] for goal in results["goals"]]
        alt = (
            f"Bars of the library and its peers by workload: {', '.join(results['workloads'])}. "
            f"{met.count(True)} of {len(met)} goals are met; the tables have all numbers."
        )
    return f"![{alt}](images/{name})"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:,.3g}" if abs(value) < 1000 else f"{value:,.0f}"
