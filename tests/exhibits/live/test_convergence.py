"""R-hat and the effective sample size are ArviZ's, for chains of every kind."""

import numpy as np
from arviz_stats.base import array_stats

from tests.exhibits.live.running import run

JUDGED = "answer(data.cases.map(convergenceOf).map((found) => [found.rHat, found.bulkEss]));"


def chains(rng, shape, memory, shift=0.0):
    """Autoregressive chains, each shifted from the one before."""
    noise = rng.standard_normal(shape)
    draws = noise.copy()
    for t in range(1, shape[1]):
        draws[:, t] = memory * draws[:, t - 1] + noise[:, t]
    return draws + shift * np.arange(shape[0])[:, None]


def test_both_are_arvizs(tmp_path):
    rng = np.random.default_rng(0)
    cases = [
        chains(rng, shape, memory, shift)
        for shape, memory, shift in [
            ((4, 300), 0.0, 0.0),
            ((4, 301), 0.9, 0.0),  # an odd number of draws
            ((2, 100), 0.99, 2.0),  # chains that never met
            ((4, 200), 0.999, 3.0),
            ((3, 37), -0.6, 0.0),  # better than independent
            ((4, 9), 0.0, 0.0),
            ((2, 4), 0.0, 0.0),
            ((2, 60), 0.97, 0.0),
        ]
    ]
    cases += [np.round(cases[0]), cases[0] ** 3 * [[1], [1], [1], [5]], np.abs(cases[1])]
    found = np.array(run(tmp_path, JUDGED, cases=[case.tolist() for case in cases]))
    expected = [
        (
            array_stats.rhat(case, chain_axis=0, draw_axis=1),
            array_stats.ess(case, chain_axis=0, draw_axis=1, method="bulk"),
        )
        for case in cases
    ]
    np.testing.assert_allclose(found, expected, rtol=1e-10)


def test_too_few_draws_are_no_verdict(tmp_path):
    assert run(tmp_path, JUDGED, cases=[[[1.0, 2.0, 3.0], [1.0, 2.0, 4.0]]]) == [[None, None]]


def test_normal_quantiles_are_exact(tmp_path):
    from scipy import stats

    p = np.concatenate([np.geomspace(1e-16, 0.5, 40), 1 - np.geomspace(1e-12, 0.5, 20)])
    found = run(tmp_path, "answer(data.p.map(normalQuantile));", p=p.tolist())
    np.testing.assert_allclose(found, stats.norm.ppf(p), rtol=1e-13, atol=1e-15)
