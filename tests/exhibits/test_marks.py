"""A mark keeps its arrays as columns of one length, and refuses what cannot be drawn."""

import numpy as np
import pytest

from bnn_teach import exhibits as ex
from bnn_teach.errors import ArgumentError, ShapeError


def test_columns_and_numbers_become_arrays_of_one_length():
    band = ex.Band(np.zeros((5, 1)), -1, np.ones(5), "nuts")
    assert {name: a.shape for name, a in band.arrays.items()} == {
        "x": (5,),
        "lower": (5,),
        "upper": (5,),
    }


def test_a_role_that_does_not_exist_is_named_with_a_proposal():
    with pytest.raises(ArgumentError, match="Did you mean 'truth'"):
        ex.Line([0, 1], [0, 1], role="thruth")


def test_lengths_that_do_not_fit_are_told():
    with pytest.raises(ShapeError, match="x has 3, y has 2"):
        ex.Line([0, 1, 2], [0, 1], role="nuts")


def test_several_rows_are_no_line():
    with pytest.raises(ShapeError, match=r"Line: y: got shape \(4, 3\)"):
        ex.Line([0, 1, 2], np.zeros((4, 3)), role="nuts")


@pytest.mark.parametrize("bad", [np.inf, -np.inf])
def test_infinity_is_refused_and_nan_is_a_gap(bad):
    ex.Line([0, 1], [0, np.nan], role="nuts")
    with pytest.raises(ArgumentError, match="infinite"):
        ex.Line([0, 1], [0, bad], role="nuts")


@pytest.mark.parametrize("bad", ["two", 0, -1])
def test_a_width_is_a_number_of_pixels(bad):
    with pytest.raises(ArgumentError, match="pixels above 0"):
        ex.Line([0, 1], [0, 1], role="nuts", width=bad)


def test_widths_of_segments_are_sizes_and_signs_tell_them_apart():
    strokes = ex.Segments([0, 0], [0, 1], [1, 1], [0, 1], "nuts", width=[-3, 2], sign=[-3, 2])
    np.testing.assert_array_equal(strokes.arrays["width"], [3, 2])
    np.testing.assert_array_equal(strokes.arrays["sign"], [-1, 1])


def test_a_text_needs_as_many_places_as_words():
    assert ex.Text(0, 1, "here").options["text"] == ["here"]
    with pytest.raises(ShapeError):
        ex.Text([0, 1], [0, 1], ["one", "two", "three"])
    with pytest.raises(ArgumentError, match="Did you mean 'middle'"):
        ex.Text(0, 0, "word", anchor="midle")
