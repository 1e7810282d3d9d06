"""Networks: the generator computes what NumPy computes, and its prior has the exact variance."""

import numpy as np
import pytest
from scipy import stats
from scipy.special import logsumexp

import bnn_teach as bt
from bnn_teach.course import networks
from bnn_teach.dsl.structure import inspect_model
from bnn_teach.engine.runtime import tf
from bnn_teach.errors import ArgumentError, ObservedError, ShapeError

X = np.linspace(-1.0, 1.5, 6)[:, np.newaxis]


def relu(a):
    return np.maximum(a, 0.0)


def forward(x, draws, layers, activation=relu):
    """Compute the function of every draw, shape (S, N, 1), for weights of shape (S, ...)."""
    signal = np.broadcast_to(x, (len(next(iter(draws.values()))), *x.shape))
    for number in range(1, layers + 1):
        w, b = draws[f"network.l{number}.w"], draws[f"network.l{number}.b"]
        signal = signal @ w + b[:, np.newaxis]
        signal = activation(signal) if number < layers else signal
    return signal


def prior(model, num_samples=500, seed=0):
    tree = bt.sample_prior_predictive(model, num_samples, seed=seed)
    return {p: v.values[0].astype(np.float64) for p, v in tree["prior"].data_vars.items()}


# ---- the dense layer ---------------------------------------------------------------------------


@pytest.mark.parametrize("limit", [0, 10**9])
@pytest.mark.parametrize("bias", [None, (3,), (1, 3)])
def test_dense_is_a_matrix_product_in_both_forms(limit, bias, monkeypatch):
    monkeypatch.setattr(networks, "_FUSED_UP_TO", limit)
    rng = np.random.default_rng(0)
    x, w = tf.constant(rng.normal(size=(7, 4))), tf.constant(rng.normal(size=(4, 3)))
    b = () if bias is None else (tf.constant(rng.normal(size=bias)),)
    with tf.GradientTape() as tape:
        tape.watch((x, w))
        result = bt.dense(x, w, *b)
        value = tf.reduce_sum(result**2)
    expected = x.numpy() @ w.numpy() + (b[0].numpy() if b else 0.0)
    np.testing.assert_allclose(result, expected)
    of_x, of_w = tape.gradient(value, (x, w))
    np.testing.assert_allclose(of_x, 2.0 * expected @ w.numpy().T)
    np.testing.assert_allclose(of_w, 2.0 * x.numpy().T @ expected)


def test_layer_has_weights_and_bias():
    structure = inspect_model(bt.layer(np.zeros((7, 2)), 3, prior_scale=2.0))
    shapes = {path: variable.shape for path, variable in structure.latent.items()}
    assert shapes == {"layer.w": (2, 3), "layer.b": (3,)}
    for variable in structure.latent.values():
        assert float(variable.distribution.scale) == 2.0


@pytest.mark.parametrize("shape", [(7,), (7, 2, 1), ()])
def test_points_without_an_axis_for_inputs_are_refused(shape):
    with pytest.raises(ShapeError, match=r"expected \(N, inputs\).* pass x\[:, None\]"):
        bt.sample_prior_predictive(bt.network(np.zeros(shape)), 2)


# ---- the network -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("inputs", "hidden", "expected"),
    [
        (1, (5, 5), {"l1.w": (1, 5), "l1.b": (5,), "l2.w": (5, 5), "l2.b": (5,),
                     "l3.w": (5, 1), "l3.b": (1,)}),
        (2, [3], {"l1.w": (2, 3), "l1.b": (3,), "l2.w": (3, 1), "l2.b": (1,)}),
        (3, (), {"l1.w": (3, 1), "l1.b": (1,)}),
    ],
)  # fmt: skip
def test_network_has_its_layers(inputs, hidden, expected):
    structure = inspect_model(bt.network(np.zeros((7, inputs)), np.zeros((7, 1)), hidden))
    shapes = {path: variable.shape for path, variable in structure.latent.items()}
    assert shapes == {f"network.{name}": shape for name, shape in expected.items()}
    assert set(structure.recorded) == {"network.f"}
    assert set(structure.observed) == {"network.obs"}
    assert structure.shape_of("network.f") == structure.shape_of("network.obs") == (7, 1)


def test_articles_network_has_46_weights():
    assert bt.LogDensity(bt.network(X, X)).size == 46


@pytest.mark.parametrize("limit", [0, 10**9])
def test_function_is_that_of_numpy(limit, monkeypatch):
    monkeypatch.setattr(networks, "_FUSED_UP_TO", limit)
    draws = prior(bt.network(X))
    np.testing.assert_allclose(draws["network.f"], forward(X, draws, 3), rtol=1e-4, atol=1e-4)


def test_other_activations_widths_and_inputs():
    x = np.random.default_rng(1).normal(size=(6, 2))
    draws = prior(bt.network(x, hidden=[3], activation=tf.tanh))
    expected = forward(x, draws, 2, np.tanh)
    np.testing.assert_allclose(draws["network.f"], expected, rtol=1e-4, atol=1e-4)
    draws = prior(bt.network(x, hidden=()))
    np.testing.assert_allclose(draws["network.f"], forward(x, draws, 1), rtol=1e-4, atol=1e-4)


def test_log_joint_is_scipys():
    rng = np.random.default_rng(2)
    y = rng.normal(size=(6, 1))
    model = bt.network(X, y, hidden=(4,), prior_scale=1.5, noise_scale=0.2)
    shapes = {p: v.shape for p, v in inspect_model(model).latent.items()}
    values = {p: rng.normal(size=shape).astype(np.float32) for p, shape in shapes.items()}
    f = forward(X, {p: v[np.newaxis] for p, v in values.items()}, 2)[0]
    expected = stats.norm.logpdf(y, f, 0.2).sum()
    expected += sum(stats.norm.logpdf(v, 0.0, 1.5).sum() for v in values.values())
    assert bt.log_joint(model, values) == pytest.approx(expected, rel=1e-5)


def test_noise_has_its_scale():
    draws = prior(bt.network(X, noise_scale=0.3), 2000)
    noise = (draws["network.obs"] - draws["network.f"]) / 0.3
    assert stats.kstest(noise[:, 0, 0], "norm").pvalue > 1e-5
    assert stats.kstest(noise[:, 5, 0], "norm").pvalue > 1e-5


@pytest.mark.parametrize(("scale", "width"), [(0.5, 5), (1.0, 5), (0.8, 3)])
def test_prior_variance_is_exact(scale, width):
    """Var f(x) = s² + (H/2) s⁴ + (H²/4) s⁶ (1 + x²), within 4.5 standard errors."""
    model = bt.network(X, hidden=(width, width), prior_scale=scale)
    square = prior(model, 20_000, seed=4)["network.f"][..., 0] ** 2
    exact = scale**2 + width / 2 * scale**4 + width**2 / 4 * scale**6 * (1.0 + X[:, 0] ** 2)
    error = square.std(0) / np.sqrt(len(square))
    assert np.all(np.abs(square.mean(0) - exact) < 4.5 * error)


def test_data_of_another_shape_are_refused():
    with pytest.raises(ObservedError, match=r"network\.obs: .* shape \(6,\)"):
        inspect_model(bt.network(X, np.zeros(6)))


# ---- learned prior scales ----------------------------------------------------------------------

FORMS = ["centred", "non_centred"]
TABLE = np.random.default_rng(5).normal(size=(8, 3))
TARGET = (TABLE @ [[0.6], [-0.4], [0.1]] + 0.3).astype(np.float32)


def exact_scale(noise=0.5, largest=1.5):
    """Return s and p(s | y) on a grid, and mean and square of f given s, each (G, N)."""
    s = (np.arange(2000) + 0.5) / 2000 * 8 * largest
    features = np.column_stack([TABLE, np.ones(8)])
    inner = features @ features.T
    covariance = noise**2 * np.eye(8) + s[:, None, None] ** 2 * inner
    solved = np.linalg.solve(covariance, np.broadcast_to(TARGET, (2000, 8, 1)))[..., 0]
    log_p = -0.5 * (solved @ TARGET[:, 0] + np.linalg.slogdet(covariance)[1])
    log_p += stats.halfnorm.logpdf(s, scale=largest)
    mean = s[:, None] ** 2 * (solved @ inner)
    seen = s[:, None, None] ** 2 * inner
    variance = seen - seen @ np.linalg.solve(covariance, seen)
    square = mean**2 + np.diagonal(variance, axis1=1, axis2=2)
    return s, np.exp(log_p - logsumexp(log_p)), mean, square


@pytest.mark.parametrize("form", FORMS)
def test_a_learned_scale_is_a_variable_of_each_layer(form):
    values = prior(bt.network(X, hidden=(4,), prior_scale=1.5, scales=form), 4000)
    np.testing.assert_allclose(values["network.f"], forward(X, values, 2), rtol=1e-4, atol=1e-4)
    for name in ("l1", "l2"):
        scale, w, b = (values[f"network.{name}.{part}"] for part in ("scale", "w", "b"))
        assert scale.shape == (4000,)
        assert stats.kstest(scale, stats.halfnorm(scale=1.5).cdf).pvalue > 1e-5
        for weight in (w[:, 0, 0], b[:, -1]):
            assert stats.kstest(weight / scale, "norm").pvalue > 1e-5
            assert abs(stats.spearmanr(weight / scale, scale).statistic) < 4.5 / np.sqrt(4000)
    structure = inspect_model(bt.network(X, X, hidden=(4,), scales=form))
    unit = "_unit" if form == "non_centred" else ""
    parts = ("scale", f"w{unit}", f"b{unit}")
    assert list(structure.latent) == [f"network.l{n}.{part}" for n in (1, 2) for part in parts]


@pytest.mark.parametrize("form", FORMS)
def test_log_joint_with_learned_scales_is_scipys(form):
    rng = np.random.default_rng(2)
    y = rng.normal(size=(6, 1))
    model = bt.network(X, y, hidden=(4,), prior_scale=1.5, noise_scale=0.2, scales=form)
    shapes = {p: v.shape for p, v in inspect_model(model).latent.items()}
    values = {p: rng.uniform(0.2, 2.0, shape).astype(np.float32) for p, shape in shapes.items()}
    weights, expected = {}, 0.0
    for name in ("network.l1", "network.l2"):
        scale = values[f"{name}.scale"]
        expected += stats.halfnorm.logpdf(scale, scale=1.5)
        for part in ("w", "b"):
            if form == "centred":
                weight = values[f"{name}.{part}"]
                expected += stats.norm.logpdf(weight, 0.0, scale).sum()
            else:
                weight = scale * values[f"{name}.{part}_unit"]
                expected += stats.norm.logpdf(weight / scale).sum()
            weights[f"{name}.{part}"] = weight[np.newaxis]
    expected += stats.norm.logpdf(y, forward(X, weights, 2)[0], 0.2).sum()
    assert bt.log_joint(model, values) == pytest.approx(expected, rel=1e-5)


@pytest.mark.filterwarnings("ignore::bnn_teach.errors.ConvergenceWarning")  # a divergence or two
@pytest.mark.parametrize("form", FORMS)
def test_the_posterior_of_a_learned_scale_is_that_of_quadrature(form):
    """Moments of s and of f, each within five of its Monte Carlo errors."""
    s, p, mean, square = exact_scale()
    settings = {"hidden": (), "prior_scale": 1.5, "noise_scale": 0.5, "scales": form}
    net = bt.network(TABLE, TARGET, **settings)
    trace = bt.sample(net, 2000, 500, 4, seed=1, target_accept=0.95)
    scale = trace["posterior"]["network.l1.scale"].values
    f = trace["posterior"]["network.f"].values[..., 0]
    found = np.concatenate([np.stack([scale, scale**2], -1), f, f**2], -1)
    exact = np.concatenate([[p @ s, p @ s**2], p @ mean, p @ square])
    known = bt.function_diagnostics(found)
    errors = np.abs(found.mean((0, 1)) - exact) / known["mcse_mean"].values
    assert errors.max() < 5
    assert known["ess_bulk"].values.min() > 400
    assert float(trace["sample_stats"]["diverging"].mean()) < 0.002
    new = bt.sample_posterior_predictive(net.at(x=TABLE[:2]), trace, seed=0)
    again = new["posterior_predictive"]["network.f"].values[..., 0]
    np.testing.assert_allclose(again, f[..., :2], rtol=1e-4, atol=1e-4)


def test_a_fit_keeps_the_weights_of_a_non_centred_network():
    net = bt.network(TABLE, TARGET, hidden=(), noise_scale=0.5, scales="non_centred")
    drawn = bt.fit(net, num_steps=3000, seed=0).approximation.sample(500, seed=0)["posterior"]
    scale, w, unit = (drawn[f"network.l1.{part}"].values for part in ("scale", "w", "w_unit"))
    np.testing.assert_allclose(w, scale[..., None, None] * unit, rtol=1e-6)
    assert np.abs(drawn["network.f"].values.mean((0, 1)) - TARGET).max() < 0.5


@pytest.mark.parametrize("wrong", ["learned", True, None, 1.0, "Centred", ["centred"]])
def test_an_unknown_form_of_the_scales_is_refused(wrong):
    with pytest.raises(ArgumentError, match=r"scales: got .*expected one of 'fixed', 'centred'"):
        bt.sample_prior_predictive(bt.network(X, scales=wrong), 2)
