"""The fair lab: NUTS and both ADVIs on one network, at every prior scale and every start.

You will find a full factorial experiment, the design that can tell two causes apart: each method
meets each ``prior_scale`` and each initial standard deviation, from several seeds, and nothing else
changes. :func:`run_fair_lab`, which ``python -m bnn_teach fair-lab`` calls, takes minutes and
stores what it found for notebook 08. Next: :mod:`bnn_teach.course.chapters.ch08.exhibit`, where a
reader turns the knobs.
"""

from __future__ import annotations

import itertools
import pathlib
import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from bnn_teach.approximation import Fit
from bnn_teach.course.chapters.ch08.bands import FairLab, LabBand, as_text, read_fair_lab
from bnn_teach.course.datasets import Regression, gap_sine
from bnn_teach.course.networks import network
from bnn_teach.density import LogDensity
from bnn_teach.diagnostics import function_diagnostics
from bnn_teach.dsl.model import Model
from bnn_teach.errors import ConvergenceWarning, InterruptedWarning
from bnn_teach.inference import fit, sample
from bnn_teach.prediction import quantile_band, sample_posterior_predictive
from bnn_teach.vi.families import start_gaussian
from bnn_teach.vi.fit import FitSettings

METHODS = ("advi", "fullrank_advi")
_F = "network.f"


class LabSettings(NamedTuple):
    """The factors of the experiment, and what is the same in all of its runs."""

    prior_scales: tuple[float, ...] = (0.5, 1.0, 3.0)
    """The models: the standard deviation of every weight before seeing data."""
    initial_scales: tuple[float, ...] = (1.0, 0.01)
    """The starts: the standard deviation of every coordinate of q at step 0."""
    num_fits: int = 8
    """Fits of each kind, from seeds 0, 1, ..."""
    num_steps: int = 150_000
    """Steps of each fit: many, so that none can be said to have stopped early."""
    learning_rate: float = 0.001
    """Adam's rate, the same at all steps; with one draw of q a step, as in the article."""
    num_draws: int = 2000
    """Functions drawn from each fit."""
    num_chains: int = 8
    """Chains of NUTS at each prior scale."""
    burn_in: int = 600
    """Transitions of warm-up per chain."""
    num_samples: int = 1500
    """Draws per chain."""
    num_points: int = 61
    """Places x from -1.5 to 1.5."""


def run_fair_lab(
    output: str | pathlib.Path,
    settings: LabSettings | None = None,
    report: Callable[[str], object] = lambda line: None,
) -> FairLab:
    """Run all, and write the file.

    Parameters
    ----------
    output : path
        The file; its folder is made if need be.
    settings : LabSettings, optional
        Factors and sizes.
    report : callable, optional
        Called with a line of text for each prior scale and method.

    Returns
    -------
    FairLab
        What :func:`read_fair_lab` reads from the file. After an interrupt nothing is written.
    """
    settings = settings or LabSettings()
    data = gap_sine()
    x = data.grid(-1.5, 1.5, settings.num_points)
    bands: dict[str, list[LabBand]] = {"nuts": [], "fits": [], "mixtures": []}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # what it says is stored
        warnings.simplefilter("error", InterruptedWarning)
        try:
            for scale in settings.prior_scales:
                net = network(data.x, data.y, prior_scale=scale)
                _run(_Bench(net, data, x, scale, settings), bands, report)
        except InterruptedWarning:
            raise KeyboardInterrupt from None
    path = pathlib.Path(output)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(as_text(settings._asdict(), x[:, 0], bands), encoding="utf-8")
    return read_fair_lab(path)


def article_start(model: Model, method: str, seed: int, initial_scale: float = 1.0) -> Fit:
    """Return a fit of no step at all: q as the article's system began it.

    Every mean is drawn from Normal(0, 1), and every standard deviation is ``initial_scale``, in
    the article 1. The library's own means lie ten times as close to 0.
    """
    density = LogDensity(model)
    mean = np.random.default_rng(seed).standard_normal(density.size).astype(density.dtype)
    settings = FitSettings(0, 0.001, 0.001, 1, False, None, seed, False)
    q = start_gaussian(method, mean, initial_scale)
    return Fit(density, q, np.zeros(0), settings, 0.0, (False, "No step was taken."))


def live_units(trace: Any, x: np.ndarray) -> float:
    """Return how many hidden units of ``bt.network(x)`` answer to x, on average over the draws.

    A unit is dead if it says the same at all x: a ReLU that is always 0, or one whose inputs are
    dead.
    """
    draws = trace["posterior"]
    signal, alive = x, 0.0
    for name in ("l1", "l2"):
        w = draws[f"network.{name}.w"].values
        b = draws[f"network.{name}.b"].values
        signal = np.maximum(signal @ w + b[..., None, :], 0)  # (chain, draw, N, units)
        alive += (np.ptp(signal, axis=-2) > 0).sum(axis=-1).mean()
    return float(alive)


class _Bench(NamedTuple):
    """One model, and what all methods that meet it have in common."""

    net: Model
    data: Regression
    x: np.ndarray
    scale: float
    settings: LabSettings

    def functions(self, trace: Any) -> np.ndarray:
        """Return the noise-free functions, shape (chain, draw, num_points)."""
        new = sample_posterior_predictive(
            network(self.x, prior_scale=self.scale), trace, [_F], seed=0
        )
        return np.asarray(new["posterior_predictive"][_F].values)[..., 0]

    def summary(self, draws: np.ndarray, method: str, *facts: Any) -> LabBand:
        """Return the band of the functions; ``facts`` run from initial_scale to r_hat."""
        lower, upper = quantile_band(draws, 0.95)
        median = np.median(draws, axis=(0, 1))
        at_points = np.interp(self.data.x[:, 0], self.x[:, 0], median)
        misfit = float(np.sqrt(np.mean((at_points - self.data.y[:, 0]) ** 2)))
        curves = [np.round(each.astype(float), 4) for each in (lower, median, upper)]
        return LabBand._make([method, self.scale, *facts, round(misfit, 4), *curves])


def _run(bench: _Bench, bands: dict[str, list[LabBand]], report: Callable[[str], object]) -> None:
    """Let all methods meet one prior; the bands are added to the three lists."""
    scale, settings = bench.scale, bench.settings
    bands["nuts"].append(nuts := _run_nuts(bench))
    report(f"prior_scale {scale:g}: NUTS, R-hat of f at most {nuts.r_hat}")
    for method, start in itertools.product(METHODS, settings.initial_scales):
        runs = [_run_fit(bench, method, start, seed) for seed in range(settings.num_fits)]
        bands["fits"] += [band for band, _ in runs]
        if good := [draws for band, draws in runs if not band.collapsed]:
            mixed = np.concatenate(good, axis=1)
            bands["mixtures"].append(bench.summary(mixed, method, start, None, None, None, None))
        dead = settings.num_fits - len(good)
        report(f"prior_scale {scale:g}: {method} from {start:g}, {dead} collapsed")


def _run_nuts(bench: _Bench) -> LabBand:
    settings = bench.settings
    sizes = (settings.num_samples, settings.burn_in, settings.num_chains)
    draws = bench.functions(sample(bench.net, *sizes, seed=0))
    r_hat = round(float(function_diagnostics(draws)["r_hat"].max()), 3)
    return bench.summary(draws, "nuts", None, None, None, None, r_hat)


def _run_fit(bench: _Bench, method: str, start: float, seed: int) -> tuple[LabBand, np.ndarray]:
    """Return a fit's band together with its functions."""
    settings = bench.settings
    recipe: dict[str, Any] = {"initial_scale": start}
    if start == 1.0:  # the article's system
        recipe = {"start": article_start(bench.net, method, seed)}
    result = fit(
        bench.net,
        method,
        settings.num_steps,
        learning_rate=settings.learning_rate,
        final_learning_rate=settings.learning_rate,
        samples_per_step=1,
        seed=seed,
        **recipe,
    )
    draws = bench.functions(result.approximation.sample(settings.num_draws, seed=seed))
    elbo = round(float(result.elbo[-len(result.elbo) // 8 :].mean()), 2)
    return bench.summary(draws, method, start, seed, elbo, result.converged, None), draws
