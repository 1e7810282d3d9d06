r"""Hamiltonian Monte Carlo and NUTS, written to be read.

You will learn how a log-density and its gradient become draws: a random momentum turns the
position into a particle, :func:`leapfrog` simulates its flight, :func:`hmc_step` accepts or
rejects where it lands, and :func:`nuts_step` lets it fly until it is about to come back. Every
step returns the whole trajectory in :class:`Info`, for pictures. One chain, NumPy, float64;
nothing is adapted: you choose ``step_size`` and ``inverse_mass_matrix``.

The sampler behind ``bt.sample`` does the same in compiled code: next, :mod:`bnn_teach.mcmc.nuts`.

Notation: ``z`` is the position, shape (D,); ``p`` the momentum, shape (D,); ``pi(z)`` the target
density, known up to a factor; ``M`` the diagonal mass matrix, given by the diagonal of its inverse.

References
----------
Neal (2011), *MCMC using Hamiltonian dynamics*, Handbook of MCMC, chapter 5.
Hoffman and Gelman (2014), *The No-U-Turn Sampler*, JMLR 15, 1593-1623.
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
    """``p``, shape (D,)."""
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
    """``p`` along the trajectory, shape (n, D)."""
    energies: np.ndarray
    """``H`` along the trajectory, shape (n,)."""
    candidates: np.ndarray
    """Which states could have been chosen, shape (n,), bool."""
    start: int
    """Index of the state that the trajectory grew from."""
    chosen: int
    """Index of the state that became the next draw."""


def initial_state(value_and_grad: ValueAndGrad, position: ArrayLike) -> State:
    """Put a particle at rest at ``position``, shape (D,)."""
    position = np.array(position, dtype=np.float64)
    log_prob, grad = _evaluate(value_and_grad, position)
    return State(position, np.zeros_like(position), log_prob, grad)


def draw_momentum(state: State, inverse_mass_matrix: np.ndarray, rng: np.random.Generator) -> State:
    r"""Give the particle a random kick.

    .. math:: p \sim \mathrm{Normal}(0, M)
    """
    noise = rng.standard_normal(state.position.shape)
    return state._replace(momentum=noise / np.sqrt(inverse_mass_matrix))


def kinetic_energy(momentum: np.ndarray, inverse_mass_matrix: np.ndarray) -> float:
    r"""Return the energy of the motion.

    .. math:: K(p) = \tfrac{1}{2}\, p^\top M^{-1} p

    Parameters
    ----------
    momentum : array, shape (D,)
    inverse_mass_matrix : array, shape (D,)
        Diagonal of ``M^-1``; the variances of ``z`` are a good choice (Betancourt 2017, 4.2.1).
    """
    return float(0.5 * np.sum(inverse_mass_matrix * momentum**2))


def energy(state: State, inverse_mass_matrix: np.ndarray) -> float:
    r"""Return the total energy, the Hamiltonian, which the exact motion conserves.

    .. math:: H(z, p) = -\log \pi(z) + K(p)

    It is infinite where ``log pi`` or ``p`` is not finite, so that nothing ever goes there.
    """
    total = kinetic_energy(state.momentum, inverse_mass_matrix) - state.log_prob
    return total if math.isfinite(total) else math.inf


def leapfrog(
    value_and_grad: ValueAndGrad, state: State, step_size: float, inverse_mass_matrix: np.ndarray
) -> State:
    r"""Move the particle by one step of time ``step_size``: half a kick, a drift, half a kick.

    .. math::

        p_{1/2} &= p + \tfrac{\epsilon}{2} \nabla \log \pi(z) \\
        z'      &= z + \epsilon\, M^{-1} p_{1/2} \\
        p'      &= p_{1/2} + \tfrac{\epsilon}{2} \nabla \log \pi(z')

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

    Returns
    -------
    State
    """
    half_kicked = state.momentum + 0.5 * step_size * state.grad
    position = state.position + step_size * inverse_mass_matrix * half_kicked
    log_prob, grad = _evaluate(value_and_grad, position)
    momentum = half_kicked + 0.5 * step_size * grad
    return State(position, momentum, log_prob, grad)


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
    r"""Fly for ``num_steps`` leapfrog steps, then accept the end or stay (Metropolis).

    .. math:: \Pr(\text{accept}) = \min\left(1, e^{H(z, p) - H(z', p')}\right)

    Parameters
    ----------
    value_and_grad, state, step_size, inverse_mass_matrix
        As in :func:`leapfrog`; the momentum of ``state`` is replaced by a fresh one.
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
    info = _trajectory_info(
        states,
        states[0],
        chosen,
        inverse_mass_matrix,
        candidates=[states[0], states[-1]],
        acceptance_rate=acceptance_rate,
        diverging=bool(np.any(errors > divergence_threshold)),
    )
    return chosen, info


class Tree(NamedTuple):
    """A stretch of a trajectory, and one state drawn from it."""

    states: list[State]
    """The states in the order of time."""
    proposal: State
    """One of them, drawn by the rules of :func:`merge`."""
    log_weight: float
    """Logarithm of the sum of ``exp(H_start - H)`` over the states."""
    momentum_sum: np.ndarray
    """Sum of the momenta, shape (D,)."""
    turning: bool
    """The stretch, or one of the halves that it was built from, makes a U-turn."""
    diverging: bool
    """The energy at one of its states exceeds that of the start by more than the threshold."""


def is_turning(
    momentum_sum: np.ndarray,
    first_momentum: np.ndarray,
    last_momentum: np.ndarray,
    inverse_mass_matrix: np.ndarray,
) -> bool:
    r"""Return whether going on at either end would bring the two ends closer together.

    .. math:: s^\top M^{-1} p_\text{first} < 0 \quad\text{or}\quad s^\top M^{-1} p_\text{last} < 0,
        \qquad s = \sum_i p_i

    As ``dz/dt = M^-1 p``, the step size times ``M^-1 s`` is about the vector from the first end to
    the last; the products say whether either end is flying along it or back.
    Sources: Hoffman and Gelman (2014), 3.1; Betancourt (2017), appendix A.4.

    Parameters
    ----------
    momentum_sum, first_momentum, last_momentum : array, shape (D,)
    inverse_mass_matrix : array, shape (D,)
    """
    velocity = inverse_mass_matrix * momentum_sum
    return bool(velocity @ first_momentum < 0.0 or velocity @ last_momentum < 0.0)


def merge(
    tree: Tree,
    new: Tree,
    direction: int,
    inverse_mass_matrix: np.ndarray,
    rng: np.random.Generator,
    *,
    biased: bool,
) -> Tree:
    r"""Join ``new`` to the end of ``tree`` that lies in ``direction``, and choose a proposal.

    The proposal comes from ``new`` with probability

    .. math:: \frac{w_\text{new}}{w_\text{tree} + w_\text{new}}
        \quad\text{or, biased,}\quad \min\left(1, \frac{w_\text{new}}{w_\text{tree}}\right).

    The first draws exactly from the joint stretch; the second prefers states far from the start
    and still leaves the target invariant. Source: Betancourt (2017), appendix A.3.1 and A.3.2.
    """
    log_weight = float(np.logaddexp(tree.log_weight, new.log_weight))
    log_ratio = new.log_weight - (tree.log_weight if biased else log_weight)
    take_new = rng.uniform() < math.exp(min(0.0, log_ratio))

    states = _join(tree.states, new.states, direction)
    momentum_sum = tree.momentum_sum + new.momentum_sum
    ends = states[0].momentum, states[-1].momentum
    return Tree(
        states,
        new.proposal if take_new else tree.proposal,
        log_weight,
        momentum_sum,
        turning=new.turning or is_turning(momentum_sum, *ends, inverse_mass_matrix),
        diverging=new.diverging,
    )


def build_tree(
    leaf: Callable[[State, int], Tree],
    edge: State,
    direction: int,
    depth: int,
    inverse_mass_matrix: np.ndarray,
    rng: np.random.Generator,
) -> Tree:
    """Build ``2**depth`` states beyond ``edge``: one half, then the other half beyond it.

    A half that turns or diverges ends the work, and the tree returned says so.
    Source: Hoffman and Gelman (2014), algorithm 3, with Betancourt's weights.

    Parameters
    ----------
    leaf : callable
        Takes one leapfrog step from a state in a direction; returns a tree of one state.
    edge : State
        The end of the trajectory to go on from.
    direction : int
        +1 forward in time, -1 backward.
    """
    if depth == 0:
        return leaf(edge, direction)
    near = build_tree(leaf, edge, direction, depth - 1, inverse_mass_matrix, rng)
    if near.turning or near.diverging:
        return near
    middle = _outer_end(near.states, direction)
    far = build_tree(leaf, middle, direction, depth - 1, inverse_mass_matrix, rng)
    return merge(near, far, direction, inverse_mass_matrix, rng, biased=False)


@np.errstate(over="ignore", invalid="ignore")  # a divergence may overflow; its energy reports it
def nuts_step(
    value_and_grad: ValueAndGrad,
    state: State,
    step_size: float,
    inverse_mass_matrix: np.ndarray,
    rng: np.random.Generator,
    *,
    max_tree_depth: int = 10,
    divergence_threshold: float = 1000.0,
) -> tuple[State, Info]:
    """Double the trajectory, forward or backward at random, until it turns; draw a state of it.

    A doubling that turns inside, or diverges, is discarded, because a trajectory that started
    there would not have been extended to where we are. Multinomial weights, biased progressive
    sampling and the generalised U-turn criterion: the algorithm of TensorFlow Probability's
    ``NoUTurnSampler``. Source: Hoffman and Gelman (2014), 3.1; Betancourt (2017), appendix A.

    Parameters
    ----------
    value_and_grad, state, step_size, inverse_mass_matrix
        As in :func:`leapfrog`; the momentum of ``state`` is replaced by a fresh one.
    rng : numpy.random.Generator
    max_tree_depth : int
        At most ``2**max_tree_depth - 1`` leapfrog steps are taken.
    divergence_threshold : float
        A rise of the energy beyond it ends the trajectory as a divergence.

    Returns
    -------
    State, Info
        The next state of the chain, and how it was found.
    """
    start = draw_momentum(state, inverse_mass_matrix, rng)
    start_energy = energy(start, inverse_mass_matrix)

    def leaf(edge: State, direction: int) -> Tree:
        new = leapfrog(value_and_grad, edge, direction * step_size, inverse_mass_matrix)
        log_weight = start_energy - energy(new, inverse_mass_matrix)
        diverging = log_weight < -divergence_threshold
        return Tree([new], new, log_weight, new.momentum, turning=False, diverging=diverging)

    tree = Tree([start], start, 0.0, start.momentum, turning=False, diverging=False)
    visited, tree_depth, doubling = tree.states, 0, tree
    while tree_depth < max_tree_depth and not tree.turning:
        direction = 1 if rng.uniform() < 0.5 else -1
        edge = _outer_end(tree.states, direction)
        doubling = build_tree(leaf, edge, direction, tree_depth, inverse_mass_matrix, rng)
        visited = _join(visited, doubling.states, direction)
        tree_depth += 1
        if doubling.turning or doubling.diverging:
            break
        tree = merge(tree, doubling, direction, inverse_mass_matrix, rng, biased=True)

    info = _trajectory_info(
        visited,
        start,
        tree.proposal,
        inverse_mass_matrix,
        candidates=tree.states,
        diverging=doubling.diverging,
        tree_depth=tree_depth,
    )
    return tree.proposal, info


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
        :func:`nuts_step`, :func:`hmc_step`, or either with options set:
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
    one_step = _named_step(step)
    state = initial_state(value_and_grad, initial)
    scale = np.ones_like(state.position) if inverse_mass_matrix is None else inverse_mass_matrix
    scale = np.asarray(scale, dtype=np.float64)
    _check_run(state, num_samples, step_size, scale)

    rng = np.random.default_rng(seed)
    draws, infos = np.empty((num_samples, state.position.size)), []
    for i in range(num_samples):
        state, info = one_step(value_and_grad, state, step_size, scale, rng)
        draws[i] = state.position
        infos.append(info)
    return draws, infos


def _evaluate(value_and_grad: ValueAndGrad, position: np.ndarray) -> tuple[float, np.ndarray]:
    log_prob, grad = value_and_grad(position)
    return float(np.asarray(log_prob)), np.asarray(grad, dtype=np.float64)


def _outer_end(states: list[State], direction: int) -> State:
    return states[-1] if direction > 0 else states[0]


def _join(states: list[State], new: list[State], direction: int) -> list[State]:
    return states + new if direction > 0 else new + states


def _trajectory_info(
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


def _named_step(step: Callable[..., tuple[State, Info]] | str) -> Callable[..., Any]:
    named = nuts_step if step == "nuts" else hmc_step if step == "hmc" else step
    if isinstance(named, str) or not callable(named):
        raise ArgumentError(
            f"run: got step={step!r}, expected 'nuts', 'hmc' or a function like nuts_step. "
            "For options, pass functools.partial(hmc_step, num_steps=50)."
        )
    return named


def _check_run(state: State, num_samples: int, step_size: float, scale: np.ndarray) -> None:
    shape = state.position.shape
    if len(shape) != 1 or state.grad.shape != shape or scale.shape != shape:
        raise ShapeError(
            f"run: got initial with shape {shape}, a gradient with shape {state.grad.shape} and "
            f"inverse_mass_matrix with shape {scale.shape}, expected one shape (D,) for all three. "
            "Flatten the position, and give the diagonal of the matrix only."
        )
    if not (math.isfinite(state.log_prob) and np.all(np.isfinite(state.grad))):
        raise InitialPointError(
            f"run: log_prob = {state.log_prob} with gradient {state.grad} at initial = "
            f"{state.position}, expected finite numbers. Start where the density is positive."
        )
    if num_samples < 0 or num_samples != int(num_samples):
        raise ArgumentError(f"run: got num_samples={num_samples!r}, expected an integer >= 0.")
    if not (math.isfinite(step_size) and step_size > 0.0):
        raise ArgumentError(f"run: got step_size={step_size!r}, expected a positive number.")
    if not np.all((scale > 0.0) & np.isfinite(scale)):
        raise ArgumentError(
            f"run: got inverse_mass_matrix={scale}, expected positive numbers. "
            "The variances of the draws of a first run are a good choice."
        )
