"""The exhibit of draws and data says what the conjugate posterior says."""

import re

import numpy as np
import pytest
from scipy import stats

from bnn_teach.course.chapters.ch01.exhibit import draws_and_data, exact_posterior
from bnn_teach.errors import ShapeError

Y = np.random.default_rng(3).normal(3.0, 1.0, 100)


def numbers(sentence: str) -> list[float]:
    return [float(each) for each in re.findall(r"\d+(?:\.\d+)?", sentence)]


@pytest.mark.parametrize(("size", "prior_scale"), [(1, 0.5), (7, 2.0), (100, 10.0)])
def test_posterior_is_that_of_a_grid(size: int, prior_scale: float) -> None:
    mean, sd = exact_posterior(Y[:size], prior_scale)
    mu = np.linspace(mean - 8 * sd, mean + 8 * sd, 4001)
    log_joint = stats.norm.logpdf(mu, 0, prior_scale)
    log_joint += stats.norm.logpdf(Y[:size, None], mu, 1.0).sum(axis=0)
    weights = np.exp(log_joint - log_joint.max())
    average = np.average(mu, weights=weights)
    assert mean == pytest.approx(average, abs=1e-6)
    assert sd == pytest.approx(np.sqrt(np.average((mu - average) ** 2, weights=weights)), rel=1e-6)


def test_draws_change_the_error_and_data_the_sd() -> None:
    exhibit = draws_and_data(Y)
    few, many = (numbers(exhibit.set(points=30, draws=n).says) for n in (10, 1000))
    assert few[2] == many[2] == pytest.approx((1 / 100 + 30) ** -0.5, abs=0.005)
    assert few[-1] == pytest.approx(10 * many[-1], rel=0.2)
    fewer_points = numbers(exhibit.set(points=3, draws=1000).says)
    assert fewer_points[2] > 2.5 * many[2]


def test_averages_scatter_by_the_monte_carlo_error() -> None:
    exhibit = draws_and_data(Y)
    for draws in (10, 100, 1000):
        *_, scatter, error = numbers(exhibit.set(points=1, draws=draws).says)
        spread = 19 * (scatter / error) ** 2  # chi-squared with 19 degrees of freedom
        assert 1e-5 < stats.chi2.cdf(spread, 19) < 1 - 1e-5


def test_bars_are_a_density() -> None:
    exhibit = draws_and_data(Y).set(points=30, draws=1000)
    bars = exhibit.frame.panels[0].marks[0].arrays
    _, sd = exact_posterior(Y[:30], 10)
    area = np.sum(bars["height"] * (bars["right"] - bars["left"]))
    assert area == pytest.approx(sd * np.sqrt(2 * np.pi), rel=0.01)


def test_too_few_points_are_refused() -> None:
    with pytest.raises(ShapeError, match="at least 100"):
        draws_and_data(Y[:50])
