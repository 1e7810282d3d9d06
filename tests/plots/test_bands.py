"""Bands are quantiles of the draws, and can be told apart without colour."""

import numpy as np
import pytest

from bnn_teach import plots
from bnn_teach.errors import ArgumentError
from bnn_teach.plots.captions import bands_on

X = np.linspace(-2, 2, 81)


def test_band_is_made_of_quantiles(normal_draws):
    draws = normal_draws()
    ax = plots.plot_band(X, draws, probabilities=(0.5, 0.95))
    flat = draws.reshape(-1, len(X)).astype(float)
    (band,) = bands_on(ax)
    lower_edge, upper_edge, median = ax.lines
    np.testing.assert_array_equal(median.get_ydata(), np.quantile(flat, 0.5, axis=0))
    np.testing.assert_allclose(lower_edge.get_ydata(), np.quantile(flat, 0.025, axis=0))
    np.testing.assert_allclose(upper_edge.get_ydata(), np.quantile(flat, 0.975, axis=0))
    assert [region.name for region in band.regions] == ["95 % band", "50 % band"]
    for fill, region in zip(ax.collections, band.regions, strict=True):
        vertices = fill.get_paths()[0].vertices
        assert vertices[:, 1].max() == pytest.approx(region.upper.max())
        assert vertices[:, 1].min() == pytest.approx(region.lower.min())
    # Far from a normal distribution, mean ± 2 sd would be somewhere else.
    assert not np.allclose(upper_edge.get_ydata(), flat.mean(0) + 2 * flat.std(0), rtol=0.01)


def test_noise_is_a_hatched_ring_around_the_band(uniform_draws):
    draws, noisy = uniform_draws(np.ones(len(X))), uniform_draws(np.full(len(X), 1.5))
    ax = plots.plot_band(X, draws, noise_draws=noisy)
    rings = [fill for fill in ax.collections if fill.get_hatch()]
    assert len(rings) == 2
    edges = [np.unique(np.round(ring.get_paths()[0].vertices[:, 1], 6)) for ring in rings]
    np.testing.assert_allclose(edges, [[-0.7125, -0.475], [0.475, 0.7125]])
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels == ["median, 50 % and 95 % band", "95 % band with noise"]


def test_two_bands_differ_in_line_style_and_in_the_legend(normal_draws):
    ax = plots.plot_band(X, normal_draws(), label="NUTS", role="nuts")
    plots.plot_band(X, normal_draws(seed=1), label="ADVI", role="advi", ax=ax)
    assert [line.get_linestyle() for line in ax.lines] == ["-"] * 3 + ["--"] * 3
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels == ["NUTS: median, 50 % and 95 % band", "ADVI: median, 50 % and 95 % band"]
    ax.legend()  # Matplotlib's own legend knows how to draw a band


def test_prior_functions_are_single_draws_over_their_band(normal_draws):
    draws = normal_draws(shape=(1, 101))
    ax = plots.plot_prior_functions(X, draws, num_draws=11, ylim=(-1, 1))
    assert len(ax.lines) == 11
    for line, i in zip(ax.lines, range(0, 101, 10), strict=True):
        np.testing.assert_array_equal(line.get_ydata(), draws[0, i])
    expected = np.quantile(draws[0].astype(float), 0.975, axis=0)
    (band,) = bands_on(ax)
    np.testing.assert_allclose(band.regions[0].upper, expected)
    text = plots.alt_text(ax)
    assert text.startswith(
        "11 single functions drawn from the prior. The prior 95 % band has width"
    )
    assert "leaves the picture" in text
    assert len(plots.plot_prior_functions(X, draws, num_draws=500).lines) == 101


def test_errors_name_what_was_given(normal_draws):
    with pytest.raises(ArgumentError, match="Divide per cent by 100"):
        plots.plot_band(X, normal_draws(), probabilities=(0.5, 95))
    with pytest.raises(ArgumentError, match="mean 'advi'"):
        plots.plot_band(X, normal_draws(), role="avdi")
    with pytest.raises(ArgumentError, match="num_draws=0: expected an integer of at least 1"):
        plots.plot_prior_functions(X, normal_draws(), num_draws=0)
