"""The pictures of the course: data, bands of uncertainty, the ELBO, and how far to trust them.

You will find one function per kind of picture. Each takes arrays, or an ``xarray.DataArray`` such
as ``trace["posterior"]["bnn.f"]``, and returns a Matplotlib ``Axes``, so that a picture is built in
layers::

    ax = plot_band(x, draws)                            # what the model believes
    plot_data(data.x, data.y, truth=data.truth, ax=ax)  # what there was to learn from
    alt_text(ax)                                        # the same, in words

Three habits run through the file. Bands are central quantiles, never mean ± 2 sd: far from the
data the draws have heavy tails, and a standard deviation would describe a few of them. A colour
never stands alone: each role of :data:`colors` has its own line style, marker or hatch. And a
picture that hides something says so: where the frame crops a band, triangles and a note appear at
its edge. Read the public functions first; the machinery is below *Behind the pictures*. Next:
:mod:`bnn_teach.course.datasets`, for something to draw.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any, NamedTuple

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.container import Container
from matplotlib.figure import Figure, SubFigure
from matplotlib.legend import Legend
from matplotlib.legend_handler import HandlerBase
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke
from matplotlib.text import Text
from matplotlib.ticker import FixedLocator, NullLocator
from matplotlib.transforms import Affine2D, ScaledTranslation
from numpy.typing import ArrayLike

from .errors import ArgumentError, ConvergenceWarning, ShapeError, did_you_mean

# --- How a role looks ------------------------------------------------------------------------


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

_INK, _SOFT = "#222222", "#6b6b6b"
_SMALL = 9  # points: legible when a picture 5.2 inches wide is shown at 360 pixels
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
    """Make a figure of your own in the course's style: ``with style(): plt.subplots(1, 2)``."""
    with plt.rc_context(_STYLE):
        yield


# --- Data ------------------------------------------------------------------------------------


def plot_data(
    x: ArrayLike,
    y: ArrayLike,
    truth: Callable[[np.ndarray], ArrayLike] | None = None,
    ax: Axes | None = None,
    *,
    x_range: tuple[float, float] | None = None,
) -> Axes:
    """Draw the points, and the function they came from if it is known.

    Parameters
    ----------
    x, y : array, shape (N,) or (N, 1), real
        Inputs and noisy outputs.
    truth : callable, optional
        f; takes inputs of shape (M,) and returns f(x), of shape (M,).
    ax : Axes, optional
        Where to draw; a new figure otherwise.
    x_range : (low, high), optional
        Where to draw f. Otherwise over the x axis of ``ax`` as it stands, so draw a band first and
        the data on top; on a new figure, over the data.

    Returns
    -------
    Axes

    Raises
    ------
    ShapeError
        ``x`` and ``y`` differ in length, have several columns, or ``truth`` changes the shape.
    ArgumentError
        A value is NaN or infinite.
    """
    x, y = _column("x", x), _column("y", y)
    if len(x) != len(y):
        raise ShapeError(
            f"x, y: came {len(x)} inputs and {len(y)} outputs; expected one output per input. "
            "Pass the two arrays of one data set."
        )
    low, high = x_range or (x.min(), x.max())
    if x_range is None and isinstance(ax, Axes) and ax.has_data():
        low, high = ax.get_xlim()
    at = np.linspace(low, high, 400)
    curve = None if truth is None else _values(truth, at)
    ax = _axes(ax)
    caption = _caption(ax)
    sentence = f"{len(x)} data points, x from {_n(x.min())} to {_n(x.max())}"
    if gap := _gap(x):
        sentence += f" with none between {_n(gap[0])} and {_n(gap[1])}"
    sentence += f", y from {_n(y.min())} to {_n(y.max())}"
    if curve is not None:
        ax.plot(at, curve, **colors["truth"].line, lw=1.2, label="true function", scalex=False)
        sentence += "; a dashed line shows the true function"
        caption.truth = truth
    # A white rim keeps a black point visible on a dark band.
    ax.scatter(x, y, s=20, c="black", edgecolor="white", lw=0.6, zorder=4, label="data")
    caption.data_x = x
    caption.sentences.append(f"{sentence}.")
    return _finish(ax)


# --- Bands -----------------------------------------------------------------------------------


class Region(NamedTuple):
    """One central interval at each x."""

    name: str  # such as "95 % band"
    lower: np.ndarray  # (N,)
    upper: np.ndarray  # (N,)


class Band(Container):
    """What :func:`plot_band` drew: its artists, with the numbers behind them.

    It is kept in ``ax.containers``. ``x`` and ``median`` have shape (N,), in increasing order of x;
    ``regions`` lists the function's intervals, widest first; ``noisy`` is that of its noisy values,
    or None; ``name`` is what sentences call the band, such as "NUTS".
    """

    def __init__(
        self, artists: list[Artist], label: str, look: Look, x: np.ndarray, median: np.ndarray
    ) -> None:
        super().__init__(artists, label=label)
        self.look, self.x, self.median = look, x, median
        self.regions: list[Region] = []
        self.noisy: Region | None = None
        self.name = ""


def plot_band(
    x: ArrayLike,
    draws: ArrayLike | xr.DataArray,
    *,
    noise_draws: ArrayLike | xr.DataArray | None = None,
    probabilities: tuple[float, ...] = (0.5, 0.95),
    ax: Axes | None = None,
    ylim: tuple[float, float] | None = None,
    label: str | None = None,
    role: str = "band",
) -> Axes:
    r"""Draw the median of the function's draws, and central bands around it.

    For a probability p the band runs, at each x on its own, between two quantiles of the draws:

    .. math:: [\,q_{(1-p)/2}(f(x)),\; q_{(1+p)/2}(f(x))\,]

    Parameters
    ----------
    x : array, shape (N,) or (N, 1), real
        Inputs, in any order.
    draws : array or DataArray, shape (..., N) or (..., N, 1), real
        Draws of the noise-free function f; all leading axes, such as chain and draw, count draws.
    noise_draws : array or DataArray, shape (..., N) or (..., N, 1), optional
        Draws of f(x) + noise. What the noise adds to the widest band is drawn as a hatched ring.
    probabilities : tuple of float, each in (0, 1)
        Probabilities of the bands.
    ax : Axes, optional
        Where to draw; a new figure otherwise.
    ylim : (low, high), optional
        Limits of the y axis. Where they crop a band, now or after a later ``ax.set_ylim``, the
        picture says so.
    label : str, optional
        A name for the legend, such as ``"NUTS"``, when several bands share the Axes.
    role : str
        A key of :data:`colors`, such as ``"advi"``.

    Returns
    -------
    Axes

    Raises
    ------
    ShapeError
        The draws do not fit ``x``, or there are fewer than two.
    ArgumentError
        Draws are NaN or infinite (the message counts them), a probability lies outside (0, 1), or
        ``role`` is unknown.
    """
    x, look, levels = _column("x", x), _look(role), _levels(probabilities)
    order = np.argsort(x)
    x = x[order]
    edges = [edge for p in levels for edge in ((1 - p) / 2, (1 + p) / 2)]
    median, *rows = _quantiles("draws", draws, [0.5, *edges], order)
    regions = [
        Region(f"{_percent(p)} band", lower, upper)
        for p, lower, upper in zip(levels, rows[::2], rows[1::2], strict=True)
    ]
    noisy = None
    if noise_draws is not None:
        name = f"{regions[0].name} with noise"
        noisy = Region(name, *_quantiles("noise_draws", noise_draws, edges[:2], order))
    ax = _axes(ax)
    artists = _draw_regions(ax, x, regions, look)
    artists += ax.plot(x, median, **look.line, lw=1.8, zorder=2.5)
    if noisy is not None:
        artists += _draw_ring(ax, x, noisy, regions[0])
    legend = f"median, {_and(_percent(p) for p in reversed(levels))} band"
    band = Band(artists, f"{label}: {legend}" if label else legend, look, x, median)
    band.regions, band.noisy, band.name = regions, noisy, label or ""
    return _add_band(ax, band, ylim)


def plot_prior_functions(
    x: ArrayLike,
    draws: ArrayLike | xr.DataArray,
    *,
    num_draws: int = 30,
    ax: Axes | None = None,
    ylim: tuple[float, float] | None = None,
) -> Axes:
    """Draw single functions from the prior as thin lines, over their pale 95 % band.

    The band alone would hide what a prior believes about *shapes*; the lines show it.

    Parameters
    ----------
    x : array, shape (N,) or (N, 1), real
        Inputs, in any order.
    draws : array or DataArray, shape (..., N) or (..., N, 1), real
        Draws of the noise-free function from the prior.
    num_draws : int
        How many single functions to draw, evenly spaced among the draws.
    ax, ylim
        As in :func:`plot_band`.

    Returns
    -------
    Axes

    Raises
    ------
    ShapeError, ArgumentError
        As in :func:`plot_band`, or ``num_draws`` is not an integer of at least 1.
    """
    num_draws = _integer("num_draws", num_draws, 1)
    x, look = _column("x", x), colors["prior"]
    draws, order = _draws("draws", draws, len(x)), np.argsort(x)
    x = x[order]
    lower, median, upper = _quantiles("draws", draws, [0.025, 0.5, 0.975], order)
    chosen = np.unique(np.linspace(0, len(draws) - 1, num_draws).round().astype(int))
    ax = _axes(ax)
    artists: list[Artist] = [ax.fill_between(x, lower, upper, color=look.color, alpha=0.22, lw=0)]
    # Three tones let the eye follow one line through a crossing, in grey as well.
    tones = ("#0072B2", "#56B4E9", "#12405c")
    for i, draw in enumerate(draws[chosen][:, order]):
        artists += ax.plot(x, draw, color=tones[i % 3], lw=0.9, alpha=0.85)
    swatch = look._replace(linestyle="-")
    band = Band(artists, f"{len(chosen)} draws from the prior, 95 % band", swatch, x, median)
    band.regions, band.name = [Region("95 % band", lower, upper)], "prior"
    _caption(ax).sentences.append(f"{len(chosen)} single functions drawn from the prior.")
    return _add_band(ax, band, ylim)


# --- The ELBO --------------------------------------------------------------------------------


def plot_elbo(losses_or_fit: Any, *, ax: Axes | None = None, window: int | None = None) -> Axes:
    r"""Draw the ELBO of a fit, step by step, and its final value with a standard error.

    A loss is one noisy estimate of -ELBO, so a single step says little: the strong line is the
    running median of ``window`` steps, and the final value is the mean of the last ``window``.
    Neighbouring steps are correlated, so its standard error comes from the means
    :math:`m_1 \dots m_B` of B = 20 blocks of that window (batch means),

    .. math:: \mathrm{se} = \mathrm{sd}(m_1, \dots, m_B) / \sqrt{B}.

    The y axis leaves out the first, huge values, and says so. A flat curve is a fit that has
    stopped, not a fit that is right.

    Parameters
    ----------
    losses_or_fit : array, shape (num_steps,), or an object with ``.losses``
        Negative ELBO at each step, in nats.
    ax : Axes, optional
        Where to draw; a new figure otherwise.
    window : int, optional
        Steps in the running median and in the final mean; otherwise a twentieth of all.

    Returns
    -------
    Axes

    Raises
    ------
    ShapeError
        The losses are not one value a step, or fewer than four.
    ArgumentError
        ``window`` is not an integer from 2 to the number of steps, or no loss is finite.

    Warns
    -----
    ConvergenceWarning
        Some losses are NaN or infinite; the picture leaves them out.
    """
    elbo = _elbo(losses_or_fit)
    num_steps = len(elbo)
    window = _integer("window", max(2, num_steps // 20) if window is None else window, 2, num_steps)
    at, median = _running_median(elbo, window)
    mean, error = _final_mean(elbo[-window:])
    low, high = _settled_limits(elbo, median)
    color = colors["band"].color
    ax = _axes(ax)
    # Rasterised: an SVG of ten thousand segments takes longer to open than the fit took.
    steps = np.arange(1, num_steps + 1)
    ax.plot(steps, elbo, color=color, lw=0.5, alpha=0.35, rasterized=True, label="each step")
    ax.plot(at + 1, median, color=color, lw=2, label=f"running median of {window:,} steps")
    ax.axvspan(num_steps - window, num_steps, color=_INK, alpha=0.08, lw=0)
    final = _with_error(mean, error)
    words = f"ELBO {final}\nlast {window:,} steps, mean ± s.e."
    late = median[-1] - np.interp(0.8 * num_steps, at, median)
    sentence = (
        f"The ELBO over {num_steps:,} steps: the mean of the last {window:,} is {final} (standard "
        f"error); the running median changed by {_n(late)} over the last fifth of the steps"
    )
    if (lowest := np.nanmin(elbo)) < low:
        words += f"\n▼ first values down to {_n(lowest)}"
        sentence += f"; its first values, down to {_n(lowest)}, lie below the picture"
    _write(ax, 0.985, 0.04, words, ha="right", va="bottom", linespacing=1.4)
    _caption(ax).sentences.append(f"{sentence}.")
    ax.set(xlim=(0, num_steps), ylim=(low, high))
    return _finish(ax, "step", "ELBO (nats)")


# --- Can the band be trusted? ----------------------------------------------------------------

RHAT_GOOD, RHAT_FAIR = 1.01, 1.05  # Vehtari et al. (2021) ask for 1.01; the course warns at 1.05
ESS_ENOUGH = 400  # Vehtari et al. (2021): 100 for each of four chains


def plot_function_diagnostics(x: ArrayLike, diagnostics: Any, *, ax: Axes | None = None) -> Axes:
    """Draw R-hat and the effective sample size of f(x) along x, in two lanes.

    Weights that differ may mean the same function, so the chains are compared where they have to
    agree: in the function's values. In the upper lane R-hat rises like water past two lines, 1.01
    and 1.05; its axis is linear in the square root of R-hat - 1. The lower lane holds the effective
    sample size of the bulk (solid) and of the tails (dashed), with a line at 400.

    Parameters
    ----------
    x : array, shape (N,) or (N, 1), real
        Inputs, in any order.
    diagnostics : xarray.Dataset, or mapping of str to array
        ``rhat``, ``ess_bulk``, ``ess_tail`` and ``mcse_mean``, each of shape (N,). The last one is
        used by :func:`alt_text` only.
    ax : Axes, optional
        Where to draw R-hat; the lower lane is a twin of it. A new figure otherwise.

    Returns
    -------
    Axes
        That of R-hat.

    Raises
    ------
    ArgumentError
        A diagnostic is missing, or finite nowhere.
    ShapeError
        A diagnostic does not fit ``x``.

    Warns
    -----
    ConvergenceWarning
        A diagnostic is NaN at some x, as where all draws are equal.

    References
    ----------
    Vehtari et al. (2021), Rank-normalization, folding, and localization: an improved R-hat,
    *Bayesian Analysis* 16(2), sections 4 and 5.
    """
    x = _column("x", x)
    order = np.argsort(x)
    x, values = (
        x[order],
        {
            key: _diagnostic(diagnostics, key, len(x))[order]
            for key in ("rhat", "ess_bulk", "ess_tail", "mcse_mean")
        },
    )
    ax = _axes(ax, figsize=(5.2, 2.2))
    _draw_rhat(ax, x, values["rhat"])
    _draw_ess(ax.twinx(), x, values["ess_bulk"], values["ess_tail"])
    ax.margins(x=0)
    _caption(ax).sentences.append(_diagnostics_sentence(x, values))
    return _finish(ax, "x", "", legend=False)


def plot_band_with_diagnostics(
    x: ArrayLike, draws: ArrayLike | xr.DataArray, diagnostics: Any, **band_options: Any
) -> tuple[Axes, Axes]:
    """Draw a band and, under it on the same x axis, whether its draws can be trusted.

    Parameters
    ----------
    x, draws, **band_options
        As in :func:`plot_band`, without ``ax``.
    diagnostics
        As in :func:`plot_function_diagnostics`.

    Returns
    -------
    (Axes, Axes)
        Those of the band and of R-hat.

    Raises
    ------
    ShapeError, ArgumentError
        As in the two functions.
    """
    if "ax" in band_options:
        raise ArgumentError(
            "ax: came one Axes; expected none, because this picture needs two that share x. Call "
            "plot_band and plot_function_diagnostics with Axes of your own."
        )
    with style():
        figure, (upper, lower) = plt.subplots(
            2, 1, sharex=True, height_ratios=[1.6, 1], figsize=(5.2, 5)
        )
    try:
        plot_band(x, draws, ax=upper, **band_options)
        plot_function_diagnostics(x, diagnostics, ax=lower)
    except Exception:
        plt.close(figure)  # or a notebook would show the half-drawn picture
        raise
    return upper, lower


# --- The picture in words --------------------------------------------------------------------


def alt_text(ax_or_figure: Axes | Figure | SubFigure) -> str:
    """Return what the picture shows, in sentences computed from its data.

    Every function of this module leaves a sentence on the Axes it draws on; here they are joined.
    An Axes with a title is announced by it. Use the text as the picture's alternative text.

    Parameters
    ----------
    ax_or_figure : Axes or Figure

    Returns
    -------
    str

    Raises
    ------
    ArgumentError
        Nothing there was drawn by this module.
    """
    axes: Iterable[object] = [ax_or_figure]
    if isinstance(ax_or_figure, (Figure, SubFigure)):
        axes = ax_or_figure.axes
    texts = [text for ax in axes if isinstance(ax, Axes) and (text := _axes_text(ax))]
    if not texts:
        raise ArgumentError(
            f"ax_or_figure: came a {type(ax_or_figure).__name__} on which bnn_teach.plots has "
            "drawn nothing; expected an Axes that a plot function returned, or its figure. For a "
            "picture of your own, write the alternative text by hand."
        )
    return " ".join(texts)


# --- Behind the pictures: bands --------------------------------------------------------------


def _draw_regions(ax: Axes, x: np.ndarray, regions: list[Region], look: Look) -> list[Artist]:
    """Fill the bands, widest first, so that the narrow ones end up darker on top."""
    artists: list[Artist] = []
    for i, (_, lower, upper) in enumerate(regions):
        alpha = 0.2 + 0.12 * i
        artists.append(ax.fill_between(x, lower, upper, color=look.color, alpha=alpha, lw=0))
    # Of two bands on one Axes, the edges' line style tells which is which in grey.
    for edge in (regions[0].lower, regions[0].upper):
        artists += ax.plot(x, edge, **look.line, lw=0.9, alpha=0.85)
    return artists


def _draw_ring(ax: Axes, x: np.ndarray, outer: Region, inner: Region) -> list[Artist]:
    """Hatch only what the noise adds to the band, so that the band stays readable."""
    look = colors["noise"]
    artists: list[Artist] = []
    for far, near in ((outer.lower, inner.lower), (outer.upper, inner.upper)):
        ring = ax.fill_between(x, near, far, lw=0, zorder=0.9)
        ring.set(
            facecolor=to_rgba(look.color, 0.15),
            edgecolor=to_rgba(look.color, 0.8),
            hatch=look.hatch,
        )
        artists += [ring, *ax.plot(x, far, **look.line, lw=1)]
    artists[0].set_label(outer.name)
    return artists


def _add_band(ax: Axes, band: Band, ylim: tuple[float, float] | None) -> Axes:
    ax.add_container(band)
    _caption(ax)
    ax.margins(x=0)
    if ylim is not None:
        ax.set_ylim(ylim)
    return _finish(ax)


class _BandHandler(HandlerBase):
    """Draw a band's legend entry as a small band: the median, and one region in the other."""

    def create_artists(  # type: ignore[no-untyped-def]  # Matplotlib's own signature
        self, legend, band, x, y, width, height, fontsize, trans
    ) -> list[Artist]:
        look, swatch = band.look, list[Artist]()
        for i in range(len(band.regions)):
            tall = 1.5 * height * (1 - i / len(band.regions))
            corner = (-x, -y + (height - tall) / 2)
            alpha = 0.2 + 0.12 * i
            swatch.append(Rectangle(corner, width, tall, color=look.color, alpha=alpha, lw=0))
        swatch.append(Line2D([-x, width - x], [height / 2 - y] * 2, **look.line, lw=1.6))
        for artist in swatch:
            artist.set_transform(trans)
        return swatch


Legend.update_default_handler_map({Band: _BandHandler()})


# --- Behind the pictures: the ELBO -----------------------------------------------------------


def _elbo(losses_or_fit: Any) -> np.ndarray:
    """Return the ELBO of each step, NaN where a loss is not finite."""
    losses = np.asarray(getattr(losses_or_fit, "losses", losses_or_fit), dtype=float)
    if losses.ndim != 1 or len(losses) < 4:
        raise ShapeError(
            f"losses: came shape {losses.shape}; expected (num_steps,), of at least 4 steps. Pass "
            "one fit or its losses; of several fits, one at a time."
        )
    bad = np.flatnonzero(~np.isfinite(losses))
    if len(bad) == len(losses):
        raise ArgumentError(
            f"losses: all {len(losses)} are NaN or infinite; expected finite numbers. The fit "
            "failed at its first step: try a smaller learning rate or initial scale."
        )
    if len(bad):
        warnings.warn(
            f"losses: {len(bad)} of {len(losses)} are NaN or infinite, the first at step "
            f"{bad[0] + 1}; the picture leaves them out. Try a smaller learning rate.",
            ConvergenceWarning,
            stacklevel=3,
        )
    return np.where(np.isfinite(losses), -losses, np.nan)


def _running_median(values: np.ndarray, window: int) -> tuple[np.ndarray, np.ndarray]:
    """Take medians of windows centred on at most 400 steps: all that a screen can show."""
    at = np.unique(np.linspace(0, len(values) - 1, 400).astype(int))
    medians = np.full(len(at), np.nan)
    for row, i in enumerate(at):
        part = values[max(0, i - window // 2) : i + window // 2 + 1]
        if np.isfinite(part).any():
            medians[row] = np.nanmedian(part)
    return at, medians


def _final_mean(last: np.ndarray) -> tuple[float, float]:
    """Return the mean of the last window, and its standard error from at most 20 block means."""
    last = last[np.isfinite(last)]
    if len(last) < 2:
        return np.nan, np.nan
    blocks = [block.mean() for block in np.array_split(last, min(20, len(last)))]
    return float(last.mean()), float(np.std(blocks, ddof=1) / np.sqrt(len(blocks)))


def _settled_limits(elbo: np.ndarray, median: np.ndarray) -> tuple[float, float]:
    """Choose limits that the first fifth of the steps, huge and negative, cannot set."""
    settled = elbo[len(elbo) // 5 :]
    settled = settled if np.isfinite(settled).any() else elbo
    low, high = np.nanquantile(settled, [0.005, 0.995])
    high = max(high, np.nanmax(median))
    room = 0.1 * (high - low) or 1.0
    return low - 4 * room, high + room  # the words stand in the room below


# --- Behind the pictures: diagnostics --------------------------------------------------------

_LANE = 0.44  # each of the two lanes takes this part of the Axes' height


def _diagnostic(diagnostics: Any, key: str, num_x: int) -> np.ndarray:
    """Return one checked variable of the data set, as an array of shape (num_x,)."""
    if key not in diagnostics:
        raise ArgumentError(
            f"diagnostics: came {', '.join(map(str, diagnostics))}, without '{key}'; expected "
            "rhat, ess_bulk, ess_tail and mcse_mean along x. Compute them on the draws of f(x)."
        )
    values = _column(key, diagnostics[key], finite=False)
    if len(values) != num_x:
        raise ShapeError(
            f"{key}: came {len(values)} values for {num_x} inputs; expected one per input. Pass "
            "the x at which the draws were taken."
        )
    bad = int(np.count_nonzero(~np.isfinite(values)))
    if bad == num_x:
        raise ArgumentError(
            f"{key}: all {num_x} values are NaN or infinite; expected numbers. Look at the draws: "
            "they may be all equal, or too few."
        )
    if bad:
        warnings.warn(
            f"{key}: NaN or infinite at {bad} of {num_x} x, as where all draws are equal; the "
            "picture has holes there.",
            ConvergenceWarning,
            stacklevel=3,
        )
    return values


def _draw_rhat(ax: Axes, x: np.ndarray, rhat: np.ndarray) -> None:
    top = max(1.1, 1 + 1.2 * (np.nanmax(rhat) - 1))
    shades = {"#dfe3e6": (1, RHAT_GOOD), "#f3c766": (RHAT_GOOD, RHAT_FAIR)}
    shades[colors["warning"].color] = (RHAT_FAIR, top)
    for shade, (low, high) in shades.items():
        layer = ax.fill_between(x, low, np.clip(rhat, low, high), facecolor=shade, lw=0)
    layer.set(hatch="////", edgecolor="white")
    ax.plot(x, np.maximum(rhat, 1), color=_INK, lw=1.2)
    for threshold, dashes in ((RHAT_GOOD, (1, 2)), (RHAT_FAIR, (4, 2))):
        ax.axhline(threshold, color=_SOFT, lw=0.8, linestyle=(0, dashes))

    ax.set_yscale("function", functions=(_root, _square))
    ax.set_ylim(float(_square(_root(top) * (1 - 1 / _LANE))), top)
    _ticks(ax, 1, top, [RHAT_FAIR, RHAT_GOOD, 2, 1.2, 1, 1.5, 5, 20])
    _write(ax, 0.01, 1, "R-hat of f(x)", ha="left", va="bottom")


def _root(rhat: ArrayLike) -> np.ndarray:
    """Return the signed square root of R-hat - 1, the scale of its axis."""
    return np.sign(np.subtract(rhat, 1)) * np.sqrt(np.abs(np.subtract(rhat, 1)))


def _square(root: ArrayLike) -> np.ndarray:
    return 1 + np.multiply(root, np.abs(root))


def _draw_ess(twin: Axes, x: np.ndarray, bulk: np.ndarray, tail: np.ndarray) -> None:
    color = colors["band"].color
    lines = [
        *twin.plot(x, bulk, color=color, lw=1.5, label="bulk"),
        *twin.plot(x, tail, color=color, lw=1.5, ls="--", label="tail"),
    ]
    twin.axhline(ESS_ENOUGH, color=_SOFT, lw=0.8, linestyle=(0, (4, 2)))
    low = 0.7 * np.nanmin([100, *bulk, *tail])
    high = 1.4 * np.nanmax([1000, *bulk, *tail])
    twin.set_yscale("log")
    twin.set_ylim(low, low * (high / low) ** (1 / _LANE))
    _ticks(twin, low, high, [ESS_ENOUGH, 100, 2000, 10, 10_000])
    _dress(twin)
    twin.yaxis.tick_left()  # the lanes do not overlap, so both are read on the left
    _write(twin, 0.01, _LANE + 0.015, "effective sample size", ha="left", va="bottom")
    legend = twin.legend(handles=lines, loc="lower right", ncols=2, frameon=False, fontsize=_SMALL)
    legend.set_bbox_to_anchor((1, _LANE - 0.02), twin.transAxes)
    legend.borderaxespad = 0


def _ticks(ax: Axes, low: float, high: float, candidates: list[float]) -> None:
    """Set ticks in the lane from low to high, the first candidates first, where there is room."""
    place = ax.yaxis.get_transform().transform
    room = 0.2 * np.ptp(place(np.array([low, high])))
    kept: list[float] = []
    for tick in candidates:
        gaps = np.abs(place(np.array(kept)) - place(np.array([tick])))
        if low <= tick <= high and np.all(gaps >= room):
            kept.append(tick)
    ax.yaxis.set_major_locator(FixedLocator(sorted(kept)))
    ax.yaxis.set_minor_locator(NullLocator())
    ax.yaxis.set_major_formatter("{x:g}")


def _diagnostics_sentence(x: np.ndarray, values: dict[str, np.ndarray]) -> str:
    rhat = values["rhat"]
    known = rhat[np.isfinite(rhat)]
    sentence = (
        f"R-hat of f(x) goes from {known.min():.3f} to {known.max():.3f} (at x = "
        f"{_n(x[np.nanargmax(rhat)])}); it is at most {RHAT_GOOD} at "
        f"{_percent(np.mean(known <= RHAT_GOOD))} of x"
    )
    if known.max() > RHAT_FAIR:
        sentence += f" and above {RHAT_FAIR} for {_where(x, rhat > RHAT_FAIR)}"
    for key in ("bulk", "tail"):
        i = int(np.nanargmin(values[f"ess_{key}"]))
        sentence += f"; the smallest {key} effective sample size is "
        sentence += f"{values[f'ess_{key}'][i]:.0f}, at x = {_n(x[i])}"
    i = int(np.nanargmax(values["mcse_mean"]))
    error = _n(values["mcse_mean"][i])
    return f"{sentence}; the mean has a Monte Carlo error of at most {error}, at x = {_n(x[i])}."


# --- Behind the pictures: words, and what the frame hides -------------------------------------


class _Caption(Artist):
    """An invisible companion of an Axes: its sentences, and the marks where a band is cropped.

    As an artist it lives and dies with its Axes, and its ``draw`` sees the final limits, so that
    no later ``ax.set_ylim`` can crop a band in silence.
    """

    def __init__(self) -> None:
        super().__init__()
        self.sentences: list[str] = []
        self.data_x: np.ndarray | None = None
        self.truth: Callable[[np.ndarray], ArrayLike] | None = None
        self.set(zorder=5, in_layout=False)

    def draw(self, renderer: Any) -> None:
        ax = self.axes
        if not isinstance(ax, Axes) or not self.get_visible() or not (notes := _crop_notes(ax)):
            return
        marks, text = _crop_artists(ax, notes)
        for artist in (*marks, text):
            artist.set_figure(ax.figure)
        words = text.get_window_extent(renderer)
        inward = max(0, ax.bbox.x0 + 4 - words.x0) - max(0, words.x1 - ax.bbox.x1 + 4)
        text.set_transform(text.get_transform() + Affine2D().translate(inward, 0))
        for artist in (*marks, text):
            artist.draw(renderer)


def _caption(ax: Axes) -> _Caption:
    for child in ax.get_children():
        if isinstance(child, _Caption):
            return child
    caption = _Caption()
    ax.add_artist(caption)
    return caption


def _bands(ax: Axes) -> list[Band]:
    return [container for container in ax.containers if isinstance(container, Band)]


def _axes_text(ax: Axes) -> str:
    captions = [child for child in ax.get_children() if isinstance(child, _Caption)]
    if not captions:
        return ""
    title = [f"{ax.get_title()}:"] if ax.get_title() else []
    widths = [_band_sentence(ax, band, captions[0]) for band in _bands(ax)]
    crops = [f"The {name} leaves the picture for {where}." for name, where in _crop_notes(ax)]
    return " ".join([*title, *captions[0].sentences, *widths, *crops])


def _band_sentence(ax: Axes, band: Band, caption: _Caption) -> str:
    """Give the width where it says most: both ends, the narrowest place, and the data's gap."""
    low, high = sorted(ax.get_xlim())
    seen = np.flatnonzero((band.x >= low) & (band.x <= high))
    if not len(seen):
        return "A band lies outside of the picture."
    x, (name, lower, upper) = band.x, band.regions[0]
    width = upper - lower
    narrowest = int(seen[np.argmin(width[seen])])
    places = {int(seen[0]): "", int(seen[-1]): "", narrowest: " (its narrowest)"}
    if caption.data_x is not None and (gap := _gap(caption.data_x)):
        places[int(np.argmin(np.abs(x - np.mean(gap))))] = " (in the gap)"
    widths = _and(f"{_n(width[i])} at x = {_n(x[i])}{places[i]}" for i in sorted(places))
    sentence = f"The {f'{band.name} {name}'.strip()} has width {widths}"
    if band.noisy is not None:
        total = (band.noisy.upper - band.noisy.lower)[narrowest]
        sentence += f"; with noise, {_n(total)} at x = {_n(x[narrowest])}"
    if caption.truth is not None:
        true = _values(caption.truth, x[seen])
        inside = np.mean((lower[seen] <= true) & (true <= upper[seen]))
        sentence += f"; the true function lies inside it at {_percent(inside)} of x"
    return f"{sentence}."


def _leaves(ax: Axes, band: Band, region: Region) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return 401 places along the x axis, and whether the region leaves at the top and bottom."""
    left, right = sorted(ax.get_xlim())
    low, high = sorted(ax.get_ylim())
    at = np.linspace(left, right, 401)
    lower, upper = (np.interp(at, band.x, edge, left=np.nan, right=np.nan) for edge in region[1:])
    return at, upper > high, lower < low


def _crop_notes(ax: Axes) -> list[tuple[str, str]]:
    """Return, for each band that the frame crops, its name and where: ("95 % band", "x > 1")."""
    notes = []
    for band in _bands(ax):
        # What noise adds is worth a word only where the function itself stays inside.
        for region in (band.regions[0], band.noisy):
            if region is None:
                continue
            at, top, bottom = _leaves(ax, band, region)
            if np.any(top | bottom):
                notes.append((f"{band.name} {region.name}".strip(), _where(at, top | bottom)))
                break
    return notes


def _where(x: np.ndarray, mask: np.ndarray) -> str:
    """Say where a mask over increasing x is true: ``|x| > 0.9``, ``x < -1 and 2 < x < 3``."""
    if mask.all():
        return "every x"
    flips = np.flatnonzero(mask[1:] != mask[:-1])
    middles = (x[flips] + x[flips + 1]) / 2
    middles = middles.round(2 - int(np.floor(np.log10(np.ptp(x)))))  # to a hundredth of the axis
    edges = [-np.inf] * bool(mask[0]) + [*middles] + [np.inf] * bool(mask[-1])
    runs = list(zip(edges[::2], edges[1::2], strict=True))
    if len(runs) == 2 and mask[0] and mask[-1] and _n(-runs[0][1]) == _n(runs[1][0]):
        return f"|x| > {_n(runs[1][0])}"
    names = []
    for low, high in runs:
        left = "" if np.isinf(low) else f"{_n(low)} < "
        right = "" if np.isinf(high) else f" < {_n(high)}"
        names.append(f"{left}x{right}" if right else f"x > {_n(low)}")
    return _and(names)


def _crop_artists(ax: Axes, notes: list[tuple[str, str]]) -> tuple[list[Line2D], Text]:
    """Make triangles along the edges that a band crosses, and the note where none does."""
    crossed = np.zeros((2, 401), dtype=bool)
    for band in _bands(ax):
        at, *sides = _leaves(ax, band, band.noisy or band.regions[0])
        crossed |= sides
    marks = []
    for side, height, inward, marker in zip(crossed, (1, 0), (-4, 4), "^v", strict=True):
        chosen = np.flatnonzero(side)
        chosen = chosen[chosen % 10 == 5] if np.any(chosen % 10 == 5) else chosen[:1]
        edge = ax.get_xaxis_transform() + _points(ax, inward)
        mark = Line2D(at[chosen], np.full(len(chosen), height), ls="", transform=edge)
        mark.set(marker=marker, markersize=4, color=_SOFT, markeredgewidth=0)
        marks.append(mark)
    # The note stands at the top, in the middle of the widest stretch that no band crosses.
    stops = np.flatnonzero(np.r_[True, crossed[0], True])
    widest = int(np.argmax(np.diff(stops)))
    middle = at[200] if crossed[0].all() else at[(stops[widest] + stops[widest + 1] - 1) // 2]
    if len(notes) == 1:
        words = f"{notes[0][0]} leaves the picture\nfor {notes[0][1]}"
    else:
        lines = [f"{name} for {where}" for name, where in notes]
        words = "\n".join(["these leave the picture:", *lines])
    text = Text(middle, 1, words, fontsize=_SMALL, color=_INK, ha="center", va="top")
    text.set(transform=ax.get_xaxis_transform() + _points(ax, -3), linespacing=1.3)
    text.set_bbox({"facecolor": "white", "alpha": 0.8, "edgecolor": "none", "pad": 1.5})
    return marks, text


# --- Behind the pictures: Axes, legend, small texts -------------------------------------------


def _axes(ax: Axes | None, figsize: tuple[float, float] | None = None) -> Axes:
    if ax is None:
        with style():
            _, ax = plt.subplots(figsize=figsize)
    elif not isinstance(ax, Axes):
        raise ArgumentError(
            f"ax: came {type(ax).__name__}; expected one Matplotlib Axes. Of an array of Axes, "
            "pass one, such as axes[0]."
        )
    _dress(ax)
    return ax


def _dress(ax: Axes) -> None:
    """Set what Matplotlib would otherwise read from its defaults when it draws the ticks."""
    ax.tick_params(color=_SOFT, labelcolor=_INK, labelsize=_SMALL)
    ax.spines[["top", "right"]].set_visible(False)
    ax.spines[["left", "bottom"]].set_color(_SOFT)


def _finish(ax: Axes, xlabel: str = "x", ylabel: str = "y", *, legend: bool = True) -> Axes:
    """Name the axes that have no name yet, unless their numbers are hidden; renew the legend."""
    if ax.xaxis.get_tick_params().get("labelbottom", True) and not ax.get_xlabel():
        ax.set_xlabel(xlabel)
    if ax.yaxis.get_tick_params().get("labelleft", True) and not ax.get_ylabel():
        ax.set_ylabel(ylabel)
    if legend:
        _legend(ax)
    return ax


def _legend(ax: Axes) -> None:
    """Put the legend outside of the frame, where it hides nothing: below, or above a shared x."""
    handles, labels = ax.get_legend_handles_labels()
    named = dict(zip(labels, handles, strict=True))
    bands_first = sorted(named, key=lambda label: not isinstance(named[label], Band))
    below = bool(ax.get_xlabel())
    inches = ax.get_window_extent().width / ax.figure.dpi
    legend = ax.legend(
        [named[label] for label in bands_first],
        bands_first,
        loc="upper left" if below else "lower left",
        bbox_to_anchor=(0, 0 if below else 1),
        bbox_transform=ax.transAxes + _points(ax, -36 if below else 6),
        borderaxespad=0,
        ncols=2 if inches > 3 else 1,
        fontsize=_SMALL,
        frameon=False,
        handlelength=2.2,
        columnspacing=1.4,
        labelspacing=0.5,
    )
    for handle in legend.legend_handles:
        if isinstance(handle, Line2D):  # a hair's breadth in the picture would vanish in the legend
            handle.set_linewidth(max(1.2, handle.get_linewidth()))


def _points(ax: Axes, up: float) -> ScaledTranslation:
    """Return a shift upwards by so many points, whatever the picture's size."""
    return ScaledTranslation(0, up / 72, ax.figure.dpi_scale_trans)


def _write(ax: Axes, x: float, y: float, text: str, **options: Any) -> None:
    """Write at a place given in parts of the frame's width and height, with a white rim."""
    rim = [withStroke(linewidth=2.5, foreground="white")]
    options = {"color": _INK, "fontsize": _SMALL, "path_effects": rim, **options}
    ax.text(x, y, text, transform=ax.transAxes, **options)


# --- Behind the pictures: numbers in words ----------------------------------------------------


def _n(value: float) -> str:
    """Write two significant digits, with a minus sign that a screen reader reads out."""
    rounded = float(f"{value:.2g}") + 0.0  # + 0.0 turns -0 into 0
    text = f"{rounded:,.0f}" if 1000 <= abs(rounded) < 1e9 else f"{rounded:g}"
    return text.replace("-", "\N{MINUS SIGN}")


def _with_error(value: float, error: float) -> str:
    """Write as many decimals as two digits of the error need: ``13.62 ± 0.18``."""
    digits = int(max(0, 1 - np.floor(np.log10(error)))) if error > 0 else 1
    return f"{value:.{digits}f} ± {error:.{digits}f}".replace("-", "\N{MINUS SIGN}")


def _percent(probability: float) -> str:
    return f"{100 * probability:.3g} %"


def _and(items: Iterable[str]) -> str:
    *first, last = items
    return f"{', '.join(first)} and {last}" if first else last


def _gap(x: np.ndarray) -> tuple[float, float] | None:
    """Return the widest hole between neighbours, if it is five times wider than a typical one."""
    x = np.sort(x)
    steps = np.diff(x)
    if len(steps) < 3 or steps.max() <= 5 * np.median(steps):
        return None
    return float(x[steps.argmax()]), float(x[steps.argmax() + 1])


# --- Behind the pictures: what comes in -------------------------------------------------------

_BLOCK = 2**22  # numbers copied at a time when quantiles are taken: 32 MB


def _real(name: str, values: Any) -> np.ndarray:
    array = np.asarray(values)
    if array.dtype.kind not in "biuf":
        raise ArgumentError(
            f"{name}: came {type(values).__name__} of dtype {array.dtype}; expected real numbers. "
            "Pass an array of floats, or one variable of a trace."
        )
    return array


def _column(name: str, values: Any, finite: bool = True) -> np.ndarray:
    """Return ``values`` as float64 of shape (N,)."""
    array = _real(name, values)
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim != 1 or array.size == 0:
        raise ShapeError(
            f"{name}: came shape {array.shape}; expected (N,) or (N, 1). Pick one column, as in "
            "x[:, 0]."
        )
    bad = int(np.count_nonzero(~np.isfinite(array)))
    if finite and bad:
        raise ArgumentError(
            f"{name}: {bad} of {len(array)} values are NaN or infinite; expected finite numbers. "
            "Remove them before drawing."
        )
    return array.astype(float)


def _values(truth: Callable[[np.ndarray], ArrayLike], x: np.ndarray) -> np.ndarray:
    values = np.asarray(truth(x))
    if values.shape != x.shape:
        raise ShapeError(
            f"truth: came shape {values.shape} for inputs of shape {x.shape}; expected the same "
            "shape. Write it elementwise, as in lambda x: np.sin(x)."
        )
    return values


def _draws(name: str, draws: Any, num_x: int) -> np.ndarray:
    """Return the draws with shape (S, num_x), S >= 2, without a copy where possible."""
    if isinstance(draws, (xr.DataTree, xr.Dataset)):
        draws = _only_variable(name, draws)
    if isinstance(draws, xr.DataArray):
        first = [dim for dim in ("chain", "draw", "sample") if dim in draws.dims]
        draws = draws.transpose(*first, ...)
    array = _real(name, draws)
    shape = array.shape
    if shape[-2:] == (num_x, 1) and (array.ndim > 2 or num_x > 1):
        array = array[..., 0]
    if array.ndim < 2 or array.shape[-1] != num_x or array.size < 2 * num_x:
        hint = "Pass the draws of f at exactly these x, not their mean."
        if num_x in shape[:-1]:
            hint = "Move the axis over x to the end, for example with np.moveaxis."
        raise ShapeError(
            f"{name}: came shape {shape}; expected (..., {num_x}) or (..., {num_x}, 1): at least "
            f"two draws, with one value for each of the {num_x} x. {hint}"
        )
    return array.reshape(-1, num_x)


def _only_variable(name: str, tree: xr.DataTree | xr.Dataset) -> xr.DataArray:
    names = [str(key) for key in tree.data_vars]
    if len(names) == 1:
        return tree.data_vars[names[0]]
    inside = ", ".join(names or map(str, getattr(tree, "children", []))) or "nothing"
    raise ArgumentError(
        f"{name}: came a {type(tree).__name__} that holds {inside}; expected one variable. Pick "
        "it, as in trace['posterior']['bnn.f']."
    )


def _levels(probabilities: Any) -> list[float]:
    """Return the probabilities, largest first."""
    levels = np.unique(_real("probabilities", probabilities))[::-1]
    if levels.size == 0 or not np.all((levels > 0) & (levels < 1)):
        raise ArgumentError(
            f"probabilities: came {probabilities!r}; expected numbers between 0 and 1, such as "
            "(0.5, 0.95). Divide per cent by 100."
        )
    return levels.tolist()


def _look(role: str) -> Look:
    if role not in colors:
        raise ArgumentError(
            f"role: came {role!r}; expected one of {', '.join(colors)}. Pick one of these."
            f"{did_you_mean(str(role), colors)}"
        )
    return colors[role]


def _integer(name: str, value: Any, low: int, high: float = np.inf) -> int:
    if not isinstance(value, (int, np.integer)) or not low <= value <= high:
        limits = f"from {low} to {high}" if high < np.inf else f"of at least {low}"
        raise ArgumentError(
            f"{name}: came {value!r}; expected an integer {limits}. Leave it out for the default."
        )
    return int(value)


def _quantiles(name: str, draws: Any, levels: list[float], order: np.ndarray) -> np.ndarray:
    """Return quantiles over the draws, shape (len(levels), N), with x in the given order.

    The columns are taken in blocks, so that many draws over many x are never copied at once.
    """
    draws = _draws(name, draws, len(order))
    num_draws, num_x = draws.shape
    width = max(1, _BLOCK // num_draws)
    rows = np.empty((len(levels), num_x))
    bad = 0
    for start in range(0, num_x, width):
        block = np.array(draws[:, start : start + width], dtype=float)
        bad += int(np.count_nonzero(~np.isfinite(block)))
        if not bad:
            rows[:, start : start + width] = np.quantile(
                block, levels, axis=0, overwrite_input=True
            )
    if bad:
        affected = np.count_nonzero(~np.isfinite(draws).all(axis=1))
        raise ArgumentError(
            f"{name}: {bad} of {draws.size} values are NaN or infinite, in {affected} of "
            f"{num_draws} draws; expected finite numbers. Leaving them out would hide the failure: "
            "find the chain they come from."
        )
    return rows[:, order]
