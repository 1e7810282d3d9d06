"""Parallel tempering against a mixture of two normals, whose modes have known masses.

Statistical tolerances are 4.5 Monte Carlo standard errors (two-sided false alarm 7e-6 each).
"""

import math
from functools import partial

import numpy as np
import pytest
from arviz_stats.base import array_stats
from scipy import integrate

from bnn_teach.errors import ArgumentError, ShapeError
from bnn_teach.mcmc import hmc, particle, tempering
from tests.mcmc.landscapes import normal

PLACES, SHARES = np.array([0.0, 12.0]), np.array([0.7, 0.3])
POWERS = np.array([1.0, 0.3, 0.1, 0.03])


def two_modes(z):
    terms = np.log(SHARES) - 0.5 * (z[0] - PLACES) ** 2
    weights = np.exp(terms - terms.max())
    slope = weights @ (PLACES - z[0]) / weights.sum()
    return terms.max() + np.log(weights.sum()), np.array([slope])


def exactly(function, power):
    """The mean of a function under the density at a power, by quadrature."""

    def weighted(x):
        return np.array([1.0, function(x)]) * math.exp(power * two_modes(np.array([x]))[0])

    reach = 6 / math.sqrt(power)
    edges = [-reach, 6.0, 12 + reach]
    total = sum(integrate.quad_vec(weighted, *edges[i : i + 2])[0] for i in range(2))
    return total[1] / total[0]


def z_score(values, expected):
    mcse = array_stats.mcse(values[np.newaxis], method="mean", chain_axis=0, draw_axis=1)
    return (values.mean() - expected) / mcse


@pytest.fixture(scope="module")
def run():
    step = partial(hmc.hmc_step, num_steps=3)
    return tempering.run(two_modes, [0.0], 4000, 0.7, POWERS, step=step, seed=3)


def test_every_power_has_its_own_density(run):
    for power, draws in zip(POWERS, run.draws[..., 0], strict=True):
        for function in (lambda x: x > 6, lambda x: x, lambda x: (x - 6) ** 2):
            error = z_score(function(draws).astype(float), exactly(function, power))
            assert abs(error) < 4.5, (power, error)
    assert exactly(lambda x: x > 6, 1.0) == pytest.approx(0.3, abs=1e-6)
    inside = run.draws[0, :, 0] > 6
    assert np.abs(np.diff(inside.astype(int))).sum() > 100


def test_one_chain_alone_never_sees_the_second_mode():
    draws, _ = hmc.run(two_modes, [0.0], 1000, 0.7, seed=3)
    assert draws.max() < 6


def test_report(run):
    assert run.draws.shape == (4, 4000, 1) and run.swap_rates.shape == (3,)
    assert np.all((run.swap_rates > 0.2) & (run.swap_rates < 1))
    assert run.num_gradients == 4 * 4000 * 3


def test_swapped_states_know_their_density_at_the_new_power():
    rng = np.random.default_rng(0)
    powers = np.array([1.0, 0.25, 0.1])

    def at(power):
        return lambda z: tuple(power * np.asarray(each) for each in two_modes(z))

    places = [[3.0], [0.4], [11.0]]
    states = [particle.initial_state(at(b), z) for b, z in zip(powers, places, strict=True)]
    swapped, rate = tempering.swap(states, powers, 0, rng)
    assert rate == 1.0  # the flatter chain was at the denser place
    for state, power, k in zip(swapped, powers, (1, 0, 2), strict=True):
        expected = particle.initial_state(at(power), places[k])
        np.testing.assert_array_equal(state.position, expected.position)
        assert state.log_prob == pytest.approx(expected.log_prob)
        np.testing.assert_allclose(state.grad, expected.grad)
    gain = 0.75 * (two_modes(np.array([3.0]))[0] - two_modes(np.array([0.4]))[0])
    rates = [tempering.swap(swapped, powers, 0, rng) for _ in range(400)]
    np.testing.assert_allclose([rate for _, rate in rates], math.exp(gain))
    moved = np.mean([states[0].position[0] == 3.0 for states, _ in rates])
    assert abs(moved - math.exp(gain)) < 4.5 * 0.5 / 20


def test_same_seed_same_draws():
    one, same, other = (
        tempering.run(normal, [0.0, 0.0], 20, 0.5, [1, 0.5], seed=s) for s in (1, 1, 2)
    )
    np.testing.assert_array_equal(one.draws, same.draws)
    assert not np.any(one.draws[:, -1] == other.draws[:, -1])
    none = tempering.run(normal, [0.0, 0.0], 1, 0.5, [1, 0.5, 0.2], seed=1)
    assert np.isnan(none.swap_rates[1]) and none.swap_rates[0] >= 0  # its turn had not come


@pytest.mark.parametrize(
    "powers", [1.0, [1.0], [0.5, 1.0], [0.9, 0.5], [1, 0.5, 0.5], [1, 0], [1, np.nan], [[1, 0.5]]]
)
def test_powers_must_fall_from_one(powers):
    with pytest.raises(ArgumentError, match=r"powers: got .* fall from 1"):
        tempering.run(normal, [0.0, 0.0], 3, 0.5, powers, seed=0)


def test_other_arguments_are_checked_as_elsewhere():
    with pytest.raises(ArgumentError, match="step_size=0"):
        tempering.run(normal, [0.0, 0.0], 3, 0.0, [1, 0.5], seed=0)
    with pytest.raises(ArgumentError, match="num_samples=-1"):
        tempering.run(normal, [0.0, 0.0], -1, 0.5, [1, 0.5], seed=0)
    with pytest.raises(ShapeError, match="Flatten"):
        tempering.run(lambda z: (0.0, -z), [[0.0, 0.0]], 3, 0.5, [1, 0.5], seed=0)
