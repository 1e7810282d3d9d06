r"""Mixtures: several approximations of one posterior, each with the same weight.

Each fit knows the mode at which it ended. A uniform mixture of K fits knows K modes,

.. math:: q(z) = \frac{1}{K} \sum_{k=1}^{K} q_k(z),

and to draw from it, draw equally often from each. It has an ELBO of its own, which lies above the
mean of the fits' by at most :math:`\log K`: nothing is gained where the fits are the same, and all
of it where they do not overlap. Joined with :func:`bnn_teach.concatenate`, the traces that the fits
sample are a trace of the mixture. Next: :mod:`bnn_teach.traces`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from scipy.special import logsumexp

from bnn_teach.arguments import as_count, as_seed
from bnn_teach.errors import ArgumentError


class MixtureElbo(NamedTuple):
    """The ELBO of a mixture, and what it is made of, in nats."""

    mixture: float
    """Of the mixture."""
    components: np.ndarray
    """Of each fit alone, shape (K,)."""
    error: float
    """Standard error of ``mixture``, and about that of their mean."""

    @property
    def gain(self) -> float:
        """How far the mixture lies above the mean of its fits: from 0 to log K."""
        return float(self.mixture - self.components.mean())


class Mixture:
    """A uniform mixture.

    Parameters
    ----------
    components : sequence
        One or more, such as ``fit.approximation``: each with ``draw(num_samples, seed)`` and
        ``log_prob(z)``.

    Raises
    ------
    ArgumentError
        If there is none.
    """

    def __init__(self, components: Sequence[Any]) -> None:
        self.components = list(components)
        if not self.components:
            raise ArgumentError(
                "Mixture: got no component, expected one or more, such as fit.approximation."
            )

    def draw(self, num_samples: int = 1000, seed: int | None = None) -> np.ndarray:
        """Draw equally often from each.

        Parameters
        ----------
        num_samples : int, optional
            Draws from each component.
        seed : int, optional
            Same seed, same draws; component number k uses the seed + k.

        Returns
        -------
        ndarray, shape (K, num_samples, D)
        """
        count, first = as_count("num_samples", num_samples, 1), as_seed(seed)
        return np.stack([q.draw(count, first + k) for k, q in enumerate(self.components)])

    def log_prob(self, z: Any) -> np.ndarray:
        """Return log q(z), shape (...), for z of shape (..., D)."""
        each = np.stack([q.log_prob(z) for q in self.components])
        value: np.ndarray = logsumexp(each, axis=0) - np.log(len(each))
        return value

    def elbo(
        self,
        log_density: Callable[[np.ndarray], np.ndarray],
        num_samples: int = 1000,
        seed: int | None = None,
    ) -> MixtureElbo:
        """Estimate the ELBO of the mixture, and of each component, from the same draws.

        Parameters
        ----------
        log_density : callable
            Returns log p(z), shape (...), for z of shape (..., D): ``density.log_prob``.
        num_samples : int, optional
            Draws from each component.
        seed : int, optional
            Same seed, same draws.
        """
        z = self.draw(num_samples, seed)
        log_p = np.asarray(log_density(z), float)
        own = np.stack([q.log_prob(part) for q, part in zip(self.components, z, strict=True)])
        terms = log_p - self.log_prob(z)
        error = np.sqrt(terms.var(axis=1, ddof=1).mean() / terms.size) if terms.size > 1 else np.nan
        return MixtureElbo(float(terms.mean()), (log_p - own).mean(axis=1), float(error))
