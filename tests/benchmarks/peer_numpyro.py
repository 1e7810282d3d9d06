"""NumPyro: a model with ``numpyro.sample``, chains vectorised in one program."""

from importlib.metadata import version

import jax
import jax.numpy as jnp
import numpy as np
import numpyro
import numpyro.distributions as dist
from numpyro.infer import MCMC, NUTS, SVI, Trace_ELBO, autoguide

from tests.benchmarks import jax_clock
from tests.benchmarks.measure import Prepared, Run
from tests.benchmarks.workloads import NOISE_SCALE, data


def build(workload):
    arrays = {name: jnp.asarray(values) for name, values in data(workload).items()}

    def normal():
        loc = numpyro.sample("loc", dist.Normal(0.0, 10.0))
        numpyro.sample("obs", dist.Normal(loc, 1.0), obs=arrays["x"])

    def schools():
        mu = numpyro.sample("mu", dist.Normal(0.0, 5.0))
        tau = numpyro.sample("tau", dist.HalfCauchy(5.0))
        with numpyro.plate("schools", 8):
            z = numpyro.sample("z", dist.Normal(0.0, 1.0))
            numpyro.sample("obs", dist.Normal(mu + tau * z, arrays["sigma"]), obs=arrays["y"])

    def weights(name, *shape):
        prior = dist.Normal(0.0, workload.prior_scale).expand(shape)
        return numpyro.sample(name, prior.to_event(len(shape)))

    def network():
        width = workload.width
        signal = jax.nn.relu(arrays["x"] @ weights("w1", 1, width) + weights("b1", width))
        signal = jax.nn.relu(signal @ weights("w2", width, width) + weights("b2", width))
        f = signal @ weights("w3", width, 1) + weights("b3", 1)
        numpyro.sample("obs", dist.Normal(f, NOISE_SCALE).to_event(2), obs=arrays["y"])

    return {"normal": normal, "schools": schools, "network": network}[workload.kind]


def sampler(workload, draws):
    return MCMC(
        NUTS(build(workload), target_accept_prob=0.8, max_tree_depth=workload.depth),
        num_warmup=workload.warmup,
        num_samples=draws,
        num_chains=workload.chains,
        chain_method="vectorized",
        progress_bar=False,
    )


def prepare(workload):
    mcmc = sampler(workload, workload.draws)

    def call(seed):
        jax_clock.reset()
        told = ("num_steps", "diverging", "accept_prob")
        mcmc.run(jax.random.PRNGKey(seed), extra_fields=told)
        draws = {name: np.asarray(v) for name, v in mcmc.get_samples(group_by_chain=True).items()}
        fields = mcmc.get_extra_fields()
        return Run(
            draws,
            leapfrogs=int(np.sum(fields["num_steps"])),
            divergent=int(np.sum(fields["diverging"])),
            acceptance=float(np.mean(fields["accept_prob"])),
            split=jax_clock.read(),
        )

    def count_warmup(seed):
        # NumPyro 0.22 collects a warm-up only where it is as long as the run after it.
        warmup = sampler(workload, workload.warmup)
        warmup.warmup(jax.random.PRNGKey(seed), collect_warmup=True, extra_fields=("num_steps",))
        return int(np.sum(warmup.get_extra_fields()["num_steps"]))

    return Prepared(call, count_warmup)


def prepare_fit(workload, method):
    family = {"advi": autoguide.AutoNormal, "fullrank_advi": autoguide.AutoMultivariateNormal}
    model = build(workload)
    svi = SVI(model, family[method](model), numpyro.optim.Adam(0.01), Trace_ELBO())

    def fit(seed, steps):
        result = svi.run(jax.random.PRNGKey(seed), steps, progress_bar=False)
        return np.mean(np.asarray(result.losses)[-1000:])

    return fit


def versions():
    return {name: version(name) for name in ("numpyro", "jax", "jaxlib", "numpy")}
