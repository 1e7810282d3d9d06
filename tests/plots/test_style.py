"""Roles can be told apart, and the legend hides nothing."""

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from nbclient import NotebookClient
from traitlets.config import Config

from bnn_teach import plots
from bnn_teach.errors import ArgumentError

OKABE_ITO = ["#000000", "#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7"]
X = np.linspace(-2, 2, 81)


def test_every_colour_is_of_the_palette():
    assert {look.color for look in plots.colors.values()} <= set(OKABE_ITO)


@pytest.mark.wcag("1.4.1")
@pytest.mark.parametrize("trait", ["color", "linestyle", "marker"])
def test_methods_differ_in_each_trait_alone(trait):
    methods = ["nuts", "advi", "fullrank_advi", "ensemble", "laplace"]
    traits = [getattr(plots.colors[method], trait) for method in methods]
    assert len(set(traits)) == len(methods)


@pytest.mark.wcag("1.4.1")
def test_what_shares_a_picture_differs_in_grey():
    def grey(color):
        return np.dot(to_rgb(color), [0.299, 0.587, 0.114])

    for one, other in [("band", "noise"), ("band", "truth"), ("nuts", "advi"), ("prior", "nuts")]:
        first, second = plots.colors[one], plots.colors[other]
        darker = abs(grey(first.color) - grey(second.color)) > 0.2
        assert first.linestyle != second.linestyle or darker
        assert first.linestyle != second.linestyle or first.hatch != second.hatch


def test_the_legend_stands_outside_of_the_frame(normal_draws, diagnostics):
    for ax in (
        plots.plot_data(X, X),
        plots.plot_band_with_diagnostics(X, normal_draws(), diagnostics())[0],
    ):
        ax.figure.canvas.draw()
        legend = ax.get_legend().get_window_extent()
        assert not legend.overlaps(ax.get_window_extent())
        if labels := ax.xaxis.get_tightbbox():
            assert not legend.overlaps(labels)


def test_a_legend_of_two_bands_does_not_squeeze_the_frame(normal_draws):
    widths = []
    for labels in ([None], ["NUTS", "ADVI"]):
        ax = None
        for label in labels:
            ax = plots.plot_band(X, normal_draws(), label=label, ax=ax)
        ax.figure.canvas.draw()
        widths.append(ax.get_window_extent().width)
    assert widths[1] == pytest.approx(widths[0], rel=0.01)


def test_an_array_of_axes_is_no_axes():
    with pytest.raises(ArgumentError, match="ax: got ndarray"):
        plots.plot_data(X, X, ax=np.empty(2))


def test_the_style_is_put_back_and_nothing_else():
    before = dict(plt.rcParams)
    with plots.style():
        assert plt.rcParams["font.size"] == 10
        plt.rcParams["lines.linewidth"] = 7.0
    after = dict(plt.rcParams)
    plt.rcParams["lines.linewidth"] = before["lines.linewidth"]
    assert {key for key in after if after[key] != before[key]} == {"lines.linewidth"}


def test_every_figure_of_a_notebook_is_shown(monkeypatch):
    """The first figure chooses the notebook's backend; it must not be undone with the style."""
    monkeypatch.delenv("MPLBACKEND", raising=False)
    draw = "plots.plot_data([0.0, 1.0], [0.0, 1.0]);"
    cells = ["from bnn_teach import plots\n" + draw, draw]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
    no_port = Config({"KernelManager": {"transport": "ipc"}})  # ports of two kernels may clash
    NotebookClient(notebook, kernel_name="python3", timeout=120, config=no_port).execute()
    for cell in notebook.cells:
        assert any("image/png" in output.get("data", {}) for output in cell.outputs)
