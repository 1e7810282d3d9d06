"""Maximising the ELBO: Adam as one compiled loop, entered from Python once a chunk.

Next: :mod:`bnn_teach.vi.distance`.
"""

from __future__ import annotations

import time
from typing import Any, NamedTuple

import numpy as np

from bnn_teach.density import LogDensity
from bnn_teach.engine.programs import Compiled, Tensors, kept
from bnn_teach.engine.progress import interruptible, progress_bar
from bnn_teach.engine.runtime import tf
from bnn_teach.errors import ArgumentError, BnnTeachError
from bnn_teach.vi.elbo import loss_and_gradient
from bnn_teach.vi.families import Gaussian

_CHUNK = 10_000
_SECONDS = 0.2  # between looks at the progress bar and the interrupt


class FitSettings(NamedTuple):
    """How to optimise."""

    num_steps: int
    """Steps of Adam."""
    learning_rate: float
    """Adam's rate at the first step."""
    final_learning_rate: float
    """Its rate at the last step; in between it falls geometrically."""
    samples_per_step: int
    """Draws of q per gradient."""
    sticking_the_landing: bool
    """Which gradient to use; see :func:`bnn_teach.vi.elbo.elbo`."""
    batch_size: int | None
    """Data points per step, or None for all."""
    seed: int
    """Everything random follows from it."""
    progress: bool | None
    """Whether to show a bar; None decides."""


class AdamState(NamedTuple):
    """Adam's memory (Kingma & Ba 2015)."""

    q: Gaussian
    """The parameters."""
    first: Gaussian
    """Running mean of the gradients."""
    second: Gaussian
    """Running mean of the squared gradients."""


def adam_step(state: AdamState, gradient: Any, rate: Any, count: Any) -> AdamState:
    """Take step number ``count`` (from 1) with learning rate ``rate``."""
    first = _map(lambda m, g: 0.9 * m + 0.1 * g, state.first, gradient)
    second = _map(lambda v, g: 0.999 * v + 0.001 * g * g, state.second, gradient)
    rate = rate * tf.sqrt(1.0 - 0.999**count) / (1.0 - 0.9**count)
    q = _map(lambda p, m, v: p - rate * m / (tf.sqrt(v) + 1e-8), state.q, first, second)
    return AdamState(q, first, second)


def _map(function: Any, *structures: Any) -> Any:
    return tf.nest.map_structure(function, *structures)


class OptimisationProgram:
    """The compiled loop for one log-density and one kind of gradient."""

    def __init__(self, density: LogDensity, settings: FitSettings) -> None:
        self.density = density
        self.samples = settings.samples_per_step
        self.landing = settings.sticking_the_landing
        self.batch_size = settings.batch_size
        self.target = at_batches(density, settings.batch_size)
        self._advance = Compiled(self._loop)

    def advance(
        self,
        state: AdamState,
        first: int,
        length: int,
        seed: tf.Tensor,
        rates: np.ndarray,
        inputs: Tensors,
    ) -> tuple[AdamState, np.ndarray]:
        """Take ``length`` steps from number ``first`` on; return the losses, shape (length,)."""
        state, losses = self._advance(state, first, length, seed, rates, inputs)
        return state, losses.numpy()[:length]

    def _loop(
        self, state: AdamState, first: Any, length: Any, seed: Any, rates: Any, inputs: Tensors
    ) -> Any:
        size, dtype = self.density.size, state.q.mean.dtype

        def step(i: Any, state: AdamState, losses: Any) -> Any:
            stream = tf.random.experimental.stateless_fold_in(seed, first + i)
            noise = tf.random.stateless_normal([self.samples, size], stream, dtype=dtype)
            rows = draw_batch(self.density, inputs, self.batch_size, stream)
            log_density = self.target.batched(*rows)
            loss, gradient = loss_and_gradient(log_density, state.q, noise, self.landing)
            done = tf.cast(first + i, dtype)
            rate = tf.exp(tf.math.log(rates[0]) + rates[1] * done)
            state = adam_step(state, gradient, rate, done + 1.0)
            return i + 1, state, tf.tensor_scatter_nd_update(losses, [[i]], loss[None])

        _, state, losses = tf.while_loop(
            lambda i, *_: i < length,
            step,
            (tf.constant(0), state, tf.zeros([_CHUNK], dtype)),
            parallel_iterations=1,
        )
        return state, losses


def optimise(density: LogDensity, q: Gaussian, settings: FitSettings) -> tuple[Gaussian, Any]:
    """Maximise the ELBO from q on.

    Parameters
    ----------
    density : LogDensity
        The target.
    q : Gaussian
        Where to start.
    settings : FitSettings
        Steps, rates, samples.

    Returns
    -------
    q : Gaussian
        Where it ended.
    losses : ndarray, shape (num_steps,)
        The negative ELBO, one estimate a step; shorter after an interrupt, or where it ceased to
        be finite.

    Raises
    ------
    ArgumentError
        If ``batch_size`` is asked for and the data have no common first axis.
    """
    state = AdamState(q, _map(np.zeros_like, q), _map(np.zeros_like, q))
    seed = tf.constant(
        np.random.SeedSequence([settings.seed, 1]).generate_state(2).astype(np.int32)
    )
    key = (settings.samples_per_step, settings.sticking_the_landing, settings.batch_size)
    slope = np.log(settings.final_learning_rate / settings.learning_rate) / settings.num_steps
    rates = np.array([settings.learning_rate, slope], density.dtype)
    inputs, done, length = density.tensors, 0, 50
    losses: list[np.ndarray] = []
    with interruptible() as stop:
        program = kept(
            (density.fingerprint, "vi", q.is_full_rank, *key),
            lambda: OptimisationProgram(density, settings),
        )
        with progress_bar(settings.num_steps, "ADVI", settings.progress) as bar:
            while done < settings.num_steps and not stop.is_set():
                length = min(length, settings.num_steps - done, _CHUNK)
                clock = time.perf_counter()
                state, chunk = program.advance(state, done, length, seed, rates, inputs)
                pace = (time.perf_counter() - clock) / length
                done, losses = done + length, [*losses, chunk]
                if not np.isfinite(chunk[-1]):
                    break  # it will not recover
                length = int(np.clip(_SECONDS / pace, 1, 4 * length))
                bar.update(chunk.size)
                bar.set_postfix_str(f"ELBO {-np.mean(chunk[-100:]):.1f}")
    q = _map(np.asarray, state.q)
    return q, np.concatenate([*losses, np.zeros(0, density.dtype)])


def draw_batch(
    density: LogDensity, inputs: Tensors, batch_size: int | None, seed: Any
) -> tuple[Tensors, Any]:
    """Choose rows of the data, with replacement; return N / B, which makes up for the rest."""
    rows = density.num_data
    if batch_size is None or rows is None:
        return inputs, None
    index = tf.random.stateless_uniform(
        [batch_size], tf.random.experimental.stateless_fold_in(seed, 1), 0, rows, tf.int32
    )
    chosen = {k: tf.gather(v, index) if v.shape[:1] == (rows,) else v for k, v in inputs.items()}
    return chosen, rows / batch_size


def at_batches(density: LogDensity, batch_size: int | None) -> LogDensity:
    """Return the density that a step sees: of as many rows as a batch has."""
    if batch_size is None:
        return density
    if density.num_data is None or batch_size > density.num_data:
        raise ArgumentError(
            f"batch_size={batch_size} needs data that are arguments of the model or observed "
            f"values with one common first axis of at least that length; it is {density.num_data}."
        )
    for path, lengths in density.structure.weighed.items():
        if density.num_data in lengths:
            raise ArgumentError(
                f"{path}: got batch_size={batch_size} and a Potential that is computed from the "
                "data, which would count at a batch's value; expected terms of the data to be "
                "observed. Use observed= at a random variable, or leave batch_size out."
            )
    try:
        target = density.at_rows(batch_size)
    except BnnTeachError as error:
        reason = str(error)
    else:
        if target.slots != density.slots:
            reason = "The shapes of its variables depend on the number of data points."
        elif mixed := _mixes_rows(density, target, batch_size):
            reason = (
                f"The log-density of {mixed!r} depends on other rows, or on how many there are."
            )
        else:
            return target
    raise ArgumentError(
        f"batch_size={batch_size}: the model does not work on so many rows. {reason} Only "
        "arguments of the model and observed values are cut into batches: pass all data as "
        "arguments."
    )


def _mixes_rows(density: LogDensity, target: LogDensity, number: int) -> str | None:
    """Return a term whose first rows are others in a batch than among all data, or None."""
    z = np.random.default_rng(0).uniform(-1.0, 1.0, density.size).astype(density.dtype)
    whole, part = density.terms(z), target.terms(z)
    for path, term in whole.items():
        if path in density.structure.observed and term.shape[:1] == (density.num_data,):
            term = term[:number]
        if term.shape != part[path].shape or not np.allclose(
            term, part[path], rtol=1e-3, atol=1e-3, equal_nan=True
        ):
            return path
    return None
