"""What is measured: the workloads, their data, and the quantities whose draws are judged.

NumPy only, so that every peer can import it. Next: :mod:`tests.benchmarks.measure`, which times
one peer on one workload, and ``ours.py`` or a ``peer_*.py``, which write the model.
"""

from dataclasses import dataclass

import numpy as np

from bnn_teach import datasets

NOISE_SCALE = 0.1
PARAMETERS = ("w1", "b1", "w2", "b2", "w3", "b3")
POINTS = np.linspace(-1.5, 1.5, 20, dtype=np.float32)[:, None]
"""Where the network's function is judged."""


@dataclass(frozen=True)
class Workload:
    """A model, its data and how long to run it."""

    name: str
    kind: str
    """``normal``, ``schools``, ``normals`` (100 independent, without data) or ``network``."""
    warmup: int = 1000
    draws: int = 1000
    chains: int = 4
    depth: int = 10
    warm_calls: int = 1
    """Calls after the first in the same process, with other seeds."""
    num_points: int = 40
    width: int = 5
    prior_scale: float = 3.0
    fit_steps: int = 0
    """Above 0: ADVI with so many steps, instead of NUTS."""


WORKLOADS = {
    workload.name: workload
    for workload in (
        Workload("normal", "normal", warm_calls=3),
        Workload("schools", "schools", warm_calls=3),
        Workload("normals", "normals"),
        Workload("bnn", "network", warmup=500, draws=500),
        Workload("cold", "network", warm_calls=0),
        Workload("mixing", "network", warmup=600, warm_calls=3, prior_scale=1.0),
        Workload("scale_points", "network", 50, 50, depth=5, warm_calls=3, num_points=10_000),
        Workload(
            "scale_width", "network", 50, 50, depth=5, warm_calls=3, num_points=1000, width=50
        ),
        Workload("advi", "network", prior_scale=0.5, fit_steps=20_000),
    )
}


def data(workload):
    """Return the arrays that the model sees, all float32."""
    if workload.kind == "normal":
        return {"x": datasets.normal_sample()}
    if workload.kind == "schools":
        schools = datasets.eight_schools()
        return {"y": schools.y, "sigma": schools.sigma}
    if workload.kind == "normals":
        return {}
    sine = datasets.gap_sine(workload.num_points)
    return {"x": sine.x, "y": sine.y}


def shapes(width):
    """Return the shapes of the network's weights and biases by name, in their flat order."""
    sizes = [(1, width), (width,), (width, width), (width,), (width, 1), (1,)]
    return dict(zip(PARAMETERS, sizes, strict=True))


def unflatten(z, width):
    """Cut vectors z, shape (..., D), into the network's weights and biases."""
    parameters, start = {}, 0
    for name, shape in shapes(width).items():
        stop = start + int(np.prod(shape))
        parameters[name] = z[..., start:stop].reshape(*z.shape[:-1], *shape)
        start = stop
    return parameters


def function_values(parameters, x=POINTS):
    """Return f(x), shape (..., points), of networks with weights of shape (..., in, out)."""
    signal = x
    for layer in ("1", "2"):
        product = signal @ parameters["w" + layer] + parameters["b" + layer][..., None, :]
        signal = np.maximum(product, 0.0)
    return (signal @ parameters["w3"] + parameters["b3"][..., None, :])[..., 0]


def quantities(workload, draws):
    """Return what is judged, float64, shape (chain, draw, quantity).

    The network's function at :data:`POINTS`; the eight effects, their mean and their scale; the
    normal model's mean; the hundred normals. Weights are not judged: they are not identified.
    """
    draws = {name: np.asarray(values, np.float64) for name, values in draws.items()}
    if workload.kind == "normal":
        return draws["loc"][..., None]
    if workload.kind == "schools":
        mu, tau = draws["mu"][..., None], draws["tau"][..., None]
        return np.concatenate([mu + tau * draws["z"], mu, tau], -1)
    return draws["z"] if workload.kind == "normals" else function_values(draws)


def quality(values):
    """Return ESS and R-hat of draws, shape (chain, draw, quantity).

    ``ess`` and ``rhat`` are medians over the quantities, of ArviZ's rank-normalised estimators;
    ``ess_single`` is the mean over single chains, which is steadier where chains disagree.
    """
    from arviz_stats.base import array_stats

    columns = [values[..., k] for k in range(values.shape[-1])]
    ess = [array_stats.ess(c, chain_axis=0, draw_axis=1, method="bulk") for c in columns]
    rhat = [array_stats.rhat(c, chain_axis=0, draw_axis=1) for c in columns]
    single = [
        array_stats.ess(c[None, chain], chain_axis=0, draw_axis=1, method="bulk")
        for c in columns
        for chain in range(len(c))
    ]
    return {
        "ess": float(np.median(ess)),
        "ess_min": float(np.min(ess)),
        "ess_single": float(np.mean(single)),
        "rhat_max": float(np.max(rhat)),
        "mean": [round(float(np.mean(c)), 4) for c in columns],
        "sd": [round(float(np.std(c)), 4) for c in columns],
    }
