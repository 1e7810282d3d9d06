"""The kernel of wide networks: quadrature, Monte Carlo, and what is known of Gaussian processes."""

import numpy as np
import pytest
from scipy.special import erf
from scipy.stats import multivariate_normal, norm
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import DotProduct

from bnn_teach.course.chapters.ch13.experiment import ACTIVATIONS, gp_regression, nngp_kernel
from bnn_teach.course.datasets import gap_sine
from bnn_teach.errors import ArgumentError, ShapeError

FUNCTIONS = {"relu": lambda a: np.maximum(a, 0), "erf": erf}
DATA = gap_sine()
X, Y = DATA.x[:, 0].astype(float), DATA.y[:, 0].astype(float)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize(
    ("v1", "v2", "rho"), [(1, 1, 0.3), (0.2, 3, -0.8), (2, 2, 0.999), (4, 1, 0)]
)
def test_expectations_equal_a_sum_over_a_grid(activation, v1, v2, rho):
    """Trapezoids in two standard normal coordinates; the kinks of the ReLU cost a few 1e-5."""
    t = np.linspace(-8, 8, 2001)
    a, b = np.meshgrid(t, t, indexing="ij")
    weights = norm.pdf(a) * norm.pdf(b) * (t[1] - t[0]) ** 2
    first, second = np.sqrt(v1) * a, np.sqrt(v2) * (rho * a + np.sqrt(1 - rho**2) * b)
    bend = FUNCTIONS[activation]
    numeric = np.sum(weights * bend(first) * bend(second))
    exact = ACTIVATIONS[activation](rho * np.sqrt(v1 * v2), np.array(v1), np.array(v2))
    assert exact == pytest.approx(numeric, abs=1e-4)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("depth", [1, 2])
def test_the_kernel_is_that_of_networks_of_width_1000(activation, depth):
    """Within 5 %: with 100 networks the standard error is below 1 %."""
    rng, x, s = np.random.default_rng(0), np.array([[-1.2, 0.5], [-0.4, 1.0], [0.9, -0.3]]), 1.3
    total = np.zeros((3, 3))
    for _ in range(100):
        signal = x
        for _ in range(depth):
            inputs = signal.shape[1]
            w = rng.standard_normal((inputs, 1000), np.float32) * s / inputs**0.5
            signal = FUNCTIONS[activation](signal @ w + s * rng.standard_normal(1000))
        total += s**2 + s**2 * signal @ signal.T / 1000
    exact = nngp_kernel(x, depth=depth, prior_scale=s, activation=activation)
    size = np.sqrt(np.outer(np.diag(exact), np.diag(exact)))
    np.testing.assert_allclose(total / 100 / size, exact / size, atol=0.05)


@pytest.mark.parametrize("width", [5, 20])
def test_at_a_width_the_variance_is_the_courses_formula(width):
    x, s = np.array([-1.5, 0.0, 0.7]), 1.7
    exact = s**2 + width / 2 * s**4 + width**2 / 4 * s**6 * (1 + x**2)
    kernel = nngp_kernel(x, depth=2, prior_scale=s, width=width)
    np.testing.assert_allclose(np.diag(kernel), exact)
    limit = nngp_kernel(x, depth=2, prior_scale=s)
    np.testing.assert_allclose(np.diag(limit), s**2 + s**4 / 2 + s**6 * (1 + x**2) / 4)


def test_a_kernel_is_a_covariance_and_its_blocks_fit():
    x = np.linspace(-2, 2, 9)
    whole = nngp_kernel(x, depth=3, prior_scale=1.5)
    np.testing.assert_allclose(whole, whole.T)
    assert np.linalg.eigvalsh(whole).min() > -1e-10 * np.trace(whole)
    np.testing.assert_allclose(nngp_kernel(x[:4], x[4:], 3, 1.5), whole[:4, 4:], rtol=1e-12)


@pytest.mark.parametrize(("s", "depth", "width"), [(1, 2, None), (2, 2, None), (3, 2, None),
                                                   (3, 1, None), (1, 2, 5), (3, 2, 5)])  # fmt: skip
def test_log_evidence_equals_two_independent_computations(s, depth, width):
    """SciPy's density; and the sum of the scores of each point given those before it."""
    options = {"depth": depth, "prior_scale": s, "width": width}
    found = gp_regression(nngp_kernel, X, Y, X[:1], 0.1, **options).log_evidence
    kernel = nngp_kernel(X, **options)
    density = multivariate_normal.logpdf(Y, cov=kernel + 0.01 * np.eye(40))
    assert found == pytest.approx(density, abs=1e-6)
    scores = 0.0
    for n in range(len(Y)):
        gp = gp_regression(nngp_kernel, X[:n], Y[:n], X[n : n + 1], 0.1, **options)
        scores += norm.logpdf(Y[n], gp.mean[0], np.hypot(gp.sd[0], 0.1))
    assert found == pytest.approx(scores, abs=1e-6)


@pytest.mark.parametrize(("s", "nats"), [(1.0, -414.50), (2.0, 14.92), (3.0, 16.64)])
def test_the_evidence_of_the_sine(s, nats):
    gp = gp_regression(nngp_kernel, X, Y, X[:1], 0.1, prior_scale=s)
    assert gp.log_evidence == pytest.approx(nats, abs=0.01)


def test_regression_equals_scikit_learns_on_a_linear_kernel():
    new = np.linspace(-1, 1, 7)
    ours = gp_regression(nngp_kernel, X, Y, new, 0.1, depth=0, prior_scale=2.0)
    kernel = 4.0 * DotProduct(1.0, "fixed")  # 4 (1 + x x')
    theirs = GaussianProcessRegressor(kernel, alpha=0.01, optimizer=None).fit(X[:, None], Y)
    mean, sd = theirs.predict(new[:, None], return_std=True)
    np.testing.assert_allclose(ours.mean, mean, atol=1e-8)
    np.testing.assert_allclose(ours.sd, sd, atol=1e-6)
    assert ours.log_evidence == pytest.approx(theirs.log_marginal_likelihood_value_, abs=1e-6)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: nngp_kernel([1.0], activation="tanh"), ArgumentError, "relu, erf"),
        (lambda: nngp_kernel([1.0], prior_scale=-1.0), ArgumentError, "prior_scale"),
        (lambda: nngp_kernel([1.0], depth=-1), ArgumentError, "depth"),
        (lambda: nngp_kernel([[1.0, 2.0]], [1.0]), ShapeError, r"\(N2, 2\)"),
        (lambda: nngp_kernel([np.nan]), ShapeError, "finite"),
        (lambda: gp_regression(nngp_kernel, X, Y[:-1], X, 0.1), ShapeError, r"\(40,\)"),
        (lambda: gp_regression(nngp_kernel, X, Y, X, 0.0), ArgumentError, "noise_scale"),
        (lambda: gp_regression(lambda a, b: -nngp_kernel(a, b), X, Y, X, 0.1),
         ArgumentError, "no covariance"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_told(call, error, words):
    with pytest.raises(error, match=words):
        call()
