"""The microcanonical sampler: its accounts of energy and volume are exact, and so are its draws.

Statistical tolerances are 4.5 Monte Carlo standard errors (two-sided false alarm 7e-6 each) or
p-values of 1e-5.
"""

from functools import partial

import numpy as np
import pytest
from scipy import integrate, stats

from bnn_teach.errors import ShapeError
from bnn_teach.mcmc import hmc, particle
from bnn_teach.mcmc.microcanonical import energy, leapfrog, microcanonical_step
from tests.mcmc.landscapes import banana, moving, normal
from tests.mcmc.test_hmc import COVARIANCE, banana_draws, correlated, z_score

METRIC = np.array([0.5, 2.0])
ONES = np.ones(2)


def quartic(z):
    """A smooth landscape in any number of coordinates, whose gradient has no simple direction."""
    return -0.25 * np.sum(z**4) - 0.5 * np.sum(z) ** 2, -(z**3) - np.sum(z)


def trajectory(value_and_grad, state, step_size, metric, count):
    for _ in range(count):
        state = leapfrog(value_and_grad, state, step_size, metric)
    return state


def length(vector, metric):
    return np.sqrt(np.sum(metric * vector**2))


# ---- one step ----------------------------------------------------------------------------------


def test_turns_solve_their_equation():
    """A step is rebuilt from a numerical solution of dr/dt = |r| g / (D - 1); so is its energy."""
    metric, step_size = np.array([0.5, 2.0, 1.3]), 0.4
    start = moving(quartic, [0.3, -0.7, 1.1], [1.0, 0.4, -2.0])

    def turn(r, g):
        def velocity(_, r):
            return length(r, metric) * g / 2

        span = (0.0, step_size / 2)
        return integrate.solve_ivp(velocity, span, r, "DOP853", rtol=1e-12, atol=1e-13).y[:, -1]

    r = turn(start.momentum, start.grad)
    z = start.position + step_size * metric * r / length(r, metric)
    log_prob, grad = quartic(z)
    r = turn(r, grad)
    end = leapfrog(quartic, start, step_size, metric)
    np.testing.assert_allclose(end.position, z, rtol=0, atol=1e-10)
    np.testing.assert_allclose(end.momentum, r, rtol=0, atol=1e-10)
    rise = 2 * np.log(length(r, metric) / length(start.momentum, metric)) - log_prob
    rise += start.log_prob
    assert abs(rise) > 1e-3
    assert energy(end, metric) - energy(start, metric) == pytest.approx(rise, abs=1e-9)


@pytest.mark.parametrize("value_and_grad", [normal, banana, quartic])
def test_steps_are_reversible_and_of_one_length(value_and_grad):
    start = moving(value_and_grad, [0.3, -0.7], [1.1, 0.4])
    end = trajectory(value_and_grad, start, 0.1, METRIC, 40)
    assert np.linalg.norm(end.position - start.position) > 0.1
    back = trajectory(value_and_grad, end, -0.1, METRIC, 40)
    flipped = trajectory(value_and_grad, end._replace(momentum=-end.momentum), 0.1, METRIC, 40)
    for found, sign in [(back, 1), (flipped, -1)]:
        np.testing.assert_allclose(found.position, start.position, rtol=0, atol=1e-9)
        np.testing.assert_allclose(found.momentum, sign * start.momentum, rtol=0, atol=1e-9)
    one = leapfrog(value_and_grad, start, 0.1, METRIC)
    moved = length((one.position - start.position) / METRIC, METRIC)
    assert moved == pytest.approx(0.1, abs=1e-12)


@pytest.mark.parametrize("value_and_grad", [normal, quartic])
def test_volume_changes_as_stated(value_and_grad):
    """The map of positions and directions has the Jacobian (|r| / |r'|)^(D - 1)."""
    start = moving(value_and_grad, [0.3, -0.7, 1.1], [1.0, 0.4, -2.0] / np.sqrt(5.16))
    ones = np.ones(3)

    def tangents(r):  # two directions across r
        return np.linalg.svd(r[None])[2][1:]

    def move(by):
        momentum = start.momentum + by[3:] @ tangents(start.momentum)
        at = moving(value_and_grad, start.position + by[:3], momentum / np.linalg.norm(momentum))
        end = trajectory(value_and_grad, at, 0.3, ones, 4)
        return np.append(end.position, across @ end.momentum / np.linalg.norm(end.momentum))

    end = trajectory(value_and_grad, start, 0.3, ones, 4)
    across, h = tangents(end.momentum), 1e-5
    jacobian = np.stack([(move(h * e) - move(-h * e)) / (2 * h) for e in np.eye(5)], -1)
    stated = np.linalg.norm(end.momentum) ** -2.0
    assert abs(np.log(stated)) > 0.1
    assert abs(np.linalg.det(jacobian)) == pytest.approx(stated, rel=1e-6)


def test_energy_error_is_of_order_step_size_squared():
    start = moving(quartic, [1.0, -0.5], [0.8, 0.6])
    step_sizes = 2.0 ** -np.arange(5, 10)
    ends = [trajectory(quartic, start, e, METRIC, round(2 / e)) for e in step_sizes]
    errors = np.abs([energy(end, METRIC) - energy(start, METRIC) for end in ends])
    slope = np.polyfit(np.log(step_sizes), np.log(errors), 1)[0]
    assert slope == pytest.approx(2.0, abs=0.05)


def test_flat_land_is_crossed_straight_on():
    def flat(z):
        return 0.0, np.zeros(2)

    end = trajectory(flat, moving(flat, [0.0, 0.0], [3.0, 4.0]), 0.5, ONES, 4)
    np.testing.assert_allclose(end.position, [1.2, 1.6], atol=1e-12)
    np.testing.assert_array_equal(end.momentum, [3.0, 4.0])


# ---- the draws ---------------------------------------------------------------------------------


def test_accepting_follows_from_the_energies():
    step = partial(microcanonical_step, num_steps=5)
    draws, infos = hmc.run(
        banana, [0.5, 0.0], 60, 0.8, step=step, inverse_mass_matrix=METRIC, seed=4
    )
    previous = np.array([0.5, 0.0])
    for draw, info in zip(draws, infos, strict=True):
        np.testing.assert_array_equal(info.positions[0], previous)
        np.testing.assert_array_equal(info.positions[info.chosen], draw)
        rise = info.energies[-1] - info.energies[0]
        assert info.acceptance_rate == pytest.approx(np.exp(-max(rise, 0.0)), abs=1e-12)
        assert info.energy == info.energies[info.chosen]
        for z, r, total in zip(info.positions, info.momenta, info.energies, strict=True):
            assert total == pytest.approx(np.log(length(r, METRIC)) - banana(z)[0], abs=1e-9)
        previous = draw
    steps = [info.n_steps for info in infos]
    assert min(steps) == 1 and max(steps) == 9
    assert 0 < sum(info.chosen == 0 for info in infos) < 30


@pytest.mark.parametrize("inverse_mass_matrix", [None, [1.0, 4.0]])
def test_moments_of_a_correlated_normal(inverse_mass_matrix):
    draws, _ = hmc.run(
        correlated,
        np.linalg.cholesky(COVARIANCE) @ [0.5, -0.5],
        1500,
        0.8,
        step=partial(microcanonical_step, num_steps=4),
        inverse_mass_matrix=inverse_mass_matrix,
        seed=9,
    )
    for i in range(2):
        assert abs(z_score(draws[:, i], 0.0)) < 4.5
        for j in range(i + 1):
            assert abs(z_score(draws[:, i] * draws[:, j], COVARIANCE[i, j])) < 4.5


def test_quantiles_of_a_density_known_by_quadrature():
    """Two coupled double wells: the distribution of the first, by a fine grid."""

    def wells(z):
        slopes = -4.0 * z * (z**2 - 1.0) + 0.5 * z[::-1]
        return -np.sum((z**2 - 1.0) ** 2) + 0.5 * z[0] * z[1], slopes

    grid = np.linspace(-4.0, 4.0, 801)
    a, b = np.meshgrid(grid, grid, indexing="ij")
    weights = np.exp(-((a**2 - 1.0) ** 2) - (b**2 - 1.0) ** 2 + 0.5 * a * b)
    below = np.cumsum(weights.sum(1)) / weights.sum()
    draws, _ = hmc.run(
        wells, [1.0, 1.0], 2000, 0.5, step=partial(microcanonical_step, num_steps=4), seed=12
    )
    for level in (0.1, 0.3, 0.7, 0.9):
        edge = np.interp(level, below, grid + 0.005)
        assert abs(z_score((draws[:, 0] < edge).astype(float), level)) < 4.5


def test_one_step_leaves_the_target_invariant_if_it_is_adjusted():
    """Long steps: without adjustment the draws are visibly wrong."""
    pvalues = {}
    for adjusted in (True, False):
        rng, after = np.random.default_rng(11), []
        for z in banana_draws(rng, 3000):
            state = particle.initial_state(banana, z)
            step = partial(microcanonical_step, num_steps=3, adjusted=adjusted)
            after.append(step(banana, state, 1.2, ONES, rng)[0].position)
        z0, z1 = np.array(after).T
        residual = z1 - 0.4 * (z0**2 - 1.0)
        twice = z0**2 + residual**2
        pvalues[adjusted] = stats.kstest(twice, "chi2", args=(2,)).pvalue
        if adjusted:
            assert stats.kstest(z0, "norm").pvalue > 1e-5
    assert pvalues[True] > 1e-5 > pvalues[False]


@pytest.mark.parametrize("adjusted", [True, False])
@pytest.mark.parametrize("bad", [np.nan, -np.inf])
def test_state_without_a_density_is_never_chosen(bad, adjusted):
    def half_normal(z):  # z[0] > 0
        return (-0.5 * z @ z, -z) if z[0] > 0 else (bad, np.full(2, np.nan))

    step = partial(microcanonical_step, num_steps=3, adjusted=adjusted)
    draws, infos = hmc.run(half_normal, [1.0, 0.0], 100, 0.5, step=step, seed=8)
    assert np.all(draws[:, 0] > 0.0)
    assert any(info.diverging for info in infos)


def test_one_coordinate_is_refused():
    with pytest.raises(ShapeError, match=r"got shape \(1,\).*hmc_step"):
        hmc.run(normal, [0.5], 1, 0.1, step=microcanonical_step, seed=0)
