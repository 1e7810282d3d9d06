"""What ``fit`` returns: a Gaussian over z that stands for the posterior, and how it was found.

The Gaussian has names again: its draws are a trace like any other. Whether the optimiser arrived
is one question, which :func:`judge_convergence` answers by going on; whether the best Gaussian is
a good one is another, which :attr:`Fit.k_hat` answers. Next: :mod:`bnn_teach.inference`.
"""

from __future__ import annotations

import functools
import re
import textwrap
from typing import Any

import numpy as np
import xarray as xr

from bnn_teach.arguments import as_count, as_flag, as_seed, checked_arguments
from bnn_teach.density import LogDensity
from bnn_teach.errors import MissingNameError, did_you_mean
from bnn_teach.traces import make_trace
from bnn_teach.vi import families
from bnn_teach.vi.distance import NARROW, Distance, distance
from bnn_teach.vi.fit import FitSettings

TOLERANCE = 0.01
"""Nats per coordinate that a converged fit may miss: means that are a seventh of an sd off."""

POOR_K_HAT = 0.7
"""k-hat above which importance weights cannot correct draws (Vehtari et al. 2024)."""

GOOD_K_HAT = 0.5
"""k-hat below which weights have a finite variance."""

_WORK = 10_000_000  # data times draws behind k-hat
_MOST_NATS = 300.0  # from the median weight to the largest; beyond, no tail can be fitted

_MIN_STEPS = 160
_ATTRIBUTES = ("losses", "elbo", "approximation", "converged", "verdict", "k_hat")


class Fit:
    """The result of :func:`fit`.

    Attributes
    ----------
    losses : ndarray, shape (num_steps,)
        The negative ELBO in nats, one estimate a step; shorter after an interrupt, or where it
        ceased to be finite.
    approximation : Approximation
        The fitted Gaussian.
    converged : bool
        Whether going on from the end with the initial learning rate gained nothing beyond Monte
        Carlo error; see :func:`judge_convergence`.
    seed : int
        What the fit can be repeated with.
    seconds : float
        Wall time, compilation and the judgement included.
    """

    def __init__(
        self,
        density: LogDensity,
        q: families.Gaussian,
        losses: np.ndarray,
        settings: FitSettings,
        seconds: float,
        judgement: tuple[bool, str],
    ) -> None:
        self.losses = losses
        self.approximation = Approximation(density, q)
        self.settings = settings
        self.seed = settings.seed
        self.seconds = seconds
        self.converged, self.reason = judgement

    @property
    def elbo(self) -> np.ndarray:
        """The ELBO in nats, one estimate a step, shape (num_steps,)."""
        return -self.losses

    @functools.cached_property
    def k_hat(self) -> float:
        r"""The tail index of the importance weights p(z) / q(z), from 20,000 draws of q.

        Above 0.7 no weighting of q's draws leads to the posterior, so its tails and moments are
        not to be believed; small values hold only where q's draws are, not in a mode that they
        never meet. It is estimated from the largest weights, within about ± 0.2 and more often low
        than high (with more data than 500, from fewer draws, down to 1000, and less exactly).
        Computed when it is first read, because ArviZ takes seconds to import. Source: Yao, Vehtari,
        Simpson & Gelman (2018), *Yes, but Did It Work?*, ICML.
        """
        q = self.approximation
        data = sum(int(np.prod(each.shape)) for each in q.density.structure.observed.values())
        z = q.draw(int(np.clip(_WORK // max(data, 1), 1000, 20_000)), self.seed)
        with np.errstate(all="ignore"):
            return tail_index(q.density.log_prob(z) - q.log_prob(z))

    @property
    def verdict(self) -> str:
        """Whether the fit has converged, and whether its draws can be corrected; a line a sentence.

        No line is wider than 79 columns.
        """
        said = self.reason
        if self.converged and self.k_hat > POOR_K_HAT:
            said += (
                f" But k-hat is {self.k_hat:.1f}, above {POOR_K_HAT}: the best of its family, yet "
                "not the posterior; do not trust its tails and variances."
            )
        elif self.converged:
            enough = "" if self.k_hat < GOOD_K_HAT else ", if there are many draws"
            said += f" k-hat {self.k_hat:.1f}: weights may correct what is left{enough}."
        sentences = re.split(r"(?<=[.;]) (?=\w)", said)
        return "\n".join(textwrap.fill(each, 79, break_on_hyphens=False) for each in sentences)

    def __getattr__(self, name: str) -> Any:
        raise MissingNameError(
            f"fit.{name}: got a fit, which has no {name!r}.{did_you_mean(name, _ATTRIBUTES)} Its "
            "draws are a trace, fit.approximation.sample(1000)."
        )

    def __getitem__(self, name: Any) -> Any:
        return self.__getattr__(name)

    def __repr__(self) -> str:
        return f"<Fit, {len(self.losses)} steps.\n{self.verdict}>"


def judge_convergence(
    density: LogDensity,
    q: families.Gaussian,
    losses: np.ndarray,
    settings: FitSettings,
    wide: bool = False,
) -> tuple[bool, str]:
    """Go on from the end of a fit with the initial learning rate; nothing must be gained.

    A gain counts as nothing within two standard errors, or within 0.01 nat per coordinate, at
    least 0.1. All must be finite, standard errors too.

    Parameters
    ----------
    density : LogDensity
        The target.
    q : Gaussian
        Where the fit has ended.
    losses : ndarray, shape (num_steps,)
        The negative ELBO.
    settings : FitSettings
        Those of the fit.
    wide : bool, optional
        Whether it began with large standard deviations; see
        :func:`bnn_teach.vi.distance.distance`.

    Returns
    -------
    converged : bool
    reason : str
    """
    if not np.isfinite(losses).all():
        step = int(np.argmin(np.isfinite(losses)))
        return False, f"The ELBO is not finite from step {step} on. Lower learning_rate."
    if len(losses) < _MIN_STEPS:
        return False, f"{len(losses)} steps are too few to judge convergence. Take 1000 or more."
    return judge_distance(distance(density, q, settings, wide), density.size, settings)


def judge_distance(found: Distance, size: int, settings: FitSettings) -> tuple[bool, str]:
    """Say what going on from the end means, for D = ``size`` coordinates."""
    level = f"ELBO {found.elbo:.2f} ± {found.elbo_error:.2f} nats"
    if not np.isfinite([found.elbo, found.elbo_error, found.gain, found.error]).all():
        return False, f"{level}: it, or going on from there, is not finite. Lower learning_rate."
    tolerance = max(0.1, TOLERANCE * size)
    how = f"{found.num_steps} further steps with learning_rate={found.rate:g}"
    gain = f"{found.gain:.2f} ± {found.error:.2f} nats"
    if found.gain <= max(2 * found.error, tolerance):
        if 3 * found.error <= max(10 * tolerance, 0.1 * abs(found.elbo)):
            return True, f"{level}; {how} gain nothing ({gain})."
        return False, (
            f"{level}: too noisy to judge, since {how} change it by {gain}. Raise "
            "samples_per_step, or lower initial_scale."
        )
    if found.narrow:
        return False, (
            f"{level}, in a poor mode: from the same mean with initial_scale={NARROW:g}, {how} "
            f"gain {gain}. Fit again with initial_scale={NARROW:g} and that rate."
        )
    if found.settling and settings.final_learning_rate > 0.1 * settings.learning_rate:
        return False, (
            f"{level}, not settled: {how}, which falls at the end, gain {gain}. Leave "
            "final_learning_rate out, or lower it."
        )
    return False, (
        f"{level}, not there yet: {how} gain {gain}. Go on with start=fit and "
        f"learning_rate={found.rate:g}, or start anew with more steps"
        f"{'' if found.settling else ' or a larger learning_rate'}."
    )


def tail_index(log_weights: np.ndarray) -> float:
    """Return the k of a generalised Pareto tail, fitted to the largest weights, shape (S,).

    Infinite where a weight is no number, or too large beside the others for floating point; 0 where
    the largest are equal.
    """
    from arviz_stats.base import array_stats  # type: ignore[attr-defined]

    if not log_weights.max() - np.median(log_weights) < _MOST_NATS:
        return np.inf
    try:  # ArviZ takes log-likelihoods, which weigh as leave-one-out does: by their inverse
        k = float(array_stats.psislw(-log_weights)[1])  # type: ignore[no-untyped-call]
    except ValueError:
        return 0.0
    return 0.0 if np.isnan(k) else k


class Approximation:
    """A Gaussian over z that stands for the posterior.

    Attributes
    ----------
    mean : ndarray, shape (D,), float64
        On the unconstrained scale, in the order of ``density.slots``.
    covariance : ndarray, shape (D, D), float64
        Diagonal for ``method="advi"``.
    density : LogDensity
        The target, with the map between z and named values.
    """

    def __init__(self, density: LogDensity, q: families.Gaussian) -> None:
        self.density, self.parameters = density, q
        self.mean = np.asarray(q.mean, np.float64)
        self._factor = families.factor(q)

    @property
    def covariance(self) -> np.ndarray:
        """F Fᵀ, shape (D, D)."""
        return self._factor @ self._factor.T

    @checked_arguments
    def draw(self, num_samples: int = 1000, seed: int | None = None) -> np.ndarray:
        """Draw z, shape (num_samples, D); same seed, same draws."""
        rng = np.random.default_rng([as_seed(seed), 2])
        noise = rng.standard_normal((as_count("num_samples", num_samples, 1), len(self.mean)))
        return self.mean + noise @ self._factor.T

    @checked_arguments
    def sample(
        self,
        num_samples: int = 1000,
        *,
        seed: int | None = None,
        include_log_likelihood: bool = False,
    ) -> xr.DataTree:
        """Draw named values.

        Parameters
        ----------
        num_samples : int, optional
            Independent draws.
        seed : int, optional
            Same seed, same draws. Without one, a fresh seed is drawn and stored in
            ``trace.attrs["seed"]``.
        include_log_likelihood : bool, optional
            Add the group ``log_likelihood``.

        Returns
        -------
        xarray.DataTree
            A trace with one chain: dims ``(chain, draw, ...)``.
        """
        seed = as_seed(seed)
        as_flag("include_log_likelihood", include_log_likelihood)
        z = self.draw(num_samples, seed)
        values, likelihood = self.density.unflatten(z[None], include_log_likelihood)
        groups = {"posterior": values} | ({"log_likelihood": likelihood} if likelihood else {})
        return make_trace(self.density.structure, groups, seed=seed)

    def log_prob(self, z: Any) -> np.ndarray:
        """Return log q(z), shape (...), for z of shape (..., D)."""
        away = self.density.points(z).astype(float) - self.mean
        noise = np.linalg.solve(self._factor, away.reshape(-1, len(self.mean)).T)
        value = -0.5 * (noise**2).sum(0) - np.log(np.diag(self._factor)).sum()
        return (value - 0.5 * len(self.mean) * np.log(2 * np.pi)).reshape(away.shape[:-1])
