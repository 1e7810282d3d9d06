"""The checks of notebook 06: one layer, whole networks of any depth, and two kinds of mean.

The weights are drawn here, for networks of other shapes than the page's; what is right is worked
out one network at a time. The visible case is the default of a check's keywords; a sheet's hidden
tests give others. Next: :mod:`bnn_teach.course.chapters.ch07.checks`.
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from bnn_teach.course.expectations import (
    Exercise,
    Lesson,
    about,
    expect,
    expect_close,
    parts,
)

_ROUNDING = 1e-9
Weights = dict[str, np.ndarray]


def _weights(seed: int, hidden: tuple[int, ...], chains: int, draws: int, inputs: int) -> Weights:
    rng, weights = np.random.default_rng(seed), {}
    for number, (i, o) in enumerate(itertools.pairwise((inputs, *hidden, 1)), 1):
        weights[f"network.l{number}.w"] = rng.normal(size=(chains, draws, i, o))
        weights[f"network.l{number}.b"] = rng.normal(size=(chains, draws, o))
    return weights


def _one(weights: Weights, chain: int, draw: int, x: np.ndarray, last_relu: bool) -> np.ndarray:
    signal, depth = x, len(weights) // 2
    for number in range(1, depth + 1):
        w, b = (weights[f"network.l{number}.{kind}"][chain, draw] for kind in "wb")
        signal = signal @ w + b
        if number < depth or last_relu:
            signal = np.maximum(signal, 0)
    return np.asarray(signal[:, 0])


def _all(weights: Weights, x: np.ndarray, last_relu: bool = False) -> np.ndarray:
    chains, draws = weights["network.l1.b"].shape[:2]
    each = [[_one(weights, c, d, x, last_relu) for d in range(draws)] for c in range(chains)]
    return np.array(each)


def _inputs(seed: int, num_points: int, inputs: int) -> np.ndarray:
    return np.random.default_rng(seed).uniform(-2, 2, size=(num_points, inputs))


# --- 06.1 ------------------------------------------------------------------------------------

_LAYER = Lesson(
    "A layer is a linear map for each network: `signal @ w`, and one bias for each unit.",
    "notebook 06, section 1",
    "Give the biases an axis for the points: `b[..., None, :]` has shape (chain, draw, 1, unit).",
)


def layer_output(
    answer: Any, num_points: int = 6, inputs: int = 3, units: int = 4, seed: int = 1
) -> None:
    """Compare one layer of many networks with each network's own."""
    rng = np.random.default_rng(seed)
    w, b = rng.normal(size=(2, 5, inputs, units)), rng.normal(size=(2, 5, units))
    signal = rng.normal(size=(2, 5, num_points, inputs))
    for came_in in (signal, signal[0, 0]):  # of each network its own, or the same for all
        each = np.broadcast_to(came_in, signal.shape)
        exact = np.array([[each[c, d] @ w[c, d] + b[c, d] for d in range(5)] for c in range(2)])
        came = answer(came_in.copy(), w.copy(), b.copy())
        expect(not about(came, exact - b[:, :, None]), "The biases are missing.", _LAYER)
        rectified = about(came, np.maximum(exact, 0))
        expect(not rectified, "There is a ReLU in it; it comes after the layer.", _LAYER)
        what = "What a layer gives, for each (chain, draw, point, unit),"
        expect_close(came, exact, _ROUNDING, what, _LAYER)


# --- 06.2 ------------------------------------------------------------------------------------

_FORWARD = Lesson(
    "The prediction is the function, and the function is all layers in a row.",
    "notebook 06, section 1",
    "Go through l1, l2, ... as far as there are weights, with a ReLU after all but the last.",
)
_LAST = Lesson(
    "The last layer goes without a ReLU: else no function could be negative.",
    "notebook 06, section 1",
    "Apply the ReLU only where another layer follows.",
)


def forward_any(
    answer: Any,
    hidden: tuple[int, ...] = (4, 3, 2),
    num_points: int = 7,
    chains: int = 2,
    draws: int = 9,
    inputs: int = 1,
    seed: int = 2,
) -> None:
    """Compare all functions with those of one network at a time."""
    weights, x = _weights(seed, hidden, chains, draws, inputs), _inputs(seed, num_points, inputs)
    exact = _all(weights, x)
    before = {name: array.copy() for name, array in weights.items()}
    given = {**weights, "network.f": exact[..., None] + 1}  # as in a trace; not to be copied
    came = answer(given, x.copy())
    expect(not about(came, exact + 1), "It returns `network.f`; compute it.", _FORWARD)
    wrong = _all(weights, x, last_relu=True)
    expect(not about(came, wrong), "No function is ever below 0.", _LAST)
    shape = f"(chain, draw, point) = {exact.shape}"
    expect(
        np.shape(came) != (*exact.shape, 1),
        f"The functions: came an array of shape {np.shape(came)}; expected {shape}.",
        Lesson(
            "A function has one value for each x.", "notebook 06, section 1", "Take `[..., 0]`."
        ),
    )
    expect_close(came, exact, _ROUNDING * (1 + np.abs(exact)), f"The functions, {shape},", _FORWARD)
    same = all(np.array_equal(before[name], weights[name]) for name in before)
    expect(same, "Your function has changed the weights that it was given.", _FORWARD)


# --- 06.3 ------------------------------------------------------------------------------------

_MEANS = Lesson(
    "M1",
    "notebook 06, section 4",
    "First all functions, then their mean; and, for the other one, first the mean weights.",
)


def two_means(
    answer: Any,
    hidden: tuple[int, ...] = (5, 5),
    num_points: int = 8,
    chains: int = 3,
    draws: int = 20,
    seed: int = 3,
) -> None:
    """Ask for the mean of the functions, and for the function of the mean weights."""
    weights, x = _weights(seed, hidden, chains, draws, 1), _inputs(seed, num_points, 1)
    of_functions = _all(weights, x).mean(axis=(0, 1))
    mean_weights = {name: w.mean(axis=(0, 1), keepdims=True) for name, w in weights.items()}
    of_weights = _all(mean_weights, x)[0, 0]
    names = ("the mean of the functions", "the function of the mean weights")
    first, second = parts(answer(dict(weights), x.copy()), names, _MEANS)
    turned = about(first, of_weights) and about(second, of_functions)
    expect(not turned, "The two have changed places.", _MEANS)
    twice = about(first, of_weights) or about(second, of_functions)
    expect(not twice, "Both came the same way; they are two different functions.", _MEANS)
    expect_close(first, of_functions, 1e-8, f"{names[0].capitalize()}, at each x,", _MEANS)
    expect_close(second, of_weights, 1e-8, f"{names[1].capitalize()}, at each x,", _MEANS)


CHECKS = {
    "06.1": Exercise(
        layer_output,
        _LAYER,
        (
            "`@` multiplies the last two axes: points and inputs with inputs and units.",
            "`b` has the shape (chain, draw, unit). Between draw and unit it needs an axis for the "
            "points.",
            "Return `signal @ w + b[..., None, :]`.",
        ),
    ),
    "06.2": Exercise(
        forward_any,
        _FORWARD,
        (
            'The names count for you: there is a layer l4 if `"network.l4.w"` is among the keys.',
            "Let the signal go from layer to layer, as in `forward` of section 1.",
            "After the last layer there is no ReLU; return `signal[..., 0]`.",
        ),
    ),
    "06.3": Exercise(
        two_means,
        _MEANS,
        (
            "`forward_any(weights, x)` gives all functions; the first mean is over chains and "
            "draws of it.",
            "For the second one, take the mean of each array of weights, and put these into "
            "`forward_any`.",
            "`w.mean(axis=(0, 1), keepdims=True)` keeps the two axes, so `forward_any` works as "
            "before; then take `[0, 0]`.",
        ),
    ),
}
"""The exercises by number."""
