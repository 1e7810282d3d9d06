"""The pictures show the numbers that they should, and say what they hide."""

import ast
import io
from pathlib import Path
from types import SimpleNamespace

import arviz as az
import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
import xarray as xr
from matplotlib.colors import to_rgb

from bnn_teach import plots
from bnn_teach.errors import ArgumentError, ConvergenceWarning, ShapeError

mpl.use("Agg")
pytestmark = pytest.mark.filterwarnings("error")

OKABE_ITO = ["#000000", "#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7"]
X = np.linspace(-2, 2, 81)
MINUS = "\N{MINUS SIGN}"


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def normal_draws(*, shape=(4, 50), seed=0):
    """Draws of a function whose spread grows outwards: (chain, draw, x)."""
    noise = np.random.default_rng(seed).standard_normal((*shape, 1))
    return (np.sin(X) + noise * (0.1 + X**2)).astype(np.float32)


def uniform_draws(width):
    """Draws whose central 95 % band is 0.95 * ``width`` wide, and the 50 % band half of ``width``.

    2001 equally spaced draws make every quantile used here one of them, so nothing is approximate.
    """
    return np.linspace(-0.5, 0.5, 2001)[:, None] * width


def band_of(ax):
    (band,) = plots._bands(ax)
    return band


def rendered(ax):
    ax.figure.canvas.draw()
    return np.asarray(ax.figure.canvas.buffer_rgba()).astype(int)


# --- Roles -----------------------------------------------------------------------------------


def test_every_colour_is_of_the_palette():
    assert {look.color for look in plots.colors.values()} <= set(OKABE_ITO)


@pytest.mark.parametrize("trait", ["color", "linestyle", "marker"])
def test_methods_differ_in_each_trait_alone(trait):
    methods = ["nuts", "advi", "fullrank_advi", "ensemble", "laplace"]
    traits = [getattr(plots.colors[method], trait) for method in methods]
    assert len(set(traits)) == len(methods)


def test_what_shares_a_picture_differs_in_grey():
    def grey(color):
        return np.dot(to_rgb(color), [0.299, 0.587, 0.114])

    for one, other in [("band", "noise"), ("band", "truth"), ("nuts", "advi"), ("prior", "nuts")]:
        first, second = plots.colors[one], plots.colors[other]
        darker = abs(grey(first.color) - grey(second.color)) > 0.2
        assert first.linestyle != second.linestyle or darker
        assert first.linestyle != second.linestyle or first.hatch != second.hatch


def test_the_module_needs_no_tensorflow():
    tree = ast.parse(Path(plots.__file__).read_text(encoding="utf-8"))
    modules = {
        (node.module or "") if isinstance(node, ast.ImportFrom) else node.names[0].name
        for node in ast.walk(tree)
        if isinstance(node, (ast.Import, ast.ImportFrom))
    }
    assert not any(name.startswith("tensorflow") or name == "tf_keras" for name in modules)


# --- Data ------------------------------------------------------------------------------------


def test_data_are_drawn_where_they_are():
    x, y = np.array([[0.5], [-1.0], [2.0]]), np.array([[1.0], [2.0], [3.0]])
    ax = plots.plot_data(x, y)
    (points,) = ax.collections
    np.testing.assert_array_equal(points.get_offsets(), np.hstack([x, y]))
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["data"]


def test_truth_spans_the_data_the_axis_or_the_given_range():
    x = np.linspace(-0.5, 0.5, 9)
    (line,) = plots.plot_data(x, x, truth=np.sin).lines
    np.testing.assert_allclose(line.get_xdata()[[0, -1]], [-0.5, 0.5])
    np.testing.assert_array_equal(line.get_ydata(), np.sin(line.get_xdata()))
    ax = plots.plot_band(X, normal_draws())
    *_, line = plots.plot_data(x, x, truth=np.sin, ax=ax).lines
    np.testing.assert_allclose(line.get_xdata()[[0, -1]], [-2, 2])
    assert ax.get_xlim() == pytest.approx((-2, 2))
    (line,) = plots.plot_data(x, x, truth=np.sin, x_range=(-1, 3)).lines
    np.testing.assert_allclose(line.get_xdata()[[0, -1]], [-1, 3])


def test_data_sentence_names_the_gap():
    x = np.concatenate([np.linspace(-0.6, -0.15, 20), np.linspace(0.15, 0.6, 20)])
    text = plots.alt_text(plots.plot_data(x, 2 * x, truth=np.sin))
    assert text == (
        f"40 data points, x from {MINUS}0.6 to 0.6 with none between {MINUS}0.15 and 0.15, "
        f"y from {MINUS}1.2 to 1.2; a dashed line shows the true function."
    )
    assert "none between" not in plots.alt_text(plots.plot_data(X, X))


# --- Bands -----------------------------------------------------------------------------------


def test_band_is_made_of_quantiles():
    draws = normal_draws()
    ax = plots.plot_band(X, draws, probabilities=(0.5, 0.95))
    flat = draws.reshape(-1, len(X)).astype(float)
    band = band_of(ax)
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


@pytest.mark.parametrize(
    "form",
    [
        lambda d: d.reshape(-1, len(X)),
        lambda d: d[..., None],
        lambda d: d.reshape(-1, len(X), 1).tolist(),
        lambda d: xr.DataArray(d, dims=("chain", "draw", "x")),
        lambda d: xr.DataArray(d, dims=("chain", "draw", "x")).transpose("x", "draw", "chain"),
        lambda d: xr.DataArray(d[..., None], dims=("chain", "draw", "x", "unit")),
        lambda d: xr.Dataset({"f": (("chain", "draw", "x"), d)}),
        lambda d: xr.DataTree(xr.Dataset({"f": (("chain", "draw", "x"), d)})),
    ],
)
def test_all_forms_of_draws_give_one_band(form):
    draws = normal_draws()
    expected = band_of(plots.plot_band(X, draws))
    band = band_of(plots.plot_band(X[:, None], form(draws)))
    np.testing.assert_array_equal(band.median, expected.median)
    np.testing.assert_array_equal(band.regions[0].upper, expected.regions[0].upper)


def test_one_x_has_a_band_too():
    band = band_of(plots.plot_band([1.0], np.arange(5.0)[:, None], probabilities=(0.5,)))
    assert (band.median, band.regions[0].lower, band.regions[0].upper) == (2, 1, 3)


def test_x_may_come_in_any_order_and_nothing_is_changed_in_place():
    draws, shuffle = normal_draws().astype(float), np.random.default_rng(1).permutation(len(X))
    before = draws.copy()
    expected = band_of(plots.plot_band(X, draws))
    band = band_of(plots.plot_band(X[shuffle], draws[..., shuffle]))
    np.testing.assert_array_equal(band.x, X)
    np.testing.assert_array_equal(band.median, expected.median)
    np.testing.assert_array_equal(draws, before)


def test_blocks_of_columns_give_the_same_quantiles(monkeypatch):
    draws = normal_draws()
    expected = band_of(plots.plot_band(X, draws)).regions[0].lower
    monkeypatch.setattr(plots, "_BLOCK", 7 * 200)
    np.testing.assert_array_equal(
        band_of(plots.plot_band(X, draws)).regions[0].lower, expected, strict=True
    )


def test_noise_is_a_hatched_ring_around_the_band():
    draws, noisy = uniform_draws(np.ones(len(X))), uniform_draws(np.full(len(X), 1.5))
    ax = plots.plot_band(X, draws, noise_draws=noisy)
    rings = [fill for fill in ax.collections if fill.get_hatch()]
    assert len(rings) == 2
    edges = [np.unique(np.round(ring.get_paths()[0].vertices[:, 1], 6)) for ring in rings]
    np.testing.assert_allclose(edges, [[-0.7125, -0.475], [0.475, 0.7125]])
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels == ["median, 50 % and 95 % band", "95 % band with noise"]


def test_two_bands_differ_in_line_style_and_in_the_legend():
    ax = plots.plot_band(X, normal_draws(), label="NUTS", role="nuts")
    plots.plot_band(X, normal_draws(seed=1), label="ADVI", role="advi", ax=ax)
    assert [line.get_linestyle() for line in ax.lines] == ["-"] * 3 + ["--"] * 3
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels == ["NUTS: median, 50 % and 95 % band", "ADVI: median, 50 % and 95 % band"]
    ax.legend()  # Matplotlib's own legend knows how to draw a band


def test_the_legend_stands_outside_of_the_frame():
    for ax in (
        plots.plot_data(X, X),
        plots.plot_band_with_diagnostics(X, normal_draws(), diagnostics())[0],
    ):
        ax.figure.canvas.draw()
        legend = ax.get_legend().get_window_extent()
        assert not legend.overlaps(ax.get_window_extent())
        if labels := ax.xaxis.get_tightbbox():
            assert not legend.overlaps(labels)


# --- What the frame hides --------------------------------------------------------------------


def test_a_cropped_band_is_marked_in_the_picture():
    ax = plots.plot_band(X, uniform_draws(2 * X**2), ylim=(-0.95, 0.95))
    # The 95 % band is ± 0.95 x², so it leaves at |x| = 1.
    assert plots._crop_notes(ax) == [("95 % band", "|x| > 1")]
    assert plots.alt_text(ax).endswith("The 95 % band leaves the picture for |x| > 1.")
    marks, text = plots._crop_artists(ax, plots._crop_notes(ax))
    assert text.get_text() == "95 % band leaves the picture\nfor |x| > 1"
    assert text.get_position()[0] == pytest.approx(0, abs=0.02)
    assert [mark.get_marker() for mark in marks] == ["^", "v"]
    for mark in marks:
        assert len(mark.get_xdata()) > 5 and np.all(np.abs(mark.get_xdata()) > 1)
    with_marks = rendered(ax)
    plots._caption(ax).set_visible(False)
    assert np.abs(with_marks - rendered(ax)).sum() > 0


def test_a_band_within_the_frame_has_no_marks():
    ax = plots.plot_band(X, uniform_draws(2 * X**2))
    assert plots._crop_notes(ax) == []
    assert "leaves" not in plots.alt_text(ax)
    picture = rendered(ax)
    plots._caption(ax).set_visible(False)
    np.testing.assert_array_equal(picture, rendered(ax))


def test_later_limits_are_seen():
    ax = plots.plot_band(X, uniform_draws(2 * X**2))
    ax.set_ylim(-0.95, 5)
    assert plots._crop_notes(ax) == [("95 % band", "|x| > 1")]
    ax.set_xlim(-0.9, 0.9)
    assert plots._crop_notes(ax) == []
    ax.set(xlim=(-2, 2), ylim=(5, -0.95))  # an axis upside down crops just as well
    assert plots._crop_notes(ax) == [("95 % band", "|x| > 1")]


def test_noise_alone_leaves_the_picture():
    draws, noisy = uniform_draws(np.ones(len(X))), uniform_draws(1 + X**2)
    ax = plots.plot_band(X, draws, noise_draws=noisy, ylim=(-0.95, 0.95))
    assert plots._crop_notes(ax) == [("95 % band with noise", "|x| > 1")]


def test_each_of_two_bands_has_its_note_and_the_note_stays_inside():
    ax = plots.plot_band(X, uniform_draws(2 * X**2), label="NUTS")
    plots.plot_band(X, uniform_draws(2 * (X + 1.9)), label="ADVI", role="advi", ax=ax)
    ax.set_ylim(-0.95, 0.95)
    (nuts, nuts_where), (advi, advi_where) = notes = plots._crop_notes(ax)
    assert (nuts, nuts_where, advi) == ("NUTS 95 % band", "|x| > 1", "ADVI 95 % band")
    # Its width passes 1.9 at x = -0.9, which a grid of 401 places over [-2, 2] finds to 0.01.
    assert advi_where.startswith(f"x > {MINUS}0.")
    assert -float(advi_where.split(MINUS)[1]) == pytest.approx(-0.9, abs=0.011)
    _, text = plots._crop_artists(ax, notes)
    assert text.get_text().splitlines()[1] == "NUTS 95 % band for |x| > 1"


def test_the_note_stays_inside_of_a_narrow_frame(monkeypatch):
    drawn = []
    monkeypatch.setattr(plots.Text, "draw", lambda text, renderer: drawn.append(text))
    # The only stretch at the top that is free lies at the right end, too narrow for the note.
    ax = plots.plot_band(X, uniform_draws(np.where(X > 1.5, 0.1, 10)), ylim=(-1, 1))
    ax.figure.canvas.draw()
    (note,) = [text for text in drawn if "leaves" in text.get_text()]
    words = note.get_window_extent()
    assert ax.bbox.x0 <= words.x0 and words.x1 <= ax.bbox.x1
    assert note.get_position()[0] > 1.5


@pytest.mark.parametrize(
    ("mask", "words"),
    [
        (lambda x: x > 0.9, "x > 0.9"),
        (lambda x: x < -0.9, f"x < {MINUS}0.9"),
        (lambda x: np.abs(x) > 0.9, "|x| > 0.9"),
        (lambda x: (x < -1.5) | (x > 0.9), f"x < {MINUS}1.5 and x > 0.9"),
        (lambda x: (x > 0.1) & (x < 0.3), "0.1 < x < 0.3"),
        (lambda x: (x < -1) | ((x > 0) & (x < 1)), f"x < {MINUS}1 and 0 < x < 1"),
        (lambda x: x < 9, "every x"),
    ],
)
def test_where(mask, words):
    x = np.linspace(-2, 2, 4001) + 1e-4
    assert plots._where(x, mask(x)) == words


# --- Prior functions -------------------------------------------------------------------------


def test_prior_functions_are_single_draws_over_their_band():
    draws = normal_draws(shape=(1, 101))
    ax = plots.plot_prior_functions(X, draws, num_draws=11, ylim=(-1, 1))
    assert len(ax.lines) == 11
    for line, i in zip(ax.lines, range(0, 101, 10), strict=True):
        np.testing.assert_array_equal(line.get_ydata(), draws[0, i])
    expected = np.quantile(draws[0].astype(float), 0.975, axis=0)
    np.testing.assert_allclose(band_of(ax).regions[0].upper, expected)
    text = plots.alt_text(ax)
    assert text.startswith(
        "11 single functions drawn from the prior. The prior 95 % band has width"
    )
    assert "leaves the picture" in text
    assert len(plots.plot_prior_functions(X, draws, num_draws=500).lines) == 101


# --- The ELBO --------------------------------------------------------------------------------


def losses(num_steps=2000, seed=0):
    """Huge at first, then 10 with a noise of 1."""
    steps = np.arange(num_steps)
    return 10 + 1e6 * np.exp(-steps / 5) + np.random.default_rng(seed).standard_normal(num_steps)


def test_elbo_is_drawn_with_its_running_median():
    values = losses()
    ax = plots.plot_elbo(SimpleNamespace(losses=values), window=101)
    raw, median = ax.lines
    np.testing.assert_array_equal(raw.get_ydata(), -values)
    np.testing.assert_array_equal(raw.get_xdata()[[0, -1]], [1, 2000])
    for step in (0, 200, 399):
        i = int(median.get_xdata()[step]) - 1
        expected = np.median(-values[max(0, i - 50) : i + 51])
        assert median.get_ydata()[step] == pytest.approx(expected)


def test_elbo_limits_forget_the_first_values():
    ax = plots.plot_elbo(losses())
    low, high = ax.get_ylim()
    assert -20 < low < -13 and -8 < high < -5
    assert "▼ first values down to −1,000,000" in ax.texts[0].get_text().replace(MINUS, "−")
    settled = plots.plot_elbo(losses()[200:])
    assert "▼" not in settled.texts[0].get_text()


def test_final_elbo_has_its_standard_error():
    values = losses()
    ax = plots.plot_elbo(values, window=400)
    blocks = -values[-400:].reshape(20, 20).mean(axis=1)
    error = blocks.std(ddof=1) / np.sqrt(20)
    assert f"ELBO {MINUS}{-blocks.mean():.3f} ± {error:.3f}" in ax.texts[0].get_text()
    assert f"is {MINUS}{-blocks.mean():.3f} ± {error:.3f} (standard error)" in plots.alt_text(ax)
    # Independent noise of sd 1: the truth is 1 / sqrt(400); 20 blocks know it to 16 %, three times.
    assert error == pytest.approx(0.05, rel=0.48)


def test_a_correlated_trace_has_a_larger_error_than_its_sd_suggests():
    noise = np.random.default_rng(3).standard_normal(4000)
    walk = np.convolve(noise, np.ones(50) / np.sqrt(50), mode="valid")
    _, error = plots._final_mean(walk)
    assert error > 3 * walk.std() / np.sqrt(len(walk))


def test_losses_that_are_not_finite_are_counted():
    values = losses()
    values[[30, 40, 1999]] = np.nan, np.inf, np.nan
    with pytest.warns(
        ConvergenceWarning, match="3 of 2000 are NaN or infinite, the first at step 31"
    ):
        ax = plots.plot_elbo(values)
    assert np.isnan(ax.lines[0].get_ydata()).sum() == 3
    assert "nan" not in plots.alt_text(ax)


# --- Diagnostics -----------------------------------------------------------------------------


def diagnostics(**changes):
    values = {
        "rhat": 1.002 + 0.03 * np.abs(X),
        "ess_bulk": 1000 - 450 * np.abs(X),
        "ess_tail": 900 - 300 * np.abs(X),
        "mcse_mean": 0.01 + 0.02 * np.abs(X),
    } | changes
    return xr.Dataset({key: ("x", np.asarray(value)) for key, value in values.items()})


def test_diagnostics_are_drawn_as_they_are():
    ax = plots.plot_function_diagnostics(X, diagnostics())
    rhat, good, fair = ax.lines
    np.testing.assert_array_equal(rhat.get_ydata(), diagnostics()["rhat"])
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
def test_the_two_lanes_never_meet(worst):
    ax = plots.plot_function_diagnostics(X, diagnostics(rhat=np.linspace(0.998, worst, len(X))))
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


def test_rhat_layers_rise_with_the_thresholds():
    ax = plots.plot_function_diagnostics(X, diagnostics())
    tops = [fill.get_paths()[0].vertices[:, 1].max() for fill in ax.collections]
    np.testing.assert_allclose(tops, [1.01, 1.05, 1.062])
    assert [bool(fill.get_hatch()) for fill in ax.collections] == [False, False, True]


def test_diagnostics_sentence_has_the_numbers():
    text = plots.alt_text(plots.plot_function_diagnostics(X, diagnostics()))
    assert text == (
        f"R-hat of f(x) goes from 1.002 to 1.062 (at x = {MINUS}2); it is at most 1.01 at 13.6 % "
        "of x and above 1.05 for |x| > 1.6; the smallest bulk effective sample size is 100, at "
        f"x = {MINUS}2; the smallest tail effective sample size is 300, at x = {MINUS}2; the mean "
        f"has a Monte Carlo error of at most 0.05, at x = {MINUS}2."
    )


def test_diagnostics_as_arviz_computes_them():
    draws = xr.DataArray(normal_draws(), dims=("chain", "draw", "x"))
    data = xr.Dataset(
        {
            "rhat": az.rhat(draws),
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
    assert f"{float(data['rhat'].max()):.3f}" in text


def test_holes_in_diagnostics_are_counted():
    rhat = diagnostics()["rhat"].to_numpy().copy()
    rhat[40:43] = np.nan
    with pytest.warns(ConvergenceWarning, match="rhat: NaN or infinite at 3 of 81 x"):
        ax = plots.plot_function_diagnostics(X, diagnostics(rhat=rhat))
    assert "nan" not in plots.alt_text(ax)
    rendered(ax)


# --- The picture in words --------------------------------------------------------------------


def test_band_sentence_gives_widths_where_they_matter():
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


def test_band_sentence_speaks_of_what_is_seen():
    ax = plots.plot_band(X, uniform_draws(1 + X**2))
    ax.set_xlim(-1, 1)
    assert plots.alt_text(ax) == (
        f"The 95 % band has width 1.9 at x = {MINUS}1, 0.95 at x = 0 (its narrowest) and "
        "1.9 at x = 1."
    )


def test_alt_text_of_a_figure_announces_each_title():
    with plots.style():
        figure, (left, right) = plt.subplots(1, 2)
    plots.plot_band(X, normal_draws(), ax=left)
    plots.plot_elbo(losses(), ax=right)
    left.set_title("NUTS")
    assert plots.alt_text(figure) == f"{plots.alt_text(left)} {plots.alt_text(right)}"
    assert plots.alt_text(figure).startswith("NUTS: The 95 % band")
    assert figure.get_layout_engine() is not None


def test_every_picture_can_be_saved():
    upper, _ = plots.plot_band_with_diagnostics(X, normal_draws(), diagnostics(), ylim=(-1, 1))
    for form in ("svg", "png", "pdf"):
        upper.figure.savefig(io.BytesIO(), format=form, bbox_inches="tight")


@pytest.mark.parametrize(("value", "text"), [(-0.0, "0"), (-1234, "−1,200"), (0.1249, "0.12")])
def test_numbers_in_words(value, text):
    assert plots._n(value) == text.replace("−", MINUS)


# --- Errors ----------------------------------------------------------------------------------

NAN_DRAWS = normal_draws()
NAN_DRAWS[0, 3, 5:8] = np.nan
NAN_DRAWS[2, 1, 0] = np.inf
TREE = xr.DataTree.from_dict({"posterior": xr.Dataset({"a": 1.0, "b": 2.0})})


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: plots.plot_data(X, X[:-1]), ShapeError, "came 81 inputs and 80 outputs"),
        (lambda: plots.plot_data(X[:4].reshape(2, 2), X), ShapeError, r"x: came shape \(2, 2\)"),
        (lambda: plots.plot_data(X, X * np.nan), ArgumentError, "y: 81 of 81 values are NaN"),
        (lambda: plots.plot_data(X, ["a"] * 81), ArgumentError, "y: came list of dtype"),
        (lambda: plots.plot_data(X, X, truth=np.sum), ShapeError, r"truth: came shape \(\)"),
        (lambda: plots.plot_data(X, X, ax=np.empty(2)), ArgumentError, "ax: came ndarray"),
        (
            lambda: plots.plot_band(X, NAN_DRAWS),
            ArgumentError,
            "draws: 4 of 16200 values are NaN or infinite, in 2 of 200 draws",
        ),
        (
            lambda: plots.plot_band(X, normal_draws(), noise_draws=NAN_DRAWS),
            ArgumentError,
            "noise_draws: 4 of 16200",
        ),
        (lambda: plots.plot_band(X, X), ShapeError, r"draws: came shape \(81,\); expected"),
        (lambda: plots.plot_band(X, X[None]), ShapeError, "at least two draws"),
        (lambda: plots.plot_band(X, normal_draws().T), ShapeError, "np.moveaxis"),
        (lambda: plots.plot_band(X, TREE), ArgumentError, "a DataTree that holds posterior"),
        (lambda: plots.plot_band(X, TREE["posterior"]), ArgumentError, "that holds a, b"),
        (
            lambda: plots.plot_band(X, normal_draws(), probabilities=(0.5, 95)),
            ArgumentError,
            "Divide per cent by 100",
        ),
        (lambda: plots.plot_band(X, normal_draws(), role="avdi"), ArgumentError, "mean 'advi'"),
        (
            lambda: plots.plot_prior_functions(X, normal_draws(), num_draws=0),
            ArgumentError,
            "num_draws: came 0; expected an integer of at least 1",
        ),
        (lambda: plots.plot_elbo(np.ones((3, 4))), ShapeError, r"losses: came shape \(3, 4\)"),
        (lambda: plots.plot_elbo(np.full(9, np.nan)), ArgumentError, "all 9 are NaN"),
        (lambda: plots.plot_elbo(losses(), window=1), ArgumentError, "an integer from 2 to 2000"),
        (
            lambda: plots.plot_function_diagnostics(X, diagnostics().drop_vars("ess_tail")),
            ArgumentError,
            "without 'ess_tail'",
        ),
        (
            lambda: plots.plot_function_diagnostics(X[1:], diagnostics()),
            ShapeError,
            "rhat: came 81 values for 80 inputs",
        ),
        (
            lambda: plots.plot_function_diagnostics(X, diagnostics(rhat=X * np.nan)),
            ArgumentError,
            "rhat: all 81 values are NaN",
        ),
        (
            lambda: plots.plot_band_with_diagnostics(X, normal_draws(), diagnostics(), ax=None),
            ArgumentError,
            "two that share x",
        ),
        (lambda: plots.alt_text(plt.figure()), ArgumentError, "a Figure on which"),
        (lambda: plots.alt_text("picture"), ArgumentError, "came a str"),
    ],
)
def test_errors_name_what_came(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_an_error_leaves_no_half_drawn_figure():
    for call in (
        lambda: plots.plot_band(X, NAN_DRAWS),
        lambda: plots.plot_data(X, X, truth=np.sum),
        lambda: plots.plot_band_with_diagnostics(X, NAN_DRAWS, diagnostics()),
    ):
        with pytest.raises((ArgumentError, ShapeError)):
            call()
    assert plt.get_fignums() == []
