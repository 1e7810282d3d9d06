"""How a picture looks: a colour and a second sign for every role, a quiet frame, a legend.

You will learn to ask for a colour by what it stands for, ``colors["advi"]``, and to give a figure
of your own the course's style. Next: :mod:`bnn_teach.plots.arrays`, what is drawn.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any, NamedTuple

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.container import Container
from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke
from matplotlib.transforms import ScaledTranslation

from bnn_teach.errors import ArgumentError, did_you_mean


class Look(NamedTuple):
    """How one role is drawn: a colour, and what tells it from the others without colour."""

    color: str
    linestyle: Any = "-"
    marker: str = "o"
    hatch: str | None = None

    @property
    def line(self) -> dict[str, Any]:
        """Keywords for ``ax.plot``: ``ax.plot(x, y, **colors["advi"].line)``."""
        return {"color": self.color, "linestyle": self.linestyle}


#: The Okabe-Ito palette, which colour-blind readers can tell apart, named by role.
colors = MappingProxyType(
    {
        "data": Look("#000000", "", "o"),
        "truth": Look("#000000", (0, (4, 2)), ""),
        "band": Look("#0072B2", "-", "o"),
        "epistemic": Look("#0072B2", "-", "o"),
        "noise": Look("#E69F00", (0, (3, 1.5)), "d", "////"),
        "prior": Look("#56B4E9", (0, (1, 1)), "*"),
        "nuts": Look("#0072B2", "-", "o"),
        "advi": Look("#D55E00", "--", "s", "\\\\\\"),
        "fullrank_advi": Look("#009E73", "-.", "^", "..."),
        "ensemble": Look("#CC79A7", ":", "D", "|||"),
        "laplace": Look("#E69F00", (0, (6, 1.5, 1, 1.5, 1, 1.5)), "v", "---"),
        "warning": Look("#D55E00", (0, (1, 2)), "X", "xxx"),
    }
)

INK, SOFT = "#222222", "#6b6b6b"
SMALL = 9  # points: legible when a picture 5.2 inches wide is shown at 360 pixels
RIM = [withStroke(linewidth=2.5, foreground="white")]
LEGEND: dict[str, Any] = {"fontsize": SMALL, "frameon": False, "borderaxespad": 0, "ncols": 2}
_STYLE: dict[Any, Any] = {
    "figure.figsize": (5.2, 3.4),
    "figure.constrained_layout.use": True,
    "figure.facecolor": "white",
    "axes.facecolor": "white",
    "axes.titlesize": 10.5,
    "font.size": 10,
}


@contextmanager
def style() -> Iterator[None]:
    """Make a figure of your own in the course's style: ``with style(): plt.subplots(1, 2)``.

    Only what the style sets is put back. Matplotlib's own ``rc_context`` would also undo what a
    notebook's backend sets when the first figure is made, and no later figure would be shown.
    """
    before = {key: plt.rcParams[key] for key in _STYLE}
    plt.rcParams.update(_STYLE)
    try:
        yield
    finally:
        plt.rcParams.update(before)


def start(ax: Axes | None, figsize: tuple[float, float] | None = None) -> Axes:
    """Return ``ax``, or the Axes of a new figure, with a quiet frame."""
    if ax is None:
        with style():
            _, ax = plt.subplots(figsize=figsize)
    elif not isinstance(ax, Axes):
        raise ArgumentError(
            f"ax: got {type(ax).__name__}, expected one Matplotlib Axes. Of an array of Axes, "
            "pass one, such as axes[0]."
        )
    # Matplotlib would otherwise read these from its defaults when it draws the ticks.
    ax.tick_params(color=SOFT, labelcolor=INK, labelsize=SMALL)
    ax.spines[["top", "right"]].set_visible(False)
    ax.spines[["left", "bottom"]].set_color(SOFT)
    return ax


def panels(num: int, figsize: tuple[float, float], **options: Any) -> list[Axes]:
    """Return the Axes of a new figure, side by side, each with a quiet frame."""
    with style():
        _, axes = plt.subplots(1, num, figsize=figsize, squeeze=False, **options)
    return [start(ax) for ax in axes[0]]


def look_of(role: str) -> Look:
    """Return the look of a role; an unknown one is an error that lists them."""
    if role not in colors:
        hint = did_you_mean(role, colors)
        raise ArgumentError(f"role: got {role!r}, expected one of {', '.join(colors)}.{hint}")
    return colors[role]


def name_axes(ax: Axes, xlabel: str, ylabel: str) -> Axes:
    """Name the axes that have no name yet, unless their numbers are hidden."""
    if ax.xaxis.get_tick_params().get("labelbottom", True) and not ax.get_xlabel():
        ax.set_xlabel(xlabel)
    if ax.yaxis.get_tick_params().get("labelleft", True) and not ax.get_ylabel():
        ax.set_ylabel(ylabel)
    return ax


def finish(ax: Axes, xlabel: str = "x", ylabel: str = "y") -> Axes:
    """Name the axes, and renew the legend outside the frame: below, or above a shared x."""
    name_axes(ax, xlabel, ylabel)
    named = dict(zip(*reversed(ax.get_legend_handles_labels()), strict=True))
    bands_first = sorted(named, key=lambda label: not isinstance(named[label], Container))
    below = bool(ax.get_xlabel())
    inches = ax.get_window_extent().width / ax.figure.dpi
    fits = inches > 3 and max(map(len, named)) <= 30  # two columns no wider than the frame
    legend = ax.legend(
        [named[label] for label in bands_first],
        bands_first,
        loc="upper left" if below else "lower left",
        bbox_to_anchor=(0, 0 if below else 1),
        bbox_transform=ax.transAxes + points_up(ax, -36 if below else 6),
        **(LEGEND | {"ncols": 1 + fits, "columnspacing": 1.4, "handlelength": 2.2}),
    )
    for handle in legend.legend_handles:
        if isinstance(handle, Line2D):  # a hair's breadth in the picture would vanish in the legend
            handle.set_linewidth(max(1.2, handle.get_linewidth()))
    return ax


def points_up(ax: Axes, points: float) -> ScaledTranslation:
    """Return a shift upwards by so many points, whatever the picture's size."""
    return ScaledTranslation(0, points / 72, ax.figure.dpi_scale_trans)


def write(ax: Axes, x: float, y: float, text: str, **options: Any) -> None:
    """Write at a place given in parts of the frame's width and height, with a white rim."""
    options |= {"color": INK, "fontsize": SMALL, "path_effects": RIM}
    ax.text(x, y, text, transform=ax.transAxes, **options)
