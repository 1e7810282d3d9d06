"""The checks of notebook 02: a KL divergence, an ELBO, and the best that a family can do.

What is right is worked out in another way than the solution takes: by an integral, from the log
evidence, and by the optimum's own conditions. Next: :mod:`bnn_teach.course.chapters.ch03.checks`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from bnn_teach.course.expectations import Checks, Lesson, Slip, expect, expect_close, number, parts

CHECKS = Checks()
_MEASURED = (2.1, 3.4, 2.6, 4.0, 3.3)
_INTEGRAL = 1e-5  # nats; the integral on a grid is closer than this


def _kl(m: float, s: float, m0: float, s0: float) -> float:
    """Return KL(q || p) of two normal distributions, as an integral over q."""
    q, p = stats.norm(m, s), stats.norm(m0, s0)
    at = np.linspace(m - 9 * s, m + 9 * s, 4001)
    return float(np.trapezoid(q.pdf(at) * (q.logpdf(at) - p.logpdf(at)), at))


_KL = Lesson(
    "The KL divergence is the mean of log q - log p over q: never negative, 0 only if they agree.",
    "notebook 02, section 1",
    "Try your function on two equal distributions, where it is 0, and on two of the same mean.",
)
_DIRECTION = _KL.beside(
    "KL(q || p) is not KL(p || q). Variational inference averages over q.",
    "Measure width and shift in units of p: `s / s0` and `(m - m0) / s0`.",
)


@CHECKS.enter(
    "02.1",
    _KL,
    "Write the mean over q of log q - log p on paper. Three things remain: the ratio of the sds, "
    "the shift in units of p, and a constant.",
    "The mean over q of ((mu - m0) / s0)² is ratio² + shift²; that of ((mu - m) / s)² is 1.",
    "Put the two means in. What is left is half of a sum, and one logarithm with its sign.",
    also=({"m": -1.0, "s": 2.0, "m0": 1.0, "s0": 0.5}, {"m": 3.0, "s": 1.0, "m0": 0.0, "s0": 1.0}),
)
def kl_normal(
    answer: Any, m: float = 1.0, s: float = 0.5, m0: float = 0.0, s0: float = 2.0
) -> None:
    """Compare a closed form with an integral, and with what must hold of every divergence."""
    expect_close(answer(m, s, m, s), 0.0, 1e-9, "The KL of a distribution from itself", _KL)
    got, exact = answer(m, s, m0, s0), _kl(m, s, m0, s0)
    value = number(got, "The KL", _KL)
    expect(value > -1e-9, f"The KL: got {value:.4g}, and it is never negative.", _KL)
    slips = (Slip(_kl(m0, s0, m, s), "It averages over p, which is KL(p || q)", _DIRECTION),)
    expect_close(got, exact, _INTEGRAL * (1 + exact), "The KL", _KL, slips, near=1e-4)


_GAP = Lesson(
    "The ELBO lies below the log evidence, by exactly the KL from the posterior.",
    "notebook 02, section 2",
    "Add three parts: the mean of the log prior, of the log likelihood, and the entropy of q.",
)
_ABOVE = _GAP.beside(
    "The ELBO is a lower bound: no q lifts it above the log evidence.",
    "Check the sign of each part; each mean of a square needs the spread of q, too: + s².",
)
_SPREAD = _GAP.beside(
    "A mean over q of a square is more than the square of the mean: E(y - mu)² = (y - m)² + s².",
    "Add s² in the prior's part, and once for each measurement.",
)
_ENTROPY = _GAP.beside(
    "Without its entropy, q would do best by shrinking onto one point.",
    "Add the entropy of q, log(s) + log(2 pi e) / 2.",
)


@CHECKS.enter(
    "02.2",
    _GAP,
    "If mu is drawn from Normal(m, s), the mean of (y - mu)² is (y - m)² + s².",
    "The entropy of a normal distribution is log(s) + log(2 pi e) / 2.",
    "Begin with the prior's part alone: write down log Normal(mu | 0, prior_scale), and put the "
    "mean over q in the place of mu². Then do the same for a measurement.",
    also=({"y": (1.0, -2.0), "prior_scale": 0.8, "tried": ((0.3, 0.7), (-1.0, 2.0))},),
)
def elbo(
    answer: Any,
    y: ArrayLike = _MEASURED,
    prior_scale: float = 10.0,
    tried: tuple[tuple[float, float], ...] = ((3.0, 0.5), (2.0, 0.1), (0.0, 1.0)),
) -> None:
    """Compare the gap under the log evidence with the KL, for some q and for the posterior."""
    y = np.asarray(y, dtype=float)
    evidence = stats.multivariate_normal.logpdf(y, cov=np.eye(len(y)) + prior_scale**2)
    sd = (1 / prior_scale**2 + len(y)) ** -0.5
    mean = sd**2 * y.sum()
    for m, s in ((mean, sd), *tried):
        what = f"The ELBO at q = Normal({m:.3g}, {s:.3g})"
        got = number(answer(m, s, y.copy(), prior_scale), what, _GAP)
        exact = evidence - _kl(m, s, mean, sd)
        entropy = np.log(s) + 0.5 * np.log(2 * np.pi * np.e)
        of_data, of_prior = s**2 / 2 * len(y), s**2 / 2 / prior_scale**2
        slips = [
            Slip(exact - entropy, "The entropy is missing", _ENTROPY),
            Slip(exact + of_data + of_prior - entropy, "It is the log joint at the mean of q",
                 _ENTROPY),
        ]  # fmt: skip
        for spread in (of_data + of_prior, of_data, of_prior):
            slips.append(Slip(exact + spread, "A spread is missing", _SPREAD))
        lesson = _GAP
        what = f"{what}, the log evidence minus the KL,"
        if got > evidence + 1e-4:
            lesson, what = _ABOVE, f"{what} is above the log evidence, {evidence:.5g}"
        expect_close(got, exact, _INTEGRAL * (1 + abs(exact)), what, lesson, slips)


_FAMILY = Lesson(
    "M5",
    "notebook 02, section 4",
    "For which sds is the KL least? Check your answer on the pair of section 4.",
)
_MARGINAL = _FAMILY.beside(
    "Fitted to minimise KL(q || p), independent normals are narrower than the true marginals.",
    "Which diagonal decides: that of the covariance, or that of its inverse?",
)
_LEFT = _FAMILY.beside(
    "A flat ELBO may lie below the log evidence: the rest is the KL that the family cannot remove.",
    "Put your sds into the KL of two normals with the same mean. Which terms remain?",
)
_SD = _FAMILY.beside("M15", "Which of precision, variance and sd is asked for?")


@CHECKS.enter(
    "02.3",
    _FAMILY,
    "Section 4 has the answer for two numbers: there one over a diagonal is 1 - ρ².",
    "Where is KL(q || p) smallest? Its derivative with respect to each sd is 0 where sd² times the "
    "diagonal of the inverse covariance is 1.",
    "What remains of the KL compares two log determinants, of the covariance and of the variances "
    "that you found; `np.linalg.slogdet` has them. Half of the difference, and it is positive.",
    also=({"covariance": ((1.5, 0.4, 0.0), (0.4, 1.0, -0.3), (0.0, -0.3, 0.6))},),
)
def best_independent(
    answer: Any, covariance: ArrayLike = ((1.0, 0.9), (0.9, 1.0)), scale: float = 1.0
) -> None:
    """Compare with the optimum's conditions, and with the KL that remains there."""
    cov = scale * np.asarray(covariance, dtype=float)
    precision = np.linalg.inv(cov)
    got = parts(answer(cov.copy()), ("the sds", "the gap"), _FAMILY)
    exact = np.diag(precision) ** -0.5
    slips = (
        Slip(np.diag(cov) ** 0.5, "They are those of the true marginals", _MARGINAL),
        Slip(exact**2, "They are variances", _SD),
        Slip(exact**-2, "They are precisions", _SD),
    )
    expect_close(got[0], exact, 1e-6 * exact, "The sds", _FAMILY, slips, near=1e-3)
    ratio = precision @ np.diag(exact**2)
    gap = (np.trace(ratio) - np.linalg.slogdet(ratio)[1] - len(cov)) / 2
    value = number(got[1], "The gap", _LEFT)
    expect(value > -1e-9, f"The gap: got {value:.4g} nats, and a KL is never negative.", _LEFT)
    expect_close(value, gap, 1e-6 * (1 + gap), "The gap in nats", _LEFT)
