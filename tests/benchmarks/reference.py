"""Make the long run of a peer that ours is compared with: nutpie, in float64, from PyMC's model.

    build/bench/peers/.venv/bin/python -m tests.benchmarks.reference network   (or schools)

writes ``reference/network.json``: summaries of the draws with their Monte Carlo standard errors
(MCSE), and the command. Next: ``test_reference.py``, which reads it.
"""

import json
import pathlib
import sys
from dataclasses import replace

import numpy as np

from tests.benchmarks.workloads import WORKLOADS, quantities

FOLDER = pathlib.Path(__file__).with_name("reference")
PROBABILITIES = (0.05, 0.25, 0.5, 0.75, 0.95)
RUNS = {
    "network": replace(WORKLOADS["mixing"], chains=16, draws=2000),
    "schools": replace(WORKLOADS["schools"], chains=16, warmup=1000, draws=5000),
}
SUMMARIES = {
    "network": tuple(f"q{round(100 * p)}" for p in PROBABILITIES),
    "schools": ("mean", "sd"),
}


def summaries(name, values):
    """Summarise draws: quantiles of the network's function, moments of the eight schools.

    Parameters
    ----------
    name : str
        ``"network"`` or ``"schools"``.
    values : array, shape (chain, draw, quantity)

    Returns
    -------
    dict
        ``estimate`` and ``mcse``, each of shape (summary, quantity), and ``dof``. The MCSE is the
        larger of two: ArviZ's, and the one that the scatter of the chains' own estimates shows
        with ``dof = chains - 1`` degrees of freedom, which does not trust the autocorrelation
        that a chain has seen.
    """
    from arviz_stats.base import array_stats

    chains = len(values)
    functions = {
        "mean": lambda v, axis: np.mean(v, axis),
        "sd": lambda v, axis: np.std(v, axis, ddof=1),
    } | {f"q{round(100 * p)}": lambda v, axis, p=p: np.quantile(v, p, axis) for p in PROBABILITIES}
    estimate, mcse = [], []
    for summary in SUMMARIES[name]:
        options = {"method": summary}
        if summary.startswith("q"):
            options = {"method": "quantile", "prob": int(summary[1:]) / 100}
        function = functions[summary]
        between = np.std(function(values, 1), 0, ddof=1) / np.sqrt(chains)
        own = [
            array_stats.mcse(values[..., k], chain_axis=0, draw_axis=1, **options)
            for k in range(values.shape[-1])
        ]
        estimate.append(function(values, (0, 1)))
        mcse.append(np.maximum(between, own))
    return {"estimate": np.array(estimate), "mcse": np.array(mcse), "dof": chains - 1}


def main():
    """Sample with nutpie and write the file."""
    from tests.benchmarks import peer_nutpie

    name = sys.argv[1]
    workload = RUNS[name]
    run = peer_nutpie.prepare(workload).call(2026)
    result = summaries(name, quantities(workload, run.draws))
    record = {
        "command": f"build/bench/peers/.venv/bin/python -m tests.benchmarks.reference {name}",
        "versions": peer_nutpie.versions(),
        "run": f"{workload.chains} x ({workload.warmup} + {workload.draws}), seed 2026",
        "gradients": run.leapfrogs + run.warmup_leapfrogs,
        "divergent": run.divergent,
        "summaries": SUMMARIES[name],
        "dof": result["dof"],
        "estimate": np.round(result["estimate"], 5).tolist(),
        "mcse": np.round(result["mcse"], 6).tolist(),
    }
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{name}.json").write_text(json.dumps(record) + "\n")


if __name__ == "__main__":
    main()
