"""The ELBO's picture shows its running median, and how well its final value is known."""

from types import SimpleNamespace

import numpy as np
import pytest

from bnn_teach import plots
from bnn_teach.errors import ArgumentError, ConvergenceWarning, ShapeError
from bnn_teach.plots.elbo import _final_mean

MINUS = "\N{MINUS SIGN}"


def test_elbo_is_drawn_with_its_running_median(losses):
    ax = plots.plot_elbo(SimpleNamespace(losses=losses), window=101)
    raw, median = ax.lines
    np.testing.assert_array_equal(raw.get_ydata(), -losses)
    np.testing.assert_array_equal(raw.get_xdata()[[0, -1]], [1, 2000])
    for step in (0, 200, 399):
        i = int(median.get_xdata()[step]) - 1
        expected = np.median(-losses[max(0, i - 50) : i + 51])
        assert median.get_ydata()[step] == pytest.approx(expected)


def test_the_ceiling_is_drawn_and_told(losses):
    ax = plots.plot_elbo(losses, ceiling=-6.5)
    assert ax.lines[-1].get_ydata()[0] == -6.5 and ax.lines[-1].get_label() == "log evidence"
    assert f"the log evidence, a dashed line, is {MINUS}6.5" in plots.alt_text(ax)


def test_elbo_limits_forget_the_first_values(losses):
    ax = plots.plot_elbo(losses)
    low, high = ax.get_ylim()
    assert -20 < low < -13 and -8 < high < -5
    assert "▼ first values down to −1,000,000" in ax.texts[0].get_text().replace(MINUS, "−")
    settled = plots.plot_elbo(losses[200:])
    assert "▼" not in settled.texts[0].get_text()


def test_final_elbo_has_its_standard_error(losses):
    ax = plots.plot_elbo(losses, window=400)
    blocks = -losses[-400:].reshape(20, 20).mean(axis=1)
    error = blocks.std(ddof=1) / np.sqrt(20)
    assert f"ELBO {MINUS}{-blocks.mean():.3f} ± {error:.3f}" in ax.texts[0].get_text()
    assert f"is {MINUS}{-blocks.mean():.3f} ± {error:.3f} (standard error)" in plots.alt_text(ax)
    # Independent noise of sd 1: the truth is 1 / sqrt(400); 20 blocks know it to 16 %, three times.
    assert error == pytest.approx(0.05, rel=0.48)


def test_a_correlated_trace_has_a_larger_error_than_its_sd_suggests():
    noise = np.random.default_rng(3).standard_normal(4000)
    walk = np.convolve(noise, np.ones(50) / np.sqrt(50), mode="valid")
    _, error = _final_mean(walk)
    assert error > 3 * walk.std() / np.sqrt(len(walk))


def test_losses_that_are_not_finite_are_counted(losses):
    losses[[30, 40, 1999]] = np.nan, np.inf, np.nan
    with pytest.warns(
        ConvergenceWarning, match="3 of 2000 values are NaN or infinite, the first is number 31"
    ):
        ax = plots.plot_elbo(losses)
    assert np.isnan(ax.lines[0].get_ydata()).sum() == 3
    assert "nan" not in plots.alt_text(ax)


def test_a_fit_that_fails_early_is_drawn_up_to_there(losses):
    losses[300:] = np.nan
    with pytest.warns(ConvergenceWarning, match="1700 of 2000"):
        ax = plots.plot_elbo(losses)
    assert np.all(np.isfinite(ax.get_ylim()))
    ax.figure.canvas.draw()


def test_a_window_is_never_longer_than_the_fit(losses):
    (_, median) = plots.plot_elbo(losses, window=5000).lines
    assert median.get_label() == "running median of 2,000 steps"


@pytest.mark.parametrize(
    ("values", "options", "error", "message"),
    [
        (np.ones((3, 4)), {}, ShapeError, r"losses: got shape \(3, 4\)"),
        (np.ones(3), {}, ShapeError, "losses: got 3 steps"),
        (np.full(9, np.nan), {}, ArgumentError, "9 of 9 values are NaN"),
        (np.ones(9), {"window": 1}, ArgumentError, "window=1: expected an integer of at least 2"),
    ],
)
def test_errors_name_what_was_given(values, options, error, message):
    with pytest.raises(error, match=message):
        plots.plot_elbo(values, **options)
