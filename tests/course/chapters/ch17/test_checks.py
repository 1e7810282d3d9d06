"""Do notebook 17's checks know other right ways, and the slips on the way?"""

import math

import numpy as np
from scipy.special import logsumexp
from scipy.stats import norm

from tests.course.chapters.answers import test_right_ways_pass, test_slips_are_named  # noqa: F401


def on_grid(x, y, side, s, sigma, *, area=2, prior=True, turn=False):
    w, v = np.meshgrid(side, side, indexing="ij")
    log_joint = (norm.logpdf(w, 0, s) + norm.logpdf(v, 0, s)) * prior
    for x_n, y_n in zip(x, y, strict=True):
        log_joint = log_joint + norm.logpdf(y_n, v * np.tanh(w * x_n), sigma)
    log_joint = log_joint + area * np.log(side[1] - side[0])
    total = logsumexp(log_joint)
    mass = np.exp(log_joint - total)
    return (mass.T if turn else mass), total


def by_draws(log_likelihood, *, mean=True, root=True):
    n = len(log_likelihood)
    log_z = logsumexp(log_likelihood) - np.log(n) * mean
    weights = np.exp(log_likelihood - logsumexp(log_likelihood)) * n
    return log_z, weights.std(ddof=0 if root else 1) / (math.sqrt(n) if root else 1)


RIGHT = [
    ("17.1", lambda H: math.prod(2 * k for k in range(1, H + 1)), [{}, {"H": 8}]),
    ("17.2", on_grid, [{}, {"sigma": 0.1, "points": 81}, {"x": (2.0,), "y": (0.0,)}]),
    ("17.3", by_draws, [{}, {"shift": -2000.0}, {"num_draws": 20, "spread": 4.0}]),
]


WRONG = [
    ("17.1", lambda H: 2**H, "signs only"),
    ("17.1", math.factorial, "orders only"),
    ("17.1", lambda H: 2 * math.factorial(H), "a sign of its own"),
    ("17.2", lambda *a: on_grid(*a, area=0), "without the area"),
    ("17.2", lambda *a: on_grid(*a, area=1), "not its area"),
    ("17.2", lambda *a: on_grid(*a, prior=False), "without the prior"),
    ("17.2", lambda *a: on_grid(*a, turn=True), "changed places"),
    ("17.3", lambda ll: (ll.mean(), 0.1), "mean of the log likelihoods"),
    ("17.3", lambda ll: by_draws(ll, mean=False), "a sum, not a mean"),
    ("17.3", lambda ll: by_draws(ll, root=False), "spread of one draw"),
    ("17.3", lambda ll: (np.log(np.exp(ll).mean()), 0.07), "expected"),
]
