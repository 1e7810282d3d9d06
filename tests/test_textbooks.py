"""Models from textbooks, each against its posterior by quadrature; and fits that are off say so.

Models are nested into one, since their posteriors do not depend on each other: two programs compute
all of them. Tolerances are 4.5 Monte Carlo standard errors, a false alarm of 7e-6 each.
"""

import itertools
import warnings
from typing import Any, NamedTuple

import numpy as np
import pytest
from scipy import special, stats

import bnn_teach as bt
from bnn_teach.approximation import POOR_K_HAT
from bnn_teach.engine.runtime import tf, tfp


@bt.model
def moving_average(y):
    """MA(1): what was not foreseen is carried over to the next value."""
    theta = yield bt.Uniform("theta", -1.0, 1.0)
    sigma = yield bt.HalfNormal("sigma", 1.0)
    start = tf.zeros([], y.dtype)
    surprise = tf.scan(lambda e, v: v - theta * e, y, initializer=start)
    yield bt.Normal("obs", y - surprise, sigma, observed=y)


def moving_average_density(theta, sigma, y, surprise=0.0, total=0.0):
    for v in y:
        foreseen = theta * surprise
        total = total + stats.norm.logpdf(v, foreseen, sigma)
        surprise = v - foreseen
    return total + stats.halfnorm.logpdf(sigma)


@bt.model
def garch(y):
    """GARCH(1, 1) with a known level."""
    a = yield bt.Uniform("a", 0.0, 0.5)
    b = yield bt.Uniform("b", 0.0, 0.5)
    start = tf.ones([], y.dtype)
    variance = tf.scan(lambda s, v: 0.3 + a * v**2 + b * s, y[:-1], initializer=start)
    yield bt.Normal("obs", 0.0, tf.sqrt(variance), observed=y[1:])


def garch_density(a, b, y, variance=1.0, total=0.0):
    for before, v in itertools.pairwise(y):
        variance = 0.3 + a * before**2 + b * variance
        total = total + stats.norm.logpdf(v, 0, np.sqrt(variance))
    return total


@bt.model
def hidden_states(y):
    """A hidden Markov chain of two states, whose means are ordered."""
    mean = yield bt.Ordered("mean", bt.Normal.dist(0.0, 3.0), 2)
    d = tfp.distributions
    chain = d.HiddenMarkovModel(
        d.Categorical(probs=tf.constant([0.5, 0.5], y.dtype)),
        d.Categorical(probs=tf.constant(STAY, y.dtype)),
        d.Normal(mean, tf.ones([], y.dtype)),
        num_steps=y.shape[0],
    )
    yield bt.Distribution("obs", chain, observed=y)


STAY = np.array([[0.8, 0.2], [0.3, 0.7]])


def hidden_states_density(low, high, y):
    each = [np.stack([stats.norm.logpdf(v, m) for m in (low, high)]) for v in y]
    state = np.log(0.5) + each[0]
    for term in each[1:]:
        moved = state[:, None] + np.log(STAY)[(...,) + (None,) * low.ndim]
        state = special.logsumexp(moved, axis=0) + term
    prior = stats.norm.logpdf(low, 0, 3) + stats.norm.logpdf(high, 0, 3)
    return np.where(low < high, special.logsumexp(state, axis=0) + prior, -np.inf)


def runge_kutta(state, a, c, exp, h=0.25):
    """Take a step of Lotka and Volterra's equations, for logarithms of prey and predator."""
    prey, predator = state
    middle = prey + h / 2 * (a - exp(predator)), predator + h / 2 * (exp(prey) - c)
    return prey + h * (a - exp(middle[1])), predator + h * (exp(middle[0]) - c)


@bt.model
def lotka_volterra(prey, predator):
    """Two unknown rates of a differential equation."""
    a = yield bt.LogNormal("a", 0.0, 0.5)
    c = yield bt.LogNormal("c", 0.0, 0.5)
    start = (tf.zeros([], prey.dtype), -tf.ones([], prey.dtype))
    u, v = tf.scan(lambda s, _: runge_kutta(s, a, c, tf.exp), prey, initializer=start)
    yield bt.LogNormal("prey", u, 0.3, observed=prey)
    yield bt.LogNormal("predator", v, 0.3, observed=predator)


def lotka_volterra_density(a, c, prey, predator):
    state = np.zeros_like(a), -np.ones_like(a)
    total = stats.norm.logpdf(np.log(a), 0, 0.5) - np.log(a)
    total = total + stats.norm.logpdf(np.log(c), 0, 0.5) - np.log(c)
    for x, y in zip(np.log(prey), np.log(predator), strict=True):
        state = runge_kutta(state, a, c, np.exp)
        total = total + stats.norm.logpdf(x, state[0], 0.3) + stats.norm.logpdf(y, state[1], 0.3)
    return total


@bt.model
def mixture(y):
    mean = yield bt.Ordered("mean", bt.Normal.dist(0.0, 3.0), 2)
    yield bt.Mixture("obs", [0.4, 0.6], bt.Normal.dist(mean, 1.0), observed=y)


def mixture_density(low, high, y):
    each = [0.4 * stats.norm.pdf(v, low) + 0.6 * stats.norm.pdf(v, high) for v in y]
    prior = stats.norm.logpdf(low, 0, 3) + stats.norm.logpdf(high, 0, 3)
    return np.where(low < high, np.log(each).sum(0) + prior, -np.inf)


@bt.model
def ordered_logistic(y):
    cuts = yield bt.Ordered("cuts", bt.Normal.dist(0.0, 2.0), 2)
    yield bt.OrderedLogistic("obs", cuts, 0.0, observed=y)


def ordered_logistic_density(low, high, y):
    counts = np.bincount(y, minlength=3)
    first, second = special.expit(low), special.expit(high)
    p = np.where(low < high, [first, second - first, 1 - second], 1.0)
    prior = stats.norm.logpdf(low, 0, 2) + stats.norm.logpdf(high, 0, 2)
    return np.where(low < high, np.tensordot(counts, np.log(p), 1) + prior, -np.inf)


@bt.model
def intercepts(y, group):
    """Varying intercepts, as of radon by county."""
    tau = yield bt.TruncatedNormal("tau", 0.5, 1.0, 0.0, np.inf)
    noise = yield bt.Normal("noise", 0.0, 1.0, batch_stack=4)
    alpha = yield bt.Deterministic("alpha", tau * noise)
    yield bt.Normal("obs", alpha[group], 1.0, observed=y)


def intercepts_density(tau, y, group):
    total = stats.truncnorm.logpdf(tau, -0.5, np.inf, 0.5, 1.0)
    for g in range(4):
        own = y[group == g]
        total = total + stats.norm.logpdf(own.mean(), 0.0, np.sqrt(tau**2 + 1 / len(own)))
    return total


@bt.model
def slopes(y, x, group):
    """Varying intercepts and slopes, with a prior of Lewandowski, Kurowicka and Joe."""
    tau = yield bt.HalfNormal("tau", 1.0)
    factor = yield bt.LKJCholesky("factor", 2, 2.0)
    yield bt.Deterministic("rho", factor[1, 0])
    noise = yield bt.Normal("noise", 0.0, 1.0, batch_stack=(4, 2))
    effect = tau * tf.matmul(noise, factor, transpose_b=True)
    yield bt.Normal("obs", effect[group, 0] + effect[group, 1] * x, 0.5, observed=y)


def slopes_density(tau, rho, y, x, group):
    """Intercept and slope of each group are integrated over: two Gaussian numbers."""
    determinant = tau**4 * (1 - rho**2)
    total = stats.halfnorm.logpdf(tau) + np.log1p(-(rho**2))
    for g in range(4):
        design = np.stack([np.ones_like(x), x], -1)[group == g] / 0.5
        (s, u), (_, v) = design.T @ design
        b, c = design.T @ y[group == g] / 0.5
        s, v = (n + tau**2 / determinant for n in (s, v))
        u = u - rho * tau**2 / determinant
        inner = s * v - u**2
        quadratic = (v * b**2 - 2 * u * b * c + s * c**2) / inner
        total = total - 0.5 * np.log(determinant * inner) + 0.5 * quadratic
    return total


@bt.model
def growth(t, y):
    """Counts whose rate overflows where the prior is wide."""
    a = yield bt.Normal("a", 0.0, 100.0)
    b = yield bt.Normal("b", 0.0, 100.0)
    yield bt.Poisson("obs", tf.exp(a + b * t), observed=y)


def growth_density(a, b, t, y):
    terms = [stats.poisson.logpmf(v, np.exp(a + b * s)) for s, v in zip(t, y, strict=True)]
    return np.sum(terms, 0) + stats.norm.logpdf(a, 0, 100) + stats.norm.logpdf(b, 0, 100)


@bt.model
def shares(y):
    """A logit-normal likelihood."""
    mu = yield bt.Normal("mu", 0.0, 1.0)
    sigma = yield bt.HalfNormal("sigma", 1.0)
    yield bt.LogitNormal("obs", mu, sigma, observed=y)


def shares_density(mu, sigma, y):
    terms = stats.norm.logpdf(special.logit(y)[:, None, None], mu, sigma).sum(0)
    return terms + stats.norm.logpdf(mu) + stats.halfnorm.logpdf(sigma)


@bt.model
def process(x, y):
    """Counts around a Gaussian process."""
    k = tf.exp(-0.5 * (x[:, None] - x) ** 2) + 1e-6 * tf.eye(2, dtype=x.dtype)
    f = yield bt.MvNormal("f", [0.0, 0.0], k)
    yield bt.Poisson("obs", log_rate=f, observed=y)


def process_density(first, second, x, y):
    k = np.exp(-0.5 * (x[:, None] - x) ** 2) + 1e-6 * np.eye(2)
    f = np.stack([first, second], -1)
    return stats.multivariate_normal.logpdf(f, np.zeros(2), k) + (y * f - np.exp(f)).sum(-1)


GROUP = np.repeat([0, 1, 2, 3], [2, 5, 3, 8])
SERIES = np.array([0.3, -1.2, 0.8, 2.1, -0.4, -1.9, 0.2, 0.6, -0.7, 1.4, 0.5, -0.9, 1.1, -2.2, 0.1])


class Case(NamedTuple):
    """A model, its log-density on a grid, the data, and where the grid ends, by variable."""

    model: Any
    density: Any
    data: list[np.ndarray]
    ends: dict[str, list[tuple[float, float]]]


PAIR = [(-8, 8), (-8, 8)]
STATES = np.repeat([-1.0, 2.0, -0.5], 5) + 0.5 * SERIES
PREY = np.exp([0.1, 0.4, 0.2, 0.8, 0.3, 0.4, -0.1, 0.3, 0.4, 0.7, 0.4, 0.0])
PREDATOR = np.exp([-1.1, -1.0, -0.8, -0.6, -1.1, -0.6, -0.4, -0.4, -0.1, 0.5, 0.7, 0.5])
TWO = np.concatenate([SERIES - 2.0, SERIES[:9] + 1.5])
LEVELS = SERIES[GROUP % 15] + GROUP
LOOPS = [
    Case(
        moving_average, moving_average_density, [SERIES], {"theta": [(-2, 2)], "sigma": [(0.02, 4)]}
    ),
    Case(garch, garch_density, [SERIES], {"a": [(0, 0.5)], "b": [(0, 0.5)]}),
    Case(hidden_states, hidden_states_density, [STATES], {"mean": PAIR}),
    Case(
        lotka_volterra,
        lotka_volterra_density,
        [PREY, PREDATOR],
        {"a": [(0.05, 3)], "c": [(0.05, 3)]},
    ),
    Case(process, process_density, [np.array([0.0, 0.7]), np.array([0, 4])], {"f": PAIR}),
]
OTHERS = [
    Case(mixture, mixture_density, [TWO], {"mean": PAIR}),
    Case(
        ordered_logistic,
        ordered_logistic_density,
        [np.repeat([0, 1, 2], [4, 9, 3])],
        {"cuts": PAIR},
    ),
    Case(intercepts, intercepts_density, [LEVELS, GROUP], {"tau": [(0, 8)]}),
    Case(
        slopes,
        slopes_density,
        [LEVELS - 1.5, np.sin(np.arange(18.0)), GROUP],
        {"tau": [(0, 6)], "rho": [(-1, 1)]},
    ),
    Case(
        growth,
        growth_density,
        [np.linspace(0, 1, 6), np.array([1, 0, 2, 3, 6, 9])],
        {"a": [(-9, 6)], "b": [(-5, 14)]},
    ),
    Case(
        shares,
        shares_density,
        [np.array([0.2, 0.4, 0.7, 0.45, 0.6])],
        {"mu": [(-4, 4)], "sigma": [(0.02, 5)]},
    ),
]


@bt.model
def together(models):
    for function, data in models:
        yield function(*data)


def moments(density, data, ends):
    """Return mean and sd of each of one or two numbers, by the midpoint rule on a grid."""
    axes = [low + (high - low) * (np.arange(600) + 0.5) / 600 for low, high in ends]
    grid = np.meshgrid(*axes, indexing="ij")
    with np.errstate(divide="ignore"):
        log_p = density(*grid, *data)
    p = np.exp(log_p - log_p.max())
    p /= p.sum()
    return [((p * g).sum(), np.sqrt((p * g**2).sum() - (p * g).sum() ** 2)) for g in grid]


def numbers(case, trace, prefix=""):
    """Yield, for each number of a case, its draws, shape (chain, draw), and exact mean and sd."""
    ends = [e for each in case.ends.values() for e in each]
    arrays = [trace["posterior"][f"{prefix}{case.model.name}.{name}"].values for name in case.ends]
    draws = [d for each in arrays for d in np.moveaxis(np.atleast_3d(each), -1, 0)]
    yield from zip(draws, moments(case.density, case.data, ends), strict=True)


@pytest.mark.slow
@pytest.mark.parametrize(("cases", "dtype"), [(LOOPS, "float64"), (OTHERS, "float32")])
def test_posteriors_are_those_of_quadrature(cases, dtype):
    from arviz_stats.base import array_stats

    bt.set_dtype(dtype)
    model = together([(case.model, case.data) for case in cases])
    trace = bt.sample(model, 1500, 600, seed=4, target_accept=0.9, progress=False)
    wrong = []
    for case in cases:
        for values, exact in numbers(case, trace, "together."):
            for method, found, truth in zip(
                ["mean", "sd"], [values.mean(), values.std()], exact, strict=True
            ):
                error = array_stats.mcse(values, method=method, chain_axis=0, draw_axis=1)
                if not abs(found - truth) < 4.5 * error:
                    got = f"{method} {found:.4f} ± {error:.4f}, exact {truth:.4f}"
                    wrong.append(f"{case.model.name}: {got}")
    assert not wrong, "\n".join(wrong)


@bt.model
def prices(columns, y):
    """Twenty-four columns that nearly depend on each other, as of diamonds."""
    b = yield bt.Normal("b", 0.0, 1.0, batch_stack=24)
    yield bt.Normal("obs", tf.linalg.matvec(columns, b), 0.5, observed=y)


@pytest.mark.slow
def test_a_regression_on_columns_that_nearly_depend_on_each_other():
    """The posterior is Gaussian; its largest standard deviation is fourteen times its smallest."""
    from arviz_stats.base import array_stats

    rng = np.random.default_rng(0)
    columns = rng.normal(size=(300, 1)) + 0.3 * rng.normal(size=(300, 24))
    y = columns @ np.linspace(-1.0, 1.0, 24) + 0.5 * rng.normal(size=300)
    covariance = np.linalg.inv(np.eye(24) + columns.T @ columns / 0.25)
    mean, sd = covariance @ columns.T @ y / 0.25, np.sqrt(np.diag(covariance))
    trace = bt.sample(prices(columns, y), 600, 500, seed=0, progress=False)
    draws = trace["posterior"]["prices.b"].values.astype(np.float64)
    for i in range(24):
        for method, found, exact in (("mean", np.mean, mean[i]), ("sd", np.std, sd[i])):
            error = array_stats.mcse(draws[..., i], method=method, chain_axis=0, draw_axis=1)
            assert abs(found(draws[..., i]) - exact) < 4.5 * error, (i, method)


@bt.model
def centred_schools(y, sigma):
    tau = yield bt.HalfCauchy("tau", 5.0)
    theta = yield bt.Normal("theta", 5.0, tau, batch_stack=8)
    yield bt.Normal("obs", theta, sigma, observed=y)


def centred_schools_density(tau, y, sigma):
    terms = [stats.norm.logpdf(v, 5.0, np.hypot(tau, s)) for v, s in zip(y, sigma, strict=True)]
    return np.sum(terms, 0) + stats.halfcauchy.logpdf(tau, 0, 5)


@bt.model
def by_year(x, y):
    """A trend whose years are not centred, as in Kilpisjärvi."""
    a = yield bt.Normal("a", 0.0, 100.0)
    b = yield bt.Normal("b", 0.0, 0.3)
    yield bt.Normal("obs", a + b * x, 1.0, observed=y)


def by_year_density(a, b, x, y):
    terms = [stats.norm.logpdf(v, a + b * t, 1.0) for t, v in zip(x, y, strict=True)]
    return np.sum(terms, 0) + stats.norm.logpdf(a, 0, 100) + stats.norm.logpdf(b, 0, 0.3)


EFFECTS = np.array([28.0, 8, -3, 7, -1, 1, 18, 12]), np.array([15.0, 10, 16, 11, 9, 11, 10, 18])
YEARS = np.linspace(20, 30, 15)
TREND = {"a": [(-6, 22)], "b": [(-0.6, 0.6)]}
FITS = [  # and whether Gaussians with independent coordinates can come near
    (next(case for case in LOOPS if case.model is lotka_volterra), True),
    (next(case for case in OTHERS if case.model is growth), False),
    (Case(centred_schools, centred_schools_density, [*EFFECTS], {"tau": [(1e-3, 60)]}), False),
    (Case(by_year, by_year_density, [YEARS, SERIES + 8.0], TREND), False),
]


@pytest.mark.slow
@pytest.mark.usefixtures("float64")
@pytest.mark.parametrize(("case", "near"), FITS, ids=[case.model.name for case, _ in FITS])
def test_a_fit_that_is_off_says_so(case, near):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", bt.ConvergenceWarning)
        fit = bt.fit(case.model(*case.data), seed=0, progress=False)
    found = numbers(case, fit.approximation.sample(4000, seed=0))
    off = [abs(v.mean() - mean) > 0.5 * sd or v.std() < 0.5 * sd for v, (mean, sd) in found]
    assert all(off) if not near else not any(off)
    assert near == (fit.converged and fit.k_hat < POOR_K_HAT), fit.verdict
