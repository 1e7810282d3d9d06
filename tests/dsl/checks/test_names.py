"""Names, stacks and dims: what may stand there, and what is said of the rest."""

import numpy as np
import pytest

from bnn_teach.dsl.checks.names import check_name
from bnn_teach.dsl.distributions import MvNormal, Normal
from bnn_teach.dsl.random_variables import Deterministic, Potential
from bnn_teach.engine.runtime import tf
from bnn_teach.errors import ArgumentError, VariableNameError


@pytest.mark.parametrize("name", ["w", "weight 1", "θ", "x_1"])
def test_any_word_is_a_name(name):
    assert check_name(name) == name


@pytest.mark.parametrize(
    ("name", "separator", "instead"),
    [("a.b", r"\.", "a_b"), ("a/b", "/", "a_b"), ("0.5", r"\.", "0_5"), ("a/b.c", r"\.", "a_b_c")],
)
def test_a_name_cannot_contain_a_separator_of_paths(name, separator, instead):
    with pytest.raises(VariableNameError, match=f"{name!r} contains '{separator}'.*'{instead}'"):
        Normal(name)


@pytest.mark.parametrize("name", [0.0, None, "", ["a"]])
def test_the_first_argument_is_a_name(name):
    for make in (Normal, lambda n: Deterministic(n, 1.0), lambda n: Potential(n, 1.0)):
        with pytest.raises(VariableNameError, match=r"non-empty string, got .*bt.Normal\(\"loc\""):
            make(name)


@pytest.mark.parametrize(
    ("batch_stack", "shape"),
    [
        (None, (4,)),
        ((), (4,)),
        (3, (3, 4)),
        ((2, 3), (2, 3, 4)),
        ([2, 3], (2, 3, 4)),
        (np.int64(3), (3, 4)),
        (np.array([2, 3]), (2, 3, 4)),
        (np.array(3), (3, 4)),
        (tf.TensorShape([2, 3]), (2, 3, 4)),
        (tf.constant(3), (3, 4)),
    ],
)
def test_batch_stack_puts_axes_in_front(batch_stack, shape):
    assert Normal("w", np.zeros(4), batch_stack=batch_stack).shape == shape


def test_batch_stack_stands_before_batch_and_event():
    variable = MvNormal("w", np.zeros((5, 2)), np.eye(2), batch_stack=(3, 4))
    assert variable.shape == (3, 4, 5, 2)


@pytest.mark.parametrize("batch_stack", [0, -1, (2, 0), 2.5, "2", True, [[2, 3]], (2, None)])
def test_a_bad_batch_stack_is_refused(batch_stack):
    with pytest.raises(ArgumentError, match=r"w: batch_stack=.*is not a shape.*x\.shape\[1\]"):
        Normal("w", batch_stack=batch_stack)


@pytest.mark.parametrize(
    ("dims", "expected"), [(None, None), ("a", ("a",)), (["a", "b"], ("a", "b")), ((), ())]
)
def test_dims_are_names(dims, expected):
    assert Normal("w", batch_stack=(2, 3), dims=dims).dims == expected
    assert Deterministic("w", 1.0, dims=dims).dims == expected


@pytest.mark.parametrize("dims", [3, ("a", 1), {"a": 2}])
def test_dims_of_another_type_are_refused(dims):
    with pytest.raises(ArgumentError, match=r"w: dims=.*neither a name nor a tuple.*\"school\""):
        Normal("w", dims=dims)
    with pytest.raises(ArgumentError, match="w: dims="):
        Deterministic("w", 1.0, dims)
