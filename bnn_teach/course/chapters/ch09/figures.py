"""Two pictures side by side, a landscape and what happens on it: the figures of notebook 09.

Next: :mod:`bnn_teach.course.chapters.ch09.exhibit`, one transition at a time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from bnn_teach import plots
from bnn_teach.plots import trajectories as draw
from bnn_teach.plots.landscapes import Landscape, plot_landscape

_ROLES = ("nuts", "fullrank_advi", "advi")


def _pair(landscape: Landscape) -> tuple[Axes, Axes]:
    with plots.style():
        _, (left, right) = plt.subplots(1, 2, figsize=(8, 3.8))
    plot_landscape(landscape, left)
    return left, right


def plot_steps(landscape: Landscape, paths: Mapping[str, Any]) -> list[Axes]:
    """Draw up to three trajectories by name, and the errors of their energies."""
    left, right = _pair(landscape)
    for role, (name, path) in zip(_ROLES, paths.items(), strict=False):
        draw.plot_trajectory(path.positions, left, role, name)
        draw.plot_energy_error(path.energies, right, role).set_ylim(-1, 12)
    return [left, right]


def plot_turn(landscape: Landscape, path: Any, turn: int) -> list[Axes]:
    """Draw a trajectory up to its U-turn and beyond, and its distance from the start."""
    left, right = _pair(landscape)
    draw.plot_trajectory(path.positions, left, turn=turn)
    draw.plot_distance(path.positions, turn, right)
    return [left, right]


def plot_transition(landscape: Landscape, info: Any) -> list[Axes]:
    """Draw one transition of NUTS, and its doublings."""
    left, right = _pair(landscape)
    draw.plot_nuts_trajectory(info, left)
    draw.plot_doublings(info, right)
    return [left, right]


def plot_slices(slices: Sequence[Landscape], paths: Sequence[Any]) -> list[Axes]:
    """Draw a trajectory in each of two slices through a posterior."""
    with plots.style():
        _, axes = plt.subplots(1, 2, figsize=(8, 4))
    for ax, landscape, path in zip(axes, slices, paths, strict=True):
        plot_landscape(landscape, ax)
        draw.plot_trajectory(path.positions, ax, marker="", lw=0.4)
    return list(axes)


def plot_blind(landscape: Landscape, runs: Mapping[float, tuple[np.ndarray, Any]]) -> list[Axes]:
    """Draw the draws of a funnel at each step size, its limit, and where trajectories diverged."""
    with plots.style():
        figure, axes = plt.subplots(1, len(runs), figsize=(9, 3.5), sharey=True)
    for ax, (step_size, (draws, infos)) in zip(axes, runs.items(), strict=True):
        lowest = [min(info.positions, key=lambda z: z[0]) for info in infos if info.diverging]
        lost = np.reshape(lowest, (-1, draws.shape[1]))
        plot_landscape(landscape, ax)
        color = plots.colors["warning"].color
        ax.plot(*draws[:, :2].T, ".", color=plots.colors["nuts"].color, ms=3, label="draws")
        ax.plot(*lost[:, :2].T, "X", color=color, ms=5, label="lowest v of a diverging trajectory")
        limit = 2 * np.log(step_size / 2)
        ax.axvline(limit, **plots.colors["truth"].line, label="limit by the formula")
        low = f"{draws[:, 0].min():.1f}".replace("-", "\N{MINUS SIGN}")
        ax.set_title(f"step size {step_size}: {len(lost)} diverged\nlowest v drawn {low}")
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3, frameon=False)
    return list(axes)
