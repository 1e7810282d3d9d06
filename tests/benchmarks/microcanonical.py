"""Try the microcanonical sampler on the article's network beside NUTS and HMC; keep what was found.

    python -m tests.benchmarks.microcanonical

writes ``book/benchmarks/microcanonical.json``, a row a method, and goes on where it was stopped.
Twelve seeds of NUTS give 48 draws, in which the chains of the other methods start, so nobody pays
for a warm-up; all are judged by the function. Next: ``book/_ext/tried_text.py``, which shows it.
"""

import json
import pathlib

import numpy as np

import bnn_teach as bt
from bnn_teach.mcmc import microcanonical
from bnn_teach.mcmc.particle import State
from tests.benchmarks.ours import build, named_draws
from tests.benchmarks.workloads import (
    NOISE_SCALE,
    PARAMETERS,
    WORKLOADS,
    data,
    function_values,
    quality,
    unflatten,
)

ROOT = pathlib.Path(__file__).parents[2]
STORED = ROOT / "book" / "benchmarks" / "microcanonical.json"
STARTS = ROOT / "build" / "bench" / "microcanonical_starts.npy"
"""The last draws of NUTS, shape (48, 46); made again where they are not kept."""
MIXING = WORKLOADS["mixing"]
PLACES = np.array([-1, -0.8, -0.5, -0.35, -0.2, -0.1, 0, 0.1, 0.2, 0.35, 0.5, 0.8, 1])[:, None]
REGIONS = {"inside": 3, "gap": 6, "beyond": 12}
"""Where the width of the 95 % band is kept, as numbers of places."""
SEEDS, CHAINS, GRADIENTS = 12, 4, 50_000
"""Gradients of each chain after its warm-up."""
LENGTH = 48
"""Steps of a trajectory, on average; each takes from 1 to twice as many, less 1."""
TARGET = 0.85
"""Rate of acceptance that steps are tuned for."""
ROUNDS = 100
"""Steps of all chains in which that is done; the second half is averaged."""
ONES = np.ones(46)
X, Y = (values.astype(float) for values in data(MIXING).values())


def value_and_grad(z):
    """Return log-densities of networks at prior scale 1, shape (C,), and gradients, (C, 46)."""
    w1, b1, w2, b2, w3, b3 = unflatten(z, MIXING.width).values()
    a1 = X * w1 + b1[:, None]
    h1 = np.maximum(a1, 0.0)
    a2 = h1 @ w2 + b2[:, None]
    h2 = np.maximum(a2, 0.0)
    d3 = (Y - h2 @ w3 - b3[:, None]) / NOISE_SCALE**2
    d2 = d3 * np.swapaxes(w3, 1, 2) * (a2 > 0)
    d1 = d2 @ np.swapaxes(w2, 1, 2) * (a1 > 0)
    parts = []
    for inputs, d in ((X[None], d1), (h1, d2), (h2, d3)):
        parts += [(np.swapaxes(inputs, 1, 2) @ d).reshape(len(z), -1), d.sum(1)]
    log_prob = -0.5 * (NOISE_SCALE**2 * np.sum(d3**2, (1, 2)) + np.sum(z**2, 1))
    return log_prob, np.concatenate(parts, 1) - z


def leapfrog(value_and_grad, state, step_size, _):
    """Move the particles of HMC, (C, D), by one step."""
    half = state.momentum + 0.5 * step_size * state.grad
    position = state.position + step_size * half
    log_prob, grad = value_and_grad(position)
    return State(position, half + 0.5 * step_size * grad, log_prob, grad)


def energy(state, _):
    """Return the energies of HMC's particles, shape (C,)."""
    total = 0.5 * np.sum(state.momentum**2, -1) - state.log_prob
    return np.where(np.isfinite(total), total, np.inf)


HMC, MICRO = (leapfrog, energy), (microcanonical.leapfrog, microcanonical.energy)
METHODS = {
    "microcanonical": (*MICRO, 0.025, 1),
    "HMC, lengths as random": (*HMC, 0.003, 1),
    "microcanonical, unadjusted, steps twice as long": (*MICRO, 0.025, 2),
    "microcanonical, unadjusted": (*MICRO, 0.025, 1),
}
"""How particles move, their energy, a first step size, and by what a tuned one is multiplied."""


@np.errstate(all="ignore")  # a divergence may overflow; its energy reports it
def move(method, state, step_size, rng):
    """Make a step of all chains; return their states, rates of acceptance and gradients."""
    leap, total = METHODS[method][:2]
    first = last = state._replace(momentum=rng.standard_normal(state.position.shape))
    count = int(rng.integers(1, 2 * LENGTH))
    for _ in range(count):
        last = leap(value_and_grad, last, step_size, ONES)
    rate = np.exp(np.minimum(0.0, total(first, ONES) - total(last, ONES)))
    take = rate > (0.0 if "unadjusted" in method else rng.uniform(size=len(rate)))
    pairs = zip(last, first, strict=True)
    state = State(*(np.where(take if a.ndim == 1 else take[:, None], a, b) for a, b in pairs))
    return state, rate, count


def run(method, z):
    """Tune the step, run chains from z, shape (C, D), and return the row of the method."""
    rng = np.random.default_rng([*method.encode()])
    state = State(z, z, *value_and_grad(z))
    first, factor = METHODS[method][2:]
    tuned = "microcanonical" if "unadjusted" in method else method
    logs = [np.log(first)]
    for turn in range(1, ROUNDS + 1):
        state, rate, _ = move(tuned, state, np.exp(logs[-1]), rng)
        logs.append(logs[-1] + (rate.mean() - TARGET) / np.sqrt(turn))
    step_size = factor * float(np.exp(np.mean(logs[ROUNDS // 2 :])))
    draws, rates, spent = [], [], 0
    while spent < GRADIENTS:
        state, rate, count = move(method, state, step_size, rng)
        draws.append(state.position)
        rates.append(rate.mean())
        spent += count
    f = function_values(unflatten(np.stack(draws, 1), 5), PLACES)
    found = judge(np.split(f, SEEDS), [CHAINS * spent] * SEEDS)
    settings = {"acceptance": round(np.mean(rates), 3), "step_size": round(step_size, 5)}
    return settings | found


def nuts():
    """Sample by NUTS with each seed; return its row, and the last draws, shape (48, 46)."""
    curves, spent, rates, last = [], [], [], []
    for seed in range(SEEDS):
        trace = bt.sample(build(MIXING), 1000, 500, CHAINS, seed=seed, progress=False)
        drawn = named_draws(MIXING, trace)
        curves.append(function_values(drawn, PLACES))
        last.append(np.concatenate([drawn[p][:, -1].reshape(CHAINS, -1) for p in PARAMETERS], -1))
        spent.append(float(trace["sample_stats"]["n_steps"].sum()))
        rates.append(float(trace["sample_stats"]["acceptance_rate"].mean()))
    return {"acceptance": round(np.mean(rates), 3), **judge(curves, spent)}, np.concatenate(last)


def judge(curves, gradients):
    """Judge runs by f, (4, draw, place) each: numbers a run, lists where the runs' are kept."""
    found = [quality(f.astype(float)) for f in curves]
    kept = np.stack([np.reshape(f, (-1, len(PLACES)))[:, list(REGIONS.values())] for f in curves])
    low, high = np.quantile(kept, [0.025, 0.975], axis=1)
    rows = {
        "gradients": np.array(gradients) / CHAINS,
        "ess": [1000 * q["ess"] / n for q, n in zip(found, gradients, strict=True)],
        "ess_worst": [1000 * q["ess_min"] / n for q, n in zip(found, gradients, strict=True)],
        "r_hat": [q["rhat_max"] for q in found],
        **{f"width {name}": width for name, width in zip(REGIONS, (high - low).T, strict=True)},
    }
    return {name: np.round(values, 4).tolist() for name, values in rows.items()}


def main():
    """Make the rows that are not stored yet."""
    rows = json.loads(STORED.read_text(encoding="utf-8")) if STORED.exists() else {}

    def keep(name, row):
        rows[name] = row
        lines = ",\n".join(f'"{each}": {json.dumps(rows[each])}' for each in rows)
        STORED.write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")
        print(name, {k: np.round(np.mean(v), 4) for k, v in row.items()}, flush=True)

    if "NUTS" not in rows or not STARTS.exists():
        row, last = nuts()
        STARTS.parent.mkdir(parents=True, exist_ok=True)
        np.save(STARTS, last)
        keep("NUTS", row)
    for method in METHODS:
        if method not in rows:
            keep(method, run(method, np.load(STARTS).astype(float)))


if __name__ == "__main__":
    main()
