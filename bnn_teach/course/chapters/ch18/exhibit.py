"""Split by split: the score of each method, and whether the chains behind it agree.

You will see the exhibit of notebook 18. The reader chooses a split and a score; on the left is each
run of its table, score against R-hat, on the right every method on this split. Nothing is computed
but the picture. Next: :mod:`bnn_teach.course.chapters.ch00.exhibit`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from bnn_teach import exhibits as ex
from bnn_teach.course.chapters.ch18.figures import LOOKS, Rows, place, r_hat_ticks
from bnn_teach.errors import ArgumentError

SHORT = {
    "line": "line",
    "MAP": "MAP",
    "ensemble": "ens.",
    "NUTS, one draw": "one",
    "NUTS short": "short",
    "NUTS": "all",
}
"""Methods, and their names below the dots."""
_ROLES = ("noise", "laplace", "ensemble", "prior", "warning", "nuts")
_DENSITY, _POINT = "log density", "error or accuracy"


def split_by_split(rows: Rows) -> ex.Exhibit:
    """Build the exhibit from the rows of :func:`.read_rows`.

    Parameters
    ----------
    rows : sequence of mapping
        All methods of each split.

    Raises
    ------
    ArgumentError
        A split lacks a method.
    """
    splits: dict[str, dict[str, Mapping[str, object]]] = {}
    for row in rows:
        splits.setdefault(f"{row['table']} {row['split']}", {})[row["method"]] = row
    for name, found in splits.items():
        missing = [method for method in SHORT if method not in found]
        if missing:
            raise ArgumentError(
                f"rows: {name} has no {missing[0]!r}, expected every method of each split. "
                "Make the table with: python -m bnn_teach replicate"
            )

    def frame(split: str, score: str) -> ex.Frame:
        mine = splits[split]
        table = str(mine["line"]["table"])
        point = "rmse" if mine["line"]["rmse"] is not None else "accuracy"
        column = "log_density" if score == _DENSITY else point
        words = {"log_density": "log density", "rmse": "RMSE"}.get(column, column)
        runs = [each for each in splits.values() if each["line"]["table"] == table]
        marks = list[ex.Mark]()
        for name, role in LOOKS.items():
            found = [each[name] for each in runs if name in each]
            x = [place(_number(row["r_hat"])) for row in found]
            y = [_number(row[column]) for row in found]
            if found:
                marks.append(ex.Points(x, y, role, name, size=4))
            if name in mine:
                chosen = place(_number(mine[name]["r_hat"])), _number(mine[name][column])
                marks.append(ex.Points(*chosen, role, size=8))
        at = np.concatenate([mark.arrays["x"] for mark in marks])
        scores = [_number(each[name][column]) for each in runs for name in SHORT]
        height = _with_room([value for mark in marks for value in mark.arrays["y"]])
        left = ex.Panel(
            marks,
            "largest R-hat of f",
            words,
            xlim=(at.min() - 0.2, at.max() + 0.2),
            ylim=height,
            xticks=r_hat_ticks(at.min() - 0.2, at.max() + 0.2),
            title=f"all splits of {table}",
        )
        dots = list[ex.Mark]()
        for i, (name, role) in enumerate(zip(SHORT, _ROLES, strict=True)):
            dots.append(ex.Points(i, _number(mine[name][column]), role, size=7))
        names = {float(i): short for i, short in enumerate(SHORT.values())}
        ends = (-0.5, len(names) - 0.5)
        right = ex.Panel(dots, "", words, ends, _with_room(scores), split, names)
        return ex.Frame([left, right], _say(split, mine, column, words))

    controls = [ex.Choice("split", list(splits)), ex.Choice("score", [_DENSITY, _POINT])]
    return ex.Exhibit(frame, controls, title="Score and agreement, split by split")


def _say(split: str, mine: Mapping[str, Mapping[str, object]], column: str, words: str) -> str:
    """Say in a sentence what a frame shows."""
    short, run = mine["NUTS short"], mine["NUTS"]
    return (
        f"{split}, {words}: line {mine['line'][column]:.3g}, ensemble "
        f"{mine['ensemble'][column]:.3g}, one draw of NUTS {mine['NUTS, one draw'][column]:.3g}, "
        f"all draws {run[column]:.3g}. The largest R-hat of f is {short['r_hat']:.3g} in the short "
        f"run, and {run['r_hat']:.3g} in the usual one."
    )


def _with_room(values: Sequence[float]) -> tuple[float, float]:
    """Return limits around some values; the same for all splits of a table."""
    low, high = min(values), max(values)
    room = 0.1 * (high - low) + 1e-3
    return low - room, high + room


def _number(value: object) -> float:
    """Return a cell of the table as a number."""
    if not isinstance(value, int | float):
        raise ArgumentError(f"rows: got {value!r}, expected a number.")
    return float(value)
