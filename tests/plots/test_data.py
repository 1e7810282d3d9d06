"""Data are drawn where they are, and the truth over what can be seen."""

import numpy as np
import pytest

from bnn_teach import plots
from bnn_teach.errors import ShapeError

X = np.linspace(-2, 2, 81)
MINUS = "\N{MINUS SIGN}"


def test_data_are_drawn_where_they_are():
    x, y = np.array([[0.5], [-1.0], [2.0]]), np.array([[1.0], [2.0], [3.0]])
    ax = plots.plot_data(x, y)
    (points,) = ax.collections
    np.testing.assert_array_equal(points.get_offsets(), np.hstack([x, y]))
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["data"]


def test_truth_spans_the_data_the_axis_or_the_given_range(normal_draws):
    x = np.linspace(-0.5, 0.5, 9)
    (line,) = plots.plot_data(x, x, truth=np.sin).lines
    np.testing.assert_allclose(line.get_xdata()[[0, -1]], [-0.5, 0.5])
    np.testing.assert_array_equal(line.get_ydata(), np.sin(line.get_xdata()))
    ax = plots.plot_band(X, normal_draws())
    *_, line = plots.plot_data(x, x, truth=np.sin, ax=ax).lines
    np.testing.assert_allclose(line.get_xdata()[[0, -1]], [-2, 2])
    assert ax.get_xlim() == pytest.approx((-2, 2))
    (line,) = plots.plot_data(x, x, truth=np.sin, x_range=(-1, 3)).lines
    np.testing.assert_allclose(line.get_xdata()[[0, -1]], [-1, 3])


def test_data_sentence_names_the_gap():
    x = np.concatenate([np.linspace(-0.6, -0.15, 20), np.linspace(0.15, 0.6, 20)])
    text = plots.alt_text(plots.plot_data(x, 2 * x, truth=np.sin))
    assert text == (
        f"40 data points, x from {MINUS}0.6 to 0.6 with none between {MINUS}0.15 and 0.15, "
        f"y from {MINUS}1.2 to 1.2; a dashed line shows the true function."
    )
    assert "none between" not in plots.alt_text(plots.plot_data(X, X))


def test_each_input_has_an_output():
    with pytest.raises(ShapeError, match="got 81 and 80 values"):
        plots.plot_data(X, X[:-1])
