"""A grid is all combinations of values, each checked."""

import pytest

from bnn_teach.course.parameters import read_parameters
from bnn_teach.errors import ArgumentError
from bnn_teach.reruns.grid import expand, parse_axis


@pytest.mark.parametrize(
    ("text", "axis"),
    [
        ("scale=0.5,1,3", ["0.5", "1", "3"]),
        ("seed=0:3", [0, 1, 2]),
        ("seed=4:9:2", [4, 6, 8]),
        ("places=[1,2],[3]", ["[1,2]", "[3]"]),
        ("name=a", ["a"]),
    ],
)
def test_an_axis_is_read_as_it_is_typed(text, axis):
    assert parse_axis(text) == (text.partition("=")[0], axis)


@pytest.mark.parametrize("text", ["seed", "=1", "seed=", "seed=1,,2", "seed=3:3", "a b=1"])
def test_another_form_is_refused(text):
    with pytest.raises(ArgumentError, match="expected a parameter and its values"):
        parse_axis(text)


def test_the_last_axis_is_fastest(small):
    rows = expand({"scale": ["1", 2], "seed": range(3)}, read_parameters(small), "42")
    assert rows == [{"scale": s, "seed": n} for s in (1.0, 2.0) for n in (0, 1, 2)]


@pytest.mark.parametrize(
    ("axes", "message"),
    [
        ({"seeds": [1]}, "Did you mean 'seed'"),
        ({"seed": [0, 0.5]}, "seed: got 0.5"),
        ({"scale": [1, "1.0"]}, "scale: 1.0 is in the grid twice"),
        ({"seed": []}, "expected a list of values"),
        ({"name": "abc"}, "expected a list of values"),
    ],
)
def test_what_does_not_fit_is_refused(axes, message, small):
    with pytest.raises(ArgumentError, match=message):
        expand(axes, read_parameters(small), "42")
