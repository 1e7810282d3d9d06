r"""Parallel tempering, written to be read: chains at several temperatures that change places.

You will learn how draws get from one mode to another, where no chain crosses the valley between
them. Chain number k has a *power*, an inverse temperature, and samples

.. math:: \pi_k(z) \propto \pi(z)^{\beta_k}, \qquad 1 = \beta_0 > \beta_1 > \dots > \beta_{K-1} > 0.

A small power fills the valleys. After every transition neighbours may change places: the hottest
chain finds the modes, and the swaps hand them down. Only draws at power 1 are draws of the target.
Where a prior is to stay as it is, temper the likelihood alone, as sequential Monte Carlo does in
:mod:`bnn_teach.course.chapters.ch13.evidence`. Next: :mod:`bnn_teach.mcmc.adaptation`.

References
----------
Syed, Bouchard-Côté, Deligiannidis and Doucet (2022), *Non-reversible parallel tempering: a scalable
highly parallel MCMC scheme*, JRSS B 84(2), for the pairs that take turns.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from bnn_teach.arguments import as_count, as_number
from bnn_teach.errors import ArgumentError
from bnn_teach.mcmc.particle import Info, State, ValueAndGrad, initial_state
from bnn_teach.mcmc.trees import nuts_step


class Tempered(NamedTuple):
    """What chains at K powers left behind."""

    draws: np.ndarray
    """Positions, shape (K, S, D); ``draws[0]`` are those of the target."""
    swap_rates: np.ndarray
    """Mean probability that the chains k and k + 1 change places, shape (K - 1,)."""
    num_gradients: int
    """Gradients taken, all chains."""


def swap(
    states: list[State], powers: np.ndarray, k: int, rng: np.random.Generator
) -> tuple[list[State], float]:
    r"""Let the chains k and k + 1 change places, by the rule of Metropolis.

    .. math::
        \Pr(\text{swap}) = \min\left(1, e^{(\beta_k - \beta_{k+1})
        (\log \pi(z_{k+1}) - \log \pi(z_k))}\right)

    It leaves the product of all densities invariant. Nothing is evaluated: a log-density at another
    power is a multiple of the one that a state knows.
    """
    cold, hot = states[k], states[k + 1]
    ratio = powers[k] / powers[k + 1]
    gain = (powers[k] - powers[k + 1]) * (hot.log_prob / powers[k + 1] - cold.log_prob / powers[k])
    rate = math.exp(min(0.0, gain))
    if rng.uniform() < rate:
        swapped = [_times(hot, ratio), _times(cold, 1 / ratio)]
        states = [*states[:k], *swapped, *states[k + 2 :]]
    return states, rate


def run(
    value_and_grad: ValueAndGrad,
    initial: ArrayLike,
    num_samples: int,
    step_size: float,
    powers: ArrayLike,
    *,
    step: Callable[..., tuple[State, Info]] = nuts_step,
    seed: int | np.random.Generator,
) -> Tempered:
    """Run a chain at each power, all from ``initial``, and swap neighbours after every transition.

    Pairs take turns: those that begin at an even k, then those that begin at an odd one.

    Parameters
    ----------
    value_and_grad : callable
        Maps ``z``, shape (D,), to ``log pi(z)`` and its gradient, shape (D,).
    initial : array_like, shape (D,)
    num_samples : int
        Draws per chain.
    step_size : float
        At power 1; at another one it is divided by the power's root, as a normal's sd is.
    powers : array_like, shape (K,)
        Falling from 1 to a number above 0, two or more. Neighbours should swap at a rate of .2 or
        more: if they do not, there are too few.
    step : callable, optional
        :func:`~bnn_teach.mcmc.trees.nuts_step`, or another as in :func:`bnn_teach.mcmc.hmc.run`.
    seed : int or numpy.random.Generator
        Same seed, same draws.

    Raises
    ------
    ArgumentError, ShapeError, InitialPointError
        The powers do not fall from 1; the others as in :func:`bnn_teach.mcmc.hmc.run`.
    """
    betas = np.asarray(powers, float)
    falling = betas.ndim == 1 and betas.size > 1 and bool(np.all(np.diff(betas) < 0))
    if not (falling and betas[0] == 1 and betas[-1] > 0):
        raise ArgumentError(
            f"powers: got {powers!r:.60}, expected two or more that fall from 1 and stay above 0. "
            "Try numpy.geomspace(1, 0.01, 5)."
        )
    count = as_count("num_samples", num_samples, 0)
    sizes = as_number("step_size", step_size, 0.0, math.inf) / np.sqrt(betas)
    densities = [_at_power(value_and_grad, beta) for beta in betas]
    states = [initial_state(density, initial) for density in densities]
    metric = np.ones_like(states[0].position)
    rng = np.random.default_rng(seed)

    draws = np.empty((betas.size, count, metric.size))
    rates: list[list[float]] = [[] for _ in betas[1:]]
    gradients = 0
    for i in range(count):
        for k, density in enumerate(densities):
            states[k], info = step(density, states[k], sizes[k], metric, rng)
            gradients += info.n_steps
        for k in range(i % 2, betas.size - 1, 2):
            states, rate = swap(states, betas, k, rng)
            rates[k].append(rate)
        draws[:, i] = [state.position for state in states]
    swap_rates = np.array([np.mean(each) if each else np.nan for each in rates])
    return Tempered(draws, swap_rates, gradients)


def _times(state: State, factor: float) -> State:
    return state._replace(log_prob=factor * state.log_prob, grad=factor * state.grad)


def _at_power(value_and_grad: ValueAndGrad, power: float) -> ValueAndGrad:
    def tempered(z: np.ndarray) -> tuple[float, np.ndarray]:
        value, grad = value_and_grad(z)
        return power * value, power * np.asarray(grad)

    return tempered
