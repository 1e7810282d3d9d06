"""The goals, each with the number that was measured and whether it was met.

A goal is either a bound on one of our numbers or a factor over a peer: how many times better we
are, so that larger is better. Next: :mod:`tests.benchmarks.figure`.
"""

from math import hypot, log

PYMC4_CPU_US = 43.0
"""CPU microseconds a leapfrog of PyMC4 (2020, TensorFlow 2.4), which no longer installs here."""

_UNITS, _CHAINS_A_GROUP, _BYTES = 5, 2, 4  # of the sweep of N


WAITING = (
    "plain_import",
    "import",
    "another_scale",
    "lab_0",
    "lab_sample_0",
    "lab_10",
    "lab_sample_10",
)
"""What ``waiting.py`` measures, in seconds."""


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


def at_most(goal, value, bound, unit="", why=""):
    """Return the row of a goal that bounds one of our numbers; ``why`` is for one not met."""
    met = None if value is None else bool(value <= bound)
    return {
        "goal": goal,
        "bound": f"≤ {bound:g}{unit}",
        "value": value,
        "measured": "not measured" if value is None else f"{value:.3g}{unit}",
        "met": met,
        "why": why if met is False else "",
    }


def at_least(goal, factor, bound, note="", why=""):
    """Return the row of a goal that asks for a factor over a peer; ``why`` is for one not met."""
    met = None if factor is None else bool(factor >= bound)
    return {
        "goal": goal,
        "bound": f"≥ {bound:g} ×",
        "value": factor,
        "measured": "not measured" if factor is None else f"{factor:.2f} ×{note}",
        "met": met,
        "why": why if met is False else "",
    }


def goals(summary):
    """Return one row for every goal: goal, bound, value, measured, met, and why not."""
    m = Measured(summary)
    return [
        *_network(m),
        *_mixing(m),
        *_cold(m),
        *_waiting(m),
        *_small(m),
        *_trees(m),
        *_scale(m),
        *_fits(m),
        *_rest(m),
    ]


def _network(m):
    rows = [at_most("bnn: wall µs a leapfrog", m.get("bnn", "ours", "wall_us"), 0.35)]
    for peer, bound in (("nutpie", 2.5), ("blackjax", 3), ("numpyro", 5), ("pymc", 40)):
        cpu = m.factor("bnn", peer, "cpu_us")
        note = f" (CPU {cpu:.2f} ×)" if cpu else ""
        factor = m.factor("bnn", peer, "wall_us")
        why = _why_wall(m, peer)
        rows.append(at_least(f"bnn: a leapfrog beside {peer}", factor, bound, note, why))
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
    name = "prior scale 1: ESS of f a gradient beside nutpie"
    return [*rows, at_least(name, factor, 1, *_mixing_error(m, factor))]


def _mixing_error(m, factor):
    """Return the factor's standard error, as a note, and what it means for the goal."""
    ess = {peer: m.get("mixing", peer, "ess") for peer in ("ours", "nutpie")}
    errors = {peer: m.get("mixing", peer, "ess_error") for peer in ess}
    if not factor or not all(errors.values()):
        return "", ""
    error = factor * hypot(*(errors[peer] / ess[peer] for peer in ess))
    distance = (1 - factor) / error
    verdict = "too few seeds to tell them apart" if distance < 2 else "a true difference"
    seeds = m.get("mixing", "ours", "seeds")
    accepted = [m.get("mixing", peer, "acceptance") for peer in ess]
    steps = ""
    if all(accepted):
        smaller = "smaller" if accepted[0] > accepted[1] else "larger"
        divergent = [m.get("mixing", peer, "divergent") for peer in ess]
        steps = (
            f" At the same target the acceptance came to {accepted[0]:.2f} and {accepted[1]:.2f}: "
            f"our steps are the {smaller} ones for the metric that each has found, and "
            f"{divergent[0]:.1f} and {divergent[1]:.1f} transitions of a run diverged."
        )
    return f" (± {error:.2f})", (
        f"ESS of f differs from seed to seed: over {seeds} of them the factor is {factor:.2f} ± "
        f"{error:.2f}, {distance:.1f} standard errors below 1: {verdict}. In one chain alone ESS "
        f"is {m.get('mixing', 'ours', 'ess_single'):.0f} beside "
        f"{m.get('mixing', 'nutpie', 'ess_single'):.0f}.{steps}"
    )


def _cold(m):
    rows = []
    for workload, name in (("cold", "empty"), ("cached", "filled")):
        factor, peer = m.least_factor(workload, "cold_wall")
        note = f" ({peer} {m.get(workload, peer, 'cold_wall'):.3g} s)" if peer else ""
        rows.append(at_least(f"cold, compiler's cache {name}: best peer", factor, 1, note))
    return rows


def _waiting(m):
    """From nothing to a first answer, and what a second one waits for."""
    waited = m.summary.get("waiting") or dict.fromkeys(WAITING)
    cold, peer = m.least_factor("normal", "cold_wall")
    note = f" ({peer} {m.get('normal', peer, 'cold_wall'):.3g} s)" if peer else ""
    at_first = m.get("normal", "ours", "split") or {}
    parts = ", ".join(f"{name} {seconds:.2g}" for name, seconds in at_first.items())
    beside = dict(m.get("normal", "ours", "warm_split") or {})
    compiled = beside.pop("warmup", 0) + beside.pop("drawing", 0)
    imported, plain = waited["import"], waited["plain_import"]
    number, lab = waited["another_scale"], waited["lab_sample_10"]
    why_cold = f"Our seconds: {parts}. The import is that of TensorFlow and TFP."
    why_import = f"{imported} s beside {plain} s."
    why_beside = f"The compiled program takes {1e3 * compiled:.1f} ms.{_why_parts(beside)}"
    why_lab = f"It is loaded by then: what is left is a process's first call, in seconds {parts}."
    return [
        at_least("normal, a new process to its trace: best peer", cold, 0.74, note, why_cold),
        at_most(
            "import, of TensorFlow's and TFP's own",
            imported and imported / plain,
            0.62,
            "",
            why_import,
        ),
        at_most("another prior scale: tracing and compiling", number, 0, " s"),
        at_most(
            "normal, warm: beside the compiled program",
            1e3 * sum(beside.values()) if beside else None,
            5,
            " ms",
            why_beside,
        ),
        at_most("notebook 01's bt.sample, ten seconds after the import", lab, 2.5, " s", why_lab),
    ]


def _trees(m):
    """How long the trees are where nothing is difficult."""
    ours, theirs = (m.get("normals", p, "leapfrogs_a_draw") for p in ("ours", "nutpie"))
    accepted = m.get("normals", "ours", "acceptance")
    ratio = ours / theirs if ours and theirs else None
    why = f"{ours} leapfrogs a draw beside {theirs}; our acceptance is {accepted}."
    return [at_most("100 normals: leapfrogs a draw, beside nutpie's", ratio, 1.2, " ×", why)]


def _small(m):
    rows = []
    for workload in ("schools", "normal"):
        factor, peer = m.least_factor(workload, "ess_per_second", more_is_better=True)
        name = f"{workload}: warm ESS a second, best peer"
        rows.append(at_least(name, factor, 1, f" ({peer})", _why_small(m, workload, peer)))
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
    cached = [p for p in points if p["num_points"] <= 10_000]
    power, why = _power(points), ""
    if power:
        near, far = (1e3 * p["wall_us"] / p["num_points"] for p in (cached[-1], points[-1]))
        megabytes = points[-1]["num_points"] * _UNITS * _CHAINS_A_GROUP * _BYTES / 1e6
        why = (
            f"Up to {cached[-1]['num_points']:,} points the power is {_power(cached):.2f} and a "
            f"point costs {near:.1f} ns. At {points[-1]['num_points']:,} it costs {far:.1f}: the "
            f"values of one layer are {megabytes:.0f} MB for each of two threads, more than a "
            "core's own cache holds, and are fetched from memory again for the gradient."
        )
    rows.append(at_most("growth in N from 1000 points on: the power", power, 1.05, why=why))
    return rows


def _power(points):
    """Return the exponent of a leapfrog's time between the first and the last of some sizes."""
    if len(points) < 2:
        return None
    first, last = points[0], points[-1]
    return log(last["wall_us"] / first["wall_us"]) / log(last["num_points"] / first["num_points"])


def _fits(m):
    rows = []
    for method, bound in (("advi", 2.5), ("fullrank_advi", 4.5)):
        step = m.get("advi", "ours", method, "wall_us")
        rows.append(at_most(f"{method}: wall µs a step", step, bound))
        for peer, least in (("numpyro", 10), ("pymc", 20)):
            factor = m.factor("advi", peer, method, "call_wall")
            name = f"{method}: 20,000 steps beside {peer}"
            rows.append(at_least(name, factor, least, why=_why_fit(m, method, peer)))
    return rows


# --- Why a goal was not met ------------------------------------------------------------------


def _why_wall(m, peer):
    """Tell apart a peer's sampling and its whole call, and wall from CPU time."""
    wall, call, cpu = (m.get("bnn", peer, key) for key in ("wall_us", "call_wall_us", "cpu_us"))
    if not (wall and call and cpu):
        return ""
    whole = (
        f" That is its sampling alone; its whole call, which compiles every time, takes {call:.3g} "
        f"µs a leapfrog, {m.factor('bnn', peer, 'call_wall_us'):.0f} times ours."
    )
    return (
        f"A leapfrog of {peer} takes {wall:.3g} µs on the clock, beside "
        f"{m.get('bnn', 'ours', 'wall_us'):.3g} of ours.{whole if call > 1.05 * wall else ''} In "
        f"CPU time, {cpu:.3g} µs, the factor is {m.factor('bnn', peer, 'cpu_us'):.0f}."
    )


def _why_small(m, workload, peer):
    """Say where a short call's time goes, and how the peers mix."""
    split = m.get(workload, "ours", "warm_split")
    if not split or not peer:
        return ""
    mixing = [m.get(workload, each, "ess_per_million") for each in ("ours", peer)]
    return (
        f"A warm call, in ms:{_why_parts(split)} ESS a million gradients: {mixing[0]:,.0f} "
        f"beside {peer}'s {mixing[1]:,.0f}."
    )


def _why_parts(split):
    told = (f" {name} {1e3 * seconds:.1f}" for name, seconds in split.items() if seconds)
    return ",".join(told) + "."


def _why_fit(m, method, peer):
    """Say how much of a call is steps."""
    ours, theirs = (m.get("advi", each, method) for each in ("ours", peer))
    if not ours or not theirs or "call_steps" not in ours:
        return ""
    steps = 1e3 * ours["call_steps"] * ours["wall_us"] / 1e6
    return (
        f"Of our {1e3 * ours['call_wall']:.0f} ms {steps:.0f} are steps, {ours['wall_us']:.2g} µs "
        f"each; {peer} takes {1e3 * theirs['call_wall']:.0f} ms in all, "
        f"{1e6 * theirs['call_wall'] / theirs['call_steps']:.0f} µs a step."
    )


def _rest(m):
    compiled = m.get("bnn", "ours", "compile_warm")
    memory = m.get("bnn", "ours", "peak_mb")
    return [
        at_most("bnn: seconds of compilation in a second call", compiled, 0),
        at_most("bnn: peak memory", None if memory is None else memory / 1024, 1.0, " GB"),
    ]
