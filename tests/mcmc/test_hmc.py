"""The readable sampler: its mechanics are exact mathematics, its draws have the right moments.

Statistical tolerances are 4.5 Monte Carlo standard errors (two-sided false alarm 7e-6 each) or
p-values of 1e-5.
"""

from functools import partial

import numpy as np
import pytest
from scipy import stats

from bnn_teach.errors import ArgumentError, InitialPointError, ShapeError
from bnn_teach.mcmc import hmc

COVARIANCE = np.array([[1.0, 1.6], [1.6, 4.0]])
PRECISION = np.linalg.inv(COVARIANCE)
ONES = np.ones(2)


def normal(z):
    return -0.5 * z @ z, -z


def correlated(z):
    return -0.5 * z @ PRECISION @ z, -PRECISION @ z


def quartic(z):
    """Two coupled anharmonic oscillators."""
    log_prob = -0.25 * np.sum(z**4) - 0.3 * z[0] * z[1] - 0.5 * (z[0] * z[1]) ** 2
    return log_prob, -(z**3) - 0.3 * z[::-1] - z * z[::-1] ** 2


def banana(z):
    """z0 ~ Normal(0, 1) and z1 | z0 ~ Normal(0.4 (z0**2 - 1), 1)."""
    residual = z[1] - 0.4 * (z[0] ** 2 - 1.0)
    grad = np.array([-z[0] + 0.8 * z[0] * residual, -residual])
    return -0.5 * z[0] ** 2 - 0.5 * residual**2, grad


def banana_draws(rng, size):
    z0 = rng.standard_normal(size)
    return np.stack([z0, 0.4 * (z0**2 - 1.0) + rng.standard_normal(size)], axis=-1)


def funnel(z):
    """v = z[0] ~ Normal(0, 3) and z[1:] | v ~ Normal(0, exp(v / 2))."""
    v, x = z[0], z[1:]
    spread = np.exp(-v)
    log_prob = -(v**2) / 18.0 - 0.5 * x.size * v - 0.5 * spread * np.sum(x**2)
    return log_prob, np.append(-v / 9.0 - 0.5 * x.size + 0.5 * spread * np.sum(x**2), -spread * x)


def moving(value_and_grad, position, momentum):
    return hmc.initial_state(value_and_grad, position)._replace(momentum=np.array(momentum))


def fly(value_and_grad, state, step_size, inverse_mass_matrix, num_steps):
    states = [state]
    for _ in range(num_steps):
        states.append(hmc.leapfrog(value_and_grad, states[-1], step_size, inverse_mass_matrix))
    return states


def z_score(values, expected):
    """Distance of the mean of one chain's ``values``, shape (S,), from ``expected``, in MCSE."""
    from arviz_stats.base import array_stats

    mcse = array_stats.mcse(values[np.newaxis], method="mean", chain_axis=0, draw_axis=1)
    return (values.mean() - expected) / mcse


# ---- the particle ------------------------------------------------------------------------------


@pytest.mark.parametrize("value_and_grad", [normal, quartic, banana])
def test_leapfrog_is_reversible(value_and_grad):
    inverse_mass_matrix = np.array([0.5, 2.0])
    start = moving(value_and_grad, [0.3, -0.7], [1.1, 0.4])
    end = fly(value_and_grad, start, 0.05, inverse_mass_matrix, 60)[-1]
    assert np.linalg.norm(end.position - start.position) > 0.1
    by_time = fly(value_and_grad, end, -0.05, inverse_mass_matrix, 60)[-1]
    by_flip = fly(
        value_and_grad, end._replace(momentum=-end.momentum), 0.05, inverse_mass_matrix, 60
    )[-1]
    np.testing.assert_allclose(by_time.position, start.position, rtol=0, atol=1e-9)
    np.testing.assert_allclose(by_time.momentum, start.momentum, rtol=0, atol=1e-9)
    np.testing.assert_allclose(by_flip.position, start.position, rtol=0, atol=1e-9)
    np.testing.assert_allclose(by_flip.momentum, -start.momentum, rtol=0, atol=1e-9)


@pytest.mark.parametrize("value_and_grad", [normal, quartic, banana])
def test_leapfrog_preserves_volume(value_and_grad):
    inverse_mass_matrix = np.array([0.5, 2.0])

    def step(zp):
        start = moving(value_and_grad, zp[:2], zp[2:])
        end = fly(value_and_grad, start, 0.2, inverse_mass_matrix, 3)[-1]
        return np.concatenate([end.position, end.momentum])

    zp, h = np.array([0.3, -0.7, 1.1, 0.4]), 1e-5
    jacobian = np.stack([(step(zp + h * e) - step(zp - h * e)) / (2 * h) for e in np.eye(4)], -1)
    assert not np.allclose(jacobian, np.eye(4), atol=0.1)
    assert np.linalg.det(jacobian) == pytest.approx(1.0, abs=1e-7)


@pytest.mark.parametrize("value_and_grad", [normal, quartic])
def test_energy_error_is_of_order_step_size_squared(value_and_grad):
    inverse_mass_matrix = np.array([0.5, 2.0])
    start = moving(value_and_grad, [1.0, -0.5], [0.8, 0.6])
    step_sizes = 2.0 ** -np.arange(5, 10)
    errors = []
    for step_size in step_sizes:
        states = fly(value_and_grad, start, step_size, inverse_mass_matrix, round(2 / step_size))
        energies = [hmc.energy(s, inverse_mass_matrix) for s in states]
        errors.append(np.max(np.abs(np.array(energies) - energies[0])))
    slope = np.polyfit(np.log(step_sizes), np.log(errors), 1)[0]
    assert slope == pytest.approx(2.0, abs=0.02)


def test_free_fall_is_exact():
    gravity, inverse_mass_matrix = np.array([0.0, 9.81]), np.array([1.0, 0.25])

    def weight(z):
        return -gravity @ z, -gravity

    start = moving(weight, [0.0, 10.0], [2.0, 3.0])
    for k, state in enumerate(fly(weight, start, 0.1, inverse_mass_matrix, 20)):
        t = 0.1 * k
        momentum = start.momentum - gravity * t
        position = start.position + inverse_mass_matrix * (
            start.momentum * t - 0.5 * gravity * t**2
        )
        np.testing.assert_allclose(state.position, position, rtol=0, atol=1e-12)
        np.testing.assert_allclose(state.momentum, momentum, rtol=0, atol=1e-12)


def test_oscillator_follows_the_circle():
    start = moving(normal, [1.0, 0.0], [0.0, 1.0])
    states = fly(normal, start, 0.001, ONES, 1571)  # a quarter of the period 2 pi
    t = 1.571
    np.testing.assert_allclose(states[-1].position, [np.cos(t), np.sin(t)], atol=1e-6)
    np.testing.assert_allclose(states[-1].momentum, [-np.sin(t), np.cos(t)], atol=1e-6)


def test_energy_adds_its_two_parts():
    state = moving(normal, [1.0, 2.0], [3.0, 4.0])
    assert hmc.kinetic_energy(state.momentum, np.array([2.0, 0.5])) == pytest.approx(13.0)
    assert hmc.energy(state, np.array([2.0, 0.5])) == pytest.approx(15.5)
    assert hmc.energy(state._replace(log_prob=np.nan), ONES) == np.inf


def test_momentum_has_the_mass_matrix_as_covariance():
    inverse_mass_matrix, rng = np.array([4.0, 0.01]), np.random.default_rng(0)
    state = hmc.initial_state(normal, np.zeros(2))
    p = np.array([hmc.draw_momentum(state, inverse_mass_matrix, rng).momentum for _ in range(4000)])
    for scaled in (p * np.sqrt(inverse_mass_matrix)).T:
        assert stats.kstest(scaled, "norm").pvalue > 1e-5


# ---- the U-turn --------------------------------------------------------------------------------


@pytest.mark.parametrize("arc", np.pi * np.array([0.3, 0.9, 0.99, 1.01, 1.1, 1.7]))
@pytest.mark.parametrize("start", [0.0, 0.4, 2.0])
def test_circle_turns_after_half_a_period(arc, start):
    t = np.linspace(start, start + arc, 2001)
    momenta = np.stack([-np.sin(t), np.cos(t)], axis=-1)
    scale = np.array([1.0, 5.0])  # the same circle in other units: p has the scale of M^(1/2)
    for inverse_mass_matrix in (ONES, scale**2):
        p = momenta / np.sqrt(inverse_mass_matrix)
        turning = hmc.is_turning(p.sum(0), p[0], p[-1], inverse_mass_matrix)
        assert turning == (arc > np.pi)
        assert turning == hmc.is_turning(p.sum(0), p[-1], p[0], inverse_mass_matrix)


def test_either_end_may_turn():
    along, back = np.array([1.0, 0.2]), np.array([-0.1, 0.2])
    momentum_sum = np.array([5.0, 0.0])
    assert not hmc.is_turning(momentum_sum, along, along, ONES)
    assert hmc.is_turning(momentum_sum, back, along, ONES)
    assert hmc.is_turning(momentum_sum, along, back, ONES)


def scripted(momenta, weights=None, diverging_at=None):
    """A leaf for `build_tree` whose k-th state is at k, with given momentum and weight."""
    visited = []

    def leaf(edge, direction):
        k = len(visited)
        visited.append(k)
        state = moving(normal, [k, 0.0], [momenta[k], 0.0])
        log_weight = 0.0 if weights is None else np.log(weights[k])
        return hmc.Tree([state], state, log_weight, state.momentum, False, k == diverging_at)

    return leaf, visited


@pytest.mark.parametrize("direction", [-1, 1])
def test_subtree_stops_where_a_half_turns_or_diverges(direction):
    rng, edge = np.random.default_rng(0), hmc.initial_state(normal, np.zeros(2))
    cases = [
        ([1, 1, 1, 1, 1, 1, 1, 1], None, 8, False),
        ([1, -3, 1, 1, 9, 9, 9, 9], None, 2, True),  # the whole would not turn, its first half does
        ([1, 1, 1, -3, 9, 9, 9, 9], None, 4, True),
        ([9, 9, 9, 9, 1, -3, 9, 9], None, 6, True),
        ([3, 3, 3, 3, -1, -1, -1, -1], None, 8, True),  # only the whole turns
        ([1, 1, 1, 1, 1, 1, 1, 1], 0, 1, False),
        ([1, 1, 1, 1, 1, 1, 1, 1], 5, 6, False),
    ]
    for momenta, diverging_at, length, turning in cases:
        leaf, visited = scripted(momenta, diverging_at=diverging_at)
        tree = hmc.build_tree(leaf, edge, direction, 3, ONES, rng)
        assert len(visited) == length
        assert [s.position[0] for s in tree.states][::direction] == visited
        assert (tree.turning, tree.diverging) == (turning, diverging_at is not None)


@pytest.mark.parametrize(("step_size", "depth"), [(0.15, 5), (0.35, 4), (0.04, 7)])
def test_tree_stops_once_half_a_period_is_exceeded(step_size, depth):
    # In many dimensions a standard normal's orbits are circles up to 1/sqrt(D).
    rng = np.random.default_rng(1)
    state = hmc.initial_state(normal, rng.standard_normal(2000))
    assert (2 ** (depth - 1) - 1) * step_size < 0.95 * np.pi
    assert (2**depth - 1) * step_size > 1.05 * np.pi
    for _ in range(5):
        state, info = hmc.nuts_step(normal, state, step_size, np.ones(2000), rng)
        assert (info.tree_depth, info.n_steps) == (depth, 2**depth - 1)
        assert info.candidates.all()


def test_tree_stops_at_the_maximal_depth():
    rng = np.random.default_rng(2)
    state = hmc.initial_state(normal, np.ones(2))
    for depth in (1, 3, 6):
        _, info = hmc.nuts_step(normal, state, 1e-4, ONES, rng, max_tree_depth=depth)
        assert (info.tree_depth, info.n_steps) == (depth, 2**depth - 1)
        assert info.positions.shape == info.momenta.shape == (2**depth, 2)


def test_number_of_steps_bounds_the_depth():
    _, infos = hmc.run(banana, [0.0, -1.0], 400, 0.4, seed=3)
    assert len({info.tree_depth for info in infos}) >= 3
    assert any(not info.candidates.all() for info in infos)
    for info in infos:
        assert info.tree_depth == info.n_steps.bit_length()
        if info.candidates.all():
            assert info.n_steps == 2**info.tree_depth - 1
        else:  # the last doubling was discarded: what is left is the tree before it
            assert info.candidates.sum() == 2 ** (info.tree_depth - 1)


# ---- what a step reports -----------------------------------------------------------------------


@pytest.mark.parametrize("step", [hmc.nuts_step, partial(hmc.hmc_step, num_steps=7)])
def test_trajectory_is_one_flight_from_draw_to_draw(step):
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
        first = moving(banana, info.positions[0], info.momenta[0])
        states = fly(banana, first, 0.3, inverse_mass_matrix, info.n_steps)
        np.testing.assert_allclose([s.position for s in states], info.positions, atol=1e-8)
        np.testing.assert_allclose([s.momentum for s in states], info.momenta, atol=1e-8)
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


@pytest.mark.parametrize("step", [hmc.nuts_step, hmc.hmc_step])
def test_neck_of_the_funnel_diverges(step):
    rng = np.random.default_rng(6)
    neck = hmc.initial_state(funnel, np.append(-8.0, 0.02 * rng.standard_normal(9)))
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


def test_threshold_decides_what_diverges():
    rng, state = np.random.default_rng(7), hmc.initial_state(normal, np.ones(2))
    _, info = hmc.nuts_step(normal, state, 1.9, ONES, rng, divergence_threshold=1e-3)
    assert info.diverging and info.n_steps >= 1


@pytest.mark.parametrize("bad", [np.nan, -np.inf])
@pytest.mark.parametrize("step", [hmc.nuts_step, hmc.hmc_step])
def test_state_without_a_density_is_never_chosen(step, bad):
    def half_normal(z):  # z > 0
        return (-0.5 * z @ z, -z) if z[0] > 0 else (bad, np.full(1, np.nan))

    draws, infos = hmc.run(half_normal, [1.0], 200, 0.3, step=step, seed=8)
    assert np.all(draws > 0.0)
    assert any(info.diverging for info in infos)


# ---- the draws ---------------------------------------------------------------------------------

SAMPLERS = {
    "nuts": (hmc.nuts_step, 0.7, 1500),
    "nuts, shallow": (partial(hmc.nuts_step, max_tree_depth=2), 0.6, 1500),
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
        state, _ = step(banana, hmc.initial_state(banana, z), step_size, ONES, rng)
        after.append(state.position)
    z0, z1 = np.array(after).T
    assert stats.kstest(z0, "norm").pvalue > 1e-5
    residual = z1 - 0.4 * (z0**2 - 1.0)
    assert stats.kstest(residual, "norm").pvalue > 1e-5
    assert stats.kstest(z0**2 + residual**2, "chi2", args=(2,)).pvalue > 1e-5  # twice the energy


def test_biased_choice_prefers_the_new_half():
    """In a flat landscape the last doubling, half of all states, is always taken."""

    def flat(z):
        return 0.0, np.zeros(2)

    rng, state = np.random.default_rng(12), hmc.initial_state(flat, np.zeros(2))
    for _ in range(50):
        _, info = hmc.nuts_step(flat, state, 0.1, ONES, rng, max_tree_depth=4)
        assert abs(info.chosen - info.start) >= 1
        assert info.n_steps == 15 and info.acceptance_rate == 1.0


def test_subtree_is_drawn_from_in_proportion_to_the_weights():
    rng, edge = np.random.default_rng(17), hmc.initial_state(normal, np.zeros(2))
    weights, counts = np.array([4.0, 1.0, 2.0, 3.0]), np.zeros(4)
    for _ in range(2000):
        leaf, _ = scripted(np.ones(4), weights)
        tree = hmc.build_tree(leaf, edge, 1, 2, ONES, rng)
        counts[int(tree.proposal.position[0])] += 1
    assert tree.log_weight == pytest.approx(np.log(10.0))
    np.testing.assert_array_equal(tree.momentum_sum, [4.0, 0.0])
    assert stats.chisquare(counts, 200 * weights).pvalue > 1e-5


def test_merge_draws_in_proportion_to_the_weights():
    rng = np.random.default_rng(13)

    def tree(name, weight):
        state = moving(normal, [name, 0.0], [1.0, 0.0])
        return hmc.Tree([state], state, np.log(weight), state.momentum, False, False)

    def share_of_new(weight, new_weight, biased):
        old, new = tree(0.0, weight), tree(1.0, new_weight)
        merged = [hmc.merge(old, new, 1, ONES, rng, biased=biased) for _ in range(2000)]
        assert merged[0].log_weight == pytest.approx(np.log(weight + new_weight))
        return np.mean([m.proposal.position[0] for m in merged])

    for biased, expected in [(False, 1 / 4), (True, 1 / 3)]:
        sd = np.sqrt(expected * (1 - expected) / 2000)
        assert abs(share_of_new(3.0, 1.0, biased) - expected) < 4.5 * sd
    assert share_of_new(1.0, 3.0, True) == 1.0


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
        ({"step_size": -0.1}, ArgumentError, "positive"),
        ({"step_size": np.nan}, ArgumentError, "positive"),
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
