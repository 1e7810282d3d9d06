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
from bnn_teach.course.expectations import (
    Exercise,
    Lesson,
    about,
    expect,
    expect_close,
    expect_no_slip,
    numbers,
)

# --- 13.1 ------------------------------------------------------------------------------------

_VARIANCE = Lesson(
    "H terms of variance v / 2, each times a weight of variance s² / H, add up to s² v / 2.",
    "notebook 13, section 1, and notebook 05, section 3",
    "Add the bias's s² to that sum; the width must not appear.",
)
_WIDE = Lesson("M9", "notebook 13, section 1", "Give the weights the variance s² / H.")


def next_variance(answer: Any, v: float = 2.0, s: float = 1.5, H: int = 5) -> None:
    """Ask for the variance of a unit above H units whose inputs have variance v."""
    came, exact = answer(v, s, H), s**2 + s**2 * v / 2
    what = "The variance in the next layer"
    slips = (
        (s**2 + H * s**2 * v / 2, "which grows with H: the weights were not divided", _WIDE),
        (s**2 + s**2 * v / (2 * H), "as if weights of sd s / H, not s / √H, were added up", _WIDE),
        (s**2 + s**2 * v, "as if there were no ReLU, which leaves one half", _VARIANCE),
        (s**2 * v / 2, "the bias is missing", _VARIANCE),
        (np.sqrt(exact), "which is its square root, an sd", _VARIANCE._replace(idea="M15")),
    )
    expect_no_slip(came, exact, slips, what)
    expect_close(came, exact, 1e-9 * exact, what, _VARIANCE)


# --- 13.2 ------------------------------------------------------------------------------------

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
    came = answer(one.copy(), two.copy(), s, depth)
    exact = nngp_kernel(one, two, depth, s)
    what = f"The kernel with {depth} hidden layer{'s' if depth != 1 else ''}"
    expect(
        np.shape(came) != exact.T.shape or exact.shape == exact.T.shape,
        f"{what}: came shape {np.shape(came)}; expected {exact.shape}, a row for each of x1.",
        _KERNEL,
    )
    numbers(came, exact.shape, what, _KERNEL)
    size = np.sqrt(
        np.outer(*(np.diag(nngp_kernel(each, depth=depth, prior_scale=s)) for each in (one, two)))
    )
    slips = [
        (nngp_kernel(one, two, other, s), f"that of {other} hidden layers", _KERNEL)
        for other in (depth - 1, depth + 1)
        if other >= 0
    ]
    slips.append((exact - s**2, "without the bias of the last layer", _KERNEL))
    for wrong, said, lesson in slips:
        expect(not about(came, wrong, 1e-6), f"{what}: came {said}.", lesson)
    drawn = _by_monte_carlo(tuple(one), tuple(two), s, depth, seed)
    # The Monte Carlo error is about 0.5 % of the size, so 5 % is ten standard errors.
    expect_close(came, drawn, 0.05 * size, f"{what}, against networks of width 1000,", _KERNEL)
    expect_close(came, exact, 1e-6 * size, f"{what}, against the formula,", _KERNEL)


# --- 13.3 ------------------------------------------------------------------------------------

_EVIDENCE = Lesson(
    "y is jointly normal with mean 0 and covariance K + σ² I; its log density is the evidence.",
    "notebook 13, section 3",
    "Add up three terms: the fit, half of the log determinant, and N/2 log 2π, all negative signs.",
)


def log_evidence(
    answer: Any,
    num_points: int = 6,
    s: float = 1.5,
    noise_scale: float = 0.3,
    seed: int = 1,
) -> None:
    """Compare the log evidence of a Gaussian process with SciPy's multivariate normal."""
    rng = np.random.default_rng(seed)
    x = np.sort(rng.uniform(-1.5, 1.5, num_points))
    k = nngp_kernel(x, depth=2, prior_scale=s)
    y = np.sin(2 * x) + noise_scale * rng.standard_normal(num_points)
    came = answer(k.copy(), y.copy(), noise_scale)
    covariance = k + noise_scale**2 * np.eye(num_points)
    exact = float(multivariate_normal.logpdf(y, cov=covariance))
    log_det = float(np.linalg.slogdet(covariance)[1])
    fit = float(y @ np.linalg.solve(covariance, y))
    constant = num_points * np.log(2 * np.pi)
    slip = float(multivariate_normal.logpdf(y, cov=k + noise_scale * np.eye(num_points)))
    no_noise = -0.5 * (
        y @ np.linalg.solve(k + 1e-12 * np.eye(num_points), y)
        + np.linalg.slogdet(k + 1e-12 * np.eye(num_points))[1]
        + constant
    )
    lesson = _EVIDENCE._replace(idea="M15", step="Add noise_scale**2 to the diagonal.")
    what = "The log evidence"
    slips = (
        (slip, "with σ instead of σ² on the diagonal", lesson),
        (float(no_noise), "of f, without the noise", _EVIDENCE),
        (-exact, "with the opposite sign", _EVIDENCE),
        (-0.5 * fit - 0.5 * constant, "without the log determinant", _EVIDENCE),
        (-0.5 * fit - log_det - 0.5 * constant, "with twice the log determinant", _EVIDENCE),
        (-0.5 * fit + 0.5 * log_det - 0.5 * constant, "with the determinant's sign turned",
         _EVIDENCE),
        (-0.5 * fit - 0.5 * log_det, "without N/2 log 2π", _EVIDENCE),
        (-0.5 * log_det - 0.5 * constant, "without the fit to y", _EVIDENCE),
        (float(np.exp(exact)), "the evidence itself, not its logarithm", _EVIDENCE),
    )  # fmt: skip
    expect_no_slip(came, exact, slips, what)
    expect_close(came, exact, 1e-6 * (1 + abs(exact)), what, _EVIDENCE)


CHECKS = {
    "13.1": Exercise(
        next_variance,
        _VARIANCE,
        (
            "The mean square of relu(a) is v / 2, and there are H such terms.",
            "Each is multiplied by a weight of variance s² / H; then a bias of variance s² is "
            "added.",
            "Return `s**2 + H * (s**2 / H) * v / 2`.",
        ),
    ),
    "13.2": Exercise(
        wide_kernel,
        _KERNEL,
        (
            "`bend` on the page takes the variances from the diagonal; here x1 and x2 are "
            "different, so keep their variances v1 and v2 beside the covariances k.",
            "Start with k = s² + s² x1 x2 and v = s² + s² x² for both; then `depth` rounds.",
            "In a round: `size = np.sqrt(np.outer(v1, v2))`, t from k / size, the new k from the "
            "formula, and `v = s**2 + s**2 * v / 2` for both.",
        ),
    ),
    "13.3": Exercise(
        log_evidence,
        _EVIDENCE,
        (
            "First the covariance of the measurements: the kernel, and the noise's variance on "
            "its diagonal.",
            "`np.linalg.solve(C, y)` is the inverse times y; `np.linalg.slogdet(C)[1]` is the log "
            "determinant.",
            "Return `-0.5 * (y @ np.linalg.solve(C, y) + np.linalg.slogdet(C)[1] + len(y) * "
            "np.log(2 * np.pi))`.",
        ),
    ),
}
"""The exercises by number."""
