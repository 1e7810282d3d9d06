"""Does notebook 02's check know a KL, an ELBO and an optimum, and the slips on the way to them?"""

import numpy as np
from scipy import stats

import bnn_teach as bt
from bnn_teach.classroom.checking import check_hidden
from tests.course.chapters.answers import test_right_ways_pass, test_slips_are_named  # noqa: F401

WIDE = {"m": -2.0, "s": 3.0, "m0": 0.5, "s0": 0.4}
THREE = ((2.0, -0.5, 0.1), (-0.5, 1.0, 0.3), (0.1, 0.3, 0.7))


def kl_by_entropies(m, s, m0, s0):
    """Cross entropy minus entropy: another way to write it."""
    cross = np.log(s0) + 0.5 * np.log(2 * np.pi) + (s**2 + (m - m0) ** 2) / (2 * s0**2)
    return cross - stats.norm(m, s).entropy()


def elbo_from_evidence(m, s, y, prior_scale):
    """The log evidence minus the KL, which needs what the ELBO does not."""
    cov = np.eye(len(y)) + prior_scale**2
    sd = (1 / prior_scale**2 + len(y)) ** -0.5
    evidence = stats.multivariate_normal.logpdf(y, cov=cov)
    return evidence - kl_by_entropies(m, s, sd**2 * y.sum(), sd)


def by_coordinates(covariance):
    """Each sd is that of one number when all the others are known: Schur's complement."""
    sds = []
    for i in range(len(covariance)):
        rest = [j for j in range(len(covariance)) if j != i]
        others, across = covariance[np.ix_(rest, rest)], covariance[i, rest]
        sds.append(float(covariance[i, i] - across @ np.linalg.solve(others, across)) ** 0.5)
    log_det = np.log(np.linalg.det(covariance))
    return sds, log_det / 2 - np.log(sds).sum()


RIGHT = [
    ("02.1", kl_by_entropies, [{}, WIDE, {"m": 0.0, "s": 0.01, "m0": 0.0, "s0": 1.0}]),
    ("02.2", elbo_from_evidence, [{}, {"y": [0.5], "prior_scale": 0.3}]),
    ("02.3", by_coordinates, [{}, {"covariance": THREE}, {"scale": 16.0}]),
]


def my_elbo(m, s, y, prior_scale, *, prior_spread=1, data_spread=1, entropy=1, shift=0.0):
    prior = stats.norm.logpdf(m, 0, prior_scale) - prior_spread * s**2 / (2 * prior_scale**2)
    data = stats.norm.logpdf(y, m, 1).sum() - data_spread * len(y) * s**2 / 2
    return prior + data + entropy * stats.norm(m, s).entropy() + shift


def best(covariance, power=-0.5, factor=1.0):
    precision = np.linalg.inv(covariance)
    known = (np.linalg.slogdet(covariance)[1] + np.log(np.diag(precision)).sum()) / 2
    return np.diag(precision) ** power, factor * known


def test_the_answers_that_the_slips_start_from_are_right():
    assert bt.check("02.2", my_elbo).passed and bt.check("02.3", best).passed


WRONG = [
    ("02.1", lambda m, s, m0, s0: kl_by_entropies(m0, s0, m, s), "which is KL(p || q)"),
    ("02.1", lambda m, s, m0, s0: -kl_by_entropies(m, s, m0, s0), "never negative"),
    ("02.1", lambda m, s, m0, s0: np.log(2) * kl_by_entropies(m, s, m0, s0), "The KL: got"),
    ("02.2", lambda *a: my_elbo(*a, prior_spread=0), "A spread is missing"),
    ("02.2", lambda *a: my_elbo(*a, data_spread=0), "A spread is missing"),
    ("02.2", lambda *a: my_elbo(*a, entropy=0), "The entropy is missing"),
    ("02.2", lambda *a: my_elbo(*a, prior_spread=0, data_spread=0, entropy=0),
     "the log joint at the mean of q"),
    ("02.2", lambda *a: my_elbo(*a, shift=1.0), "above the log evidence"),
    ("02.2", lambda *a: my_elbo(*a, shift=-1.0), "the log evidence minus the KL"),
    ("02.2", lambda m, s, y, scale: stats.norm.logpdf(y, m, s), "expected one number"),
    ("02.3", lambda c: best(c, power=-1.0), "M15"),
    ("02.3", lambda c: best(c, factor=2.0), "The gap in nats"),
    ("02.3", lambda c: best(c, factor=-1.0), "a KL is never negative"),
    ("02.3", lambda c: best(c)[0], "The sds"),
]  # fmt: skip


def test_a_larger_matrix_tells_who_solved_only_the_pair():
    def of_the_pair(covariance):
        left = 1 - covariance[0, 1] ** 2
        return np.full(len(covariance), left**0.5), -np.log(left) / 2

    assert not bt.check("02.3", of_the_pair).passed
    assert not check_hidden("02.3", of_the_pair, covariance=THREE).passed
