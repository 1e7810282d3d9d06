"""The contest: bands of trained networks are the closed forms, and everybody takes part."""

import numpy as np
import pytest

import bnn_teach as bt
from bnn_teach.course.chapters.ch14 import experiment as contest
from bnn_teach.course.chapters.ch14.accuracy import predictive_scores
from bnn_teach.course.chapters.ch14.tables import diabetes
from bnn_teach.errors import ArgumentError
from bnn_teach.vi.laplace import Linearised, linearise
from bnn_teach.vi.linear import linear_posterior

pytestmark = pytest.mark.filterwarnings("ignore::bnn_teach.errors.ConvergenceWarning")

RNG = np.random.default_rng(0)


def test_the_last_layer_is_the_highest_number():
    x = np.zeros((3, 2), np.float32)
    density = bt.LogDensity(bt.network(x, np.zeros((3, 1)), hidden=(4, 3)))
    last = contest.last_layer(density)
    slots = [density.slots[f"network.l3.{kind}"] for kind in "wb"]
    assert sorted(last) == sorted(i for s in slots for i in range(s.start, s.stop))
    assert len(last) == 4


@bt.model
def no_network(y):
    loc = yield bt.Normal("loc", loc=0.0, scale=1.0)
    yield bt.Normal("obs", loc=loc, scale=1.0, observed=y)


def test_a_model_without_layers_has_no_last_one():
    with pytest.raises(ArgumentError, match=r"it has no_network\.loc"):
        contest.last_layer(bt.LogDensity(no_network(np.zeros(2, np.float32))))


def test_the_function_is_the_network_s():
    x = np.linspace(-1, 1, 5, dtype=np.float32)[:, None]
    density = bt.LogDensity(bt.network(x, np.zeros_like(x)))
    z = RNG.normal(size=(2, density.size)).astype(density.dtype)
    found = linearise(contest.network_function(x), z).values
    exact = density.unflatten(z)[0]["network.f"][..., 0]
    np.testing.assert_allclose(found, exact, rtol=1e-5, atol=1e-5)


def test_three_bands_of_one_network():
    slopes, values = RNG.normal(size=(9, 4)), RNG.normal(size=9)
    y, last = RNG.normal(size=(6, 1)), np.array([2, 3])
    found = contest.network_bands(RNG.normal(size=4), Linearised(values, slopes), y, last,
                                  (0.5, 2.0), num_draws=20_000, seed=1)  # fmt: skip
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
    found = {count: draws for _, count, draws in contest.mixtures(bands, (1, 2, 3))}
    assert [found[count].mean() for count in (1, 2, 3)] == [1.0, 1.0, 2.0]
    with pytest.raises(ArgumentError, match="first 1 networks"):
        list(contest.mixtures(bands[1:], (1,)))


def test_everybody_takes_part_and_is_scored():
    table = diabetes(num_test=400)
    small = contest.Settings(2, 2, 30, 8, ((5, 5),), 10)
    entries = contest.real_contest(table, 0.7, settings=small)
    names = [entry.name for entry in entries]
    assert names == [
        "MAP, 1", "last layer, 1", "Laplace, 1", "MAP, 2", "last layer, 2", "Laplace, 2",
        "mean field, 2", "mean field, batches of 8, 2", "full rank, 2", "NUTS, 4 x (5 + 5)",
    ]  # fmt: skip
    for entry in entries:
        assert entry.seconds > 0 and np.isfinite(entry.scores).all()
        assert 0 <= entry.scores.coverage <= 1
        assert len(str(entry)) == len(contest.HEADLINE)


def test_function_draws_join_the_chains():
    data = bt.datasets.gap_sine(10)
    net = bt.network(data.x, data.y, hidden=(2,))
    fits, seconds, compiling = contest.several_fits(net, "advi", 2, 30, seed=3)
    assert len(fits) == len(seconds) == 2 and compiling >= 0
    assert [fit.seed for fit in fits] == [3, 4]
    trace = bt.concatenate([fit.approximation.sample(6, seed=0) for fit in fits])
    draws = contest.function_draws(bt.network(data.x, hidden=(2,)), trace)
    np.testing.assert_allclose(
        draws, trace["posterior"]["network.f"].values.reshape(12, 10), rtol=1e-5, atol=1e-5
    )
    assert predictive_scores(draws, data.y, 0.1).rmse > 0
