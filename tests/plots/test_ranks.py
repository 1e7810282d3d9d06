"""Histograms and ECDFs of ranks: each replication is drawn once, and the words say what is seen."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from bnn_teach import plots
from bnn_teach.errors import ArgumentError

RNG = np.random.default_rng(5)
FLAT = RNG.integers(0, 40, 320)
ENDS = RNG.choice([0, 1, 2, 37, 38, 39], 320)


def heights(ax):
    return [patch.get_height() for bar in ax.containers for patch in bar]


def test_every_replication_is_in_one_bar():
    ax = plots.plot_ranks(FLAT, 39)
    assert len(heights(ax)) == 20 and sum(heights(ax)) == 320
    assert heights(ax)[0] == np.count_nonzero(FLAT <= 1)
    assert heights(ax)[-1] == np.count_nonzero(FLAT >= 38)
    assert ax.get_xlim() == (-0.5, 39.5)


@pytest.mark.parametrize(("num_draws", "bars"), [(19, 20), (99, 20), (9, 10), (22, 23), (39, 20)])
def test_bars_hold_equally_many_ranks(num_draws, bars):
    assert len(heights(plots.plot_ranks([0, num_draws], num_draws))) == bars


def test_the_words_are_computed():
    text = plots.alt_text(plots.plot_ranks(FLAT, 39))
    counts = np.bincount(FLAT // 2, minlength=20)
    assert f"from {counts.min()} to {counts.max()} each; none of the bars" in text
    assert "No sign against uniform (p = 0." in text
    text = plots.alt_text(plots.plot_ranks(ENDS, 39, role="advi"))
    assert "A peak at both ends: the draws are too narrow (p < 0.0001)." in text


def test_the_ecdf_is_that_of_the_ranks():
    ax = plots.plot_rank_ecdf(FLAT, 39, label="ours")
    _, line = ax.lines
    x, y = line.get_data()
    assert x[0] == y[0] == 0 and y[-1] == pytest.approx(0) and len(x) == 41
    assert y[10] == pytest.approx(np.mean(FLAT <= 9) - 0.25)
    assert "ranks of ours in 320 replications" in plots.alt_text(ax)


def test_two_curves_of_as_many_replications_share_a_band():
    ax = plots.plot_rank_ecdf(FLAT, 39)
    plots.plot_rank_ecdf(ENDS, 39, ax=ax, role="advi")
    assert len(ax.collections) == 1
    plots.plot_rank_ecdf(FLAT[:50], 39, ax=ax, role="ensemble")
    assert len(ax.collections) == 2
    assert plots.alt_text(ax).count("stays inside") == 2
    assert plots.alt_text(ax).count("leaves") == 1


def test_a_grid_has_a_row_for_each_method_and_one_for_the_ecdfs():
    figure = plots.plot_rank_grid(
        {"nuts": {"a": FLAT, "b": FLAT[::-1]}, "advi": {"a": FLAT, "b": ENDS}}, 39
    )
    assert len(figure.axes) == 6
    titles = [ax.get_title() for ax in figure.axes]
    assert titles == ["NUTS, a", "NUTS, b", "mean-field ADVI, a", "mean-field ADVI, b",
                      "ECDF, a", "ECDF, b"]  # fmt: skip
    assert sum(heights(figure.axes[3])) == 320
    tops = [figure.axes[k].get_ylim()[1] for k in (2, 3)]
    assert max(heights(figure.axes[2])) < tops[0] < max(heights(figure.axes[3])) < tops[1]
    low, high = figure.axes[4].get_ylim()
    assert figure.axes[5].get_ylim() == (low, high)
    drawn = [line.get_ydata() for ax in figure.axes[4:] for line in ax.lines]
    assert low < min(map(np.min, drawn)) and max(map(np.max, drawn)) < high
    figure.canvas.draw()


@pytest.mark.parametrize(
    ("ranks", "words"),
    [({}, "got nothing"), ({"nuts": {"a": FLAT}, "advi": {"b": FLAT}}, "nuts has a; advi has b")],
)
def test_a_grid_with_holes_is_refused(ranks, words):
    with pytest.raises(ArgumentError, match=words):
        plots.plot_rank_grid(ranks, 39)


def test_an_error_leaves_no_half_drawn_figure():
    with pytest.raises(ArgumentError, match="role: got 'nobody'"):
        plots.plot_ranks(FLAT, 39, role="nobody")
    with pytest.raises(ArgumentError, match="expected 0 to num_draws"):
        plots.plot_rank_grid({"nuts": {"a": FLAT}}, 19)
    assert plt.get_fignums() == []
