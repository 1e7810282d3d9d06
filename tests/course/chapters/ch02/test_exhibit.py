"""The climb reaches the optimum that theory gives, and the exhibit says so."""

import re

import numpy as np
import pytest

from bnn_teach.course.chapters.ch02.exhibit import FAMILIES, climb, elbo_climb, exact_elbo

CORRELATION = 0.9
PRECISION = np.linalg.inv([[1.0, CORRELATION], [CORRELATION, 1.0]])


def test_exact_elbo_is_zero_at_the_target_and_negative_elsewhere() -> None:
    target = np.linalg.cholesky(np.linalg.inv(PRECISION))
    assert exact_elbo(np.zeros(2), target, PRECISION) == pytest.approx(0.0, abs=1e-12)
    rng = np.random.default_rng(0)
    factors = np.tril(rng.normal(size=(200, 2, 2)))
    assert np.all(exact_elbo(rng.normal(size=(200, 2)), factors, PRECISION) < 0)


def test_best_mean_field_has_the_variance_one_over_the_precision() -> None:
    best = np.diag(1 / np.sqrt(np.diag(PRECISION)))
    assert exact_elbo(np.zeros(2), best, PRECISION) == pytest.approx(
        0.5 * np.log(1 - CORRELATION**2)
    )
    for change in (0.9, 1.1):
        worse = exact_elbo(np.zeros(2), best * change, PRECISION)
        assert worse < exact_elbo(np.zeros(2), best, PRECISION)


@pytest.mark.parametrize("family", FAMILIES)
def test_estimates_scatter_around_the_exact_elbo(family: str) -> None:
    paths = [climb(family, 1e-9, 500, seed=seed) for seed in range(2)]
    estimates = np.concatenate([path.estimates for path in paths])  # q stands still
    error = estimates.std(ddof=1) / np.sqrt(estimates.size)
    assert abs(estimates.mean() - paths[0].elbo[0]) < 4.5 * error


@pytest.mark.parametrize(("family", "ceiling"), [("mean field", 0.8304), ("full rank", 0.0)])
def test_climb_ends_at_the_best_of_its_family(family: str, ceiling: float) -> None:
    path = climb(family, 0.01, 3000)
    assert np.mean(path.elbo[-500:]) == pytest.approx(-ceiling, abs=0.03)
    assert np.all(path.elbo < -ceiling + 1e-4)
    if family == "mean field":
        assert np.all(path.factor[:, 1, 0] == 0)
        variance = np.mean(path.factor[-500:, [0, 1], [0, 1]] ** 2, axis=0)
        np.testing.assert_allclose(variance, 1 / np.diag(PRECISION), rtol=0.15)


def test_a_flat_elbo_is_wrong_for_mean_field_and_right_for_full_rank() -> None:
    exhibit = elbo_climb()
    mean_field = exhibit.set(family="mean field", step=1000).says
    full_rank = exhibit.set(family="full rank", step=1000).says
    assert "flat" in mean_field and "flat" in full_rank
    narrow, wide = (
        [float(each) for each in re.findall(r"sds of q are (\S+) and (\S+);", says)[0]]
        for says in (mean_field, full_rank)
    )
    assert max(narrow) < 0.6 < 0.85 < min(wide)
    assert "flat" not in exhibit.set(learning_rate=0.003, step=500).says
