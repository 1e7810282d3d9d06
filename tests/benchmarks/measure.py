"""One measurement: one peer, one workload, one new process, one JSON file.

The clock starts when the parent starts the process, so that the interpreter and the imports are
part of the first result's time. The first call is *cold*: it traces, compiles and runs. The calls
after it are *warm*. Next: ``ours.py`` and the ``peer_*.py``, or :mod:`tests.benchmarks.run`.
"""

import importlib
import json
import os
import pathlib
import resource
import sys
import time
import warnings
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from tests.benchmarks.workloads import Workload, quality, quantities

COSTS = ("wall", "cpu")
LONG_FIT = 12.0
"""Seconds that a long fit would take if all of a short one's time were spent in its steps."""


class Run(NamedTuple):
    """What one call of a sampler gave."""

    draws: dict[str, Any]
    """Arrays of shape (chain, draw, ...) by the names that ``workloads.quantities`` reads."""
    leapfrogs: int
    """Gradients after the warm-up, all chains."""
    warmup_leapfrogs: int | None = None
    """Gradients in the warm-up, all chains; None where the peer does not tell."""
    divergent: int = 0
    acceptance: float | None = None
    """Mean acceptance rate after the warm-up."""
    sampling: float | None = None
    """Wall seconds without compilation, of a peer that compiles in every call."""
    split: dict[str, float] | None = None
    """Seconds of ``trace``, ``compile`` and further parts of this call, where the peer tells."""


class Prepared(NamedTuple):
    """A sampler that is ready to be called."""

    call: Callable[[int], Run]
    count_warmup: Callable[[int], int] | None = None
    """Count the warm-up's leapfrogs at one seed in a run of its own, which is not timed."""


def cpu_seconds():
    """Return the CPU time of this process, its threads and its finished children."""
    usages = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def peak_mb():
    """Return the largest resident memory so far, of this process and of its largest child."""
    own, child = (
        resource.getrusage(who).ru_maxrss / 1024
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return {"self": round(own), "child": round(child)}


def timed(call, seed):
    """Return the call's result, its wall seconds and its CPU seconds."""
    wall, cpu = time.perf_counter(), cpu_seconds()
    result = call(seed)
    return result, time.perf_counter() - wall, cpu_seconds() - cpu


def measure_sampling(peer, workload, seed):
    """Call the sampler cold, then warm; judge the draws when all is timed."""
    clock = time.perf_counter()
    prepared = peer.prepare(workload)
    record = {"prepare_wall": time.perf_counter() - clock, "calls": []}
    runs = []
    for number in range(1 + workload.warm_calls):
        run, wall, cpu = timed(prepared.call, seed + number)
        if number == 0:
            record["cold_wall"] = time.time() - float(os.environ["BENCH_STARTED"])
            record["cold_cpu"] = cpu_seconds()
        runs.append((run, wall, cpu))
    record["peak_mb"] = peak_mb()
    counted = None
    if prepared.count_warmup is not None:
        counted = prepared.count_warmup(seed + workload.warm_calls)
    for number, (run, wall, cpu) in enumerate(runs):
        warmup = counted if run.warmup_leapfrogs is None else run.warmup_leapfrogs
        record["calls"].append(
            {
                "seed": seed + number,
                "wall": wall,
                "cpu": cpu,
                "sampling": run.sampling,
                "split": run.split,
                "leapfrogs": run.leapfrogs,
                "gradients": run.leapfrogs + int(warmup),
                "divergent": run.divergent,
                "acceptance": run.acceptance,
                **quality(quantities(workload, run.draws)),
            }
        )
    return record


def measure_fit(peer, workload, seed):
    """Fit both families, short and long, so that a slope tells the cost of one step.

    The long fit has 3 to 20 times as many steps, fewer where they take long. Each length is run
    twice, because a peer may compile anew for a new length.
    """
    record, short = {}, workload.fit_steps
    for method in ("advi", "fullrank_advi"):
        fit = peer.prepare_fit(workload, method)
        rows, long = [], None
        for number in range(4):
            steps = short if number < 2 else long
            loss, wall, cpu = timed(partial(fit, steps=steps), seed + number)
            rows.append({"steps": steps, "wall": wall, "cpu": cpu, "loss": float(loss)})
            long = short * int(min(20, max(3, LONG_FIT / wall)))
        slope = {k: (rows[3][k] - rows[1][k]) / (rows[3]["steps"] - short) * 1e6 for k in COSTS}
        record[method] = {"calls": rows, **{f"{k}_us": value for k, value in slope.items()}}
    record["peak_mb"] = peak_mb()
    return record


def main():
    """Run the job in ``sys.argv``: a JSON object with workload, peer, seed and output."""
    job = json.loads(sys.argv[1])
    warnings.simplefilter("ignore")
    load = os.getloadavg()
    workload = Workload(**job["workload"])
    peer = importlib.import_module(f"tests.benchmarks.{job['module']}")
    imported = time.time() - float(os.environ["BENCH_STARTED"])
    measured = measure_fit if workload.fit_steps else measure_sampling
    record = measured(peer, workload, job["seed"])
    record |= {
        "import_wall": imported,
        "load_before": load,
        "load_after": os.getloadavg(),
        "versions": peer.versions(),
    }
    pathlib.Path(job["output"]).write_text(json.dumps(job | record) + "\n")


if __name__ == "__main__":
    main()
