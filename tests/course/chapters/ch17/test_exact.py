"""The exact posterior: halving the grid, two other integrals, and the mirror images."""

import numpy as np
import pytest
from scipy.special import logsumexp
from scipy.stats import norm

from bnn_teach.course.chapters.ch14.accuracy import LEVELS
from bnn_teach.course.chapters.ch17 import exact
from bnn_teach.course.chapters.ch17.figures import plane
from bnn_teach.errors import ArgumentError, ShapeError

X = np.array([-1.5, 0.5, 1.5])
X_NEW = np.linspace(0.15, 3, 12)
CASES = {"split": ([-1.1, 0.75, 1.2], 0.3), "merged": ([-1.1, 0.2, -1.0], 0.3),
         "noisy": ([-1.1, 0.75, 1.2], 0.8), "cross": ([-1.0, 0.2, -1.2], 0.6),
         "nothing": ([0.0, 0.0, 0.0], 0.2), "narrow": ([-3.0, 1.0, 3.0], 0.1)}  # fmt: skip


@pytest.fixture(params=CASES)
def case(request):
    y, noise = CASES[request.param]
    return np.array(y), noise


def test_halving_the_cells_changes_nothing(case):
    coarse, fine = (exact.exact_posterior(X, case[0], 2.0, case[1], n) for n in (1000, 2000))
    assert coarse.log_evidence == pytest.approx(fine.log_evidence, abs=1e-6)
    of_f = [exact.function_quantiles(each, X_NEW) for each in (coarse, fine)]
    assert np.abs(of_f[0] - of_f[1]).max() < 1e-4
    of_z = [exact.weight_quantiles(each) for each in (coarse, fine)]
    assert np.abs(of_z[0] - of_z[1]).max() < 1e-3


def test_the_evidence_is_that_of_a_sum_over_the_plane(case):
    y, noise = case
    side, width = np.linspace(-14, 14, 1001, retstep=True)
    w, v = np.meshgrid(side, side, indexing="ij")
    log_joint = norm.logpdf(w, 0, 2.0) + norm.logpdf(v, 0, 2.0)
    for x_n, y_n in zip(X, y, strict=True):
        log_joint += norm.logpdf(y_n, v * np.tanh(w * x_n), noise)
    total = logsumexp(log_joint) + 2 * np.log(width)
    found = exact.exact_posterior(X, y, 2.0, noise).log_evidence
    assert found == pytest.approx(total, abs=1e-5)  # the plane's cells are the coarser ones
    drawn = plane(X, y, 2.0, noise).value_and_grad(np.stack([w, v], axis=-1)[::100, ::100])[0]
    constant = log_joint[::100, ::100] - drawn
    np.testing.assert_allclose(constant, constant[0, 0], rtol=1e-9)


def test_importance_sampling_agrees_within_its_error(case):
    y, noise = case
    z = np.random.default_rng(0).normal(0, 2.0, (2, 100_000, 1))
    weight = np.exp(norm.logpdf(y, z[1] * np.tanh(z[0] * X), noise).sum(axis=1))
    found = np.exp(exact.exact_posterior(X, y, 2.0, noise).log_evidence)
    error = weight.std() / np.sqrt(len(weight))
    assert abs(weight.mean() - found) < 4 * error


def test_mirror_images_have_the_same_mass(case):
    masses = exact.mode_masses(exact.exact_posterior(X, case[0], 2.0, case[1]))
    assert masses["+ +"] == pytest.approx(masses["- -"], abs=1e-6)
    assert masses["+ -"] == pytest.approx(masses["- +"], abs=1e-6)
    assert sum(masses.values()) == pytest.approx(1, abs=1e-12)


def test_quantiles_and_ranks_are_inverse_to_each_other(case):
    posterior = exact.exact_posterior(X, case[0], 2.0, case[1])
    q = exact.function_quantiles(posterior, X_NEW[:3])
    ranks = [exact.exact_rank(posterior, X_NEW[1], value) for value in q[:, 1]]
    np.testing.assert_allclose(ranks, LEVELS, atol=1e-5)


def test_one_point_at_zero_teaches_nothing():
    posterior = exact.exact_posterior([0.0], [0.3], 2.0, 0.5)
    assert posterior.log_evidence == pytest.approx(norm.logpdf(0.3, 0, 0.5), abs=1e-9)
    expected = norm.ppf(LEVELS, 0, 2.0)[:, None] * [1, 1]
    np.testing.assert_allclose(exact.weight_quantiles(posterior), expected, atol=5e-4)


def test_the_error_of_draws_is_in_standard_deviations():
    posterior = exact.exact_posterior([0.0], [0.3], 2.0, 0.5)
    q = exact.weight_quantiles(posterior)
    levels = (np.arange(20_000) + 0.5) / 20_000
    draws = norm.ppf(levels, 0, 2.0)[:, None] * [1, 1]
    assert exact.quantile_error(draws, q) < 1e-3
    assert exact.quantile_error(draws + 1.0, q) == pytest.approx(0.5, abs=1e-3)


def test_the_gradient_of_the_plane_is_right():
    landscape, z = plane(X, CASES["split"][0], 2.0, 0.3).value_and_grad, np.array([0.7, -0.4])
    steps = 1e-6 * np.eye(2)
    slopes = [
        (landscape((z + e)[None, None])[0] - landscape((z - e)[None, None])[0]).item() / 2e-6
        for e in steps
    ]
    np.testing.assert_allclose(landscape(z[None, None])[1][0, 0], slopes, rtol=1e-5)


def test_what_does_not_fit_is_refused():
    with pytest.raises(ShapeError, match="got 3 x and 2 y"):
        exact.exact_posterior(X, [0.0, 1.0], 2.0, 0.3)
    with pytest.raises(ArgumentError, match="noise_scale"):
        exact.exact_posterior(X, X, 2.0, 0.0)
