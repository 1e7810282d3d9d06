"""The checks of notebook 14: a minibatch that is fair, a score of many draws, and a sweep's table.

What a minibatch gives is averaged over all minibatches there are, so nothing is left to chance.
Next: :mod:`bnn_teach.course.chapters.ch15.checks`.
"""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
from scipy.special import logsumexp
from scipy.stats import norm

from bnn_teach.course.expectations import (
    Checks,
    Lesson,
    Slip,
    about,
    expect,
    expect_close,
    expect_no_slip,
    number,
    shown,
)

CHECKS = Checks()
_FAIR = Lesson(
    "B points speak for N, so their sum counts N / B times; then it is right on average.",
    "notebook 14, section 4",
    "The batch speaks for all the data, and the prior for itself: which has to be scaled, by what?",
)
_PRIOR_ONCE = _FAIR.beside(
    "There is one prior, however many data there are: it is not scaled with the batch.",
    "Scale the batch's terms alone, and add the log prior once.",
)


@CHECKS.enter(
    "14.1",
    _FAIR,
    "Two points out of six carry a third of what six would say, on average.",
    "What the batch says has to be counted N / B times; the prior is there only once.",
    "By which factor does the batch speak for all? Does the prior need it as well?",
    also=({"num_data": 8, "batch_size": 5, "log_prior": 2.5, "seed": 146},),
)
def minibatch_log_prob(
    answer: Any, num_data: int = 6, batch_size: int = 2, seed: int = 1, log_prior: float = -3.0
) -> None:
    """Average the estimate over every batch that there is, and compare with the sum of all."""
    terms = np.random.default_rng(seed).normal(-1.0, 2.0, size=num_data)
    batches = [terms[list(rows)] for rows in itertools.combinations(range(num_data), batch_size)]
    what = "The estimate from one batch"
    got = [number(answer(log_prior, each.copy(), num_data), what, _FAIR) for each in batches]
    factor, first = num_data / batch_size, batches[0].sum()
    slips = (
        Slip(log_prior + first, "It is the batch's own sum, as if there were no other points"),
        Slip(factor * (log_prior + first), "It has the prior scaled, too", _PRIOR_ONCE),
        Slip(log_prior + first / factor, "It has the sum times B / N, the inverse"),
        Slip(log_prior + first / batch_size, "It has the mean of the batch, without N"),
        Slip(log_prior + num_data * first, "It has the sum times N, without B"),
        Slip(factor * first, "There is no prior", _PRIOR_ONCE),
    )
    expect_no_slip(got[0], log_prior + factor * first, 1e-9, what, _FAIR, slips)
    average = f"The average over all {len(batches)} batches of {batch_size} of {num_data} points"
    full, tolerance = log_prior + terms.sum(), 1e-9 * num_data * factor
    expect_close(np.mean(got), full, tolerance, average, _FAIR)


_AVERAGE_DENSITIES = Lesson(
    "A predictive density is an average over draws; its logarithm comes after the average.",
    "notebook 14, section 5",
    "First average the densities over the draws, axis 0, and then take the logarithm.",
)
_WITH_NOISE = _AVERAGE_DENSITIES.beside(
    "M2",
    "What was measured scatters around each f by the noise: its density has the sd noise_scale.",
)
_STABLE = _AVERAGE_DENSITIES.beside(
    "Densities of far-off points are too small for a float; their logarithms are not.",
    "Use scipy.special.logsumexp over the draws, and subtract the log of their number.",
)
_SD = _AVERAGE_DENSITIES.beside("M15", "Use noise_scale itself: it is a standard deviation.")
_MEAN = _AVERAGE_DENSITIES.beside(
    "A mean can be compared between test sets of different sizes, a sum cannot.",
    "Take the mean over the points.",
)


@CHECKS.enter(
    "14.2",
    _AVERAGE_DENSITIES,
    "`norm.logpdf` of scipy.stats, of y around f, has the shape (draw, point): one log "
    "density for each draw at each point.",
    "The predictive density of a point is the mean of the densities over the draws. Its log is "
    "`logsumexp(..., axis=0)`, of scipy.special, minus the log of their number.",
    "Two means are taken: one over the draws, inside the logarithm, and one over the points, "
    "outside. A density that is rounded to 0 must not become minus infinity.",
    also=(
        {"noise_scale": 0.1, "outlier": 50.0, "seed": 147},
        {"num_draws": 3, "num_points": 5, "seed": 148},
    ),
)
def log_predictive(
    answer: Any,
    num_draws: int = 50,
    num_points: int = 8,
    noise_scale: float = 0.5,
    seed: int = 1,
    outlier: float = 0.0,
) -> None:
    """Compare the mean log predictive density with that of a mixture of normals."""
    rng = np.random.default_rng(seed)
    f = rng.normal(size=(num_draws, num_points))
    y = rng.normal(size=num_points)
    y[0] += outlier

    def of_mixture(scale: float) -> np.ndarray:
        return logsumexp(norm.logpdf(y, f, scale), axis=0) - math.log(num_draws)

    right, each = of_mixture(noise_scale).mean(), norm.logpdf(y, f, noise_scale)
    around_mean = norm.logpdf(y, f.mean(axis=0), noise_scale).mean()
    no_noise = norm.logpdf(y, f.mean(axis=0), f.std(axis=0)).mean()
    squared = of_mixture(noise_scale**2).mean()
    slips = (
        Slip(-np.inf, "The densities were rounded to 0, so it is minus infinity", _STABLE),
        Slip(each.mean(), "It is the average of the logarithms"),
        Slip(around_mean, "It is the density around the mean function alone"),
        Slip(no_noise, "It is a normal with the sd of the draws, without the noise", _WITH_NOISE),
        Slip(squared, "It is a normal whose sd is the noise's variance", _SD),
        Slip(num_points * right, "It is the sum over the points", _MEAN),
        Slip(right + math.log(num_draws), "It is the sum over the draws"),
    )
    got, what = answer(f.copy(), y.copy(), noise_scale), "The mean log predictive density"
    expect_close(got, right, 1e-9 * (1 + abs(right)), what, _AVERAGE_DENSITIES, slips)


_ROWS = Lesson(
    "A sweep is every combination of the values, one row each.",
    "notebook 14, section 4",
    "Loop over itertools.product(*grid.values()); zip(grid, values) names them again.",
)
_SCHEMA = _ROWS.beside(
    "A table has the same columns in every row: parameters, results, error, seconds.",
    "Begin each row with its parameters, add what run returned, then error, then seconds.",
)
_FAILED = _ROWS.beside(
    "A run that fails is a row as well: else nobody sees that it is missing.",
    "Put run into try; in `except Exception as error` note str(error), and go on.",
)


@CHECKS.enter(
    "14.3",
    _SCHEMA,
    "`itertools.product(*grid.values())` gives all combinations, the last one fastest; "
    "`dict(zip(grid, values))` gives them their names.",
    "Begin a row with the parameters, then put `run(**parameters)` into `try`. After an `except` "
    "you do not know the names of the results yet: collect the rows first.",
    "At the end all rows must have the same columns: parameters, results, error, seconds. What"
    " does `row.get(name)` give for a name that is not there?",
    also=({"axes": (("a", (1,)), ("b", (2, 3))), "results": ("c", "d"), "bad": 0},),
)
def sweep_rows(
    answer: Any,
    axes: tuple[tuple[str, tuple[Any, ...]], ...] = (("seed", (0, 1)), ("width", (2, 5, 10))),
    results: tuple[str, ...] = ("distance",),
    bad: int | None = 4,
) -> None:
    """Let the answer sweep over a function that notes its calls, and read its table."""
    grid = {name: list(values) for name, values in axes}
    wanted = [dict(zip(grid, values, strict=True)) for values in itertools.product(*grid.values())]
    calls = 0

    def found(parameters: dict[str, Any]) -> dict[str, float]:
        total = sum((k + 2) * float(v) for k, v in enumerate(parameters.values()))
        return {name: k + total for k, name in enumerate(results)}

    def run(**parameters: Any) -> dict[str, float]:
        nonlocal calls
        calls += 1
        if bad is not None and parameters == wanted[bad]:
            raise ValueError("it does not fit")
        return found(parameters)

    try:
        got = answer(run, {name: list(values) for name, values in grid.items()})
    except ValueError as error:
        expect("it does not fit" not in str(error), "A run failed, and the sweep stopped.", _FAILED)
        raise
    what = f"The table, a list of {len(wanted)} rows"
    is_list = isinstance(got, (list, tuple)) and all(isinstance(row, dict) for row in got)
    said = f"{what}: got {shown(got)}, expected a list of dicts. Is there a `return`?"
    expect(is_list, said, _SCHEMA)
    said = f"{what}: got {len(got)} rows."
    lost = bad is not None and len(got) == len(wanted) - 1
    expect(not lost, f"{said} The run that failed is missing.", _FAILED)
    expect(len(got) == len(wanted), said, _ROWS)
    _expect_order(got, wanted)
    expect(calls == len(wanted), f"run was called {calls} times, expected once a row.", _ROWS)
    columns = [*grid, *results, "error", "seconds"]
    for place, (row, parameters) in enumerate(zip(got, wanted, strict=True)):
        _expect_row(f"Row {place}", row, columns, found(parameters), place == bad)


def _expect_row(
    where: str, row: dict[str, Any], columns: list[str], values: dict[str, float], failed: bool
) -> None:
    """Ask for the columns in their order, and for the results, or None if the run failed."""
    short = failed and not set(values) & set(row)
    said = f"{where}: the run failed, and the columns {', '.join(values)} are missing"
    expect(not short, f"{said}, expected None in them.", _SCHEMA)
    said = f"{where}: got the columns {', '.join(map(str, row))}; expected {', '.join(columns)}"
    expect(list(row) == columns, f"{said}, in this order.", _SCHEMA)
    if failed:
        empty = all(row[name] is None or about(row[name], np.nan) for name in values)
        expect(empty, f"{where}: the run failed, expected None as its results.", _FAILED)
        said = f"{where}: the run failed, and its error is {row['error']!r}."
        expect("it does not fit" in str(row["error"]), said, _FAILED)
        return
    expect(row["error"] == "", f"{where}: error is {row['error']!r}, expected ''.", _SCHEMA)
    for name, value in values.items():
        expect_close(row[name], value, 1e-9, f"{where}: {name}", _SCHEMA)
    seconds = number(row["seconds"], f"{where}: seconds", _SCHEMA)
    said = f"{where}: seconds are {seconds:.3g}, expected its time."
    expect(0 <= seconds < 60, said, _SCHEMA)


def _expect_order(got: Any, wanted: list[dict[str, Any]]) -> None:
    """Ask for the rows' parameters, the last one fastest."""
    names = list(wanted[0])
    missing = next((name for name in names for row in got if name not in row), None)
    expect(missing is None, f"There is no column {missing!r}: which row is which?", _SCHEMA)
    found = [{name: row[name] for name in names} for row in got]
    same = sorted(map(repr, found)) == sorted(map(repr, wanted))
    expect(same, f"The rows are of {found[:3]}..., expected all combinations, once each.", _ROWS)
    said = "The rows are in another order, expected the last parameter fastest."
    expect(found == wanted, said, _ROWS)
