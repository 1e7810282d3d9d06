"""The meanings of a model: prior draws with a stream a path, starting values, a joint density."""

import numpy as np
import pytest
from scipy import stats

from bnn_teach.dsl.distributions import (
    Dirichlet,
    Exponential,
    HalfNormal,
    MvNormal,
    Normal,
    Poisson,
    Uniform,
)
from bnn_teach.dsl.handlers import (
    from_prior,
    from_values,
    log_joint,
    log_prob_terms,
    near_zero,
)
from bnn_teach.dsl.interpreter import interpret
from bnn_teach.dsl.model import model
from bnn_teach.dsl.random_variables import Potential
from bnn_teach.engine.runtime import tf
from bnn_teach.errors import ArgumentError

SEED = tf.constant([1, 2])


@model
def school():
    loc = yield Normal("loc", 0.0, 5.0)
    scale = yield HalfNormal("scale", 2.0)
    effects = yield Normal("effects", loc, scale, batch_stack=3)
    yield Normal("y", effects, [1.0, 2.0, 3.0])
    yield Poisson("k", 4.0)


def values(sites):
    return {path: site.value.numpy() for path, site in sites.items()}


def test_the_same_seed_gives_the_same_draws_and_another_gives_others():
    one, same = (values(interpret(school(), from_prior(SEED))) for _ in range(2))
    other = values(interpret(school(), from_prior(tf.constant([1, 3]))))
    assert one.keys() == other.keys()
    for path in one:
        np.testing.assert_array_equal(one[path], same[path])
    assert not np.array_equal(one["school.effects"], other["school.effects"])


def test_a_path_keeps_its_stream_whatever_stands_before_it():
    @model(name="school")
    def shorter():
        yield Normal("loc", 0.0, 5.0)

    @model(name="school")
    def longer():
        yield Normal("before")
        yield Normal("loc", 0.0, 5.0)

    draws = [values(interpret(m(), from_prior(SEED)))["school.loc"] for m in (shorter, longer)]
    assert draws[0] == draws[1] == values(interpret(school(), from_prior(SEED)))["school.loc"]


def test_stacked_copies_are_independent_draws():
    @model
    def stacked():
        yield Normal("w", [0.0, 100.0], 1.0, batch_stack=(500, 2))
        yield MvNormal("v", np.zeros(2), np.diag([1.0, 9.0]), batch_stack=400)

    draws = values(interpret(stacked(), from_prior(SEED)))
    w, v = draws["stacked.w"], draws["stacked.v"]
    assert w.shape == (500, 2, 2) and v.shape == (400, 2)
    # Standard errors: 1/sqrt(500) of a mean, sigma/sqrt(800) of a standard deviation; 4.5 of them.
    np.testing.assert_allclose(w.mean(0), [[0, 100], [0, 100]], atol=4.5 / np.sqrt(500))
    np.testing.assert_allclose(v.std(0), [1, 3], rtol=4.5 / np.sqrt(800))
    assert abs(np.corrcoef(w[:, 0, 0], w[:, 1, 0])[0, 1]) < 4.5 / np.sqrt(500)


def test_draws_may_be_asked_for_in_the_shape_of_the_data():
    @model
    def m():
        yield Normal("y", 0.0, [1.0, 1e-3])
        yield MvNormal("v", np.zeros(2), np.eye(2))

    draws = values(interpret(m(), from_prior(SEED, {"m.y": (50, 2), "m.v": (3, 2)})))
    assert draws["m.y"].shape == (50, 2) and draws["m.v"].shape == (3, 2)
    assert len(np.unique(draws["m.y"])) == 100
    assert np.abs(draws["m.y"][:, 1]).max() < 0.01 < np.abs(draws["m.y"][:, 0]).max()


def test_starting_values_are_within_two_on_the_unconstrained_scale():
    @model
    def m():
        scale = yield HalfNormal("scale", 1e30, batch_stack=50)
        yield Normal("x", 0.0, scale)
        yield Dirichlet("p", [1.0, 1.0, 1.0], batch_stack=4)
        yield Uniform("u", -3.0, 7.0)
        yield Poisson("k", 4.0)

    one = interpret(m(), near_zero(SEED, 1.0, from_prior(SEED)))
    mirrored = interpret(m(), near_zero(SEED, -1.0, from_prior(SEED)))
    for path in ("m.scale", "m.x", "m.p", "m.u"):
        bijector = one[path].node.bijector
        assert one[path].value.shape == one[path].node.shape
        z = bijector.inverse(one[path].value).numpy()
        assert np.abs(z).max() <= 2.001 and np.abs(z).max() > 0.1
        np.testing.assert_allclose(bijector.inverse(mirrored[path].value), -z, atol=2e-5)
    assert one["m.k"].value == values(interpret(m(), from_prior(SEED)))["m.k"]


def test_given_values_go_before_the_other_handler():
    given = {"school.loc": tf.constant(1.0), "school.k": tf.constant(2.0)}
    sites = values(interpret(school(), from_values(given, from_prior(SEED))))
    assert sites["school.loc"] == 1.0 and sites["school.k"] == 2.0
    with pytest.raises(ArgumentError, match=r"school\.scale: no value.*school\.loc, school\.k"):
        interpret(school(), from_values(given))


def test_the_joint_density_is_the_sum_of_scipys(float64):
    v = {
        "school.loc": 0.3,
        "school.scale": 1.7,
        "school.effects": np.array([-1.0, 0.5, 2.0]),
        "school.y": np.array([28.0, 8.0, -3.0]),
        "school.k": 6.0,
    }
    sites = interpret(school(), from_values({p: tf.constant(a, tf.float64) for p, a in v.items()}))
    expected = {
        "school.loc": stats.norm(0, 5).logpdf(0.3),
        "school.scale": stats.halfnorm(scale=2).logpdf(1.7),
        "school.effects": stats.norm(0.3, 1.7).logpdf([-1.0, 0.5, 2.0]),
        "school.y": stats.norm([-1.0, 0.5, 2.0], [1, 2, 3]).logpdf([28.0, 8.0, -3.0]),
        "school.k": stats.poisson(4).logpmf(6),
    }
    terms = log_prob_terms(sites)
    assert terms.keys() == expected.keys()
    for path, term in terms.items():
        np.testing.assert_allclose(term, expected[path], rtol=1e-12)
    total = sum(np.sum(e) for e in expected.values())
    assert float(log_joint(sites)) == pytest.approx(total, rel=1e-12)


@pytest.mark.parametrize("term", [-3, -3.0, np.float64(-3.0), [-1.0, -2.0], tf.constant(-3.0)])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_potential_of_any_type_is_a_term(term, dtype, request):
    if dtype == "float64":
        request.getfixturevalue("float64")

    @model
    def m():
        x = yield Exponential("x", 2.0)
        yield Potential("p", term)
        yield Potential("q", x)

    sites = interpret(m(), from_prior(SEED))
    x = float(sites["m.x"].value)
    expected = stats.expon(scale=0.5).logpdf(x) - 3.0 + x
    assert log_prob_terms(sites).keys() == {"m.x", "m.p", "m.q"}
    assert float(log_joint(sites)) == pytest.approx(expected, rel=1e-5)
