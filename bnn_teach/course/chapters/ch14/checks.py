"""The checks of notebook 14: a minibatch that is fair, a score of many draws, and a sweep's table.

What a minibatch gives is averaged over all minibatches there are, so nothing is left to chance. The
visible case is the default of a check's keywords; a sheet's hidden tests give others. Next:
:mod:`bnn_teach.course.chapters.ch15.checks`.
"""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
from scipy.special import logsumexp
from scipy.stats import norm

from bnn_teach.course.expectations import (
    Exercise,
    Lesson,
    about,
    expect,
    expect_close,
    expect_no_slip,
    numbers,
    shown,
)

# --- 14.1 ------------------------------------------------------------------------------------

_FAIR = Lesson(
    "B points speak for N, so their sum counts N / B times; then it is right on average.",
    "notebook 14, section 4",
    "Multiply the sum over the batch, and nothing else, by num_data / len(batch_terms).",
)
_PRIOR_ONCE = Lesson(
    "There is one prior, however many data there are: it is not scaled with the batch.",
    "notebook 14, section 4",
    "Scale the batch's terms alone, and add the log prior once.",
)


def minibatch_log_prob(
    answer: Any, num_data: int = 6, batch_size: int = 2, seed: int = 1, log_prior: float = -3.0
) -> None:
    """Average the estimate over every batch that there is, and compare with the sum of all."""
    terms = np.random.default_rng(seed).normal(-1.0, 2.0, size=num_data)
    full = log_prior + terms.sum()
    batches = [list(each) for each in itertools.combinations(range(num_data), batch_size)]
    what = "The estimate from one batch"
    first = terms[batches[0]]
    came = float(numbers(answer(log_prior, first.copy(), num_data), (), what, _FAIR))
    factor = num_data / batch_size
    right = log_prior + factor * first.sum()
    slips = (
        (log_prior + first.sum(), "the batch's own sum, as if there were no other points", _FAIR),
        (factor * (log_prior + first.sum()), "the prior scaled, too", _PRIOR_ONCE),
        (log_prior + first.sum() / factor, "the sum times B / N, the inverse", _FAIR),
        (log_prior + first.mean(), "the mean of the batch, without N", _FAIR),
        (log_prior + num_data * first.sum(), "the sum times N, without B", _FAIR),
        (factor * first.sum(), "no prior", _PRIOR_ONCE),
    )
    expect_no_slip(came, right, slips, what)
    each = [
        float(numbers(answer(log_prior, terms[rows].copy(), num_data), (), what, _FAIR))
        for rows in batches
    ]
    average = f"The average over all {len(batches)} batches of {batch_size} of {num_data} points"
    expect_close(np.mean(each), full, 1e-9 * num_data * factor, average, _FAIR)


# --- 14.2 ------------------------------------------------------------------------------------

_AVERAGE_DENSITIES = Lesson(
    "A predictive density is an average over draws; its logarithm comes after the average.",
    "notebook 14, section 5",
    "First average the densities over the draws, axis 0, and then take the logarithm.",
)
_WITH_NOISE = Lesson(
    "M2",
    "notebook 14, section 5",
    "What was measured scatters around each f by the noise: its density has the sd noise_scale.",
)
_STABLE = Lesson(
    "Densities of far-off points are too small for a float; their logarithms are not.",
    "notebook 14, section 5",
    "Use scipy.special.logsumexp over the draws, and subtract the log of their number.",
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
    each = norm.logpdf(y, f, noise_scale)
    at_points = logsumexp(each, axis=0) - math.log(num_draws)
    right = float(at_points.mean())
    came = answer(f.copy(), y.copy(), noise_scale)
    what = "The mean log predictive density"
    underflow = np.asarray(came).dtype.kind == "f" and np.ndim(came) == 0 and np.isneginf(came)
    expect(not underflow, f"{what}: came minus infinity; expected {right:.4g}.", _STABLE)
    squared = logsumexp(norm.logpdf(y, f, noise_scale**2), axis=0) - math.log(num_draws)
    mean_curve = norm.logpdf(y, f.mean(axis=0), noise_scale)
    no_noise = norm.logpdf(y, f.mean(axis=0), f.std(axis=0))
    slips = (
        (each.mean(), "the average of the logarithms", _AVERAGE_DENSITIES),
        (mean_curve.mean(), "the density around the mean function alone", _AVERAGE_DENSITIES),
        (no_noise.mean(), "a normal with the sd of the draws, without the noise", _WITH_NOISE),
        (squared.mean(), "a normal whose sd is the noise's variance", Lesson(
            "M15", "notebook 14, section 5", "Use noise_scale itself: it is a standard deviation."
        )),
        (at_points.sum(), "the sum over the points", Lesson(
            "A mean can be compared between test sets of different sizes, a sum cannot.",
            "notebook 14, section 5",
            "Take the mean over the points.",
        )),
        (logsumexp(each, axis=0).mean(), "the sum over the draws", _AVERAGE_DENSITIES),
    )  # fmt: skip
    expect_no_slip(came, right, slips, what)
    expect_close(came, right, 1e-9 * (1 + abs(right)), what, _AVERAGE_DENSITIES)


# --- 14.3 ------------------------------------------------------------------------------------

_ROWS = Lesson(
    "A sweep is every combination of the values, one row each.",
    "notebook 14, section 4",
    "Loop over itertools.product(*grid.values()); zip(grid, values) names them again.",
)
_SCHEMA = Lesson(
    "A table has the same columns in every row: parameters, results, error, seconds.",
    "notebook 14, section 4",
    "Begin each row with its parameters, add what run returned, then error, then seconds.",
)
_FAILED = Lesson(
    "A run that fails is a row as well: else nobody sees that it is missing.",
    "notebook 14, section 4",
    "Put run into try; in `except Exception as error` note str(error), and go on.",
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
    calls: list[dict[str, Any]] = []

    def run(**parameters: Any) -> dict[str, Any]:
        calls.append(dict(parameters))
        if bad is not None and parameters == wanted[bad]:
            raise ValueError("it does not fit")
        return {name: _result(number, parameters) for number, name in enumerate(results)}

    try:
        came = answer(run, {name: list(values) for name, values in grid.items()})
    except ValueError as error:
        expect("it does not fit" not in str(error), "A run failed, and the sweep stopped.", _FAILED)
        raise
    what = f"The table, a list of {len(wanted)} rows"
    expect(came is not None, f"{what}: came None. Is there a `return`?", _SCHEMA)
    is_list = isinstance(came, (list, tuple)) and all(isinstance(row, dict) for row in came)
    expect(is_list, f"{what}: came {shown(came)}; expected a list of dicts.", _SCHEMA)
    expect(
        len(came) != len(wanted) - 1 or bad is None,
        f"{what}: came {len(came)} rows. The run that failed is missing.",
        _FAILED,
    )
    expect(len(came) == len(wanted), f"{what}: came {len(came)} rows.", _ROWS)
    _order(came, wanted, list(grid))
    expect(len(calls) == len(wanted), f"run was called {len(calls)} times; expected once a row.",
           _ROWS)  # fmt: skip
    _columns(came, [*grid, *results, "error", "seconds"], bad, results)
    for place, (row, parameters) in enumerate(zip(came, wanted, strict=True)):
        where = f"Row {place}"
        if place == bad:
            expect(
                "it does not fit" in str(row["error"]),
                f"{where}: the run failed, and its error is {row['error']!r}.",
                _FAILED,
            )
            continue
        expect(row["error"] == "", f"{where}: error is {row['error']!r}; expected ''.", _SCHEMA)
        for number, name in enumerate(results):
            value = _result(number, parameters)
            expect_close(row[name], value, 1e-9, f"{where}: {name}", _SCHEMA)
        seconds = float(numbers(row["seconds"], (), f"{where}: seconds", _SCHEMA))
        expect(
            0 <= seconds < 60, f"{where}: seconds are {seconds:.3g}; expected its time.", _SCHEMA
        )


def _result(number: int, parameters: dict[str, Any]) -> float:
    return float(number + sum((k + 2) * float(v) for k, v in enumerate(parameters.values())))


def _order(came: Any, wanted: list[dict[str, Any]], names: list[str]) -> None:
    """Ask for the rows' parameters, the last one fastest."""
    found = [{name: row.get(name) for name in names} for row in came]
    missing = next((name for name in names for row in came if name not in row), None)
    expect(missing is None, f"There is no column {missing!r}: which row is which?", _SCHEMA)
    same = sorted(map(repr, found)) == sorted(map(repr, wanted))
    expect(same, f"The rows are of {found[:3]}...; expected all combinations, once each.", _ROWS)
    expect(found == wanted, "The rows are in another order; expected the last parameter fastest.",
           _ROWS)  # fmt: skip


def _columns(came: Any, columns: list[str], bad: int | None, results: tuple[str, ...]) -> None:
    """Ask every row for the same columns in the same order."""
    for place, row in enumerate(came):
        have = list(row)
        short = place == bad and not set(results) & set(have)
        expect(
            not short,
            f"Row {place}: the run failed, and the columns {', '.join(results)} are missing; "
            "expected None in them.",
            _SCHEMA,
        )
        expect(
            have == columns,
            f"Row {place}: came the columns {', '.join(map(str, have))}; expected "
            f"{', '.join(columns)}, in this order.",
            _SCHEMA,
        )
        empty = place != bad or all(about_none(row[name]) for name in results)
        expect(empty, f"Row {place}: the run failed; expected None as its results.", _FAILED)


def about_none(value: object) -> bool:
    """Say whether a cell of the table is empty."""
    return value is None or about(value, np.nan)


CHECKS = {
    "14.1": Exercise(
        minibatch_log_prob,
        _FAIR,
        (
            "Two points out of six carry a third of what six would say, on average.",
            "What the batch says has to be counted N / B times; the prior is there only once.",
            "Return `log_prior + num_data / len(batch_terms) * batch_terms.sum()`.",
        ),
    ),
    "14.2": Exercise(
        log_predictive,
        _AVERAGE_DENSITIES,
        (
            "`norm.logpdf(y, f, noise_scale)`, with `norm` of scipy.stats, has the shape (draw, "
            "point): one log density for each draw at each point.",
            "The predictive density of a point is the mean of the densities over the draws. Its "
            "log is `logsumexp(..., axis=0)`, of scipy.special, minus the log of their number.",
            "`each = norm.logpdf(y, f, noise_scale)`, and return the mean of "
            "`logsumexp(each, axis=0) - np.log(len(f))`.",
        ),
    ),
    "14.3": Exercise(
        sweep_rows,
        _SCHEMA,
        (
            "`itertools.product(*grid.values())` gives all combinations, the last one fastest; "
            "`dict(zip(grid, values))` gives them their names.",
            "Begin a row with the parameters, then put `run(**parameters)` into `try`. After an "
            "`except` you do not know the names of the results yet: collect the rows first.",
            "At the end give all rows the same columns: `names = list(grid) + results + "
            '["error", "seconds"]`, and `{name: row.get(name) for name in names}`.',
        ),
    ),
}
"""The exercises by number."""
