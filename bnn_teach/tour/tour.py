"""The tour: the whole story of the course in one function, without a browser.

You will find, in the order of the notebooks: data with a gap, a network sampled by NUTS, the
function's diagnostics, its band beyond the data, the same model fitted by mean-field ADVI, and
last a model whose posterior is known exactly, on which both algorithms have to agree with the
formula. :func:`run_tour` writes a picture and the numbers behind it, and says each step in a line.
Next: the notebooks themselves; or :mod:`bnn_teach.authoring.notebooks`, which runs them.
"""

from __future__ import annotations

import json
import pathlib
import platform
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from typing import Any, NamedTuple

import numpy as np
import xarray as xr

import bnn_teach as bt
from bnn_teach.approximation import Fit
from bnn_teach.checkup.doctor import SHOWN
from bnn_teach.course.datasets import Regression
from bnn_teach.tour.picture import LocAnswers, TourPicture, draw_tour

Numbers = dict[str, Any]
PRIOR_SCALE = 1.0
F, LOC = "network.f", "normal_mean.loc"


class TourSettings(NamedTuple):
    """How long the tour takes its time; the defaults are the course's."""

    seed: int = 0
    """Everything random follows from it."""
    num_chains: int = 4
    """Chains of NUTS."""
    burn_in: int = 600
    """Transitions of warm-up, a chain."""
    num_samples: int = 1000
    """Draws, a chain; as many in all are drawn from each fit."""
    num_fits: int = 4
    """Fits of the network by ADVI, from seeds ``seed``, ``seed + 1``, ...; the best is shown."""
    num_steps: int = 20_000
    """Steps of each fit."""
    num_points: int = 121
    """Points of x at which the function is predicted."""


def run_tour(
    output: str | pathlib.Path,
    settings: TourSettings | None = None,
    report: Callable[[str], object] = lambda line: None,
) -> Numbers:
    """Take the tour: ``report`` gets a line of text as each step ends.

    Returns
    -------
    dict
        What is also in ``tour.json``, beside ``tour.png`` in the folder ``output``: one entry a
        step, with its wall time in seconds.

    Raises
    ------
    KeyboardInterrupt
        After an interrupt; nothing is written.
    """
    settings = settings or TourSettings()
    numbers: Numbers = {"settings": settings._asdict(), "versions": _versions()}
    data = bt.datasets.gap_sine()
    x = data.grid(-1.5, 1.5, settings.num_points)
    report(_say_step("Data", str(data)))

    with _step(numbers, "nuts") as facts:
        trace = bt.sample(
            bt.network(data.x, data.y, prior_scale=PRIOR_SCALE),
            settings.num_samples,
            settings.burn_in,
            settings.num_chains,
            seed=settings.seed,
        )
        facts |= _sampling(trace)
    report(_say_step("NUTS", _say_nuts(facts, settings.num_chains)))

    with _step(numbers, "prediction") as facts:
        draws = _predict(x, trace, settings.seed)
    with _step(numbers, "diagnostics") as facts:
        diagnostics = bt.function_diagnostics(draws, x)
        facts |= _judge(diagnostics, data)
    report(_say_step("Function", _say_diagnostics(facts)))

    with _step(numbers, "advi") as facts:
        best = _fit_network(data, settings, facts)
        count = settings.num_chains * settings.num_samples
        approximate = best.approximation.sample(count, seed=settings.seed)
        advi_draws = _predict(x, approximate, settings.seed)
    report(_say_step("ADVI", _say_advi(facts)))

    with _step(numbers, "exact") as facts:
        loc = _check_exactly(settings, facts)
    report(_say_step("Exact check", _say_exact(facts)))

    folder = pathlib.Path(output)
    folder.mkdir(parents=True, exist_ok=True)
    with _step(numbers, "picture") as facts:
        picture = TourPicture(data, x, draws, diagnostics, advi_draws, settings.num_fits, loc)
        facts["alt"] = draw_tour(folder / "tour.png", picture)
    text = json.dumps(numbers, indent=2, ensure_ascii=False)
    (folder / "tour.json").write_text(f"{text}\n", encoding="utf-8")
    total = sum(step["seconds"] for step in numbers.values() if "seconds" in step)
    report(_say_step("Picture", f"tour.png and tour.json in {folder}; {total:.0f} s in all"))
    return numbers


@contextmanager
def _step(numbers: Numbers, name: str) -> Iterator[Numbers]:
    """Time a step, and keep what it warned of."""
    facts: Numbers = {}
    clock = time.perf_counter()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UserWarning)
        yield facts
    if any(issubclass(each.category, bt.InterruptedWarning) for each in caught):
        raise KeyboardInterrupt
    seconds = round(time.perf_counter() - clock, 2)
    messages = [str(each.message) for each in caught]
    numbers[name] = {"seconds": seconds, **facts, **({"warnings": messages} if messages else {})}
    facts["seconds"] = seconds


# --- What is said ----------------------------------------------------------------------------


def _say_step(step: str, words: str) -> str:
    """Put the step's name in front of the first line, and room in front of the others."""
    first, *rest = words.splitlines()
    return "\n".join([f"{step:<13}{first}", *(f"{'':<13}{line}" for line in rest)])


def _say_nuts(facts: Numbers, num_chains: int) -> str:
    """Say what the sampler did, how fast, and what it stumbled over."""
    leapfrogs, draws = sum(facts["leapfrogs"].values()), facts["draws"]
    share = facts["divergences"] / draws
    return (
        f"{num_chains} chains, {draws} draws in {facts['seconds']:.1f} s: {leapfrogs / 1e6:.2f} "
        f"million leapfrogs, {1e6 * facts['seconds'] / leapfrogs:.1f} µs each\n"
        f"{facts['divergences']} transitions diverged ({share:.1%}); "
        f"{facts['trees_at_maximal_depth'] / draws:.0%} of the trees had the maximal length"
    )


def _say_diagnostics(facts: Numbers) -> str:
    """Say how far the chains agree on the function."""
    r_hat, bulk, tail = facts["max_r_hat"], facts["min_ess_bulk"], facts["min_ess_tail"]
    return (
        f"R-hat of f(x) is at most {r_hat['inside_data']:.3f} between the outermost data, and "
        f"{r_hat['overall']:.3f} beyond\n"
        f"effective draws: at least {bulk['inside_data']} and {bulk['overall']} in the bulk, "
        f"{tail['inside_data']} and {tail['overall']} in the tails"
    )


def _say_advi(facts: Numbers) -> str:
    """Say what each fit reached."""
    levels = ", ".join(f"{each['elbo']:.1f}" for each in facts["fits"])
    return (
        f"mean field, {len(facts['fits'])} fits in {facts['seconds']:.1f} s, ELBO {levels} nats:\n"
        f"each start finds another optimum; the best, {facts['elbo']:.1f}, is shown"
    )


def _say_exact(facts: Numbers) -> str:
    """Set the two algorithms beside the formula."""
    exact, nuts, advi = facts["exact"], facts["nuts"], facts["advi"]
    return (
        f"a normal mean has posterior mean {exact['mean']:.4f}, sd {exact['sd']:.4f}\n"
        f"NUTS finds {nuts['mean']:.4f} ± {nuts['mean_mcse']:.4f}, "
        f"{nuts['sd']:.4f} ± {nuts['sd_mcse']:.4f} (± Monte Carlo error)\n"
        f"ADVI finds {advi['mean']:.4f}, {advi['sd']:.4f}"
    )


# --- The steps -------------------------------------------------------------------------------


def _predict(x: np.ndarray, trace: xr.DataTree, seed: int) -> xr.DataArray:
    """Return the noise-free function at new x, dims (chain, draw, x, 1)."""
    new = bt.network(x, prior_scale=PRIOR_SCALE)
    tree = bt.sample_posterior_predictive(new, trace, var_names=[F], seed=seed)
    return tree["posterior_predictive"][F]


def _sampling(trace: xr.DataTree) -> Numbers:
    stats = trace["sample_stats"]
    longest = 2 ** trace.attrs["max_tree_depth"] - 1
    return {
        "draws": int(stats["n_steps"].size),
        "leapfrogs": {
            "burn_in": int(trace.attrs["warmup_leapfrogs"]),
            "sampling": int(stats["n_steps"].sum()),
        },
        "divergences": int(stats["diverging"].sum()),
        "trees_at_maximal_depth": int((stats["n_steps"] >= longest).sum()),
    }


def _judge(diagnostics: xr.Dataset, data: Regression) -> Numbers:
    """Summarise along x: the largest R-hat and the smallest sample sizes, near the data and in all.

    Near the data means between the smallest and the largest input, the gap included.
    """
    inside = (diagnostics["x"] >= data.x.min()) & (diagnostics["x"] <= data.x.max())
    regions = {"inside_data": diagnostics.where(inside, drop=True), "overall": diagnostics}
    return {
        "max_r_hat": {k: round(float(v["r_hat"].max()), 4) for k, v in regions.items()},
        "min_ess_bulk": {k: round(float(v["ess_bulk"].min())) for k, v in regions.items()},
        "min_ess_tail": {k: round(float(v["ess_tail"].min())) for k, v in regions.items()},
    }


def _fit_network(data: Regression, settings: TourSettings, facts: Numbers) -> Fit:
    """Fit from several starts, because each fit finds one of many optima, and keep the best."""
    target = bt.network(data.x, data.y, prior_scale=PRIOR_SCALE)
    fits = [
        bt.fit(target, "advi", settings.num_steps, learning_rate=0.02, seed=settings.seed + number)
        for number in range(settings.num_fits)
    ]
    levels = [float(np.mean(each.elbo[-len(each.elbo) // 8 :])) for each in fits]
    facts["fits"] = [
        {"seed": each.seed, "elbo": round(level, 2), "converged": each.converged}
        for each, level in zip(fits, levels, strict=True)
    ]
    chosen = fits[int(np.argmax(levels))]
    facts |= {"chosen_seed": chosen.seed, "elbo": round(max(levels), 2), "verdict": chosen.verdict}
    return chosen


@bt.model
def normal_mean(x: Any) -> Any:
    """Yield a mean with a wide prior, and data around it: the posterior is known exactly."""
    loc = yield bt.Normal("loc", 0.0, 10.0)
    yield bt.Normal("obs", loc, 1.0, observed=x)


def _check_exactly(settings: TourSettings, facts: Numbers) -> LocAnswers:
    r"""Compare NUTS and ADVI with the conjugate posterior.

    .. math:: \tau = 1/10^2 + N, \quad \operatorname{E} = \textstyle\sum_n x_n / \tau,
              \quad \operatorname{sd} = \tau^{-1/2}
    """
    x = bt.datasets.normal_sample()
    precision = 1 / 10.0**2 + len(x)
    exact = (float(x.sum(dtype=np.float64) / precision), precision**-0.5)
    trace = bt.sample(
        normal_mean(x),
        settings.num_samples,
        settings.burn_in,
        settings.num_chains,
        seed=settings.seed,
    )
    draws = trace["posterior"][LOC]
    error = bt.function_diagnostics(draws)
    q = bt.fit(normal_mean(x), "advi", seed=settings.seed).approximation
    advi = (float(q.mean[0]), float(q.covariance[0, 0] ** 0.5))
    facts |= {
        "exact": {"mean": exact[0], "sd": exact[1]},
        "nuts": {
            "mean": float(draws.mean()),
            "mean_mcse": float(error["mcse_mean"]),
            "sd": float(draws.std()),
            "sd_mcse": float(error["mcse_sd"]),
        },
        "advi": {"mean": advi[0], "sd": advi[1]},
    }
    return LocAnswers(exact, draws.values.ravel(), advi)


def _versions() -> Numbers:
    packages = {name: version(name) for name in SHOWN}
    return {"bnn_teach": bt.__version__, "python": platform.python_version(), **packages}
