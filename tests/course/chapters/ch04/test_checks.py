"""Does notebook 04's check know data with a gap, their noise, and a share that was counted?"""

import numpy as np

from bnn_teach.classroom.checking import check_hidden
from tests.course.chapters.answers import test_right_ways_pass, test_slips_are_named  # noqa: F401

TABLE = {"gap": (0.0, 2.0), "x": ((-1.0, 0.0, 1e-9), (1.0, 2.0, 3.0))}
ODD = {"num_points": 501, "gap": (-0.9, -0.7), "noise_scale": 1.3, "seed": 7}
FEW = {"num_new": 77, "half_width": 0.8, "seed": 41}


def sine(x):
    return np.sin(2 * np.pi * x)


def made(num_points, gap, noise_scale, seed, *, errors=None, curve=sine, left=None):
    left = num_points // 2 if left is None else left(num_points)
    sides = np.linspace(-1, gap[0], left), np.linspace(gap[1], 1, num_points - left)
    x = np.concatenate(sides)[:, None]
    draw = np.random.default_rng(seed).normal
    return x, curve(x) + (draw(0, noise_scale, x.shape) if errors is None else errors(draw, x))


def made_backwards(num_points, gap, noise_scale, seed):
    """The larger half on the left, and the points from right to left."""
    x, y = made(num_points, gap, 0.0, seed, left=lambda count: count - count // 2)
    noise = np.random.Generator(np.random.MT19937(seed)).normal(scale=noise_scale, size=y.shape)
    return x[::-1], y[::-1] + noise


def by_loop(lower, upper, y):
    triples = zip(lower, upper, y, strict=True)
    inside = [not (value < low or value > high) for low, high, value in triples]
    return sum(inside) / len(inside), np.std(inside, ddof=1) / len(inside) ** 0.5


RIGHT = [
    ("04.1", lambda x, gap: ~((x > gap[0]) & (x < gap[1])), [{}, TABLE]),
    ("04.1", lambda x, gap: np.abs(x - np.mean(gap)) >= np.ptp(gap) / 2, [TABLE]),
    ("04.2", made, [{}, ODD]),
    ("04.2", made_backwards, [{}, ODD]),
    ("04.3", by_loop, [{}, FEW]),
]


def counted(lower, upper, y, share=1.0, error=1.0, plus=0.0):
    p = np.mean((y >= lower) & (y <= upper))
    return share * p + plus, error * np.sqrt(p * (1 - p) / len(y))


WRONG = [
    ("04.1", lambda x, gap: x <= gap[0] or x >= gap[1], "ValueError"),
    ("04.1", lambda x, gap: x[(x <= gap[0]) | (x >= gap[1])], "expected True or False"),
    ("04.1", lambda x, gap: (x <= gap[0]) & (x >= gap[1]), "the answer is wrong"),
    ("04.1", lambda x, gap: np.abs(x) >= 0.15, "At x = 0.2 the answer is wrong"),
    ("04.1", lambda x, gap: (x < gap[0]) | (x > gap[1]), "The ends of a gap do not belong"),
    ("04.2", lambda *a: made(*a, errors=lambda draw, x: 0.0), "lie on the curve"),
    ("04.2", lambda *a: made(*a, errors=lambda draw, x: draw(0, a[2])), "by the same amount"),
    ("04.2", lambda n, gap, s, seed: made(n, gap, s**2, seed), "the square of `noise_scale`"),
    ("04.2", lambda n, gap, s, seed: made(n, gap, s**0.5, seed), "the root of `noise_scale`"),
    ("04.2", lambda n, gap, s, seed: made(n, gap, 1.0, seed), "are off by about"),
    ("04.2", lambda *a: made(*a, curve=np.sin), "To `np.sin(2 * np.pi * x)`"),
    ("04.2", lambda *a: made(*a, left=lambda count: count // 4), "The inputs, in order"),
    ("04.2", lambda n, gap, s, seed: made(n, (0, 0), s, seed), "are in the gap"),
    ("04.2", lambda n, gap, s, seed: made(n, gap, s, None), "The same seed gave other data"),
    ("04.2", lambda *a: np.hstack(made(*a)), "expected 2 values, x and y"),
    ("04.3", lambda *a: counted(*a, share=100), "in percent"),
    ("04.3", lambda *a: counted(*a, share=-1, plus=1), "the share outside"),
    ("04.3", lambda lower, upper, y: (counted(lower, upper, y)[0], 0.0), "The error of the"),
    ("04.3", lambda lower, upper, y: (*counted(lower, upper, y)[:1], (0.0475 / len(y)) ** 0.5),
     "that of 95 %"),
    ("04.3", lambda *a: counted(*a, error=len(a[2]) ** 0.5), "not divided by √n"),
    ("04.3", lambda *a: (counted(*a)[0], counted(*a)[1] ** 2), "M15"),
    ("04.3", lambda *a: counted(*a)[0], "expected 2 values, the share and its error"),
]  # fmt: skip


def test_right_data_are_hardly_ever_refused_and_wrong_noise_is():
    """The limits of the noise are those of its χ² distribution, and no wider."""
    given = {"num_points": 100, "noise_scale": 0.5}  # its root and its square are not far away
    assert all(check_hidden("04.2", made, **given, seed=seed).passed for seed in range(50))
    given["num_points"] = 200
    for factor in (0.6, 1.5):
        off = lambda n, gap, s, seed, factor=factor: made(n, gap, factor * s, seed)  # noqa: E731
        assert not any(check_hidden("04.2", off, **given, seed=seed).passed for seed in range(50))
