"""One loop: paths, values, what is recorded, and every mistake with its place in the model."""

import numpy as np
import pytest

from bnn_teach.dsl.distributions import Normal
from bnn_teach.dsl.interpreter import interpret
from bnn_teach.dsl.model import model
from bnn_teach.dsl.random_variables import Deterministic, Potential, RandomVariable
from bnn_teach.engine.runtime import tf, tfp
from bnn_teach.errors import (
    ArgumentError,
    DuplicateNameError,
    ForgottenYieldError,
    ModelError,
    ParameterError,
    VariableNameError,
)


def zero(path, variable):
    return tf.zeros(variable.shape)


def run(function, *args, **kwargs):
    return interpret(model(function)(*args, **kwargs), zero)


@model
def layer(x, units=2):
    w = yield Normal("w", batch_stack=(x.shape[1], units))
    return tf.matmul(x, w)


def test_the_handler_is_asked_with_the_path_and_its_value_comes_back():
    asked, received = [], []

    def handler(path, variable):
        asked.append((path, type(variable), variable.name))
        return tf.constant(float(len(asked)))

    def m():
        received.append((yield Normal("a")))
        received.append((yield Normal("b", received[0])))

    sites = interpret(model(m)(), handler)
    assert asked == [("m.a", RandomVariable, "a"), ("m.b", RandomVariable, "b")]
    assert [float(v) for v in received] == [1.0, 2.0]
    assert list(sites) == ["m.a", "m.b"]
    assert float(sites["m.b"].value) == 2.0 and sites["m.b"].node.name == "b"


def test_paths_lead_from_the_outermost_model_inwards():
    @model
    def prior(name):
        return (yield Normal(name))

    @model
    def block(x):
        yield prior("scale")
        return (yield layer(x).named("first"))

    def net(x):
        return (yield layer((yield block(x))))

    paths = list(run(net, np.ones((3, 1))))
    assert paths == ["net.block.prior.scale", "net.block.first.w", "net.layer.w"]


def test_a_nested_model_sends_back_its_return_value():
    def net(x):
        y = yield layer(x, 4)
        assert y.shape == (3, 4)
        yield Deterministic("y", y)

    assert run(net, np.ones((3, 1)))["net.y"].value.shape == (3, 4)


def test_a_model_may_be_an_argument_and_is_yielded_where_it_is_used():
    @model
    def outer(inner, variable):
        yield inner.named("here")
        yield variable

    sites = interpret(outer(layer(np.ones((3, 1))), Normal("v")), zero)
    assert list(sites) == ["outer.here.w", "outer.v"]


def test_deterministics_come_back_as_given_and_potentials_as_none():
    def m():
        d = yield Deterministic("d", [1.0, 2.0])
        p = yield Potential("p", -0.5)
        assert p is None
        yield Deterministic("twice", 2.0 * d)

    sites = run(m)
    np.testing.assert_array_equal(sites["m.twice"].value, [2.0, 4.0])
    assert sites["m.p"].value is None and float(sites["m.p"].node.log_prob) == -0.5


def test_a_return_value_is_kept_under_the_models_path_if_asked_for():
    @model(keep_return=True)
    def inner(c):
        return (yield Normal("a")) + c

    @model(keep_return=True)
    def outer():
        x = yield inner(1.0).named("one")
        y = yield inner(2.0).named("two")
        return [x, y]

    sites = interpret(outer(), zero)
    assert list(sites) == ["outer.one.a", "outer.one", "outer.two.a", "outer.two", "outer"]
    np.testing.assert_array_equal(sites["outer"].value, [1.0, 2.0])


def test_a_return_value_is_not_kept_by_default_nor_where_there_is_none():
    def m():
        return (yield Normal("a"))

    assert list(run(m)) == ["m.a"]

    @model(keep_return=True)
    def silent():
        yield Normal("a")

    assert list(interpret(silent(), zero)) == ["silent.a"]


def test_a_return_value_that_is_no_tensor_cannot_be_kept():
    @model(keep_return=True)
    def m():
        return {"a": (yield Normal("a"))}

    with pytest.raises(ArgumentError, match="the return value of 'm' is of type dict; expected"):
        interpret(m(), zero)


def test_variables_of_yield_from_belong_to_the_model_around():
    def helper():
        return (yield Normal("a"))

    def m():
        a = yield from helper()
        yield Normal("b", a)

    assert list(run(m)) == ["m.a", "m.b"]


# A forgotten yield.


def test_a_variable_used_before_yield_is_named_with_its_model():
    @model
    def inner():
        w = Normal("w")
        yield Deterministic("y", w * 2.0)

    def outer():
        yield inner()

    with pytest.raises(ForgottenYieldError) as caught:
        run(outer)
    assert str(caught.value) == (
        "In the model 'outer.inner': the Normal variable 'w' was used as a value, but it was not "
        "yielded. Its value comes back from 'yield': write 'w = yield bt.Normal(\"w\", ...)', or "
        "'(yield ...)' inside an expression."
    )


def test_a_variable_passed_to_a_nested_model_instead_of_its_value():
    @model
    def double(w):
        yield Deterministic("y", w * 2.0)

    def m():
        yield double(Normal("w"))

    with pytest.raises(ForgottenYieldError, match=r"In the model 'm.double': .*'w' was used"):
        run(m)


@pytest.mark.parametrize(
    ("make", "written"),
    [
        (lambda: Normal("y", observed=1.0), r'yield bt.Normal\("y", ...\)'),
        (lambda: Deterministic("y", 1.0), r'yield bt.Deterministic\("y", ...\)'),
        (lambda: Potential("y", 1.0), r'yield bt.Potential\("y", ...\)'),
        (lambda: layer(np.ones((1, 1))).named("y"), r"yield layer\(...\)"),
    ],
)
def test_what_is_created_and_never_yielded_is_named_with_its_model(make, written):
    @model
    def inner():
        yield Normal("a")
        make()

    def outer():
        yield inner()

    with pytest.raises(ForgottenYieldError, match=f"'outer.inner': .* was created.*'{written}'"):
        run(outer)


def test_a_renamed_model_counts_as_yielded():
    def m(x):
        inner = layer(x)
        yield inner.named("a")

    assert list(run(m, np.ones((1, 1)))) == ["m.a.w"]


# What cannot be yielded.


def generator():
    yield Normal("a")


@pytest.mark.parametrize(
    ("thing", "text"),
    [
        (None, "None was yielded, of type NoneType. A model yields random variables such as"),
        (3.0, r'3.0 was yielded.*name: yield bt.Deterministic\("f", value\)'),
        (np.ones(2), "of type ndarray.*bt.Deterministic"),
        (tf.ones(2), "of type EagerTensor.*bt.Deterministic"),
        ((Normal("a"), Normal("b")), "of type tuple. Yield one at a time"),
        ([Normal("a")], "of type list. Yield one at a time"),
        (layer, r"of type ModelFunction. It was not called: write 'yield layer\(...\)'"),
        (generator, r"Put @bt.model above the definition of generator, and yield generator\("),
        (generator(), r"Put @bt.model above the definition of generator, and yield generator\("),
        (Normal, r'It was not called: write \'yield bt.Normal\("loc", ...\)\''),
        (Deterministic, "It was not called: write 'yield bt.Deterministic"),
        (tfp.distributions.Normal(0.0, 1.0), r'a name: yield bt.Distribution\("loc", ...\)'),
        ("loc", "'loc' was yielded, of type str. A model yields random variables"),
    ],
)
def test_what_cannot_be_yielded_gets_its_own_advice(thing, text):
    def m():
        yield thing

    with pytest.raises(ModelError, match=f"In the model 'm': (.|\n)*{text}"):
        run(m)


def test_two_variables_at_one_path():
    def m():
        yield Normal("a")
        yield Normal("a")

    with pytest.raises(DuplicateNameError, match=r"m\.a: two variables.*f'a\{i\}'.*batch_stack"):
        run(m)


def test_a_model_used_twice_is_given_scopes():
    def m(x):
        yield layer((yield layer(x)))

    with pytest.raises(DuplicateNameError, match=r"m\.layer\.w: .*\.named\(\"layer2\"\)"):
        run(m, np.ones((1, 1)))

    def mended(x):
        yield layer((yield layer(x))).named("layer2")

    assert list(run(mended, np.ones((1, 1)))) == ["mended.layer.w", "mended.layer2.w"]


# Errors inside the generator.


@pytest.mark.parametrize(
    ("make", "kind", "text"),
    [
        (lambda: Normal("a.b"), VariableNameError, "In the model 'm': the name 'a.b' contains"),
        (lambda: Normal("a", mu=1.0), ArgumentError, "In the model 'm': .*'a'.*mean 'loc'"),
        (
            lambda: Normal("a", np.zeros(2), np.ones(3)),
            ParameterError,
            r"In the model 'm': .*'a'.*do not fit together.*\(2,\).*\(3,\)",
        ),
        (lambda: layer(1.0, unit=3), ArgumentError, "In the model 'm': .*mean 'units'"),
    ],
)
def test_our_errors_are_told_where_they_happened(make, kind, text):
    def m():
        yield make()

    with pytest.raises(kind, match=text):
        run(m)


def test_the_authors_errors_stay_as_they_are_with_a_note():
    def m():
        yield Normal("a")
        raise ValueError("my shape is wrong")

    with pytest.raises(ValueError, match="my shape is wrong") as caught:
        run(m)
    assert str(caught.value) == "my shape is wrong"
    assert caught.value.__notes__ == ["In the model 'm', after 'yield' of 'm.a'."]


def test_an_error_before_the_first_yield_has_its_place_too():
    def m(x):
        y = tf.matmul(x, tf.ones((5, 5)))
        yield Normal("a", y)

    with pytest.raises(ValueError, match="In the model 'm', before its first 'yield': shapes"):
        run(m, np.ones((2, 2)))
