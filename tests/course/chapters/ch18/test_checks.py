"""Do notebook 18's checks know other right ways, and the slips on the way?"""

import math

import numpy as np
from scipy.special import logsumexp
from scipy.stats import norm
from sklearn.linear_model import LinearRegression

from tests.course.chapters.answers import test_right_ways_pass, test_slips_are_named  # noqa: F401


def by_hand(f, sigma, y, *, mean=True, points=True):
    z = (y - f) / sigma[:, None]
    each = -0.5 * z**2 - np.log(sigma[:, None]) - 0.5 * math.log(2 * math.pi)
    top = each.max(axis=0)
    found = top + np.log(np.exp(each - top).sum(axis=0)) - math.log(len(f)) * mean
    return found.mean() if points else found.sum()


def single(f, sigma, y):
    return norm.logpdf(y, f, sigma[:, None]).mean()


def naive(f, sigma, y):
    with np.errstate(divide="ignore"):
        return np.log(norm.pdf(y, f, sigma[:, None]).mean(axis=0)).mean()


def of_the_mean(f, sigma, y):
    return norm.logpdf(y, f.mean(axis=0), sigma.mean()).mean()


def line(x, y, x_test, y_test, *, constant=True, own=False, root=True):
    fitted = LinearRegression(fit_intercept=constant).fit(*((x_test, y_test) if own else (x, y)))
    square = np.mean((fitted.predict(x_test) - y_test) ** 2)
    return np.sqrt(square) if root else square


RIGHT = [
    ("18.1", by_hand, [{}, {"draws": 1}, {"far": -300.0, "points": 4}]),
    (
        "18.1",
        lambda f, s, y: np.mean(logsumexp(norm.logpdf(y, f, s[:, None]), 0, 1 / len(f))),
        [{}],
    ),
    ("18.2", line, [{}, {"count": 90, "columns": 6}, {"away": -1000.0}]),
    ("18.3", lambda e, d, c: (e * c, d + math.log(1 / c)), [{}, {"unit": 1e4}]),
]
WRONG = [
    ("18.1", single, "one draw, on average"),
    ("18.1", lambda f, s, y: by_hand(f, s, y, mean=False), "divide by the number of draws"),
    ("18.1", lambda f, s, y: by_hand(f, s, y, points=False), "sum over points"),
    ("18.1", of_the_mean, "mean curve"),
    ("18.1", naive, ("expected", "finite")),
    ("18.2", lambda *a: line(*a, constant=False), "no constant"),
    ("18.2", lambda *a: line(*a, own=True), "fitted to the test part"),
    ("18.2", lambda *a: line(*a, root=False), "take the root"),
    ("18.2", lambda x, y, *_: line(x, y, x, y), "part that was fitted"),
    ("18.3", lambda e, d, c: (e / c, d), "divided by the unit"),
    ("18.3", lambda e, d, c: (e * c, d + math.log(c)), "was added"),
    ("18.3", lambda e, d, c: (e * c, d), "per standard unit still"),
    ("18.3", lambda e, d, c: (e * c, d * c), "not multiplied"),
]
