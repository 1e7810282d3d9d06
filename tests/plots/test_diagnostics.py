"""R-hat and effective sample sizes are drawn as they are, in two lanes that never meet."""

import arviz as az
import numpy as np
import pytest
import xarray as xr

from bnn_teach import plots
from bnn_teach.errors import ArgumentError, ConvergenceWarning, ShapeError

X = np.linspace(-2, 2, 81)
MINUS = "\N{MINUS SIGN}"


def test_diagnostics_are_drawn_as_they_are(diagnostics):
    ax = plots.plot_function_diagnostics(X, diagnostics())
    rhat, good, fair = ax.lines
    np.testing.assert_array_equal(rhat.get_ydata(), diagnostics()["r_hat"])
    assert good.get_ydata()[0] == 1.01 and fair.get_ydata()[0] == 1.05
    assert good.get_linestyle() != "-" and good._dash_pattern != fair._dash_pattern
    twin = ax.figure.axes[1]
    bulk, tail, enough = twin.lines
    np.testing.assert_array_equal(bulk.get_ydata(), diagnostics()["ess_bulk"])
    np.testing.assert_array_equal(tail.get_ydata(), diagnostics()["ess_tail"])
    assert (bulk.get_linestyle(), tail.get_linestyle()) == ("-", "--")
    assert enough.get_ydata()[0] == 400
    assert ax.get_xlim() == twin.get_xlim() == pytest.approx((-2, 2))


@pytest.mark.parametrize("worst", [1.001, 1.08, 1.6, 3.0])
def test_the_two_lanes_never_meet(worst, diagnostics):
    ax = plots.plot_function_diagnostics(X, diagnostics(r_hat=np.linspace(0.998, worst, len(X))))
    twin = ax.figure.axes[1]
    ax.figure.canvas.draw()

    def height(axes, values):
        y = axes.transData.transform(np.column_stack([np.zeros(len(values)), values]))
        return axes.transAxes.inverted().transform(y)[:, 1]

    assert height(ax, ax.lines[0].get_ydata()).min() >= 0.56 - 1e-9
    assert height(ax, ax.lines[0].get_ydata()).max() <= 1
    assert max(height(twin, line.get_ydata()).max() for line in twin.lines[:2]) < 0.44
    # Labels of 9 points need about a fifth of a lane.
    ticks = height(ax, ax.get_yticks())
    assert 1.05 in ax.get_yticks() and np.all(np.diff(ticks) > 0.08)


def test_rhat_layers_rise_with_the_thresholds(diagnostics):
    ax = plots.plot_function_diagnostics(X, diagnostics())
    tops = [fill.get_paths()[0].vertices[:, 1].max() for fill in ax.collections]
    np.testing.assert_allclose(tops, [1.01, 1.05, 1.062])
    assert [bool(fill.get_hatch()) for fill in ax.collections] == [False, False, True]


def test_diagnostics_sentence_has_the_numbers(diagnostics):
    text = plots.alt_text(plots.plot_function_diagnostics(X, diagnostics()))
    assert text == (
        f"R-hat of f(x) goes from 1.002 to 1.062 (at x = {MINUS}2); it is at most 1.01 at 13.6 % "
        "of x and above 1.05 for |x| > 1.6; the smallest bulk effective sample size is 100, at "
        f"x = {MINUS}2; the smallest tail effective sample size is 300, at x = {MINUS}2; the mean "
        f"has a Monte Carlo error of at most 0.05, at x = {MINUS}2."
    )


def test_diagnostics_as_arviz_computes_them(normal_draws):
    draws = xr.DataArray(normal_draws(), dims=("chain", "draw", "x"))
    data = xr.Dataset(
        {
            "r_hat": az.rhat(draws),
            "ess_bulk": az.ess(draws, method="bulk"),
            "ess_tail": az.ess(draws, method="tail"),
            "mcse_mean": az.mcse(draws, method="mean"),
        }
    )
    band, rhat = plots.plot_band_with_diagnostics(X, draws, data, ylim=(-1, 1))
    assert band.get_shared_x_axes().joined(band, rhat)
    assert band.get_xlabel() == "" and rhat.get_xlabel() == "x"
    text = plots.alt_text(band.figure)
    assert text == f"{plots.alt_text(band)} {plots.alt_text(rhat)}"
    assert f"{float(data['r_hat'].max()):.3f}" in text


@pytest.mark.parametrize("hole", [np.nan, np.inf])
def test_holes_in_diagnostics_are_counted(diagnostics, hole):
    rhat = diagnostics()["r_hat"].to_numpy().copy()
    rhat[40:43] = hole
    with pytest.warns(ConvergenceWarning, match="r_hat: 3 of 81 values are NaN or infinite"):
        ax = plots.plot_function_diagnostics(X, diagnostics(r_hat=rhat))
    assert "nan" not in plots.alt_text(ax)
    ax.figure.canvas.draw()


def test_errors_name_what_was_given(normal_draws, diagnostics):
    with pytest.raises(ArgumentError, match="without 'ess_tail'"):
        plots.plot_function_diagnostics(X, diagnostics().drop_vars("ess_tail"))
    with pytest.raises(ShapeError, match="r_hat: got 81 values for 80 inputs"):
        plots.plot_function_diagnostics(X[1:], diagnostics())
    with pytest.raises(ArgumentError, match="r_hat: 81 of 81 values are NaN"):
        plots.plot_function_diagnostics(X, diagnostics(r_hat=X * np.nan))
    with pytest.raises(TypeError, match="'ax'"):
        plots.plot_band_with_diagnostics(X, normal_draws(), diagnostics(), ax=None)
