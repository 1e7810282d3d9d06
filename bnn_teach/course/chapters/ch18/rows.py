"""The rows of notebook 18: which splits were run, and how a table of scores is read.

You will find :func:`read_rows`, by which the notebook reads the stored table, and what was
published. ``make replicate`` makes the first, see :mod:`bnn_teach.reruns.replicate`. Next:
:mod:`bnn_teach.course.chapters.ch18.figures`.
"""

from __future__ import annotations

import os
from typing import Any

from bnn_teach.course.material import find_data
from bnn_teach.course.run_tables import load_table

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


def read_rows(path: str | os.PathLike[str]) -> list[dict[str, Any]]:
    """Read a table of results: numbers as float, ``split`` as int, and None where there is none."""

    def read(name: str, text: str) -> Any:
        if name in _WORDS:
            return text
        if not text:
            return None
        return int(text) if name == "split" else float(text)

    rows = load_table(find_data(path)).rows
    return [{name: read(name, text) for name, text in row.items()} for row in rows]
