"""A map shows each value at its place, in shades that grey keeps apart, and says its extremes."""

import numpy as np
import pytest

from bnn_teach import plots
from bnn_teach.errors import ArgumentError, ShapeError
from bnn_teach.plots.plane import SHADES, plot_classes, plot_map

FIRST, SECOND = np.linspace(-1, 2, 31), np.linspace(0, 1, 11)
MINUS = "\N{MINUS SIGN}"


def slope():
    """A value that rises with the first input only: its lines of equal height are upright."""
    return np.tile(FIRST, (len(SECOND), 1))


def test_lines_are_where_the_height_is():
    ax = plot_map(FIRST, SECOND, slope(), levels=(0.0, 1.0))
    lines = ax.collections[-1]
    for height, path in zip((0.0, 1.0), lines.get_paths(), strict=True):
        np.testing.assert_allclose(path.vertices[:, 0], height, atol=1e-9)


def test_rows_are_the_second_input_and_columns_the_first():
    values = np.zeros((11, 31))
    values[10, 0] = 1.0  # the upper left corner
    text = plots.alt_text(plot_map(FIRST, SECOND, values, name="peak", levels=(0.5,)))
    assert text == (
        f"A map of the peak, first input from {MINUS}1 to 2, second from 0 to 1: from 0 at "
        f"({MINUS}1, 0) to 1 at ({MINUS}1, 1); lines of equal height at 0.5."
    )


def test_a_flat_map_has_no_lines():
    assert "lines" not in plots.alt_text(plot_map(FIRST, SECOND, np.full((11, 31), 0.05)))


def test_shades_darken_steadily_so_that_grey_keeps_their_order():
    red, green, blue = SHADES(np.linspace(0, 1, 7))[:, :3].T
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    assert (np.diff(luminance) < -0.03).all() and luminance[-1] > 0.2  # black still stands out


def test_each_class_has_a_marker_of_its_own():
    x = np.array([[0.0, 1.0], [1.0, 0.5], [-1.0, 2.0]])
    ax = plot_classes(x, [[0], [1], [1]])
    circles, triangles = ax.collections
    np.testing.assert_array_equal(circles.get_offsets(), x[:1])
    np.testing.assert_array_equal(triangles.get_offsets(), x[1:])
    assert len(circles.get_paths()[0].vertices) != len(triangles.get_paths()[0].vertices)
    assert plots.alt_text(ax) == (
        "1 points of class 0, hollow circles, and 2 of class 1, filled triangles; first input from "
        f"{MINUS}1 to 1, second from 0.5 to 2."
    )


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ((FIRST, SECOND, slope().T), ShapeError, r"got shape \(31, 11\), expected \(11, 31\)"),
        ((FIRST[:1], SECOND, slope()[:, :1]), ShapeError, "at least two"),
        (
            (FIRST[::-1], SECOND, slope()),
            ArgumentError,
            "first: got numbers not in increasing order",
        ),
        ((FIRST, SECOND, np.full((11, 31), np.nan)), ArgumentError, "341 of 341"),
    ],
)
def test_what_is_no_map_is_told(arguments, error, words):
    with pytest.raises(error, match=words):
        plot_map(*arguments)


def test_what_are_no_classes_is_told():
    with pytest.raises(ShapeError, match=r"\(3, 1\) and \(3,\)"):
        plot_classes(np.zeros((3, 1)), np.zeros(3))
    with pytest.raises(ArgumentError, match="other than 0 and 1"):
        plot_classes(np.zeros((3, 2)), [0, 1, 2])
