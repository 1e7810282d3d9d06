"""The goals, each with the number that was measured and whether it was met.

A goal is either a bound on one of our numbers or a factor over a peer: how many times better we
are, so that larger is better. Next: :mod:`tests.benchmarks.figure`.
"""

from math import log

PYMC4_CPU_US = 43.0
"""CPU microseconds a leapfrog of PyMC4 (2020, TensorFlow 2.4), which no longer installs here."""


class Measured:
    """Numbers of the summary; one that was not measured is None."""

    def __init__(self, summary):
        self.summary = summary

    def get(self, workload, peer, *keys):
        value = self.summary["workloads"].get(workload, {}).get(peer)
        for key in keys:
            value = value.get(key) if value is not None else None
        return value

    def peers(self, workload):
        return [p for p in self.summary["workloads"].get(workload, {}) if p != "ours"]

    def factor(self, workload, peer, *keys, more_is_better=False):
        """Return how many times better we are than a peer."""
        ours, theirs = self.get(workload, "ours", *keys), self.get(workload, peer, *keys)
        if not ours or not theirs:
            return None
        return ours / theirs if more_is_better else theirs / ours

    def least_factor(self, workload, *keys, more_is_better=False):
        """Return the factor over the best peer, and the peer's name."""
        factors = {
            peer: self.factor(workload, peer, *keys, more_is_better=more_is_better)
            for peer in self.peers(workload)
        }
        factors = {peer: factor for peer, factor in factors.items() if factor is not None}
        best = min(factors, key=factors.get, default=None)
        return factors.get(best), best


def at_most(goal, value, bound, unit=""):
    """Return the row of a goal that bounds one of our numbers."""
    return {
        "goal": goal,
        "bound": f"≤ {bound:g}{unit}",
        "value": value,
        "measured": "not measured" if value is None else f"{value:.3g}{unit}",
        "met": None if value is None else bool(value <= bound),
    }


def at_least(goal, factor, bound, note=""):
    """Return the row of a goal that asks for a factor over a peer."""
    return {
        "goal": goal,
        "bound": f"≥ {bound:g} ×",
        "value": factor,
        "measured": "not measured" if factor is None else f"{factor:.2f} ×{note}",
        "met": None if factor is None else bool(factor >= bound),
    }


def goals(summary):
    """Return one row for every goal: goal, bound, value, measured, met."""
    m = Measured(summary)
    return [*_network(m), *_mixing(m), *_cold(m), *_small(m), *_scale(m), *_fits(m), *_rest(m)]


def _network(m):
    rows = [at_most("bnn: wall µs a leapfrog", m.get("bnn", "ours", "wall_us"), 1.1)]
    for peer, bound in (("nutpie", 2.5), ("blackjax", 3), ("numpyro", 5), ("pymc", 40)):
        cpu = m.factor("bnn", peer, "cpu_us")
        note = f" (CPU {cpu:.2f} ×)" if cpu else ""
        factor = m.factor("bnn", peer, "wall_us")
        rows.append(at_least(f"bnn: a leapfrog beside {peer}", factor, bound, note))
    cpu = m.get("bnn", "ours", "cpu_us")
    rows.append(
        at_least(
            "bnn: a leapfrog beside PyMC4 (CPU, recorded earlier)",
            PYMC4_CPU_US / cpu if cpu else None,
            20,
        )
    )
    dense = m.factor("bnn", "blackjax_dense", "wall_us")
    cpu = m.factor("bnn", "blackjax_dense", "cpu_us")
    note = f" (CPU {cpu:.2f} ×)" if cpu else ""
    rows.append(at_least("bnn: beside BlackJAX with our dense form", dense, 1.5, note))
    return rows


def _mixing(m):
    rows = []
    for peer, bound in (("nutpie", 2.5), ("blackjax", 4), ("numpyro", 8)):
        factor = m.factor("mixing", peer, "ess_per_second", more_is_better=True)
        rows.append(at_least(f"prior scale 1: ESS of f a second beside {peer}", factor, bound))
    factor = m.factor("mixing", "nutpie", "ess_per_million", more_is_better=True)
    rows.append(at_least("prior scale 1: ESS of f a gradient beside nutpie", factor, 1))
    return rows


def _cold(m):
    rows = []
    for workload, name in (("cold", "empty"), ("cached", "filled")):
        factor, peer = m.least_factor(workload, "cold_wall")
        note = f" ({peer} {m.get(workload, peer, 'cold_wall'):.3g} s)" if peer else ""
        rows.append(at_least(f"cold, compiler's cache {name}: best peer", factor, 1, note))
    return rows


def _small(m):
    rows = []
    for workload in ("schools", "normal"):
        factor, peer = m.least_factor(workload, "ess_per_second", more_is_better=True)
        rows.append(at_least(f"{workload}: warm ESS a second, best peer", factor, 1, f" ({peer})"))
    return rows


def _scale(m):
    rows = []
    for workload, name in (
        ("scale_points", "10,000 points, width 5"),
        ("scale_width", "1000 points, width 50"),
    ):
        factor, peer = m.least_factor(workload, "wall_us")
        rows.append(at_least(f"{name}: a leapfrog, best peer", factor, 1, f" ({peer})"))
    points = [p for p in m.summary["sweeps"].get("num_points", []) if p["num_points"] >= 1000]
    power = None
    if len(points) > 1:
        first, last = points[0], points[-1]
        power = log(last["wall_us"] / first["wall_us"]) / log(
            last["num_points"] / first["num_points"]
        )
    rows.append(at_most("growth in N from 1000 points on: the power", power, 1.05))
    return rows


def _fits(m):
    rows = []
    for method, bound in (("advi", 5), ("fullrank_advi", 9)):
        step = m.get("advi", "ours", method, "wall_us")
        rows.append(at_most(f"{method}: wall µs a step", step, bound))
        for peer, least in (("numpyro", 10), ("pymc", 20)):
            factor = m.factor("advi", peer, method, "call_wall")
            rows.append(at_least(f"{method}: 20,000 steps beside {peer}", factor, least))
    return rows


def _rest(m):
    compiled = m.get("bnn", "ours", "compile_warm")
    memory = m.get("bnn", "ours", "peak_mb")
    return [
        at_most("bnn: seconds of compilation in a second call", compiled, 0),
        at_most("bnn: peak memory", None if memory is None else memory / 1024, 1.1, " GB"),
    ]
