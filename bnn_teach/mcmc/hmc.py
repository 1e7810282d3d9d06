r"""Hamiltonian Monte Carlo, written to be read.

You will learn how a log-density and its gradient become draws: a random momentum turns the
position into the particle of :mod:`bnn_teach.mcmc.particle`, :func:`hmc_step` accepts or rejects
where it lands, and :func:`run` does so again and again. Every step returns its whole trajectory,
for pictures. Nothing is adapted: you choose ``step_size`` and ``inverse_mass_matrix``.

How long a trajectory should be is the question that HMC leaves open; next:
:mod:`bnn_teach.mcmc.trees`, where the particle moves until it is about to come back.

References
----------
Neal (2011), *MCMC using Hamiltonian dynamics*, Handbook of MCMC, chapter 5.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from bnn_teach.arguments import as_count, as_number
from bnn_teach.errors import ArgumentError
from bnn_teach.mcmc.particle import (
    Info,
    State,
    ValueAndGrad,
    draw_momentum,
    energy,
    initial_state,
    leapfrog,
    metric,
    trajectory_info,
)
from bnn_teach.mcmc.trees import nuts_step


@np.errstate(over="ignore", invalid="ignore")  # a divergence may overflow; its energy reports it
def hmc_step(
    value_and_grad: ValueAndGrad,
    state: State,
    step_size: float,
    inverse_mass_matrix: np.ndarray,
    rng: np.random.Generator,
    *,
    num_steps: int = 16,
    divergence_threshold: float = 1000.0,
) -> tuple[State, Info]:
    r"""Take ``num_steps`` leapfrog steps, then accept the end or stay (Metropolis).

    .. math:: \Pr(\text{accept}) = \min\left(1, e^{H(z, r) - H(z', r')}\right)

    Parameters
    ----------
    value_and_grad, state, step_size, inverse_mass_matrix
        As in :func:`~bnn_teach.mcmc.particle.leapfrog`; the momentum of ``state`` is replaced by
        a fresh one.
    rng : numpy.random.Generator
    num_steps : int
        Length of every trajectory.
    divergence_threshold : float
        A rise of the energy beyond it is reported as a divergence.

    Returns
    -------
    State, Info
        The next state of the chain, and how it was found. Source: Neal (2011), 5.3.2.
    """
    states = [draw_momentum(state, inverse_mass_matrix, rng)]
    for _ in range(num_steps):
        states.append(leapfrog(value_and_grad, states[-1], step_size, inverse_mass_matrix))

    errors = np.array([energy(s, inverse_mass_matrix) for s in states])
    errors -= errors[0]
    acceptance_rate = math.exp(min(0.0, -errors[-1]))
    chosen = states[-1] if rng.uniform() < acceptance_rate else states[0]
    info = trajectory_info(
        states,
        states[0],
        chosen,
        inverse_mass_matrix,
        candidates=[states[0], states[-1]],
        acceptance_rate=acceptance_rate,
        diverging=bool(np.any(errors > divergence_threshold)),
    )
    return chosen, info


def run(
    value_and_grad: ValueAndGrad,
    initial: ArrayLike,
    num_samples: int,
    step_size: float,
    *,
    step: Callable[..., tuple[State, Info]] | str = nuts_step,
    inverse_mass_matrix: ArrayLike | None = None,
    seed: int | np.random.Generator,
) -> tuple[np.ndarray, list[Info]]:
    """Run one chain from ``initial`` and keep every draw, the first ones included.

    Parameters
    ----------
    value_and_grad : callable
        Maps ``z``, shape (D,), to ``log pi(z)`` and its gradient, shape (D,).
    initial : array_like, shape (D,)
    num_samples : int
    step_size : float
        Positive; the same for the whole chain.
    step : callable or {'nuts', 'hmc'}
        :func:`~bnn_teach.mcmc.trees.nuts_step`, :func:`hmc_step`, or either with options set:
        ``functools.partial(hmc_step, num_steps=50)``.
    inverse_mass_matrix : array_like, shape (D,), optional
        Diagonal of ``M^-1``; ones by default.
    seed : int or numpy.random.Generator
        Same seed, same draws.

    Returns
    -------
    draws : array, shape (num_samples, D), float64
    infos : list of Info
        One for each draw.

    Raises
    ------
    ArgumentError, ShapeError
        An argument is out of its range, or has a shape other than (D,).
    InitialPointError
        The log-density or its gradient at ``initial`` is not finite.
    """
    named: dict[Any, Any] = {"nuts": nuts_step, "hmc": hmc_step}
    one_step = named.get(step, step)
    if not callable(one_step):
        raise ArgumentError(
            f"step: got {step!r}, expected 'nuts', 'hmc' or a function like nuts_step. "
            "For options, pass functools.partial(hmc_step, num_steps=50)."
        )
    count = as_count("num_samples", num_samples, 0)
    step_size = as_number("step_size", step_size, 0.0, math.inf)
    state = initial_state(value_and_grad, initial)
    diagonal = metric(inverse_mass_matrix, state.position)
    rng = np.random.default_rng(seed)

    draws, infos = np.empty((count, state.position.size)), []
    for i in range(count):
        state, info = one_step(value_and_grad, state, step_size, diagonal, rng)
        draws[i] = state.position
        infos.append(info)
    return draws, infos
