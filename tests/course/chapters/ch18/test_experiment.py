"""The scores of notebook 18 against closed forms."""

import math

import numpy as np
import pytest
from scipy.stats import norm

from bnn_teach.course.chapters.ch18 import experiment
from bnn_teach.course.chapters.ch18.tables import load


def test_many_draws_of_a_normal_predict_as_the_wider_normal():
    rng, y = np.random.default_rng(0), np.linspace(-2, 2, 9)
    f = rng.normal(0.0, 0.6, (200_000, 1)) + np.zeros(9)
    found = experiment.score_numbers(f, np.full(len(f), 0.8), y)
    exact = norm.logpdf(y, 0, 1.0)  # 0.6² + 0.8² = 1
    draws = norm.pdf(y, f[:, :1], 0.8) / norm.pdf(y)
    error = 5 * (draws.std(axis=0) / math.sqrt(len(f))).max()
    assert found["log_density"] == pytest.approx(exact.mean(), abs=error)
    assert found["rmse"] == pytest.approx(np.sqrt(np.mean(y**2)), abs=0.01)
    assert found["coverage"] == pytest.approx(7 / 9)  # 1.96 leaves out the two at ± 2


def test_one_draw_far_away_has_a_score_that_is_a_number():
    found = experiment.score_numbers(np.full((1, 3), 1e3), np.ones(1), np.zeros(3))
    assert found["log_density"] == pytest.approx(norm.logpdf(1e3), rel=1e-12)
    assert found["coverage"] == 0.0


def test_classes_are_scored_by_the_mean_of_the_draws():
    p = np.array([[[0.9, 0.1, 0.0], [0.2, 0.5, 0.3]], [[0.7, 0.3, 0.0], [0.6, 0.1, 0.3]]])
    found = experiment.score_classes(p, np.array([0, 2]))
    assert found["accuracy"] == 0.5
    assert found["log_density"] == pytest.approx((np.log(0.8) + np.log(0.3)) / 2)
    assert found["coverage"] == 1.0  # 0.8, 0.2 | 0.4, 0.3, 0.3: each class is needed for 95 %
    sure = experiment.score_classes(np.array([[[0.96, 0.04]]]), np.array([1]))
    assert sure["coverage"] == 0.0
    never = experiment.score_classes(np.array([[[1.0, 0.0]]]), np.array([1]))
    assert np.isfinite(never["log_density"])


def test_a_score_is_in_the_unit_of_the_table():
    data = load("concrete")
    f, noise = np.zeros((1, len(data.y_test))), np.ones(1)
    found, standard = (
        experiment.score(data, f, noise),
        experiment.score_numbers(f, noise, data.y_test),
    )
    assert found["rmse"] == pytest.approx(standard["rmse"] * data.unit)
    in_mpa = norm.logpdf(data.y_test * data.unit, 0, data.unit).mean()
    assert found["log_density"] == pytest.approx(in_mpa)
