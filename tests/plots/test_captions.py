"""The picture in words has the picture's numbers."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from bnn_teach import plots
from bnn_teach.errors import ArgumentError

X = np.linspace(-2, 2, 81)
MINUS = "\N{MINUS SIGN}"


def test_band_sentence_gives_widths_where_they_matter(uniform_draws):
    width = np.where(np.abs(X) < 0.13, 1.5, 0.2 + X**2)
    data_x = np.concatenate([np.linspace(-0.6, -0.15, 20), np.linspace(0.15, 0.6, 20)])
    ax = plots.plot_band(X, uniform_draws(width), noise_draws=uniform_draws(width + 0.4))
    plots.plot_data(data_x, 0 * data_x, truth=lambda x: 0.95 * x, ax=ax)
    # 0.95 |x| is inside 0.475 (0.2 + x²) for |x| below 0.106 and above 1.894, and inside the hump.
    assert plots.alt_text(ax).split("function. ")[1] == (
        f"The 95 % band has width 4 at x = {MINUS}2, 0.21 at x = {MINUS}0.15 (its narrowest), "
        "1.4 at x = 0 (in the gap) and 4 at x = 2; with noise, 0.59 at "
        f"x = {MINUS}0.15; the true function lies inside it at 13.6 % of x."
    )


def test_band_sentence_speaks_of_what_is_seen(uniform_draws):
    ax = plots.plot_band(X, uniform_draws(1 + X**2))
    ax.set_xlim(-1, 1)
    assert plots.alt_text(ax) == (
        f"The 95 % band has width 1.9 at x = {MINUS}1, 0.95 at x = 0 (its narrowest) and "
        "1.9 at x = 1."
    )


def test_alt_text_of_a_figure_announces_each_title(normal_draws, losses):
    with plots.style():
        figure, (left, right) = plt.subplots(1, 2)
    plots.plot_band(X, normal_draws(), ax=left)
    plots.plot_elbo(losses, ax=right)
    left.set_title("NUTS")
    assert plots.alt_text(figure) == f"{plots.alt_text(left)} {plots.alt_text(right)}"
    assert plots.alt_text(figure).startswith("NUTS: The 95 % band")
    assert figure.get_layout_engine() is not None


def test_errors_name_what_was_given():
    with pytest.raises(ArgumentError, match="a Figure on which"):
        plots.alt_text(plt.figure())
    with pytest.raises(ArgumentError, match="got a str"):
        plots.alt_text("picture")
