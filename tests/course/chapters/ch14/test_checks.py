"""Does notebook 14's check know a fair minibatch, a score of draws, and a paired difference?"""

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


def by_sums(a, b):
    """Written out, as a list."""
    d = [one - two for one, two in zip(a, b, strict=True)]
    mean = sum(d) / len(d)
    return [mean, (sum((each - mean) ** 2 for each in d) / (len(d) - 1) / len(d)) ** 0.5]


RIGHT = [
    ("14.1", by_mean, [{}, {"num_data": 7, "batch_size": 3}, {"batch_size": 6}]),
    ("14.2", by_logaddexp, [{}, {"outlier": 80.0}, {"num_draws": 1}, {"noise_scale": 1.0}]),
    ("14.3", by_sums, [{}, {"num_splits": 2}, {"gap": -1.0}, {"gap": 0.0}]),
]


def scored(f, y, s, *, axis=0, sd=None):
    each = norm.pdf(y, f, s if sd is None else sd(f, s))
    return np.log(each.mean(axis=0)).mean() if axis == 0 else np.log(each).mean()


def paired(d, *, sd=None, power=0.5):
    return d.mean(), (d.std(ddof=1) if sd is None else sd) / len(d) ** power


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
    ("14.3", lambda a, b: paired(b - a), "b minus a"),
    ("14.3", lambda a, b: ((a - b).sum(), 0.0), "sum over the splits"),
    ("14.3", lambda a, b: paired(a - b, sd=(a.var(ddof=1) + b.var(ddof=1)) ** 0.5), "different"),
    ("14.3", lambda a, b: paired(a - b, power=0.0), "sd of one difference"),
    ("14.3", lambda a, b: paired(a - b, power=1.0), "not by its square root"),
    ("14.3", lambda a, b: paired(a - b, sd=(a - b).std()), "without ddof=1"),
    ("14.3", lambda a, b: ((a - b).mean(), (a - b).std()), "sd of one difference, without"),
    ("14.3", lambda a, b: ((a - b).mean(), (a - b).var(ddof=1) / len(a)), "M15"),
    ("14.3", lambda a, b: (a - b).mean(), "expected 2 values"),
]


def test_a_point_far_off_asks_for_logarithms():
    with np.errstate(divide="ignore"):
        result = check_hidden("14.2", scored, noise_scale=0.1, outlier=50.0)
    assert "minus infinity" in result.message and "logsumexp" in result.message
