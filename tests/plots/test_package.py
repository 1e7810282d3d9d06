"""The package as a whole: what it leaves behind, and that its pictures save."""

import io

import matplotlib.pyplot as plt
import numpy as np
import pytest

from bnn_teach import plots
from bnn_teach.errors import ArgumentError, ShapeError

X = np.linspace(-2, 2, 81)


def test_every_picture_can_be_saved(normal_draws, diagnostics):
    upper, _ = plots.plot_band_with_diagnostics(X, normal_draws(), diagnostics(), ylim=(-1, 1))
    for form in ("svg", "png", "pdf"):
        upper.figure.savefig(io.BytesIO(), format=form, bbox_inches="tight")


def test_an_error_leaves_no_half_drawn_figure(normal_draws, diagnostics):
    draws = normal_draws()
    draws[0, 3] = np.nan
    for call in (
        lambda: plots.plot_band(X, draws),
        lambda: plots.plot_data(X, X, truth=np.sum),
        lambda: plots.plot_band_with_diagnostics(X, draws, diagnostics()),
    ):
        with pytest.raises((ArgumentError, ShapeError)):
            call()
    assert plt.get_fignums() == []
