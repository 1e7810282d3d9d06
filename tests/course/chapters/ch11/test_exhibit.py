"""The trade is exact: evidence, bound and predictions agree with other ways, and a climb climbs."""

import numpy as np
import pytest
from scipy import stats

from bnn_teach.course.chapters.ch00.exhibit import fixed_features
from bnn_teach.course.chapters.ch11 import exhibit as trade
from bnn_teach.course.datasets import gap_sine

X = np.array([-0.9, 0.0, 0.4])
SIGMA, AMPLITUDE = np.array([0.1, 0.5]), np.array([0.8, 3.0, 11.25])


@pytest.fixture(scope="module")
def exhibit():
    return trade.noise_trade(gap_sine)


def features(x):
    return fixed_features(x, trade._UNITS, trade._LAYER)


def gaussian(data, sigma, amplitude):
    """Return features, and mean and precision of the weights, for one noise and amplitude."""
    phi = features(data.x)
    precision = np.eye(phi.shape[1]) + amplitude**2 / sigma**2 * phi.T @ phi
    mean = np.linalg.solve(precision, amplitude / sigma**2 * phi.T @ data.y[:, 0].astype(float))
    return phi, mean, precision


@pytest.mark.parametrize("n", [6, 40])
def test_the_evidence_is_that_of_a_normal_distribution(n):
    data = gap_sine(n)
    found = trade.surfaces(data, X, SIGMA, AMPLITUDE)
    step = np.log(AMPLITUDE[1] / AMPLITUDE[0])
    for i, sigma in enumerate(SIGMA):
        for k, amplitude in enumerate(AMPLITUDE):
            phi = features(data.x)
            cov = amplitude**2 * phi @ phi.T + sigma**2 * np.eye(n)
            exact = stats.multivariate_normal.logpdf(data.y[:, 0], cov=cov)
            exact += stats.norm.logpdf(np.log(amplitude), np.log(3), 1) + np.log(step)
            assert found.evidence[i, k] == pytest.approx(exact, rel=1e-6)


def test_the_price_is_the_kl_from_the_best_independent_weights():
    data = gap_sine(12)
    found = trade.surfaces(data, X, SIGMA, AMPLITUDE)
    for i, sigma in enumerate(SIGMA):
        for k, amplitude in enumerate(AMPLITUDE):
            precision = gaussian(data, sigma, amplitude)[2]
            best = np.diag(1 / np.diag(precision))
            kl = 0.5 * (np.trace(precision @ best) - len(best))
            kl -= 0.5 * (np.linalg.slogdet(precision)[1] + np.linalg.slogdet(best)[1])
            assert found.price[i, k] == pytest.approx(kl, abs=1e-8)
            assert kl > 0


def test_predictions_are_those_of_the_weights():
    data, new = gap_sine(12), features(X)
    found = trade.surfaces(data, X, SIGMA, AMPLITUDE)
    _, mean, precision = gaussian(data, SIGMA[1], AMPLITUDE[2])
    a = AMPLITUDE[2]
    np.testing.assert_allclose(found.mean[1, 2], a * new @ mean, atol=1e-8)
    exact = a**2 * np.diag(new @ np.linalg.inv(precision) @ new.T)
    independent = a**2 * new**2 @ (1 / np.diag(precision))
    np.testing.assert_allclose(found.sd[0][1, 2] ** 2, exact, atol=1e-8)
    np.testing.assert_allclose(found.sd[1][1, 2] ** 2, independent, atol=1e-8)


@pytest.mark.parametrize(
    ("start", "top", "whole"), [(0, 2, (0, 4)), (2, 2, (0, 4)), (5, 6, (4, 8)), (7, 6, (4, 8))]
)
def test_a_climb_ends_on_the_mode_of_the_slope_on_which_it_began(start, top, whole):
    heights = np.array([0.0, 1, 3, 2, 1, 2, 9, 4])
    found, places = trade.mode(heights, start)
    assert found == top
    assert (places.start, min(places.stop, 8)) == (whole[0], whole[1] + (whole[1] == 4))


def test_a_climb_up_a_slope_ends_at_the_edge():
    assert trade.mode(np.arange(5.0), 1) == (4, slice(0, 5))


def test_the_bound_never_exceeds_the_exact_curve(exhibit):
    lines = [mark for mark in exhibit.frame.panels[2].marks if mark.kind == "line"]
    exact, bound = (line.arrays["y"] for line in lines)
    both = np.isfinite(exact) & np.isfinite(bound)
    assert both.sum() > 10 and (bound[both] <= exact[both] + 1e-9).all()


def test_with_forty_points_the_climb_from_one_is_trapped_and_with_eighty_it_is_not(exhibit):
    high, low = trade.CLIMBS
    assert "18.1 nats higher" in exhibit.set(num_points=40, median=0.1, answer=high).says
    assert "the highest mode" in exhibit.set(answer=low).says
    at_eighty = [exhibit.set(num_points=80, answer=each).says for each in (high, low)]
    assert len({says.partition(": ")[2] for says in at_eighty}) == 1


def num_modes(exhibit):
    line = [mark for mark in exhibit.frame.panels[1].marks if mark.kind == "line"][1]
    y = line.arrays["y"]
    inner = y[1:-1]
    return int(((inner > y[:-2]) & (inner > y[2:]) & (inner > 0.02)).sum())


def test_the_prior_decides_where_points_are_few(exhibit):
    exhibit.set(answer=trade.EXACT, num_points=8, median=0.1)
    assert num_modes(exhibit) == 2
    assert "most likely 0.12" in exhibit.says
    assert "most likely 0.66" in exhibit.set(median=0.3).says
    many = [exhibit.set(num_points=40, median=median).says for median in (0.03, 1.0)]
    assert all("most likely 0.1" in says for says in many) and num_modes(exhibit) == 1


def test_bands_hold_what_they_say():
    """The band of one pair is that of a normal: the mixture has a single part."""
    data = gap_sine(12)
    found = trade.surfaces(data, X)
    weights = np.zeros_like(found.evidence)
    weights[20, 15] = 1
    panel = trade._bands(X, data, found, weights, independent=False)
    of_y, of_f = (mark.arrays for mark in panel.marks if mark.kind == "band")
    mean, sd = found.mean[20, 15], found.sd[0][20, 15]
    np.testing.assert_allclose(of_f["upper"], mean + 1.96 * sd, atol=0.03 * sd.max())
    total = np.hypot(sd, trade._SIGMA[20])
    np.testing.assert_allclose(of_y["lower"], mean - 1.96 * total, atol=0.15 * total.max())
