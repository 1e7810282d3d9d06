"""A sampler that was tried and is not offered: its table, from the stored attempt.

``python -m tests.benchmarks.microcanonical`` makes the numbers. Next: ``print_page.py``.
"""

from __future__ import annotations

import json
from pathlib import Path
from statistics import mean, median, stdev
from typing import Any

from course_routes import table

_REGIONS = ("inside", "gap", "beyond")
_HEAD = ("Sampler", "accepted", "median x", "worst x", "R-hat", *_REGIONS)


def tried(source: Path) -> str:
    """Return the table of the microcanonical sampler beside NUTS and HMC."""
    path = source / "benchmarks" / "microcanonical.json"
    rows: dict[str, dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    usual = rows["NUTS"]
    return table(_HEAD, [_row(name, row, usual) for name, row in rows.items()])


def _row(name: str, row: dict[str, Any], usual: dict[str, Any]) -> tuple[str, ...]:
    """Return a line: means over runs with their standard errors, of R-hat the median."""
    shown = [f"{row['acceptance']:.2f}", _mean(row["ess"]), _mean(row["ess_worst"])]
    shown.append(f"{median(row['r_hat']):.2f}")
    for region in _REGIONS:
        unit = mean(usual[f"width {region}"])
        shown.append(_mean([width / unit for width in row[f"width {region}"]]))
    return name, *shown


def _mean(values: list[float]) -> str:
    return f"{mean(values):.2f} ± {stdev(values) / len(values) ** 0.5:.2f}"
