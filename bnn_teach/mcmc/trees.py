r"""The No-U-Turn sampler, written to be read: a trajectory that doubles until it turns back.

You will learn how NUTS chooses the length of a trajectory: :func:`is_turning` notices the U-turn,
:func:`build_tree` grows the trajectory by recursion, :func:`merge` draws a state from it on the
way, and :func:`nuts_step` puts the three together.

The sampler behind ``bt.sample`` does the same in compiled code: next,
:mod:`bnn_teach.mcmc.adaptation` and :mod:`bnn_teach.mcmc.nuts`.

References
----------
Hoffman and Gelman (2014), *The No-U-Turn Sampler*, JMLR 15, 1593-1623.
Betancourt (2017), *A conceptual introduction to Hamiltonian Monte Carlo*, arXiv:1701.02434.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from bnn_teach.mcmc.particle import (
    Info,
    State,
    ValueAndGrad,
    draw_momentum,
    energy,
    leapfrog,
    trajectory_info,
)


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

    .. math:: s^\top M^{-1} r_\text{first} < 0 \quad\text{or}\quad s^\top M^{-1} r_\text{last} < 0,
        \qquad s = \sum_i r_i

    As ``dz/dt = M^-1 r``, the step size times ``M^-1 s`` is about the vector from the first end to
    the last; the products say whether either end moves along it or back.
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

    early, late = (tree, new) if direction > 0 else (new, tree)
    return Tree(
        early.states + late.states,
        new.proposal if take_new else tree.proposal,
        log_weight,
        tree.momentum_sum + new.momentum_sum,
        turning=new.turning or _is_turning_together(early, late, inverse_mass_matrix),
        diverging=new.diverging,
    )


def _is_turning_together(early: Tree, late: Tree, inverse_mass_matrix: np.ndarray) -> bool:
    """Return whether two neighbouring stretches turn, as a whole or where they meet.

    A whole that has gone round exactly once does not look like a turn: its ends move alike. One
    half and the next state of the other do. Source: Betancourt (2019), issue 2799 of Stan.
    """
    a, b = early.states[0].momentum, early.states[-1].momentum
    c, d = late.states[0].momentum, late.states[-1].momentum
    stretches = (
        (early.momentum_sum + late.momentum_sum, a, d),
        (early.momentum_sum + c, a, c),
        (b + late.momentum_sum, b, d),
    )
    return any(is_turning(*stretch, inverse_mass_matrix) for stretch in stretches)


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
    sampling and the generalised U-turn criterion. Source: Hoffman and Gelman (2014), 3.1;
    Betancourt (2017), appendix A.

    Parameters
    ----------
    value_and_grad, state, step_size, inverse_mass_matrix
        As in :func:`~bnn_teach.mcmc.particle.leapfrog`; the momentum of ``state`` is replaced by
        a fresh one.
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

    info = trajectory_info(
        visited,
        start,
        tree.proposal,
        inverse_mass_matrix,
        candidates=tree.states,
        diverging=doubling.diverging,
        tree_depth=tree_depth,
    )
    return tree.proposal, info


def _outer_end(states: list[State], direction: int) -> State:
    return states[-1] if direction > 0 else states[0]


def _join(states: list[State], new: list[State], direction: int) -> list[State]:
    return states + new if direction > 0 else new + states
