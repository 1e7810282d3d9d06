"""nutpie: PyMC's model, compiled once by Numba, sampled by Rust on two cores."""

import time
from importlib.metadata import version

import nutpie

from tests.benchmarks.measure import Prepared
from tests.benchmarks.peer_pymc import as_run, build


def prepare(workload):
    compiled = []

    def call(seed):
        split = {"trace": 0.0, "compile": 0.0}
        if not compiled:
            clock = time.perf_counter()
            model = build(workload)
            split["trace"] = time.perf_counter() - clock
            compiled.append(nutpie.compile_pymc_model(model, backend="numba"))
            split["compile"] = time.perf_counter() - clock - split["trace"]
        trace = nutpie.sample(
            compiled[0],
            draws=workload.draws,
            tune=workload.warmup,
            chains=workload.chains,
            cores=2,
            seed=seed,
            target_accept=0.8,
            maxdepth=workload.depth,
            save_warmup=True,
            progress_bar=False,
        )
        return as_run(trace, "mean_tree_accept", split=split)

    return Prepared(call)


def versions():
    return {name: version(name) for name in ("nutpie", "pymc", "pytensor", "numba", "numpy")}
