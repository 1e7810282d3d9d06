"""Prediction: exact for the normal model; observed values are ignored; errors say what to pass.

The posterior draws are made with NumPy from the exact posterior, so that no sampler stands between
a prediction and its closed form. Tolerances are 4.5 standard errors (false alarm 7e-6 each) or
p-values of 1e-5.
"""

import numpy as np
import pytest
import xarray as xr
from scipy import stats

import bnn_teach as bt
from bnn_teach.dsl.structure import inspect_model
from bnn_teach.engine.runtime import tf
from bnn_teach.errors import ArgumentError, ModelError, PredictionError, ShapeError
from bnn_teach.traces import make_trace

CHAINS, DRAWS = 4, 2500
NUMBER = CHAINS * DRAWS


@bt.model
def normal_mean(x, scale=1.0):
    loc = yield bt.Normal("loc", 0.0, 10.0)
    yield bt.Normal("obs", loc, scale, observed=x)


@bt.model
def line(x, y=None):
    w = yield bt.Normal("w", 0.0, 1.0, batch_stack=2, dims="term")
    f = yield bt.Deterministic("f", w[0] + w[1] * x, dims="point")
    yield bt.Normal("obs", f, 0.5, observed=y, dims="point")


@bt.model
def waiting(y):
    """Data that are positive: zeros would be impossible."""
    rate = yield bt.HalfNormal("rate", 1.0)
    yield bt.Gamma("obs", 2.0, rate, observed=y)


@bt.model
def silent(x):
    w = yield bt.Normal("w", 0.0, 1.0)
    yield bt.Deterministic("f", w * x)


X = np.random.default_rng(0).normal(3.0, 1.0, 30)
MEAN, SD = X.sum() / (0.01 + 30), (0.01 + 30) ** -0.5


def trace_of(model, posterior):
    return make_trace(inspect_model(model), {"posterior": posterior}, seed=0)


@pytest.fixture
def trace():
    loc = np.random.default_rng(1).normal(MEAN, SD, (CHAINS, DRAWS)).astype(np.float32)
    return trace_of(normal_mean(X), {"normal_mean.loc": loc})


@pytest.fixture
def line_trace():
    w = np.random.default_rng(2).normal([0.5, -1.0], 0.1, (2, 50, 2)).astype(np.float32)
    f = w[..., :1] + w[..., 1:] * np.zeros(3, np.float32)
    return trace_of(line(np.zeros(3), np.ones(3)), {"line.w": w, "line.f": f})


def predict(model, trace, **kwargs):
    return bt.sample_posterior_predictive(model, trace, **{"seed": 0} | kwargs)


# ---- exact answers -----------------------------------------------------------------------------


def test_predictions_of_the_normal_model_are_exact(trace):
    """y ~ N(mean, sd² + 1); two points share the mean's uncertainty, sd², and nothing else."""
    y = predict(normal_mean(np.zeros(5)), trace)["posterior_predictive"]["normal_mean.obs"]
    assert y.shape == (CHAINS, DRAWS, 5)
    y = y.values.reshape(NUMBER, 5).astype(np.float64)
    for point in range(5):
        z = (y[:, point] - MEAN) / np.sqrt(SD**2 + 1.0)
        assert stats.kstest(z, "norm").pvalue > 1e-5
    product = (y[:, 0] - MEAN) * (y[:, 1] - MEAN)
    assert abs(product.mean() - SD**2) < 4.5 * product.std() / np.sqrt(NUMBER)


def test_noise_is_fresh_at_every_draw_and_point(trace):
    y = predict(normal_mean(np.zeros(5)), trace)["posterior_predictive"]["normal_mean.obs"]
    noise = y.values - trace["posterior"]["normal_mean.loc"].values[..., None]
    assert stats.kstest(noise.ravel(), "norm").pvalue > 1e-5
    flat = noise.reshape(NUMBER, 5)
    for a, b in [
        (flat[:, 0], flat[:, 1]),
        (flat[:-1, 0], flat[1:, 0]),
        (noise[0, :, 0], noise[1, :, 0]),
    ]:
        assert abs(np.corrcoef(a, b)[0, 1]) < 4.5 / np.sqrt(len(a))


def test_prior_draws_are_the_prior():
    """y ~ N(0, 10² + 1), and around its own mean N(0, 1)."""
    tree = bt.sample_prior_predictive(normal_mean(np.zeros(3)), 5000, seed=0)
    assert {"prior", "prior_predictive"} <= set(tree.children)
    assert set(tree["prior"].data_vars) == {"normal_mean.loc"}
    loc = tree["prior"]["normal_mean.loc"].values
    y = tree["prior_predictive"]["normal_mean.obs"].values
    assert loc.shape == (1, 5000) and y.shape == (1, 5000, 3)
    assert stats.kstest(loc[0] / 10.0, "norm").pvalue > 1e-5
    assert stats.kstest((y - loc[..., None])[0, :, 0], "norm").pvalue > 1e-5
    assert stats.kstest(y[0, :, 1] / np.sqrt(101.0), "norm").pvalue > 1e-5


# ---- observed values are ignored ---------------------------------------------------------------


def test_only_the_shape_of_the_data_matters(trace):
    """Zeros, what was seen, NaN: bit for bit the same predictions."""
    nothing = np.full(30, np.nan)
    results = [predict(normal_mean(x), trace) for x in (np.zeros(30), X, nothing)]
    for other in results[1:]:
        assert results[0]["posterior_predictive"].equals(other["posterior_predictive"])
    priors = [bt.sample_prior_predictive(normal_mean(x), 5, seed=0) for x in (X, nothing)]
    assert priors[0]["prior_predictive"].equals(priors[1]["prior_predictive"])


def test_without_data_the_shape_is_the_variables_own(trace, line_trace):
    y = predict(normal_mean(None), trace)["posterior_predictive"]["normal_mean.obs"]
    assert y.shape == (CHAINS, DRAWS)
    new = np.linspace(-1.0, 1.0, 7)
    one, other = (predict(line(new, y), line_trace) for y in (None, np.zeros(7)))
    assert one["posterior_predictive"]["line.obs"].shape == (2, 50, 7)
    assert one["posterior_predictive"].equals(other["posterior_predictive"])


def test_zeros_may_stand_for_data_that_cannot_be_zero():
    rate = np.full((1, 4000), 3.0, np.float32)
    trace = trace_of(waiting(np.ones(2)), {"waiting.rate": rate})
    y = predict(waiting(np.zeros(2)), trace)["posterior_predictive"]["waiting.obs"]
    assert stats.kstest(y.values[0, :, 1], stats.gamma(2.0, scale=1 / 3).cdf).pvalue > 1e-5
    prior = bt.sample_prior_predictive(waiting(np.zeros(2)), 5, seed=0)
    assert np.all(prior["prior_predictive"]["waiting.obs"] > 0.0)


def test_values_that_were_observed_by_path_are_predicted(trace):
    """The model itself observes nothing; the trace says what was observed."""

    @bt.model
    def normal_mean():
        loc = yield bt.Normal("loc", 0.0, 10.0)
        yield bt.Normal("obs", loc, 1.0, batch_stack=30)

    result = predict(normal_mean(), trace)
    assert result["posterior_predictive"]["normal_mean.obs"].shape == (CHAINS, DRAWS, 30)


# ---- what comes back ---------------------------------------------------------------------------


def test_deterministics_are_computed_at_the_new_points(line_trace):
    new = np.linspace(-1.0, 1.0, 7)
    group = predict(line(new), line_trace)["posterior_predictive"]
    assert set(group.data_vars) == {"line.obs", "line.f"}
    w = line_trace["posterior"]["line.w"].values
    np.testing.assert_allclose(group["line.f"], w[..., :1] + w[..., 1:] * new, rtol=1e-5, atol=1e-6)
    assert group["line.f"].dims == ("chain", "draw", "point")


def test_result_keeps_labels_and_new_data(line_trace):
    new = np.linspace(-1.0, 1.0, 3)
    model = line(new).with_coords(point=["a", "b", "c"])
    result = predict(model, line_trace)
    assert list(result["posterior_predictive"]["point"].values) == ["a", "b", "c"]
    np.testing.assert_allclose(result["constant_data"]["x"], new, rtol=1e-6)
    assert result.attrs["seed"] == 0


def test_inplace_adds_the_group_to_the_trace_itself(line_trace):
    assert "posterior_predictive" not in line_trace.children
    separate = predict(line(np.zeros(4)), line_trace)
    assert "posterior_predictive" not in line_trace.children
    before = line_trace["posterior"].to_dataset()
    returned = predict(line(np.zeros(4)), line_trace, inplace=True)
    assert returned is line_trace
    group = line_trace["posterior_predictive"]
    assert group.equals(separate["posterior_predictive"]) and group.attrs["seed"] == 0
    assert line_trace["posterior"].to_dataset().identical(before)
    assert line_trace["observed_data"]["line.obs"].shape == (3,)
    predict(line(np.zeros(6)), line_trace, inplace=True, seed=1)
    assert line_trace["posterior_predictive"]["line.obs"].shape == (2, 50, 6)
    assert line_trace["posterior_predictive"].attrs["seed"] == 1


@pytest.mark.parametrize(
    ("var_names", "expected"),
    [
        ("line.f", ["line.f"]),
        (["line.obs", "line.w"], ["line.obs", "line.w"]),
        (["line.w", "line.f"], ["line.w", "line.f"]),
    ],
)
def test_chosen_variables(line_trace, var_names, expected):
    everything = predict(line(np.ones(4)), line_trace)["posterior_predictive"]
    group = predict(line(np.ones(4)), line_trace, var_names=var_names)["posterior_predictive"]
    assert list(group.data_vars) == expected
    for path in expected:
        known = everything if path in everything.data_vars else line_trace["posterior"]
        np.testing.assert_array_equal(group[path], known[path])


def test_prior_of_a_model_that_observes_nothing():
    tree = bt.sample_prior_predictive(silent(np.ones(2)), 10, seed=0)
    assert set(tree["prior"].data_vars) == {"silent.w", "silent.f"}
    assert "prior_predictive" not in tree.children
    np.testing.assert_allclose(tree["prior"]["silent.f"][..., 1], tree["prior"]["silent.w"])


def test_variables_without_data_belong_to_the_prior():
    """y=None: the model has not been told what it will observe."""
    tree = bt.sample_prior_predictive(line(np.zeros(3)), 10, seed=0)
    assert set(tree["prior"].data_vars) == {"line.w", "line.f", "line.obs"}


def test_trace_from_a_file_and_with_other_order_of_axes(line_trace, tmp_path):
    expected = predict(line(np.ones(4)), line_trace)["posterior_predictive"]
    loaded = bt.load(bt.save(line_trace, tmp_path / "trace.nc"))
    assert predict(line(np.ones(4)), loaded)["posterior_predictive"].equals(expected)
    turned = loaded["posterior"].to_dataset().transpose("term", "point", "draw", "chain")
    loaded["posterior"] = xr.DataTree(dataset=turned)
    assert predict(line(np.ones(4)), loaded)["posterior_predictive"].equals(expected)


@pytest.mark.usefixtures("float64")
def test_trace_of_another_dtype(line_trace):
    group = predict(line(np.ones(4)), line_trace)["posterior_predictive"]
    assert group["line.obs"].dtype == np.float64


# ---- seeds -------------------------------------------------------------------------------------


def test_same_seed_same_predictions(line_trace):
    first, same, other = (
        predict(line(np.ones(4)), line_trace, seed=seed)["posterior_predictive"]
        for seed in (1, 1, 2)
    )
    assert first.equals(same)
    assert not np.any(first["line.obs"].values == other["line.obs"].values)
    assert first["line.f"].equals(other["line.f"])


def test_without_a_seed_the_stored_one_repeats(line_trace):
    model = line(np.ones(4), np.zeros(4))
    predictions = [predict(model, line_trace, seed=None) for _ in range(2)]
    assert predictions[0].attrs["seed"] != predictions[1].attrs["seed"]
    again = predict(model, line_trace, seed=predictions[0].attrs["seed"])
    assert again["posterior_predictive"].equals(predictions[0]["posterior_predictive"])
    priors = [bt.sample_prior_predictive(model, 5) for _ in range(2)]
    again = bt.sample_prior_predictive(model, 5, seed=priors[0].attrs["seed"])
    assert again["prior"].equals(priors[0]["prior"])
    assert not again["prior"].equals(priors[1]["prior"])


def test_more_prior_draws_begin_with_the_fewer():
    few, many = (bt.sample_prior_predictive(line(np.ones(2)), n, seed=3) for n in (10, 2000))
    np.testing.assert_array_equal(few["prior"]["line.obs"], many["prior"]["line.obs"][:, :10])


# ---- what cannot be predicted ------------------------------------------------------------------


@bt.model
def walled(y):
    w = yield bt.Normal("w", 0.0, 1.0, batch_stack=2)
    yield bt.Potential("wall", -tf.reduce_sum(w**2))
    yield bt.Normal("obs", w[0], 1.0, observed=y)


@pytest.mark.parametrize(
    ("model", "error", "text"),
    [
        (lambda: silent(np.ones(2)), PredictionError, r"no draws of 'silent\.w'.* another model"),
        (
            lambda: normal_mean(X),
            PredictionError,
            r"no draws of 'normal_mean\.loc'.* holds line\.w",
        ),
        (lambda: line(np.ones(2)).named("other"), PredictionError, r"no draws of 'other\.w'"),
        (lambda: line, ModelError, "line"),
        (lambda: None, ModelError, "NoneType"),
    ],
)
def test_wrong_model_is_named(line_trace, model, error, text):
    with pytest.raises(error, match=text):
        predict(model(), line_trace)


def test_model_that_observes_nothing_predicts_nothing():
    trace = trace_of(silent(np.ones(2)), {"silent.w": np.zeros((1, 5), np.float32)})
    with pytest.raises(PredictionError, match="observes nothing, so there is nothing to predict"):
        predict(silent(np.ones(2)), trace)


def test_other_sizes_are_named(line_trace):
    @bt.model
    def line(x):
        w = yield bt.Normal("w", 0.0, 1.0, batch_stack=3)
        yield bt.Normal("obs", tf.reduce_sum(w) * x, 0.5)

    with pytest.raises(
        ShapeError, match=r"line\.w: .* shape \(2,\), but the model declares \(3,\)"
    ):
        predict(line(np.ones(2)), line_trace)


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ({"var_names": ["line.ob"]}, PredictionError, r"is not .* Did you mean 'line\.obs'"),
        ({"var_names": "f"}, PredictionError, r"'f' is not .* It has line\.w, line\.f, line\.obs"),
        ({"var_names": []}, PredictionError, "an empty list"),
        ({"seed": -1}, ArgumentError, "seed=-1"),
        ({"in_place": True}, ArgumentError, "Did you mean 'inplace'"),
    ],
)
def test_wrong_argument_is_named(line_trace, arguments, error, text):
    with pytest.raises(error, match=text):
        predict(line(np.ones(2)), line_trace, **arguments)


def test_potential_has_no_value_to_return():
    draws = np.zeros((1, 5, 2), np.float32)
    trace = trace_of(walled(np.ones(2)), {"walled.w": draws})
    with pytest.raises(PredictionError, match=r"'walled\.wall' is not a value of the model"):
        predict(walled(np.ones(2)), trace, var_names=["walled.wall"])
    assert predict(walled(np.ones(2)), trace)["posterior_predictive"]["walled.obs"].shape == (
        1,
        5,
        2,
    )


@pytest.mark.parametrize("trace", [None, {"line.w": np.zeros(3)}, xr.DataTree()])
def test_what_is_no_trace_is_refused(trace):
    with pytest.raises(ArgumentError, match="Expected a trace with a posterior"):
        predict(line(np.ones(2)), trace)


def test_number_of_prior_draws_is_checked():
    for number in (0, 2.5, "many"):
        with pytest.raises(ArgumentError, match="num_samples="):
            bt.sample_prior_predictive(line(np.ones(2)), number)
    with pytest.raises(ModelError):
        bt.sample_prior_predictive(line)


# ---- variance and quantiles --------------------------------------------------------------------


def some_draws(shape=(2, 500, 6)):
    return np.random.default_rng(3).normal(size=shape) * np.linspace(0.5, 2.0, shape[-1])


@pytest.mark.parametrize(
    "noise",
    [
        0.3,
        np.float32(0.3),
        np.abs(some_draws((2, 500))),
        np.abs(some_draws()),
        np.abs(some_draws((2, 500, 1))),
    ],
)
def test_variances_add_up(noise):
    draws = some_draws()
    total, epistemic, aleatoric = bt.decompose(draws, noise)
    assert total.shape == epistemic.shape == aleatoric.shape == (6,)
    np.testing.assert_allclose(total**2, epistemic**2 + aleatoric**2)
    np.testing.assert_allclose(epistemic, draws.reshape(-1, 6).std(0))
    square = np.asarray(noise, np.float64) ** 2
    if square.ndim == 2:
        square = square[..., None]
    expected = np.sqrt(np.broadcast_to(square, draws.shape).mean((0, 1)))
    np.testing.assert_allclose(aleatoric, expected)


def test_total_is_the_sd_of_the_predictions():
    """The law of total variance, by simulation."""
    rng = np.random.default_rng(4)
    f = rng.normal(0.0, 2.0, (4, 20_000, 1))
    sigma = rng.uniform(0.5, 1.5, (4, 20_000))
    y = f[..., 0] + sigma * rng.standard_normal(sigma.shape)
    total = bt.decompose(f, sigma).total[0]
    assert abs(y.var() - total**2) < 4.5 * (y**2).std() / np.sqrt(y.size)


def test_arrays_of_xarray_are_read_by_name():
    draws, noise = some_draws(), np.abs(some_draws((2, 500)))
    named = xr.DataArray(draws, dims=("chain", "draw", "x")).transpose("x", "draw", "chain")
    scale = xr.DataArray(noise, dims=("chain", "draw")).transpose("draw", "chain")
    for one, other in zip(bt.decompose(named, scale), bt.decompose(draws, noise), strict=True):
        np.testing.assert_allclose(one, other)
    np.testing.assert_array_equal(bt.quantile_band(named), bt.quantile_band(draws))


def test_float32_draws_far_from_zero_keep_their_variance():
    draws = (1000.0 + 0.01 * some_draws()).astype(np.float32)
    epistemic = bt.decompose(draws, 0.0).epistemic
    np.testing.assert_allclose(epistemic, draws.astype(np.float64).std((0, 1)))


@pytest.mark.parametrize(
    ("draws", "noise", "error", "text"),
    [
        (np.zeros(5), 0.1, ShapeError, r"shape \(5,\) and noise_scale \(\)"),
        (some_draws(), np.ones(6), ShapeError, r"noise_scale \(6,\)"),
        (some_draws(), np.ones((2, 499)), ShapeError, r"noise_scale \(2, 499\)"),
        (some_draws(), np.ones((2, 500, 5)), ShapeError, r"noise_scale \(2, 500, 5\)"),
        (some_draws((2, 500)), np.ones((2, 500, 5)), ShapeError, r"\(2, 500, 5\)"),
        (some_draws(), -0.1, ArgumentError, "negative entries"),
        (some_draws(), np.nan, ArgumentError, "noise_scale: 1 of 1 values are NaN"),
        (np.zeros((0, 3, 4)), 0.1, ShapeError, "at least one"),
    ],
)
def test_what_cannot_be_split_is_named(draws, noise, error, text):
    with pytest.raises(error, match=text):
        bt.decompose(draws, noise)


# --- the entropy of a category -------------------------------------------------------------------

LOG2 = np.log(2)


def some_probabilities(shape=(2, 200, 5, 3), seed=6):
    return np.random.default_rng(seed).beta(0.4, 0.7, shape)


def entropy_of(p):
    """Of a 1 with probability p, by SciPy's definition of entropy."""
    return stats.entropy(np.stack([p, 1 - p]), axis=0)


def test_the_entropy_of_the_mean_is_epistemic_and_aleatoric():
    p = some_probabilities()
    total, epistemic, aleatoric = bt.decompose_entropy(p)
    assert total.shape == epistemic.shape == aleatoric.shape == (5, 3)
    np.testing.assert_allclose(total, entropy_of(p.mean((0, 1))))
    np.testing.assert_allclose(aleatoric, entropy_of(p).mean((0, 1)))
    np.testing.assert_allclose(total, epistemic + aleatoric)
    assert (epistemic >= 0).all()


def test_the_epistemic_part_is_the_mean_divergence_from_the_mean():
    """The mutual information, written as a mean of KL divergences instead of a difference."""
    p = some_probabilities()
    mean = np.broadcast_to(p.mean((0, 1)), p.shape)
    kl = stats.entropy(np.stack([p, 1 - p]), np.stack([mean, 1 - mean]), axis=0)
    np.testing.assert_allclose(bt.decompose_entropy(p).epistemic, kl.mean((0, 1)), rtol=1e-9)


@pytest.mark.parametrize("p", [0.0, 0.1, 0.5, 1.0])
def test_draws_that_agree_leave_no_ignorance(p):
    total, epistemic, aleatoric = bt.decompose_entropy(np.full((2, 50, 4), p))
    np.testing.assert_allclose(epistemic, 0.0, atol=1e-12)
    assert (epistemic >= 0).all()
    np.testing.assert_allclose(total, entropy_of(p), atol=1e-12)
    np.testing.assert_allclose(aleatoric, total, atol=1e-12)


def test_draws_that_contradict_each_other_leave_nothing_else():
    total, epistemic, aleatoric = bt.decompose_entropy(np.tile([0.0, 1.0], (2, 10)))
    assert total == epistemic == pytest.approx(LOG2) and aleatoric == 0.0


def test_two_categories_are_one_probability_and_four_can_be_worth_log_4():
    p = some_probabilities()
    both = bt.decompose_entropy(np.stack([1 - p, p], axis=-1), categorical=True)
    np.testing.assert_allclose(both, bt.decompose_entropy(p), atol=1e-12)
    four = np.eye(4)[None]  # four draws, each sure of another category
    assert bt.decompose_entropy(four, categorical=True) == pytest.approx((np.log(4), np.log(4), 0))


def test_probabilities_in_xarray_are_read_by_name():
    p = some_probabilities((2, 50, 6))
    named = xr.DataArray(p, dims=("chain", "draw", "x")).transpose("x", "draw", "chain")
    np.testing.assert_array_equal(bt.decompose_entropy(named), bt.decompose_entropy(p))


@pytest.mark.parametrize(
    ("p", "categorical", "error", "text"),
    [
        (np.full(5, 0.5), False, ShapeError, r"shape \(5,\).*\(chain, draw, \.\.\.\)"),
        (np.full((2, 0), 0.5), False, ShapeError, "at least one draw"),
        (np.full((2, 9), 0.5), True, ShapeError, r"\(chain, draw, \.\.\., category\)"),
        (np.full((2, 9, 0), 0.5), True, ShapeError, "category"),
        (np.full((2, 9), 1.5), False, ArgumentError, "outside 0 to 1.*expit"),
        (np.full((2, 9), np.nan), False, ArgumentError, "18 of 18 values are NaN"),
        (np.full((2, 9, 3), 0.5), True, ArgumentError, "do not sum to 1"),
    ],
)
def test_what_is_no_probability_is_named(p, categorical, error, text):
    with pytest.raises(error, match=text):
        bt.decompose_entropy(p, categorical=categorical)


@pytest.mark.parametrize("probability", [0.5, 0.95])
def test_band_holds_its_probability(probability):
    draws = some_draws((4, 5000, 3))
    lower, upper = bt.quantile_band(draws, probability)
    assert lower.shape == upper.shape == (3,)
    edge = stats.norm.ppf(0.5 + probability / 2) * np.linspace(0.5, 2.0, 3)
    np.testing.assert_allclose(upper, edge, rtol=0.06)
    np.testing.assert_allclose(lower, -edge, rtol=0.06)
    inside = ((draws >= lower) & (draws <= upper)).mean((0, 1))
    np.testing.assert_allclose(inside, probability, atol=1e-3)


def test_band_of_one_number_per_draw():
    lower, upper = bt.quantile_band(np.arange(101.0).reshape(1, 101), 0.9)
    assert (lower, upper) == (pytest.approx(5.0), pytest.approx(95.0))


LEFT, RIGHT = np.arange(4) < 2, np.arange(4) >= 2


def test_coverage_is_counted_by_region_and_edges_belong_to_the_band():
    truth = [-1.0, 1.5, 1.0, 0.0]
    regions = {"left": LEFT, "right": RIGHT, "nowhere": LEFT & RIGHT}
    held = bt.band_coverage(-np.ones(4), np.ones(4), truth, regions)
    assert held == pytest.approx({"left": 0.5, "right": 1.0, "nowhere": np.nan}, nan_ok=True)


def test_coverage_of_a_band_of_draws_is_what_the_normal_says():
    edge = stats.norm.ppf(0.9)  # of a band of 80 %; the Monte Carlo error of an edge is 0.02
    draws = np.random.default_rng(0).normal(size=(2, 4000, 4))
    truth = np.where(LEFT, edge - 0.2, edge + 0.2)
    held = bt.band_coverage(*bt.quantile_band(draws, 0.8), truth, {"left": LEFT, "right": RIGHT})
    assert held == {"left": 1.0, "right": 0.0}


@pytest.mark.parametrize(
    ("upper", "truth", "region"),
    [
        (np.ones(3), np.zeros(4), LEFT),
        (np.ones(4), np.zeros((4, 1)), LEFT),
        (np.ones(4), np.zeros(4), LEFT[:3]),
    ],
)
def test_coverage_of_other_shapes_is_refused(upper, truth, region):
    with pytest.raises(ShapeError, match=r"'left': \(\d,\).*expected \(N,\) for all"):
        bt.band_coverage(np.zeros(4), upper, truth, {"left": region})


@pytest.mark.parametrize("name", ["lower", "upper", "truth"])
def test_coverage_of_no_numbers_is_refused(name):
    given = dict.fromkeys(["lower", "upper", "truth"], np.zeros(4))
    for value in (np.full(4, np.nan), ["a"] * 4):
        with pytest.raises(ArgumentError, match=f"{name}: "):
            bt.band_coverage(**given | {name: value}, regions={"left": LEFT})


@pytest.mark.parametrize(
    ("draws", "probability", "error", "text"),
    [
        (np.zeros(5), 0.9, ShapeError, r"draws has shape \(5,\)"),
        (np.zeros((2, 0, 3)), 0.9, ShapeError, "at least one"),
        (some_draws(), 95, ArgumentError, "probability=95: expected a number between 0 and 1"),
        (some_draws(), 0.0, ArgumentError, "probability=0"),
        (some_draws(), "wide", ArgumentError, "probability='wide'"),
    ],
)
def test_what_has_no_band_is_named(draws, probability, error, text):
    with pytest.raises(error, match=text):
        bt.quantile_band(draws, probability)
