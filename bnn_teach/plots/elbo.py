"""The ELBO of a fit: a noisy climb, and how well its end is known.

You will learn to read a stochastic objective: not a single step but a running median, and a mean
with its standard error. Next: :mod:`bnn_teach.plots.diagnostics`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from bnn_teach.arguments import as_count, checked_arguments
from bnn_teach.errors import ShapeError
from bnn_teach.plots.arrays import column
from bnn_teach.plots.captions import caption_of
from bnn_teach.plots.style import INK, colors, finish, start, write
from bnn_teach.plots.words import number, with_error


@checked_arguments
def plot_elbo(
    losses_or_fit: Any,
    *,
    ax: Axes | None = None,
    window: int | None = None,
    ceiling: float | None = None,
) -> Axes:
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
    window : int, optional
        Steps in the running median and in the final mean; otherwise a twentieth of all.
    ceiling : float, optional
        The log evidence in nats, where it is known.

    Raises
    ------
    ShapeError, ArgumentError
        The losses are not one number a step, fewer than four, or nowhere finite; or ``window`` is
        not an integer of at least 2. A longer one than the fit is cut to it.

    Warns
    -----
    ConvergenceWarning
        Some losses are NaN or infinite; the picture leaves them out.
    """
    losses = getattr(losses_or_fit, "losses", losses_or_fit)
    elbo = -column("losses", losses, holes="Try a smaller learning rate or initial scale.")
    num_steps = len(elbo)
    if num_steps < 4:
        raise ShapeError(f"losses: got {num_steps} steps, expected at least 4. Run the fit on.")
    window = as_count("window", max(2, num_steps // 20) if window is None else window, 2)
    window = min(window, num_steps)
    at, median = _running_median(elbo, window)
    mean, error = _final_mean(elbo[-window:])
    low, high = _settled_limits(elbo, median)
    color = colors["band"].color
    ax = start(ax)
    # Rasterised: an SVG of ten thousand segments takes longer to open than the fit took.
    steps = np.arange(1, num_steps + 1)
    ax.plot(steps, elbo, color=color, lw=0.5, alpha=0.35, rasterized=True, label="each step")
    ax.plot(at + 1, median, color=color, lw=2, label=f"running median of {window:,} steps")
    ax.axvspan(num_steps - window, num_steps, color=INK, alpha=0.08, lw=0)
    final = with_error(mean, error)
    words = f"ELBO {final}\nlast {window:,} steps, mean ± s.e."
    late = median[-1] - np.interp(0.8 * num_steps, at, median)
    sentence = (
        f"The ELBO over {num_steps:,} steps: the mean of the last {window:,} is {final} (standard "
        f"error); the running median changed by {number(late)} over the last fifth of the steps"
    )
    if (lowest := np.nanmin(elbo)) < low:
        words += f"\n▼ first values down to {number(lowest)}"
        sentence += f"; its first values, down to {number(lowest)}, lie below the picture"
    write(ax, 0.985, 0.04, words, ha="right", va="bottom", linespacing=1.4)
    if ceiling is not None:
        ax.axhline(ceiling, **colors["truth"].line, label="log evidence")
        sentence += f"; the log evidence, a dashed line, is {number(ceiling)}"
    caption_of(ax).sentences.append(f"{sentence}.")
    ax.set(xlim=(0, num_steps), ylim=(low, high))
    return finish(ax, "step", "ELBO (nats)")


def _running_median(values: np.ndarray, window: int) -> tuple[np.ndarray, np.ndarray]:
    """Take medians of windows centred on at most 400 steps: all that a screen can show."""
    at = np.unique(np.linspace(0, len(values) - 1, 400).astype(int))
    known = np.ma.masked_invalid(values)
    parts = (known[max(0, i - window // 2) : i + window // 2 + 1] for i in at)
    return at, np.array([np.ma.median(part) if part.count() else np.nan for part in parts])


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
