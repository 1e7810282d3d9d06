"""Does notebook 13's check know the kernel of a wide network, and the slips on the way to it?"""

import numpy as np
from scipy.stats import multivariate_normal

from tests.course.chapters.answers import test_right_ways_pass, test_slips_are_named  # noqa: F401


def by_quadrature(x1, x2, s, depth):
    """Each expectation as a sum over angles: relu is homogeneous, so the radius drops out."""
    angle = (np.arange(20_000) + 0.5) * 2 * np.pi / 20_000
    u, w = np.cos(angle), np.sin(angle)
    k = s**2 + s**2 * np.outer(x1, x2)
    v1, v2 = s**2 + s**2 * x1**2, s**2 + s**2 * x2**2
    for _ in range(depth):
        new = np.empty_like(k)
        for i, j in np.ndindex(k.shape):
            rho = np.clip(k[i, j] / np.sqrt(v1[i] * v2[j]), -1, 1)
            a, b = np.sqrt(v1[i]) * u, np.sqrt(v2[j]) * (rho * u + np.sqrt(1 - rho**2) * w)
            new[i, j] = 2 * np.mean(np.maximum(a, 0) * np.maximum(b, 0))  # E[radius squared] = 2
        k, v1, v2 = s**2 + s**2 * new, s**2 + s**2 * v1 / 2, s**2 + s**2 * v2 / 2
    return k


def my_kernel(x1, x2, s, depth, *, bias=True, half=True, turn=False):
    k = s**2 + s**2 * np.outer(x1, x2)
    v1, v2 = s**2 + s**2 * x1**2, s**2 + s**2 * x2**2
    for number in range(depth):
        size = np.sqrt(np.outer(v1, v2))
        t = np.arccos(np.clip(k / size, -1, 1))
        last = s**2 if bias or number < depth - 1 else 0
        k = last + s**2 * size * (np.sin(t) + (np.pi - t) * np.cos(t)) / (2 * np.pi)
        v1, v2 = (s**2 + s**2 * v / (2 if half else 1) for v in (v1, v2))
    return k.T if turn else k


def one_by_one(K, y, noise_scale):
    """Predict each point from those before it, and add up the scores."""
    total, C = 0.0, K + noise_scale**2 * np.eye(len(y))
    for n in range(len(y)):
        weights = np.linalg.solve(C[:n, :n], C[:n, n])
        mean, variance = weights @ y[:n], C[n, n] - weights @ C[:n, n]
        total += -0.5 * ((y[n] - mean) ** 2 / variance + np.log(2 * np.pi * variance))
    return total


RIGHT = [
    ("13.1", lambda v, s, H: s * s * (1 + v / 2), [{}, {"H": 1}, {"v": 30.0, "s": 0.1}]),
    ("13.2", by_quadrature, [{}, {"depth": 1, "s": 2.0}]),
    ("13.2", my_kernel, [{}, {"depth": 0}, {"x1": (0.0,), "depth": 4, "seed": 3}]),
    ("13.3", one_by_one, [{}, {"num_points": 1}, {"num_points": 30, "noise_scale": 0.05}]),
]


def gaussian(K, y, noise, power=2):
    return multivariate_normal.logpdf(y, cov=K + noise**power * np.eye(len(y)))


WRONG = [
    ("13.1", lambda v, s, H: s**2 + H * s**2 * v / 2, "M9"),
    ("13.1", lambda v, s, H: s**2 + s**2 * v / H / 2, "s / √H"),
    ("13.1", lambda v, s, H: s**2 + s**2 * v, "no ReLU"),
    ("13.1", lambda v, s, H: s**2 * v / 2, "bias is missing"),
    ("13.1", lambda v, s, H: np.sqrt(s**2 + s**2 * v / 2), "M15"),
    ("13.2", lambda a, b, s, depth: my_kernel(a, b, s, depth - 1), "that of 1 hidden layers"),
    ("13.2", lambda *a: my_kernel(*a, bias=False), "without the bias of the last layer"),
    ("13.2", lambda *a: my_kernel(*a, half=False), "against networks of width 1000"),
    ("13.2", lambda *a: my_kernel(*a, turn=True), "a row for each of x1"),
    ("13.2", lambda *a: 1.001 * my_kernel(*a), "against the formula"),
    ("13.3", lambda *a: gaussian(*a, power=1), "M15"),
    ("13.3", lambda K, y, noise: -gaussian(K, y, noise), "opposite sign"),
    ("13.3", lambda K, y, noise: np.exp(gaussian(K, y, noise)), "not its logarithm"),
    ("13.3", lambda K, y, noise: gaussian(K, y, noise) + len(y) * np.log(2 * np.pi) / 2,
     "without N/2 log 2π"),
    ("13.3", lambda K, y, noise: gaussian(K, y, noise) + 1.0, "expected"),
]  # fmt: skip
