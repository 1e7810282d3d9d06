"""How the cost of a leapfrog grows: with data, width, chains, and the depth of the trees.

Each sweep is one process. A call is repeated with twice the draws until it takes a second, which
compiles nothing, because lengths are data of the compiled program. Next: ``figure.py``.
"""

import json
import pathlib
import subprocess
import sys
import warnings
from dataclasses import replace

from tests.benchmarks.workloads import Workload

BASE = Workload("sweep", "network", warmup=20, draws=20, depth=5)
SWEEPS = {
    "num_points": (40, 100, 400, 1000, 4000, 10_000, 40_000, 100_000),
    "width": (5, 10, 20, 50, 100, 200),
    "chains": (1, 2, 4, 8, 16),
    "depth": (2, 4, 6, 8, 10),
}
SECONDS = 1.0


def measure_point(workload):
    """Return wall and CPU microseconds a leapfrog of a call that takes long enough."""
    from tests.benchmarks import ours
    from tests.benchmarks.measure import timed

    ours.prepare(workload).call(0)  # compiles
    while True:
        run, wall, cpu = timed(ours.prepare(workload).call, 1)
        if wall > SECONDS or workload.draws >= 5000:
            break
        workload = replace(workload, draws=2 * workload.draws, warmup=2 * workload.warmup)
    gradients = run.leapfrogs + run.warmup_leapfrogs
    return {"wall_us": 1e6 * wall / gradients, "cpu_us": 1e6 * cpu / gradients}


def main():
    """Sweep the field in ``sys.argv``; write the points to a file."""
    warnings.simplefilter("ignore")
    field, output, quick = sys.argv[1:]
    values = SWEEPS[field][:3] if quick == "quick" else SWEEPS[field]
    points = [{field: v, **measure_point(replace(BASE, **{field: v}))} for v in values]
    pathlib.Path(output).write_text(json.dumps(points))


def run(python, root, environment, build, quick=False):
    """Run all sweeps, each in a new process, and leave ``sweep-*.json`` in ``build/runs``."""
    for field in SWEEPS:
        output = build / "runs" / f"sweep-{field}.json"
        command = [python, "-m", "tests.benchmarks.sweeps", field, output]
        command += ["quick" if quick else "full"]
        done = subprocess.run(
            command, cwd=root, env=environment, capture_output=True, text=True, check=False
        )
        state = "done" if done.returncode == 0 else f"FAILED: {done.stderr[-300:]}"
        print(f"          sweep of {field}: {state}", flush=True)


if __name__ == "__main__":
    main()
