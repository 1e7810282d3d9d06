"""The comparison: bands of trained networks are the closed forms, and every method takes part."""

from collections import OrderedDict

import numpy as np
import pytest

import bnn_teach as bt
from bnn_teach.course.chapters.ch14 import experiment
from bnn_teach.course.chapters.ch14.accuracy import predictive_scores
from bnn_teach.course.chapters.ch14.tables import diabetes
from bnn_teach.engine import programs
from bnn_teach.engine.runtime import tf
from bnn_teach.errors import ArgumentError
from bnn_teach.vi.laplace import Linearised, linearise
from bnn_teach.vi.linear import linear_posterior

pytestmark = pytest.mark.filterwarnings("ignore::bnn_teach.errors.ConvergenceWarning")

RNG = np.random.default_rng(0)


def test_the_last_layer_is_that_of_the_highest_number():
    x = np.zeros((3, 2), np.float32)
    density = bt.LogDensity(bt.network(x, np.zeros((3, 1)), hidden=(4, 3)))
    last = experiment.last_layer(density)
    slots = [density.slots[f"network.l3.{kind}"] for kind in "wb"]
    assert sorted(last) == sorted(i for s in slots for i in range(s.start, s.stop))
    assert len(last) == 4


def test_the_function_is_the_network_s():
    x = np.linspace(-1, 1, 5, dtype=np.float32)[:, None]
    density = bt.LogDensity(bt.network(x, np.zeros_like(x)))
    z = RNG.normal(size=(2, density.size)).astype(density.dtype)
    found = linearise(experiment.network_function(x), z).values
    exact = density.unflatten(z)[0]["network.f"][..., 0]
    np.testing.assert_allclose(found, exact, rtol=1e-5, atol=1e-5)


def test_three_bands_of_one_network():
    slopes, values = RNG.normal(size=(9, 4)), RNG.normal(size=9)
    y, last = RNG.normal(size=(6, 1)), np.array([2, 3])
    linear = Linearised(values[None], slopes[None])
    task = (RNG.normal(size=(1, 4)), linear, y, last, (0.5, 2.0))
    (found,) = experiment.ensemble_bands(*task, num_draws=20_000)
    assert experiment.ensemble_bands(*task, keep=np.array([False])) == [None]
    np.testing.assert_array_equal(found["MAP"], values[None, 6:])
    for method, columns, centre in (("last layer", last, None), ("Laplace", range(4), values[6:])):
        q = linear_posterior(slopes[:6][:, list(columns)], y, 0.5, 2.0)
        new = slopes[6:][:, list(columns)]
        sd = np.sqrt(np.diag(new @ q.factor @ q.factor.T @ new.T))
        centre = new @ q.mean if centre is None else centre
        # Within five standard errors, of the mean and of the sd.
        assert (np.abs(found[method].mean(0) - centre) < 5 * sd / np.sqrt(20_000)).all()
        assert (np.abs(found[method].std(0) / sd - 1) < 5 / np.sqrt(40_000)).all()


def test_mixtures_take_the_first_networks_and_leave_out_the_bad():
    bands = [{"a": np.full((2, 3), 1.0)}, None, {"a": np.full((2, 3), 3.0)}]
    found = {count: draws for _, count, draws in experiment.mixtures(bands, (1, 2, 3))}
    assert [found[count].mean() for count in (1, 2, 3)] == [1.0, 1.0, 2.0]
    with pytest.raises(ArgumentError, match="first 1 networks"):
        list(experiment.mixtures(bands[1:], (1,)))


def test_every_method_takes_part_and_is_scored():
    table = diabetes(num_test=400)
    small = experiment.Settings(2, 2, 30, 8, ((5, 5),), 10)
    entries = experiment.compare_methods(table, 0.7, settings=small)
    names = [entry.name for entry in entries]
    assert names == [
        "MAP, 1", "last layer, 1", "Laplace, 1", "MAP, 2", "last layer, 2", "Laplace, 2",
        "mean field, 2", "mean field, batches of 8, 2", "full rank, 2", "NUTS, 4 x (5 + 5)",
    ]  # fmt: skip
    for entry in entries:
        assert entry.seconds > 0 and np.isfinite(entry.scores).all()
        assert 0 <= entry.scores.coverage <= 1


def test_splits_and_scales_share_programs(monkeypatch):
    monkeypatch.setattr(programs, "_kept", OrderedDict())
    tables = [diabetes(num_test=400, seed=seed) for seed in (1, 2)]
    small = experiment.Settings(2, 0, lengths=(), num_draws=10)
    scores, seconds = experiment.compare_splits(tables[:1], 1.0, settings=small)
    built = set(programs._kept)
    both, _ = experiment.compare_splits(tables, 0.5, settings=small)
    assert set(programs._kept) == built
    assert list(scores) == list(both) and len(seconds) == len(both)
    assert all(each.shape == (2,) for each in both.values())


def test_function_draws_join_the_chains():
    data = bt.datasets.gap_sine(10)
    net = bt.network(data.x, data.y, hidden=(2,))
    fits, seconds, compiling = experiment.several_fits(net, "advi", 2, 30, seed=3)
    assert len(fits) == len(seconds) == 2 and compiling >= 0
    assert [fit.seed for fit in fits] == [3, 4]
    trace = bt.concatenate([fit.approximation.sample(6, seed=0) for fit in fits])
    draws = experiment.function_draws(bt.network(data.x, hidden=(2,)), trace)
    np.testing.assert_allclose(
        draws, trace["posterior"]["network.f"].values.reshape(12, 10), rtol=1e-5, atol=1e-5
    )
    assert predictive_scores(draws, data.y, 0.1).rmse > 0


def test_the_line_leaves_the_residual_sd_of_least_squares():
    table = diabetes(seed=3)
    _, found = experiment.straight_line(table, prior_scale=100.0)
    design = np.column_stack([np.ones(len(table.x)), table.x]).astype(float)
    fitted = design @ np.linalg.lstsq(design, table.y[:, 0], rcond=None)[0]
    assert found == pytest.approx((table.y[:, 0] - fitted).std(ddof=11), rel=1e-3)


def test_particles_are_networks_one_by_one():
    x = np.linspace(-1, 1, 4, dtype=np.float32)[:, None]
    z = np.random.default_rng(0).standard_normal((3, 46)).astype(np.float32)
    together = experiment.particle_functions(z, x)
    one_by_one = [experiment.network_function(x)(tf.constant(each)) for each in z]
    np.testing.assert_allclose(together, np.array(one_by_one)[..., 0], atol=1e-5)
