"""A control knows its values, finds the stored one, and names the others when it is not there."""

import numpy as np
import pytest

from bnn_teach import exhibits as ex
from bnn_teach.errors import ArgumentError


def test_a_slider_finds_the_stored_number():
    slider = ex.Slider("s", [0.1, 0.3, 1], value=0.3)
    assert slider.value == 0.3
    assert slider.check(np.float32(0.3)) == 0.3
    assert slider.check(0.1 + 0.2) == 0.3


def test_a_number_that_is_not_stored_is_told_with_those_that_are():
    with pytest.raises(ArgumentError, match=r"n: got 5, expected one of −1, 3, 10"):
        ex.Slider("n", [-1, 3, 10]).check(5)


@pytest.mark.parametrize("value", ["3", None, np.nan, [1, 2]])
def test_a_slider_takes_numbers(value):
    with pytest.raises(ArgumentError, match="expected a number"):
        ex.Slider("n", [1, 3]).check(value)


def test_between_the_stored_numbers_there_is_the_range():
    slider = ex.Slider("n", [1, 3, 10])
    assert (slider.between(3), slider.between(4.5)) == (3, 4.5)
    with pytest.raises(ArgumentError, match="from 1 to 10"):
        slider.between(11)


def test_a_word_that_is_not_stored_gets_a_proposal():
    with pytest.raises(ArgumentError, match="Did you mean 'NUTS'"):
        ex.Choice("method", ["NUTS", "ADVI"]).check("NUT")


@pytest.mark.parametrize(
    ("values", "words"),
    [([1], "at least two"), ([1, 1], "each once"), ([3, 1], "increasing order")],
)
def test_values_are_several_different_and_in_order(values, words):
    with pytest.raises(ArgumentError, match=words):
        ex.Slider("n", values)


def test_a_name_is_a_keyword():
    with pytest.raises(ArgumentError, match="label="):
        ex.Slider("number of points", [1, 2])


def test_play_is_a_slider_with_a_button():
    assert ex.Play("draw", range(40)).state()["kind"] == "play"
