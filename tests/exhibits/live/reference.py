"""Make the long run that the engine's band is compared with at a prior scale of 0.5.

    python -m tests.exhibits.live.reference

writes ``reference.json``: quantiles of f by :func:`bnn_teach.sample`, with their Monte Carlo
standard errors, in the form of ``tests/benchmarks/reference/network.json``, which is a peer's long
run at a prior scale of 1.
"""

import json
import pathlib
from dataclasses import replace

import numpy as np

from tests.benchmarks.reference import SUMMARIES, summaries
from tests.benchmarks.workloads import WORKLOADS, quantities

FILE = pathlib.Path(__file__).with_name("reference.json")
WORKLOAD = replace(WORKLOADS["mixing"], chains=16, draws=2000, prior_scale=0.5)


def main():
    """Sample and write the file."""
    from tests.benchmarks import ours

    run = ours.prepare(WORKLOAD).call(2026)
    result = summaries("network", quantities(WORKLOAD, run.draws))
    record = {
        "command": "python -m tests.exhibits.live.reference",
        "run": f"{WORKLOAD.chains} x ({WORKLOAD.warmup} + {WORKLOAD.draws}), seed 2026",
        "divergent": run.divergent,
        "summaries": SUMMARIES["network"],
        "dof": result["dof"],
        "estimate": np.round(result["estimate"], 5).tolist(),
        "mcse": np.round(result["mcse"], 6).tolist(),
    }
    FILE.write_text(json.dumps(record) + "\n")


if __name__ == "__main__":
    main()
