"""Two opinions, three maps, four reliability diagrams and a walk away: the figures of notebook 15.

Next: :mod:`bnn_teach.course.chapters.ch15.exhibit`, where a reader moves a point.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from bnn_teach import plots

_ROLES = ("nuts", "advi", "laplace", "ensemble")
_LEVELS = (0.1, 0.2, 0.4, 0.6)  # nats


def plot_opinions(said: Mapping[str, np.ndarray]) -> list[Axes]:
    """Draw a histogram of the probabilities of all networks for each place."""
    with plots.style():
        _, axes = plt.subplots(1, len(said), figsize=(7, 2.8), sharex=True)
    for ax, (name, p) in zip(axes, said.items(), strict=True):
        ax.hist(p.ravel(), 25, range=(0, 1), color=plots.colors["nuts"].color)
        ax.set(title=f"{name}: mean {p.mean():.2f}", xlabel="probability of class 1")
        ax.spines[["top", "right"]].set_visible(False)
    axes[0].set_ylabel("networks")
    return list(axes)


def plot_parts(first: np.ndarray, second: np.ndarray, split: Any, x: np.ndarray) -> list[Axes]:
    """Draw total, epistemic and aleatoric entropy over the plane, with the points x as dots."""
    with plots.style():
        _, axes = plt.subplots(1, 3, figsize=(9.5, 3.6), sharey=True)
    for ax, part, name in zip(axes, split, split._fields, strict=True):
        height = part.reshape(len(second), len(first))
        plots.plot_map(first, second, height, levels=_LEVELS, name=f"{name} entropy", ax=ax)
        ax.plot(*x.T, "k.", ms=2.5)
        ax.set_title(name)
    return list(axes)


def plot_reliabilities(answers: Mapping[str, np.ndarray], hit: np.ndarray) -> list[Axes]:
    """Draw the reliability of each answer in a panel of its own."""
    with plots.style():
        figure, axes = plt.subplots(2, 2, figsize=(8, 6.4), sharex=True, sharey=True)
    for ax, role, (name, q) in zip(axes.flat, _ROLES, answers.items(), strict=True):
        plots.plot_reliability(q, hit, label=name, role=role, ax=ax)
        ax.set_title(name)
        ax.label_outer()
        ax.get_legend().remove()  # the title says the rest
    figure.legend(handles=axes[0, 0].lines[:1], loc="outside lower center", frameon=False)
    return list(axes.flat)


def plot_sureness(radius: np.ndarray, sure: Mapping[str, np.ndarray]) -> Axes:
    """Draw how sure each answer is at each distance, on average over directions."""
    with plots.style():
        _, ax = plt.subplots()
    for role, (name, each) in zip(_ROLES, sure.items(), strict=True):
        ax.semilogx(radius, each.mean(axis=1), **plots.colors[role].line, label=name)
    ax.set(xlabel="distance from the moons' middle", ylabel="how sure, on average")
    ax.set_ylim(0.5, 1.02)
    ax.spines[["top", "right"]].set_visible(False)
    ax.legend(frameon=False)
    return ax
