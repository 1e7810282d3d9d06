"""Does notebook 14's check know a fair minibatch, a score of draws, and a table's schema?"""

import time

import numpy as np
from scipy.stats import norm

from bnn_teach.classroom.checking import check_hidden
from tests.course.chapters.answers import test_right_ways_pass, test_slips_are_named  # noqa: F401


def minibatch(log_prior, terms, num_data, *, prior=1.0, factor=None):
    factor = num_data / len(terms) if factor is None else factor(num_data, terms)
    return prior * log_prior + factor * terms.sum()


def by_mean(log_prior, terms, num_data):
    """N times the mean of the batch: another way to write it."""
    return log_prior + num_data * np.mean(terms)


def by_logaddexp(f, y, noise_scale):
    total = np.full(len(y), -np.inf)
    for draw in f:
        total = np.logaddexp(total, norm.logpdf(y, draw, noise_scale))
    return float(np.mean(total - np.log(len(f))))


def sweep(run, grid, *, columns=None, drop=False, stop=False, known=(), filled=None, order=1):
    names, rows = list(grid), [{}]
    for name in names:
        rows = [row | {name: value} for row in rows for value in grid[name]]
    rows = rows[::order]
    results = list(known)
    for row in rows:
        start = time.perf_counter()
        try:
            found = run(**{name: row[name] for name in names})
            results = list(found)
            row |= found | {"error": "", "seconds": time.perf_counter() - start}
        except ValueError as error:
            if stop:
                raise
            row["error"] = str(error)
    if drop:
        rows = [row for row in rows if not row["error"]]
    order_of = columns or (lambda names, results: [*names, *results, "error", "seconds"])
    return [{n: row.get(n, filled) for n in order_of(names, results)} for row in rows]


RIGHT = [
    ("14.1", by_mean, [{}, {"num_data": 7, "batch_size": 3}, {"batch_size": 6}]),
    ("14.2", by_logaddexp, [{}, {"outlier": 80.0}, {"num_draws": 1}, {"noise_scale": 1.0}]),
    ("14.3", sweep, [{}, {"bad": None}, {"bad": 0}, {"results": ("a", "b", "c")}]),
]


def scored(f, y, s, *, axis=0, sd=None):
    each = norm.pdf(y, f, s if sd is None else sd(f, s))
    return np.log(each.mean(axis=0)).mean() if axis == 0 else np.log(each).mean()


WRONG = [
    ("14.1", lambda p, t, n: p + t.sum(), "as if there were no other points"),
    ("14.1", lambda p, t, n: n / len(t) * (p + t.sum()), "prior scaled"),
    ("14.1", lambda p, t, n: p + len(t) / n * t.sum(), "the inverse"),
    ("14.1", lambda p, t, n: p + t.mean(), "the mean of the batch"),
    ("14.1", lambda p, t, n: minibatch(p, t, n, prior=0), "no prior"),
    ("14.1", lambda p, t, n: minibatch(p, t, n, factor=lambda n, t: n), "without B"),
    ("14.1", lambda p, t, n: minibatch(p, t, n) + 0.1, "average over all 15 batches"),
    ("14.2", lambda f, y, s: scored(f, y, s, axis=1), "average of the logarithms"),
    ("14.2", lambda f, y, s: norm.logpdf(y, f.mean(0), s).mean(), "mean function alone"),
    ("14.2", lambda f, y, s: norm.logpdf(y, f.mean(0), f.std(0)).mean(), "M2"),
    ("14.2", lambda f, y, s: scored(f, y, s**2), "M15"),
    ("14.2", lambda f, y, s: len(y) * by_logaddexp(f, y, s), "sum over the points"),
    ("14.2", lambda f, y, s: np.log(norm.pdf(y, f, s).sum(0)).mean(), "sum over the draws"),
    ("14.3", lambda run, grid: sweep(run, grid, drop=True), "failed is missing"),
    ("14.3", lambda run, grid: sweep(run, grid, stop=True), "the sweep stopped"),
    ("14.3", lambda run, grid: sweep(run, grid, order=-1), "another order"),
    ("14.3", lambda run, grid: sweep(run, grid, filled=0.0), "expected None as its results"),
    (
        "14.3",
        lambda run, grid: sweep(run, grid, columns=lambda n, r: [*r, *n, "error", "seconds"]),
        "in this order",
    ),
    (
        "14.3",
        lambda run, grid: sweep(run, grid, columns=lambda n, r: [*n, *r, "seconds"]),
        "expected seed, width, distance, error, seconds",
    ),
    (
        "14.3",
        lambda run, grid: sweep(run, grid, columns=lambda n, r: [*r, "error", "seconds"]),
        "no column 'seed'",
    ),
    ("14.3", lambda run, grid: sweep(run, {"seed": grid["seed"], "width": [2]}), "2 rows"),
]


def test_a_point_far_off_asks_for_logarithms():
    with np.errstate(divide="ignore"):
        result = check_hidden("14.2", scored, noise_scale=0.1, outlier=50.0)
    assert "minus infinity" in result.message and "logsumexp" in result.message
