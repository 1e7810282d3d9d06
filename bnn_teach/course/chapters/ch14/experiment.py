"""The methods of notebook 14 on a real table: accuracy against cost, by score and by second.

You will find :func:`ensemble_bands`, which makes three bands out of networks that were only
trained, and :func:`compare_methods`, which lets everything that the notebook has taught predict
the same people that nobody was trained on. Next:
:mod:`bnn_teach.course.chapters.ch14.tables`, where they come from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import xarray as xr

from bnn_teach.approximation import Fit
from bnn_teach.course.chapters.ch14.accuracy import Scores, predictive_scores, timed
from bnn_teach.course.chapters.ch14.tables import SplitTable
from bnn_teach.course.networks import network
from bnn_teach.density import LogDensity
from bnn_teach.dsl.dtypes import get_dtype
from bnn_teach.dsl.model import Model
from bnn_teach.engine.runtime import tf
from bnn_teach.errors import ArgumentError
from bnn_teach.inference import fit, sample
from bnn_teach.prediction import sample_posterior_predictive
from bnn_teach.traces import concatenate
from bnn_teach.vi.laplace import Linearised, laplace, linearise, linearised_draws
from bnn_teach.vi.linear import linear_posterior
from bnn_teach.vi.mode import find_modes


class Settings(NamedTuple):
    """How much of everything."""

    num_networks: int = 16
    """Networks that are trained, from different starts."""
    num_fits: int = 4
    """Fits by ADVI that are mixed; 0 leaves ADVI out."""
    num_steps: int = 10_000
    """Steps of each of these fits."""
    batch_size: int = 32
    """People a step, where it is not all of them."""
    lengths: tuple[tuple[int, int], ...] = ((50, 50), (150, 150))
    """Warm-up and draws of each of four chains of NUTS."""
    num_draws: int = 200
    """Functions drawn from each network or fit."""


class Entry(NamedTuple):
    """One method, its price, and what its predictions are worth."""

    name: str
    """Such as ``"NUTS, 4 x (50 + 50)"``."""
    seconds: float
    """CPU time, in seconds; of the first call of its kind most of it is the compiler's."""
    scores: Scores
    """On the people who were set aside."""


def last_layer(density: LogDensity) -> np.ndarray:
    """Return which coordinates of z are a network's last layer: its last weights and bias."""
    *_, weights, bias = density.slots.values()
    return np.arange(weights.start, bias.stop)


def network_function(x: Any, **options: Any) -> Callable[[tf.Tensor], tf.Tensor]:
    """Return a network's function at some inputs, as a function of all its weights.

    Parameters
    ----------
    x : array_like, shape (N, inputs)
        Where it is evaluated.
    **options
        Of :func:`bnn_teach.network`, such as ``prior_scale``.

    Returns
    -------
    callable
        Takes a tensor z of shape (D,), in the order of the network's ``LogDensity``; returns f,
        shape (N, 1).
    """
    at = LogDensity(network(x, np.zeros((len(x), 1), np.float32), **options))
    inputs = at.tensors
    return lambda z: at.values_one(z, inputs, "network.f")["network.f"]


def function_draws(model: Model, trace: xr.DataTree) -> np.ndarray:
    """Return the functions of all draws of a trace, at the inputs that a network was called with.

    Parameters
    ----------
    model : Model
        ``bt.network(x, ...)`` at M inputs.
    trace : DataTree
        Of this network.

    Returns
    -------
    ndarray, shape (S, M)
        Chains one after the other.
    """
    found = sample_posterior_predictive(model, trace, ["network.f"], seed=0)
    values = np.asarray(found["posterior_predictive"]["network.f"].values)
    return values.reshape(-1, values.shape[2])


def several_fits(
    model: Model,
    method: str,
    num_fits: int,
    num_steps: int,
    seed: int = 0,
    batch_size: int | None = None,
) -> tuple[list[Fit], list[float], float]:
    """Fit a model several times by ADVI, from seeds ``seed``, ``seed`` + 1 and so on.

    Returns
    -------
    fits : list of Fit
    seconds : list of float
        CPU seconds of each; the first one's is taken to be what the others need on average.
    compiling : float
        How many more the first one took; 0 where there is only one.
    """
    fits, seconds = [], []
    for number in range(num_fits):
        one = partial(fit, model, method, num_steps, batch_size=batch_size, seed=seed + number)
        found, spent, _ = timed(one, again=False)
        fits.append(found)
        seconds.append(spent)
    later = float(np.mean(seconds[1:] or seconds))
    return fits, [later, *seconds[1:]], max(0.0, seconds[0] - later)


def ensemble_bands(
    modes: np.ndarray,
    linear: Linearised,
    y: np.ndarray,
    last: np.ndarray,
    scales: tuple[float, float],
    keep: np.ndarray | None = None,
    num_draws: int = 200,
) -> list[dict[str, np.ndarray] | None]:
    """Return what each of many trained networks says, in three ways.

    Parameters
    ----------
    modes : ndarray, shape (K, D)
        Their weights.
    linear : Linearised
        Their values, shape (K, N + M), and slopes, (K, N + M, D), at N data points, followed by M
        new inputs.
    y : ndarray, shape (N, 1)
        The data.
    last : ndarray of int
        Which weights belong to the last layer.
    scales : tuple of two float
        Standard deviations of noise and prior.
    keep : ndarray of bool, shape (K,), optional
        Which of them are good enough; all by default. The others are None in the list.
    num_draws : int, optional
        Network number k draws so many with the seed k.

    Returns
    -------
    list of dict of str to ndarray, shape (S, M)
        ``"MAP"``, one curve; ``"last layer"``, draws with an exact posterior of the last layer;
        ``"Laplace"``, draws of the network made linear.
    """
    bands: list[dict[str, np.ndarray] | None] = [None] * len(modes)
    for k in np.arange(len(modes)) if keep is None else np.flatnonzero(keep):
        network_k = Linearised(linear.values[k], linear.jacobian[k])
        seen, new = network_k.rows(slice(len(y))), network_k.rows(slice(len(y), None))
        top = linear_posterior(seen.jacobian[:, last], y, *scales)
        around = laplace(modes[k], seen.jacobian, *scales)
        bands[k] = {
            "MAP": new.values[None],
            "last layer": top.draw(num_draws, int(k)) @ new.jacobian[:, last].T,
            "Laplace": linearised_draws(around, new, num_draws, int(k)),
        }
    return bands


def mixtures(
    bands: Sequence[dict[str, np.ndarray] | None], counts: Iterable[int]
) -> Iterator[tuple[str, int, np.ndarray]]:
    """Mix the first few networks, each with the same weight.

    Parameters
    ----------
    bands : sequence of dict, or None
        From :func:`ensemble_bands`.
    counts : iterable of int
        How many networks, those that are left out included: their training is paid, too.

    Yields
    ------
    method : str
    count : int
    draws : ndarray, shape (S, M)
    """
    for count in counts:
        good = [each for each in bands[:count] if each is not None]
        if not good:
            raise ArgumentError(
                f"mixtures: none of the first {count} networks is good enough. Train more of them."
            )
        for method in good[0]:
            yield method, count, np.concatenate([each[method] for each in good])


def particle_functions(z: np.ndarray, x: Any, **options: Any) -> np.ndarray:
    """Return the functions of networks with the weights z, shape (S, D), at x: shape (S, N)."""
    f_of = network_function(x, **options)
    return np.asarray(tf.vectorized_map(f_of, tf.constant(z, get_dtype())))[..., 0]


def compare_splits(
    tables: Iterable[SplitTable],
    prior_scale: float,
    seed: int = 0,
    settings: Settings | None = None,
) -> tuple[dict[str, np.ndarray], list[float]]:
    """Let all methods predict in several splits of one table.

    The noise is in each split the residual standard deviation of the linear regression.

    Returns
    -------
    scores : dict of str to ndarray, shape (splits,)
        The mean log density of a person who was set aside, for each method.
    seconds : list of float
        CPU seconds of each method: the median over the splits, which share their programs, so that
        from three on the compiler does not count. The line costs nothing.
    """
    rows: list[list[float]] = []
    costs: list[list[float]] = []
    names: list[str] = []
    for table in tables:
        line, noise_scale = straight_line(table, prior_scale)
        entries = compare_methods(table, noise_scale, prior_scale, seed, settings)
        names = ["straight line", *(entry.name for entry in entries)]
        rows.append([line.log_density, *(entry.scores.log_density for entry in entries)])
        costs.append([0.0, *(entry.seconds for entry in entries)])
    found = zip(names, np.transpose(rows), strict=True)
    return dict(found), list(np.median(costs, axis=0))


def straight_line(table: SplitTable, prior_scale: float, seed: int = 0) -> tuple[Scores, float]:
    """Return the scores of Bayesian linear regression, and the residual sd that it leaves."""
    seen, new = (np.column_stack([np.ones(len(x)), x]) for x in (table.x, table.x_test))
    line = linear_posterior(seen, table.y, 0.7, prior_scale)
    residual = table.y[:, 0] - seen @ line.mean
    noise_scale = float(residual.std(ddof=seen.shape[1]))
    draws = line.draw(4000, seed) @ new.T
    return predictive_scores(draws, table.y_test, noise_scale), noise_scale


def compare_methods(
    table: SplitTable,
    noise_scale: float,
    prior_scale: float = 1.0,
    seed: int = 0,
    settings: Settings | None = None,
) -> list[Entry]:
    """Let all methods predict the people who were set aside.

    Parameters
    ----------
    table : SplitTable
        From :func:`bnn_teach.course.chapters.ch14.tables.diabetes`.
    noise_scale, prior_scale : float, optional
        Standard deviations of the noise and of every weight.
    seed : int, optional
        Of everything random.
    settings : Settings, optional
        Sizes.

    Returns
    -------
    list of Entry
        Networks that were trained, fits by ADVI, and NUTS. A table of the same shape, or other
        scales, compile nothing again.
    """
    chosen, scales = settings or Settings(), (noise_scale, prior_scale)
    options: dict[str, Any] = {"noise_scale": noise_scale, "prior_scale": prior_scale}
    net, new = network(table.x, table.y, **options), network(table.x_test, **options)
    density = LogDensity(net)
    entries = []

    def enter(name: str, seconds: float, draws: Any) -> None:
        curves = np.asarray(draws).reshape(-1, len(table.y_test))
        entries.append(Entry(name, seconds, predictive_scores(curves, table.y_test, noise_scale)))

    rng = np.random.default_rng(seed)
    starts = 0.5 * prior_scale * rng.standard_normal((chosen.num_networks, density.size))
    modes, trained, _ = timed(lambda: find_modes(density, starts), again=False)
    both, last = np.concatenate([table.x, table.x_test]), last_layer(density)
    at = LogDensity(network(both, np.zeros((len(both), 1), np.float32), **options))

    def f_of(z: tf.Tensor, **inputs: tf.Tensor) -> tf.Tensor:
        return at.values_one(z, inputs, "network.f")["network.f"]

    linear, sloped, _ = timed(lambda: linearise(f_of, modes.z, **at.tensors), again=False)
    bands = ensemble_bands(modes.z, linear, table.y, last, scales, num_draws=chosen.num_draws)
    for method, count, draws in mixtures(bands, (1, chosen.num_networks)):
        share = count / chosen.num_networks
        enter(f"{method}, {count}", share * (trained + sloped * (method != "MAP")), draws)
    kinds = (("advi", None), ("advi", chosen.batch_size), ("fullrank_advi", None))
    for method, batch in kinds if chosen.num_fits else ():
        fits, costs, _ = several_fits(
            net, method, chosen.num_fits, chosen.num_steps, batch_size=batch, seed=seed
        )
        traces = [
            each.approximation.sample(chosen.num_draws, seed=seed + k)
            for k, each in enumerate(fits)
        ]
        words = {"advi": "mean field", "fullrank_advi": "full rank"}[method]
        words += f", batches of {batch}" if batch else ""
        draws = function_draws(new, concatenate(traces))
        enter(f"{words}, {chosen.num_fits}", sum(costs), draws)
    for warm, keep in chosen.lengths:
        trace, seconds, _ = timed(partial(sample, net, keep, warm, 4, seed=seed), again=False)
        enter(f"NUTS, 4 x ({warm} + {keep})", seconds, function_draws(new, trace))
    return entries
