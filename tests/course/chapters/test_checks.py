"""Is a typical wrong answer told what is wrong with it, and another right way accepted?"""

import numpy as np

import bnn_teach as bt
from bnn_teach.classroom.checking import check_hidden
from bnn_teach.engine.runtime import tf
from tests.course.chapters.answers import test_right_ways_pass, test_slips_are_named  # noqa: F401


def _quantile_width(curves, tails=(0.025, 0.975), axis=(0, 1)):
    return np.ptp(np.quantile(curves, tails, axis=axis), axis=0)


@bt.model
def line(x):
    w = yield bt.Normal("w", loc=0.0, scale=1.0)
    b = yield bt.Normal("b", loc=0.0, scale=1.0)
    return w * x + b


@bt.model
def silent(y, m0, s, sigma):
    yield bt.Normal("loc", loc=m0, scale=s)


@bt.model
def variance_for_sd(y, m0, s, sigma):
    loc = yield bt.Normal("loc", loc=m0, scale=s)
    yield bt.Normal("obs", loc=loc, scale=sigma**2, observed=y)


@bt.model
def one_by_one(y, m0, s, sigma):
    loc = yield bt.Normal("loc", loc=m0, scale=s)
    for number, value in enumerate(y):
        yield bt.Normal(f"obs_{number}", loc=loc, scale=sigma, observed=value)


@bt.model
def nested(x, y, noise_scale):
    yield bt.Normal("obs", loc=(yield line(x)), scale=noise_scale, observed=y)


@bt.model
def of_model(x, y, noise_scale):
    yield bt.Normal("obs", loc=(yield line(x)), scale=1.0, observed=y)


@bt.model
def twice(x, y, hinge, noise_scale):
    low, high = (yield line(x)), (yield line(x))
    yield bt.Normal("obs", loc=tf.where(x < hinge, low, high), scale=noise_scale, observed=y)


def _hinged(choose):
    @bt.model
    def hinged(x, y, hinge, noise_scale):
        low, high = (yield line(x).named("low")), (yield line(x).named("high"))
        f = choose(x, hinge, low, high)
        yield bt.Normal("obs", loc=f, scale=noise_scale, observed=y)

    return hinged


def elbo(m, s, y, prior_scale, entropy=1.0, spread=1.0):
    square = spread * s**2
    prior = -(m**2 + square) / (2 * prior_scale**2) - 0.5 * np.log(2 * np.pi * prior_scale**2)
    data = -((y - m) ** 2 + square) / 2 - 0.5 * np.log(2 * np.pi)
    return prior + data.sum() + entropy * (np.log(s) + 0.5 * np.log(2 * np.pi * np.e))


def make_data(num_points, gap, noise_scale, seed, *, row=False, square=False, fill=False):
    half = num_points // 2
    ends = [np.linspace(-1, gap[0], half), np.linspace(gap[1], 1, num_points - half)]
    x = np.linspace(-1, 1, num_points) if fill else np.concatenate(ends)
    noise = np.random.default_rng(seed).standard_normal(num_points)
    y = np.sin(2 * np.pi * x) + (noise_scale**2 if square else noise_scale) * noise
    return (x, y) if row else (x[:, None], y[:, None])


def forward(weights, x, last_relu=False, change=False):
    signal, last = x, sum(name.endswith(".w") for name in weights)
    for number in range(1, last + 1):
        if change:
            weights[f"network.l{number}.w"] *= 1.0000001
        w, b = weights[f"network.l{number}.w"], weights[f"network.l{number}.b"]
        signal = np.einsum("...pi,...io->...po", signal, w) + np.expand_dims(b, -2)
        signal = np.maximum(signal, 0) if number < last or last_relu else signal
    return signal[..., 0]


def of_mean_weights(weights, x):
    means = {name: w.mean(axis=(0, 1), keepdims=True) for name, w in weights.items()}
    return forward(means, x)[0, 0]


def split(f, noise, slip=None):
    noise = np.broadcast_to(noise, f.shape)
    epistemic, aleatoric = f.std(axis=(0, 1)), np.sqrt((noise**2).mean(axis=(0, 1)))
    if slip == "mean":
        aleatoric = noise.mean(axis=(0, 1))
    total = epistemic + aleatoric if slip == "sum" else np.hypot(epistemic, aleatoric)
    return total, epistemic**2 if slip == "square" else epistemic, aleatoric


def attribution(vi, narrow, wide, mask, always=False):
    vi, narrow, wide = (np.mean(w[mask]) for w in (vi, narrow, wide))
    prior, method = np.log(narrow / wide), np.log(vi / narrow)
    together = always or prior * method > 0
    return prior, method, prior / (prior + method) if together else None


WRONG = (
    ("00.1", lambda c: 4 * c.std(axis=(0, 1)), "M8"),
    ("00.1", lambda c: _quantile_width(c, axis=0), "belong together"),
    ("00.1", lambda c: _quantile_width(c, (0.05, 0.95)), "90 %"),
    ("00.2", lambda x, c, a, b: 1.0, "nearest"),
    ("00.2", lambda x, c, a, b: c.std(axis=(0, 1))[50] / c.std(axis=(0, 1))[70], "M8"),
    ("00.3", lambda x, c, places: places[np.argmax(
        [c.mean(axis=(0, 1))[np.argmin(np.abs(x - p))] for p in places])], "disagree most"),
    ("00.3", lambda x, c, places: 0.123, "one of the candidates"),
    ("01.1", silent, "the prior alone"),
    ("01.1", variance_for_sd, "M15"),
    ("01.2", lambda y, m0, s, sigma: (y.mean(), 0.4364), "the average of the data"),
    ("01.2", lambda y, m0, s, sigma: (1.5, s), "M11"),
    ("01.3", lambda s, sigma, sd, mcse: (45, 45), "M6"),
    ("01.3", lambda s, sigma, sd, mcse: (1, 10**6), "M11"),
    ("02.1", lambda m, s, m0, s0: ((s0 / s) ** 2 + ((m - m0) / s) ** 2 - 1) / 2 + np.log(s / s0),
     "KL(p || q)"),
    ("02.1", lambda m, s, m0, s0: 1.0, "KL of a distribution from itself"),
    ("02.2", lambda *a: elbo(*a, entropy=0), "entropy is missing"),
    ("02.2", lambda *a: elbo(*a, spread=0), "spread is missing"),
    ("02.2", lambda *a: elbo(*a) + 100, "above"),
    ("02.3", lambda c: (np.diag(c) ** 0.5, 0.83), "true marginals"),
    ("02.3", lambda c: (1 / np.diag(np.linalg.inv(c)), 0.83), "M15"),
    ("03.1", lambda x, y, noise_scale: line(x), "expected line.w, line.b"),
    ("03.1", of_model, "log joint"),
    ("03.2", nested, "line_w"),
    ("03.3", twice, ("Duplicate", "twice", "already")),
    ("03.3", _hinged(lambda x, hinge, low, high: tf.maximum(low, high)), "the higher line"),
    ("03.3", _hinged(lambda x, hinge, low, high: tf.where(x < hinge, high, low)), "changed sides"),
    ("04.1", lambda x, gap: (x > gap[0]) & (x < gap[1]), "inputs in the gap"),
    ("04.1", lambda x, gap: (x < gap[0]) | (x > gap[1]), "-0.15"),
    ("04.2", lambda *a: make_data(*a, row=True), "column of a row"),
    ("04.2", lambda *a: make_data(*a, square=True), "M15"),
    ("04.2", lambda *a: make_data(*a, fill=True), "in the gap"),
    ("04.2", lambda n, g, s, seed: make_data(n, g, s, 0), "Another seed gave the same"),
    ("04.3", lambda lo, up, y: (np.mean(y <= up), 0.01), "below the upper limit"),
    ("05.1", lambda f, lo, hi: (np.mean(np.ptp(f, axis=1) <= hi), 0.01), "only `high`"),
    ("05.1", lambda f, lo, hi: (np.mean((np.ptp(f, axis=1) >= lo) & (np.ptp(f, axis=1) <= hi)),
                                0.5), "Monte Carlo error"),
    ("05.2", lambda x, s, hidden: s**2 * (1 + x**2), "variance for hidden"),
    ("05.3", lambda hidden, sd: 1.0, "M9"),
    ("06.1", lambda signal, w, b: signal @ w, "biases are missing"),
    ("06.1", lambda signal, w, b: signal @ w + b, "axis"),
    ("06.2", lambda w, x: forward(w, x, last_relu=True), "last layer goes without"),
    ("06.2", lambda w, x: w["network.f"][..., 0], "compute it"),
    ("06.2", lambda w, x: forward(w, x, change=True), ("changed the weights", "The functions")),
    ("06.3", lambda w, x: (of_mean_weights(w, x),) * 2, "M1"),
    ("06.3", lambda w, x: (of_mean_weights(w, x), forward(w, x).mean((0, 1))), "changed places"),
    ("07.1", lambda f, noise: f.std(axis=(0, 1)), "M2"),
    ("07.1", lambda f, noise: f.std(axis=(0, 1)) + noise, "M15"),
    ("07.2", lambda f, noise: split(f, noise, "square"), "M15"),
    ("07.2", lambda f, noise: split(f, noise, "sum"), "total sd"),
    ("07.3", lambda f, k: np.full(f.shape[-1], 0.9545), "M8"),
    ("07.3", lambda f, k: np.mean(np.abs(f - f.mean()) < k * f.std(), axis=(0, 1)), "all x"),
    ("08.1", lambda a, b, c: (np.log(b / c), np.log(a / c)), "M14"),
    ("08.2", lambda a, b, c, mask: attribution(a, b, c, mask | True), "mask was not used"),
    ("08.3", lambda fits, level: np.mean([np.quantile(
        f, [(1 - level) / 2, (1 + level) / 2], axis=0) for f in fits], axis=0), "M14"),
    ("08.3", lambda fits, level: np.quantile(
        np.concatenate(fits), [1 - level, level], axis=0), "expected half"),
)  # fmt: skip


RIGHT = [
    ("00.1", lambda c: np.ptp(np.percentile(c, [2.5, 97.5], axis=(0, 1)), axis=0), [{}]),
    ("01.1", one_by_one, [{}]),
    ("02.2", elbo, [{}]),
    ("03.1", nested, [{}]),
    (
        "03.3",
        _hinged(lambda x, hinge, low, high: low + np.float32(x >= hinge) * (high - low)),
        [{}],
    ),
    ("04.2", make_data, [{}]),
    ("06.2", forward, [{}]),
    ("07.2", split, [{}]),
    ("08.2", attribution, [{}]),
]


def test_hidden_cases_see_what_the_visible_one_cannot():
    def of_a_row(x, s, hidden):
        variance = s**2 * (1 + x.ravel() ** 2)  # every input that the page shows is a row
        for units in hidden:
            variance = s**2 + units * s**2 * variance / 2
        return variance

    assert bt.check("05.2", of_a_row).passed
    assert not check_hidden("05.2", of_a_row, x=((-1.0, 1.0), (0.5, 3.0))).passed
    always = lambda *a: attribution(*a, always=True)  # noqa: E731
    for tried in (bt.check("08.2", always), check_hidden("08.2", always, factors=(0.7, 1.6))):
        assert "None" in tried.message and not tried.passed
