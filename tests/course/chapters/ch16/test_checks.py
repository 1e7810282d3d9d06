"""Do notebook 16's checks know stolen units, a band's tails, and a density that is averaged?"""

import numpy as np
from scipy.special import logsumexp
from scipy.stats import norm

from bnn_teach.classroom.checking import check_hidden
from tests.course.chapters.answers import test_right_ways_pass, test_slips_are_named  # noqa: F401


def to_units(y, known, ddof=0):
    return (y - y[known].mean()) / y[known].std(ddof=ddof)


def covered(draws, truth, regions, level, low=None):
    low = (1 - level) / 2 if low is None else low
    lower, upper = np.quantile(draws, [low, 1 - low], axis=(0, 1))
    inside = (lower <= truth) & (truth <= upper)
    return {name: inside[mask].mean() for name, mask in regions.items()}


def densities(f, sigma, truth):
    return norm.logpdf(truth, f, sigma[..., None]).reshape(-1, len(truth))


def log_score(f, sigma, truth):
    logs = densities(f, sigma, truth)
    return np.mean(logsumexp(logs, axis=0) - np.log(len(logs)))


def naive(f, sigma, truth):
    with np.errstate(divide="ignore"):
        return np.log(np.exp(densities(f, sigma, truth)).mean(0)).mean()


RIGHT = [
    ("16.1", to_units, [{"num_points": 77, "share": 0.2}]),
    ("16.1", lambda y, known: to_units(y, known, ddof=1), [{}]),
    ("16.2", covered, [{"level": 0.5, "num_points": 33}]),
    (
        "16.2",
        lambda *given: {k: np.float32(v) for k, v in covered(*given).items()},
        [{"seed": 9}],
    ),
    ("16.3", log_score, [{"far": 100.0}]),
    ("16.3", naive, [{"seed": 8}]),
]


WRONG = [
    ("16.1", lambda y, known: (y - y.mean()) / y.std(), "those of all heights"),
    ("16.1", lambda y, known: to_units(y, known)[known], "not known are missing"),
    ("16.1", lambda y, known: (y - y[known].mean()) / y[known].var(), "M15"),
    ("16.2", lambda d, t, r, level: covered(d, t, r, level, low=1 - level), "share it"),
    ("16.2", lambda *g: {k: 100 * v for k, v in covered(*g).items()}, "in percent"),
    ("16.2", lambda *g: dict.fromkeys(covered(*g), 0.7), "All regions have the same share"),
    ("16.2", lambda *g: list(covered(*g).values()), "expected a dict with the names near, far"),
    ("16.3", lambda f, s, t: densities(f, s, t).mean(), "mean of the draws' log densities"),
    ("16.3", lambda f, s, t: log_score(f, s, t) * len(t), "sum over the points"),
    ("16.3", lambda f, s, t: -log_score(f, s, t), "sign is turned"),
    ("16.3", lambda f, s, t: norm.logpdf(t, f.mean((0, 1)), s.mean()).mean(), "M2"),
    ("16.3", lambda f, s, t: log_score(f, np.sqrt(s), t), "taken as a variance"),
]


def test_a_score_that_is_rounded_to_minus_infinity_is_named():
    result = check_hidden("16.3", naive, far=100.0)
    assert not result.passed and "minus infinity" in repr(result)
