"""The small data sets of the course.

You will find here what every notebook starts from: numbers around one mean
(:func:`normal_sample`, notebook 01), eight schools and one shared mean (:func:`eight_schools`,
notebook 09), a noisy sine with a hole in the middle (:func:`gap_sine`, from notebook 04 on), on
which a network has to say where it does not know, and one whose noise grows with x
(:func:`uneven_sine`, notebook 11). Each call with the same arguments gives the same numbers, bit
for bit; an argument of the wrong type or range is an ``ArgumentError``. Next:
:mod:`bnn_teach.plots`, which draws them.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from bnn_teach.arguments import as_count, as_number
from bnn_teach.errors import ArgumentError

GAP = 0.15  # gap_sine has no point with |x| below this ...
EDGE = 0.6  # ... and none with |x| above this


def sine(x: ArrayLike) -> np.ndarray:
    """The true function of :func:`gap_sine`, f(x) = sin 2πx; shape and float dtype are kept."""
    return np.sin(2 * np.pi * np.asarray(x))


@dataclass(frozen=True, eq=False)
class Points:
    """Points around a function that we know, so that every answer can be judged.

    Attributes
    ----------
    x : ndarray, shape (N, 1), float32
        Inputs, in increasing order.
    y : ndarray, shape (N, 1), float32
        Noisy outputs.
    truth : callable
        The function f; an array of any shape goes in, one of the same shape comes out.
    """

    x: np.ndarray
    y: np.ndarray
    truth: Callable[[ArrayLike], np.ndarray]

    def __len__(self) -> int:
        return len(self.x)


@dataclass(frozen=True, eq=False)
class Regression(Points):
    r"""Points with the same noise everywhere.

    .. math:: y_n = f(x_n) + \sigma \varepsilon_n, \qquad \varepsilon_n \sim \mathrm{Normal}(0, 1)

    Attributes
    ----------
    noise_scale : float
        The noise's standard deviation σ, in units of y.

    Examples
    --------
    >>> data = gap_sine()
    >>> data
    Regression: 40 points, x from -0.6 to 0.6, none between -0.15 and 0.15, noise scale 0.1
    >>> data.x.shape, data.grid().shape
    ((40, 1), (200, 1))
    """

    noise_scale: float

    def __repr__(self) -> str:
        low, high = self.gap
        return (
            f"Regression: {len(self)} points, x from {self.x.min():.3g} to {self.x.max():.3g}, "
            f"none between {low:.3g} and {high:.3g}, noise scale {self.noise_scale:.3g}"
        )

    @property
    def gap(self) -> tuple[float, float]:
        """The widest interval between two neighbouring inputs: (low, high)."""
        x = np.sort(self.x.ravel())
        widest = int(np.argmax(np.diff(x)))
        return float(x[widest]), float(x[widest + 1])

    def noise(self) -> np.ndarray:
        """What no function can explain: y - f(x), shape (N, 1), float32."""
        return (self.y - self.truth(self.x)).astype(self.y.dtype)

    def grid(self, low: float = -2.0, high: float = 2.0, num_points: int = 200) -> np.ndarray:
        """New inputs, evenly spaced from ``low`` to ``high``, to predict at.

        Returns
        -------
        ndarray, shape (num_points, 1), float32
        """
        low = as_number("low", low, -math.inf, math.inf)
        high = as_number("high", high, low, math.inf)
        num_points = as_count("num_points", num_points, 2)
        return np.linspace(low, high, num_points, dtype=np.float32)[:, None]


def gap_sine(num_points: int = 40, noise_scale: float = 0.1, seed: int = 0) -> Regression:
    """A noisy sine seen on both sides of a gap: the data of most notebooks.

    Half of the inputs lie evenly in [-0.6, -0.15] and half in [0.15, 0.6] (an odd one goes to the
    right); y = sin 2πx + ``noise_scale`` ε. Nothing is seen between the two, nor beyond them.

    Parameters
    ----------
    num_points : int
        N, at least 2.
    noise_scale : float
        Standard deviation of the noise, in units of y; 0 gives the sine itself.
    seed : int
        Of ``numpy.random.default_rng``, which draws the noise ε.

    Notes
    -----
    After the sinusoidal data of the PyMC4 article on Bayesian neural networks (2020).
    """
    num_points = as_count("num_points", num_points, 2)
    noise_scale = as_number("noise_scale", noise_scale, -math.inf, math.inf)
    if noise_scale < 0:
        raise ArgumentError(
            f"noise_scale={noise_scale:g}: expected a number of at least 0, because it is a "
            "standard deviation. Use 0 for data without noise."
        )
    left = np.linspace(-EDGE, -GAP, num_points // 2)
    right = np.linspace(GAP, EDGE, num_points - num_points // 2)
    x = np.concatenate([left, right])[:, None]
    return Regression(*_measure(x, noise_scale, seed), sine, noise_scale)


@dataclass(frozen=True, eq=False)
class UnevenRegression(Points):
    r"""Points with a noise that changes with x.

    .. math:: y_n = f(x_n) + \sigma(x_n)\, \varepsilon_n, \qquad
              \varepsilon_n \sim \mathrm{Normal}(0, 1)

    Attributes
    ----------
    noise_at : callable
        The noise's standard deviation σ, in units of y; takes and returns the same shapes.
    """

    noise_at: Callable[[ArrayLike], np.ndarray]

    def __repr__(self) -> str:
        left, right = self.noise_at(self.x[[0, -1], 0])
        return (
            f"UnevenRegression: {len(self)} points, x from {self.x.min():.3g} to "
            f"{self.x.max():.3g}, noise scale from {left:.3g} to {right:.3g}"
        )


def uneven_sine(
    num_points: int = 80, noise_left: float = 0.03, noise_right: float = 0.3, seed: int = 0
) -> UnevenRegression:
    """A sine whose noise grows, or falls, by the same factor with each step to the right.

    The inputs lie evenly in [-0.6, 0.6], without a gap; y = sin 2πx + σ(x) ε, and log σ(x) is a
    straight line.

    Parameters
    ----------
    num_points : int
        N, at least 2.
    noise_left, noise_right : float
        Standard deviation of the noise at x = -0.6 and at x = 0.6, in units of y, above 0.
    seed : int
        Of ``numpy.random.default_rng``, which draws the noise ε.

    Examples
    --------
    >>> uneven_sine()
    UnevenRegression: 80 points, x from -0.6 to 0.6, noise scale from 0.03 to 0.3
    """
    num_points = as_count("num_points", num_points, 2)
    left = as_number("noise_left", noise_left, 0.0, math.inf)
    right = as_number("noise_right", noise_right, 0.0, math.inf)

    def noise_at(x: ArrayLike) -> np.ndarray:
        share = (np.asarray(x) + EDGE) / (2 * EDGE)
        return np.asarray(left * (right / left) ** share)

    x = np.linspace(-EDGE, EDGE, num_points)[:, None]
    return UnevenRegression(*_measure(x, noise_at(x), seed), sine, noise_at)


def _measure(x: np.ndarray, sigma: ArrayLike, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return x, and the sine at x with noise of standard deviation ``sigma``, as float32."""
    rng = np.random.default_rng(as_count("seed", seed, 0))
    y = sine(x) + np.asarray(sigma) * rng.standard_normal(x.shape)
    return x.astype(np.float32), y.astype(np.float32)


@dataclass(frozen=True, eq=False)
class EightSchools:
    """Eight estimated effects of coaching, each with its own standard error.

    Attributes
    ----------
    y : ndarray, shape (8,), float32
        Estimated effect of coaching in each school, in points of the SAT-V test.
    sigma : ndarray, shape (8,), float32
        Standard error of each estimate, in the same points.
    school : tuple of str, length 8
        The schools' names, A to H.
    """

    y: np.ndarray
    sigma: np.ndarray
    school: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.y)

    def __repr__(self) -> str:
        rows = zip(self.school, self.y, self.sigma, strict=True)
        lines = [f"{name:<6} {effect:6.0f} {error:14.0f}" for name, effect, error in rows]
        return "\n".join(["school effect standard error", *lines])


def eight_schools() -> EightSchools:
    """Coaching for a test in eight schools: the classic hierarchical data set.

    References
    ----------
    Rubin (1981), Estimation in parallel randomized experiments, *Journal of Educational
    Statistics* 6(4), 377-401; rounded as in Gelman et al., *Bayesian Data Analysis*, 3rd ed.
    (2013), table 5.2.
    """
    y = np.array([28, 8, -3, 7, -1, 1, 18, 12], dtype=np.float32)
    sigma = np.array([15, 10, 16, 11, 9, 11, 10, 18], dtype=np.float32)
    return EightSchools(y, sigma, tuple("ABCDEFGH"))


def normal_sample(
    num_points: int = 30, loc: float = 3.0, scale: float = 1.0, seed: int = 0
) -> np.ndarray:
    """Independent draws from Normal(``loc``, ``scale``): data for the first model.

    Parameters
    ----------
    num_points : int
        N, at least 1.
    loc, scale : float
        Mean and standard deviation; ``scale`` is above 0.
    seed : int
        Of ``numpy.random.default_rng``.

    Returns
    -------
    ndarray, shape (N,), float32
    """
    num_points = as_count("num_points", num_points, 1)
    loc = as_number("loc", loc, -math.inf, math.inf)
    scale = as_number("scale", scale, 0.0, math.inf)
    rng = np.random.default_rng(as_count("seed", seed, 0))
    return (loc + scale * rng.standard_normal(num_points)).astype(np.float32)
