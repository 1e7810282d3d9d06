"""The checks of notebook 13: a variance that survives, the kernel of a wide network, an evidence.

The kernel is held against networks of a thousand units that are drawn here. Of a layer's units we
need the values at a few inputs only, and given the layer below these are jointly normal, so they
can be drawn without any weights. Next: :mod:`bnn_teach.course.chapters.ch14.checks`.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import Any

import numpy as np
from scipy.stats import multivariate_normal

from bnn_teach.course.chapters.ch13.experiment import nngp_kernel
from bnn_teach.course.expectations import Checks, Lesson, Slip, expect_close

CHECKS = Checks()
_VARIANCE = Lesson(
    "H terms of variance v / 2, each times a weight of variance s² / H, add up to s² v / 2.",
    "notebook 13, section 1, and notebook 05, section 3",
    "Add the bias's s² to that sum; the width must not appear.",
)
_WIDE = Lesson("M9", "notebook 13, section 1", "Give the weights the variance s² / H.")


@CHECKS.enter(
    "13.1",
    _VARIANCE,
    "The mean square of relu(a) is v / 2, and there are H such terms.",
    "Each is multiplied by a weight of variance s² / H; then a bias of variance s² is added.",
    "Variances of independent terms add up: how many terms are there, and what is the variance "
    "of one?",
)
def next_variance(answer: Any, v: float = 2.0, s: float = 1.5, H: int = 5) -> None:
    """Ask for the variance of a unit above H units whose inputs have variance v."""
    exact, with_width = s**2 + s**2 * v / 2, s**2 + H * s**2 * v / 2
    root = _VARIANCE.beside("M15", _VARIANCE.step)
    slips = (
        Slip(with_width, "It grows with H: the weights were not divided", _WIDE),
        Slip(s**2 + s**2 * v / (2 * H), "The weights seem to have the sd s / H, not s / √H", _WIDE),
        Slip(s**2 + s**2 * v, "It is as if there were no ReLU, which leaves one half"),
        Slip(s**2 * v / 2, "It seems that the bias is missing"),
        Slip(np.sqrt(exact), "It is the square root, an sd", root),
    )
    what = "The variance in the next layer"
    expect_close(answer(v, s, H), exact, 1e-9 * exact, what, _VARIANCE, slips)


_KERNEL = Lesson(
    "From one layer to the next goes s² + s² E[relu(a) relu(a')], with the variances of the same "
    "layer.",
    "notebook 13, section 2",
    "In each round renew three things: the covariances, and the variances of both sets of inputs.",
)
_UNITS, _NETWORKS = 1000, 400


@functools.lru_cache
def _by_monte_carlo(
    x1: tuple[float, ...], x2: tuple[float, ...], s: float, depth: int, seed: int
) -> np.ndarray:
    """Average, over networks of a thousand units, the covariance given the last hidden layer."""
    rng, x = np.random.default_rng(seed), np.array([*x1, *x2])
    total = np.zeros((len(x), len(x)))
    for _ in range(_NETWORKS):
        k = s**2 + s**2 * np.outer(x, x)
        for _ in range(depth):
            root = np.linalg.cholesky(k + 1e-9 * np.trace(k) * np.eye(len(x)))
            units = np.maximum(root @ rng.standard_normal((len(x), _UNITS)), 0)
            k = s**2 + s**2 * units @ units.T / _UNITS
        total += k
    return np.asarray(total[: len(x1), len(x1) :] / _NETWORKS)


@CHECKS.enter(
    "13.2",
    _KERNEL,
    "`bend` on the page takes the variances from the diagonal; here x1 and x2 are different, so "
    "keep their variances v1 and v2 beside the covariances k.",
    "Start with k = s² + s² x1 x2 and v = s² + s² x² for both; then `depth` rounds.",
    "In a round: the geometric mean of v1 and v2 for all pairs (`np.outer`), the angle t, the"
    " new k from the formula, and then the new variances, which are k at equal inputs.",
)
def wide_kernel(
    answer: Any,
    x1: Iterable[float] = (-1.0, 0.2, 1.5),
    x2: Iterable[float] = (-0.5, 1.0),
    s: float = 1.0,
    depth: int = 2,
    seed: int = 13,
) -> None:
    """Hold a kernel against networks of width 1000, within 5 %, and then against the formula."""
    one, two = np.array([*x1], float), np.array([*x2], float)
    got, exact = answer(one.copy(), two.copy(), s, depth), nngp_kernel(one, two, depth, s)
    what = f"The kernel with {depth} hidden layer{'s' if depth != 1 else ''}"
    slips = [
        Slip(
            exact.T, f"Its shape is {exact.T.shape}, expected {exact.shape}: a row for each of x1"
        ),
        Slip(exact - s**2, "It is without the bias of the last layer"),
        Slip(nngp_kernel(one, two, depth + 1, s), f"It is that of {depth + 1} hidden layers"),
    ]
    if depth:
        less = nngp_kernel(one, two, depth - 1, s)
        slips.append(Slip(less, f"It is that of {depth - 1} hidden layers"))
    variances = (np.diag(nngp_kernel(each, depth=depth, prior_scale=s)) for each in (one, two))
    size = np.sqrt(np.outer(*variances))
    drawn = _by_monte_carlo(tuple(one), tuple(two), s, depth, seed)
    # The Monte Carlo error is about 0.5 % of the size, so 5 % is ten standard errors.
    for right, tolerance, against in (
        (drawn, 0.05, "networks of width 1000"),
        (exact, 1e-6, "the formula"),
    ):
        where = f"{what}, against {against},"
        expect_close(got, right, tolerance * size, where, _KERNEL, slips)


_EVIDENCE = Lesson(
    "y is jointly normal with mean 0 and covariance K + σ² I; its log density is the evidence.",
    "notebook 13, section 3",
    "Add up three terms: the fit, half of the log determinant, and N/2 log 2π, all negative signs.",
)
_SD = _EVIDENCE.beside("M15", "Add noise_scale**2 to the diagonal.")


@CHECKS.enter(
    "13.3",
    _EVIDENCE,
    "First the covariance of the measurements: the kernel, and the noise's variance on its "
    "diagonal.",
    "`np.linalg.solve` gives the inverse times a vector; `np.linalg.slogdet` gives a sign and"
    " the log determinant.",
    "The equation of section 3 has three terms. Which of these two functions belongs to which of "
    "them?",
)
def log_evidence(
    answer: Any, num_points: int = 6, s: float = 1.5, noise_scale: float = 0.3, seed: int = 1
) -> None:
    """Compare the log evidence of a Gaussian process with SciPy's multivariate normal."""
    rng = np.random.default_rng(seed)
    x = np.sort(rng.uniform(-1.5, 1.5, num_points))
    k = nngp_kernel(x, depth=2, prior_scale=s)
    y = np.sin(2 * x) + noise_scale * rng.standard_normal(num_points)

    def terms(variance: float) -> np.ndarray:
        """The three terms: the fit, the log determinant, and the constant."""
        covariance = k + variance * np.eye(num_points)
        fit, log_det = y @ np.linalg.solve(covariance, y), np.linalg.slogdet(covariance)[1]
        return -0.5 * np.array([fit, log_det, num_points * np.log(2 * np.pi)])

    exact = float(multivariate_normal.logpdf(y, cov=k + noise_scale**2 * np.eye(num_points)))
    fit, log_det, constant = terms(noise_scale**2)
    slips = (
        Slip(terms(noise_scale).sum(), "It has σ instead of σ² on the diagonal", _SD),
        Slip(terms(1e-12).sum(), "It is that of f, without the noise"),
        Slip(-exact, "It has the opposite sign"),
        Slip(fit + constant, "It is without the log determinant"),
        Slip(fit + 2 * log_det + constant, "It has twice the log determinant"),
        Slip(fit - log_det + constant, "It has the determinant's sign turned"),
        Slip(fit + log_det, "It is without N/2 log 2π"),
        Slip(log_det + constant, "It is without the fit to y"),
        Slip(np.exp(exact), "It is the evidence itself, not its logarithm"),
    )
    got, what = answer(k.copy(), y.copy(), noise_scale), "The log evidence"
    expect_close(got, exact, 1e-6 * (1 + abs(exact)), what, _EVIDENCE, slips)
