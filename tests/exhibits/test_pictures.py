"""On paper: the same marks and limits, in Matplotlib, with the frames' sentences as its text."""

import numpy as np
import pytest
from matplotlib.collections import PolyCollection

from bnn_teach import exhibits as ex
from bnn_teach.errors import ArgumentError
from bnn_teach.plots import alt_text


def test_one_row_of_panels_for_each_value(exhibit):
    figure = exhibit.small_multiples({"n": [1, 4, 16]})
    assert len(figure.axes) == 6
    assert [ax.get_title() for ax in figure.axes[::2]] == [
        f"number of points = {n}" for n in (1, 4, 16)
    ]
    assert figure.axes[0].get_ylim() == (-3, 3)


def test_the_text_is_made_of_the_sentences(exhibit):
    text = alt_text(exhibit.small_multiples({"n": [1, 16], "method": ["ADVI"]}))
    assert "number of points = 1, ADVI: With 1 points the ADVI band is 4.00 wide." in text
    assert "With 16 points the ADVI band is 1.00 wide." in text


def test_the_curves_are_those_of_the_frame(exhibit):
    ax = exhibit.small_multiples({"n": [4]}).axes[0]
    curve = next(line for line in ax.get_lines() if line.get_label() == "truth")
    np.testing.assert_allclose(curve.get_ydata(), np.sin(np.pi * np.linspace(-1, 1, 21)))
    band = next(each for each in ax.collections if isinstance(each, PolyCollection))
    assert band.get_paths()[0].get_extents().ymax == pytest.approx(2, abs=0.01)


def test_each_mark_is_drawn_and_named_once():
    x = np.array([0.0, 1.0, 0.5])
    marks = [
        ex.Line(x, x, "nuts", "a line"),
        ex.Band(x, x - 1, x + 1, "noise", "a band", hatch=True),
        ex.Points(x, x, "data", "points"),
        ex.Polygon([*x, np.nan, *x], [0, 0, 1, np.nan, 2, 2, 3], "advi", "areas"),
        ex.Bars([0], [1], [2], "prior", "bars"),
        ex.Segments([0, 0], [0, 1], [1, 1], [1, 0], "ensemble", "strokes", sign=[1, -1]),
        ex.Text(0.5, 0.5, "words"),
    ]
    frame = ex.Frame([ex.Panel(marks)], "All kinds.")
    exhibit = ex.Exhibit(lambda n: frame, [ex.Slider("n", [1, 2])], title="All")
    figure = exhibit.small_multiples()
    labels = sorted(text.get_text() for text in figure.legends[0].get_texts())
    assert labels == ["a band", "a line", "areas", "bars", "points", "strokes"]
    assert figure.axes[0].texts[0].get_text() == "words"
    figure.canvas.draw()


def test_values_that_are_not_stored_are_told(exhibit):
    with pytest.raises(ArgumentError, match="expected one of 1, 4, 9, 16"):
        exhibit.small_multiples({"n": [2]})
