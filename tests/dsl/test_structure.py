"""A look at a model before any algorithm runs: what it holds, and mistakes while in sight."""

import numpy as np
import pytest

from bnn_teach.dsl.distributions import (
    Dirichlet,
    HalfNormal,
    InverseGamma,
    LogNormal,
    Normal,
    Poisson,
    Uniform,
)
from bnn_teach.dsl.model import model
from bnn_teach.dsl.random_variables import Deterministic, Potential
from bnn_teach.dsl.structure import inspect_model
from bnn_teach.engine.runtime import tf
from bnn_teach.errors import ArgumentError, ModelError, ObservedError, ParameterError


@model(keep_return=True)
def schools(y):
    loc = yield Normal("loc", 0.0, 5.0)
    effects = yield Normal("effects", loc, 1.0, batch_stack=3, dims="school")
    yield Deterministic("largest", tf.reduce_max(effects))
    yield Potential("soft", -tf.square(loc))
    yield Normal("obs", effects, 1.0, observed=y)
    return 2.0 * effects


DATA = np.array([1.0, 2.0, 3.0])


def test_variables_are_sorted_by_what_is_to_be_done_with_them():
    structure = inspect_model(schools(DATA))
    assert list(structure.latent) == ["schools.loc", "schools.effects"]
    assert list(structure.observed) == ["schools.obs"]
    assert list(structure.recorded) == ["schools.largest", "schools"]
    assert list(structure.sites) == [
        "schools.loc",
        "schools.effects",
        "schools.largest",
        "schools.soft",
        "schools.obs",
        "schools",
    ]
    assert structure.shape_of("schools.effects") == structure.shape_of("schools") == (3,)
    assert structure.dims_of("schools.effects") == ("school",)
    assert structure.dims_of("schools.loc") is structure.dims_of("schools") is None
    assert structure.observed["schools.obs"].dtype == np.float32


def test_without_data_the_variable_is_latent():
    structure = inspect_model(schools(None))
    assert "schools.obs" in structure.latent and not structure.observed


def test_further_variables_may_be_observed_by_path():
    structure = inspect_model(schools(DATA), {"schools.loc": 1, "schools.obs": [4, 5, 6]})
    assert list(structure.latent) == ["schools.effects"]
    np.testing.assert_array_equal(structure.observed["schools.loc"], 1.0)
    np.testing.assert_array_equal(structure.observed["schools.obs"], [4.0, 5.0, 6.0])
    assert structure.sites["schools.loc"].value == 1.0


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("schools.lok", "'schools.lok' was given a value, but the model has no .*'schools.loc'?"),
        ("loc", "Did you mean 'schools.loc'?"),
        ("zzz", "no such variable. Its random variables are schools.loc, schools.effects, sch"),
        ("schools.largest", "'schools.largest' is no random variable"),
        (3, "3 was given a value"),
    ],
)
def test_a_path_that_does_not_exist_is_an_error_listing_those_that_do(path, text):
    with pytest.raises(ObservedError, match=f"^observed: .*{text}".replace("?", r"\?")):
        inspect_model(schools(DATA), {path: 1.0})


@pytest.mark.parametrize("observed", [[1.0], 3.0, "schools.loc"])
def test_observed_is_a_mapping(observed):
    with pytest.raises(
        ArgumentError, match=r"observed: expected a dict of path to values, got \w+"
    ):
        inspect_model(schools(DATA), observed)


def test_data_that_do_not_fit_are_named_by_path():
    with pytest.raises(ObservedError, match=r"schools\.obs: the observed value has shape \(2,\)"):
        inspect_model(schools(DATA[:2]))
    with pytest.raises(ObservedError, match=r"schools\.loc: the given value has NaN"):
        inspect_model(schools(DATA), {"schools.loc": np.nan})


def test_a_model_that_yields_nothing():
    @model
    def silent():
        return
        yield

    with pytest.raises(ModelError, match=r"the model 'silent' yielded nothing. Yield at least one"):
        inspect_model(silent())


# Parameters.


@pytest.mark.parametrize("scale", [-1.0, 0.0, [1.0, -2.0]], ids=str)
def test_a_scale_that_is_not_positive(scale):
    @model
    def m():
        yield Normal("a")
        yield Normal("y", 0.0, scale, observed=[1.0, 2.0])

    with pytest.raises(ParameterError, match=r"m\.y: the parameter scale is .*positive"):
        inspect_model(m())


@pytest.mark.parametrize("number", range(10))
def test_a_scale_that_can_be_negative_is_found(number):
    @model
    def m():
        scale = yield Normal("scale", 0.0, 1.0, batch_stack=number + 1)
        yield Normal("y", 0.0, scale, observed=np.zeros(number + 1))

    with pytest.raises(ParameterError, match=r"m\.y: the parameter scale .*such as HalfNormal"):
        inspect_model(m())


@pytest.mark.parametrize(
    "vague",
    [
        lambda: InverseGamma("scale", 1e-3, 1e-3),
        lambda: LogNormal("scale", 0.0, 500.0),
        lambda: HalfNormal("scale", 1e30),
    ],
)
def test_vague_priors_whose_draws_overflow_are_no_mistake(vague):
    @model
    def m():
        scale = yield vague()
        yield Normal("x", 0.0, tf.square(scale))
        yield Normal("y", 0.0, scale, observed=1.0)

    structure = inspect_model(m())
    assert list(structure.latent) == ["m.scale", "m.x"]


def test_a_mistake_behind_a_vague_prior_is_still_one():
    @model
    def m():
        scale = yield LogNormal("scale", 0.0, 500.0)
        yield Normal("y", 0.0, -scale, observed=1.0)

    with pytest.raises(ParameterError, match=r"m\.y: the parameter scale is -"):
        inspect_model(m())


def test_all_kinds_of_variables_can_be_started_where_samplers_start():
    @model
    def m():
        loc = yield Normal("loc")
        yield Dirichlet("p", [1.0, 1.0, 1.0], batch_stack=2)
        yield Uniform("u", -1.0, 3.0)
        k = yield Poisson("k", 3.0)
        yield Normal("y", k, loc, observed=1.0)

    with pytest.raises(ParameterError, match=r"m\.y: the parameter scale"):
        inspect_model(m())


# Predictions.


def test_only_the_shapes_of_observed_values_matter_for_a_prediction():
    met = []

    @model
    def m(y):
        rate = yield HalfNormal("rate")
        met.append((yield Poisson("y", rate, observed=y)))

    structure = inspect_model(m([-1.0, np.nan, 0.5]), only_shapes=True)
    assert structure.observed["m.y"].shape == (3,)
    assert all(np.all(v >= 0) and v.shape == (3,) for v in met)
    with pytest.raises(ObservedError, match="has NaN"):
        inspect_model(m([-1.0, np.nan, 0.5]))
