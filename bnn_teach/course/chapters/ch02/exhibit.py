r"""A climb that ends in the wrong place: an exhibit for notebook 02.

You will see ADVI fit a pair of correlated numbers, step by step, at several learning rates. The
target is :math:`p = \text{Normal}(0, \Sigma)` with variances 1 and correlation
:math:`\rho`; q is :math:`\text{Normal}(m, F F^\top)` with F diagonal or lower triangular. The
evidence of this target is 1, so the ELBO is minus the divergence and its ceiling is zero,

.. math:: \text{ELBO}(q) = -\text{KL}(q \| p) = \tfrac12 \big( 2 - \operatorname{tr}(C)
          - m^\top \Lambda m + \log\det C \big),
          \qquad C = \Lambda F F^\top, \quad \Lambda = \Sigma^{-1}.

The climb is the one of :mod:`bnn_teach.vi.fit`, Adam on reparameterised gradients, with a constant
rate and written in NumPy so that every step can be seen. Next: :mod:`bnn_teach.exhibits.pictures`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from bnn_teach import exhibits as ex

FAMILIES = {"mean field": "advi", "full rank": "fullrank_advi"}
"""What the reader chooses from, and the role of each in pictures."""

_RATES, _STEPS = (0.003, 0.03, 0.3), (1, 10, 30, 60, 100, 200, 300, 500, 700, 1000)
_START = np.array([-1.5, 0.5, np.log(0.1), np.log(0.1), 0.0])  # m, log diag F, F[1, 0]
_SAMPLES = 4
_POINTS = 120  # of the ELBO's curve that a frame draws
_ELBOS, _LIMITS = (-10.0, 2.0), (-3.5, 3.5)
_EXACT = "ceiling: log evidence, and exact 95 % region"


class Climb(NamedTuple):
    """What happened at each step; entry k is after k steps, entry 0 the start."""

    mean: np.ndarray
    """m, shape (num_steps + 1, 2)."""
    factor: np.ndarray
    """F, shape (num_steps + 1, 2, 2); the covariance of q is F Fᵀ."""
    elbo: np.ndarray
    """The exact ELBO in nats, shape (num_steps + 1,)."""
    estimates: np.ndarray
    """The noisy ELBO that each step saw, from four draws, shape (num_steps,)."""


def climb(
    family: str, learning_rate: float, num_steps: int, correlation: float = 0.9, seed: int = 0
) -> Climb:
    """Fit q to the correlated pair with Adam, and keep every step.

    Parameters
    ----------
    family : {"mean field", "full rank"}
        Whether F is diagonal or lower triangular.
    learning_rate : float
        Adam's, at every step.
    num_steps : int
        How many.
    correlation : float, optional
        Of the target, between -1 and 1.
    seed : int, optional
        Of the draws.

    References
    ----------
    Kucukelbir et al. (2017), *Automatic Differentiation Variational Inference*, section 2.
    """
    precision = np.linalg.inv([[1.0, correlation], [correlation, 1.0]])
    free = np.array([1.0, 1.0, 1.0, 1.0, float(family == "full rank")])
    parameters = _START
    noise = np.random.default_rng(seed).standard_normal((num_steps, _SAMPLES, 2))
    first = second = np.zeros(5)
    means, factors, estimates = [parameters[:2]], [_factor(parameters)], []
    for step in range(num_steps):
        estimate, slope = _estimate(parameters, noise[step], precision)
        first = 0.9 * first + 0.1 * slope * free
        second = 0.999 * second + 0.001 * (slope * free) ** 2
        size = learning_rate * np.sqrt(1 - 0.999 ** (step + 1)) / (1 - 0.9 ** (step + 1))
        parameters = parameters + size * first / (np.sqrt(second) + 1e-8)
        means.append(parameters[:2])
        factors.append(_factor(parameters))
        estimates.append(estimate)
    mean, factor = np.array(means), np.array(factors)
    return Climb(mean, factor, exact_elbo(mean, factor, precision), np.array(estimates))


def exact_elbo(mean: np.ndarray, factor: np.ndarray, precision: np.ndarray) -> np.ndarray:
    """Return -KL(q || Normal(0, precision⁻¹)) in nats, shape (...), for F of shape (..., 2, 2)."""
    spread = precision @ factor @ np.swapaxes(factor, -1, -2)
    distance = np.einsum("...i,ij,...j->...", mean, precision, mean)
    trace = np.trace(spread, axis1=-2, axis2=-1)
    return 0.5 * (2 - trace - distance + np.linalg.slogdet(spread)[1])


def elbo_climb(correlation: float = 0.9, seed: int = 0) -> ex.Exhibit:
    """Build the exhibit: family, learning rate and number of steps.

    On the left the ELBO so far, under its ceiling; on the right the region that holds 95 % of q,
    and that of the posterior.

    Parameters
    ----------
    correlation : float, optional
        Of the target.
    seed : int, optional
        Of the climbs' draws.
    """
    climbs = {
        (family, rate): climb(family, rate, max(_STEPS), correlation, seed)
        for family in FAMILIES
        for rate in _RATES
    }
    target = np.linalg.cholesky([[1.0, correlation], [correlation, 1.0]])

    def frame(family: str, learning_rate: float, step: int) -> ex.Frame:
        path = climbs[family, learning_rate]
        panels = [_curve(path, family, step), _regions(path, family, step, target)]
        return ex.Frame(panels, says=_sentence(path, learning_rate, step))

    controls = [
        ex.Choice("family", FAMILIES),
        ex.Slider("learning_rate", _RATES, "learning rate", 0.03),
        ex.Play("step", _STEPS, "steps", max(_STEPS)),
    ]
    return ex.Exhibit(frame, controls, title="A flat ELBO can be wrong")


def _factor(parameters: np.ndarray) -> np.ndarray:
    (a, b), c = np.exp(parameters[2:4]), parameters[4]
    return np.array([[a, 0.0], [c, b]])


def _estimate(
    parameters: np.ndarray, noise: np.ndarray, precision: np.ndarray
) -> tuple[float, np.ndarray]:
    """Return the ELBO from a few draws, and its slope along the five parameters."""
    factor = _factor(parameters)
    z = parameters[:2] + noise @ factor.T
    force = -z @ precision  # the slope of log p, shape (S, 2)
    on_factor = force.T @ noise / len(noise)
    on_scale = np.diag(on_factor) * np.diag(factor) + 1  # the entropy is the sum of the logs
    constant = 1 + 0.5 * np.linalg.slogdet(precision)[1]  # the 2 pi of density and entropy cancel
    energy = 0.5 * np.mean(np.sum(z * force, axis=1))
    slope = np.array([*force.mean(axis=0), *on_scale, on_factor[1, 0]])
    return float(energy + parameters[2:4].sum() + constant), slope


def _curve(path: Climb, family: str, step: int) -> ex.Panel:
    last = len(path.estimates)
    at = np.unique(np.linspace(0, last - 1, _POINTS).astype(int))
    at = at[at < step]
    seen = path.estimates[at]
    seen = np.where(seen > _ELBOS[0], seen, np.nan)
    marks = [
        ex.Line(at + 1, seen, FAMILIES[family], f"{family} q", width=1.5),
        ex.Line([0, last], [0, 0], "truth", _EXACT),
    ]
    title = "the ELBO at each step"
    return ex.Panel(marks, "step", "ELBO (nats)", xlim=(0, last), ylim=_ELBOS, title=title)


def _regions(path: Climb, family: str, step: int, target: np.ndarray) -> ex.Panel:
    angle = np.linspace(0, 2 * np.pi, 49)
    circle = np.sqrt(-2 * np.log(0.05)) * np.stack([np.cos(angle), np.sin(angle)])
    found_x, found_y = path.mean[step][:, None] + path.factor[step] @ circle
    exact_x, exact_y = target @ circle
    marks = [
        ex.Polygon(found_x, found_y, FAMILIES[family], f"{family} q"),
        ex.Line(exact_x, exact_y, "truth", _EXACT),
    ]
    names = "first number", "second number"
    return ex.Panel(marks, *names, xlim=_LIMITS, ylim=_LIMITS, title="what q holds possible")


def _sentence(path: Climb, learning_rate: float, step: int) -> str:
    sd = np.sqrt(np.sum(path.factor[step] ** 2, axis=1))
    rise = path.elbo[step] - path.elbo[step // 2]
    flat = "flat" if abs(rise) < 0.1 else f"{'up' if rise > 0 else 'down'} by {abs(rise):.2f}"
    return (
        f"After {step} {'step' if step == 1 else 'steps'} at learning rate {learning_rate:g}, the "
        f"exact ELBO is {path.elbo[step]:.2f} nats, {flat} over the last half of the steps. "
        f"The sds of q are {sd[0]:.2f} and {sd[1]:.2f}; the exact ones are 1."
    )
