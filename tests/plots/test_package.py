"""The package as a whole: what it needs, what it leaves behind, and that its pictures save."""

import ast
import io
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest

from bnn_teach import plots
from bnn_teach.errors import ArgumentError, ShapeError

X = np.linspace(-2, 2, 81)


def test_the_package_needs_no_tensorflow():
    modules = set()
    for path in Path(plots.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                modules.add(node.module or "")
            elif isinstance(node, ast.Import):
                modules.update(alias.name for alias in node.names)
    assert not any(name.startswith("tensorflow") or name == "tf_keras" for name in modules)
    allowed = {"bnn_teach.arguments", "bnn_teach.errors"}
    ours = {name for name in modules if name.startswith("bnn_teach")} - allowed
    assert all(name.startswith("bnn_teach.plots.") for name in ours)


def test_every_public_name_is_there():
    assert all(hasattr(plots, name) for name in plots.__all__)


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
