"""The No-U-Turn sampler as one compiled program that advances chains a chunk at a time.

The transition is that of :mod:`bnn_teach.mcmc.transition`. XLA compiles a whole chunk of
transitions, adaptation included, and Python is entered only between chunks: to show progress, to
answer an interrupt, to end a window of the warm-up. Lengths, seeds, data and flags are arguments,
so one program serves warm-up and sampling, and other data too.
Next: :mod:`bnn_teach.mcmc.sampling`, which runs groups of chains on threads.
"""

from __future__ import annotations

import time
from typing import Any, NamedTuple

import numpy as np

from bnn_teach.density import LogDensity
from bnn_teach.engine.programs import Compiled, Tensors, kept
from bnn_teach.engine.runtime import tf
from bnn_teach.mcmc.adaptation import (
    DualAveraging,
    Welford,
    start_dual_averaging,
    start_welford,
    update_dual_averaging,
    update_welford,
)
from bnn_teach.mcmc.transition import choose, transition

STATISTICS = ("lp", "acceptance_rate", "n_steps", "diverging", "energy")


class ChainState(NamedTuple):
    """Everything that one group of C chains carries from transition to transition."""

    z: tf.Tensor
    """Positions, shape (C, D)."""
    log_prob: tf.Tensor
    """Log-density there, shape (C,). Carried, not computed anew at each chunk: another place in the
    program may round its last bit differently, and draws would depend on where chunks end."""
    grad: tf.Tensor
    """Its gradient, shape (C, D)."""
    step: DualAveraging
    """The search for the step size."""
    moments: Welford
    """Mean and variance of the draws of the current window."""
    scale: tf.Tensor
    """Square root of the inverse mass matrix's diagonal, shape (C, D)."""


class Phase(NamedTuple):
    """What a chunk is for; scalars, given to the program as tensors."""

    first: int
    """Number of the chunk's first transition, counted from the start of the warm-up."""
    length: int
    """How many transitions to make, at most the program's ``chunk``."""
    adapt: bool
    """Whether dual averaging moves the step size."""
    collect: bool
    """Whether draws enter the estimate of the metric."""


_NOTHING = Phase(0, 0, adapt=False, collect=False)
_NO_SEED = np.zeros(2, np.int32)


class Program:
    """The compiled transition loop of one log-density for groups of ``num_chains`` chains.

    Parameters
    ----------
    density : LogDensity
        Its graph is compiled; its data are not part of the program.
    num_chains : int
        C, the chains of a group.
    max_tree_depth : int
        A tree has at most ``2**max_tree_depth - 1`` leapfrogs.
    """

    def __init__(self, density: LogDensity, num_chains: int, max_tree_depth: int) -> None:
        self.density = density
        self.num_chains = num_chains
        self.max_tree_depth = max_tree_depth
        self.chunk = int(np.clip(1_000_000 // (num_chains * density.size), 10, 1000))
        self._advance = Compiled(self._loop)
        self._is_compiled = False

    def compile(self, inputs: Tensors) -> tuple[float, float]:
        """Trace the loop and compile it, unless that was done; return the seconds of each."""
        if self._is_compiled:
            return 0.0, 0.0
        z = np.zeros([self.num_chains, self.density.size], self.density.dtype)
        clock = time.perf_counter()
        self._advance.trace(*self._arguments(self._at(z, 1.0), _NOTHING, inputs))
        traced = time.perf_counter()
        self.start(z, 1.0, inputs)
        self._is_compiled = True
        return traced - clock, time.perf_counter() - traced

    def advance(
        self, state: ChainState, phase: Phase, seed: tf.Tensor, target: float, inputs: Tensors
    ) -> tuple[ChainState, np.ndarray, np.ndarray]:
        """Make ``phase.length`` transitions.

        Parameters
        ----------
        state : ChainState
            Where the chains are.
        phase : Phase
            What to do.
        seed : tensor, shape (2,), int32
            The group's stateless seed; transition number t uses the t-th stream of it.
        target : float
            Acceptance rate to aim for.
        inputs : dict of str to tensor
            The model's data.

        Returns
        -------
        state : ChainState
        draws : ndarray, shape (length, C, D)
        statistics : ndarray, shape (length, C, 5)
            In the order of :data:`STATISTICS`.
        """
        arguments = self._arguments(state, phase, inputs, seed, target)
        state, draws, stats, _ = self._advance(*arguments)
        return state, draws.numpy()[: phase.length], stats.numpy()[: phase.length]

    def start(self, z: np.ndarray, step_size: float, inputs: Tensors) -> ChainState:
        """Put the chains at z, shape (C, D), with ``step_size`` and the identity as the metric."""
        state = self._at(z, step_size)
        log_prob, grad = self._advance(*self._arguments(state, _NOTHING, inputs))[-1]
        return state._replace(log_prob=log_prob, grad=grad)

    def _at(self, z: np.ndarray, step_size: float) -> ChainState:
        """Return the state of chains at z whose density is not known yet."""
        return ChainState(
            z,
            np.zeros_like(z[:, 0]),
            np.zeros_like(z),
            start_dual_averaging(np.full_like(z[:, 0], step_size)),
            start_welford(self.num_chains, self.density.size, z.dtype),
            np.ones_like(z),
        )

    def _arguments(
        self,
        state: ChainState,
        phase: Phase,
        inputs: Tensors,
        seed: Any = _NO_SEED,
        target: float = 0.8,
    ) -> tuple[Any, ...]:
        """Return the loop's arguments; none of them is part of the program."""
        return state, phase, seed, np.asarray(target, self.density.dtype), inputs

    def _loop(
        self,
        state: ChainState,
        phase: Phase,
        seed: tf.Tensor,
        target: Any,
        inputs: Tensors,
    ) -> Any:
        first, length, adapt, collect = phase
        chains, size, dtype = self.num_chains, self.density.size, state.z.dtype

        def value_and_grad(z: tf.Tensor) -> Any:
            return self.density.value_and_grad_each(z, inputs)

        def transition_at(i: Any, state: ChainState, draws: Any, stats: Any) -> Any:
            log_step = tf.where(adapt, state.step.log_step, state.step.log_step_average)
            found = transition(
                value_and_grad,
                state.z,
                state.log_prob,
                state.grad,
                tf.exp(log_step)[:, None] * state.scale,
                tf.random.experimental.stateless_fold_in(seed, first + i),
                self.max_tree_depth,
            )
            draw, accept = found.draw, found.accept
            step = update_dual_averaging(state.step, accept, target)
            moments = update_welford(state.moments, draw.z)
            row = (
                draw.log_prob,
                accept,
                tf.cast(found.leapfrogs, dtype),
                tf.cast(found.diverging, dtype),
                found.energy,
            )
            state = ChainState(
                draw.z, draw.log_prob, draw.grad,
                choose(adapt, step, state.step), choose(collect, moments, state.moments),
                state.scale,
            )  # fmt: skip
            draws = tf.tensor_scatter_nd_update(draws, [[i]], draw.z[None])
            stats = tf.tensor_scatter_nd_update(stats, [[i]], tf.stack(row, -1)[None])
            return i + 1, state, draws, stats

        fresh = value_and_grad(state.z)
        _, state, draws, stats = tf.while_loop(
            lambda i, *_: i < length,
            transition_at,
            (
                tf.constant(0),
                state,
                tf.zeros([self.chunk, chains, size], dtype),
                tf.zeros([self.chunk, chains, len(STATISTICS)], dtype),
            ),
            parallel_iterations=1,
        )
        return state, draws, stats, fresh


def compiled_program(density: LogDensity, num_chains: int, max_tree_depth: int) -> Program:
    """Return the program for this log-density, compiled before or new."""
    return kept(
        (density.fingerprint, "nuts", num_chains, max_tree_depth),
        lambda: Program(density, num_chains, max_tree_depth),
    )
