"""The No-U-Turn trajectory: it stops where it turns, and draws its states by their weights.

Statistical tolerances are 4.5 Monte Carlo standard errors (two-sided false alarm 7e-6 each) or
p-values of 1e-5.
"""

import numpy as np
import pytest
from scipy import stats

from bnn_teach.mcmc import hmc, particle, trees
from tests.mcmc.landscapes import banana, moving, normal

ONES = np.ones(2)


# ---- the U-turn --------------------------------------------------------------------------------


@pytest.mark.parametrize("arc", np.pi * np.array([0.3, 0.9, 0.99, 1.01, 1.1, 1.7]))
@pytest.mark.parametrize("start", [0.0, 0.4, 2.0])
def test_circle_turns_after_half_a_period(arc, start):
    t = np.linspace(start, start + arc, 2001)
    momenta = np.stack([-np.sin(t), np.cos(t)], axis=-1)
    scale = np.array([1.0, 5.0])  # the same circle in other units: r has the scale of M^(1/2)
    for inverse_mass_matrix in (ONES, scale**2):
        r = momenta / np.sqrt(inverse_mass_matrix)
        turning = trees.is_turning(r.sum(0), r[0], r[-1], inverse_mass_matrix)
        assert turning == (arc > np.pi)
        assert turning == trees.is_turning(r.sum(0), r[-1], r[0], inverse_mass_matrix)


def test_either_end_may_turn():
    along, back = np.array([1.0, 0.2]), np.array([-0.1, 0.2])
    momentum_sum = np.array([5.0, 0.0])
    assert not trees.is_turning(momentum_sum, along, along, ONES)
    assert trees.is_turning(momentum_sum, back, along, ONES)
    assert trees.is_turning(momentum_sum, along, back, ONES)


def scripted(momenta, weights=None, diverging_at=None):
    """A leaf for `build_tree` whose k-th state is at k, with given momentum and weight."""
    visited = []

    def leaf(edge, direction):
        k = len(visited)
        visited.append(k)
        state = moving(normal, [k, 0.0], [momenta[k], 0.0])
        log_weight = 0.0 if weights is None else np.log(weights[k])
        return trees.Tree([state], state, log_weight, state.momentum, False, k == diverging_at)

    return leaf, visited


@pytest.mark.parametrize("direction", [-1, 1])
def test_subtree_stops_where_a_half_turns_or_diverges(direction):
    rng, edge = np.random.default_rng(0), particle.initial_state(normal, np.zeros(2))
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
        tree = trees.build_tree(leaf, edge, direction, 3, ONES, rng)
        assert len(visited) == length
        assert [s.position[0] for s in tree.states][::direction] == visited
        assert (tree.turning, tree.diverging) == (turning, diverging_at is not None)


@pytest.mark.parametrize(("step_size", "depth"), [(0.15, 5), (0.35, 4), (0.04, 7)])
def test_tree_stops_once_half_a_period_is_exceeded(step_size, depth):
    # In many dimensions a standard normal's orbits are circles up to 1/sqrt(D).
    rng = np.random.default_rng(1)
    state = particle.initial_state(normal, rng.standard_normal(2000))
    assert (2 ** (depth - 1) - 1) * step_size < 0.95 * np.pi
    assert (2**depth - 1) * step_size > 1.05 * np.pi
    for _ in range(5):
        state, info = trees.nuts_step(normal, state, step_size, np.ones(2000), rng)
        assert (info.tree_depth, info.n_steps) == (depth, 2**depth - 1)
        assert info.candidates.all()


def test_tree_stops_at_the_maximal_depth():
    rng = np.random.default_rng(2)
    state = particle.initial_state(normal, np.ones(2))
    for depth in (1, 3, 6):
        _, info = trees.nuts_step(normal, state, 1e-4, ONES, rng, max_tree_depth=depth)
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


def test_threshold_decides_what_diverges():
    rng, state = np.random.default_rng(7), particle.initial_state(normal, np.ones(2))
    _, info = trees.nuts_step(normal, state, 1.9, ONES, rng, divergence_threshold=1e-3)
    assert info.diverging and info.n_steps >= 1


# ---- the choice --------------------------------------------------------------------------------


def test_biased_choice_prefers_the_new_half():
    """In a flat landscape the last doubling, half of all states, is always taken."""

    def flat(z):
        return 0.0, np.zeros(2)

    rng, state = np.random.default_rng(12), particle.initial_state(flat, np.zeros(2))
    for _ in range(50):
        _, info = trees.nuts_step(flat, state, 0.1, ONES, rng, max_tree_depth=4)
        assert abs(info.chosen - info.start) >= 1
        assert info.n_steps == 15 and info.acceptance_rate == 1.0


def test_subtree_is_drawn_from_in_proportion_to_the_weights():
    rng, edge = np.random.default_rng(17), particle.initial_state(normal, np.zeros(2))
    weights, counts = np.array([4.0, 1.0, 2.0, 3.0]), np.zeros(4)
    for _ in range(2000):
        leaf, _ = scripted(np.ones(4), weights)
        tree = trees.build_tree(leaf, edge, 1, 2, ONES, rng)
        counts[int(tree.proposal.position[0])] += 1
    assert tree.log_weight == pytest.approx(np.log(10.0))
    np.testing.assert_array_equal(tree.momentum_sum, [4.0, 0.0])
    assert stats.chisquare(counts, 200 * weights).pvalue > 1e-5


def test_merge_draws_in_proportion_to_the_weights():
    rng = np.random.default_rng(13)

    def tree(name, weight):
        state = moving(normal, [name, 0.0], [1.0, 0.0])
        return trees.Tree([state], state, np.log(weight), state.momentum, False, False)

    def share_of_new(weight, new_weight, biased):
        old, new = tree(0.0, weight), tree(1.0, new_weight)
        merged = [trees.merge(old, new, 1, ONES, rng, biased=biased) for _ in range(2000)]
        assert merged[0].log_weight == pytest.approx(np.log(weight + new_weight))
        return np.mean([m.proposal.position[0] for m in merged])

    for biased, expected in [(False, 1 / 4), (True, 1 / 3)]:
        sd = np.sqrt(expected * (1 - expected) / 2000)
        assert abs(share_of_new(3.0, 1.0, biased) - expected) < 4.5 * sd
    assert share_of_new(1.0, 3.0, True) == 1.0
