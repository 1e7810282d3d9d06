"""From the records of single processes to one summary, and from the summary to a printed table.

A peer's numbers are medians over its warm calls; ESS is a mean over all seeds, since it is the
mean that more runs would give. Next: :mod:`tests.benchmarks.goals`, then ``figure.py``.
"""

import json
import os
import platform
from collections import defaultdict
from math import sqrt
from statistics import mean, median, stdev

from tests.benchmarks.goals import goals

FIT_METHODS = ("advi", "fullrank_advi")


def summarise(build):
    """Read the records below ``build`` and return the summary, ready for JSON."""
    records = defaultdict(list)
    failed, loads, versions, settings = [], [], {}, {}
    for path in sorted((build / "runs").glob("*-*-*.json")):
        record = json.loads(path.read_text())
        if "error" in record:
            failed.append(path.stem)
            continue
        cached = path.stem.startswith("cached-")
        workload = "cached" if cached else record["workload"]["name"]
        records[workload, record["peer"]].append(record)
        settings.setdefault(workload, {})[record["peer"]] = record["workload"]
        loads += [record["load_before"][0], record["load_after"][0]]
        versions |= record["versions"]
    workloads = defaultdict(dict)
    for (workload, peer), found in records.items():
        workloads[workload][peer] = _fits(found) if workload == "advi" else _sampling(found)
    summary = {
        "machine": {"cores": os.cpu_count(), "system": platform.machine(), "model": _processor()},
        "load": {"median": median(loads), "max": max(loads)} if loads else None,
        "versions": versions,
        "failed": failed,
        "workloads": workloads,
        "settings": {w: _lengths(peers) for w, peers in settings.items()},
        "sweeps": {
            path.stem.removeprefix("sweep-"): _rounded(json.loads(path.read_text()))
            for path in sorted((build / "runs").glob("sweep-*.json"))
        },
    }
    summary["waiting"] = _medians(build / "runs")
    summary["goals"] = goals(summary)
    return summary


def _medians(runs):
    """Return the median seconds of what is waited for, over the rounds."""
    rounds = [json.loads(path.read_text()) for path in sorted(runs.glob("waiting-*.json"))]
    return _rounded({name: median(r[name] for r in rounds) for name in rounds[0]} if rounds else {})


def renew(stored, summary):
    """Return stored results with the workloads that were measured now in the place of the old.

    A workload is taken whole: its peers were measured in turns, so that its factors hold. The load
    is the larger of the two.
    """
    result = stored | {
        name: stored.get(name, {}) | summary[name]
        for name in ("versions", "workloads", "settings", "sweeps", "waiting")
    }
    loads = [load for load in (stored["load"], summary["load"]) if load]
    result["load"] = {k: max(load[k] for load in loads) for k in ("median", "max")}
    result["failed"] = sorted({*stored["failed"], *summary["failed"]})
    result["goals"] = goals(result)
    return result


def _processor():
    try:
        with open("/proc/cpuinfo") as lines:  # noqa: PTH123
            return next(line.split(":")[1].strip() for line in lines if "model name" in line)
    except (OSError, StopIteration):
        return platform.processor()


def _lengths(peers):
    """Return chains × (warm-up + draws) of each peer, and the depth."""
    return {
        peer: f"{w['chains']} × ({w['warmup']} + {w['draws']}), depth {w['depth']}"
        if not w["fit_steps"]
        else f"{w['fit_steps']} steps, and 3 to 20 times as many"
        for peer, w in peers.items()
    }


def _rounded(value):
    """Round every float to four significant digits."""
    if isinstance(value, dict):
        return {k: _rounded(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_rounded(v) for v in value]
    return float(f"{value:.4g}") if isinstance(value, float) else value


def _wall(call):
    return call["wall"] if call["sampling"] is None else call["sampling"]


def _mean_told(values):
    told = [value for value in values if value is not None]
    return mean(told) if told else None


def _sampling(records):
    calls = [call for record in records for call in record["calls"]]
    warm = [c for r in records for c in r["calls"][1:]]
    warm = warm or [c for c in calls if c["sampling"] is not None]
    result = {
        "rounds": len(records),
        "seeds": len({call["seed"] for call in calls}),
        "cold_wall": median(r["cold_wall"] for r in records),
        "cold_cpu": median(r["cold_cpu"] for r in records),
        "peak_mb": median(r["peak_mb"]["self"] for r in records),
        "peak_mb_child": median(r["peak_mb"]["child"] for r in records),
        "ess": mean(c["ess"] for c in calls),
        "ess_range": [min(c["ess"] for c in calls), max(c["ess"] for c in calls)],
        "ess_error": stdev(c["ess"] for c in calls) / sqrt(len(calls)) if calls[1:] else None,
        "ess_single": mean(c["ess_single"] for c in calls),
        "rhat_max": median(c["rhat_max"] for c in calls),
        "divergent": mean(c["divergent"] for c in calls),
        "acceptance": _mean_told(c["acceptance"] for c in calls),
        "ess_per_million": mean(c["ess"] for c in calls)
        / mean(c["gradients"] for c in calls)
        * 1e6,
    }
    if warm:
        result |= {
            "wall_us": median(1e6 * _wall(c) / c["gradients"] for c in warm),
            "cpu_us": median(1e6 * c["cpu"] / c["gradients"] for c in warm),
            "call_wall_us": median(1e6 * c["wall"] / c["gradients"] for c in warm),
            "wall_us_range": [f(1e6 * _wall(c) / c["gradients"] for c in warm) for f in (min, max)],
            "ess_per_second": result["ess"] / mean(map(_wall, warm)),
            "ess_per_cpu_second": result["ess"] / mean(c["cpu"] for c in warm),
            "compile_warm": max((c["split"] or {}).get("compile", 0.0) for c in warm),
            "warm_split": _warm_split(warm),
        }
    result["split"] = _split(records, result.get("wall_us"))
    result["leapfrogs_a_draw"] = _a_draw(records)
    return _rounded(result)


def _a_draw(records):
    """Return the leapfrogs of one draw of one chain, after the warm-up."""
    w = records[0]["workload"]
    return mean(c["leapfrogs"] for r in records for c in r["calls"]) / (w["chains"] * w["draws"])


def _split(records, wall_us):
    """Say where a cold run's time went; what the peer does not tell stands under ``compile``."""
    parts = []
    for record in records:
        first = record["calls"][0]
        run = first["gradients"] * wall_us / 1e6 if wall_us else first["wall"]
        rest = record["cold_wall"] - record["import_wall"]
        told = first["split"] or {}
        compiled = told.get("compile", rest - run)
        trace = min(told.get("trace", 0.0), max(0.0, rest - compiled))
        parts.append(
            {
                "import": record["import_wall"],
                "trace": trace,
                "compile": compiled,
                "run": rest - trace - compiled,
            }
        )
    return {name: median(p[name] for p in parts) for name in parts[0]}


def _warm_split(calls):
    """Return the median seconds of each part of a warm call, with what is left as ``rest``."""
    if not all(c["split"] and "drawing" in c["split"] for c in calls):
        return None
    parts = [c["split"] | {"rest": c["wall"] - sum(c["split"].values())} for c in calls]
    return {name: median(p[name] for p in parts) for name in parts[0]}


def _fits(records):
    result = {"rounds": len(records), "peak_mb": median(r["peak_mb"]["self"] for r in records)}
    for method in FIT_METHODS:
        found = [r[method] for r in records]
        result[method] = {
            "wall_us": median(f["wall_us"] for f in found),
            "cpu_us": median(f["cpu_us"] for f in found),
            "first_wall": median(f["calls"][0]["wall"] for f in found),
            "call_wall": median(f["calls"][1]["wall"] for f in found),
            "call_cpu": median(f["calls"][1]["cpu"] for f in found),
            "call_steps": found[0]["calls"][1]["steps"],
            "loss": median(f["calls"][1]["loss"] for f in found),
        }
    return _rounded(result)


COLUMNS = {
    "wall_us": "wall µs",
    "cpu_us": "CPU µs",
    "ess_per_second": "ESS/s",
    "ess_per_million": "ESS/10⁶",
    "ess": "ESS",
    "rhat_max": "R-hat max",
    "cold_wall": "cold s",
    "peak_mb": "MB",
    "rounds": "rounds",
}


def text(summary):
    """Return the summary as Markdown tables."""
    lines = [f"Load of the machine while measuring: {summary['load']}", ""]
    for workload, peers in summary["workloads"].items():
        if workload == "advi":
            lines += _fit_table(peers)
            continue
        head = [workload, *COLUMNS.values(), "import + trace + compile + run, s"]
        rows = [
            [
                peer,
                *(_cell(row.get(column)) for column in COLUMNS),
                " + ".join(f"{seconds:.1f}" for seconds in row["split"].values()),
            ]
            for peer, row in peers.items()
        ]
        lines += [*_markdown(head, rows), ""]
    lines += _markdown(
        ["goal", "bound", "measured", "met"],
        [
            [g["goal"], g["bound"], g["measured"], {True: "yes", False: "no"}.get(g["met"], "–")]
            for g in summary["goals"]
        ],
    )
    lines += ["", *(f"- {g['goal']}: {g['why']}" for g in summary["goals"] if g["why"])]
    if summary["failed"]:
        lines += ["", f"Failed: {', '.join(summary['failed'])}"]
    return "\n".join(lines)


def _fit_table(peers):
    keys = ("wall_us", "cpu_us", "first_wall", "call_wall", "loss")
    head = ["advi", "method", "wall µs a step", "CPU µs", "first call s", "20,000 steps s", "loss"]
    rows = [
        [peer, method, *(_cell(row[method][key]) for key in keys)]
        for peer, row in peers.items()
        for method in FIT_METHODS
    ]
    return [*_markdown(head, rows), ""]


def _cell(value):
    return "–" if value is None else f"{value:,.4g}" if value < 1e4 else f"{value:,.0f}"


def _markdown(head, rows):
    return [f"| {' | '.join(map(str, row))} |" for row in (head, ["---"] * len(head), *rows)]
