"""Both symmetries leave the function alone, one of them the prior; R-hat is that of the weights."""

import itertools

import numpy as np
import pytest

from bnn_teach.course.chapters.ch10 import exhibit as sym
from bnn_teach.course.numpy_networks import functions_of
from bnn_teach.diagnostics import function_diagnostics
from bnn_teach.errors import ArgumentError, ShapeError

X = np.linspace(-1, 1, 9)
DATA = (np.array([-0.5, 0.5]), np.array([-1.0, 1.0]))
SIZES = (1, 3, 2, 1)


def draw(sizes=SIZES, chains=3, seed=0):
    rng, weights = np.random.default_rng(seed), {}
    for number, (i, o) in enumerate(itertools.pairwise(sizes), 1):
        weights[f"net.l{number}.w"] = rng.standard_normal((chains, 20, i, o))
        weights[f"net.l{number}.b"] = rng.standard_normal((chains, 20, o))
    return weights


@pytest.fixture(scope="module")
def exhibit():
    given = draw() | {"net.f": np.zeros((3, 20, 9, 1))}
    return sym.symmetries(given, X, DATA, prior_scale=2.0)


def squares(weights):
    return sum((each**2).sum() for each in weights.values())


def test_functions_are_those_of_each_network_by_itself():
    weights = draw()
    signal = X[:, None]
    for n in (1, 2, 3):
        signal = signal @ weights[f"net.l{n}.w"][2, 7] + weights[f"net.l{n}.b"][2, 7]
        signal = np.maximum(signal, 0) if n < 3 else signal
    np.testing.assert_allclose(functions_of(weights, X[:, None])[2, 7], signal[:, 0])


@pytest.mark.parametrize("layer", [1, 2])
def test_changing_places_keeps_functions_and_prior(layer):
    weights = draw()
    order = np.random.default_rng(1).permuted(
        np.broadcast_to(np.arange(SIZES[layer]), (3, 20, SIZES[layer])), axis=-1
    )
    moved = sym.permuted(weights, layer, order)
    before, after = (functions_of(each, X[:, None]) for each in (weights, moved))
    np.testing.assert_allclose(after, before, atol=1e-12)
    assert np.isclose(squares(moved), squares(weights))
    np.testing.assert_array_equal(
        moved[f"net.l{layer}.b"][1, 4], weights[f"net.l{layer}.b"][1, 4][order[1, 4]]
    )


@pytest.mark.parametrize("layer", [1, 2])
def test_rescaling_keeps_functions_but_not_the_prior(layer):
    weights = draw()
    factor = np.random.default_rng(2).uniform(0.2, 5, (3, 20, SIZES[layer]))
    moved = sym.rescaled(weights, layer, factor)
    before, after = (functions_of(each, X[:, None]) for each in (weights, moved))
    np.testing.assert_allclose(after, before, atol=1e-11)
    assert not np.isclose(squares(moved), squares(weights))


def test_the_function_and_its_r_hat_are_the_same_in_all_frames(exhibit):
    for number in (1, 3):
        lines = {
            tuple(np.round(frame.panels[number].marks[-2 if number == 1 else -1].arrays["y"], 9))
            for frame in exhibit._frames.values()
        }
        assert len(lines) == 1


@pytest.mark.parametrize("labels", [sym.AS_SAMPLED, sym.SWAPPED, sym.OWN_ORDER, sym.SHUFFLED])
def test_shown_are_the_weights_and_their_r_hat(exhibit, labels):
    weights = draw()
    layers = sym._orders(weights, np.random.default_rng(0))[labels]
    for layer, order in enumerate(layers, 1):
        weights = sym.permuted(weights, layer, order)
    factor = np.ones((3, 20, 2))
    factor[0, :, 0] = 4
    theta = sym._flat(sym.rescaled(weights, 2, factor))
    exhibit.set(labels=labels, factor=4)
    shown = exhibit.frame.panels[0].marks[1].arrays["y"]
    np.testing.assert_allclose(np.sinh(shown), theta[0, -1])
    r_hat = function_diagnostics(theta)["r_hat"].values
    shown = exhibit.frame.panels[2].marks[-1].arrays["y"]
    np.testing.assert_allclose(shown, np.sqrt(np.maximum(r_hat - 1, 0)))
    assert f"up to {r_hat.max():.2f} for a weight" in exhibit.says


def test_the_sentence_compares_the_log_prior(exhibit):
    same = exhibit.set(labels=sym.SHUFFLED, factor=1).says
    assert "No function has moved" in same and "log prior of the drawn network is the same" in same
    weights = draw()
    column = np.r_[weights["net.l2.w"][0, -1, :, 0], weights["net.l2.b"][0, -1, 0]]
    out = weights["net.l3.w"][0, -1, 0, 0]
    change = -(15 * np.sum(column**2) + (1 / 16 - 1) * out**2) / (2 * 2.0**2)
    says = exhibit.set(labels=sym.AS_SAMPLED, factor=4).says
    assert f"changed by {change:.1f}.".replace("-", "−") in says


def test_own_orders_differ_between_chains_and_shuffles_between_draws():
    orders = sym._orders(draw((1, 3, 4, 1), seed=3), np.random.default_rng(0))
    by_size = np.sort(draw((1, 3, 4, 1), seed=3)["net.l3.w"][..., 0], axis=-1)
    moved = sym.permuted(draw((1, 3, 4, 1), seed=3), 2, orders[sym.OWN_ORDER][1])["net.l3.w"]
    for chain in range(3):
        np.testing.assert_array_equal(moved[chain, ..., 0], np.roll(by_size[chain], chain, -1))
    assert len({tuple(each) for each in orders[sym.SHUFFLED][1][0]}) > 3


def test_what_does_not_fit_is_told():
    with pytest.raises(ShapeError, match="1 chains"):
        sym.symmetries(draw(chains=1), X, DATA)
    with pytest.raises(ShapeError, match="1 units"):
        sym.symmetries(draw((1, 3, 1, 1)), X, DATA)
    with pytest.raises(ArgumentError, match=r"network\.l1\.w"):
        sym.symmetries({"loc": np.zeros((4, 20))}, X, DATA)
    with pytest.raises(ArgumentError, match="hidden layer"):
        sym.symmetries(draw((1, 1)), X, DATA)
