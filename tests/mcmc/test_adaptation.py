"""Warm-up: windows that cover it, a step size that meets its target, scales that are exact.

The update of the step size is compared with the formulas of Hoffman & Gelman (2014), section 3.2,
written out in NumPy.
"""

import itertools

import numpy as np
import pytest

from bnn_teach.engine.runtime import tf
from bnn_teach.mcmc.adaptation import (
    DualAveraging,
    estimate_scale,
    start_dual_averaging,
    start_welford,
    update_dual_averaging,
    update_welford,
    windows,
)

# ---- windows -----------------------------------------------------------------------------------


def test_windows_of_a_thousand_steps_are_stans():
    assert windows(1000) == [(75, 100), (100, 150), (150, 250), (250, 450), (450, 950)]


@pytest.mark.parametrize("burn_in", [20, 21, 50, 149, 150, 151, 300, 500, 600, 1000, 5000])
def test_windows_are_contiguous_and_leave_room_at_both_ends(burn_in):
    result = windows(burn_in)
    assert 0 < result[0][0] <= 75
    assert 0 < burn_in - result[-1][1] <= 50
    assert all(before[1] == after[0] for before, after in itertools.pairwise(result))
    sizes = [stop - start for start, stop in result]
    assert all(size >= 10 for size in sizes)
    for before, after in itertools.pairwise(sizes[:-1]):
        assert after == 2 * before
    if len(sizes) > 1:
        assert sizes[-1] >= 2 * sizes[-2]  # the last window also takes what would be left over


@pytest.mark.parametrize("burn_in", [0, 1, 19])
def test_short_warm_up_estimates_no_metric(burn_in):
    assert windows(burn_in) == []


# ---- the step size -----------------------------------------------------------------------------


def dual_averaging(accept, target, first):
    """Nesterov's dual averaging, one chain: log of the step sizes tried, and their average."""
    gamma, t0, kappa, mu = 0.05, 10.0, 0.75, np.log(10.0 * first)
    error, average, steps = 0.0, 0.0, []
    for t, rate in enumerate(accept, start=1):
        error = (1 - 1 / (t + t0)) * error + (target - rate) / (t + t0)
        log_step = mu - np.sqrt(t) / gamma * error
        average = t**-kappa * log_step + (1 - t**-kappa) * average
        steps.append(log_step)
    return np.array(steps), average


def test_search_is_dual_averaging():
    accept = np.random.default_rng(0).uniform(size=(100, 2))
    state, steps = start_dual_averaging(np.array([0.1, 3.0])), []
    for rates in accept:
        state = update_dual_averaging(state, tf.constant(rates), 0.8)
        steps.append(state.log_step.numpy())
    assert isinstance(state, DualAveraging)
    for chain, first in enumerate([0.1, 3.0]):
        expected, average = dual_averaging(accept[:, chain], 0.8, first)
        np.testing.assert_allclose(np.array(steps)[:, chain], expected, rtol=1e-10)
        np.testing.assert_allclose(state.log_step_average[chain], average, rtol=1e-10)


@pytest.mark.parametrize("target", [0.6, 0.8, 0.95])
def test_search_finds_the_step_whose_rate_is_the_target(target):
    """With acceptance rate exp(-step) the answer is -log(target): 0.51, 0.22, 0.051."""
    state = start_dual_averaging(np.array([1e-3, 0.1, 10.0]))
    for _ in range(1000):
        state = update_dual_averaging(state, tf.exp(-tf.exp(state.log_step)), target)
    found = np.exp(np.asarray(state.log_step_average))
    np.testing.assert_allclose(np.exp(-found), target, atol=0.01)


# ---- the metric --------------------------------------------------------------------------------


def collected(draws):
    """Feed draws of shape (S, C, D) to the running moments."""
    state = start_welford(*draws.shape[1:], draws.dtype)
    for z in draws:
        state = update_welford(state, tf.constant(z))
    return tf.nest.map_structure(np.asarray, state)


def test_moments_are_numpys():
    rng = np.random.default_rng(1)
    draws = rng.normal(100.0, [[1.0, 50.0, 0.01]], size=(200, 2, 3))
    state = collected(draws)
    np.testing.assert_allclose(state.mean, draws.mean(0), rtol=1e-10)
    np.testing.assert_allclose(state.squares, draws.var(0) * 200, rtol=1e-8)


def test_moments_keep_single_precision_far_from_zero():
    draws = np.random.default_rng(2).normal(1000.0, 0.1, size=(500, 1, 1)).astype(np.float32)
    variance = float(collected(draws).squares[0, 0]) / 500
    assert variance == pytest.approx(draws.astype(np.float64).var(), rel=0.01)


def test_scale_of_a_gaussian_is_its_standard_deviation():
    """The relative error of a standard deviation from 1000 draws is 1 / sqrt(2000) = 0.022.

    Six estimates stay within 4.5 of these, and the shrinkage adds 0.3 % at the most.
    """
    sd = np.array([0.1, 1.0, 3.0])
    draws = np.random.default_rng(3).normal(5.0, sd, size=(1000, 2, 3))
    scale = estimate_scale(collected(draws))
    assert scale.shape == (2, 3)
    np.testing.assert_allclose(scale, np.broadcast_to(sd, (2, 3)), rtol=4.5 * 0.022 + 0.003)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_coordinate_without_an_estimate_keeps_the_scale_one(bad):
    draws = np.random.default_rng(4).normal(size=(50, 1, 2))
    draws[10, 0, 1] = bad
    with np.errstate(invalid="ignore"):
        scale = estimate_scale(collected(draws))
    assert scale[0, 1] == 1.0 and np.isfinite(scale[0, 0])


def test_chain_that_did_not_move_gets_a_finite_scale():
    still = np.full((30, 1, 2), 2.0, np.float32)
    scale = estimate_scale(collected(still))
    assert scale.dtype == np.float32 and np.all((scale > 0.0) & np.isfinite(scale))
