r"""Noise or signal? How a prior, the data and a climb decide: an exhibit for notebook 11.

You will see a network whose hidden layer is fixed, so that everything is known without sampling:
:math:`y = a\,\Phi w + \sigma\varepsilon` with weights w of size 1, an unknown amplitude a and an
unknown noise :math:`\sigma`. Given a and :math:`\sigma` all is Gaussian, and these two live on a
grid. If the weights have to be independent, as in mean field, the evidence becomes a bound,

.. math:: \log p(y \mid a, \sigma) \;\ge\; \log p(y \mid a, \sigma) - \tfrac12 \Big(
          \sum_j \log \Lambda_{jj} - \log\det\Lambda \Big), \qquad
          \Lambda = I + \tfrac{a^2}{\sigma^2} \Phi^\top \Phi ,

and a climb on it stops at the first mode. Next: :mod:`bnn_teach.exhibits.quiz`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.signal import argrelmin
from scipy.special import logsumexp
from scipy.stats import norm

from bnn_teach import exhibits as ex
from bnn_teach.course.chapters.ch00.exhibit import fixed_features
from bnn_teach.course.datasets import Regression

EXACT = "exact posterior"
CLIMBS = {"climb from σ = 1": 1.0, "climb from σ = 0.1": 0.1}
"""The answers that a reader chooses from besides the exact one, and where each begins."""

_SIZES, _MEDIANS = (6, 8, 12, 24, 40, 80), (0.03, 0.1, 0.3, 1.0)
_UNITS, _LAYER = 16, 2  # of the hidden layer, and the seed that it was drawn with
_SIGMA, _AMPLITUDE = np.geomspace(0.01, 3, 61), np.geomspace(0.15, 60, 41)
_USUAL_AMPLITUDE, _SPREAD = 3.0, 0.7  # medians' partners: the sds of log a is 1, of log σ is 0.7
_DRAWS = 1000
_DEEPEST = -90.0  # nats
_AT, _SIGMAS = np.log10(_SIGMA), (-2.0, float(np.log10(_SIGMA[-1])))  # places of σ, and its axis
_TICKS: dict[float, str] = {-2: "0.01", -1.5: "0.03", -1: "0.1", -0.5: "0.3", 0: "1"}


class Surfaces(NamedTuple):
    """What is known at each noise and amplitude; A noises, B amplitudes, N new inputs."""

    evidence: np.ndarray
    """log p(y, a | σ) in nats, shape (A, B)."""
    price: np.ndarray
    """What independent weights lose of it, at least 0, shape (A, B)."""
    mean: np.ndarray
    """Of f at new inputs, shape (A, B, N); the same for both."""
    sd: tuple[np.ndarray, np.ndarray]
    """Of f, exactly and with independent weights, each (A, B, N)."""


def surfaces(
    data: Regression, x: ArrayLike, sigma: np.ndarray = _SIGMA, amplitude: np.ndarray = _AMPLITUDE
) -> Surfaces:
    """Return evidence, price and predictions for all pairs of a noise and an amplitude.

    Parameters
    ----------
    data : data set
        With x and y of shape (M, 1).
    x : array_like, shape (N,)
        New inputs.
    sigma, amplitude : ndarray, shape (A,) and (B,), optional
        Standard deviations of the noise, and sizes of the output weights; each evenly spaced on a
        logarithmic scale.
    """
    phi, new = (fixed_features(each, _UNITS, _LAYER) for each in (data.x, x))
    y = data.y[:, 0].astype(float)
    values, basis = np.linalg.eigh(phi.T @ phi)
    values = np.maximum(values, 0)
    ratio = (amplitude**2 / sigma[:, None] ** 2)[..., None]
    seen, own = 1 + ratio * values, 1 + ratio * np.sum(phi**2, axis=0)
    target, rows = basis.T @ phi.T @ y, new @ basis
    fitted = np.sum(ratio * target**2 / seen, axis=-1)
    square = (y @ y - fitted) / sigma[:, None] ** 2
    evidence = -0.5 * (square + np.log(seen).sum(-1))
    evidence -= len(y) * (np.log(sigma[:, None]) + 0.5 * np.log(2 * np.pi))
    step = np.log(amplitude[1] / amplitude[0])
    evidence += norm.logpdf(np.log(amplitude), np.log(_USUAL_AMPLITUDE), 1) + np.log(step)
    price = 0.5 * (np.log(own).sum(-1) - np.log(seen).sum(-1))
    exact = amplitude[:, None] * np.sqrt((1 / seen) @ rows.T**2)
    independent = amplitude[:, None] * np.sqrt((1 / own) @ new.T**2)
    return Surfaces(evidence, price, (ratio * target / seen) @ rows.T, (exact, independent))


def mode(heights: np.ndarray, start: int) -> tuple[int, slice]:
    """Return the mode at which a climb from a place of a curve ends, and all that leads to it.

    Parameters
    ----------
    heights : ndarray, shape (A,)
        The curve.
    start : int
        Where the climb begins.
    """
    last = len(heights) - 1
    valleys = np.array([0, *argrelmin(heights)[0], last])
    right = min(int(np.searchsorted(valleys, start, side="right")), len(valleys) - 1)
    low, high = valleys[right - 1], valleys[right]
    return int(low + np.argmax(heights[low : high + 1])), slice(low, high + 1)


def noise_trade(make_data: Callable[[int], Regression]) -> ex.Exhibit:
    """Build the exhibit: number of points, the prior's median of σ, and who answers.

    On the left the band of the curve and, hatched, that of a measurement. In the middle what is
    believed of σ. On the right the logarithms behind it: the exact curve, and the bound that is
    left for independent weights, with the place where a climb ends.

    Parameters
    ----------
    make_data : callable
        Takes a number of points and returns a data set, such as ``bt.datasets.gap_sine``.
    """
    x = np.linspace(-1, 1, 41)
    known = {n: (data, surfaces(data, x)) for n in _SIZES for data in [make_data(n)]}

    def frame(num_points: int, median: float, answer: str) -> ex.Frame:
        data, found = known[num_points]
        log_prior = norm.logpdf(np.log(_SIGMA), np.log(median), _SPREAD)
        bound = found.evidence - found.price
        curves = [logsumexp(each, axis=1) + log_prior for each in (found.evidence, bound)]
        independent = answer != EXACT
        rows, top = slice(None), int(curves[0].argmax())
        if independent:
            begin = int(np.abs(_SIGMA - CLIMBS[answer]).argmin())
            top, rows = mode(curves[1], begin)
        weights = np.full_like(bound, -np.inf)
        weights[rows] = ((bound if independent else found.evidence) + log_prior[:, None])[rows]
        weights = np.exp(weights - logsumexp(weights))
        panels = [
            _bands(x, data, found, weights, independent),
            _beliefs(np.exp(log_prior), weights.sum(axis=1), independent),
            _modes(curves, top, independent),
        ]
        head = f"{num_points} points, prior of σ around {median:g}, {answer}: "
        return ex.Frame(panels, says=head + _say(weights.sum(axis=1), curves, top, independent))

    controls = [
        ex.Slider("num_points", _SIZES, "number of points", 40),
        ex.Slider("median", _MEDIANS, "prior's median of σ", 0.1),
        ex.Choice("answer", [EXACT, *CLIMBS]),
    ]
    return ex.Exhibit(frame, controls, title="Noise or signal?")


def _bands(
    x: np.ndarray, data: Regression, found: Surfaces, weights: np.ndarray, independent: bool
) -> ex.Panel:
    """Draw the bands of a mixture: pairs of σ and a by their weights, a normal for each."""
    flat = weights.ravel()
    chosen = np.searchsorted(np.cumsum(flat), (np.arange(_DRAWS) + 0.5) / _DRAWS)
    chosen = np.minimum(chosen, flat.size - 1)
    rng, even = np.random.default_rng(0), norm.ppf((np.arange(_DRAWS) + 0.5) / _DRAWS)
    of_f, of_noise = (rng.permutation(even)[:, None] for _ in range(2))
    mean, sd = (each.reshape(flat.size, -1)[chosen] for each in (found.mean, found.sd[independent]))
    f = mean + sd * of_f
    y = f + np.repeat(_SIGMA, weights.shape[1])[chosen][:, None] * of_noise
    lower, median, upper = np.quantile(f, [0.025, 0.5, 0.975], axis=0)
    low, high = np.quantile(y, [0.025, 0.975], axis=0)
    role = "advi" if independent else "nuts"
    marks = [
        ex.Band(x, low, high, "noise", "a measurement, 95 %", hatch=True),
        ex.Band(x, lower, upper, role, "the curve, 95 %"),
        ex.Line(x, median, role),
        ex.Line(x, data.truth(x), "truth", "truth", width=1.5),
        ex.Points(data.x, data.y, "data", "data", size=2.5),
    ]
    return ex.Panel(marks, "x", "y", xlim=(-1, 1), ylim=(-3, 3), title="what it predicts")


def _beliefs(prior: np.ndarray, posterior: np.ndarray, independent: bool) -> ex.Panel:
    role = "advi" if independent else "nuts"
    marks = [
        ex.Line(_AT, prior / prior.max(), "prior", "prior of σ"),
        ex.Line(_AT, posterior / posterior.max(), role, "its answer" if independent else "exact"),
    ]
    title, ylabel = "what it believes of σ", "density (peak = 1)"
    return ex.Panel(marks, "σ", ylabel, xlim=_SIGMAS, ylim=(0, 1.1), title=title, xticks=_TICKS)


def _modes(curves: list[np.ndarray], top: int, independent: bool) -> ex.Panel:
    highest = curves[0].max()
    exact, bound = (np.where(each - highest > _DEEPEST, each - highest, np.nan) for each in curves)
    answer = (bound if independent else exact)[top]
    marks = [
        ex.Line(_AT, exact, "nuts", "exact"),
        ex.Line(_AT, bound, "advi", "bound for independent weights"),
        ex.Points(_AT[top], answer, "data", "its mode", size=5),
    ]
    ylim, title = (_DEEPEST, 5.0), "the landscape"
    return ex.Panel(marks, "σ", "nats below the best", _SIGMAS, ylim, title, xticks=_TICKS)


def _say(weights: np.ndarray, curves: list[np.ndarray], top: int, independent: bool) -> str:
    share = np.cumsum(weights) / weights.sum()
    low, high = (_SIGMA[np.searchsorted(share, p)] for p in (0.025, 0.975))
    says = f"σ is most likely {_SIGMA[top]:.2g}, 95 % from {low:.2g} to {high:.2g}."
    if independent:
        below = curves[1].max() - curves[1][top]
        is_best = "this is the highest mode of the bound"
        says += " The climb ends there; " + (
            f"{is_best}." if below < 1e-9 else f"the bound has a mode {below:.1f} nats higher."
        )
    return says
