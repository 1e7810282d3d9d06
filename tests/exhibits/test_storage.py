"""What is stored comes back to four digits of its axis, once each, and within 300 kB."""

import json

import numpy as np
import pytest

from bnn_teach import exhibits as ex
from bnn_teach.errors import ExhibitError
from bnn_teach.exhibits import storage

RNG = np.random.default_rng(0)


def numbers(stored):
    """Read an array as the script does: sums of steps, times a power of ten."""
    exponent, *steps = stored
    array = np.array([np.nan if step is None else step for step in steps], float)
    array[np.isfinite(array)] = np.cumsum(array[np.isfinite(array)])
    return array * 10.0**exponent


@pytest.mark.parametrize("span", [1e-6, 0.5, 6, 1e5])
def test_numbers_come_back_to_four_digits_of_the_axis(span):
    array = RNG.uniform(-span / 2, span / 2, 200)
    back = numbers(storage.steps(array, (-span / 2, span / 2)))
    assert np.abs(back - array).max() <= 0.0005 * span * (1 + 1e-9)


def test_errors_do_not_add_up_along_an_array():
    array = np.full(5000, 1 / 3).cumsum()
    back = numbers(storage.steps(array, (0.0, 10.0)))
    assert np.abs(back - array).max() <= 0.005 + 1e-9


def test_a_gap_stays_a_gap():
    array = np.array([np.nan, 1.0, np.nan, 2.0])
    np.testing.assert_allclose(numbers(storage.steps(array, (0, 3))), array)


def test_what_is_far_outside_the_picture_takes_little_room():
    assert len(json.dumps(storage.steps(np.array([1e30, -1e30, 0.0]), (-1.0, 1.0)))) < 60


def curve(n):
    x = np.linspace(0, 1, 50)
    marks = [ex.Line(x, x**n, "nuts", "power"), ex.Line(x, x, "truth", "line")]
    return ex.Frame([ex.Panel(marks, "x", "y")], f"Power {n}.")


def test_equal_arrays_marks_and_axes_are_stored_once():
    exhibit = ex.Exhibit(curve, [ex.Slider("n", range(2, 12))], title="Powers")
    tables = exhibit.figure
    assert (len(tables["panels"]), len(tables["marks"]), len(tables["arrays"])) == (1, 11, 11)
    assert len(tables["frames"]) == 10


def test_an_exhibit_that_is_too_heavy_says_what_to_reduce():
    def heavy(n):
        noise = np.random.default_rng(n).uniform(0, 1, 5000)
        return ex.Frame([ex.Panel([ex.Line(range(5000), noise, "nuts")])], "Noise.")

    with pytest.raises(ExhibitError, match=r"20 frames take \d+ kB .* up to 5000 numbers"):
        ex.Exhibit(heavy, [ex.Slider("n", range(20))], title="Noise")


def test_the_state_of_one_exhibit_is_the_same_twice(exhibit):
    again = ex.Exhibit(curve, [ex.Slider("n", [1, 2])], title="t")
    other = ex.Exhibit(curve, [ex.Slider("n", [1, 2])], title="t")
    assert json.dumps(again.figure) == json.dumps(other.figure)
