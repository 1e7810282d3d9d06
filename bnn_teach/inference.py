"""The two verbs of inference: ``sample`` runs NUTS, ``fit`` runs ADVI.

Both check their arguments, turn the model into a log-density, hand it to an algorithm that sees
only z, and give the result its names back. Next: :mod:`bnn_teach.prediction`.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr

from bnn_teach.agreement import disagreements
from bnn_teach.approximation import Fit, judge_convergence
from bnn_teach.arguments import as_count, as_flag, as_number, as_seed, checked_arguments
from bnn_teach.density import LogDensity, check_paths
from bnn_teach.diagnostics import sampling_warnings, stuck_chains
from bnn_teach.dsl.model import Model, check_model
from bnn_teach.engine.programs import kept
from bnn_teach.engine.progress import interruptible
from bnn_teach.engine.runtime import import_time, tf
from bnn_teach.errors import (
    ArgumentError,
    ConvergenceWarning,
    InitialPointError,
    InterruptedWarning,
    SizeWarning,
)
from bnn_teach.mcmc.sampling import Settings, run_chains
from bnn_teach.traces import check_axes, make_trace
from bnn_teach.vi import families
from bnn_teach.vi.distance import WIDE
from bnn_teach.vi.fit import FitSettings, optimise

_STARTS = 20
_COPIES = 29  # of L, at the peak of a full-rank fit
_LARGE = 0.5e9  # bytes that are worth a word


@checked_arguments
def sample(
    model: Model,
    num_samples: int = 1000,
    burn_in: int = 1000,
    num_chains: int = 4,
    *,
    observed: Mapping[str, Any] | None = None,
    target_accept: float = 0.8,
    max_tree_depth: int = 10,
    temperature: float = 1.0,
    start: Mapping[str, Any] | None = None,
    seed: int | None = None,
    include_log_likelihood: bool = False,
    num_threads: int | None = None,
    progress: bool | None = None,
) -> xr.DataTree:
    r"""Draw from the posterior with the No-U-Turn sampler.

    .. math:: p_T(\theta \mid y) \propto p(\theta, y)^{1 / T}

    Parameters
    ----------
    model : Model
        A model function that was called.
    num_samples : int, optional
        Draws per chain.
    burn_in : int, optional
        Transitions of warm-up per chain; step size and metric are adapted in them.
    num_chains : int, optional
        Independent chains.
    observed : mapping, optional
        Values of further variables to observe, by path.
    target_accept : float, optional
        Mean acceptance rate that the step size is tuned to, between 0 and 1.
    max_tree_depth : int, optional
        A trajectory has at most ``2**max_tree_depth - 1`` leapfrogs.
    temperature : float, optional
        T, above 0. 1 is the posterior. Below 1 the posterior is *cold*: prior and likelihood both
        count 1 / T times, so that its draws lie closer about its modes. With normal priors that is
        the likelihood 1 / T times under a prior whose sd is :math:`\sqrt{T}` times as large. It is
        no posterior of the model, and ``lp`` and ``energy`` in ``sample_stats`` are its own.
    start : mapping, optional
        Where the chains begin: for each unobserved variable, by path, an array of shape
        ``(num_chains, *shape of the variable)``. Other names are passed over, so draws of a trace
        serve: ``trace["posterior"].isel(draw=-1)``, or of a fit's,
        ``fit.approximation.sample(4)["posterior"].isel(chain=0)``. Without it each unconstrained
        coordinate is uniform on (-2, 2).
    seed : int, optional
        Same seed, same draws, bit for bit on one machine. Without one, a fresh seed is drawn and
        stored in ``trace.attrs["seed"]``.
    include_log_likelihood : bool, optional
        Add the group ``log_likelihood``, which ``az.loo`` needs; only at temperature 1.
    num_threads : int, optional
        Threads to use, all cores by default. It does not change the draws.
    progress : bool, optional
        Whether to show a progress bar; by default in interactive sessions.

    Returns
    -------
    xarray.DataTree
        Groups ``posterior`` and ``sample_stats``, dims ``(chain, draw, ...)``, ``observed_data``,
        ``constant_data``. After an interrupt it holds the draws so far. Its attributes say how it
        was made, and where the seconds went: ``trace_time`` (the model becomes a graph),
        ``compile_time`` (0 for a program that this process has compiled before), ``warmup_time``,
        ``drawing_time``, whose sum with the warm-up's is ``sampling_time``, ``recording_time``
        (deterministics), and ``import_time``, TensorFlow's own import, once a process.

    Raises
    ------
    BnnTeachError
        Its subclasses say what is wrong with the model, the data or an argument.

    References
    ----------
    Hoffman & Gelman (2014), *The No-U-Turn Sampler*, JMLR 15; Betancourt (2017), *A Conceptual
    Introduction to Hamiltonian Monte Carlo*, arXiv:1701.02434; Wenzel et al. (2020), *How Good is
    the Bayes Posterior in Deep Neural Networks Really?*, ICML: cold posteriors.
    """
    check_model(model)
    settings = Settings(
        num_samples=as_count("num_samples", num_samples, 1),
        burn_in=as_count("burn_in", burn_in, 0),
        num_chains=as_count("num_chains", num_chains, 1),
        target_accept=as_number("target_accept", target_accept, 0.0, 1.0),
        max_tree_depth=as_count("max_tree_depth", max_tree_depth, 1),
        seed=as_seed(seed),
        num_threads=None if num_threads is None else as_count("num_threads", num_threads, 1),
        progress=None if progress is None else as_flag("progress", progress),
    )
    density = _density(model, observed, temperature)
    if as_flag("include_log_likelihood", include_log_likelihood) and density.temperature != 1.0:
        raise ArgumentError(
            f"include_log_likelihood: got True with temperature={density.temperature:g}, expected "
            "temperature=1, for az.loo weighs draws of the posterior itself. Leave it out, and "
            "score predictions on data that the model has not seen."
        )
    starts = None if start is None else _starts(density, start, settings.num_chains)
    with interruptible() as stop:
        draws = run_chains(density, settings, starts)
        clock = time.perf_counter()
        posterior, likelihood = density.unflatten(draws.z, include_log_likelihood)
        groups = {"posterior": posterior, "sample_stats": draws.statistics}
        trace = make_trace(
            density.structure,
            groups | ({"log_likelihood": likelihood} if likelihood else {}),
            seed=settings.seed,
            tuning_steps=settings.burn_in,
            target_accept=settings.target_accept,
            max_tree_depth=settings.max_tree_depth,
            temperature=density.temperature,
            warmup_leapfrogs=draws.warmup_leapfrogs,
            sampling_time=draws.seconds.warmup + draws.seconds.drawing,
            import_time=import_time,
            trace_time=density.trace_time + draws.seconds.trace,
            compile_time=draws.seconds.compile,
            warmup_time=draws.seconds.warmup,
            drawing_time=draws.seconds.drawing,
            recording_time=time.perf_counter() - clock,
        )
    if stop.is_set():
        _warn_interrupted(f"{draws.z.shape[1]} of {settings.num_samples} draws per chain are kept")
    elif settings.burn_in == 0:
        _warn("burn_in=0: step size and metric were not adapted. Use 500 or more.")
    else:
        messages = sampling_warnings(draws.statistics, max_tree_depth=settings.max_tree_depth)
        if not stuck_chains(draws.statistics).any():  # else, that says it
            messages += disagreements(posterior, _functions(density))
        for message in messages:
            _warn(message)
    return trace


@checked_arguments
def fit(
    model: Model,
    method: str = "advi",
    num_steps: int = 10_000,
    *,
    observed: Mapping[str, Any] | None = None,
    learning_rate: float = 0.01,
    final_learning_rate: float | None = None,
    samples_per_step: int = 4,
    initial_scale: float = 0.01,
    sticking_the_landing: bool = False,
    start: Fit | None = None,
    batch_size: int | None = None,
    seed: int | None = None,
    progress: bool | None = None,
) -> Fit:
    r"""Approximate the posterior by a Gaussian over z (automatic differentiation VI, or ADVI).

    .. math:: q^* = \arg\max_q \; E_q[\log p(z)] + H(q)

    Parameters
    ----------
    model : Model
        A model function that was called.
    method : str, optional
        ``"advi"``, independent coordinates, or ``"fullrank_advi"``, any covariance.
    num_steps : int, optional
        Steps of Adam.
    observed : mapping, optional
        Values of further variables to observe, by path.
    learning_rate : float, optional
        Adam's rate at the first step.
    final_learning_rate : float, optional
        Its rate at the last step, reached geometrically; a hundredth of the first by default.
        Pass the same number twice for a constant rate.
    samples_per_step : int, optional
        Draws of q that estimate each gradient.
    initial_scale : float, optional
        Standard deviation of every coordinate at the start. A large one drowns a network's signal
        in gradient noise.
    sticking_the_landing : bool, optional
        Use the gradient without noise at the optimum; only from a warm start.
    start : Fit, optional
        An earlier fit of the same model, of either method, to go on from.
    batch_size : int, optional
        Data points per step, drawn anew at each; the likelihood is scaled to stay unbiased.
    seed : int, optional
        Same seed, same fit. Without one, a fresh seed is drawn and stored in ``fit.seed``.
    progress : bool, optional
        Whether to show a progress bar; by default in interactive sessions.

    Returns
    -------
    Fit

    Raises
    ------
    BnnTeachError
        Its subclasses say what is wrong with the model, the data or an argument.

    References
    ----------
    Kucukelbir et al. (2017), *Automatic Differentiation Variational Inference*, JMLR 18.
    """
    check_model(model)
    learning_rate = as_number("learning_rate", learning_rate, 0.0, np.inf)
    final = learning_rate / 100 if final_learning_rate is None else final_learning_rate
    settings = FitSettings(
        num_steps=as_count("num_steps", num_steps, 1),
        learning_rate=learning_rate,
        final_learning_rate=as_number("final_learning_rate", final, 0.0, np.inf),
        samples_per_step=as_count("samples_per_step", samples_per_step, 1),
        sticking_the_landing=as_flag("sticking_the_landing", sticking_the_landing),
        batch_size=None if batch_size is None else as_count("batch_size", batch_size, 1),
        seed=as_seed(seed),
        progress=None if progress is None else as_flag("progress", progress),
    )
    density = _density(model, observed)
    q = _start(
        density, method, as_number("initial_scale", initial_scale, 0.0, np.inf), start, settings
    )
    _warn_size(q)
    clock = time.perf_counter()
    with interruptible() as stop:
        wide = bool((np.logaddexp(0.0, q.rho) > WIDE).any())
        q, losses = optimise(density, q, settings)
        if stop.is_set():
            judgement = False, f"Interrupted after {len(losses)} of {settings.num_steps} steps."
        else:
            judgement = judge_convergence(density, q, losses, settings, wide)
        seconds = time.perf_counter() - clock
        result = Fit(density, q, losses, settings, seconds, judgement)
    if stop.is_set():
        _warn_interrupted(f"{len(losses)} of {settings.num_steps} steps were taken")
    elif not result.converged:
        _warn(result.reason)
    return result


def _starts(density: LogDensity, start: Any, num_chains: int) -> np.ndarray:
    """Return where the chains begin, shape (num_chains, D)."""
    if not isinstance(start, Mapping):
        raise ArgumentError(
            f"start: got {type(start).__name__}, expected values by path, one a chain. Pass "
            'trace["posterior"].isel(draw=-1), or {path: array}.'
        )
    check_paths(start, density.slots, density.structure.model.describe())
    values = {path: np.asarray(start[path]) for path in density.slots}
    for path, array in values.items():
        shape = (num_chains, *density.slots[path].shape)
        if array.shape != shape:
            raise ArgumentError(
                f"start: {path} has shape {array.shape}, expected {shape}: a value for each of "
                f"num_chains={num_chains} chains."
            )
    each = [density.flatten({p: a[c] for p, a in values.items()}) for c in range(num_chains)]
    return np.stack(each).astype(density.dtype)


def _start(
    density: LogDensity, method: str, scale: float, start: Any, settings: FitSettings
) -> families.Gaussian:
    if start is None:
        return families.start_gaussian(method, _start_mean(density, settings.seed), scale)
    if not isinstance(start, Fit) or start.approximation.density.slots != density.slots:
        raise ArgumentError(
            "start: expected a fit of a model with the same variables. Pass what bt.fit returned."
        )
    old = start.approximation.parameters
    sd = np.logaddexp(0.0, np.asarray(old.rho, np.float64))
    new = families.start_gaussian(method, np.asarray(old.mean, density.dtype), sd)
    if not (old.is_full_rank and new.is_full_rank):
        return new
    return families.Gaussian(*(np.asarray(p, density.dtype) for p in old))


def _start_mean(density: LogDensity, seed: int) -> np.ndarray:
    """Draw the mean near 0, then ever farther from it, until the log-density is finite there."""
    rng = np.random.default_rng([seed, 0])
    evaluate = kept(
        (density.fingerprint, "start"),
        lambda: tf.function(density.value_and_grad_one, autograph=False),
    )
    for spread in np.geomspace(0.1, 2.0, _STARTS):
        mean = (spread * rng.standard_normal(density.size)).astype(density.dtype)
        value, gradient = evaluate(tf.constant(mean), density.tensors)
        if np.isfinite(value.numpy()) and np.isfinite(gradient.numpy()).all():
            return mean
    raise InitialPointError(density.explain_nonfinite(mean, _STARTS))


def _functions(density: LogDensity) -> set[str]:
    """Return the paths of recorded values that lie along the data."""
    structure, rows = density.structure, density.num_data
    return {p for p in structure.recorded if structure.shape_of(p)[:1] == (rows,)}


def _density(
    model: Model, observed: Mapping[str, Any] | None, temperature: float = 1.0
) -> LogDensity:
    density = LogDensity(model, observed, temperature)
    check_axes(density.structure)
    density.structure.warn_without_data(stacklevel=5)
    return density


def _warn(message: str) -> None:
    warnings.warn(message, ConvergenceWarning, stacklevel=4)


def _warn_size(q: families.Gaussian) -> None:
    """Say what a full rank takes, where that is much."""
    if (memory := _COPIES * q.lower.nbytes) > _LARGE:
        size = len(q.mean)
        warnings.warn(
            f"fullrank_advi: for {size} unknown numbers L has {size} x {size} entries, and the fit "
            f"takes about {memory / 1e9:.1f} GB. method='advi' has {size} standard deviations.",
            SizeWarning,
            stacklevel=4,
        )


def _warn_interrupted(what: str) -> None:
    warnings.warn(f"Interrupted: {what}.", InterruptedWarning, stacklevel=4)
