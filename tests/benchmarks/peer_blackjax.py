"""BlackJAX: a log-density over a flat vector, window adaptation, ``vmap`` over chains."""

from importlib.metadata import version

import blackjax
import jax
import jax.numpy as jnp
import numpy as np

from tests.benchmarks import jax_clock
from tests.benchmarks.measure import Prepared, Run
from tests.benchmarks.workloads import NOISE_SCALE, data, unflatten


def product(x, weights):
    """Return x W in the natural way."""
    return x @ weights


def log_density(workload, product=product):
    arrays = {name: jnp.asarray(values) for name, values in data(workload).items()}

    def normal(q):
        return -0.5 * (q[0] / 10) ** 2 - 0.5 * jnp.sum((arrays["x"] - q[0]) ** 2)

    def schools(q):
        mu, log_tau, z = q[0], q[1], q[2:]
        tau = jnp.exp(log_tau)
        prior = -0.5 * (mu / 5) ** 2 + log_tau - jnp.log1p((tau / 5) ** 2) - 0.5 * jnp.sum(z * z)
        return prior - 0.5 * jnp.sum(((arrays["y"] - mu - tau * z) / arrays["sigma"]) ** 2)

    def network(q):
        p = unflatten(q, workload.width)
        signal = jax.nn.relu(product(arrays["x"], p["w1"]) + p["b1"])
        signal = jax.nn.relu(product(signal, p["w2"]) + p["b2"])
        f = product(signal, p["w3"]) + p["b3"]
        prior = -0.5 * jnp.sum((q / workload.prior_scale) ** 2)
        return prior - 0.5 * jnp.sum(((arrays["y"] - f) / NOISE_SCALE) ** 2)

    return {"normal": normal, "schools": schools, "network": network}[workload.kind]


def size(workload):
    if workload.kind == "network":
        return workload.width**2 + 4 * workload.width + 1
    return {"normal": 1, "schools": 10}[workload.kind]


def named_draws(workload, q):
    if workload.kind == "network":
        return unflatten(q, workload.width)
    if workload.kind == "normal":
        return {"loc": q[..., 0]}
    return {"mu": q[..., 0], "tau": np.exp(q[..., 1]), "z": q[..., 2:]}


def prepare(workload, product=product):
    density = log_density(workload, product)

    def one_chain(key):
        for_start, for_warmup, for_draws = jax.random.split(key, 3)
        start = jax.random.uniform(for_start, (size(workload),), minval=-2.0, maxval=2.0)
        adaptation = blackjax.window_adaptation(
            blackjax.nuts, density, target_acceptance_rate=0.8, max_num_doublings=workload.depth
        )
        (state, tuned), warmup = adaptation.run(for_warmup, start, workload.warmup)
        kernel = blackjax.nuts(density, **tuned)

        def step(state, key):
            state, info = kernel.step(key, state)
            told = (info.num_integration_steps, info.is_divergent, info.acceptance_rate)
            return state, (state.position, told)

        keys = jax.random.split(for_draws, workload.draws)
        return jax.lax.scan(step, state, keys)[1], warmup.info.num_integration_steps

    chains = jax.jit(jax.vmap(one_chain))

    def call(seed):
        jax_clock.reset()
        keys = jax.random.split(jax.random.PRNGKey(seed), workload.chains)
        (q, told), warmup = jax.block_until_ready(chains(keys))
        leapfrogs, divergent, acceptance = told
        return Run(
            named_draws(workload, np.asarray(q)),
            leapfrogs=int(np.sum(leapfrogs)),
            warmup_leapfrogs=int(np.sum(warmup)),
            divergent=int(np.sum(divergent)),
            acceptance=float(np.mean(acceptance)),
            split=jax_clock.read(),
        )

    return Prepared(call)


def versions():
    return {name: version(name) for name in ("blackjax", "jax", "jaxlib", "numpy")}
