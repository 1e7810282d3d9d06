"""One transition of the No-U-Turn sampler in tensors, for a group of chains at once.

The same algorithm as the reference implementation, :func:`bnn_teach.mcmc.trees.nuts_step`, without
recursion: a doubling of depth d takes its ``2**d`` leapfrogs in a row, and whether a stretch inside
it turns is told at the stretch's last state, from what was kept of its first one. The chains of a
group double together; one that is done waits. Next: :mod:`bnn_teach.mcmc.nuts`.

References
----------
Phan, Pradhan and Jankowiak (2019), *Composable effects for flexible and accelerated probabilistic
programming in NumPyro*, arXiv:1912.11554, for the idea of a tree without recursion.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from bnn_teach.engine.runtime import tf, xla_dynamic_update_slice

DIVERGENCE = 1000.0
"""A rise of the energy beyond it ends a trajectory."""

ValueAndGrad = Callable[[tf.Tensor], tuple[tf.Tensor, tf.Tensor]]


class Edge(NamedTuple):
    """An end of a trajectory."""

    z: tf.Tensor
    """Positions, shape (C, D)."""
    momentum: tf.Tensor
    """In units in which the mass matrix is the identity, shape (C, D)."""
    grad: tf.Tensor
    """Gradient of the log-density, shape (C, D)."""


class Proposal(NamedTuple):
    """A state drawn from a trajectory."""

    z: tf.Tensor
    """Positions, shape (C, D)."""
    grad: tf.Tensor
    """Gradient of the log-density, shape (C, D)."""
    log_prob: tf.Tensor
    """Log-density, shape (C,)."""
    log_weight: tf.Tensor
    """Energy of the start minus energy here, shape (C,)."""


class Trajectory(NamedTuple):
    """What is known of a trajectory, or of a part of it."""

    ends: tuple[Edge, Edge]
    """The state that is last going backward in time, and the one going forward."""
    proposal: Proposal
    """One of its states."""
    log_weight: tf.Tensor
    """Logarithm of the sum of its states' weights, shape (C,)."""
    momentum_sum: tf.Tensor
    """Sum of its states' momenta, shape (C, D)."""


class Result(NamedTuple):
    """Where a transition led, and how."""

    draw: Proposal
    """The state drawn."""
    accept: tf.Tensor
    """Mean of min(1, weight) over the states visited, shape (C,)."""
    leapfrogs: tf.Tensor
    """Gradients taken, shape (C,), int32."""
    diverging: tf.Tensor
    """Whether the energy rose beyond :data:`DIVERGENCE`, shape (C,), bool."""
    energy: tf.Tensor
    """Potential plus kinetic energy of the draw, shape (C,)."""


class _Count(NamedTuple):
    """What is counted over all states visited."""

    accept: tf.Tensor
    leapfrogs: tf.Tensor
    diverging: tf.Tensor


def transition(
    value_and_grad: ValueAndGrad,
    z: tf.Tensor,
    log_prob: tf.Tensor,
    grad: tf.Tensor,
    step: tf.Tensor,
    seed: tf.Tensor,
    max_tree_depth: int,
) -> Result:
    """Double a trajectory until it turns, and draw a state of it.

    Parameters
    ----------
    value_and_grad : callable
        Maps z, shape (C, D), to the log-density, (C,), and its gradient, (C, D).
    z, log_prob, grad : tensor
        The start; shapes (C, D), (C,) and (C, D).
    step : tensor, shape (C, D)
        Step size times the square root of the inverse mass matrix's diagonal.
    seed : tensor, shape (2,), int32
        Everything random follows from it.
    max_tree_depth : int
        At most ``2**max_tree_depth - 1`` leapfrogs are taken.
    """
    chains, dtype = z.shape[0], z.dtype
    seeds = seed + tf.constant([[0, 0], [0, 1], [1, 0]])
    momentum = tf.random.stateless_normal(z.shape, seeds[0], dtype=dtype)
    chance = tf.random.stateless_uniform([max_tree_depth, 2, chains], seeds[1], dtype=dtype)
    energy = _kinetic(momentum) - log_prob
    extend = functools.partial(_extend, value_and_grad, energy, seeds[2], max_tree_depth)

    def double(depth: Any, old: Trajectory, going: Any, count: _Count) -> Any:
        forward = chance[depth, 0] < 0.5
        other, edge = choose(forward, old.ends, old.ends[::-1])
        new, first, complete, count = extend(
            edge, tf.where(forward[:, None], step, -step), depth, going, count
        )
        last = new.ends[1]
        turning = _any_turns(
            (old.momentum_sum, other.momentum, edge.momentum),
            (new.momentum_sum, first, last.momentum),
        )
        take = complete & (chance[depth, 1] < tf.exp(new.log_weight - old.log_weight))
        joined = Trajectory(
            choose(forward, (other, last), (last, other)),
            choose(take, new.proposal, old.proposal),
            _log_add(old.log_weight, new.log_weight),
            old.momentum_sum + new.momentum_sum,
        )
        return depth + 1, choose(complete, joined, old), complete & ~turning, count

    nothing, edge = tf.zeros_like(log_prob), Edge(z, momentum, grad)
    start = Trajectory((edge, edge), Proposal(z, grad, log_prob, nothing), nothing, momentum)
    _, found, _, count = tf.while_loop(
        lambda depth, _, going, count: (depth < max_tree_depth) & tf.reduce_any(going),
        double,
        (
            tf.constant(0),
            start,
            tf.ones([chains], tf.bool),
            _Count(nothing, tf.zeros([chains], tf.int32), tf.zeros([chains], tf.bool)),
        ),
        parallel_iterations=1,
    )
    draw, accept = found.proposal, count.accept / tf.cast(count.leapfrogs, dtype)
    return Result(draw, accept, count.leapfrogs, count.diverging, energy - draw.log_weight)


def _extend(
    value_and_grad: ValueAndGrad,
    energy: tf.Tensor,
    seed: tf.Tensor,
    max_tree_depth: int,
    edge: Edge,
    step: tf.Tensor,
    depth: Any,
    going: tf.Tensor,
    count: _Count,
) -> tuple[Trajectory, tf.Tensor, tf.Tensor, _Count]:
    """Take ``2**depth`` leapfrogs from an edge, while no stretch of them turns or diverges.

    Returns
    -------
    trajectory : Trajectory
        Of the new states; the second of its ends is the last one made.
    first : tensor, shape (C, D)
        The first one's momentum.
    complete : tensor, shape (C,)
        Whether nothing turned or diverged.
    count : _Count
    """
    number = tf.bitwise.left_shift(1, depth)
    chains, dtype = edge.z.shape[0], edge.z.dtype
    never = tf.fill([chains], tf.constant(-np.inf, dtype))
    key, counter = tf.raw_ops.StatelessRandomGetKeyCounter(seed=seed)

    def leap(n: Any, old: Trajectory, marks: Any, going: Any, count: _Count) -> Any:
        before = old.ends[1]
        new, log_prob = leapfrog(value_and_grad, before, step)
        log_weight = energy - _kinetic(new.momentum) + log_prob
        log_weight = tf.where(tf.math.is_nan(log_weight), never, log_weight)
        total = old.momentum_sum + new.momentum
        mark = tf.stack([new.momentum, total, before.momentum])
        marks = xla_dynamic_update_slice(marks, mark[None], tf.stack([_ones(n), 0, 0, 0]))
        turning = _turning_inside(n, mark, marks)
        diverging = log_weight < -DIVERGENCE
        count = _Count(
            count.accept + tf.where(going, tf.exp(tf.minimum(log_weight, 0.0)), 0.0),
            count.leapfrogs + tf.cast(going, tf.int32),
            count.diverging | (going & diverging),
        )
        both = _log_add(old.log_weight, log_weight)
        place = tf.cast(tf.stack([number + n, 0]), tf.uint64)
        chance = tf.raw_ops.StatelessRandomUniformV2(
            shape=[chains], key=key, counter=counter + place, alg=1, dtype=dtype
        )
        proposal = Proposal(new.z, new.grad, log_prob, log_weight)
        take = chance < tf.exp(log_weight - both)
        grown = Trajectory((edge, new), choose(take, proposal, old.proposal), both, total)
        return n + 1, grown, marks, going & ~turning & ~diverging, count

    empty = Proposal(edge.z, edge.grad, never, never)
    _, found, marks, going, count = tf.while_loop(
        lambda n, _, marks, going, count: (n < number) & tf.reduce_any(going),
        leap,
        (
            tf.constant(0),
            Trajectory((edge, edge), empty, never, tf.zeros_like(edge.z)),
            tf.zeros([max_tree_depth, 3, *edge.z.shape], dtype),
            going,
            count,
        ),
        parallel_iterations=1,
    )
    return found, marks[0, 0], going, count


def leapfrog(value_and_grad: ValueAndGrad, edge: Edge, step: tf.Tensor) -> tuple[Edge, tf.Tensor]:
    """Return the state one step on, and its log-density, shape (C,)."""
    momentum = edge.momentum + 0.5 * step * edge.grad
    z = edge.z + step * momentum
    log_prob, grad = value_and_grad(z)
    return Edge(z, momentum + 0.5 * step * grad, grad), log_prob


def _turning_inside(n: Any, mark: tf.Tensor, marks: tf.Tensor) -> tf.Tensor:
    """Whether one of the stretches of 2, 4, 8, ... states that state n completes is turning.

    A mark of a state, shape (3, C, D), is its momentum, the sum of all up to it, and the momentum
    of the state before. The mark of the first state of each stretch that waits for its second half
    is at the place that is the number of ones in the state's number, so ``marks`` can be few.
    """
    momentum, total, _ = tf.unstack(mark)
    last = _ones(n) - 1
    completed = _ones(tf.bitwise.bitwise_xor(n, n + 1)) - 1  # n ends in as many ones

    def check(place: Any, half: tf.Tensor, turning: tf.Tensor) -> Any:
        first, up_to_first, _ = tf.unstack(marks[place])
        middle, up_to_middle, end = tf.unstack(half)
        left = up_to_middle - middle - up_to_first + first
        right = total - up_to_middle + middle
        turns = _any_turns((left, first, end), (right, middle, momentum))
        return place - 1, marks[place], turning | turns

    return tf.while_loop(
        lambda place, *_: place > last - completed,
        check,
        (last, mark, tf.zeros_like(momentum[:, 0], tf.bool)),
        parallel_iterations=1,
    )[-1]


def _any_turns(left: tuple[tf.Tensor, ...], right: tuple[tf.Tensor, ...]) -> tf.Tensor:
    """Whether two stretches, one after the other, turn together, or where they meet.

    Each is its sum of momenta and the momenta of its first and its last state, shape (C, D). The
    second and third comparison find a turn where the whole has gone round once, so that its ends
    move alike (Betancourt 2019, issue 2799 of Stan).
    """
    total, first, last = left
    other, next_first, next_last = right
    sums = tf.stack([total + other, total + next_first, other + last])
    starts, ends = tf.stack([first, first, last]), tf.stack([next_last, next_first, next_last])
    products = _dot(tf.stack([sums, sums]), tf.stack([starts, ends]))
    return tf.reduce_any(products < 0.0, [0, 1])


def _dot(a: tf.Tensor, b: tf.Tensor) -> tf.Tensor:
    """Sum a product over its last axis, in lanes that the compiler may add side by side."""
    product = a * b
    size = product.shape[-1]
    if size > 2 * _LANES:
        product = tf.pad(product, [[0, 0]] * (product.shape.rank - 1) + [[0, -size % _LANES]])
        product = tf.reduce_sum(tf.reshape(product, [*product.shape[:-1], -1, _LANES]), -2)
    return tf.reduce_sum(product, -1)


_LANES = 8


def _kinetic(momentum: tf.Tensor) -> tf.Tensor:
    return 0.5 * _dot(momentum, momentum)


def _log_add(a: tf.Tensor, b: tf.Tensor) -> tf.Tensor:
    high = tf.maximum(a, b)
    return high + tf.math.log1p(tf.exp(-tf.abs(a - b)))


def _ones(n: Any) -> tf.Tensor:
    """Count the ones of a whole number in binary."""
    return tf.cast(tf.raw_ops.PopulationCount(x=n), tf.int32)


def choose(condition: tf.Tensor, yes: Any, no: Any) -> Any:
    """Choose for all chains or chain by chain, in everything that a state consists of."""

    def each(a: tf.Tensor, b: tf.Tensor) -> tf.Tensor:
        ones = [1] * (a.shape.rank - condition.shape.rank)
        return tf.where(tf.reshape(condition, [*condition.shape, *ones]), a, b)

    return tf.nest.map_structure(each, yes, no)
