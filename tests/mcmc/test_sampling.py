"""Running chains: the draws follow from the seed alone, starts are searched for, runs can stop.

Two compiled programs serve this file: one for groups of two chains, one for a single chain.
"""

import itertools
import threading
import time

import numpy as np
import pytest

import bnn_teach as bt
from bnn_teach.density import LogDensity
from bnn_teach.engine.runtime import tf
from bnn_teach.errors import InitialPointError
from bnn_teach.mcmc import sampling
from bnn_teach.mcmc.nuts import STATISTICS, compiled_program
from bnn_teach.mcmc.sampling import Settings, run_chains

SETTINGS = Settings(
    num_samples=120,
    burn_in=150,
    num_chains=4,
    target_accept=0.8,
    max_tree_depth=10,
    seed=1,
    num_threads=None,
    progress=False,
)


@bt.model
def ridge(edge):
    """Two coordinates of different scales; possible only where the second is above the edge."""
    yield bt.Normal("wide", 0.0, 100.0)
    narrow = yield bt.Normal("narrow", 0.0, 0.01)
    yield bt.Potential("wall", tf.where(narrow > edge[0], 0.0, -np.inf))


@pytest.fixture(scope="module")
def density():
    return LogDensity(ridge(np.array([-1e9])))


@pytest.fixture(scope="module")
def draws(density):
    return run_chains(density, SETTINGS)


def same(one, other, chains=slice(None)):
    np.testing.assert_array_equal(one.z[chains], other.z[chains])
    for name, values in one.statistics.items():
        np.testing.assert_array_equal(values[chains], other.statistics[name][chains], name)
    np.testing.assert_array_equal(
        one.inverse_mass_matrix[chains], other.inverse_mass_matrix[chains]
    )


# ---- what comes back ---------------------------------------------------------------------------


def test_shapes_and_types(draws, density):
    assert draws.z.shape == (4, 120, 2) and draws.z.dtype == np.float32
    assert draws.inverse_mass_matrix.shape == (4, 2)
    assert {*draws.statistics} == {*STATISTICS, "tree_depth", "step_size"}
    for name, values in draws.statistics.items():
        kind = {"diverging": "b", "n_steps": "i", "tree_depth": "i"}.get(name, "f")
        assert values.shape == (4, 120) and values.dtype.kind == kind, name
        assert np.isfinite(values).all()
    assert draws.warmup_leapfrogs >= 4 * 150
    assert min(draws.seconds) >= 0.0 and draws.seconds.drawing > 0.0
    np.testing.assert_allclose(draws.statistics["lp"], density.log_prob(draws.z), rtol=1e-4)


def test_statistics_of_the_trees_agree_with_each_other(draws):
    steps, depth = draws.statistics["n_steps"], draws.statistics["tree_depth"]
    assert np.all((2 ** (depth - 1) <= steps) & (steps < 2**depth))
    assert np.all(draws.statistics["energy"] >= -draws.statistics["lp"] - 1e-4)


def test_step_size_is_fixed_while_sampling(draws):
    step_size = draws.statistics["step_size"]
    assert np.all(step_size == step_size[:, :1])
    assert len(np.unique(step_size[:, 0])) == 4


def test_warm_up_finds_the_scales_and_a_step_size(density):
    """The last window has 375 draws, worth at least 100 independent ones.

    Then a variance has a relative error of sqrt(2 / 100) = 0.14; eight estimates stay within 4.5
    of these, and the shrinkage adds 5 / 380 * 1e-3 to a variance of 1e-4, which is 13 %.
    """
    steps = {}
    for target in (0.7, 0.95):
        settings = SETTINGS._replace(target_accept=target, burn_in=500, num_samples=500)
        draws = run_chains(density, settings)
        rates = draws.statistics["acceptance_rate"].mean(1)
        assert np.all((rates > target - 0.1) & (rates < 0.99))
        steps[target] = draws.statistics["step_size"][:, 0]
        expected = np.broadcast_to([100.0**2, 0.01**2], (4, 2))
        np.testing.assert_allclose(draws.inverse_mass_matrix, expected, rtol=4.5 * 0.14 + 0.13)
    assert steps[0.95].mean() < steps[0.7].mean()


# ---- the seed decides --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change", [{}, {"num_threads": 1}, {"num_threads": 2}, {"num_threads": 7}, {"progress": True}]
)
def test_threads_and_progress_bar_do_not_change_the_draws(density, draws, change):
    same(draws, run_chains(density, SETTINGS._replace(**change)))


def test_pace_does_not_change_the_draws(density, draws, monkeypatch):
    """How many transitions stand between two looks at the clock is up to the machine."""
    monkeypatch.setattr(sampling, "_SECONDS", 1e-9)
    same(draws, run_chains(density, SETTINGS))


@pytest.mark.parametrize("seconds", [1e-9, 10.0])
def test_pace_does_not_change_the_draws_of_a_network(monkeypatch, seconds):
    """Chaos makes a last bit that depends on where chunks end visible within a few transitions."""
    data = bt.datasets.gap_sine()
    density = LogDensity(bt.network(data.x, data.y))
    settings = SETTINGS._replace(num_chains=2, burn_in=60, num_samples=40, max_tree_depth=8)
    expected = run_chains(density, settings)
    monkeypatch.setattr(sampling, "_SECONDS", seconds)
    monkeypatch.setattr(sampling, "_MOST_SECONDS", seconds)
    same(expected, run_chains(density, settings))


def test_chain_is_the_same_among_four_and_among_ten(density, draws):
    ten = run_chains(density, SETTINGS._replace(num_chains=10))
    assert ten.z.shape == (10, 120, 2)
    same(draws, ten, slice(4))


def test_odd_number_of_chains(density, draws):
    three = run_chains(density, SETTINGS._replace(num_chains=3))
    assert three.z.shape == (3, 120, 2) and three.statistics["lp"].shape == (3, 120)
    same(three, draws, slice(3))
    assert three.warmup_leapfrogs < draws.warmup_leapfrogs


def test_other_seeds_and_other_chains_differ(density, draws):
    other = run_chains(density, SETTINGS._replace(seed=2))
    firsts = np.concatenate([draws.z[:, -1, 0], other.z[:, -1, 0]])
    assert len(np.unique(firsts)) == 8


def test_longer_run_begins_with_the_shorter_one(density, draws):
    longer = run_chains(density, SETTINGS._replace(num_samples=200))
    np.testing.assert_array_equal(longer.z[:, :120], draws.z)


# ---- extremes ----------------------------------------------------------------------------------


@pytest.mark.parametrize("num_chains", [1, 2])
@pytest.mark.parametrize("burn_in", [0, 1, 25])
def test_short_warm_up_and_few_chains(density, num_chains, burn_in):
    settings = SETTINGS._replace(num_chains=num_chains, burn_in=burn_in, num_samples=3)
    draws = run_chains(density, settings)
    assert draws.z.shape == (num_chains, 3, 2) and np.isfinite(draws.z).all()
    assert (draws.warmup_leapfrogs > 0) == (burn_in > 0)
    if burn_in == 0:
        np.testing.assert_array_equal(draws.inverse_mass_matrix, 1.0)


def test_data_are_no_part_of_the_program(density):
    other = LogDensity(ridge(np.array([-1000.0])))
    program = compiled_program(density, 2, 10)
    assert compiled_program(other, 2, 10) is program
    assert program._advance.num_traces == 1


# ---- where chains start ------------------------------------------------------------------------


def test_start_is_searched_for():
    """Of points uniform on (-2, 2) every second is possible; all chains find one."""
    draws = run_chains(LogDensity(ridge(np.array([0.0]))), SETTINGS)
    assert np.all(draws.z[..., 1] > 0.0)


def test_impossible_model_names_the_variable():
    density = LogDensity(ridge(np.array([3.0])))
    with pytest.raises(InitialPointError, match=r"100 tries: the term of 'ridge\.wall' is inf"):
        run_chains(density, SETTINGS)
    assert not [t for t in threading.enumerate() if t.name.startswith("ThreadPool")]


@pytest.mark.parametrize("num_chains", [1, 3])
def test_chains_start_where_they_are_told(density, num_chains):
    """A chain that fills a group starts with the last one; the others' draws do not know it."""
    starts = np.array([[5e4, 0.01], [-5e4, -0.01], [5e4, 0.0]], np.float32)[:num_chains]
    settings = SETTINGS._replace(num_chains=num_chains, burn_in=0, num_samples=3)
    draws = run_chains(density, settings, starts)
    assert draws.z.shape == (num_chains, 3, 2)
    np.testing.assert_allclose(draws.z[..., 0], starts[:, None, 0].repeat(3, 1), rtol=0.1)


@pytest.mark.parametrize("bad", [-0.5, np.nan])
def test_impossible_start_names_the_chain(bad):
    density = LogDensity(ridge(np.array([0.0])))
    starts = np.array([[0.0, 0.1], [0.0, 0.1], [0.0, bad], [0.0, 0.1]], np.float32)
    with pytest.raises(InitialPointError, match=r"start: chain 2 has a log-density of (-inf|nan)"):
        run_chains(density, SETTINGS, starts)


# ---- stopping early ----------------------------------------------------------------------------


class StopAfter(threading.Event):
    """An event that is set once it was looked at a number of times."""

    def __init__(self, looks):
        super().__init__()
        self.looks = looks

    def is_set(self):
        self.looks -= 1
        return self.looks < 0


@pytest.mark.parametrize(
    ("pace", "usual", "length"),
    [
        (1e-6, 1023, 195),  # 0.2 s at this pace; all trees are as deep as they may be
        (1e-6, 103, 977),  # ten times as deep, the next would take 1 s
        (1e-6, 3, 977),
        (1e-2, 1, 1),  # never less than one transition
    ],
)
def test_a_chunk_takes_a_second_even_if_its_trees_grow(pace, usual, length):
    assert sampling._length(pace, usual, 1023) == length


def test_one_slow_call_does_not_shorten_the_chunks_after_it(density, monkeypatch):
    """Other work on the machine makes a call slow; shorter chunks would only cost more calls."""
    ticks, clock = itertools.count(), time.perf_counter

    class Busy:
        """A clock that jumps ahead by a minute at each tenth look."""

        late = 0.0

        def perf_counter(self):
            self.late += 60.0 * (next(ticks) % 10 == 9)
            return clock() + self.late

    monkeypatch.setattr(sampling, "time", Busy())
    program = compiled_program(density, 2, 10)
    run = sampling.ChainGroup(program, density, SETTINGS, 0, threading.Event())
    state = run.start()
    for _ in range(30):
        before = run.length
        state = run.advance(state, 1, False, False, lambda *_: None)
        assert run.length >= before


@pytest.mark.parametrize("looks", [0, 1, 3, 40])
def test_stopped_group_keeps_what_it_has(density, draws, looks):
    program = compiled_program(density, 2, 10)
    run = sampling.ChainGroup(program, density, SETTINGS, 0, StopAfter(looks))
    run.run()
    result = sampling._gather([run], 2, 0.0)
    number = result.z.shape[1]
    assert number < 120 or looks == 40
    np.testing.assert_array_equal(result.z, draws.z[:2, :number])


def test_groups_are_cut_to_the_draws_that_all_have(density, draws, monkeypatch):
    monkeypatch.setattr(sampling, "_SECONDS", 1e-9)
    program = compiled_program(density, 2, 10)
    runs = [
        sampling.ChainGroup(program, density, SETTINGS, first, threading.Event())
        for first in (0, 2)
    ]
    for run in runs:
        run.run()
    runs[1].draws, runs[1].statistics = runs[1].draws[:1], runs[1].statistics[:1]
    number = len(runs[1].draws[0])
    result = sampling._gather(runs, 4, 0.0)
    assert result.z.shape == (4, number, 2) and 0 < number < 120
    np.testing.assert_array_equal(result.z, draws.z[:, :number])
    assert all(values.shape == (4, number) for values in result.statistics.values())
