"""Linear regression: the posterior is what conjugacy gives, whichever way it is computed."""

import numpy as np
import pytest

from bnn_teach.errors import ArgumentError, ShapeError
from bnn_teach.vi.linear import inverse_factor, linear_posterior, precision

RNG = np.random.default_rng(0)
FEATURES = RNG.normal(size=(12, 3))
Y = RNG.normal(size=12)
NOISE, PRIOR = 0.3, 1.7


def by_conditioning(features, y):
    """Condition the joint normal of (w, y): no precision matrix is ever inverted."""
    prior = PRIOR**2 * np.eye(features.shape[1])
    across = prior @ features.T
    seen = features @ across + NOISE**2 * np.eye(len(y))
    gain = np.linalg.solve(seen, across.T).T
    return gain @ y, prior - gain @ across.T


@pytest.mark.parametrize("column", [False, True])
def test_posterior_is_the_conditional_normal(column):
    found = linear_posterior(FEATURES, Y[:, None] if column else Y, NOISE, PRIOR)
    mean, covariance = by_conditioning(FEATURES, Y)
    np.testing.assert_allclose(found.mean, mean, rtol=1e-9)
    np.testing.assert_allclose(found.factor @ found.factor.T, covariance, rtol=1e-9, atol=1e-12)


def test_points_one_after_the_other_are_points_together():
    """Yesterday's posterior is today's prior: precisions add up."""
    halves = [precision(part, NOISE, PRIOR) for part in (FEATURES[:5], FEATURES[5:])]
    together = precision(FEATURES, NOISE, PRIOR)
    np.testing.assert_allclose(sum(halves) - np.eye(3) / PRIOR**2, together)


def test_without_data_it_is_the_prior():
    found = linear_posterior(np.zeros((4, 2)), np.ones(4), NOISE, PRIOR)
    np.testing.assert_allclose(found.mean, 0.0)
    np.testing.assert_allclose(found.factor @ found.factor.T, PRIOR**2 * np.eye(2))


def test_draws_have_the_mean_and_the_covariance():
    """Of 40,000 draws: within five standard errors of each entry."""
    found, count = linear_posterior(FEATURES, Y, NOISE, PRIOR), 40_000
    draws = found.draw(count, seed=1)
    covariance = found.factor @ found.factor.T
    sd = np.sqrt(np.diag(covariance))
    assert (np.abs(draws.mean(0) - found.mean) < 5 * sd / np.sqrt(count)).all()
    error = np.sqrt((covariance**2 + np.outer(sd**2, sd**2)) / count)
    assert (np.abs(np.cov(draws.T) - covariance) < 5 * error).all()
    np.testing.assert_array_equal(draws, found.draw(count, seed=1))


def test_factor_of_an_inverse():
    matrix = precision(FEATURES, NOISE, PRIOR)
    factor = inverse_factor(matrix)
    np.testing.assert_allclose(factor @ factor.T @ matrix, np.eye(3), atol=1e-12)


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ((FEATURES, Y[:5], NOISE, PRIOR), ShapeError, r"\(12, 3\).*\(5,\)"),
        ((Y, Y, NOISE, PRIOR), ShapeError, r"shape \(N, K\)"),
        ((FEATURES, Y, 0.0, PRIOR), ArgumentError, "noise_scale"),
        ((FEATURES, Y, NOISE, -1), ArgumentError, "prior_scale"),
        ((FEATURES * np.nan, Y, NOISE, PRIOR), ArgumentError, "NaN"),
    ],
)
def test_what_does_not_fit_is_told(arguments, error, words):
    with pytest.raises(error, match=words):
        linear_posterior(*arguments)
