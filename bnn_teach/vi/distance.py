"""How far is a fit from its optimum? Go on from its end, and see what that gains.

A learning rate that has decayed to almost nothing makes every ELBO flat, so flatness says little.
Here the fit goes on at its initial rate, settles again, and both ends are compared with the same
noise. Next: :mod:`bnn_teach.traces`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from bnn_teach.density import LogDensity
from bnn_teach.vi.families import Gaussian, start_gaussian
from bnn_teach.vi.fit import FitSettings, optimise

USUAL_RATE = 0.01
"""Going on is never slower than this: a rate that was too small from the start shows nothing."""

LARGE_RATE = 0.1
"""A rate beyond this may throw a fit out of every mode."""

WIDE = 0.1
"""Standard deviation at the start of a fit above which its signal may drown in noise."""

NARROW = 0.01
"""Standard deviation at which a fit that may have lost its signal is tried, from its own mean."""

_STILL = 1e-30  # steps of this length leave q where it is: their losses only measure it


class Distance(NamedTuple):
    """What going on from the end of a fit has gained."""

    elbo: float
    """At the end of the fit, in nats."""
    elbo_error: float
    """Its standard error."""
    gain: float
    """ELBO where going on has ended, minus ``elbo``; in nats, with the same noise at both."""
    error: float
    """Its standard error."""
    settling: bool
    """Whether it was gained by letting the rate fall, not by moving on."""
    narrow: bool
    """Whether it was gained from the same mean with a narrow start."""
    rate: float
    """The rate that it went on with."""
    num_steps: int
    """The steps that it took."""


def distance(density: LogDensity, q: Gaussian, settings: FitSettings, wide: bool) -> Distance:
    """Go on for 15 % of the steps, the last third of them with a falling rate, and compare.

    Parameters
    ----------
    density : LogDensity
        The target.
    q : Gaussian
        Where the fit has ended.
    settings : FitSettings
        Those of the fit: the same compiled program goes on.
    wide : bool
        Whether the fit began with large standard deviations. It may then, or with a large rate,
        have lost its signal in noise and be at rest far from the data, so it is also tried from its
        mean with small ones, and no large rate.

    Returns
    -------
    Distance
        Of the second try only where it gains, and more than the first, and the first does not gain
        half as much by letting the rate fall; NaN where going on did not stay finite.
    """
    seed = int(np.random.SeedSequence([settings.seed, 4]).generate_state(1)[0])
    settings = settings._replace(seed=seed, progress=False)
    before = _measured(density, q, settings)
    plain = _go_on(density, q, settings, before, False)
    if not wide and settings.learning_rate <= LARGE_RATE:
        return plain
    rng = np.random.default_rng(seed)
    mean = q.mean + 0.1 * rng.standard_normal(q.mean.shape).astype(q.mean.dtype)
    method = "fullrank_advi" if q.is_full_rank else "advi"
    start = start_gaussian(method, mean, NARROW)
    narrow = _go_on(density, start, settings, before, True)
    settles = plain.settling and plain.gain > 0.5 * narrow.gain
    gains = narrow.gain > plain.gain and narrow.gain > 2 * narrow.error
    return narrow if gains and not settles else plain


def _go_on(
    density: LogDensity, q: Gaussian, settings: FitSettings, before: np.ndarray, narrow: bool
) -> Distance:
    """Compare the losses ``before``, shape (M,), with those where going on from q ends."""
    moving, falling = max(settings.num_steps // 10, 50), max(settings.num_steps // 20, 25)
    gains, level = np.full(1, np.nan), np.nan
    rates = (max(settings.learning_rate, USUAL_RATE), settings.learning_rate)
    for rate in np.minimum(rates, LARGE_RATE if narrow else np.inf):
        last = min(settings.final_learning_rate, rate / 100)
        moved, losses = optimise(density, q, _at(settings, moving, rate, rate))
        settled, _ = optimise(density, moved, _at(settings, falling, rate, last))
        after = _measured(density, settled, settings)
        if len(after) == len(before) and np.isfinite(after).all():
            gains, level = before - after, float(losses[-moving // 2 :].mean())
            break
    (elbo, elbo_error), (gain, error) = _mean(-before), _mean(gains)
    settling = not narrow and -level - elbo < 0.5 * gain
    return Distance(elbo, elbo_error, gain, error, settling, narrow, rate, moving + falling)


def _measured(density: LogDensity, q: Gaussian, settings: FitSettings) -> np.ndarray:
    """Return estimates of minus the ELBO at q; always with the same noise."""
    number = int(np.clip(settings.num_steps // 40, 400, 1000))
    return optimise(density, q, _at(settings, number, _STILL, _STILL))[1].astype(np.float64)


def _at(settings: FitSettings, num_steps: int, first: float, last: float) -> FitSettings:
    return settings._replace(num_steps=num_steps, learning_rate=first, final_learning_rate=last)


def _mean(values: Any) -> tuple[float, float]:
    """Return the mean and its standard error."""
    if len(values) < 2:
        return np.nan, np.nan
    return float(values.mean()), float(values.std(ddof=1) / np.sqrt(len(values)))
