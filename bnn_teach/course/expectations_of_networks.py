"""Weights of networks by their names in a trace, and the functions that these are, in NumPy.

What a check gives an answer to work on. Next: :mod:`bnn_teach.course.chapters.ch06.checks`.
"""

from __future__ import annotations

import itertools

import numpy as np

Weights = dict[str, np.ndarray]


def random_weights(sizes: tuple[int, ...], chains: int, draws: int, seed: int) -> Weights:
    """Return ``network.l1.w`` (chain, draw, input, unit), ``network.l1.b`` and so on."""
    rng, weights = np.random.default_rng(seed), {}
    for number, (i, o) in enumerate(itertools.pairwise(sizes), 1):
        weights[f"network.l{number}.w"] = rng.normal(size=(chains, draws, i, o))
        weights[f"network.l{number}.b"] = rng.normal(size=(chains, draws, o))
    return weights


def functions_of(weights: Weights, x: np.ndarray, last_relu: bool = False) -> np.ndarray:
    """Return the first output of each network at each of the inputs, (chain, draw, point)."""
    signal, depth = x, len(weights) // 2
    for number in range(1, depth + 1):
        w, b = weights[f"network.l{number}.w"], weights[f"network.l{number}.b"]
        signal = signal @ w + b[..., None, :]
        if number < depth or last_relu:
            signal = np.maximum(signal, 0)
    return signal[..., 0]
