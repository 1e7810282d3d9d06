"""The engine repeats the Python code: the same random numbers lead through the same states.

Its density is compared with the library's, in float64; its transitions with those of
:mod:`bnn_teach.mcmc.trees`, its warm-up with :mod:`bnn_teach.mcmc.adaptation`, its fit with
:mod:`bnn_teach.vi`.
"""

import numpy as np
import pytest
from scipy import stats

import bnn_teach as bt
from bnn_teach.density import LogDensity
from bnn_teach.dsl.dtypes import set_dtype
from bnn_teach.engine.runtime import tf
from bnn_teach.mcmc import adaptation, particle, trees
from bnn_teach.vi.elbo import loss_and_gradient
from bnn_teach.vi.families import start_gaussian
from bnn_teach.vi.fit import AdamState, adam_step
from tests.exhibits.live.running import run

DATA = bt.datasets.gap_sine(num_points=30)  # no multiple of four
X, Y = DATA.x.astype(np.float64), DATA.y.astype(np.float64)


@bt.model
def unknown_noise(x, y, **options):
    sigma = yield bt.HalfNormal("sigma", 0.5)
    yield bt.network(x, y, noise_scale=sigma, **options)


def settings(widths, activation, prior_scale, noise_scale, x=X, y=Y):
    """Return the engine's settings and the same model of the library."""
    function = {"relu": tf.nn.relu, "tanh": tf.tanh}[activation]
    options = {"hidden": tuple(widths), "prior_scale": prior_scale, "activation": function}
    if noise_scale is None:
        model = unknown_noise(x, y, **options)
    else:
        model = bt.network(x, y, noise_scale=noise_scale, **options)
    theirs = {
        "widths": widths,
        "activation": activation,
        "priorScale": prior_scale,
        "noiseScale": noise_scale,
        "x": x.ravel().tolist(),
        "y": y.ravel().tolist(),
    }
    return theirs, model


@pytest.fixture(scope="module")
def article():
    """The course's network: the engine's settings, the library's density and its fast form."""
    set_dtype("float64")
    theirs, model = settings([5, 5], "relu", 1.0, 0.1)
    density = LogDensity(model)
    compiled = tf.function(lambda z: density.value_and_grad_one(z, density.tensors))

    def value_and_grad(z):
        value, grad = compiled(tf.constant(z))
        return float(value), grad.numpy()

    return theirs, density, value_and_grad


# ---- the density ---------------------------------------------------------------------------------

GRADIENTS = """
answer(data.cases.map(({ settings, z, grid }) => {
  const density = new NetworkDensity(settings);
  const gradient = new Float64Array(density.size);
  const f = new Float64Array(grid.length);
  return z.map((each) => {
    const value = density.logDensity(Float64Array.from(each), gradient);
    density.functionOn(grid)(each, f, 0);
    return { value, gradient: [...gradient], f: [...f], noise: density.noise(each) };
  });
}));
"""


def test_the_density_and_its_gradient_are_the_librarys(float64, tmp_path):
    """Layers of any number and width, both activations, known and learned noise; f as well."""
    cases, expected = [], []
    rng = np.random.default_rng(0)
    for widths, activation, prior_scale, noise_scale, *points in [
        ([5, 5], "relu", 1.0, 0.1),
        ([20, 20], "tanh", 0.5, None),
        ([3], "tanh", 2.0, 0.3),
        ([7, 2], "relu", 0.7, None),
        ([], "relu", 1.5, None),
        ([1], "relu", 10.0, None, X[:1], Y[:1]),
        ([1], "tanh", 0.05, 2.0, X[:3] * 0, Y[:3]),  # several points at the same x
        ([20, 3], "relu", 100.0, 0.01, 3 * X[::-1], 100 * Y),  # far outside the axes, unsorted
    ]:
        theirs, model = settings(widths, activation, prior_scale, noise_scale, *points)
        x = theirs["x"]
        density = LogDensity(model)
        z = rng.uniform(-2, 2, (4, density.size))
        values, _ = density.unflatten(z)
        prefix = "unknown_noise." if noise_scale is None else ""
        expected.append(
            (
                *density.value_and_grad(z),
                values[f"{prefix}network.f"][..., 0],
                values.get("unknown_noise.sigma", np.full(4, noise_scale)),
            )
        )
        cases.append({"settings": theirs, "z": z.tolist(), "grid": x})
    for found, (value, gradient, f, noise) in zip(
        run(tmp_path, GRADIENTS, cases=cases), expected, strict=True
    ):
        scale = np.abs(gradient).max(-1)
        ours = np.array([each["gradient"] for each in found])
        assert (np.abs(ours - gradient).max(-1) < 1e-10 * scale).all()
        np.testing.assert_allclose([each["value"] for each in found], value, rtol=1e-12)
        np.testing.assert_allclose([each["f"] for each in found], f, rtol=1e-10, atol=1e-12)
        np.testing.assert_allclose([each["noise"] for each in found], noise, rtol=1e-12)


def test_without_points_the_density_is_the_priors(float64, tmp_path):
    theirs, _ = settings([2, 5], "relu", 0.3, 0.1)
    z = np.random.default_rng(0).normal(size=25)
    case = {"settings": theirs | {"x": [], "y": []}, "z": [z.tolist()], "grid": [0.5]}
    [[found]] = run(tmp_path, GRADIENTS, cases=[case])
    assert found["value"] == pytest.approx(stats.norm.logpdf(z, scale=0.3).sum(), rel=1e-12)
    np.testing.assert_allclose(found["gradient"], -z / 0.09, rtol=1e-12)


# ---- transitions ---------------------------------------------------------------------------------

TARGETS = """
const TARGETS = {
  normal: (size) => ({ size, logDensity(z, gradient) {
    let sum = 0;
    for (let i = 0; i < size; i += 1) { sum -= 0.5 * z[i] * z[i]; gradient[i] = -z[i]; }
    return sum;
  } }),
  funnel: (size) => ({ size, logDensity(z, gradient) {
    let squares = 0;
    const precision = Math.exp(-z[0]);
    for (let i = 1; i < size; i += 1) {
      squares += z[i] * z[i];
      gradient[i] = -precision * z[i];
    }
    gradient[0] = -z[0] / 9 + 0.5 * precision * squares - 0.5 * (size - 1);
    return -z[0] * z[0] / 18 - 0.5 * precision * squares - 0.5 * (size - 1) * z[0];
  } }),
  network: () => new NetworkDensity(data.settings),
};
"""

TRANSITIONS = """
const size = data.initial.length;
const target = TARGETS[data.target](size);
const random = new Stream(data.numbers);
const inverseMass = Float64Array.from(data.inverseMass);
const { stepSizes, maxTreeDepth } = data;
const workspace = new Workspace(size);
const state = initialState(target, data.initial);
const rows = stepSizes.map((stepSize) => {
  const kernel = { target, random, inverseMass, workspace, stepSize, maxTreeDepth };
  const { acceptanceRate, leapfrogs, depth, diverging } = nutsStep(kernel, state);
  return [...state.position, acceptanceRate, leapfrogs, depth, diverging ? 1 : 0];
});
answer({ rows, used: random.next });
"""


def normal(z):
    return -0.5 * z @ z, -z


def funnel(z):
    """z0 ~ Normal(0, 3), the others ~ Normal(0, exp(z0 / 2))."""
    v, x, precision = z[0], z[1:], np.exp(-z[0])
    slope = -v / 9 + 0.5 * precision * x @ x - 0.5 * x.size
    value = -(v**2) / 18 - 0.5 * precision * x @ x - 0.5 * x.size * v
    return value, np.concatenate([[slope], -precision * x])


class Recorded:
    """A generator of random numbers that writes down what it gave."""

    def __init__(self, seed):
        self.rng, self.numbers = np.random.default_rng(seed), []

    def standard_normal(self, shape):
        drawn = self.rng.standard_normal(shape)
        self.numbers += drawn.ravel().tolist()
        return drawn

    def uniform(self):
        self.numbers.append(self.rng.uniform())
        return self.numbers[-1]


def transitions(value_and_grad, initial, step_sizes, inverse_mass, depth):
    """Return the random numbers, and a row for each transition, of the Python reference."""
    rng, state, rows = Recorded(1), particle.initial_state(value_and_grad, initial), []
    for step_size in step_sizes:
        state, info = trees.nuts_step(
            value_and_grad, state, step_size, inverse_mass, rng, max_tree_depth=depth
        )
        statistics = info.acceptance_rate, info.n_steps, info.tree_depth, info.diverging
        rows.append(np.array([*state.position, *statistics], float))
    return rng.numbers, np.array(rows)


@pytest.mark.parametrize(
    ("name", "typical_step", "max_tree_depth"),
    [("normal", 0.4, 10), ("funnel", 0.2, 6), ("network", 0.005, 5)],
)
def test_the_same_random_numbers_lead_through_the_same_states(
    article, float64, tmp_path, name, typical_step, max_tree_depth
):
    """Two hundred transitions without a new start, with steps of many sizes.

    A trajectory of the network that is followed for long is chaotic: where 255 leapfrogs of 0.004
    are allowed, each transition doubles what rounding made different, and after 30 it is 1e-9.
    Trajectories as short as here keep it near 1e-15. Among the steps are some so large that the
    energy is lost, and trees of every depth.
    """
    theirs, density, network = article
    target = {"normal": normal, "funnel": funnel, "network": network}[name]
    size = density.size if name == "network" else 6
    rng = np.random.default_rng(2)
    initial, inverse_mass = rng.uniform(-1, 1, size), rng.uniform(0.5, 2.0, size)
    step_sizes = typical_step * np.exp(rng.standard_normal(200))
    numbers, expected = transitions(target, initial, step_sizes, inverse_mass, max_tree_depth)
    found = run(
        tmp_path,
        TARGETS + TRANSITIONS,
        target=name,
        settings=theirs,
        initial=initial.tolist(),
        numbers=numbers,
        inverseMass=inverse_mass.tolist(),
        stepSizes=step_sizes.tolist(),
        maxTreeDepth=max_tree_depth,
    )
    assert found["used"] == len(numbers)
    np.testing.assert_allclose(found["rows"], expected, rtol=1e-9, atol=1e-9)
    depths, diverging, states = expected[:, -2], expected[:, -1] == 1.0, expected[:, :size]
    stays = np.all(np.diff(states, axis=0) == 0.0, 1)
    turned = ~diverging & (depths < max_tree_depth)
    assert len(set(depths)) >= 5 and diverging.any() and turned.any()
    assert stays.any() and not stays.all()


# ---- the warm-up ---------------------------------------------------------------------------------

WARM_UP = """
const adaptation = new Adaptation(data.draws[0].length, data.draws.length);
const steps = data.draws.map((z, i) => {
  adaptation.update(Float64Array.from(z), data.rates[i]);
  return [adaptation.stepSize, ...adaptation.inverseMass];
});
answer({ steps, windows: data.lengths.map(windows) });
"""


def test_the_warm_up_learns_the_same_step_and_metric(tmp_path):
    """Given the same draws and acceptance rates, through all windows."""
    rng, number, size = np.random.default_rng(3), 300, 3
    draws, rates = rng.normal(size=(number, size)) * [0.1, 1, 10], rng.uniform(0.5, 1, number)
    lengths = [0, 19, 20, 21, 50, 149, 150, 200, 300, 1000]
    found = run(tmp_path, WARM_UP, draws=draws.tolist(), rates=rates.tolist(), lengths=lengths)
    assert [[tuple(w) for w in each] for each in found["windows"]] == [
        adaptation.windows(length) for length in lengths
    ]
    search = adaptation.start_dual_averaging(np.array([0.1]))
    moments = adaptation.start_welford(1, size, np.float64)
    scale, expected = np.ones((1, size)), []
    for i in range(number):
        search = adaptation.update_dual_averaging(search, rates[i], 0.8)
        for start, stop in adaptation.windows(number):
            if start <= i < stop:
                moments = adaptation.update_welford(moments, draws[i])
            if i + 1 == stop:
                new = adaptation.estimate_scale(moments)
                ratio = np.exp(np.mean(np.log(scale)) - np.mean(np.log(new)))
                step = np.exp(np.asarray(search.log_step_average)) * ratio
                search = adaptation.start_dual_averaging(step)
                moments = adaptation.start_welford(1, size, np.float64)
                scale = new
        log_step = search.log_step if i + 1 < number else search.log_step_average
        expected.append([float(np.exp(np.asarray(log_step))[0]), *scale[0] ** 2])
    np.testing.assert_allclose(found["steps"], expected, rtol=1e-10)


# ---- the fit -------------------------------------------------------------------------------------

STEPS = """
const fit = new MeanField(new NetworkDensity(data.settings), data.mean);
const random = new Stream(data.noise);
const elbo = [];
for (let i = 0; i < data.steps; i += 1) elbo.push(fit.step(random));
answer({ elbo, mean: [...fit.mean.value], rho: [...fit.rho.value] });
"""


def test_the_first_steps_of_a_fit_are_the_librarys(article, float64, tmp_path):
    theirs, density, _ = article
    steps, samples = 500, 4
    rng = np.random.default_rng(4)
    mean = 0.1 * rng.standard_normal(density.size)
    noise = rng.standard_normal((steps, samples, density.size))
    target = density.batched(density.tensors)

    @tf.function
    def step(state, eps, rate, count):
        loss, gradient = loss_and_gradient(target, state.q, eps, False)
        return adam_step(state, gradient, rate, count), loss

    q = start_gaussian("advi", mean, 0.01)
    zeros = tf.nest.map_structure(np.zeros_like, q)
    state, losses = AdamState(q, zeros, zeros), []
    for i in range(steps):
        rate = tf.constant(0.01 * 0.01 ** (i / 10_000), tf.float64)
        state, loss = step(state, tf.constant(noise[i]), rate, tf.constant(i + 1.0, tf.float64))
        losses.append(float(loss))
    found = run(
        tmp_path, STEPS, settings=theirs, mean=mean.tolist(), noise=noise.ravel().tolist(),
        steps=steps,
    )  # fmt: skip
    np.testing.assert_allclose(found["elbo"], -np.array(losses), rtol=1e-9)
    np.testing.assert_allclose(found["mean"], state.q.mean, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(found["rho"], state.q.rho, rtol=1e-9, atol=1e-9)
