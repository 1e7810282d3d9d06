"""Diagnostics of functions are ArviZ's own; the sampler's warnings speak when they should."""

import numpy as np
import pytest
import xarray as xr

from bnn_teach.diagnostics import bfmi, function_diagnostics, sampling_warnings
from bnn_teach.errors import ArgumentError, ShapeError

NAMES = ["r_hat", "ess_bulk", "ess_tail", "mcse_mean", "mcse_sd", "mcse_q5", "mcse_q95"]


def autoregressive(shape, correlation=0.6, seed=0):
    """Draws of shape (chain, draw, *points) with the given lag-one correlation."""
    noise = np.random.default_rng(seed).standard_normal(shape)
    draws = noise.copy()
    for t in range(1, shape[1]):
        draws[:, t] = correlation * draws[:, t - 1] + np.sqrt(1 - correlation**2) * noise[:, t]
    return draws


def healthy(chains=4, draws=500):
    rng = np.random.default_rng(0)
    shape = (chains, draws)
    return {
        "diverging": np.zeros(shape, dtype=bool),
        "n_steps": np.full(shape, 7),
        "acceptance_rate": rng.uniform(0.6, 1.0, shape),
        "energy": rng.normal(10.0, 2.0, shape),
        "lp": rng.normal(-8.0, 2.0, shape),
    }


# ---- functions ---------------------------------------------------------------------------------


def test_numbers_are_those_of_arviz():
    from arviz_stats.base import array_stats

    draws = autoregressive((4, 300, 3))
    result = function_diagnostics(draws)
    assert list(result.data_vars) == NAMES
    for i in range(3):
        at_point, axes = draws[..., i], {"chain_axis": 0, "draw_axis": 1}
        expected = {
            "r_hat": array_stats.rhat(at_point, method="rank", **axes),
            "ess_bulk": array_stats.ess(at_point, method="bulk", **axes),
            "ess_tail": array_stats.ess(at_point, method="tail", prob=(0.05, 0.95), **axes),
            "mcse_mean": array_stats.mcse(at_point, method="mean", **axes),
            "mcse_sd": array_stats.mcse(at_point, method="sd", **axes),
            "mcse_q5": array_stats.mcse(at_point, method="quantile", prob=0.05, **axes),
            "mcse_q95": array_stats.mcse(at_point, method="quantile", prob=0.95, **axes),
        }
        for name, value in expected.items():
            assert result[name].dims == ("point_0",) and result[name].dtype == np.float64
            assert float(result[name][i]) == float(value), name


@pytest.mark.parametrize("only", ["r_hat", ["mcse_q95", "ess_bulk"]])
def test_only_some_are_the_same_as_among_all(only):
    draws = np.random.default_rng(3).standard_normal((1, 40, 5))
    everything, some = function_diagnostics(draws), function_diagnostics(draws, only=only)
    assert some.identical(everything[[only] if isinstance(only, str) else only])


@pytest.mark.parametrize("only", ["rhat", ["r_hat", "ess"], [["r_hat"]]])
def test_what_is_not_a_diagnostic_is_refused(only):
    with pytest.raises(ArgumentError, match=r"only=.*expected .*r_hat"):
        function_diagnostics(np.zeros((2, 8, 3)), only=only)


def test_chain_elsewhere_raises_r_hat_at_its_points_only():
    draws = autoregressive((4, 500, 2), seed=2)
    draws[3, :, 1] += 3.0
    r_hat = function_diagnostics(draws)["r_hat"]
    assert r_hat[0] < 1.05 < 1.3 < r_hat[1]


def test_x_becomes_the_coordinate():
    draws, x = autoregressive((2, 50, 4)), np.linspace(-1.0, 1.0, 4)
    for given_draws in (draws, draws[..., np.newaxis]):
        for given_x in (x, x[:, np.newaxis], list(x)):
            result = function_diagnostics(given_draws, given_x)
            assert result["r_hat"].dims == ("x",)
            np.testing.assert_array_equal(result["x"], x)
            xr.testing.assert_equal(result, function_diagnostics(draws, x))


def test_data_array_is_read_by_its_dims():
    draws, x = autoregressive((2, 50, 4)), np.linspace(-1.0, 1.0, 4)
    expected = function_diagnostics(draws, x)
    array = xr.DataArray(
        draws, dims=["chain", "draw", "x"], coords={"chain": [0, 1], "draw": np.arange(50), "x": x}
    )
    xr.testing.assert_equal(function_diagnostics(array.transpose("x", "draw", "chain")), expected)
    xr.testing.assert_equal(function_diagnostics(array.expand_dims("out", -1), x), expected)
    xr.testing.assert_equal(function_diagnostics(array, x), expected)
    other = array.rename(x="place").assign_coords(label=("place", list("abcd")))
    xr.testing.assert_equal(function_diagnostics(other, x), expected)
    assert list(function_diagnostics(other)["label"].values) == list("abcd")


def test_points_may_have_any_shape():
    draws = autoregressive((2, 50, 2, 3))
    result = function_diagnostics(draws)
    assert result["r_hat"].shape == (2, 3)
    scalar = function_diagnostics(draws[..., 1, 2])
    assert scalar["r_hat"].shape == ()
    assert float(scalar["r_hat"]) == float(result["r_hat"][1, 2])
    assert function_diagnostics(draws[:, :, 0, :1])["r_hat"].shape == (1,)


def test_single_chain_is_compared_with_itself():
    from arviz_stats.base import array_stats

    draws = autoregressive((1, 200, 2), correlation=0.0, seed=3)
    draws[:, 100:, 1] += 3.0  # the chain moved away half-way
    result = function_diagnostics(draws)
    assert result["r_hat"][0] < 1.05 < 1.3 < result["r_hat"][1]
    halves = draws[0, :, 0].reshape(2, 100)
    assert float(result["r_hat"][0]) == float(array_stats.rhat(halves, method="rank"))
    assert np.all(np.isfinite(result["ess_bulk"]))
    with_coords = xr.DataArray(
        draws, dims=["chain", "draw", "x"], coords={"chain": [0], "draw": np.arange(200)}
    )
    np.testing.assert_array_equal(function_diagnostics(with_coords)["r_hat"], result["r_hat"])
    few = function_diagnostics(draws[:, :5])
    assert np.all(np.isnan(few["r_hat"])) and np.all(np.isfinite(few["ess_bulk"]))


def test_constant_function_has_no_diagnostics():
    draws = autoregressive((4, 50, 3))
    draws[..., 1] = 0.1
    result = function_diagnostics(draws)
    for name in NAMES:
        np.testing.assert_array_equal(np.isnan(result[name]), [False, True, False])


def test_chains_stuck_at_different_places_are_seen():
    draws = np.broadcast_to(np.arange(4.0)[:, np.newaxis, np.newaxis], (4, 50, 1))
    result = function_diagnostics(draws)
    assert result["r_hat"][0] > 1e3 and result["ess_bulk"][0] < 10


@pytest.mark.parametrize(
    ("draws", "x", "error", "text"),
    [
        (np.zeros(10), None, ShapeError, r"draws\[np.newaxis\]"),
        (np.zeros((4, 1, 3)), None, ShapeError, "at least 4 draws"),
        (np.zeros((4, 0, 3)), None, ShapeError, "at least 4 draws"),
        (np.zeros((0, 10, 3)), None, ShapeError, "one chain"),
        (np.zeros((4, 10, 0)), None, ShapeError, "one point"),
        (np.zeros((4, 10, 3)), np.zeros(4), ShapeError, r"x with shape \(4,\)"),
        (np.zeros((4, 10, 3)), np.zeros((3, 2)), ShapeError, r"x with shape \(3, 2\)"),
        (np.zeros((4, 10, 3, 2)), np.zeros(3), ShapeError, "Leave x out"),
        (xr.DataArray(np.zeros((40, 3)), dims=["sample", "x"]), None, ShapeError, "'chain'"),
    ],
)
def test_wrong_shapes_are_named(draws, x, error, text):
    with pytest.raises(error, match=text):
        function_diagnostics(draws, x)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_draw_that_is_not_finite_is_named(bad):
    draws = autoregressive((4, 20, 3))
    draws[2, 7, 1] = bad
    with pytest.raises(ArgumentError, match=rf"got {bad} at index \(2, 7, 1\)"):
        function_diagnostics(draws)


# ---- the sampler -------------------------------------------------------------------------------


def test_bfmi_is_that_of_arviz():
    from arviz_stats.base import array_stats

    energy = autoregressive((4, 200), correlation=0.9)
    np.testing.assert_allclose(bfmi(energy), array_stats.bfmi(energy), rtol=1e-12)
    np.testing.assert_allclose(bfmi(autoregressive((2, 9000), correlation=0.0)), 2.0, rtol=0.1)
    assert np.isnan(bfmi(np.ones((1, 10))))


def test_healthy_run_gives_no_warning():
    assert sampling_warnings(healthy()) == []
    assert (
        sampling_warnings(xr.Dataset({k: (("chain", "draw"), v) for k, v in healthy().items()}))
        == []
    )
    assert sampling_warnings({}) == []
    assert sampling_warnings(healthy(draws=0)) == []
    assert sampling_warnings(healthy(draws=1)) == []


def test_divergences_are_counted():
    stats = healthy()
    stats["diverging"][1, :30] = True
    stats["diverging"][2, 0] = True
    (message,) = sampling_warnings(stats)
    assert message.startswith("31 of 2000 transitions diverged (1.6%; chain 1: 6.0%)")
    assert "target_accept" in message


def test_saturated_trees_are_reported_above_a_share():
    stats = healthy()
    stats["n_steps"][:, :250] = 63
    assert sampling_warnings(stats, max_tree_depth=10) == []
    (message,) = sampling_warnings(stats, max_tree_depth=6)
    assert message.startswith("50.0% of the trees reached max_tree_depth=6 (63 leapfrog steps)")
    stats["n_steps"][:, :250] = 40  # the last doubling found its U-turn in time
    assert sampling_warnings(stats, max_tree_depth=6) == []
    stats["n_steps"][:, :20] = 63  # 4 %
    assert sampling_warnings(stats, max_tree_depth=6) == []


@pytest.mark.parametrize("how", ["rejected", "not a number", "lp"])
def test_stuck_chains_are_named(how):
    stats = healthy()
    if how == "lp":
        stats["lp"][[0, 2]] = -8.0
    else:
        stats["acceptance_rate"][[0, 2]] = 1e-6 if how == "rejected" else np.nan
    (message,) = sampling_warnings(stats)
    assert message.startswith("Chains 0, 2 did not move")


def test_low_bfmi_is_reported_for_its_chain():
    stats = healthy()
    stats["energy"][3] = np.cumsum(stats["energy"][3] - 10.0)
    (message,) = sampling_warnings(stats)
    assert message.startswith("Chain 3: BFMI 0.0")
    stats["energy"][3] = 10.0  # constant: stuck, not slow
    (message,) = sampling_warnings(stats)
    assert message.startswith("Chain 3 did not move")


def test_gravest_message_comes_first_and_each_is_short():
    stats = healthy()
    stats["diverging"][:], stats["n_steps"][:], stats["acceptance_rate"][0] = True, 1023, 0.0
    stats["energy"][3] = np.cumsum(stats["energy"][3] - 10.0)
    messages = sampling_warnings(stats)
    assert len(messages) == 4 and "did not move" in messages[0]
    assert all(message.count(". ") <= 1 for message in messages)


def test_statistics_of_another_shape_are_refused():
    with pytest.raises(ShapeError, match=r"diverging with shape \(5,\)"):
        sampling_warnings({"diverging": np.zeros(5, dtype=bool)})
