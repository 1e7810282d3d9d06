"""A tree without recursion turns where the recursive one does, and finds turns of whole rounds."""

import numpy as np
import pytest

import bnn_teach as bt
from bnn_teach.engine.runtime import tf
from bnn_teach.errors import NothingObservedWarning
from bnn_teach.mcmc.particle import State
from bnn_teach.mcmc.transition import _dot, _ones, _turning_inside
from bnn_teach.mcmc.trees import Tree, build_tree


def momenta(seed, number=64, size=3):
    """Return a path of momenta that turns slowly: stretches of all lengths turn or do not."""
    rng = np.random.default_rng(seed)
    speed = 2.0 ** -rng.integers(0, 6)
    angle = np.cumsum(speed * rng.uniform(0.5, 1.5, (number, size)), 0) + rng.uniform(0, 6, size)
    return np.cos(angle)


def first_turn_by_recursion(path, depth):
    """Number of the state at which the reference implementation stops; None if it does not."""
    visited = []

    def leaf(_edge, _direction):
        r = path[len(visited)]
        visited.append(r)
        return Tree([State(r, r, 0.0, r)], None, 0.0, r, turning=False, diverging=False)

    edge = State(path[0], path[0], 0.0, path[0])
    ones = np.ones(path.shape[1])
    tree = build_tree(leaf, edge, 1, depth, ones, np.random.default_rng(0))
    return len(visited) - 1 if tree.turning else None


def first_turn(path, depth):
    marks, total = np.zeros((10, 3, 1, path.shape[1])), np.zeros(path.shape[1])
    for n in range(2**depth):
        total = total + path[n]
        mark = np.stack([path[n], total, path[n - 1]])[:, None]
        marks[int(_ones(n))] = mark
        if bool(_turning_inside(tf.constant(n), tf.constant(mark), tf.constant(marks))[0]):
            return n
    return None


@pytest.mark.parametrize("depth", [0, 1, 2, 4, 6])
def test_turns_where_the_recursion_does(depth):
    found = [first_turn(momenta(seed), depth) for seed in range(12)]
    assert found == [first_turn_by_recursion(momenta(seed), depth) for seed in range(12)]
    assert depth < 4 or len(set(found)) >= 3


@pytest.mark.parametrize("size", [1, 2, 16, 17, 46])
def test_products_are_summed_whole(size):
    a, b = np.random.default_rng(size).standard_normal((2, 3, size))
    np.testing.assert_allclose(_dot(tf.constant(a), tf.constant(b)), (a * b).sum(-1), rtol=1e-12)


def test_trajectories_do_not_go_round():
    """Of independent normals all chains find the half period, whatever their step size."""

    @bt.model
    def normals():
        yield bt.Normal("a", 0.0, 1.0, batch_stack=100)

    with pytest.warns(NothingObservedWarning):
        trace = bt.sample(normals(), 200, 300, num_chains=8, seed=0, progress=False)
    steps = trace["sample_stats"]["n_steps"].mean("draw").values
    assert steps.max() < 2.0 * np.median(steps) < 25.0
