"""What is offered against several modes: starts, tempering, stacking. The methods of notebook 10.

:func:`ladders` tempers two normals whose masses are known; the others are for a network. Next:
:mod:`bnn_teach.course.chapters.ch10.exhibit`.
"""

from __future__ import annotations

import functools
import math
import warnings
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from bnn_teach.course.chapters.ch13.evidence import log_evidence
from bnn_teach.density import LogDensity
from bnn_teach.dsl.model import Model
from bnn_teach.inference import sample
from bnn_teach.mcmc import tempering
from bnn_teach.mcmc.hmc import hmc_step
from bnn_teach.vi.mode import find_modes

_STEP, _LEAPFROGS = 0.9, 3  # for a normal of sd 1, at power 1
_NUM_STEPS = 3000  # of a training


def ladders(
    tops: tuple[float, float],
    shares: tuple[float, float],
    powers: ArrayLike,
    num_samples: int,
    seed: int,
) -> np.ndarray:
    """Temper a mixture of two normals of sd 1, from each of its tops twice.

    Parameters
    ----------
    tops, shares : tuple of two float
        The means, and the masses.
    powers : array_like, shape (K,)
        Of the ladder's chains.
    num_samples : int
        Draws of each ladder.
    seed : int

    Returns
    -------
    ndarray, shape (4, num_samples)
        The draws at power 1.
    """
    (left, right), (first, second) = tops, shares

    def two_hills(x: np.ndarray) -> tuple[float, np.ndarray]:
        z = float(x[0])  # a number at a time: NumPy would take twice as long
        a = math.log(first) - 0.5 * (z - left) ** 2
        b = math.log(second) - 0.5 * (z - right) ** 2
        value = max(a, b) + math.log1p(math.exp(-abs(a - b)))
        slope = math.exp(a - value) * (left - z) + math.exp(b - value) * (right - z)
        return value, np.array([slope])

    step = functools.partial(hmc_step, num_steps=_LEAPFROGS)
    found = []
    for k, place in enumerate((left, left, right, right)):
        rng = np.random.default_rng([seed, k])
        run = tempering.run(two_hills, [place], num_samples, _STEP, powers, step=step, seed=rng)
        found.append(run.draws[0, :, 0])
    return np.array(found)


def from_modes(net: Model, num_samples: int, burn_in: int, seed: int) -> xr.DataTree:
    """Train four networks from draws of a standard normal, and let a chain begin at each."""
    density = LogDensity(net)
    starts = np.random.default_rng(seed).standard_normal((4, density.size))
    start, _ = density.unflatten(find_modes(density, starts, _NUM_STEPS).z)
    return sample(net, num_samples, burn_in, 4, start=start, seed=seed)


def tempered(net: Model, num_particles: int, seed: int) -> dict[str, dict[str, np.ndarray]]:
    """Return particles of sequential Monte Carlo by name, under ``"posterior"`` as in a trace."""
    particles = log_evidence(net, num_particles, seed).z
    return {"posterior": LogDensity(net).unflatten(particles)[0]}


def stacked(trace: xr.DataTree, seed: int) -> dict[str, Any]:
    """Draw from a trace's chains as often as their weights say: ``"posterior"`` and ``"weights"``.

    The trace has the log-likelihood of each point: ``bt.sample(..., include_log_likelihood=True)``.
    """
    weights, rng = stacking_weights(trace), np.random.default_rng(seed)
    chains, draws = trace["posterior"].sizes["chain"], trace["posterior"].sizes["draw"]
    chain = rng.choice(chains, chains * draws, p=weights)
    draw = rng.integers(draws, size=len(chain))
    posterior = trace["posterior"].items()
    drawn = {name: np.asarray(array)[chain, draw] for name, array in posterior}
    return {"posterior": drawn, "weights": weights.round(2)}


def stacking_weights(trace: Any) -> np.ndarray:
    """Return the chains' weights, shape (C,), with which their mixture predicts best.

    Each point is left out in turn, by importance sampling. Source: Yao, Vehtari & Gelman (2022),
    *Stacking for non-mixing Bayesian computations*, JMLR 23; the computation is ArviZ's.
    """
    import arviz_stats  # takes seconds

    stats: Any = arviz_stats

    chains = range(trace["posterior"].sizes["chain"])
    with warnings.catch_warnings(action="ignore"):  # of long tails; the weights are what is shown
        single = {str(c): stats.loo(trace.isel(chain=[c]), pointwise=True) for c in chains}
        weights = stats.compare(single)["weight"][list(single)].to_numpy()
    return np.asarray(weights / weights.sum())
