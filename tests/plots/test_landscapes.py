"""A landscape's lines lie where a normal distribution's standard deviations do."""

import numpy as np
import pytest

from bnn_teach import plots
from bnn_teach.errors import ArgumentError, ShapeError
from bnn_teach.plots.landscapes import Landscape, contour_lines, depths, plot_landscape


def normal(z):
    """Standard deviations 1 and 2."""
    force = -z / np.array([1.0, 4.0])
    return 0.5 * np.sum(z * force, axis=-1), force


ROUND = Landscape(normal, (-5, 5), (-10, 10), ("a", "b"))


def test_depth_is_the_distance_in_standard_deviations():
    x, y, k = depths(ROUND, 101)
    np.testing.assert_allclose(k, np.hypot(x[None, :], y[:, None] / 2), atol=1e-6)


def test_contour_lines_lie_at_whole_standard_deviations():
    x, y = contour_lines(ROUND, points=201)
    level = np.hypot(x, y / 2)
    assert np.isnan(level).sum() == 3  # a gap between each two of four lines
    level = level[np.isfinite(level)]
    np.testing.assert_allclose(level, np.round(level), atol=0.01)
    assert set(np.round(level)) == {1.0, 2.0, 3.0, 4.0}


def test_the_picture_has_names_limits_and_a_sentence():
    ax = plot_landscape(ROUND)
    assert ax.get_xlim() == (-5, 5) and ax.get_ylim() == (-10, 10)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("a", "b")
    assert "log p over a and b; the highest place shown is (0, 0)" in plots.alt_text(ax)


def test_infinite_places_are_low():
    def half(z):
        log_prob, grad = normal(z)
        return np.where(z[..., 0] < 0, -np.inf, log_prob), grad

    x, _, k = depths(ROUND._replace(value_and_grad=half))
    assert (k[:, x < 0] > 1000).all() and np.isfinite(k).all()


def test_what_cannot_be_drawn_is_told():
    with pytest.raises(ShapeError, match=r"z\[..., 0\]"):
        depths(ROUND._replace(value_and_grad=lambda z: (0.0, z)))
    nowhere = ROUND._replace(value_and_grad=lambda z: (np.full(z.shape[:-1], -np.inf), z))
    with pytest.raises(ArgumentError, match="finite nowhere"):
        plot_landscape(nowhere)
