"""Weights of networks by their names in a trace, and the functions that these are, in NumPy.

Next: :mod:`bnn_teach.course.chapters.ch06.checks`, which lets an answer work on some.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

Weights = dict[str, np.ndarray]


def random_weights(sizes: tuple[int, ...], chains: int, draws: int, seed: int) -> Weights:
    """Return ``network.l1.w`` (chain, draw, input, unit), ``network.l1.b`` and so on."""
    rng, weights = np.random.default_rng(seed), {}
    for number, (i, o) in enumerate(itertools.pairwise(sizes), 1):
        weights[f"network.l{number}.w"] = rng.normal(size=(chains, draws, i, o))
        weights[f"network.l{number}.b"] = rng.normal(size=(chains, draws, o))
    return weights


def outputs_of(
    weights: Mapping[str, Any], x: np.ndarray, activation: Callable[[np.ndarray], np.ndarray]
) -> np.ndarray:
    """Return what each network says at each of the inputs, shape (chain, draw, point, output).

    Parameters
    ----------
    weights : mapping of str to array_like
        Of any network of the course, ``"network.l1.w"`` and ``"network.l1.b"`` to the last layer,
        in this order; other names may stand among them.
    x : ndarray, shape (point, input)
    activation : callable
        After every layer but the last.
    """
    found = [np.asarray(v) for name, v in weights.items() if name.endswith((".w", ".b"))]
    (w, b), *rest = zip(found[::2], found[1::2], strict=True)
    signal = x @ w + b[..., None, :]
    for w, b in rest:
        signal = activation(signal) @ w + b[..., None, :]
    return signal


def relu(signal: np.ndarray) -> np.ndarray:
    """Return what is above zero, and zero elsewhere."""
    return np.maximum(signal, 0)


def functions_of(weights: Mapping[str, Any], x: np.ndarray) -> np.ndarray:
    """Return the first output of each ReLU network, shape (chain, draw, point)."""
    return outputs_of(weights, x, relu)[..., 0]
