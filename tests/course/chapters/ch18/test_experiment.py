"""The scores of notebook 18 against closed forms."""

import numpy as np
import pytest
from scipy.stats import norm

from bnn_teach.course.chapters.ch14.accuracy import predictive_scores
from bnn_teach.course.chapters.ch18 import experiment
from bnn_teach.course.chapters.ch18.tables import load


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
    found, standard = experiment.score(data, f, noise), predictive_scores(f, data.y_test, noise)
    assert found["rmse"] == pytest.approx(standard.rmse * data.unit)
    assert found["coverage"] == standard.coverage
    in_mpa = norm.logpdf(data.y_test * data.unit, 0, data.unit).mean()
    assert found["log_density"] == pytest.approx(in_mpa)
