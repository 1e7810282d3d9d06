"""Arrays come in many forms; what cannot be drawn is refused by name."""

import numpy as np
import pytest
import xarray as xr

from bnn_teach import plots
from bnn_teach.errors import ArgumentError, ShapeError
from bnn_teach.plots.captions import bands_on

X = np.linspace(-2, 2, 81)
TREE = xr.DataTree.from_dict({"posterior": xr.Dataset({"a": 1.0, "b": 2.0})})


@pytest.fixture
def nan_draws(normal_draws):
    draws = normal_draws()
    draws[0, 3, 5:8] = np.nan
    draws[2, 1, 0] = np.inf
    return draws


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
def test_all_forms_of_draws_give_one_band(form, normal_draws):
    draws = normal_draws()
    (expected,) = bands_on(plots.plot_band(X, draws))
    (band,) = bands_on(plots.plot_band(X[:, None], form(draws)))
    np.testing.assert_array_equal(band.median, expected.median)
    np.testing.assert_array_equal(band.regions[0].upper, expected.regions[0].upper)


def test_one_x_has_a_band_too():
    (band,) = bands_on(plots.plot_band([1.0], np.arange(5.0)[:, None], probabilities=(0.5,)))
    assert (band.median, band.regions[0].lower, band.regions[0].upper) == (2, 1, 3)


def test_x_may_come_in_any_order_and_nothing_is_changed_in_place(normal_draws):
    draws, shuffle = normal_draws().astype(float), np.random.default_rng(1).permutation(len(X))
    before = draws.copy()
    (expected,) = bands_on(plots.plot_band(X, draws))
    (band,) = bands_on(plots.plot_band(X[shuffle], draws[..., shuffle]))
    np.testing.assert_array_equal(band.x, X)
    np.testing.assert_array_equal(band.median, expected.median)
    np.testing.assert_array_equal(draws, before)


def test_draws_that_are_not_finite_are_counted(normal_draws, nan_draws):
    message = "draws: 4 of 16200 values are NaN or infinite, in 2 of 200 draws"
    with pytest.raises(ArgumentError, match=f"^{message}"):
        plots.plot_band(X, nan_draws)
    with pytest.raises(ArgumentError, match=f"^noise_{message}"):
        plots.plot_band(X, normal_draws(), noise_draws=nan_draws)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda _: plots.plot_data(X[:4].reshape(2, 2), X), ShapeError, r"x: got shape \(2, 2\)"),
        (lambda _: plots.plot_data(X, X * np.nan), ArgumentError, "y: 81 of 81 values are NaN"),
        (lambda _: plots.plot_data(X, ["a"] * 81), ArgumentError, "y: got list of dtype"),
        (lambda _: plots.plot_data(X, X, truth=np.sum), ShapeError, r"truth: got shape \(\)"),
        (lambda _: plots.plot_band(X, X), ShapeError, r"draws: got shape \(81,\), expected"),
        (lambda _: plots.plot_band(X, X[None]), ShapeError, "at least two draws"),
        (lambda draws: plots.plot_band(X, draws.T), ShapeError, "np.moveaxis"),
        (lambda _: plots.plot_band(X, TREE), ArgumentError, "a DataTree that holds posterior"),
        (lambda _: plots.plot_band(X, TREE["posterior"]), ArgumentError, "that holds a, b"),
    ],
)
def test_errors_name_what_was_given(call, error, message, normal_draws):
    with pytest.raises(error, match=message):
        call(normal_draws())
