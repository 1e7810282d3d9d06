"""What ``fit`` returns: a Gaussian over z that stands for the posterior, and how it was found.

The Gaussian has names again: its draws are a trace like any other. Whether the optimiser arrived
is one question, which :func:`judge_convergence` answers from the ELBO alone; whether the Gaussian
is a good one is another, which it does not. Next: :mod:`bnn_teach.inference`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from bnn_teach.arguments import as_count, as_seed, checked_arguments
from bnn_teach.density import LogDensity
from bnn_teach.traces import make_trace
from bnn_teach.vi import families
from bnn_teach.vi.fit import FitSettings


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
        Whether the ELBO was flat over the last quarter of the steps.
    verdict : str
        The same in words, with numbers. A flat ELBO does not mean a good approximation.
    seed : int
        What the fit can be repeated with.
    seconds : float
        Wall time, compilation included.
    """

    def __init__(
        self,
        density: LogDensity,
        q: families.Gaussian,
        losses: np.ndarray,
        settings: FitSettings,
        seconds: float,
    ) -> None:
        self.losses = losses
        self.approximation = Approximation(density, q)
        self.settings = settings
        self.seed = settings.seed
        self.seconds = seconds
        self.converged, self.verdict = judge_convergence(losses)

    @property
    def elbo(self) -> np.ndarray:
        """The ELBO in nats, one estimate a step, shape (num_steps,)."""
        return -self.losses

    def __repr__(self) -> str:
        return f"<Fit, {len(self.losses)} steps. {self.verdict}>"


def judge_convergence(losses: np.ndarray) -> tuple[bool, str]:
    """Compare the ELBO's mean over the last eighth of the steps with the eighth before.

    The difference counts as zero within three standard errors, taken from 20 block means each
    because neighbouring steps are correlated, or within 0.1 nat.

    Parameters
    ----------
    losses : ndarray, shape (num_steps,)
        The negative ELBO.

    Returns
    -------
    converged : bool
    verdict : str
    """
    if not np.isfinite(losses).all():
        step = int(np.argmin(np.isfinite(losses)))
        return False, f"The ELBO is not finite from step {step} on. Lower learning_rate."
    width = len(losses) // 8
    if width < 20:
        return False, f"{len(losses)} steps are too few to judge convergence. Take 1000 or more."
    size = width // 20
    before, after = (
        -part[-20 * size :].reshape(20, size).mean(1)
        for part in (losses[-2 * width : -width], losses[-width:])
    )
    gain = after.mean() - before.mean()
    error = np.sqrt((after.var(ddof=1) + before.var(ddof=1)) / 20)
    level = f"ELBO {after.mean():.2f} ± {np.sqrt(after.var(ddof=1) / 20):.2f} nats"
    if abs(gain) <= max(3 * error, 0.1):
        return True, f"{level}, flat over the last quarter of the steps."
    return False, (
        f"{level}, still {'rising' if gain > 0 else 'falling'} by {abs(gain):.2f} ± {error:.2f} "
        f"nats in {width} steps. {'Take more steps' if gain > 0 else 'Lower learning_rate'}."
    )


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
        z = self.draw(num_samples, seed)
        values, likelihood = self.density.unflatten(z[None], include_log_likelihood)
        groups = {"posterior": values} | ({"log_likelihood": likelihood} if likelihood else {})
        return make_trace(self.density.structure, groups, seed=seed)

    def log_prob(self, z: Any) -> np.ndarray:
        """Return log q(z), shape (...), for z of shape (..., D)."""
        noise = np.linalg.solve(
            self._factor, (np.asarray(z, float) - self.mean).reshape(-1, len(self.mean)).T
        )
        value = -0.5 * (noise**2).sum(0) - np.log(np.diag(self._factor)).sum()
        return (value - 0.5 * len(self.mean) * np.log(2 * np.pi)).reshape(np.shape(z)[:-1])
