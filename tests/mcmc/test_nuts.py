"""The compiled sampler: its transitions are exact, its twin agrees, and it is compiled once.

The target is the banana of ``test_hmc.py``: z0 ~ Normal(0, 1) and z1 | z0 ~ Normal(c (z0² - 1), 1)
with c = 0.4. Statistical tolerances are 4.5 Monte Carlo standard errors (two-sided false alarm
7e-6 each) or p-values of 1e-5.
"""

import warnings

import numpy as np
import pytest
from scipy import stats

import bnn_teach as bt
from bnn_teach.density import LogDensity
from bnn_teach.engine.runtime import tf
from bnn_teach.errors import ConvergenceWarning
from bnn_teach.mcmc import hmc
from bnn_teach.mcmc.nuts import STATISTICS, Phase, Program, compiled_program

CURVATURE = 0.4
STEP = 0.5
SEED = tf.constant([3, 4], tf.int32)
SAMPLING = {"adapt": False, "collect": False}


@bt.model
def banana(curvature):
    z0 = yield bt.Normal("z0", 0.0, 1.0)
    yield bt.Normal("z1", curvature[0] * (z0**2 - 1.0), 1.0)


def twin(z):
    """Return the banana's log-density and gradient in NumPy, without constants."""
    residual = z[1] - CURVATURE * (z[0] ** 2 - 1.0)
    grad = np.array([-z[0] + 2 * CURVATURE * z[0] * residual, -residual])
    return -0.5 * z[0] ** 2 - 0.5 * residual**2, grad


def exact_draws(size, seed, curvature=CURVATURE):
    noise = np.random.default_rng(seed).standard_normal((size, 2))
    z1 = curvature * (noise[:, 0] ** 2 - 1.0) + noise[:, 1]
    return np.stack([noise[:, 0], z1], -1).astype(np.float32)


def at(program, density, z, step_size=STEP, scale=1.0):
    """Put chains at ``z``, shape (C, 2)."""
    state = program.start(z, step_size, density.tensors)
    return state._replace(scale=np.broadcast_to(np.float32(scale), z.shape).copy())


@pytest.fixture(scope="module")
def density():
    return LogDensity(banana(np.array([CURVATURE])))


@pytest.fixture(scope="module")
def program(density):
    """Two chains, as bt.sample runs them."""
    return compiled_program(density, 2, 10)


@pytest.fixture(scope="module")
def crowd(density):
    """Make one transition from each of many exact, independent draws."""
    size, before = 6000, exact_draws(6000, seed=0)
    program = Program(density, size, 10)
    scale = np.array([1.0, 1.5])
    _, after, rows = program.advance(
        at(program, density, before, scale=scale),
        Phase(0, 1, **SAMPLING),
        SEED,
        0.8,
        density.tensors,
    )
    return before, after[0], dict(zip(STATISTICS, rows[0].T, strict=True))


# ---- one transition ----------------------------------------------------------------------------


def test_one_transition_leaves_the_target_invariant(crowd):
    before, after, _ = crowd
    assert np.mean(np.any(before != after, 1)) > 0.9
    z0, z1 = after.T
    residual = z1 - CURVATURE * (z0**2 - 1.0)
    assert stats.kstest(z0, "norm").pvalue > 1e-5
    assert stats.kstest(residual, "norm").pvalue > 1e-5
    assert stats.kstest(z0**2 + residual**2, "chi2", args=(2,)).pvalue > 1e-5
    assert stats.kstest(np.arctan2(residual, z0) / np.pi, "uniform", args=(-1, 2)).pvalue > 1e-5


def test_transition_moves_far(crowd):
    before, after, _ = crowd
    assert np.corrcoef(before[:, 0], after[:, 0])[0, 1] < 0.55


def test_log_density_is_the_models(crowd, density):
    _, after, rows = crowd
    np.testing.assert_allclose(rows["lp"], density.log_prob(after), rtol=1e-5, atol=1e-5)
    expected = stats.norm.logpdf(after[:, 0]) + stats.norm.logpdf(
        after[:, 1], CURVATURE * (after[:, 0] ** 2 - 1.0)
    )
    np.testing.assert_allclose(rows["lp"], expected, rtol=1e-4, atol=1e-4)


def test_energy_is_potential_plus_kinetic(crowd):
    """In equilibrium twice the kinetic energy is chi-squared with two degrees of freedom."""
    _, _, rows = crowd
    kinetic = rows["energy"] + rows["lp"]
    assert np.all(kinetic >= -1e-5)
    assert stats.kstest(2.0 * kinetic, "chi2", args=(2,)).pvalue > 1e-5


def test_number_of_steps_is_that_of_a_tree(crowd):
    """A tree of depth d that was kept whole has 2^d - 1 leapfrogs; one that turned has fewer."""
    _, _, rows = crowd
    steps = rows["n_steps"].astype(int)
    depth = np.ceil(np.log2(steps + 1)).astype(int)
    assert steps.min() >= 1 and depth.max() <= 10
    assert len(np.unique(depth)) >= 3
    assert np.all((2 ** (depth - 1) <= steps) & (steps < 2**depth))
    assert np.mean(steps == 2**depth - 1) > 0.3


def test_acceptance_rate_and_divergence_are_in_range(crowd):
    _, _, rows = crowd
    assert rows["acceptance_rate"].min() >= 0.0 and rows["acceptance_rate"].max() <= 1.0
    assert 0.6 < rows["acceptance_rate"].mean() < 0.99
    assert rows["diverging"].mean() < 0.001


def test_step_size_times_scale_is_what_counts(density, program):
    draws = []
    for step_size, scale in [(0.1, 1.0), (0.2, 0.5)]:
        state = at(program, density, exact_draws(2, seed=1), step_size, scale)
        phase = Phase(0, 200, **SAMPLING)
        draws.append(program.advance(state, phase, SEED, 0.8, density.tensors)[1])
    np.testing.assert_array_equal(*draws)


# ---- many transitions --------------------------------------------------------------------------


def test_chunks_do_not_change_the_draws(program, density):
    start, phase = at(program, density, exact_draws(2, seed=2)), Phase(40, 20, **SAMPLING)
    whole, draws, rows = program.advance(start, phase, SEED, 0.8, density.tensors)
    first, draws_1, rows_1 = program.advance(
        start, phase._replace(length=7), SEED, 0.8, density.tensors
    )
    second, draws_2, rows_2 = program.advance(
        first, phase._replace(first=47, length=13), SEED, 0.8, density.tensors
    )
    assert draws.shape == (20, 2, 2) and rows.shape == (20, 2, len(STATISTICS))
    np.testing.assert_array_equal(draws, np.concatenate([draws_1, draws_2]))
    np.testing.assert_array_equal(rows, np.concatenate([rows_1, rows_2]))
    for a, b in zip(tf.nest.flatten(whole), tf.nest.flatten(second), strict=True):
        np.testing.assert_array_equal(a, b)


def test_seed_and_number_of_the_transition_choose_the_randomness(program, density):
    start, phase = at(program, density, exact_draws(2, seed=2)), Phase(0, 5, **SAMPLING)
    draws = {
        (seed, first): program.advance(
            start, phase._replace(first=first), tf.constant([seed, 0]), 0.8, density.tensors
        )[1]
        for seed, first in [(0, 0), (1, 0), (0, 1)]
    }
    assert not np.any(draws[0, 0][0] == draws[1, 0][0])
    assert not np.any(draws[0, 0][0] == draws[0, 1][0])
    assert not np.any(draws[0, 0][:, 0] == draws[0, 0][:, 1])  # the chains differ


def test_phase_says_what_is_learnt(program, density):
    start = at(program, density, exact_draws(2, seed=3))
    for adapt in (False, True):
        for collect in (False, True):
            phase = Phase(0, 10, adapt=adapt, collect=collect)
            state, draws, _ = program.advance(start, phase, SEED, 0.8, density.tensors)
            assert np.all(state.step.count.numpy() == (10.0 if adapt else 0.0))
            assert float(state.moments.count) == (10.0 if collect else 0.0)
            if collect:
                np.testing.assert_allclose(state.moments.mean, draws.mean(0), atol=1e-5)


@pytest.mark.parametrize(
    ("z", "finite"), [([[0.0, 0.0], [1.0, 1.0]], [1, 1]), ([[0.0, np.nan], [1e30, 1.0]], [0, 0])]
)
def test_starting_points_are_checked(program, density, z, finite):
    state = program.start(np.array(z, np.float32), STEP, density.tensors)
    found = np.isfinite(state.log_prob) & np.isfinite(state.grad).all(-1)
    np.testing.assert_array_equal(found, np.array(finite, bool))


# ---- the twin ----------------------------------------------------------------------------------


def mcse(values, method, **kwargs):
    """Monte Carlo standard error of a statistic of ``values``, shape (chain, draw)."""
    from arviz_stats.base import array_stats

    return array_stats.mcse(values, method=method, chain_axis=0, draw_axis=1, **kwargs)


def test_agrees_with_the_readable_twin(program, density):
    """Same step size, same metric: moments and quantiles agree, and so do the trees' sizes."""
    metric = np.array([1.0, 2.25])
    state = at(program, density, exact_draws(2, seed=4), scale=np.sqrt(metric))
    compiled, trees = [], []
    for number in range(20):
        state, draws, rows = program.advance(
            state, Phase(250 * number, 250, **SAMPLING), SEED, 0.8, density.tensors
        )
        compiled.append(draws)
        trees.append(rows[..., STATISTICS.index("n_steps")])
    compiled = np.concatenate(compiled).swapaxes(0, 1).astype(np.float64)
    trees = np.concatenate(trees).T
    readable, infos = hmc.run(twin, [0.3, -0.2], 3000, STEP, inverse_mass_matrix=metric, seed=5)
    readable, twins = readable[None], np.array([[float(info.n_steps) for info in infos]])

    def quantities(z):
        return [z[..., 0], z[..., 1], z[..., 0] ** 2, z[..., 1] ** 2, z[..., 0] ** 2 * z[..., 1]]

    pairs = [*zip(quantities(compiled), quantities(readable), strict=True), (trees, twins)]
    for a, b in pairs:
        error = np.hypot(mcse(a, "mean"), mcse(b, "mean"))
        assert abs(a.mean() - b.mean()) < 4.5 * error
    for a, b in pairs[:2]:
        for prob in (0.05, 0.25, 0.5, 0.75, 0.95):
            error = np.hypot(*(mcse(v, "quantile", prob=prob) for v in (a, b)))
            assert abs(np.quantile(a, prob) - np.quantile(b, prob)) < 4.5 * error


@bt.model
def normal_mean(x):
    loc = yield bt.Normal("loc", 0.0, 10.0)
    yield bt.Normal("obs", loc, 1.0, observed=x)


@pytest.mark.slow
def test_nuts_ranks_are_uniform():
    """Simulation-based calibration (Talts et al. 2018) of ``bt.sample``, in 200 worlds.

    Truths from the prior, data from the truths: the truth's rank among 49 thinned draws takes each
    of its 50 values equally often. One program, with new data each time.
    """
    rng, ranks = np.random.default_rng(6), []
    for world in range(200):
        truth = rng.normal(0.0, 10.0)
        data = rng.normal(truth, 1.0, 30)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            trace = bt.sample(normal_mean(data), 245, 150, num_chains=2, seed=world)
        draws = trace["posterior"]["normal_mean.loc"].values.ravel()[9::10]
        assert len(draws) == 49
        ranks.append(int((draws < truth).sum()))
    assert stats.chisquare(np.bincount(np.array(ranks) // 5, minlength=10)).pvalue > 1e-5
    centred = (np.array(ranks) + 0.5) / 50
    assert stats.kstest(centred, "uniform").pvalue > 1e-5
    assert abs(np.var(centred) - 1 / 12) < 4.5 * np.sqrt(1 / 180 / 200)
    program = compiled_program(LogDensity(normal_mean(data)), 2, 10)
    assert program._advance.num_traces == 1


# ---- compiled once -----------------------------------------------------------------------------


def test_other_data_give_the_same_program_and_other_draws(program):
    flat = LogDensity(banana(np.array([0.0])))
    assert compiled_program(flat, 2, 10) is program
    draws = []
    state = at(program, flat, exact_draws(2, seed=6, curvature=0.0))
    for number in range(8):
        state, part, _ = program.advance(
            state, Phase(250 * number, 250, **SAMPLING), SEED, 0.8, flat.tensors
        )
        draws.append(part)
    draws = np.concatenate(draws).swapaxes(0, 1).astype(np.float64)
    for values, expected in [(draws[..., 1], 0.0), (draws[..., 0] ** 2 * draws[..., 1], 0.0)]:
        assert abs(values.mean() - expected) < 4.5 * mcse(values, "mean")


def test_other_groups_and_depths_are_other_programs(density, program):
    assert compiled_program(density, 1, 10) is not program
    assert compiled_program(density, 2, 9) is not program


def test_program_was_traced_once(program):
    """All tests above, with their lengths, phases, seeds and data, ran one trace."""
    assert program._advance.num_traces == 1
