r"""Two symmetries of a network: its weights jump, R-hat of its weights jumps, the function stays.

You will see the exhibit of notebook 10. Hidden units may change places, and for every
:math:`c > 0` a ReLU unit may hand a factor from the weights that lead in to those that lead out:

.. math:: w \max(v^\top x + b,\, 0) = \frac{w}{c} \max\big(c\,(v^\top x + b),\, 0\big).

Both leave the function as it is. Only the first leaves the prior as it is, too. Next:
:mod:`bnn_teach.exhibits.quiz`.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from bnn_teach import exhibits as ex
from bnn_teach.course.numpy_networks import Weights, functions_of
from bnn_teach.diagnostics import function_diagnostics
from bnn_teach.errors import ArgumentError, ShapeError
from bnn_teach.exhibits.frames import with_minus
from bnn_teach.plots.diagnostics import RHAT_FAIR, RHAT_GOOD

AS_SAMPLED, SWAPPED = "as sampled", "two units swapped in chain 0"
OWN_ORDER, SHUFFLED = "each chain its own order", "shuffled in every draw"

_FACTORS = (0.125, 0.25, 0.5, 1, 2, 4, 8)  # of unit 0 of the last hidden layer in chain 0
_STILL = 1e-9  # rounding in float64 is far below, and what a reader could see is far above
_RHAT_TICKS = (1.0, RHAT_GOOD, RHAT_FAIR, 1.2, 1.5, 2.0, 3.0)
_WEIGHT_TICKS = (-10.0, -3.0, -1.0, 0.0, 1.0, 3.0, 10.0)


def permuted(weights: Weights, layer: int, order: np.ndarray) -> Weights:
    """Let the units of a hidden layer change places; unit ``order[..., k]`` becomes unit k.

    Parameters
    ----------
    weights : dict of str to ndarray
        ``"network.l1.w"`` (chain, draw, inputs, units), ``"network.l1.b"`` (chain, draw, units),
        and so on; others are left alone.
    layer : int
        1 for the units whose biases are ``network.l1.b``.
    order : ndarray of int, shape (chain, draw, units)
        For each network its own.

    Returns
    -------
    dict of str to ndarray
        The same functions, with the same prior density.
    """
    v, b, w = _around(weights, layer)
    return weights | {
        v: np.take_along_axis(weights[v], order[..., None, :], -1),
        b: np.take_along_axis(weights[b], order, -1),
        w: np.take_along_axis(weights[w], order[..., None], -2),
    }


def rescaled(weights: Weights, layer: int, factor: np.ndarray) -> Weights:
    """Multiply what leads into each unit of a hidden layer, and divide what leads out of it.

    ``weights`` and ``layer`` are those of :func:`permuted`, ``factor`` is c > 0 of each unit, shape
    (chain, draw, units). The functions stay the same, their prior density does not.
    """
    v, b, w = _around(weights, layer)
    return weights | {
        v: weights[v] * factor[..., None, :],
        b: weights[b] * factor,
        w: weights[w] / factor[..., None],
    }


def symmetries(
    draws: Mapping[str, ArrayLike],
    x: ArrayLike,
    points: tuple[ArrayLike, ArrayLike],
    *,
    prior_scale: float = 1.0,
    seed: int = 0,
) -> ex.Exhibit:
    """Relabel and rescale the units of all draws, and judge weights and function by R-hat.

    A choice of labels comes with a slider for c, of one unit of the last hidden layer in chain 0.

    Parameters
    ----------
    draws : mapping of str to array_like
        Of a ReLU network: ``"network.l1.w"`` (chain, draw, 1, units), ``"network.l1.b"``, and so
        on, of at least two chains. Other variables are not used.
    x : array_like, shape (N,) or (N, 1)
        Where to judge the function.
    points : tuple of two array_like, shape (M,) or (M, 1)
        The data, x and y.
    prior_scale : float, optional
        s, the prior standard deviation of every weight.
    seed : int, optional
        Of the shuffles.

    Raises
    ------
    ArgumentError
        There are no weights of a hidden layer.
    ShapeError
        There is only one chain, or a hidden layer of one unit.
    """
    sampled = _layers(draws)
    last = len(sampled) // 2 - 1
    unscaled = np.ones(sampled[_around(sampled, last)[1]].shape)
    chains, _, units = unscaled.shape
    if chains < 2 or units < 2:
        raise ShapeError(
            f"draws: got {chains} chains of networks whose last hidden layer has {units} units, "
            "expected at least two of each. Sample with num_chains=4."
        )
    places = np.asarray(x, float).reshape(-1, 1)
    before = functions_of(sampled, places)
    of_f = _r_hat(before)
    band = np.quantile(before, [0.025, 0.975], axis=(0, 1))
    theta, orders = _flat(sampled), _orders(sampled, np.random.default_rng(seed))
    names = _names(sampled)

    def frame(labels: str, factor: float) -> ex.Frame:
        weights = sampled
        for layer, order in enumerate(orders[labels], start=1):
            weights = permuted(weights, layer, order)
        c = unscaled.copy()
        c[0, :, 0] = factor
        weights = rescaled(weights, last, c)
        after, moved = functions_of(weights, places), _flat(weights)
        of_weights = _r_hat(moved)
        shift = float(np.abs(after - before).max())
        density = float((theta[0, -1] ** 2 - moved[0, -1] ** 2).sum() / (2 * prior_scale**2))
        still = "No function has moved" if shift < _STILL else f"f moves by up to {shift:.1g}"
        density_says = f"has changed by {density:.1f}" if abs(density) > _STILL else "is the same"
        says = (
            f"{labels[0].upper()}{labels[1:]}, c = {factor:g} for one unit of chain 0: R-hat goes "
            f"up to {of_weights.max():.2f} for a weight, and to {of_f.max():.2f} for f(x). "
            f"{still}; the log prior of the drawn network {density_says}."
        )
        index, along = np.arange(len(of_weights)), places[:, 0]
        dots = ex.Points(index, _root(of_weights), "nuts", size=2.5)
        strip, xlim = ex.Line(along, _root(of_f), "nuts"), (along.min(), along.max())
        panels = [
            _weights_panel(theta[0, -1], moved[0, -1], names),
            _function_panel(along, band, after[0, -1], points),
            _r_hat_panel("of each weight", dots, "weights by layer", (-1, len(index)), names),
            _r_hat_panel("of f(x)", strip, "x", xlim),
        ]
        return ex.Frame(panels, says)

    controls = [
        ex.Choice("labels", orders, "labels of the units"),
        ex.Slider("factor", _FACTORS, "c, for a unit of chain 0", value=1),
    ]
    return ex.Exhibit(frame, controls, title="Weights jump, f stands still")


def _layers(draws: Mapping[str, ArrayLike]) -> Weights:
    """Return weights and biases of l1, l2, ... in order, in float64, under their own names."""
    weights: Weights = {}
    names = {".".join(name.split(".")[-2:]): name for name in draws}
    while {f"l{len(weights) // 2 + 1}.{kind}" for kind in "wb"} <= set(names):
        pair = [names[f"l{len(weights) // 2 + 1}.{kind}"] for kind in "wb"]
        weights |= {name: np.asarray(draws[name], float) for name in pair}
    if len(weights) < 4:
        raise ArgumentError(
            f"draws: got {', '.join(draws) or 'no variables'}, expected weights and biases of a "
            "hidden layer and an output, such as network.l1.w, network.l1.b, network.l2.w and "
            "network.l2.b."
        )
    return weights


def _around(weights: Weights, layer: int) -> tuple[str, str, str]:
    """Name the weights into the units of a layer, their biases, and the weights out of them."""
    scope = next(name for name in weights if f".{name}".endswith(".l1.w"))[: -len("l1.w")]
    return f"{scope}l{layer}.w", f"{scope}l{layer}.b", f"{scope}l{layer + 1}.w"


def _flat(weights: Weights) -> np.ndarray:
    return np.concatenate([w.reshape(*w.shape[:2], -1) for w in weights.values()], axis=-1)


def _orders(weights: Weights, rng: np.random.Generator) -> dict[str, list[np.ndarray]]:
    """Return orders of the units of each hidden layer, by the words of the choice."""
    orders: dict[str, list[np.ndarray]] = {AS_SAMPLED: [], SWAPPED: [], OWN_ORDER: [], SHUFFLED: []}
    for layer in range(1, len(weights) // 2):
        _, b, w = _around(weights, layer)
        plain = np.broadcast_to(np.arange(weights[b].shape[-1]), weights[b].shape)
        swapped, by_size = plain.copy(), np.argsort(weights[w][..., 0], axis=-1)
        if layer == len(weights) // 2 - 1:
            swapped[0, :, :2] = [1, 0]
        orders[AS_SAMPLED].append(plain)
        orders[SWAPPED].append(swapped)
        orders[OWN_ORDER].append(np.stack([np.roll(o, c, -1) for c, o in enumerate(by_size)]))
        orders[SHUFFLED].append(rng.permuted(plain, axis=-1))
    return orders


def _r_hat(values: np.ndarray) -> np.ndarray:
    return np.asarray(function_diagnostics(values, only="r_hat")["r_hat"].values)


def _names(weights: Weights) -> dict[float, str]:
    """Write the name of each layer in the middle of its weights and biases."""
    sizes = np.array([array[0, 0].size for array in weights.values()]).reshape(-1, 2).sum(axis=1)
    ends = np.cumsum(sizes)
    middles = ends - (sizes + 1) / 2
    return {float(at): f"l{number}" for number, at in enumerate(middles, start=1)}


def _weights_panel(before: np.ndarray, after: np.ndarray, names: dict[float, str]) -> ex.Panel:
    index, xlim = np.arange(len(after)), (-1, len(after))
    marks = [
        ex.Points(index, np.arcsinh(before), "data", "its weights as sampled", size=2),
        ex.Points(index, np.arcsinh(after), "nuts", "its weights now", size=3),
    ]
    ticks = {float(np.arcsinh(w)): with_minus(f"{w:g}") for w in _WEIGHT_TICKS}
    axes = "weights by layer", "weight"
    return ex.Panel(marks, *axes, xlim=xlim, title="a network", xticks=names, yticks=ticks)


def _function_panel(
    x: np.ndarray, band: np.ndarray, f: np.ndarray, points: tuple[ArrayLike, ArrayLike]
) -> ex.Panel:
    y = np.asarray(points[1], float)
    marks = [
        ex.Band(x, band[0], band[1], "band", "95 % of all draws"),
        ex.Line(x, f, "nuts", "this network"),
        ex.Points(*points, "data", "data"),
    ]
    room = float(np.ptp(y))
    ylim = (float(y.min()) - room, float(y.max()) + room)
    return ex.Panel(marks, "x", "f(x)", ylim=ylim, title="its function")


def _r_hat_panel(
    what: str,
    mark: ex.Mark,
    xlabel: str,
    xlim: tuple[float, float],
    xticks: dict[float, str] | None = None,
) -> ex.Panel:
    levels = [ex.Line(xlim, _root(each), "truth", width=1) for each in (RHAT_GOOD, RHAT_FAIR)]
    return ex.Panel(
        [*levels, mark],
        xlabel=xlabel,
        ylabel="R-hat",
        xlim=xlim,
        ylim=(0.0, float(_root(_RHAT_TICKS[-1]))),
        title=f"R-hat {what}",
        xticks=xticks,
        yticks={float(_root(each)): f"{each:g}" for each in _RHAT_TICKS},
    )


def _root(r_hat: ArrayLike) -> np.ndarray:
    """Return the square root of R-hat - 1, the scale of its axis; chance can lead below 1."""
    return np.sqrt(np.maximum(np.asarray(r_hat) - 1, 0))
