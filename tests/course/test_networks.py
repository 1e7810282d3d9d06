"""Networks: the generator computes what NumPy computes, and its prior has the exact variance."""

import numpy as np
import pytest
from scipy import stats

import bnn_teach as bt
from bnn_teach.course import networks
from bnn_teach.dsl.structure import inspect_model
from bnn_teach.engine.runtime import tf
from bnn_teach.errors import ObservedError, ShapeError

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
