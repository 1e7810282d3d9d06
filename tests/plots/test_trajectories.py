"""Pictures of trajectories tell what the arrays say: the doublings, the turn, the energy."""

from types import SimpleNamespace

import numpy as np
import pytest

from bnn_teach import plots
from bnn_teach.errors import ShapeError
from bnn_teach.mcmc import particle, trees
from bnn_teach.plots.trajectories import (
    doublings,
    plot_distance,
    plot_doublings,
    plot_energy_error,
    plot_nuts_trajectory,
    plot_trajectory,
)


def valley(z):
    force = z @ [[-50.5, 49.5], [49.5, -50.5]]
    return 0.5 * np.sum(z * force, axis=-1), force


def transition(seed, step_size=0.04):
    start = particle.initial_state(valley, [-1.4, -1.5])
    rng = np.random.default_rng(seed)
    return trees.nuts_step(valley, start, step_size, np.ones(2), rng)[1]


@pytest.mark.parametrize("seed", range(40))
def test_doublings_are_those_that_nuts_made(seed, monkeypatch):
    directions, original = [], trees.build_tree

    def noted(leaf, edge, direction, depth, *rest):
        if len(directions) == depth:  # a call from nuts_step, not one of the recursion
            directions.append(direction)
        return original(leaf, edge, direction, depth, *rest)

    monkeypatch.setattr(trees, "build_tree", noted)
    info = transition(seed)
    stretches = doublings(info.candidates, info.start)[1:]
    found = [-1 if last < info.start else 1 for _, last, _ in stretches]
    assert found == directions[: info.tree_depth]
    kept = [last - first + 1 for first, last, good in stretches if good]
    assert kept == [2**k for k in range(len(kept))]
    assert sum(last - first + 1 for first, last, _ in stretches) == info.n_steps


def test_candidates_that_no_doubling_makes_are_refused():
    for candidates in ([True, True, True], [True, False, True], [False, True, True]):
        with pytest.raises(ShapeError, match="1, 2, 4"):
            doublings(np.array(candidates), 0)


def test_the_bars_are_the_doublings():
    info = transition(17)
    ax = plot_doublings(info)
    stretches = doublings(info.candidates, info.start)
    assert not stretches[-1][2]
    for bar, (first, last, _) in zip(ax.patches, stretches, strict=True):
        assert bar.get_x() + 0.5 == pytest.approx(first - info.start)
        assert bar.get_width() == last - first + 1
    words = plots.alt_text(ax)
    assert "16 before, thrown away" in words and f"{info.chosen - info.start} leapfrogs" in words


def test_a_trajectory_shows_what_could_be_drawn():
    info = transition(17)
    ax = plot_nuts_trajectory(info)
    _, kept, lost, start, chosen = (np.column_stack(line.get_data()) for line in ax.lines)
    np.testing.assert_array_equal(kept, info.positions[info.candidates])
    np.testing.assert_array_equal(lost, info.positions[~info.candidates])
    np.testing.assert_array_equal(start[0], info.positions[info.start])
    np.testing.assert_array_equal(chosen[0], info.positions[info.chosen])
    assert f"{info.candidates.sum()} of them could be drawn" in plots.alt_text(ax)


def test_a_trajectory_and_its_turn():
    path = np.column_stack([[0, 1, 2, 1], [0, 0, 0, 1]]).astype(float)
    ax = plot_trajectory(path, turn=2)
    away, back, begin = (np.column_stack(line.get_data()) for line in ax.lines)
    np.testing.assert_array_equal(away, path[:3])
    np.testing.assert_array_equal(back, path[2:])
    np.testing.assert_array_equal(begin, path[:1])
    assert "turns at step 2, ends at a distance of 1.4" in plots.alt_text(ax)
    right = plot_distance(path, 2)
    np.testing.assert_allclose(np.concatenate([right.lines[0].get_ydata(),
                                               right.lines[1].get_ydata()[1:]]),
                               np.hypot(*path.T))  # fmt: skip
    assert "largest at step 2, 2" in plots.alt_text(right)


def test_the_energy_starts_at_zero_and_infinity_leaves_a_gap():
    ax = plot_energy_error(np.array([3.0, 3.5, 2.0, np.inf]), label="steps of 1")
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), [0.0, 0.5, -1.0, np.nan])
    assert "(steps of 1) reaches 1 nats" in plots.alt_text(ax)


def test_positions_that_are_no_pairs_are_refused():
    with pytest.raises(ShapeError, match=r"positions\[:, :2\]"):
        plot_trajectory(np.zeros((4, 3)))
    with pytest.raises(ShapeError, match=r"\(n, 2\)"):
        plot_nuts_trajectory(SimpleNamespace(positions=np.zeros(4), candidates=np.ones(4, bool)))
