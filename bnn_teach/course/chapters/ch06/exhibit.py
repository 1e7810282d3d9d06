"""Step through a chain: a network drawn with its weights, beside the function that it computes.

You will see the weights of one draw after another jump about while the functions hardly move: the
exhibit of notebook 06. A line's width is the size of a weight, dashes mean that it is negative;
biases are not drawn. Next: :mod:`bnn_teach.course.chapters.ch00.exhibit`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import ArrayLike

from bnn_teach import exhibits as ex
from bnn_teach.errors import ArgumentError, ShapeError

_THICKEST, _THINNEST = 6.0, 0.4  # pixels


def draw_stepper(
    draws: Mapping[str, np.ndarray],
    x: ArrayLike,
    f: np.ndarray,
    points: tuple[ArrayLike, ArrayLike],
    steps: Iterable[int] = range(0, 1000, 50),
) -> ex.Exhibit:
    """Build the exhibit from the draws of a network: a slider for the draw, a choice of chain.

    Parameters
    ----------
    draws : mapping of str to ndarray
        Of a network made of layers: ``"network.l1.w"`` with shape (chain, draw, inputs, units),
        ``"network.l2.w"`` and so on. Other variables are not used.
    x : array_like, shape (N,) or (N, 1)
        Where the functions are known.
    f : ndarray, shape (chain, draw, N)
        What each network says there.
    points : tuple of two array_like, shape (M,) or (M, 1)
        The data, x and y.
    steps : iterable of int, optional
        The draws to show.

    Raises
    ------
    ArgumentError
        There is no variable of a layer, or a step beyond the last draw.
    ShapeError
        ``f`` and ``x``, or ``f`` and the weights, do not fit.
    """
    layers = weights_by_layer(draws)
    places, seen = (np.asarray(each, float).reshape(-1) for each in (x, points[0]))
    chains, length = layers[0].shape[:2]
    if f.shape != (chains, length, len(places)):
        raise ShapeError(
            f"f: got shape {f.shape}, expected (chain, draw, N) = {(chains, length, len(places))},"
            " as the weights and x have. Take off the last axis, as in f.values[..., 0]."
        )
    steps = list(steps)
    if not steps or not 0 <= min(steps) <= max(steps) < length:
        raise ArgumentError(
            f"steps: got {steps}, expected draws from 0 to {length - 1}, such as "
            f"range(0, {length}, {max(1, length // 20)})."
        )
    largest = max(float(np.abs(w[:, steps]).max()) for w in layers)
    theta = np.concatenate([w.reshape(chains, length, -1) for w in layers], axis=-1)
    lower, upper = np.quantile(f, [0.025, 0.975], axis=(0, 1))
    ylim = _limits(lower, upper, np.asarray(points[1], float))

    def frame(draw: int, chain: str) -> ex.Frame:
        c, first = int(chain.split()[-1]), steps[0]
        curves = [
            ex.Band(places, lower, upper, "nuts", "95 % of all draws"),
            ex.Line(places, f[c, draw], "nuts", "this draw"),
            ex.Points(*points, "data", "data"),
        ]
        if draw == first:
            largest_here = np.abs(theta[c, draw]).max()
            says = f"Its largest weight has size {largest_here:.1f}. "
            says += "This is the first draw shown of its chain."
        else:
            at_data = [np.interp(seen, places, f[c, each]) for each in (draw, first)]
            of_weights = np.corrcoef(theta[c, draw], theta[c, first])[0, 1]
            of_values = np.corrcoef(*at_data)[0, 1]
            says = f"Compared with draw {first}, its weights correlate by {of_weights:.2f}, and "
            says += f"its values at the data by {of_values:.3f}."
        function = ex.Panel(curves, "x", "f(x)", ylim=ylim, title="its function")
        network = _network([w[c, draw] for w in layers], largest)
        return ex.Frame([network, function], f"Draw {draw} of {chain}. {says}")

    title = "Weights jump, functions agree at the data"
    play = ex.Play("draw", steps)
    if chains == 1:
        return ex.Exhibit(lambda draw: frame(draw, "chain 0"), [play], title)
    names = [f"chain {c}" for c in range(chains)]
    return ex.Exhibit(frame, [play, ex.Choice("chain", names)], title)


def weights_by_layer(draws: Mapping[str, np.ndarray]) -> list[np.ndarray]:
    """Return the weights of ``l1``, ``l2``, ... in order, each (chain, draw, inputs, units)."""
    layers: list[np.ndarray] = []
    while found := [name for name in draws if f".{name}".endswith(f".l{len(layers) + 1}.w")]:
        layers.append(np.asarray(draws[found[0]]))
    if not layers:
        raise ArgumentError(
            f"draws: got {', '.join(draws) or 'no variables'}, expected the weights of layers, "
            "such as 'network.l1.w'."
        )
    return layers


def _network(layers: list[np.ndarray], largest: float) -> ex.Panel:
    """Draw units as dots in columns, and a stroke for each weight between them."""
    sizes = [layers[0].shape[0], *(w.shape[1] for w in layers)]
    columns = [np.arange(n) - (n - 1) / 2 for n in sizes]
    marks: list[ex.Mark] = []
    for number, w in enumerate(layers):
        start, end = (a.ravel() for a in np.meshgrid(*columns[number : number + 2], indexing="ij"))
        width = np.maximum(_THINNEST, _THICKEST * np.abs(w.ravel()) / largest)
        ends = number, start, number + 1, end
        marks.append(ex.Segments(*ends, "nuts", width=width, sign=w.ravel()))
    last, bottom, top = len(layers), -max(sizes) / 2 - 0.45, max(sizes) / 2 + 0.2
    x = np.repeat(np.arange(len(sizes)), sizes)
    marks.append(ex.Points(x, np.concatenate(columns), "data", size=5))
    names = [f"l{number}" for number in range(1, last + 1)]
    marks.append(ex.Text(np.arange(last) + 0.5, bottom, names))
    marks.append(ex.Text([-0.18, last + 0.2], 0.0, ["x", "f"]))
    limits = (-0.4, last + 0.4), (bottom - 0.3, top)
    return ex.Panel(marks, "", "", *limits, title="a network", axes=False)


def _limits(lower: np.ndarray, upper: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """Return limits that hold the data with room around them, and most of the band."""
    low, high = float(y.min()), float(y.max())
    room = high - low
    return max(low - room, float(lower.min())), min(high + room, float(upper.max()))
