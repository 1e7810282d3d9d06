"""Pictures of an unknown noise show the numbers that they were given, and say them."""

import numpy as np

from bnn_teach import plots

RNG = np.random.default_rng(0)


def test_noise_and_misfit_have_a_dot_for_each_draw_and_marks():
    sigma = RNG.gamma(20, 0.004, (2, 300))
    left, right = plots.plot_noise(sigma, 2 * sigma, {"made with": 0.1})
    dots = right.lines[0]
    np.testing.assert_allclose(dots.get_ydata(), 2 * dots.get_xdata())
    assert dots.get_xdata().size == 600
    assert left.lines[0].get_xdata()[0] == 0.1
    words = plots.alt_text(left.figure)
    assert "made with: 0.1" in words and "correlate by 1." in words


def test_walks_are_ringed_where_they_are_highest():
    levels = np.geomspace(0.05, 1, 5)
    ax = plots.plot_walks(levels, {"up": [-9, -3, -5, -8, -9], "down": [-900, -300, -50, -20, -8]})
    rings = [line for line in ax.lines if line.get_markersize() == 11]
    assert [float(ring.get_xdata()[0]) for ring in rings] == [levels[1], levels[4]]
    assert ax.get_ylim() == (-203, 7)
    (below,) = (line for line in ax.lines if line.get_marker() == "v" and len(line.get_xdata()))
    assert list(below.get_xdata()) == list(levels[:2])
    words = plots.alt_text(ax)
    assert "up: the highest, −3 nats, is at σ = 0.11" in words and "−900 nats" in words


def test_uneven_noise_is_drawn_beside_the_bands():
    x = np.linspace(-1, 1, 9)[:, None]
    f = RNG.standard_normal((2, 50, 9, 1))
    one = {"f": f, "obs": 2 * f, "sigma": np.full((2, 50), 0.2)}
    two = {"f": f, "obs": 2 * f, "sigma": np.exp(f)}
    axes = plots.plot_uneven_noise(x, {"one": one, "two": two}, (x, x), lambda x: np.exp(x))
    assert [ax.get_title() for ax in axes] == ["one", "two", "noise σ(x)"]
    medians = [line.get_ydata() for line in axes[2].lines if len(line.get_xdata()) == 9]
    np.testing.assert_allclose(medians[-1], np.exp(x[:, 0]))
    assert any(np.allclose(median, 0.2) for median in medians)
    assert "rises from 0.37 to 2.7" in plots.alt_text(axes[2])
