"""The contest at ten thousand points: its data, its functions, and its stored table."""

import numpy as np
import pytest
from sklearn.datasets import make_friedman1

import bnn_teach as bt
from bnn_teach.course.chapters.ch14 import contest
from bnn_teach.course.chapters.ch18.rows import read_rows
from bnn_teach.course.numpy_networks import outputs_of

STORED = "data/14_contest.csv"


def small(count=30):
    """The first points of each part."""
    data = contest.load(1)
    return data._replace(**{k: v[:count] for k, v in data._asdict().items() if k != "noise_scale"})


def test_the_data_are_friedmans_function_in_standard_units():
    data = contest.load(1)
    raw, _ = make_friedman1(n_samples=sum(contest.SIZES), n_features=10, random_state=1)
    a, b, c, d, e = raw[:, :5].T
    f = 10 * np.sin(np.pi * a * b) + 20 * (c - 0.5) ** 2 + 10 * d + 5 * e
    own = np.concatenate([data.x, data.x_choice, data.x_test])
    np.testing.assert_allclose(
        own, (raw - raw[:10_000].mean(0)) / raw[:10_000].std(0), rtol=1e-4, atol=1e-5
    )
    slope, offset = np.polyfit(data.truth, f[-2000:], 1)
    np.testing.assert_allclose(slope * data.truth + offset, f[-2000:], atol=1e-4)
    assert slope * data.noise_scale == pytest.approx(1.0, rel=1e-4)  # the noise has sd 1
    np.testing.assert_allclose([data.y.mean(), data.y.std()], [0.0, 1.0], atol=1e-4)
    noise = data.y_test[:, 0] - data.truth
    assert abs(noise.std() / data.noise_scale - 1) < 5 / np.sqrt(2 * len(noise))


def test_functions_are_the_models_own_and_draws_are_judged_alike_however_they_come():
    data = small()
    density = bt.LogDensity(contest.regressor(data.x, data.y))
    assert density.size == 232  # as the page says
    z = 0.3 * np.random.default_rng(0).standard_normal((2, 4, density.size)).astype(np.float32)
    values, _ = density.unflatten(z)
    found = outputs_of(values, data.x, np.tanh)
    assert found.shape == (2, 4, 30, 1)
    np.testing.assert_allclose(found, values["regressor.f"], atol=1e-5)
    rows = [contest.judge(density, data, each) for each in (z, values)]
    assert rows[0] == rows[1] and rows[0].keys() == {
        *("validation", "log_density", "coverage", "rmse", "r_hat", "ess")
    }


def test_the_truth_scores_what_its_formula_says():
    data = small(2000)
    z = (data.y_test[:, 0] - data.truth) / data.noise_scale
    by_hand = np.mean(-0.5 * z**2) - np.log(data.noise_scale * np.sqrt(2 * np.pi))
    assert contest.truth_score(data) == pytest.approx(by_hand, rel=1e-5)


def test_the_stored_table_has_every_method_on_every_data_set():
    rows = read_rows(STORED)
    names = ["truth", "straight line", *contest.METHODS]
    assert [(r["table"], r["split"], r["method"]) for r in rows] == [
        (*case, name) for case in contest.CASES for name in names
    ]
    for row in rows:
        tried = contest.METHODS.get(row["method"], (None, ()))[1]
        assert row["setting"] is None if not tried else row["setting"] in tried
    behind, medians = contest.behind_truth(rows), contest.medians(rows, ["seconds"])
    assert list(behind) == names[1:] and list(medians) == names
    first = {row["method"]: row["log_density"] for row in rows if row["split"] == 0}
    assert behind["1 network"][0] == first["1 network"] - first["truth"]
    assert np.isnan(medians["truth"][0]) and medians["SGHMC, batches"][0] > 0


@pytest.mark.slow
def test_a_run_of_sghmc_gives_the_stored_row_bit_for_bit():
    [stored] = [r for r in read_rows(STORED) if (r["split"], r["method"]) == (2, "SGHMC, batches")]
    data = contest.load(2)
    density = bt.LogDensity(contest.regressor(data.x, data.y))
    again = contest.judge(density, data, contest.sghmc(density, stored["setting"], 0))
    for name, value in again.items():
        assert stored[name] == value, name
