"""bnn_teach on the workloads, through its public functions only, as a notebook uses them."""

from importlib.metadata import version

import numpy as np

import bnn_teach as bt
import bnn_teach.engine.runtime  # TensorFlow, which the package puts off until it is needed
from tests.benchmarks.measure import Prepared, Run
from tests.benchmarks.workloads import NOISE_SCALE, data

PARTS = ("trace", "compile", "warmup", "drawing", "recording")
"""Of a call, as the trace's attributes tell them."""


@bt.model
def normal(x):
    loc = yield bt.Normal("loc", 0.0, 10.0)
    yield bt.Normal("obs", loc, 1.0, observed=x)


@bt.model
def schools(y, sigma):
    mu = yield bt.Normal("mu", 0.0, 5.0)
    tau = yield bt.HalfCauchy("tau", 5.0)
    z = yield bt.Normal("z", 0.0, 1.0, batch_stack=8)
    yield bt.Normal("obs", mu + tau * z, sigma, observed=y)


@bt.model
def normals():
    yield bt.Normal("z", 0.0, 1.0, batch_stack=100)


def build(workload, seed_of_data=0):
    """Return the workload's model."""
    arrays = data(workload)
    if workload.kind != "network":
        return {"normal": normal, "schools": schools, "normals": normals}[workload.kind](**arrays)
    hidden = (workload.width, workload.width)
    return bt.network(
        **arrays, hidden=hidden, prior_scale=workload.prior_scale, noise_scale=NOISE_SCALE
    )


def named_draws(workload, trace):
    """Return the trace's draws by the names of ``workloads.quantities``."""
    posterior = trace["posterior"]
    if workload.kind == "network":
        paths = {f"{p}{i}": f"network.l{i}.{p}" for p in "wb" for i in (1, 2, 3)}
    else:
        names = {"normal": ("loc",), "schools": ("mu", "tau", "z"), "normals": ("z",)}
        names = names[workload.kind]
        paths = {name: f"{workload.kind}.{name}" for name in names}
    return {name: posterior[path].values for name, path in paths.items()}


def prepare(workload):
    def call(seed):
        trace = bt.sample(
            build(workload),
            workload.draws,
            workload.warmup,
            workload.chains,
            max_tree_depth=workload.depth,
            seed=seed,
            progress=False,
        )
        statistics = trace["sample_stats"]
        return Run(
            named_draws(workload, trace),
            leapfrogs=int(statistics["n_steps"].sum()),
            warmup_leapfrogs=int(trace.attrs["warmup_leapfrogs"]),
            divergent=int(statistics["diverging"].sum()),
            acceptance=float(statistics["acceptance_rate"].mean()),
            split={part: float(trace.attrs[f"{part}_time"]) for part in PARTS},
        )

    return Prepared(call)


def prepare_fit(workload, method):
    def fit(seed, steps):
        result = bt.fit(
            build(workload),
            method,
            steps,
            learning_rate=0.01,
            final_learning_rate=0.01,
            samples_per_step=1,
            seed=seed,
            progress=False,
        )
        return np.mean(result.losses[-1000:])

    return fit


def versions():
    names = ("bnn_teach", "tensorflow", "tensorflow-probability", "numpy")
    return {name: version(name) for name in names}
