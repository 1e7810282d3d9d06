"""A random variable is a name and a distribution; it has no value, and says so when used as one."""

import math

import numpy as np
import pytest

from bnn_teach.dsl.distributions import Dirichlet, Distribution, Normal, Poisson
from bnn_teach.dsl.random_variables import (
    Deterministic,
    Potential,
    RandomVariable,
    as_value,
    collect_created,
)
from bnn_teach.engine.runtime import tf, tfp
from bnn_teach.errors import ArgumentError, ForgottenYieldError

tfd = tfp.distributions


def test_creating_a_variable_does_nothing_but_remember():
    variable = Normal("w", batch_stack=2, observed=[0.0, 1.0])
    assert repr(variable) == "<Normal 'w', shape (2,), observed>"
    assert repr(RandomVariable("g", tfd.Gumbel(0.0, 1.0))) == "<Gumbel 'g', shape ()>"


def test_a_variable_knows_whether_it_has_a_gradient():
    assert not Normal("w").is_discrete and Normal("w").bijector is not None
    assert Poisson("k", 1.0).is_discrete and Poisson("k", 1.0).bijector is None
    assert RandomVariable("k", tfd.Categorical(probs=[0.5, 0.5])).is_discrete
    assert not RandomVariable("g", tfd.Gumbel(0.0, 1.0)).is_discrete


def test_the_bijector_maps_the_real_line_onto_the_support():
    p = Dirichlet("p", [1.0, 2.0, 3.0]).bijector.forward([0.3, -1.0])
    assert p.shape == (3,) and float(tf.reduce_sum(p)) == pytest.approx(1.0, abs=1e-6)


USES = {
    "+": lambda v: v + 1.0,
    "1 +": lambda v: 1.0 + v,
    "**": lambda v: v**2,
    "-": lambda v: -v,
    "abs": abs,
    "@": lambda v: np.eye(2) @ v,
    "array *": lambda v: np.ones(2) * v,
    "tensor *": lambda v: tf.ones(2) * v,
    "[0]": lambda v: v[0],
    "[:, None]": lambda v: v[:, None],
    "len": len,
    "for": list,
    "unpack": lambda v: [a for a, in [v]],
    "range": range,
    "float": float,
    "int": int,
    "bool": bool,
    ">": lambda v: v > 0,
    "max": lambda v: max(v, 0.0),
    "math.exp": math.exp,
    "np.exp": np.exp,
    "np.asarray": np.asarray,
    "tf.exp": tf.exp,
    "tf.matmul": lambda v: tf.matmul(tf.eye(2), v),
    "tf.reduce_sum": tf.reduce_sum,
    "a parameter": lambda v: Normal("y", v),
    "a list of parameters": lambda v: Normal("y", [0.0, v]),
    "a Deterministic": lambda v: Deterministic("d", v),
    "a Potential": lambda v: Potential("p", v),
    ".T": lambda v: v.T,
    ".numpy": lambda v: v.numpy(),
    ".mean": lambda v: v.mean(),
}  # fmt: skip


@pytest.mark.parametrize("use", USES.values(), ids=USES.keys())
@pytest.mark.parametrize("make", [Normal, lambda n: Deterministic(n, 1.0)], ids=["rv", "det"])
def test_using_what_was_not_yielded_names_the_remedy(use, make):
    with pytest.raises(ForgottenYieldError, match=r"'w' was used as a value.*'w = yield bt\.\w+"):
        use(make("w"))


def test_other_attributes_are_missing_as_they_always_are():
    with pytest.raises(AttributeError, match="the Normal variable 'w' has no attribute 'scal'"):
        Normal("w").scal  # noqa: B018
    assert not hasattr(Normal("w"), "_repr_html_")


@pytest.mark.parametrize("value", [2.5, [2.5], np.array([2.5]), [[1, 2.5]]], ids=repr)
def test_deterministic_and_potential_take_tensors_and_arrays(value, float64):
    for node in (Deterministic("d", value).value, Potential("p", value).log_prob):
        assert node.dtype == tf.float64
        np.testing.assert_array_equal(node, value)


def test_deterministic_keeps_integers_and_the_tensor_itself():
    tensor = tf.constant([1.0])
    assert Deterministic("d", tensor).value is tensor
    assert Deterministic("d", 3).value.dtype == tf.int32
    assert Deterministic("d", [1, 2]).value.dtype == tf.int32
    assert Deterministic("d", tensor > 0).value.dtype == tf.bool


def test_deterministic_stacks_a_list_of_tensors():
    value = Deterministic("d", [tf.constant(1.0), 2.0, tf.constant(3.0)]).value
    np.testing.assert_array_equal(value, [1.0, 2.0, 3.0])


@pytest.mark.parametrize("value", [None, "a", {"a": 1.0}, object(), [[1.0], [1.0, 2.0]]])
def test_a_value_that_is_no_tensor_is_refused(value):
    with pytest.raises(ArgumentError, match=r"value of the Deterministic 'd' is of type \w+.*one"):
        Deterministic("d", value)
    with pytest.raises(ArgumentError, match=r"log_prob of the Potential 'p' is of type"):
        Potential("p", value)
    with pytest.raises(ArgumentError, match="here is of type"):
        as_value(value, "here")


def test_a_misspelt_keyword_is_corrected():
    with pytest.raises(ArgumentError, match=r"Deterministic: .*'dim'.*mean 'dims'.*name, value, d"):
        Deterministic("d", 1.0, dim="a")
    with pytest.raises(ArgumentError, match="Potential: missing a required argument: 'log_prob'"):
        Potential("p")
    with pytest.raises(ArgumentError, match=r"'w'.*no parameter 'mu'. Did you mean 'loc'"):
        Normal("w", mu=0.0)
    with pytest.raises(
        ArgumentError, match=r"'w'.*no parameter 'shape'. Did you mean 'batch_stack"
    ):
        Normal("w", shape=3)


def test_created_nodes_are_collected_inside_the_block_only():
    before = Normal("before")
    with collect_created() as created:
        first, second = Normal("a"), Deterministic("b", 1.0)
    Normal("after")
    assert created == [first, second] and before not in created


def test_any_distribution_of_tfp_can_be_a_variable():
    variable = Distribution("g", tfd.Gumbel([0.0, 1.0], 1.0), batch_stack=3)
    assert variable.shape == (3, 2) and variable.describe() == "the Gumbel variable 'g'"
