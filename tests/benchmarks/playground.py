"""What a gradient costs in the playground, beside the same in Python; print the book's table.

    python -m tests.benchmarks.playground

The article's network at prior scale 1: the engine in Node, the reference of :mod:`bnn_teach.mcmc`
on a gradient in NumPy, and the compiled :func:`bnn_teach.sample`, one after the other. Times are of
the CPU, so that what else runs on the machine counts less; of several rounds the fastest is taken.
Next: ``book/how_the_playground_works.md``, which has the table.
"""

import pathlib
import tempfile
import time
from dataclasses import replace

import numpy as np

from tests.benchmarks.workloads import NOISE_SCALE, WORKLOADS, data
from tests.exhibits.live.running import run

WORKLOAD = replace(WORKLOADS["mixing"], warmup=100, draws=100)
STEP_SIZE, DEPTH, ROUNDS = 0.003, 8, 5

ENGINE = """
const target = new NetworkDensity(data.settings);
const gradient = new Float64Array(target.size);
const microseconds = (work) => {
  const { user, system } = process.cpuUsage();
  const number = work();
  const spent = process.cpuUsage();
  return (spent.user + spent.system - user - system) / number;
};
const gradients = () => {
  for (let i = 0; i < 50_000; i += 1) target.logDensity(data.z, gradient);
  return 50_000;
};
const state = initialState(target, data.z);
const kernel = {
  target,
  random: new Random(1, 0),
  workspace: new Workspace(target.size),
  inverseMass: new Float64Array(target.size).fill(1),
  stepSize: data.stepSize,
  maxTreeDepth: data.depth,
};
const leapfrogs = () => {
  let number = 0;
  for (let i = 0; i < 200; i += 1) number += nutsStep(kernel, state).leapfrogs;
  return number;
};
const fastest = (work) => {
  const rounds = Array.from({ length: data.rounds + 1 }, () => microseconds(work));
  return Math.min(...rounds.slice(1)); // in the first one the code is compiled
};
answer([fastest(gradients), fastest(leapfrogs)]);
"""


def fastest(work):
    """Return the least CPU microseconds for one of what ``work()`` counts."""
    rounds = []
    for _ in range(ROUNDS):
        start = time.process_time()
        number = work()
        rounds.append(1e6 * (time.process_time() - start) / number)
    return min(rounds)


def engine(z):
    """Return the microseconds of a gradient and of a leapfrog in JavaScript."""
    settings = {
        "widths": [WORKLOAD.width] * 2,
        "activation": "relu",
        "priorScale": WORKLOAD.prior_scale,
        "noiseScale": NOISE_SCALE,
    } | {name: array.ravel().astype(float).tolist() for name, array in data(WORKLOAD).items()}
    with tempfile.TemporaryDirectory() as folder:
        return run(
            pathlib.Path(folder), ENGINE, settings=settings, z=z.tolist(), stepSize=STEP_SIZE,
            depth=DEPTH, rounds=ROUNDS,
        )  # fmt: skip


def reference(z):
    """Return the same of the Python reference, whose gradient is NumPy's."""
    from bnn_teach.mcmc import particle, trees
    from tests.benchmarks import microcanonical

    def value_and_grad(position):
        value, grad = microcanonical.value_and_grad(position[None])
        return value[0], grad[0]

    def gradients():
        for _ in range(4000):
            value_and_grad(z)
        return 4000

    rng, mass = np.random.default_rng(1), np.ones_like(z)
    state = particle.initial_state(value_and_grad, z)

    def leapfrogs():
        nonlocal state
        number = 0
        for _ in range(10):
            state, info = trees.nuts_step(
                value_and_grad, state, STEP_SIZE, mass, rng, max_tree_depth=DEPTH
            )
            number += info.n_steps
        return number

    return fastest(gradients), fastest(leapfrogs)


def compiled():
    """Return the microseconds of a leapfrog of one chain in ``bt.sample``, when it is compiled."""
    from tests.benchmarks import ours

    prepared = ours.prepare(WORKLOAD)
    prepared.call(0)

    def leapfrogs():
        run = prepared.call(1)
        return run.leapfrogs + run.warmup_leapfrogs

    return fastest(leapfrogs)


def main():
    """Measure and print."""
    z = 0.5 * np.random.default_rng(0).standard_normal(46)
    here = engine(z)
    rows = {
        "the playground, JavaScript": here,
        "the reference, Python and NumPy": reference(z),
        "`bt.sample`, compiled, four chains at once": (None, compiled()),
    }
    print("| Where | CPU µs a gradient | CPU µs a leapfrog | leapfrog, playground = 1 |")
    print("|---|---|---|---|")
    for name, (gradient, leapfrog) in rows.items():
        shown = "not measured" if gradient is None else f"{gradient:.3g}"
        print(f"| {name} | {shown} | {leapfrog:.3g} | {leapfrog / here[1]:.2g} |")


if __name__ == "__main__":
    main()
