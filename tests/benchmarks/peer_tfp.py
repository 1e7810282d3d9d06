"""TensorFlow Probability alone: a joint distribution and its windowed adaptive NUTS, in XLA."""

from importlib.metadata import version

import numpy as np
import tensorflow as tf
import tensorflow_probability as tfp

from tests.benchmarks.measure import Prepared, Run
from tests.benchmarks.workloads import NOISE_SCALE, data

tfd = tfp.distributions


def build(workload):
    arrays = data(workload)

    @tfd.JointDistributionCoroutineAutoBatched
    def normal():
        loc = yield tfd.Normal(0.0, 10.0, name="loc")
        yield tfd.Sample(tfd.Normal(loc, 1.0), 30, name="obs")

    @tfd.JointDistributionCoroutineAutoBatched
    def schools():
        mu = yield tfd.Normal(0.0, 5.0, name="mu")
        tau = yield tfd.HalfCauchy(0.0, 5.0, name="tau")
        z = yield tfd.Sample(tfd.Normal(0.0, 1.0), 8, name="z")
        yield tfd.Normal(mu + tau * z, arrays["sigma"], name="obs")

    def weights(name, *shape):
        return tfd.Sample(tfd.Normal(0.0, workload.prior_scale), shape, name=name)

    @tfd.JointDistributionCoroutineAutoBatched
    def network():
        signal, width = arrays["x"], workload.width
        for number, inputs in ((1, 1), (2, width)):
            w = yield weights(f"w{number}", inputs, width)
            b = yield weights(f"b{number}", width)
            signal = tf.nn.relu(signal @ w + b)
        w = yield weights("w3", width, 1)
        b = yield weights("b3", 1)
        yield tfd.Normal(signal @ w + b, NOISE_SCALE, name="obs")

    model = {"normal": normal, "schools": schools, "network": network}[workload.kind]
    return model, arrays["x" if workload.kind == "normal" else "y"]


def prepare(workload):
    model, observed = build(workload)

    @tf.function(jit_compile=True, autograph=False)
    def sample(seed):
        return tfp.experimental.mcmc.windowed_adaptive_nuts(
            workload.draws,
            model,
            n_chains=workload.chains,
            num_adaptation_steps=workload.warmup,
            max_tree_depth=workload.depth,
            dual_averaging_kwargs={"target_accept_prob": 0.8},
            discard_tuning=False,
            seed=seed,
            obs=observed,
        )

    def call(seed):
        draws, statistics = sample(tf.constant([seed, 1]))
        steps, kept = statistics["n_steps"].numpy(), slice(-workload.draws, None)
        return Run(
            {k: np.moveaxis(v.numpy()[kept], 0, 1) for k, v in draws._asdict().items()},
            leapfrogs=int(steps[kept].sum()),
            warmup_leapfrogs=int(steps[: -workload.draws].sum()),
            divergent=int(statistics["diverging"].numpy()[kept].sum()),
        )

    return Prepared(call)


def versions():
    return {name: version(name) for name in ("tensorflow", "tensorflow-probability", "numpy")}
