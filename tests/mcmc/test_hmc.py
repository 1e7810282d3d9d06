"""The reference implementation: a step reports its trajectory; its draws have the right moments.

Statistical tolerances are 4.5 Monte Carlo standard errors (two-sided false alarm 7e-6 each) or
p-values of 1e-5.
"""

from functools import partial

import numpy as np
import pytest
from scipy import stats

from bnn_teach.errors import ArgumentError, InitialPointError, ShapeError
from bnn_teach.mcmc import hmc, particle, trees
from tests.mcmc.landscapes import banana, normal

COVARIANCE = np.array([[1.0, 1.6], [1.6, 4.0]])
PRECISION = np.linalg.inv(COVARIANCE)
ONES = np.ones(2)


def correlated(z):
    return -0.5 * z @ PRECISION @ z, -PRECISION @ z


def banana_draws(rng, size):
    z0 = rng.standard_normal(size)
    return np.stack([z0, 0.4 * (z0**2 - 1.0) + rng.standard_normal(size)], axis=-1)


def funnel(z):
    """v = z[0] ~ Normal(0, 3) and z[1:] | v ~ Normal(0, exp(v / 2))."""
    v, x = z[0], z[1:]
    spread = np.exp(-v)
    log_prob = -(v**2) / 18.0 - 0.5 * x.size * v - 0.5 * spread * np.sum(x**2)
    return log_prob, np.append(-v / 9.0 - 0.5 * x.size + 0.5 * spread * np.sum(x**2), -spread * x)


def z_score(values, expected):
    """Distance of the mean of one chain's ``values``, shape (S,), from ``expected``, in MCSE."""
    from arviz_stats.base import array_stats

    mcse = array_stats.mcse(values[np.newaxis], method="mean", chain_axis=0, draw_axis=1)
    return (values.mean() - expected) / mcse


# ---- what a step reports -----------------------------------------------------------------------


@pytest.mark.parametrize("step", [trees.nuts_step, partial(hmc.hmc_step, num_steps=7)])
def test_trajectory_leads_from_draw_to_draw(step):
    inverse_mass_matrix = np.array([0.5, 2.0])
    draws, infos = hmc.run(
        banana, [0.5, 0.0], 50, 0.3, step=step, inverse_mass_matrix=inverse_mass_matrix, seed=4
    )
    previous = np.array([0.5, 0.0])
    for draw, info in zip(draws, infos, strict=True):
        np.testing.assert_array_equal(info.positions[info.start], previous)
        np.testing.assert_array_equal(info.positions[info.chosen], draw)
        assert info.candidates[info.start] and info.candidates[info.chosen]
        assert info.energy == info.energies[info.chosen]
        assert len(info.positions) == len(info.energies) == info.n_steps + 1
        state = particle.initial_state(banana, info.positions[0])
        state = state._replace(momentum=info.momenta[0])
        for position, momentum in zip(info.positions, info.momenta, strict=True):
            np.testing.assert_allclose(state.position, position, atol=1e-8)
            np.testing.assert_allclose(state.momentum, momentum, atol=1e-8)
            state = particle.leapfrog(banana, state, 0.3, inverse_mass_matrix)
        previous = draw


def test_acceptance_rate_follows_from_the_energies():
    _, infos = hmc.run(banana, [0.5, 0.0], 50, 0.5, seed=5)
    for info in infos:
        change = np.delete(info.energies, info.start) - info.energies[info.start]
        assert info.acceptance_rate == pytest.approx(np.mean(np.exp(-np.maximum(change, 0.0))))
    _, infos = hmc.run(banana, [0.5, 0.0], 50, 0.5, step="hmc", seed=5)
    for info in infos:
        change = info.energies[-1] - info.energies[0]
        assert info.acceptance_rate == pytest.approx(np.exp(-max(change, 0.0)))
        assert info.tree_depth == 0 and info.n_steps == 16
        assert info.chosen in (0, 16)


@pytest.mark.parametrize("step", [trees.nuts_step, hmc.hmc_step])
def test_neck_of_the_funnel_diverges(step):
    rng = np.random.default_rng(6)
    neck = particle.initial_state(funnel, np.append(-8.0, 0.02 * rng.standard_normal(9)))
    ones, flags = np.ones(10), []
    for _ in range(20):
        state, info = step(funnel, neck, 0.5, ones, rng)
        flags.append(info.diverging)
        excess = info.energies - info.energies[info.start]
        assert info.diverging == bool(np.any(excess > 1000.0))
        assert np.all(np.isfinite(state.position)) and np.isfinite(info.energy)
        assert 0.0 <= info.acceptance_rate <= 1.0
    assert all(flags)
    _, infos = hmc.run(funnel, np.append(3.0, ones[1:]), 20, 0.1, step=step, seed=6)
    assert not any(info.diverging for info in infos)


@pytest.mark.parametrize("bad", [np.nan, -np.inf])
@pytest.mark.parametrize("step", [trees.nuts_step, hmc.hmc_step])
def test_state_without_a_density_is_never_chosen(step, bad):
    def half_normal(z):  # z > 0
        return (-0.5 * z @ z, -z) if z[0] > 0 else (bad, np.full(1, np.nan))

    draws, infos = hmc.run(half_normal, [1.0], 200, 0.3, step=step, seed=8)
    assert np.all(draws > 0.0)
    assert any(info.diverging for info in infos)


# ---- the draws ---------------------------------------------------------------------------------

SAMPLERS = {
    "nuts": (trees.nuts_step, 0.7, 1500),
    "nuts, shallow": (partial(trees.nuts_step, max_tree_depth=2), 0.6, 1500),
    "hmc": (partial(hmc.hmc_step, num_steps=4), 0.6, 2500),
}


@pytest.mark.parametrize("sampler", SAMPLERS)
@pytest.mark.parametrize("inverse_mass_matrix", [None, [1.0, 4.0]])
def test_moments_of_a_correlated_normal(sampler, inverse_mass_matrix):
    step, step_size, num_samples = SAMPLERS[sampler]
    draws, infos = hmc.run(
        correlated,
        np.linalg.cholesky(COVARIANCE) @ [0.5, -0.5],
        num_samples,
        step_size,
        step=step,
        inverse_mass_matrix=inverse_mass_matrix,
        seed=9,
    )
    assert np.mean([info.acceptance_rate for info in infos]) > 0.5
    for i in range(2):
        assert abs(z_score(draws[:, i], 0.0)) < 4.5
        for j in range(i + 1):
            assert abs(z_score(draws[:, i] * draws[:, j], COVARIANCE[i, j])) < 4.5


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_moments_of_a_banana(sampler):
    step, step_size, num_samples = SAMPLERS[sampler]
    draws, infos = hmc.run(banana, [0.5, 0.0], num_samples, step_size, step=step, seed=10)
    assert np.mean([info.acceptance_rate for info in infos]) > 0.5
    z0, z1 = draws.T
    for values, expected in [(z0, 0), (z1, 0), (z0**2, 1), (z1**2, 1.32), (z0**2 * z1, 0.8)]:
        assert abs(z_score(values, expected)) < 4.5


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_one_step_leaves_the_target_invariant(sampler):
    """From exact, independent draws a step leads to exact, independent draws."""
    step, step_size, _ = SAMPLERS[sampler]
    rng, num_draws = np.random.default_rng(11), 3000
    after = []
    for z in banana_draws(rng, num_draws):
        state, _ = step(banana, particle.initial_state(banana, z), step_size, ONES, rng)
        after.append(state.position)
    z0, z1 = np.array(after).T
    assert stats.kstest(z0, "norm").pvalue > 1e-5
    residual = z1 - 0.4 * (z0**2 - 1.0)
    assert stats.kstest(residual, "norm").pvalue > 1e-5
    assert stats.kstest(z0**2 + residual**2, "chi2", args=(2,)).pvalue > 1e-5  # twice the energy


# ---- run ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", ["nuts", "hmc"])
def test_same_seed_same_draws(step):
    draws, infos = hmc.run(banana, [0.0, 0.0], 30, 0.3, step=step, seed=14)
    again, _ = hmc.run(banana, [0.0, 0.0], 30, 0.3, step=step, seed=14)
    other, _ = hmc.run(banana, [0.0, 0.0], 30, 0.3, step=step, seed=15)
    assert draws.shape == (30, 2) and draws.dtype == np.float64 and len(infos) == 30
    np.testing.assert_array_equal(draws, again)
    assert not np.any(draws[-1] == other[-1])


def test_anything_that_numpy_reads_is_accepted():
    def float32(z):
        return np.float32(-0.5 * z @ z), [-float(v) for v in z]

    draws, _ = hmc.run(float32, [0, 1], 5, 0.3, inverse_mass_matrix=[1, 2], seed=0)
    assert draws.dtype == np.float64


def test_initial_position_is_left_alone():
    initial = np.array([0.5, 0.5])
    hmc.run(normal, initial, 5, 0.3, seed=0)
    np.testing.assert_array_equal(initial, [0.5, 0.5])


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ({"step": "gibbs"}, ArgumentError, "'nuts', 'hmc' or a function"),
        ({"step_size": -0.1}, ArgumentError, "step_size=-0.1: expected a number above 0"),
        ({"step_size": np.nan}, ArgumentError, "step_size=nan: expected a number above 0"),
        ({"num_samples": -1}, ArgumentError, "integer"),
        ({"num_samples": 1.5}, ArgumentError, "integer"),
        ({"initial": 0.0}, ShapeError, r"\(D,\)"),
        ({"initial": [[0.0, 0.0]]}, ShapeError, "Flatten"),
        ({"inverse_mass_matrix": np.eye(2)}, ShapeError, "diagonal"),
        ({"inverse_mass_matrix": [1.0, 0.0]}, ArgumentError, "positive numbers"),
        ({"value_and_grad": lambda z: (0.0, 0.0)}, ShapeError, "gradient"),
        ({"value_and_grad": lambda z: (-np.inf, z)}, InitialPointError, "log_prob = -inf"),
        ({"value_and_grad": lambda z: (0.0, z * np.nan)}, InitialPointError, "gradient"),
    ],
)
def test_wrong_arguments_are_named(arguments, error, text):
    given = {
        "value_and_grad": lambda z: (-0.5 * np.sum(z * z), -z),
        "initial": [0.0, 0.0],
        "num_samples": 3,
        "step_size": 0.1,
        "seed": 0,
    }
    with pytest.raises(error, match=text):
        hmc.run(**(given | arguments))
