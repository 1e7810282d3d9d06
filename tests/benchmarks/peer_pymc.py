"""PyMC: its own NUTS in two worker processes, and its ADVI."""

import logging
from importlib.metadata import version

import numpy as np
import pymc as pm
import pytensor.tensor as pt

from tests.benchmarks.measure import Prepared, Run
from tests.benchmarks.workloads import NOISE_SCALE, data

logging.getLogger("pymc").setLevel(logging.ERROR)


def build(workload):
    arrays = {name: values.astype(np.float64) for name, values in data(workload).items()}
    with pm.Model() as model:
        if workload.kind == "normal":
            pm.Normal("obs", pm.Normal("loc", 0, 10), 1, observed=arrays["x"])
        elif workload.kind == "schools":
            mu, tau = pm.Normal("mu", 0, 5), pm.HalfCauchy("tau", 5)
            z = pm.Normal("z", 0, 1, shape=8)
            pm.Normal("obs", mu + tau * z, arrays["sigma"], observed=arrays["y"])
        elif workload.kind == "normals":
            pm.Normal("z", 0, 1, shape=100)
        else:
            network(workload, arrays["x"], arrays["y"])
    return model


def network(workload, x, y):
    width = workload.width

    def weights(name, *shape):
        return pm.Normal(name, 0, workload.prior_scale, shape=shape)

    signal = pt.maximum(pt.dot(x, weights("w1", 1, width)) + weights("b1", width), 0)
    signal = pt.maximum(pt.dot(signal, weights("w2", width, width)) + weights("b2", width), 0)
    f = pt.dot(signal, weights("w3", width, 1)) + weights("b3", 1)
    pm.Normal("obs", f, NOISE_SCALE, observed=y)


def as_run(trace, acceptance, sampling=None, split=None):
    """Read a trace of PyMC or nutpie that kept its warm-up."""
    posterior, statistics = trace["posterior"], trace["sample_stats"]
    return Run(
        {name: values.values for name, values in posterior.data_vars.items()},
        leapfrogs=int(statistics["n_steps"].sum()),
        warmup_leapfrogs=int(trace["warmup_sample_stats"]["n_steps"].sum()),
        divergent=int(statistics["diverging"].sum()),
        acceptance=float(statistics[acceptance].mean()),
        sampling=sampling,
        split=split,
    )


def prepare(workload):
    model = build(workload)

    def call(seed):
        with model:
            trace = pm.sample(
                workload.draws,
                tune=workload.warmup,
                chains=workload.chains,
                cores=2,
                random_seed=seed,
                target_accept=0.8,
                nuts_sampler="pymc",
                nuts={"max_treedepth": workload.depth},
                progressbar=False,
                discard_tuned_samples=False,
                compute_convergence_checks=False,
            )
        sampling = float(trace["posterior"].attrs["sampling_time"])
        return as_run(trace, "acceptance_rate", sampling)

    return Prepared(call)


def prepare_fit(workload, method):
    model = build(workload)

    def fit(seed, steps):
        with model:
            result = pm.fit(
                steps,
                method=method,
                obj_optimizer=pm.adam(learning_rate=0.01),
                random_seed=seed,
                progressbar=False,
            )
        return np.mean(result.hist[-1000:])

    return fit


def versions():
    return {name: version(name) for name in ("pymc", "pytensor", "numba", "numpy")}
