"""The log-density is SciPy's, its Jacobian and gradient are those of finite differences."""

import functools
import pickle
from typing import NamedTuple

import numpy as np
import pytest
from scipy import stats

import bnn_teach as bt
from bnn_teach.density import LogDensity, log_joint
from bnn_teach.dsl.distributions import (
    Bernoulli,
    Beta,
    Dirichlet,
    Distribution,
    Exponential,
    HalfNormal,
    MvNormal,
    Normal,
    Poisson,
    StudentT,
    Uniform,
)
from bnn_teach.dsl.dtypes import set_dtype
from bnn_teach.dsl.model import model
from bnn_teach.dsl.random_variables import Deterministic, Potential
from bnn_teach.engine.runtime import tf, tfp
from bnn_teach.errors import (
    ArgumentError,
    InferenceError,
    InitialPointError,
    ModelError,
    ObservedError,
)

Y = np.array([28.0, 8.0, -3.0, 7.0])
SIGMA = np.array([15.0, 10.0, 16.0, 11.0])
WORDS = np.array([3, 0, 5])
LABELS = np.array([0, 1, 1, 0, 1])


@model
def simplex(size):
    return (yield Dirichlet("p", np.arange(1.0, size + 1.0), batch_stack=2))


@model(keep_return=True)
def hierarchy(y, sigma, words=None):
    """Every kind of support, a nested model, a potential and data of three kinds."""
    loc = yield Normal("loc", 2.0, 5.0)
    scale = yield HalfNormal("scale", 4.0)
    df = yield Exponential("df", 0.3)
    effects = yield StudentT("effects", df, loc, scale, batch_stack=4)
    p = yield simplex(3).named("topics")
    low = yield Uniform("low", -3.0, -1.0)
    width = yield Uniform("width", low, 2.0)
    chance = yield Beta("chance", 2.0, 3.0)
    pair = yield MvNormal("pair", [0.5, -0.5], [[2.0, 0.6], [0.6, 1.0]])
    yield Deterministic("gap", effects - loc)
    yield Potential("soft", -0.5 * tf.square(width - pair))
    yield Normal("obs", effects, sigma, observed=y)
    yield Poisson("words", 10.0 * p[0], observed=words)
    yield Bernoulli("labels", chance, observed=LABELS)
    return effects[0]


def scipys(v):
    """The log joint density of ``hierarchy``, by SciPy, at named values."""
    v = {path.removeprefix("hierarchy."): value for path, value in v.items()}
    low, pair = v["low"], v["pair"]
    return sum(
        np.sum(term)
        for term in (
            stats.norm(2, 5).logpdf(v["loc"]),
            stats.halfnorm(scale=4).logpdf(v["scale"]),
            stats.expon(scale=1 / 0.3).logpdf(v["df"]),
            stats.t(v["df"], v["loc"], v["scale"]).logpdf(v["effects"]),
            [stats.dirichlet([1, 2, 3]).logpdf(p / p.sum()) for p in v["topics.p"]],
            stats.uniform(-3, 2).logpdf(low),
            stats.uniform(low, 2 - low).logpdf(v["width"]),
            stats.beta(2, 3).logpdf(v["chance"]),
            stats.multivariate_normal([0.5, -0.5], [[2, 0.6], [0.6, 1]]).logpdf(pair),
            -0.5 * (v["width"] - pair) ** 2,
            stats.norm(v["effects"], SIGMA).logpdf(Y),
            stats.poisson(10 * v["topics.p"][0]).logpmf(WORDS),
            stats.bernoulli(v["chance"]).logpmf(LABELS),
        )
    )


STEP = 1e-5


@functools.cache
def density():
    """One density in float64 for the whole file, since tracing takes longer than the tests."""
    set_dtype("float64")
    return LogDensity(hierarchy(Y, SIGMA, WORDS))


def points(number):
    return np.random.default_rng(0).uniform(-1.5, 1.5, (number, density().size))


class Evaluated(NamedTuple):
    """Three points, each with its neighbours one step forwards and one backwards."""

    z: np.ndarray  # (3, 1 + 2 D, D)
    log_prob: np.ndarray
    gradient: np.ndarray
    values: dict
    likelihood: dict


@functools.cache
def evaluated():
    steps = STEP * np.concatenate([np.zeros((1, 16)), np.eye(16), -np.eye(16)])
    z = points(3)[:, None] + steps
    return Evaluated(z, *density().value_and_grad(z), *density().unflatten(z, log_likelihood=True))


def slopes(of_neighbours):
    """Central differences of an array whose second axis is that of the neighbours."""
    return (of_neighbours[:, 1:17] - of_neighbours[:, 17:]) / (2 * STEP)


LATENT = {
    "hierarchy.loc": (),
    "hierarchy.scale": (),
    "hierarchy.df": (),
    "hierarchy.effects": (4,),
    "hierarchy.topics.p": (2, 3),
    "hierarchy.low": (),
    "hierarchy.width": (),
    "hierarchy.chance": (),
    "hierarchy.pair": (2,),
}


def defaults():
    yield Normal("x")


def test_default_parameters_have_the_working_dtype(float64):
    assert (
        LogDensity(model(defaults)()).log_prob_one(tf.zeros(1, tf.float64), {}).dtype == "float64"
    )


# Where variables live in z.


def test_every_latent_variable_has_its_slot_in_order(float64):
    slots = density().slots
    assert {path: slot.shape for path, slot in slots.items()} == LATENT
    assert list(slots) == list(LATENT)
    assert [slot.start for slot in slots.values()] == [0, 1, 2, 3, 7, 11, 12, 13, 14]
    assert slots["hierarchy.topics.p"].z_shape == (2, 2)  # a simplex of 3 has 2 free numbers
    assert density().size == 16


def test_data_and_array_arguments_are_inputs(float64):
    assert {k: v.shape for k, v in density().tensors.items()} == {
        "argument y": (4,),
        "argument sigma": (4,),
        "argument words": (3,),
        "observed hierarchy.labels": (5,),
    }
    assert density().dtype == np.float64


@pytest.mark.parametrize(
    ("observed", "number"),
    [({"m.a": [1.0, 2.0]}, 2), ({"m.a": [1.0, 2.0], "m.b": [1.0]}, None), ({"m.b": 1.0}, None)],
)
def test_the_number_of_data_is_the_first_axis_that_they_share(observed, number):
    @model
    def m():
        yield Normal("x")
        yield Normal("a")
        yield Normal("b")

    assert LogDensity(m(), observed).num_data == number


# Against SciPy and finite differences.


def test_the_log_joint_is_scipys(float64):
    for s in range(3):
        v = {path: evaluated().values[path][s, 0] for path in LATENT}
        assert log_joint(hierarchy(Y, SIGMA, WORDS), v) == pytest.approx(scipys(v), rel=1e-10)


def test_the_log_density_is_scipys_plus_the_jacobian_of_finite_differences(float64):
    free = {path: evaluated().values[path] for path in LATENT}
    free["hierarchy.topics.p"] = free["hierarchy.topics.p"][..., :-1]  # the rest follows
    theta = np.concatenate([v.reshape(3, 33, -1) for v in free.values()], -1)
    log_determinant = np.linalg.slogdet(slopes(theta))[1]
    log_prob = [scipys({p: evaluated().values[p][s, 0] for p in LATENT}) for s in range(3)]
    # Central differences err by about STEP² = 1e-10.
    np.testing.assert_allclose(evaluated().log_prob[:, 0], log_prob + log_determinant, rtol=1e-7)


def test_the_gradient_is_that_of_central_differences(float64):
    differences = slopes(evaluated().log_prob)
    np.testing.assert_allclose(evaluated().gradient[:, 0], differences, rtol=1e-6, atol=1e-7)


def test_a_batch_of_any_shape_is_a_loop(float64):
    z, value, gradient = evaluated()[:3]
    assert value.shape == (3, 33) and gradient.shape == z.shape
    one, slope = density().value_and_grad(z[1, 2])
    assert one.shape == () and slope.shape == (16,)
    np.testing.assert_array_equal(one, value[1, 2])
    np.testing.assert_array_equal(slope, gradient[1, 2])


def test_no_points_are_no_mistake(float64):
    assert density().log_prob(np.zeros((0, 3, 16))).shape == (0, 3)


def test_the_compiled_density_is_the_eager_one(float64):
    z = tf.constant(evaluated().z[0, 0])
    value, gradient = density().value_and_grad_one(z, density().tensors)
    np.testing.assert_allclose(evaluated().log_prob[0, 0], value, rtol=1e-10)
    np.testing.assert_allclose(evaluated().gradient[0, 0], gradient, rtol=1e-8, atol=1e-10)


def test_the_vectorised_density_is_the_loop_and_has_its_gradient(float64):
    z, weights = tf.constant(evaluated().z[:, 0]), np.array([1.0, 2.0, -3.0])
    batched = density().batched(density().tensors)
    with tf.GradientTape() as tape:
        tape.watch(z)
        values = batched(z)
        total = tf.reduce_sum(values * weights)
    np.testing.assert_allclose(values, evaluated().log_prob[:, 0], rtol=1e-9)
    expected = evaluated().gradient[:, 0] * weights[:, None]
    np.testing.assert_allclose(tape.gradient(total, z), expected, rtol=1e-7, atol=1e-9)


def test_weight_multiplies_the_terms_of_the_data_only(float64):
    z = tf.constant(evaluated().z[0, 0])
    thrice = density().log_prob_one(z, density().tensors, weight=3.0)
    data = sum(term[0, 0].sum() for term in evaluated().likelihood.values())
    assert float(thrice) == pytest.approx(evaluated().log_prob[0, 0] + 2 * data, rel=1e-9)


def test_temperature_divides_the_joint_density_and_not_the_jacobian(float64):
    cold = LogDensity(hierarchy(Y, SIGMA, WORDS), temperature=0.25)
    assert cold.fingerprint == LogDensity(hierarchy(Y, SIGMA, WORDS), temperature=2).fingerprint
    assert cold.fingerprint != density().fingerprint
    z = evaluated().z
    value, gradient = cold.value_and_grad(z)
    for s in range(3):
        joint = scipys({path: evaluated().values[path][s, 0] for path in LATENT})
        assert value[s, 0] == pytest.approx(evaluated().log_prob[s, 0] + 3 * joint, rel=1e-9)
    np.testing.assert_allclose(gradient[:, 0], slopes(value), rtol=1e-6, atol=1e-6)
    assert pickle.loads(pickle.dumps(cold)).temperature == 0.25


def test_the_likelihood_has_one_entry_a_data_point(float64):
    values, likelihood = evaluated().values, evaluated().likelihood
    expected = {
        "hierarchy.obs": stats.norm(values["hierarchy.effects"], SIGMA).logpdf(Y),
        "hierarchy.words": stats.poisson(10 * values["hierarchy.topics.p"][..., 0, :]).logpmf(
            WORDS
        ),
        "hierarchy.labels": stats.bernoulli(values["hierarchy.chance"][..., None]).logpmf(LABELS),
    }
    assert likelihood.keys() == expected.keys()
    for path, terms in expected.items():
        np.testing.assert_allclose(likelihood[path], terms, rtol=1e-10)


# Named values and z.


def test_named_values_and_z_are_two_names_of_one_point(float64):
    for s in range(3):
        named = {path: value[s, 0] for path, value in evaluated().values.items()}
        np.testing.assert_allclose(
            density().flatten(named), evaluated().z[s, 0], rtol=1e-7, atol=1e-9
        )


def test_deterministics_and_kept_return_values_are_among_the_named_values(float64):
    values = evaluated().values
    effects, loc = values["hierarchy.effects"], values["hierarchy.loc"]
    assert list(values) == [*LATENT, "hierarchy.gap", "hierarchy"]
    np.testing.assert_allclose(values["hierarchy.gap"], effects - loc[..., None], rtol=1e-12)
    np.testing.assert_array_equal(values["hierarchy"], effects[..., 0])


def test_where_nothing_is_to_transform_nothing_is_compiled(monkeypatch):
    @model
    def m():
        w = yield Normal("w", batch_stack=(2, 3))
        yield Normal("b", w[0, 0])

    d = LogDensity(m())
    monkeypatch.setattr("bnn_teach.density.map_draws", None)
    z = np.arange(14.0).reshape(2, 7)
    values, likelihood = d.unflatten(z)
    np.testing.assert_array_equal(values["m.w"], z[:, :6].reshape(2, 2, 3))
    np.testing.assert_array_equal(values["m.b"], z[:, 6])
    assert likelihood == {} and values["m.b"].dtype == np.float32


@pytest.mark.parametrize(
    ("path", "value", "kind", "text"),
    [
        ("hierarchy.scale", -1.0, ObservedError, "given value has -1, but HalfNormal expects"),
        ("hierarchy.loc", np.nan, ObservedError, "given value has NaN"),
        ("hierarchy.effects", np.zeros(3), ObservedError, r"shape \(3,\), but StudentT expects"),
        ("hierarchy.loc", np.zeros(2), ArgumentError, r"shape \(2,\); expected \(\)"),
        ("hierarchy.low", None, ArgumentError, "no value was given.*one for each of hierarchy.loc"),
    ],
)
def test_values_that_do_not_fit_cannot_be_flattened(path, value, kind, text, float64):
    values = {p: v[0, 0] for p, v in evaluated().values.items()}
    values = {p: v for p, v in {**values, path: value}.items() if v is not None}
    with pytest.raises(kind, match=rf"^{path}: .*{text}"):
        density().flatten(values)


def test_one_point_has_no_leading_axes(float64):
    values, _ = density().unflatten(evaluated().z[0, 0], log_likelihood=True)
    for path, value in values.items():
        np.testing.assert_array_equal(value, evaluated().values[path][0, 0])
        assert value.shape == LATENT.get(path, value.shape)


@pytest.mark.parametrize("shape", [(), (15,), (16, 1)])
def test_z_has_to_have_the_right_length(shape, float64):
    with pytest.raises(ArgumentError, match=r"has 16 unconstrained numbers. Pass shape \(..., 16"):
        density().log_prob(np.zeros(shape))


# log_joint.


@model
def mixed(y=None):
    k = yield Poisson("k", 3.0)
    p = yield Beta("p", 1.0, 2.0)
    yield Normal("y", k, 1.0 + p, observed=y)


def test_the_log_joint_takes_discrete_variables_too():
    expected = (
        stats.poisson(3).logpmf(2)
        + stats.beta(1, 2).logpdf(0.25)
        + stats.norm(2, 1.25).logpdf([1.0, 4.0]).sum()
    )
    found = log_joint(mixed([1.0, 4.0]), {"mixed.k": 2, "mixed.p": 0.25})
    assert isinstance(found, float) and found == pytest.approx(expected, rel=1e-6)
    assert log_joint(mixed(), {"mixed.k": 2, "mixed.p": 0.25, "mixed.y": [1.0, 4.0]}) == found


@pytest.mark.parametrize(
    ("values", "kind", "text"),
    [
        (
            {"mixed.p": 0.25},
            ArgumentError,
            r"mixed\.k: no value was given. the model 'mixed' needs",
        ),
        ({"mixed.k": 1.5, "mixed.p": 0.5}, ObservedError, r"mixed\.k: the given value has 1.5"),
        ({"mixed.k": 1, "mixed.q": 0.5}, ObservedError, "'mixed.q' .* Did you mean 'mixed.[kpy]'"),
    ],
)
def test_the_log_joint_needs_every_value_and_no_other(values, kind, text):
    with pytest.raises(kind, match=text):
        log_joint(mixed(1.0), values)


# What cannot be inferred.


def test_a_discrete_latent_variable_has_no_gradient():
    with pytest.raises(InferenceError, match=r"mixed\.k: Poisson is discrete.*gradients.*Mixture"):
        LogDensity(mixed(1.0))


def test_a_distribution_without_a_map_from_the_real_line():
    class Stubborn(tfp.distributions.Normal):
        def _default_event_space_bijector(self):
            raise NotImplementedError

    @model
    def m():
        yield Distribution("x", Stubborn(0.0, 1.0))

    with pytest.raises(InferenceError, match=r"m\.x: Stubborn has no known map from the real line"):
        LogDensity(m())


def test_a_model_with_nothing_to_infer():
    @model
    def known():
        yield Normal("y", observed=1.0)

    @model
    def empty():
        yield Potential("p", 1.0)

    with pytest.raises(InferenceError, match="'known' has nothing to infer: every random variable"):
        LogDensity(known())
    with pytest.raises(InferenceError, match="'empty' has nothing to infer: no random variable"):
        LogDensity(empty())


@pytest.mark.parametrize("algorithm", [bt.sample, bt.fit])
def test_the_algorithms_tell_it_before_they_start(algorithm):
    with pytest.raises(InferenceError, match=r"mixed\.k: Poisson is discrete"):
        algorithm(mixed(1.0))
    with pytest.raises(ModelError, match="the model function 'mixed' was not called"):
        algorithm(mixed)


def test_a_density_that_is_not_finite_names_the_variable():
    @model
    def m():
        x = yield Normal("x")
        yield Potential("p", 0.0)
        yield Uniform("y", 0.0, tf.exp(x), observed=30.0)

    with pytest.raises(ObservedError, match=r"m\.y: the observed value has 30"):
        LogDensity(m())

    @model
    def n():
        x = yield Normal("x")
        yield Potential("p", tf.math.log(-1.0 - tf.square(x)))

    text = LogDensity(n()).explain_nonfinite(np.zeros(1, np.float32), 100)
    assert "in 100 tries: the term of 'n.p' is infinite or NaN" in text


# A model that changes after it was looked at.


# Fingerprints: equal means that a compiled program can be used again.

SHIFT = 0.0
TABLE = np.zeros(1000)
TENSOR = tf.zeros(1000)


def regression(x, y, slope=1.0, scale=1.0):
    @model
    def line(x, y, slope, scale):
        loc = yield Normal("loc", SHIFT, 1.0)
        offset = tf.reduce_sum(TENSOR) + tf.reduce_sum(tf.constant(TABLE, tf.float32))
        total = tf.scan(lambda a, b: a + b, x)[-1]
        yield Normal("y", loc + slope * x + offset + total, scale, observed=y)

    return LogDensity(line(x, y, slope, scale))


X3, Y3 = np.array([0.0, 1.0, 2.0]), np.array([0.5, 1.5, 2.5])


def test_the_fingerprint_of_new_data_and_of_a_model_defined_again_is_the_same():
    assert regression(X3, Y3).fingerprint == regression(X3, Y3, slope=2.0).fingerprint
    assert regression(X3, Y3).fingerprint == regression(X3 + 1.0, Y3 - 1.0).fingerprint


@pytest.mark.parametrize(
    ("name", "value"),
    [("SHIFT", 0.5), ("TABLE", np.ones(1000)), ("TENSOR", tf.ones(1000))],
)
def test_the_fingerprint_follows_what_the_model_reads_from_outside(name, value, monkeypatch):
    before = regression(X3, Y3).fingerprint
    monkeypatch.setitem(globals(), name, value)
    assert regression(X3, Y3).fingerprint != before


def test_the_fingerprint_follows_arguments_shapes_and_dtype():
    different = [
        regression(X3, Y3),
        regression(X3, Y3, scale=[1.0, 2.0, 3.0]),
        regression(X3[:2], Y3[:2]),
    ]
    prints = [d.fingerprint for d in different]
    set_dtype("float64")
    prints.append(LogDensity(known_noise(Y3)).fingerprint)
    set_dtype("float32")
    prints.append(LogDensity(known_noise(Y3)).fingerprint)
    assert len(set(prints)) == len(prints)


@model
def known_noise(y):
    loc = yield Normal("loc", 0.0, 1.0)
    yield Normal("y", loc, 1.0, observed=y)


def test_a_slope_that_is_not_finite_is_told_from_a_density_that_is_not():
    @bt.model
    def kink():
        z = yield bt.Normal("z", 0.0, 1.0)
        yield bt.Potential("p", tf.where(z > 100.0, tf.sqrt(z - 100.0), 0.0))

    @bt.model
    def impossible():
        z = yield bt.Normal("z", 0.0, 1.0)
        yield bt.Potential("p", tf.math.log(z * 0.0))

    for each, words in ((kink(), "its slope"), (impossible(), "the term of 'impossible.p'")):
        with pytest.raises(InitialPointError, match=words):
            bt.sample(each, 5, 5, seed=0)
