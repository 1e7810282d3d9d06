"""Does notebook 10's check know a symmetry, ArviZ's R-hat and enough draws, and the slips?"""

import numpy as np
import xarray as xr
from scipy import stats

import bnn_teach as bt
from tests.course.chapters.answers import test_right_ways_pass, test_slips_are_named  # noqa: F401


def one_network_at_a_time(weights, layer, order):
    moved = {name: array.copy() for name, array in weights.items()}
    for place, unit in enumerate(order):
        moved[f"network.l{layer}.w"][..., place] = weights[f"network.l{layer}.w"][..., unit]
        moved[f"network.l{layer}.b"][..., place] = weights[f"network.l{layer}.b"][..., unit]
        outgoing = weights[f"network.l{layer + 1}.w"][..., unit, :]
        moved[f"network.l{layer + 1}.w"][..., place, :] = outgoing
    return moved


def ask_arviz(draws):
    import arviz_stats  # noqa: F401

    array = xr.DataArray(draws, dims=["chain", "draw", "point"])
    return array.azstats.rhat(method="rank").values


def from_ess(f, share):
    """The same answer through the effective sample size of the mean."""
    import arviz_stats  # noqa: F401

    ess = xr.DataArray(f, dims=["chain", "draw", "point"]).azstats.ess(method="mean").values
    sd = f.std(axis=(0, 1), ddof=1)
    robust = np.diff(np.quantile(f, [0.16, 0.84], axis=(0, 1)), axis=0)[0] / 2
    each = f[..., 0].size / ess * (sd / (share * robust)) ** 2
    return float(np.ceil(each.max()))


PERMUTE = [
    {},
    {"layer": 2, "order": (1, 2, 0)},
    {"sizes": (3, 5, 2), "order": (4, 0, 1, 2, 3)},
    {"sizes": (1, 4, 4, 4, 1), "layer": 3, "order": (1, 3, 0, 2)},
]
R_HAT = [{}, {"chains": 3, "draws": 301}, {"chains": 2, "draws": 60}, {"chains": 10, "draws": 37}]
DRAWS = [{}, {"share": 0.01}, {"share": 0.2, "chains": 2, "draws": 900}]


RIGHT = [
    ("10.1", one_network_at_a_time, PERMUTE),
    ("10.2", ask_arviz, R_HAT),
    ("10.3", from_ess, DRAWS),
]


def permute(weights, layer, order, bias=True, out=True, back=False, write=False):
    order = list(np.argsort(order)) if back else order
    moved = weights if write else dict(weights)
    moved[f"network.l{layer}.w"] = weights[f"network.l{layer}.w"][..., order]
    if bias:
        moved[f"network.l{layer}.b"] = weights[f"network.l{layer}.b"][..., order]
    if out:
        name = f"network.l{layer + 1}.w"
        moved[name] = weights[name][..., order, :]
    return moved


def too_many(weights, layer, order):
    if layer != 1:
        return permute(weights, layer, order)
    return permute(weights, layer, order) | {"network.l2.b": weights["network.l2.b"][..., ::-1]}


def rescaled(weights, layer, order):
    moved = permute(weights, layer, order)
    moved[f"network.l{layer}.w"] = 2 * moved[f"network.l{layer}.w"]
    moved[f"network.l{layer}.b"] = 2 * moved[f"network.l{layer}.b"]
    moved[f"network.l{layer + 1}.w"] = moved[f"network.l{layer + 1}.w"] / 2
    return moved


def r_hat(draws, split=True, rank=True, fold=True, plain=True, ddof=1, together=False, root=True):
    half = draws.shape[1] // 2
    cut = np.concatenate([draws[:, :half], draws[:, -half:]]) if split else draws
    kinds = [cut] * plain + [np.abs(cut - np.median(cut, axis=(0, 1)))] * fold
    values = []
    for z in kinds:
        if rank:
            flat = z.reshape(-1) if together else z.reshape(-1, z.shape[-1])
            ranks = stats.rankdata(flat, axis=0)
            z = stats.norm.ppf((ranks - 3 / 8) / (len(flat) + 1 / 4)).reshape(z.shape)
        within = z.var(axis=1, ddof=ddof).mean(axis=0)
        ratio = 1 - 1 / z.shape[1] + z.mean(axis=1).var(axis=0, ddof=ddof) / within
        values.append(np.sqrt(ratio) if root else ratio)
    return np.max(values, axis=0)


def needed(f, share, *, power=2, robust=True, worst=np.max, count=None, unit=True):
    low, high = np.quantile(f, [0.16, 0.84], axis=(0, 1))
    sd = (high - low) / 2 if robust else f.std(axis=(0, 1))
    mcse = bt.function_diagnostics(f)["mcse_mean"].values
    ratio = mcse / (share * (sd if unit else 1))
    size = f.shape[0] * f.shape[1] if count is None else count(f)
    return int(np.ceil(worst(size * ratio**power)))


def test_the_answers_that_the_slips_start_from_are_right():
    assert bt.check("10.1", permute).passed
    assert bt.check("10.2", r_hat).passed
    assert bt.check("10.3", needed).passed


WRONG = [
    ("10.1", lambda w, layer, order: dict(w), "No unit has moved"),
    ("10.1", lambda *a: permute(*a, bias=False), "`network.l1.b` stays as it is"),
    ("10.1", lambda *a: permute(*a, out=False), "`network.l2.w` stays as it is"),
    ("10.1", lambda *a: permute(*a, back=True), "the other way round"),
    ("10.1", lambda *a: permute(*a, write=True), "changed its input"),
    ("10.1", too_many, "`network.l2.b` has changed"),
    ("10.1", rescaled, "The change of the log prior"),
    ("10.1", lambda *a: {"network.l1.w": 0}, "is missing"),
    ("10.1", lambda *a: list(permute(*a).values()), "expected a dict"),
    ("10.2", lambda d: r_hat(d, split=False, rank=False, fold=False), "the plain ratio"),
    ("10.2", lambda d: r_hat(d, rank=False, fold=False), "without ranks"),
    ("10.2", lambda d: r_hat(d, fold=False), "without the folded draws"),
    ("10.2", lambda d: r_hat(d, plain=False), "from the folded draws alone"),
    ("10.2", lambda d: r_hat(d, split=False), "hides a drift"),
    ("10.2", lambda d: r_hat(d, rank=False), "instead of their ranks"),
    ("10.2", lambda d: r_hat(d, together=True), "among all points at once"),
    ("10.2", lambda d: r_hat(d, ddof=0), "instead of S - 1"),
    ("10.2", lambda d: r_hat(d, root=False), "M15"),
    ("10.2", lambda d: float(r_hat(d).max()), "got one number"),
    ("10.3", lambda f, s: needed(f, s, power=1), "not squared"),
    ("10.3", lambda f, s: needed(f, s, robust=False), "not the robust one"),
    ("10.3", lambda f, s: needed(f, s, worst=np.min), "the best point only"),
    ("10.3", lambda f, s: needed(f, s, worst=np.mean), "the points' average"),
    ("10.3", lambda f, s: needed(f, s, count=lambda f: f.shape[1]), "for each chain"),
    ("10.3", lambda f, s: needed(f, s, unit=False), "not as a part of the sd"),
    ("10.3", lambda f, s: 1 / s**2, "independent of each other"),
    ("10.3", lambda f, s: f, "expected one number"),
]
