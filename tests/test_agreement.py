"""R-hat and effective sizes are ArviZ's; chains that disagree are named, healthy ones are not."""

import re

import numpy as np
import pytest

from bnn_teach.agreement import agreement, disagreements
from tests.test_diagnostics import autoregressive


@pytest.mark.parametrize("correlation", [0.0, 0.6, 0.9])
@pytest.mark.parametrize("shape", [(4, 300), (2, 301), (3, 100)])
def test_numbers_are_those_of_arviz(shape, correlation):
    """Effective sizes differ by how many of the last, tiny correlations count."""
    from arviz_stats.base import array_stats

    for draws in (autoregressive(shape, correlation), autoregressive(shape, correlation).round(1)):
        found, axes = agreement(draws), {"chain_axis": 0, "draw_axis": 1}
        expected = float(array_stats.rhat(draws, method="rank", **axes))
        assert found.r_hat == pytest.approx(expected, rel=1e-9)
        ess = float(array_stats.ess(draws, method="bulk", **axes))
        assert found.ess == pytest.approx(ess, rel=0.15)


def test_healthy_draws_are_not_mentioned():
    for seed in range(20):
        for shape in [(4, 60, 5), (2, 100, 3), (4, 500, 20)]:
            assert disagreements({"a": autoregressive(shape, 0.2, seed)}) == []


def test_single_chains_few_draws_and_constants_are_passed_over():
    apart = np.arange(4.0)[:, None] + autoregressive((4, 100))
    assert disagreements({"a": apart[:1]}) == disagreements({"a": apart[:, :19]}) == []
    assert disagreements({"a": np.ones((4, 100, 2))}) == []
    assert disagreements({"a": np.ones((4, 100, 0))}) == []


@pytest.mark.parametrize(
    ("shift", "who"),
    [
        ([0, 0, 4, 0], "chain 2 lies apart from chains 0, 1, 3"),
        ([4, 0, 4, 0], "chains [01], [23] lie apart from chains [01], [23]"),
        ([0, 0, 0, -3], "chain 3 lies apart"),
    ],
)
def test_chains_that_disagree_are_named(shift, who):
    draws = autoregressive((4, 200, 2, 3))
    draws[..., 1, 2] += np.array(shift)[:, None]
    (message,) = disagreements({"fine": draws[..., 0, 0], "bad": draws})
    assert message.startswith("bad[1, 2]: ") and "effective draws of 800" in message
    assert re.search(who, message), message


def test_spread_and_drift_are_seen_too():
    draws = autoregressive((4, 400), 0.0)
    draws[1] *= 5.0
    assert "R-hat 1." in disagreements({"spread": draws})[0]
    drift = autoregressive((4, 400), 0.0) + np.linspace(0.0, 4.0, 400)
    assert "wandering" in disagreements({"drift": drift})[0]


def test_function_comes_first_and_weights_may_disagree():
    fine, apart = autoregressive((4, 200, 3)), autoregressive((4, 200, 3), seed=1)
    apart[0] += 5.0
    assert disagreements({"w": apart, "f": fine}, {"f"}) == []
    (message,) = disagreements({"w": apart, "f": apart, "noise": apart[..., 0]}, {"f"})
    assert message.startswith("f[") and "weights were not judged" in message
    assert "also" not in message and "The same holds for noise." in message
    (message,) = disagreements({"w": apart, "f": fine, "noise": apart[..., 0]}, {"f"})
    assert message.startswith("noise: ")
