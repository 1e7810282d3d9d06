"""The checks of notebook 06: one layer, whole networks of any depth, and two kinds of mean.

The weights are drawn here, for networks of other shapes than the page's. Next:
:mod:`bnn_teach.course.chapters.ch07.checks`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from bnn_teach.course.expectations import Checks, Lesson, Slip, about, expect, expect_close, parts
from bnn_teach.course.numpy_networks import functions_of, random_weights, relu

CHECKS = Checks()
_ROUNDING = 1e-9


def _inputs(seed: int, num_points: int, inputs: int) -> np.ndarray:
    return np.random.default_rng(seed).uniform(-2, 2, size=(num_points, inputs))


_LAYER = Lesson(
    "A layer is a linear map for each network: `signal @ w`, and one bias for each unit.",
    "notebook 06, section 1",
    "Give the biases an axis for the points: `b[..., None, :]` has shape (chain, draw, 1, unit).",
)


@CHECKS.enter(
    "06.1",
    _LAYER,
    "`@` multiplies the last two axes: points and inputs with inputs and units.",
    "`b` has the shape (chain, draw, unit). Between draw and unit it needs an axis for the points.",
    "Multiply by w as for one network; what is missing on b is an axis for the points.",
    also=({"num_points": 4, "inputs": 4, "units": 4, "seed": 68},),
)
def layer_output(
    answer: Any, num_points: int = 6, inputs: int = 3, units: int = 4, seed: int = 1
) -> None:
    """Compare one layer of many networks with each network's own."""
    rng = np.random.default_rng(seed)
    w, b = rng.normal(size=(2, 5, inputs, units)), rng.normal(size=(2, 5, units))
    signal = rng.normal(size=(2, 5, num_points, inputs))
    for given in (signal, signal[0, 0]):  # of each network its own, or the same for all
        each = np.broadcast_to(given, signal.shape)
        exact = np.array([[each[c, d] @ w[c, d] + b[c, d] for d in range(5)] for c in range(2)])
        slips = (
            Slip(exact - b[:, :, None], "The biases are missing"),
            Slip(np.maximum(exact, 0), "There is a ReLU in it; it comes after the layer"),
        )
        got = answer(given.copy(), w.copy(), b.copy())
        what = "What a layer gives, for each (chain, draw, point, unit),"
        expect_close(got, exact, _ROUNDING, what, _LAYER, slips, near=1e-3)


_FORWARD = _LAYER.beside(
    "The prediction is the function, and the function is all layers in a row.",
    "Go through l1, l2, ... as far as there are weights, with a ReLU after all but the last.",
)
_LAST = _LAYER.beside(
    "The last layer goes without a ReLU: else no function could be negative.",
    "Apply the ReLU only where another layer follows.",
)
_ONE_VALUE = _LAYER.beside("A function has one value for each x.", "Take `[..., 0]`.")


@CHECKS.enter(
    "06.2",
    _FORWARD,
    'The names count for you: there is a layer l4 if `"network.l4.w"` is among the keys.',
    "Let the signal go from layer to layer, as in `forward` of section 1.",
    "After the last layer there is no ReLU, and its only unit leaves an axis of length 1 that"
    " is not asked for.",
    also=({"hidden": (3,), "num_points": 2, "seed": 69},),
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
    """Compare all functions, of networks of any depth."""
    weights = random_weights((inputs, *hidden, 1), chains, draws, seed)
    x = _inputs(seed, num_points, inputs)
    exact = functions_of(weights, x)
    before = {name: array.copy() for name, array in weights.items()}
    given = {**weights, "network.f": exact[..., None] + 1}  # as in a trace; not to be copied
    shape = f"(chain, draw, point) = {exact.shape}"
    slips = (
        Slip(exact + 1, "It is `network.f`; compute it"),
        Slip(relu(exact), "No function is ever below 0", _LAST),
        Slip(exact[..., None], f"The shape is {(*exact.shape, 1)}, expected {shape}", _ONE_VALUE),
    )
    tolerance, what = _ROUNDING * (1 + np.abs(exact)), f"The functions, {shape},"
    expect_close(answer(given, x.copy()), exact, tolerance, what, _FORWARD, slips, near=1e-3)
    same = all(np.array_equal(before[name], weights[name]) for name in before)
    expect(same, "Your function has changed the weights that it was given.", _FORWARD)


_MEANS = Lesson(
    "M1",
    "notebook 06, section 4",
    "First all functions, then their mean; and, for the other one, first the mean weights.",
)


@CHECKS.enter(
    "06.3",
    _MEANS,
    "`forward_any(weights, x)` gives all functions; the first mean is over chains and draws of it.",
    "For the second one, take the mean of each array of weights, and put these into `forward_any`.",
    "`w.mean(axis=(0, 1), keepdims=True)` keeps the two axes, so `forward_any` works as before; "
    "then take `[0, 0]`.",
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
    weights = random_weights((1, *hidden, 1), chains, draws, seed)
    x = _inputs(seed, num_points, 1)
    of_functions = functions_of(weights, x).mean(axis=(0, 1))
    mean_weights = {name: w.mean(axis=(0, 1), keepdims=True) for name, w in weights.items()}
    of_weights = functions_of(mean_weights, x)[0, 0]
    names = ("the mean of the functions", "the function of the mean weights")
    first, second = parts(answer(dict(weights), x.copy()), names, _MEANS)
    turned = about(first, of_weights) and about(second, of_functions)
    expect(not turned, "The two have changed places.", _MEANS)
    for got, name, right, other in (
        (first, names[0], of_functions, of_weights),
        (second, names[1], of_weights, of_functions),
    ):
        same = Slip(other, "Both came the same way; they are two different functions")
        what = f"{name.capitalize()}, at each x,"
        expect_close(got, right, 1e-8, what, _MEANS, [same], near=1e-3)
