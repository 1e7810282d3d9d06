r"""A particle on the landscape of a log-density: the mechanics under HMC and NUTS.

You will learn what a position, a momentum and an energy are here, and how :func:`leapfrog` moves
the particle with almost no loss of energy. One chain, NumPy, float64. Next:
:mod:`bnn_teach.mcmc.hmc`, which turns trajectories into draws.

Notation: ``z`` is the position, shape (D,); ``r`` the momentum, shape (D,); ``pi(z)`` the target
density, known up to a factor; ``M`` the diagonal mass matrix, given by the diagonal of its inverse.

References
----------
Neal (2011), *MCMC using Hamiltonian dynamics*, Handbook of MCMC, chapter 5.
Betancourt (2017), *A conceptual introduction to Hamiltonian Monte Carlo*, arXiv:1701.02434.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from bnn_teach.errors import ArgumentError, InitialPointError, ShapeError

type ValueAndGrad = Callable[[np.ndarray], tuple[Any, Any]]


class State(NamedTuple):
    """A particle: where it is, how it moves, and what the log-density is there."""

    position: np.ndarray
    """``z``, shape (D,)."""
    momentum: np.ndarray
    """``r``, shape (D,)."""
    log_prob: float
    """``log pi(z)``, up to a constant."""
    grad: np.ndarray
    """Gradient of ``log pi`` at ``z``, shape (D,)."""


class Info(NamedTuple):
    """One transition: its statistics and its trajectory of ``n = n_steps + 1`` states.

    The trajectory is in the order of time, also where NUTS went backwards.
    """

    energy: float
    """``H`` of the state that was chosen."""
    acceptance_rate: float
    """HMC: acceptance probability. NUTS: its mean over the new states of the trajectory."""
    diverging: bool
    """The energy rose by more than the threshold: the simulation cannot be trusted there."""
    tree_depth: int
    """Doublings begun, including one whose states were discarded; 0 for HMC."""
    n_steps: int
    """Leapfrog steps, each of which costs one gradient."""
    positions: np.ndarray
    """``z`` along the trajectory, shape (n, D)."""
    momenta: np.ndarray
    """``r`` along the trajectory, shape (n, D)."""
    energies: np.ndarray
    """``H`` along the trajectory, shape (n,)."""
    candidates: np.ndarray
    """Which states could have been chosen, shape (n,), bool."""
    start: int
    """Index of the state that the trajectory grew from."""
    chosen: int
    """Index of the state that became the next draw."""


def initial_state(value_and_grad: ValueAndGrad, position: ArrayLike) -> State:
    """Put a particle at rest at ``position``, shape (D,).

    Raises
    ------
    ShapeError, InitialPointError
        The position or the gradient has another shape than (D,); or the log-density is not finite.
    """
    position = np.array(position, dtype=np.float64)
    log_prob, grad = _evaluate(value_and_grad, position)
    if position.ndim != 1 or grad.shape != position.shape:
        raise ShapeError(
            f"initial position: got shape {position.shape} with a gradient of shape {grad.shape}, "
            "expected one shape (D,) for both. Flatten the position."
        )
    if not (math.isfinite(log_prob) and np.all(np.isfinite(grad))):
        raise InitialPointError(
            f"initial position: got log_prob = {log_prob} with gradient {grad} at {position}, "
            "expected finite numbers. Start where the density is positive."
        )
    return State(position, np.zeros_like(position), log_prob, grad)


def metric(inverse_mass_matrix: ArrayLike | None, position: np.ndarray) -> np.ndarray:
    """Return the diagonal of ``M^-1``, shape (D,): the one given, or ones."""
    if inverse_mass_matrix is None:
        return np.ones_like(position)
    diagonal = np.asarray(inverse_mass_matrix, dtype=np.float64)
    if diagonal.shape != position.shape:
        raise ShapeError(
            f"inverse_mass_matrix: got shape {diagonal.shape}, expected {position.shape}. Give "
            "the diagonal of the matrix only."
        )
    if not np.all((diagonal > 0.0) & np.isfinite(diagonal)):
        raise ArgumentError(
            f"inverse_mass_matrix: got {diagonal}, expected positive numbers. The variances of "
            "the draws of a first run are a good choice."
        )
    return diagonal


def draw_momentum(state: State, inverse_mass_matrix: np.ndarray, rng: np.random.Generator) -> State:
    r"""Give the particle a random kick.

    .. math:: r \sim \mathrm{Normal}(0, M)
    """
    noise = rng.standard_normal(state.position.shape)
    return state._replace(momentum=noise / np.sqrt(inverse_mass_matrix))


def kinetic_energy(momentum: np.ndarray, inverse_mass_matrix: np.ndarray) -> float:
    r"""Return the energy of the motion.

    .. math:: K(r) = \tfrac{1}{2}\, r^\top M^{-1} r

    Parameters
    ----------
    momentum : array, shape (D,)
    inverse_mass_matrix : array, shape (D,)
        Diagonal of ``M^-1``; the variances of ``z`` are a good choice (Betancourt 2017, 4.2.1).
    """
    return float(0.5 * np.sum(inverse_mass_matrix * momentum**2))


def energy(state: State, inverse_mass_matrix: np.ndarray) -> float:
    r"""Return the total energy, the Hamiltonian, which the exact motion conserves.

    .. math:: H(z, r) = -\log \pi(z) + K(r)

    It is infinite where ``log pi`` or ``r`` is not finite, so that nothing ever goes there.
    """
    total = kinetic_energy(state.momentum, inverse_mass_matrix) - state.log_prob
    return total if math.isfinite(total) else math.inf


def leapfrog(
    value_and_grad: ValueAndGrad, state: State, step_size: float, inverse_mass_matrix: np.ndarray
) -> State:
    r"""Move the particle by one step of time ``step_size``: half a kick, a drift, half a kick.

    .. math::

        r_{1/2} &= r + \tfrac{\epsilon}{2} \nabla \log \pi(z) \\
        z'      &= z + \epsilon\, M^{-1} r_{1/2} \\
        r'      &= r_{1/2} + \tfrac{\epsilon}{2} \nabla \log \pi(z')

    Reversible (a step of ``-step_size`` leads back) and volume-preserving; over a fixed time the
    energy is wrong by a term of order ``step_size**2`` (Neal 2011, 5.2.3).

    Parameters
    ----------
    value_and_grad : callable
        Maps ``z``, shape (D,), to ``log pi(z)`` and its gradient, shape (D,).
    state : State
        Where the particle is; its ``grad`` is used, so that a step costs one new gradient.
    step_size : float
        Its sign is the direction of time.
    inverse_mass_matrix : array, shape (D,)
    """
    half_kicked = state.momentum + 0.5 * step_size * state.grad
    position = state.position + step_size * inverse_mass_matrix * half_kicked
    log_prob, grad = _evaluate(value_and_grad, position)
    momentum = half_kicked + 0.5 * step_size * grad
    return State(position, momentum, log_prob, grad)


def trajectory_info(
    states: list[State],
    start: State,
    chosen: State,
    inverse_mass_matrix: np.ndarray,
    *,
    candidates: list[State],
    diverging: bool,
    tree_depth: int = 0,
    acceptance_rate: float | None = None,
) -> Info:
    """Write down a transition, whose ``states`` come in the order of time.

    The acceptance rate is, unless given, its mean over the new states, as NUTS has it.
    """
    index = {id(s): i for i, s in enumerate(states)}
    start_index, chosen_index = index[id(start)], index[id(chosen)]
    is_candidate = np.zeros(len(states), dtype=bool)
    is_candidate[[index[id(s)] for s in candidates]] = True

    energies = np.array([energy(s, inverse_mass_matrix) for s in states])
    if acceptance_rate is None:
        accept = np.exp(np.minimum(0.0, energies[start_index] - energies))
        acceptance_rate = float(np.mean(np.delete(accept, start_index)))
    return Info(
        energy=float(energies[chosen_index]),
        acceptance_rate=acceptance_rate,
        diverging=diverging,
        tree_depth=tree_depth,
        n_steps=len(states) - 1,
        positions=np.stack([s.position for s in states]),
        momenta=np.stack([s.momentum for s in states]),
        energies=energies,
        candidates=is_candidate,
        start=start_index,
        chosen=chosen_index,
    )


def _evaluate(value_and_grad: ValueAndGrad, position: np.ndarray) -> tuple[float, np.ndarray]:
    log_prob, grad = value_and_grad(position)
    return float(np.asarray(log_prob)), np.asarray(grad, dtype=np.float64)
