"""The catalogue: densities against SciPy, Jacobians by quadrature, XLA, supports and messages."""

from __future__ import annotations

import inspect
import pickle
import pydoc
import warnings
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
import pytest
from scipy import integrate, special, stats

from bnn_teach.errors import ArgumentError, DtypeError, ParameterError

with warnings.catch_warnings():
    # TensorFlow Probability compares versions by distutils when it is imported.
    warnings.filterwarnings("ignore", "distutils Version classes", DeprecationWarning)
    from bnn_teach.dsl import distributions as bt
    from bnn_teach.dsl.checks.supports import first_outside, support_of
    from bnn_teach.dsl.dtypes import get_dtype, set_dtype
    from bnn_teach.engine.runtime import tf, tfp

tfd = tfp.distributions

LOCS, SCALES, SHAPES = [-1.0, 0.0, 3.0], [0.3, 1.0, 4.0], [0.8, 2.0, 9.0]
PROBS = [0.1, 0.5, 0.8]
SIMPLICES = [[0.2, 0.3, 0.5], [0.6, 0.3, 0.1]]
CUTS = [[-1.0, 0.0, 2.0], [0.5, 0.6, 0.7]]
FACTORS = [[[1.0, 0.0], [0.5, 2.0]], [[0.3, 0.0], [-1.0, 0.1]]]
COVARIANCES = np.matmul(FACTORS, np.swapaxes(FACTORS, -1, -2)).tolist()


class Case(NamedTuple):
    """A family, a batch of parameters, SciPy's log-density, and points inside the support."""

    family: bt.Family
    parameters: dict[str, Any]
    log_density: Callable[[Any], Any]
    points: Any


QUANTILES = np.array([1e-4, 0.05, 0.3, 0.5, 0.8, 0.99])[:, None]


def of(scipy: Callable[..., Any], *names: str) -> Callable[..., Case]:
    """Make a case of a SciPy distribution whose arguments are the parameters ``names``."""

    def case(family: bt.Family, **parameters: Any) -> Case:
        frozen = scipy(*(np.asarray(parameters[name]) for name in names))
        density = frozen.logpmf if hasattr(frozen.dist, "pmf") else frozen.logpdf
        return Case(family, parameters, density, frozen.ppf(QUANTILES))

    return case


def half_t(x: Any) -> Any:
    return stats.t.logpdf(x, SHAPES, 0.0, SCALES) + np.log(2.0)


def logit_normal(x: Any) -> Any:
    return stats.norm.logpdf(special.logit(x), LOCS, SCALES) - np.log(x * (1 - x))


def ordered(k: Any) -> Any:
    edges = np.pad(CUTS, ((0, 0), (1, 1)), constant_values=((0, 0), (-np.inf, np.inf)))
    below = special.expit(edges - np.array([0.3, 0.9])[:, None])
    return np.log(np.diff(below)[np.arange(2), k])


def lkj(factor: Any) -> Any:
    """Log-density of (..., 3, 3) factors for η = 1, 2.5; the constant is of LKJ (2009), eq. 16."""
    eta, d = np.array([1.0, 2.5]), 3
    k = np.arange(1, d)
    b = eta[:, None] + (d - k - 1) / 2
    constant = np.sum((2 * eta[:, None] - 2 + d - k) * (d - k) * np.log(2), -1) + np.sum(
        (d - k) * special.betaln(b, b), -1
    )
    order = np.arange(2, d + 1)
    powers = d - order + 2 * (eta[:, None] - 1)
    diagonal = np.diagonal(factor, axis1=-2, axis2=-1)[..., 1:]
    return np.sum(powers * np.log(diagonal), -1) - constant


def mixture(x: Any) -> Any:
    each = stats.norm.logpdf(np.asarray(x)[..., None], LOCS, SCALES)
    return special.logsumexp(each + np.log(SIMPLICES[0]), axis=-1)


def random_factors() -> Any:
    draws = np.random.default_rng(0).normal(size=(5, 1, 3, 4))
    correlation = [[np.corrcoef(m[0])] for m in draws]
    return np.linalg.cholesky(correlation) * np.ones((1, 2, 1, 1))


def truncated(loc: Any, scale: Any, low: Any, high: Any) -> Any:
    loc, scale = np.asarray(loc), np.asarray(scale)
    return stats.truncnorm((low - loc) / scale, (high - loc) / scale, loc, scale)


UNIT = np.array([0.01, 0.3, 0.5, 0.97])[:, None]
CONTINUOUS = [
    of(stats.norm, "loc", "scale")(bt.Normal, loc=LOCS, scale=SCALES),
    of(stats.t, "df", "loc", "scale")(bt.StudentT, df=SHAPES, loc=LOCS, scale=SCALES),
    of(stats.cauchy, "loc", "scale")(bt.Cauchy, loc=LOCS, scale=SCALES),
    of(stats.laplace, "loc", "scale")(bt.Laplace, loc=LOCS, scale=SCALES),
    of(stats.logistic, "loc", "scale")(bt.Logistic, loc=LOCS, scale=SCALES),
    of(lambda low, high: stats.uniform(low, high - low), "low", "high")(
        bt.Uniform, low=[-3.0, 0.0, 2.0], high=[-1.0, 1.0, 7.0]
    ),
    of(stats.beta, "concentration1", "concentration0")(
        bt.Beta, concentration1=[0.7, 1.0, 5.0], concentration0=[2.0, 1.0, 0.9]
    ),
    *[
        of(truncated, "loc", "scale", "low", "high")(
            bt.TruncatedNormal, loc=LOCS, scale=SCALES, low=low, high=high
        )
        for low, high in (
            ([-3.0, 0.0, 6.0], [0.5, 9.0, 20.0]),
            ([1.0] * 3, [np.inf] * 3),
            ([-np.inf] * 3, [3.0] * 3),
        )
    ],
    Case(bt.LogitNormal, {"loc": LOCS, "scale": SCALES}, logit_normal, UNIT),
    of(lambda loc, kappa: stats.vonmises(kappa, loc), "loc", "concentration")(
        bt.VonMises, loc=[0.0, 0.0, 0.0], concentration=[0.1, 1.0, 20.0]
    ),
    of(lambda scale: stats.halfnorm(0.0, scale), "scale")(bt.HalfNormal, scale=SCALES),
    of(lambda scale: stats.halfcauchy(0.0, scale), "scale")(bt.HalfCauchy, scale=SCALES),
    Case(bt.HalfStudentT, {"df": SHAPES, "scale": SCALES}, half_t, 9 * UNIT),
    of(lambda rate: stats.expon(0.0, 1 / rate), "rate")(bt.Exponential, rate=SCALES),
    of(lambda a, rate: stats.gamma(a, 0.0, 1 / rate), "concentration", "rate")(
        bt.Gamma, concentration=SHAPES, rate=SCALES
    ),
    of(lambda a, scale: stats.invgamma(a, 0.0, scale), "concentration", "scale")(
        bt.InverseGamma, concentration=SHAPES, scale=SCALES
    ),
    of(lambda loc, scale: stats.lognorm(scale, 0.0, np.exp(loc)), "loc", "scale")(
        bt.LogNormal, loc=LOCS, scale=SCALES
    ),
    of(lambda k, scale: stats.weibull_min(k, 0.0, scale), "concentration", "scale")(
        bt.Weibull, concentration=SHAPES, scale=SCALES
    ),
    of(lambda a, scale: stats.pareto(a, 0.0, scale), "concentration", "scale")(
        bt.Pareto, concentration=SHAPES, scale=SCALES
    ),
    Case(
        bt.Mixture,
        {
            "weights": SIMPLICES[0],
            "components": lambda t: bt.Normal.dist(LOCS, [s * t for s in SCALES]),
        },
        mixture,
        np.linspace(-5, 9, 7),
    ),
]
VECTORS = [
    Case(
        bt.Dirichlet,
        {"concentration": [[0.7, 1.0, 2.0], [3.0, 3.0, 9.0]]},
        lambda x: np.stack(
            [
                stats.dirichlet.logpdf((x[:, i] / x[:, i].sum(-1, keepdims=True)).T, a)
                for i, a in enumerate(([0.7, 1, 2], [3, 3, 9]))
            ],
            -1,
        ),
        np.array([[0.2, 0.3, 0.5], [0.01, 0.98, 0.01], [0.6, 0.1, 0.3]])[:, None] * np.ones((2, 1)),
    ),
    *[
        Case(
            family,
            {"loc": [[0.0, 1.0], [2.0, -1.0]], name: value},
            lambda x: np.stack(
                [
                    stats.multivariate_normal.logpdf(x[:, i], m, COVARIANCES[i])
                    for i, m in enumerate(([0.0, 1.0], [2.0, -1.0]))
                ],
                -1,
            ),
            np.array([[0.0, 0.0], [1.0, -1.0], [3.0, 2.0]])[:, None] * np.ones((2, 1)),
        )
        for family, name, value in (
            (bt.MvNormal, "covariance_matrix", COVARIANCES),
            (bt.MvNormalCholesky, "scale_tril", FACTORS),
        )
    ],
    Case(
        bt.Ordered,
        {"distribution": lambda t: bt.Normal.dist(0.5, 2.0 * t), "size": 3},
        lambda x: stats.norm.logpdf(x, 0.5, 2.0).sum(-1) + np.log(6.0),
        np.sort(np.random.default_rng(0).normal(size=(5, 3))),
    ),
    Case(bt.LKJCholesky, {"dimension": 3, "concentration": [1.0, 2.5]}, lkj, random_factors()),
]
TOTALS, COUNTS = [3.0, 10.0, 40.0], {"total_count": [3.0, 10.0, 40.0]}
DISCRETE = [
    of(stats.bernoulli, "probs")(bt.Bernoulli, probs=PROBS),
    of(lambda z: stats.bernoulli(special.expit(z)), "logits")(bt.Bernoulli, logits=LOCS),
    of(stats.binom, "total_count", "probs")(bt.Binomial, total_count=TOTALS, probs=PROBS),
    of(lambda n, z: stats.binom(n, special.expit(z)), "total_count", "logits")(
        bt.Binomial, total_count=TOTALS, logits=LOCS
    ),
    of(stats.betabinom, "total_count", "concentration1", "concentration0")(
        bt.BetaBinomial, total_count=TOTALS, concentration1=SHAPES, concentration0=[2.0, 1.0, 0.9]
    ),
    Case(
        bt.Categorical,
        {"probs": SIMPLICES},
        lambda k: np.log(SIMPLICES)[np.arange(2), k],
        np.array([[0, 2], [1, 1], [2, 0]]),
    ),
    Case(
        bt.Categorical,
        {"logits": CUTS},
        lambda k: special.log_softmax(CUTS, axis=-1)[np.arange(2), k],
        np.array([[0, 2], [1, 1], [2, 0]]),
    ),
    of(stats.poisson, "rate")(bt.Poisson, rate=SCALES),
    of(lambda z: stats.poisson(np.exp(z)), "log_rate")(bt.Poisson, log_rate=LOCS),
    of(lambda r, p: stats.nbinom(r, 1 - p), "total_count", "probs")(
        bt.NegativeBinomial, total_count=SHAPES, probs=PROBS
    ),
    of(lambda r, z: stats.nbinom(r, special.expit(-z)), "total_count", "logits")(
        bt.NegativeBinomial, total_count=SHAPES, logits=LOCS
    ),
    of(lambda p: stats.geom(p, -1), "probs")(bt.Geometric, probs=PROBS),
    of(lambda z: stats.geom(special.expit(z), -1), "logits")(bt.Geometric, logits=LOCS),
    of(lambda low, high: stats.randint(low, high + 1), "low", "high")(
        bt.DiscreteUniform, low=[-2.0, 0.0, 1.0], high=[2.0, 0.0, 6.0]
    ),
    Case(
        bt.OrderedLogistic,
        {"cutpoints": CUTS, "loc": [0.3, 0.9]},
        ordered,
        np.array([[0, 3], [1, 2], [2, 1], [3, 0]]),
    ),
]
CASES = [*CONTINUOUS, *VECTORS, *DISCRETE]


def label(case: Case) -> str:
    return f"{case.family.__name__}-{'-'.join(case.parameters)}"


def build(case: Case, t: Any = 1.0) -> Any:
    """Build the distribution; every parameter is multiplied by ``t``, which XLA need not know."""
    given = {}
    for name, value in case.parameters.items():
        fixed = name in ("dimension", "size", "total_count", "low", "high")
        made = value(t) if callable(value) else None
        given[name] = made or (value if fixed else tf.constant(value, get_dtype()) * t)
    return case.family.dist(**given)


@pytest.fixture(autouse=True)
def dtype_kept() -> Iterator[None]:
    before = get_dtype()
    yield
    set_dtype(before)


@pytest.fixture
def float64(dtype_kept: None) -> None:
    set_dtype("float64")


def every(cases: list[Case]) -> Any:
    return pytest.mark.parametrize("case", cases, ids=label)


@every(CASES)
def test_log_density_is_scipys(case: Case) -> None:
    for dtype, tolerance in ((np.float32, 2e-4), (np.float64, 1e-9)):
        set_dtype(dtype)
        distribution = build(case)
        points = np.asarray(case.points, distribution.dtype.as_numpy_dtype)
        ours = distribution.log_prob(points).numpy()
        assert ours.dtype == dtype
        wide = points.astype(np.float64) if points.dtype == np.float32 else points
        exact = case.log_density(wide)
        np.testing.assert_allclose(ours, exact, rtol=tolerance, atol=tolerance)


@every([c for c in CONTINUOUS if c.family is not bt.Mixture])
def test_transported_density_integrates_to_one(case: Case, float64: None) -> None:
    for i in range(3):
        one = case.family.dist(**{k: v[i] for k, v in case.parameters.items()})
        assert integral_over_z(one) == pytest.approx(1.0, abs=1e-6)


def integral_over_z(distribution: Any) -> float:
    """Integrate exp(log p(x(z)) + log |dx/dz|) over the real line, with a cut at the median."""
    bijector = distribution.experimental_default_event_space_bijector()

    def density(z: Any) -> Any:
        z = tf.constant(z)
        jacobian = bijector.forward_log_det_jacobian(z, event_ndims=0)
        return tf.exp(distribution.log_prob(bijector.forward(z)) + jacobian).numpy()

    draws = distribution.sample(1001, seed=(1, 2))
    cut = float(np.median(bijector.inverse(draws)))
    parts = integrate.tanhsinh(density, [-np.inf, cut], [cut, np.inf])
    return float(parts.integral.sum())


@pytest.mark.parametrize(
    "components",
    [
        lambda: bt.Normal.dist(LOCS, SCALES),
        lambda: bt.Gamma.dist([1.0, 2.0, 3.0], SCALES),
        lambda: bt.InverseGamma.dist([1.0, 2.0, 3.0], SCALES),
        lambda: bt.HalfCauchy.dist(SCALES),
        lambda: [bt.HalfStudentT.dist(3.0, s) for s in SCALES],
        lambda: [bt.LogNormal.dist(loc, 1.0) for loc in LOCS],
        lambda: bt.Beta.dist([1.0, 2.0, 3.0], SHAPES),
    ],
    ids=["Normal", "Gamma", "InverseGamma", "HalfCauchy", "HalfStudentT", "LogNormal", "Beta"],
)
def test_transported_mixture_integrates_to_one(components: Any, float64: None) -> None:
    mixed = bt.Mixture.dist(SIMPLICES[0], components())
    assert integral_over_z(mixed) == pytest.approx(1.0, abs=1e-6)


def test_transported_dirichlet_integrates_to_one(float64: None) -> None:
    distribution = build(VECTORS[0])
    bijector = distribution.experimental_default_event_space_bijector()
    line = np.linspace(-40.0, 40.0, 401)
    z = np.stack(np.meshgrid(line, line, indexing="ij"), -1)[:, :, None]
    log_density = distribution.log_prob(bijector.forward(z)) + bijector.forward_log_det_jacobian(
        tf.constant(z), event_ndims=1
    )
    inside = integrate.trapezoid(
        integrate.trapezoid(np.exp(log_density), line, axis=0), line, axis=0
    )
    np.testing.assert_allclose(inside, 1.0, atol=1e-6)


@pytest.mark.parametrize("concentration", [1.0, 2.5])
def test_transported_lkj_integrates_to_one(concentration: float, float64: None) -> None:
    distribution = bt.LKJCholesky.dist(2, concentration)
    bijector = distribution.experimental_default_event_space_bijector()

    def density(z: Any) -> Any:
        z = tf.constant(z)[..., None]
        jacobian = bijector.forward_log_det_jacobian(z, event_ndims=1)
        return tf.exp(distribution.log_prob(bijector.forward(z)) + jacobian).numpy()

    total = integrate.tanhsinh(density, -np.inf, np.inf).integral
    assert total == pytest.approx(1.0, abs=1e-6)


def test_simplex_bijector_goes_there_and_back(float64: None) -> None:
    bijector = build(VECTORS[0]).experimental_default_event_space_bijector()
    z = np.array([[0.3, -1.0], [4.0, 2.0]])
    np.testing.assert_allclose(bijector.inverse(tf.identity(bijector.forward(z))), z)
    assert tuple(bijector.inverse_event_shape([5, 3])) == (5, 2)
    assert tuple(bijector.forward_event_shape([5, 2])) == (5, 3)
    cube = tf.constant(z[0])
    with tf.GradientTape() as tape:
        tape.watch(cube)
        x = bijector.forward(cube)[:-1]
    jacobian = np.linalg.slogdet(tape.jacobian(x, cube))[1]
    assert float(bijector.forward_log_det_jacobian(cube, 1)) == pytest.approx(jacobian)


def z_to_density(case: Case, z: Any) -> Any:
    """The log-density at unconstrained z[:-1]; z[-1] multiplies the parameters."""
    distribution = build(case, z[-1])
    bijector = distribution.experimental_default_event_space_bijector()
    shape = bijector.inverse_event_shape(distribution.batch_shape + distribution.event_shape)
    part = tf.reshape(z[:-1], shape)
    ndims = bijector.inverse_event_ndims(len(distribution.event_shape))
    jacobian = bijector.forward_log_det_jacobian(part, ndims)
    terms = distribution.log_prob(bijector.forward(part))
    return tf.reduce_sum(terms) + tf.reduce_sum(jacobian)


@every([*CONTINUOUS, *VECTORS])
def test_density_and_gradient_under_xla(case: Case, float64: None) -> None:
    distribution = build(case)
    bijector = distribution.experimental_default_event_space_bijector()
    shape = bijector.inverse_event_shape(distribution.batch_shape + distribution.event_shape)
    rng = np.random.default_rng(0)
    z = rng.uniform(-1, 1, (2, int(np.prod(shape)) + 1)) + 0.05
    z[:, -1] = 1.01  # TensorFlow's gradient of (a - 1) log x leaves log x out at a = 1 exactly

    def value_and_grad(q: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(q)
            value = z_to_density(case, q)
        return value, tape.gradient(value, q)

    @tf.function(jit_compile=True, autograph=False)
    def program(z: Any) -> Any:
        return tf.vectorized_map(value_and_grad, z, fallback_to_while_loop=False)

    value, grad = program(tf.constant(z))
    np.testing.assert_allclose(value, [z_to_density(case, tf.constant(q)) for q in z], rtol=1e-9)
    direction = rng.normal(size=z.shape[1])
    ends = [z_to_density(case, tf.constant(z[0] + h * direction)) for h in (1e-6, -1e-6)]
    assert float(tf.tensordot(grad[0], direction, 1)) == pytest.approx(
        float(ends[0] - ends[1]) / 2e-6, rel=1e-5, abs=1e-5
    )


@every(DISCRETE)
def test_discrete_density_under_xla(case: Case) -> None:
    def value_and_grad(q: Any) -> Any:
        point, t = q
        with tf.GradientTape() as tape:
            tape.watch(t)
            value = tf.reduce_sum(build(case, t).log_prob(point))
        return value, tape.gradient(value, t, unconnected_gradients="zero")

    @tf.function(jit_compile=True, autograph=False)
    def program(points: Any, t: Any) -> Any:
        return tf.vectorized_map(value_and_grad, (points, t), fallback_to_while_loop=False)

    points = tf.constant(case.points[:3], build(case).dtype)
    value, grad = program(points, tf.ones(3))
    assert np.isfinite(grad).all()
    expected = [float(tf.reduce_sum(build(case).log_prob(point))) for point in points]
    np.testing.assert_allclose(value, expected, rtol=1e-4)


# Their draws repeat another family's sampler: a gamma, a normal, or the inverse of a CDF.
REPEATED = {
    *(bt.Beta, bt.Binomial, bt.Dirichlet, bt.Gamma, bt.HalfStudentT, bt.InverseGamma, bt.Poisson),
    *(bt.HalfNormal, bt.LogNormal, bt.LogitNormal, bt.MvNormal, bt.BetaBinomial),
    *(bt.Cauchy, bt.Exponential, bt.HalfCauchy, bt.Laplace, bt.Weibull),
}
DRAWN = [
    pytest.param(c, id=label(c))
    for c in CASES
    if c.family not in REPEATED and not {"logits", "log_rate"} & set(c.parameters)
]


@pytest.mark.parametrize("case", DRAWN)
def test_draws_under_xla(case: Case) -> None:
    distribution = build(case)
    shape = distribution.batch_shape + distribution.event_shape

    @tf.function(jit_compile=True, autograph=False)
    def program(seed: Any, t: Any) -> Any:
        def draw(i: Any) -> Any:
            stream = tf.random.experimental.stateless_fold_in(seed, i)
            return build(case, t).sample(seed=stream)

        return tf.map_fn(
            draw, tf.range(50), fn_output_signature=tf.TensorSpec(shape, distribution.dtype)
        )

    draws = program(tf.constant([1, 2]), tf.constant(1.0)).numpy()
    variable = case.family("x", **resolved(case))
    assert first_outside(variable.support, draws) is None
    assert case.family is bt.DiscreteUniform or (draws.std(axis=0) > 0).any()


def resolved(case: Case) -> dict[str, Any]:
    return {k: v(1.0) if callable(v) else v for k, v in case.parameters.items()}


@every(CASES)
def test_eager_draws_have_their_shape_and_support(case: Case) -> None:
    variable = case.family("x", **resolved(case), batch_stack=(50, 2))
    draws = variable.distribution.sample(variable.batch_stack, seed=(3, 4)).numpy()
    assert draws.shape == variable.shape
    assert draws.shape[:2] == (50, 2)
    assert first_outside(variable.support, draws) is None
    again = variable.distribution.sample(variable.batch_stack, seed=(3, 4)).numpy()
    np.testing.assert_array_equal(draws, again)
    assert variable.is_discrete == (case in DISCRETE)
    assert (
        variable.distribution.log_prob(draws).shape
        == draws.shape[: draws.ndim - len(variable.distribution.event_shape)]
    )


@pytest.mark.parametrize(
    ("distribution", "mean", "variance"),
    [
        (lambda: bt.DiscreteUniform.dist(1, 6), 3.5, 35 / 12),
        (lambda: bt.NegativeBinomial.dist(4.0, probs=0.6), 6.0, 15.0),
        (lambda: bt.Mixture.dist([0.25, 0.75], bt.Normal.dist([0.0, 4.0], 1.0)), 3.0, 4.0),
    ],
    ids=["DiscreteUniform", "NegativeBinomial", "Mixture"],
)
def test_draws_of_our_own_have_the_right_moments(
    distribution: Any, mean: float, variance: float, float64: None
) -> None:
    n = 20_000
    built = distribution()
    draws = built.sample(n, seed=(0, 1)).numpy()
    assert abs(draws.mean() - mean) < 5 * np.sqrt(variance / n)
    kurtosis = np.mean((draws - draws.mean()) ** 4) / variance**2
    assert abs(draws.var() - variance) < 5 * variance * np.sqrt((kurtosis - 1) / n)
    assert float(built.mean()) == pytest.approx(mean)


def test_truncated_normals_are_drawn_far_out() -> None:
    for sign in (1.0, -1.0):
        ends = sorted((sign * 6.0, sign * np.inf))
        draws = sign * bt.TruncatedNormal.dist(0.0, 1.0, *ends).sample(20_000, seed=(0, 1)).numpy()
        exact = stats.truncnorm(6.0, np.inf)
        assert draws.min() >= 6.0
        assert abs(draws.mean() - exact.mean()) < 5 * exact.std() / np.sqrt(20_000)


@pytest.mark.parametrize("base", [bt.Normal, bt.HalfNormal])
def test_an_ordered_vector_is_reached_from_the_real_line(base: Any, float64: None) -> None:
    variable = bt.Ordered("x", base.dist(scale=2.0), 3)
    z = np.random.default_rng(0).normal(size=(50, 3))
    x = variable.bijector.forward(z).numpy()
    assert (np.diff(x) > 0.0).all() and np.isfinite(variable.distribution.log_prob(x)).all()
    np.testing.assert_allclose(variable.bijector.inverse(x), z, atol=1e-6)


def test_discrete_uniform_gives_nothing_outside() -> None:
    die = bt.DiscreteUniform.dist(1, 6)
    np.testing.assert_array_equal(die.prob([0.0, 0.5, 1.5, 7.0]), 0.0)
    assert set(die.sample(500, seed=(0, 0)).numpy()) == {1.0, 2.0, 3.0, 4.0, 5.0, 6.0}


@pytest.mark.parametrize(
    ("family", "components"),
    [
        (bt.Normal, [{"loc": 0.0, "scale": 1.0}, {"loc": [1.0, 2.0], "scale": 3.0}]),
        (bt.Poisson, [{"rate": 1.0}, {"rate": 8.0}]),
        (bt.Categorical, [{"probs": [0.2, 0.8]}, {"probs": [0.5, 0.5]}]),
        (bt.MvNormal, [{"loc": [0.0, 1.0], "covariance_matrix": c} for c in COVARIANCES]),
    ],
    ids=["Normal", "Poisson", "Categorical", "MvNormal"],
)
def test_mixture_of_a_list_is_the_weighted_sum(
    family: bt.Family, components: Any, float64: None
) -> None:
    each = [family.dist(**c) for c in components]
    mixed = bt.Mixture.dist([0.3, 0.7], each)
    x = mixed.sample(5, seed=(1, 1))
    assert mixed.batch_shape == tf.broadcast_static_shape(*[d.batch_shape for d in each])
    np.testing.assert_allclose(mixed.prob(x), 0.3 * each[0].prob(x) + 0.7 * each[1].prob(x))


def test_mixture_of_moving_ranges_has_no_way_from_the_real_line() -> None:
    for components in (bt.Uniform.dist([0.0, 1.0], 3.0), bt.Pareto.dist(2.0, [1.0, 2.0])):
        mixed = bt.Mixture.dist([0.5, 0.5], components)
        assert mixed.experimental_default_event_space_bijector() is None


@pytest.mark.parametrize(
    ("variable", "inside", "outside", "words"),
    [
        (lambda: bt.Normal("x"), [0.0, -9.0], [np.nan, np.inf], "real numbers"),
        (lambda: bt.Gamma("x", 2.0), [1e-9, 5], [0.0, -1.0, np.nan], "positive numbers"),
        (lambda: bt.HalfNormal("x"), [0.0, 5], [-1e-9], "numbers from 0 on"),
        (lambda: bt.Beta("x", 1.0, 1.0), [0.5], [0.0, 1.0, 2.0], "numbers in (0, 1)"),
        (lambda: bt.Uniform("x", -1.0, 2), [-1.0, 2.0], [-1.1, 2.1], "numbers from -1 to 2"),
        (lambda: bt.Pareto("x", 2.0, 3.0), [3.0, 9.0], [2.9], "numbers from 3 on"),
        (lambda: bt.VonMises("x"), [np.pi, -np.pi], [3.2], "angles from -π to π"),
        (lambda: bt.Bernoulli("x", 0.5), [0, 1, True], [2, 0.5], "0 or 1"),
        (lambda: bt.Poisson("x", 2.0), [0, 7], [-1, 1.5], "integers from 0 on"),
        (lambda: bt.Binomial("x", 4, 0.5), [0, 4], [5, -1, 0.5], "integers from 0 to 4"),
        (lambda: bt.DiscreteUniform("x", 1, 6), [1, 6], [0, 7, 1.5], "integers from 1 to 6"),
        (lambda: bt.Categorical("x", [0.5, 0.5]), [0, 1], [2, -1], "integers from 0 to 1"),
        (lambda: bt.OrderedLogistic("x", [0.0, 1.0], 0.0), [0, 2], [3], "integers from 0 to 2"),
    ],
)
def test_support_of_numbers(variable: Any, inside: Any, outside: Any, words: str) -> None:
    support = variable().support
    assert support.name == words
    assert np.all(support.contains(np.array(inside)))
    assert not np.any(support.contains(np.array(outside)))


def test_support_of_parameters_in_a_batch_is_elementwise() -> None:
    support = bt.Binomial("x", total_count=[3, 5], probs=0.5).support
    assert support.name == "integers from 0 to total_count"
    np.testing.assert_array_equal(support.contains(np.array([4, 4])), [False, True])


def test_support_of_vectors_and_matrices_finds_the_first_outside() -> None:
    simplex = bt.Dirichlet("x", [1.0, 1.0]).support
    rows = np.array([[0.5, 0.5], [0.5, 0.6], [-0.5, 1.5]])
    np.testing.assert_array_equal(simplex.contains(rows), [[True], [False], [False]])
    assert first_outside(simplex, rows) == ((1,), "[0.5, 0.6]")
    factors = bt.LKJCholesky("x", 2).support
    good = np.array([[1.0, 0.0], [0.6, 0.8]])
    bad = [good.T, good * 2, good * [1, -1]]
    assert factors.contains(np.array([good, *bad]))[:, 0, 0].tolist() == [True, False, False, False]
    assert first_outside(factors, good) is None


@pytest.mark.parametrize(
    ("distribution", "name", "discrete"),
    [
        (lambda: tfd.Gumbel(0.0, 1.0), "real numbers", False),
        (lambda: tfd.Gamma(2.0, 1.0), "numbers from 0 on", False),
        (lambda: tfd.Kumaraswamy(2.0, 1.0), "numbers in [0, 1]", False),
        (lambda: tfd.Skellam(2.0, 1.0), "finite numbers", True),
        (lambda: tfd.Bernoulli(0.3), "integers", True),
        (
            lambda: tfd.MixtureSameFamily(tfd.Categorical([0.0, 0.0]), tfd.Normal([0.0, 1.0], 1.0)),
            "real numbers",
            False,
        ),
        (lambda: bt.Mixture.dist([0.5, 0.5], bt.Poisson.dist([1.0, 9.0])), "finite numbers", True),
        (
            lambda: tfd.Mixture(tfd.Categorical([0.0, 0.0]), [tfd.Exponential(1.0)] * 2),
            "numbers from 0 on",
            False,
        ),
    ],
)
def test_any_tfp_distribution(distribution: Any, name: str, discrete: bool) -> None:
    variable = bt.Distribution("x", distribution(), batch_stack=3, dims="country")
    assert (variable.support.name, variable.is_discrete) == (name, discrete)
    assert variable.shape == (3,)
    assert variable.dims == ("country",)
    assert support_of(variable.distribution).name == name
    bt.check_parameters("m.x", variable.distribution)


def test_general_constructor_refuses_what_is_no_distribution() -> None:
    with pytest.raises(ArgumentError, match=r"'x'.*not a distribution over one tensor"):
        bt.Distribution("x", bt.Normal)
    joint = tfd.JointDistributionSequential([tfd.Normal(0.0, 1.0), tfd.Normal(0.0, 1.0)])
    with pytest.raises(ArgumentError, match="one tensor"):
        bt.Distribution("x", joint)
    with pytest.raises(DtypeError, match="dtype float64, but models compute in float32"):
        bt.Distribution("x", tfd.Normal(np.float64(0.0), np.float64(1.0)))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: bt.Normal("x", mu=0.0), ["Normal variable 'x'", "'mu'", "Did you mean 'loc'?"]),
        (lambda: bt.Normal("x", sigma=1.0), ["'sigma'", "Did you mean 'scale'?"]),
        (lambda: bt.Normal("x", shape=3), ["'shape'", "Did you mean 'batch_stack'?"]),
        (lambda: bt.Normal("x", scal=3), ["'scal'", "Did you mean 'scale'?", "loc, scale"]),
        (lambda: bt.Poisson("x", mu=3), ["Did you mean 'rate'?"]),
        (lambda: bt.Gamma("x", alpha=3, beta=2), ["'alpha'", "Did you mean 'concentration'?"]),
        (lambda: bt.Gamma("x", concentration=3, beta=2), ["'beta'", "Did you mean 'rate'?"]),
        (lambda: bt.Beta("x", alpha=3, beta=2), ["Did you mean 'concentration1'?"]),
        (lambda: bt.Binomial("x", n=3, p=0.5), ["Did you mean 'total_count'?"]),
        (lambda: bt.MvNormal("x", loc=[0.0], cov=[[1.0]]), ["Did you mean 'covariance_matrix'?"]),
        (lambda: bt.Gamma("x"), ["missing a required argument: 'concentration'"]),
        (lambda: bt.Normal.dist(mu=0.0), ["Normal.dist", "Did you mean 'loc'?"]),
        (lambda: bt.Normal("x", loc="a"), ["loc: got 'a' of type str", "expected numbers"]),
        (lambda: bt.Bernoulli("x"), ["got neither of probs and logits", "Pass probs=..."]),
        (lambda: bt.Bernoulli("x", probs=0.5, logits=0.0), ["got both of probs and logits"]),
        (lambda: bt.Poisson("x"), ["neither of rate and log_rate"]),
        (lambda: bt.LKJCholesky("x", 2.5), ["'x'", "dimension", "integer of at least 2"]),
        (lambda: bt.Mixture("x", [0.5, 0.5], 3.0), ["components is 3.0", ".dist(loc="]),
        (
            lambda: bt.Mixture("x", [0.5, 0.5], [bt.Normal.dist(), bt.Cauchy.dist()]),
            ["Normal, Cauchy", "one family"],
        ),
        (
            lambda: bt.Mixture(
                "x", [0.5, 0.5], [bt.Bernoulli.dist(0.5), bt.Bernoulli.dist(logits=0.0)]
            ),
            ["some components have", "Use one form"],
        ),
        (
            lambda: bt.Mixture("x", [0.5, 0.5], bt.Normal.dist([0.0, 1.0, 2.0])),
            ["weights has shape (2,)", "3 components"],
        ),
    ],
)
def test_wrong_arguments_are_explained(call: Callable[[], Any], words: list[str]) -> None:
    with pytest.raises(ArgumentError) as caught:
        call()
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize(
    ("distribution", "words"),
    [
        (lambda: bt.Normal.dist(0.0, [1.0, -2.0]), ["scale is -2 at index (1,)", "tf.exp"]),
        (lambda: bt.Normal.dist([0.0, np.nan], 1.0), ["loc is nan at index (1,)", "finite"]),
        (lambda: bt.Normal.dist(0.0, np.inf), ["scale is inf", "finite"]),
        (lambda: bt.StudentT.dist(3.0, 0.0, -1.0), ["scale is -1", "positive"]),
        (lambda: bt.LogNormal.dist(0.0, 0.0), ["scale is 0", "positive"]),
        (lambda: bt.LogitNormal.dist(0.0, -1.0), ["scale is -1", "positive"]),
        (lambda: bt.HalfNormal.dist(-1.0), ["scale is -1", "positive"]),
        (lambda: bt.Gamma.dist(-2.0), ["concentration is -2", "positive"]),
        (lambda: bt.Beta.dist(1.0, -2.0), ["concentration0 is -2", "positive"]),
        (lambda: bt.Exponential.dist([[1.0, -3.0]]), ["rate is -3 at index (0, 1)"]),
        (lambda: bt.Uniform.dist(2.0, 1.0), ["low=2.0, high=1.0 do not fit"]),
        (lambda: bt.DiscreteUniform.dist(6, 1), ["low=6.0, high=1.0", "low is above high"]),
        (lambda: bt.DiscreteUniform.dist(0.5, 2), ["low is not integer"]),
        (lambda: bt.Bernoulli.dist(1.5), ["probs is 1.5", "[0, 1]", "tf.sigmoid"]),
        (lambda: bt.Binomial.dist(-3.0, 0.5), ["total_count is -3"]),
        (
            lambda: bt.Categorical.dist([[0.5, 0.5], [0.5, 0.6]]),
            ["probs is [0.5, 0.6] at index (1,)"],
        ),
        (lambda: bt.Poisson.dist(-1.0), ["rate is -1", "numbers from 0 on"]),
        (lambda: bt.OrderedLogistic.dist([1.0, 0.0], 0.0), ["cutpoints is [1., 0.]", "increase"]),
        (
            lambda: bt.MvNormalCholesky.dist([0.0, 0.0], [[1.0, 0.0], [0.0, -1.0]]),
            ["scale_tril is [[ 1., 0.], [ 0., -1.]]", "cholesky"],
        ),
        (lambda: bt.LKJCholesky.dist(2, 0.5), ["concentration=0.5", ">= 1"]),
        (
            lambda: bt.Mixture.dist([0.5, 0.6], bt.Normal.dist([0.0, 1.0])),
            ["weights is [0.5, 0.6]"],
        ),
        (
            lambda: bt.Mixture.dist([0.5, 0.5], bt.Normal.dist([0.0, 1.0], [1.0, -1.0])),
            ["components.scale is -1 at index (1,)"],
        ),
        (lambda: tfd.Gumbel(0.0, -1.0), ["scale is -1"]),
        (
            lambda: tfd.MultivariateNormalLinearOperator(
                [0.0, 0.0], tf.linalg.LinearOperatorDiag([1.0, 0.0])
            ),
            ["loc=[0.0, 0.0] do not fit", "Scale matrix must be non-singular"],
        ),
    ],
)
def test_wrong_parameters_are_explained(distribution: Any, words: list[str]) -> None:
    with pytest.raises(ParameterError) as caught:
        bt.check_parameters("model.x", distribution())
    for word in ["model.x: ", *words]:
        assert word in str(caught.value)


def test_wrong_covariances_and_shapes_are_found_when_built() -> None:
    for wrong in ([[1.0, 2.0], [2.0, 1.0]], [[1.0, 0.2], [0.1, 1.0]]):
        with pytest.raises(ParameterError, match=r"'x'.*covariance_matrix is .*positive-definite"):
            bt.MvNormal("x", [0.0, 0.0], wrong)
    with pytest.raises(ParameterError, match=r"'x'.*do not fit together.*shapes"):
        bt.Normal("x", loc=[0.0, 1.0], scale=[1.0, 2.0, 3.0])


@every(CASES)
def test_right_parameters_pass(case: Case) -> None:
    bt.check_parameters("model.x", build(case))


def test_edges_of_the_domain_pass() -> None:
    for distribution in (bt.Poisson.dist(0.0), bt.VonMises.dist(0.0, 0.0), bt.Bernoulli.dist(1.0)):
        bt.check_parameters("model.x", distribution)


def test_nothing_is_checked_while_a_graph_is_traced() -> None:
    @tf.function(autograph=False)
    def program(scale: Any) -> None:
        bt.check_parameters("x", bt.Normal.dist(0.0, scale))

    program(tf.constant(-1.0))


@pytest.mark.parametrize("name", [n for n, v in vars(bt).items() if isinstance(v, bt.Family)])
def test_docstrings_name_every_parameter(name: str) -> None:
    family = getattr(bt, name)
    assert family.__name__ == name
    assert ":math:" in family.__doc__
    for parameter in [*family.parameters, "observed", "batch_stack", "dims"]:
        assert f"\n{parameter} : " in family.__doc__
    assert pickle.loads(pickle.dumps(family)) is family


def test_a_family_documents_itself_as_a_function_would() -> None:
    text = pydoc.plain(pydoc.render_doc(bt.StudentT))
    assert str(inspect.signature(bt.StudentT)) in repr(bt.StudentT)
    assert "(name, df, loc=0.0, scale=1.0, *, observed=None, batch_stack=None" in repr(bt.StudentT)
    for words in ("Student's t: :math:", "df : array_like\n", "loc : array_like, default 0.0\n"):
        assert words in text
