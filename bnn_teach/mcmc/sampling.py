"""Running chains: starting points, warm-up in windows, groups of chains on threads.

Chains travel in groups of two, one thread a group, because XLA releases Python's lock and a
group of two keeps small kernels on one core. The group's size never depends on the machine, so
that draws do not either. Next: :mod:`bnn_teach.diagnostics`.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from typing import Any, NamedTuple

import numpy as np

from bnn_teach.arguments import usable_cores
from bnn_teach.density import LogDensity
from bnn_teach.engine.progress import interruptible, progress_bar
from bnn_teach.engine.runtime import tf
from bnn_teach.errors import InitialPointError
from bnn_teach.mcmc.adaptation import (
    estimate_scale,
    start_dual_averaging,
    start_welford,
    windows,
)
from bnn_teach.mcmc.nuts import STATISTICS, ChainState, Phase, Program, compiled_program

_GROUP = 2
_STARTS = 100
_SECONDS = 0.2  # between looks at the clock, the progress bar and the interrupt
_MOST_SECONDS = 1.0  # the same, should every tree grow as deep as it may


class Settings(NamedTuple):
    """How to run the chains."""

    num_samples: int
    """Draws per chain."""
    burn_in: int
    """Transitions of warm-up per chain."""
    num_chains: int
    """C."""
    target_accept: float
    """Acceptance rate that the step size is tuned to."""
    max_tree_depth: int
    """A tree has at most ``2**max_tree_depth - 1`` leapfrogs."""
    seed: int
    """Everything random follows from it."""
    num_threads: int | None
    """Threads to use; all cores by default. It does not change the draws."""
    progress: bool | None
    """Whether to show a bar; None decides."""


class Seconds(NamedTuple):
    """Where the wall time of a run went."""

    trace: float
    """Turning the transitions into a graph; 0 if this process has done it before."""
    compile: float
    """XLA's work, or reading its result from the disk; 0 if this process has done it before."""
    warmup: float
    """Up to the first draw."""
    drawing: float
    """From there on."""


class Draws(NamedTuple):
    """What the chains left behind; S draws were kept, all of them unless interrupted."""

    z: np.ndarray
    """Positions, shape (C, S, D)."""
    statistics: dict[str, np.ndarray]
    """ArviZ's sample statistics, shape (C, S) each."""
    inverse_mass_matrix: np.ndarray
    """The metric's diagonal, shape (C, D)."""
    warmup_leapfrogs: int
    """Gradients taken before the first draw, all chains."""
    seconds: Seconds
    """Wall time of the parts."""


def run_chains(density: LogDensity, settings: Settings, starts: np.ndarray | None = None) -> Draws:
    """Warm up and sample.

    Parameters
    ----------
    density : LogDensity
        The target.
    settings : Settings
        Numbers of chains and draws, and the rest.
    starts : ndarray, shape (C, D), optional
        Where the chains begin; otherwise each begins at random near 0.

    Returns
    -------
    Draws
        An interrupt keeps the draws that all chains have.

    Raises
    ------
    InitialPointError
        If no starting point with a finite log-density was found, or a given one has none.
    """
    started = time.perf_counter()
    group = min(_GROUP, settings.num_chains)
    num_groups = -(-settings.num_chains // group)
    steps = settings.burn_in + settings.num_samples
    threads = min(settings.num_threads or usable_cores(), num_groups)
    with interruptible() as stop, ThreadPoolExecutor(threads) as pool:
        program = compiled_program(density, group, settings.max_tree_depth)
        recognised = time.perf_counter()
        traced, compiled = program.compile(density.tensors)
        begun = time.perf_counter()
        runs = [
            ChainGroup(program, density, settings, first, stop, starts)
            for first in range(0, settings.num_chains, group)
        ]
        futures = [pool.submit(run.run) for run in runs]
        with progress_bar(steps * num_groups * group, "NUTS", settings.progress) as bar:
            pending = set(futures)
            while pending:
                pending = wait(pending, timeout=_SECONDS, return_when=FIRST_EXCEPTION).not_done
                if any(f.done() and f.exception() for f in futures):
                    stop.set()
                bar.update(sum(run.done for run in runs) * group - bar.n)
                bar.set_postfix_str(_summary(runs))
        for future in futures:
            future.result()
    warm = max(run.warm_at for run in runs) or time.perf_counter()
    seconds = Seconds(
        trace=recognised - started + traced if traced else 0.0,
        compile=compiled,
        warmup=warm - begun,
        drawing=time.perf_counter() - warm,
    )
    return _gather(runs, settings.num_chains, seconds)


class ChainGroup:
    """A group of chains on its way; the main thread reads ``done``, ``step_size``, ``divergent``.

    Parameters
    ----------
    program : Program
        The compiled transitions.
    density : LogDensity
        For its data and for messages.
    settings : Settings
        The run's numbers.
    first : int
        Number of the group's first chain.
    stop : threading.Event
        Set when the run is to end early.
    starts : ndarray, shape (C, D), optional
        Where all chains of the run begin, not only the group's.
    """

    def __init__(
        self,
        program: Program,
        density: LogDensity,
        settings: Settings,
        first: int,
        stop: threading.Event,
        starts: np.ndarray | None = None,
    ) -> None:
        self.program, self.density, self.settings = program, density, settings
        self.stop, self.first, self.starts = stop, first, starts
        self.inputs = density.tensors
        self.seed = tf.constant(
            np.random.SeedSequence([settings.seed, first]).generate_state(2).astype(np.int32)
        )
        self.draws: list[np.ndarray] = []
        self.statistics: list[np.ndarray] = []
        self.warmup_leapfrogs = np.zeros(program.num_chains)
        self.step_size = np.full(program.num_chains, np.nan)
        self.scale = np.ones((program.num_chains, density.size))
        self.done, self.divergent, self.length = 0, 0, 1
        self.pace = np.inf  # seconds a leapfrog, the least seen: others' work slows a call
        self.warm_at = 0.0

    def run(self) -> None:
        """Find starting points, warm up, sample."""
        state = self.start() if self.starts is None else self.start_at(self.starts)
        state = self.warm_up(state)
        self.warm_at = time.perf_counter()
        self.step_size = np.exp(np.asarray(state.step.log_step_average))
        self.scale = np.asarray(state.scale)

        def keep(draws: np.ndarray, statistics: np.ndarray) -> None:
            self.draws.append(draws)
            self.statistics.append(statistics)
            self.divergent += int(statistics[..., STATISTICS.index("diverging")].sum())

        self.advance(state, self.settings.num_samples, False, False, keep)

    def start(self) -> ChainState:
        """Draw starting points, uniform on (-2, 2) as in Stan, until all have a finite density."""
        chains, size, dtype = self.program.num_chains, self.density.size, self.density.dtype
        rngs = [np.random.default_rng([self.settings.seed, self.first + c]) for c in range(chains)]
        z, ready = np.zeros((chains, size), dtype), np.zeros(chains, bool)
        for _ in range(_STARTS):
            for c in np.flatnonzero(~ready):
                z[c] = rngs[c].uniform(-2.0, 2.0, size)
            state = self.program.start(z, 0.1, self.inputs)
            ready = np.isfinite(state.log_prob) & np.isfinite(state.grad).all(-1)
            if ready.all():
                return state
        raise InitialPointError(self.density.explain_nonfinite(z[~ready][0], _STARTS))

    def start_at(self, starts: np.ndarray) -> ChainState:
        """Put the group's chains at their rows; one that fills the group takes the last row."""
        rows = np.minimum(self.first + np.arange(self.program.num_chains), len(starts) - 1)
        state = self.program.start(starts[rows], 0.1, self.inputs)
        for row, value, slope in zip(rows, state.log_prob.numpy(), state.grad.numpy(), strict=True):
            if not (np.isfinite(value) and np.isfinite(slope).all()):
                raise InitialPointError(
                    f"start: chain {row} has a log-density of {value} with gradient {slope}, "
                    "expected finite numbers. Start where the data are possible."
                )
        return state

    def warm_up(self, state: ChainState) -> ChainState:
        """Adapt step size and metric, window by window."""
        slow = windows(self.settings.burn_in)
        edges = sorted({0, self.settings.burn_in, *(edge for window in slow for edge in window)})

        def count(_: np.ndarray, statistics: np.ndarray) -> None:
            self.warmup_leapfrogs += statistics[..., STATISTICS.index("n_steps")].sum(0)

        for start, stop in itertools.pairwise(edges):
            collect = (start, stop) in slow
            state = self.advance(state, stop - start, True, collect, count)
            if collect and not self.stop.is_set():
                state = _next_window(state)
        return state

    def advance(
        self,
        state: ChainState,
        number: int,
        adapt: bool,
        collect: bool,
        receive: Callable[[np.ndarray, np.ndarray], None],
    ) -> ChainState:
        """Make ``number`` transitions in chunks that take about the same time each."""
        while number and not self.stop.is_set():
            length = min(number, self.length, self.program.chunk)
            clock = time.perf_counter()
            state, draws, statistics = self.program.advance(
                state,
                Phase(self.done, length, adapt, collect),
                self.seed,
                self.settings.target_accept,
                self.inputs,
            )
            leapfrogs = statistics[..., STATISTICS.index("n_steps")].max(-1).sum()
            self.pace = min(self.pace, (time.perf_counter() - clock) / leapfrogs)
            deepest = 2**self.settings.max_tree_depth - 1
            allowed = _length(self.pace, leapfrogs / length, deepest)
            self.length = min(allowed, 4 * self.length + 10)
            self.step_size = np.exp(np.asarray(state.step.log_step))
            receive(draws, statistics)
            self.done += length
            number -= length
        return state


def _length(pace: float, usual: float, deepest: int) -> int:
    """Return how many transitions the next chunk may have, at a pace in seconds a leapfrog.

    Trees of a ``usual`` number of leapfrogs may grow to the deepest, and an interrupt waits for the
    chunk's end.
    """
    return max(1, int(min(_SECONDS / usual, _MOST_SECONDS / deepest) / pace))


def _next_window(state: ChainState) -> ChainState:
    """Take the window's metric, and go on with a step of the same length in the new one."""
    state = tf.nest.map_structure(np.asarray, state)
    scale = estimate_scale(state.moments)
    chains, size = scale.shape
    ratio = np.exp(np.mean(np.log(state.scale), -1) - np.mean(np.log(scale), -1))
    step = np.exp(state.step.log_step_average) * ratio
    return state._replace(
        step=start_dual_averaging(step.astype(scale.dtype)),
        moments=start_welford(chains, size, scale.dtype),
        scale=scale,
    )


def _gather(runs: list[ChainGroup], num_chains: int, seconds: Seconds) -> Draws:
    """Join the groups; cut to the number of draws that every chain has."""
    size, program = runs[0].density.size, runs[0].program
    kept = min(sum(map(len, run.draws)) for run in runs)

    def joined(parts: list[np.ndarray], empty: tuple[int, ...]) -> np.ndarray:
        return np.concatenate([np.zeros((0, *empty), runs[0].density.dtype), *parts])[:kept]

    z = np.concatenate([joined(r.draws, (program.num_chains, size)) for r in runs], 1)
    rows = np.concatenate(
        [joined(r.statistics, (program.num_chains, len(STATISTICS))) for r in runs], 1
    )
    z, rows = z.swapaxes(0, 1)[:num_chains], rows.swapaxes(0, 1)[:num_chains]
    statistics = {name: rows[..., i] for i, name in enumerate(STATISTICS)}
    statistics["n_steps"] = statistics["n_steps"].astype(np.int64)
    statistics["diverging"] = statistics["diverging"].astype(bool)
    statistics["tree_depth"] = np.ceil(np.log2(statistics["n_steps"] + 1)).astype(np.int64)
    step_size = np.concatenate([r.step_size for r in runs])[:num_chains, None]
    statistics["step_size"] = np.broadcast_to(step_size, z.shape[:2]).copy()
    scale = np.concatenate([r.scale for r in runs])[:num_chains]
    leapfrogs = int(np.concatenate([r.warmup_leapfrogs for r in runs])[:num_chains].sum())
    return Draws(z, statistics, scale**2, leapfrogs, seconds)


def _summary(runs: list[ChainGroup]) -> str:
    steps: Any = np.concatenate([run.step_size for run in runs])
    steps = " ".join(f"{s:.2g}" for s in steps[:4]) + (" ..." if len(steps) > 4 else "")
    return f"step size {steps}, divergent {sum(run.divergent for run in runs)}"
