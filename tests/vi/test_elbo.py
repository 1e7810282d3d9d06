"""The ELBO and its gradient, against closed forms for a Gaussian target.

For a target N(0, P⁻¹), of evidence Z, and q = N(m, F Fᵀ),

    ELBO(q) = log Z - KL,   2 KL = tr(P F Fᵀ) + mᵀ P m - D - log det(P F Fᵀ).

Antithetic pairs of noise whose second moment is exactly the identity make the sample means exact,
so that nothing here is a statistical test.
"""

import numpy as np
import pytest

from bnn_teach.engine.runtime import tf
from bnn_teach.vi.elbo import elbo, loss_and_gradient
from bnn_teach.vi.families import Gaussian, factor

SIZE = 3
PRECISION = np.array([[2.0, 0.6, 0.0], [0.6, 1.0, -0.3], [0.0, -0.3, 0.5]])
LOG_NORMALISER = 1.7


def log_density(z):
    """N(0, P⁻¹) times exp(1.7): a posterior whose evidence is known."""
    constant = 0.5 * np.linalg.slogdet(PRECISION)[1] - 0.5 * SIZE * np.log(2 * np.pi)
    quadratic = tf.reduce_sum(z * tf.matmul(z, tf.constant(PRECISION)), -1)
    return LOG_NORMALISER + constant - 0.5 * quadratic


def exact_noise():
    """Return 2 D points with mean zero and second moment one, shape (2 D, D)."""
    rotation = np.linalg.qr(np.random.default_rng(0).normal(size=(SIZE, SIZE)))[0]
    half = np.sqrt(SIZE) * rotation
    return np.concatenate([half, -half])


def some_gaussian(full_rank):
    rng = np.random.default_rng(1)
    lower = 0.5 * rng.normal(size=(SIZE, SIZE)) if full_rank else np.zeros((0, 0))
    return Gaussian(*map(tf.constant, (rng.normal(size=SIZE), rng.normal(size=SIZE), lower)))


def optimum():
    """Return q equal to the target."""
    cholesky = np.linalg.cholesky(np.linalg.inv(PRECISION))
    scale = np.diag(cholesky)
    lower = cholesky / scale[:, None] - np.eye(SIZE)
    return Gaussian(*map(tf.constant, (np.zeros(SIZE), np.log(np.expm1(scale)), lower)))


def kl(q):
    F, m = factor(q), np.asarray(q.mean)
    S = F @ F.T
    return 0.5 * (
        np.trace(PRECISION @ S) + m @ PRECISION @ m - SIZE - np.linalg.slogdet(PRECISION @ S)[1]
    )


@pytest.mark.parametrize("full_rank", [False, True])
@pytest.mark.parametrize("landing", [False, True])
def test_elbo_is_evidence_minus_divergence(full_rank, landing):
    q = some_gaussian(full_rank)
    value = float(elbo(log_density, q, tf.constant(exact_noise()), landing))
    assert value == pytest.approx(LOG_NORMALISER - kl(q), rel=1e-9)
    assert value < LOG_NORMALISER


@pytest.mark.parametrize("full_rank", [False, True])
@pytest.mark.parametrize("landing", [False, True])
def test_gradient_is_that_of_the_divergence(full_rank, landing):
    """Central differences of the exact KL; the estimator that sticks to the landing is unbiased."""
    q = some_gaussian(full_rank)
    loss, gradient = loss_and_gradient(log_density, q, tf.constant(exact_noise()), landing)
    assert float(loss) == pytest.approx(kl(q) - LOG_NORMALISER, rel=1e-9)
    for name, values in zip(Gaussian._fields, gradient, strict=True):
        parameter, step = getattr(q, name).numpy(), 1e-5
        for index in np.ndindex(parameter.shape):
            ends = []
            for sign in (1.0, -1.0):
                moved = parameter.copy()
                moved[index] += sign * step
                ends.append(kl(q._replace(**{name: moved})))
            slope = (ends[0] - ends[1]) / (2 * step)
            assert float(values.numpy()[index]) == pytest.approx(slope, abs=1e-7), (name, index)


def test_gradient_has_no_entries_above_the_diagonal():
    noise = np.random.default_rng(2).normal(size=(5, SIZE))
    for landing in (False, True):
        _, gradient = loss_and_gradient(
            log_density, some_gaussian(True), tf.constant(noise), landing
        )
        np.testing.assert_array_equal(np.triu(gradient.lower), 0.0)


def test_sticking_the_landing_has_no_noise_at_the_optimum():
    """Draw by draw the gradient vanishes, and the ELBO is the evidence; the other one is noisy."""
    sizes = {False: [], True: []}
    for seed in range(20):
        noise = tf.constant(np.random.default_rng(seed).normal(size=(1, SIZE)))
        for landing, found in sizes.items():
            loss, gradient = loss_and_gradient(log_density, optimum(), noise, landing)
            found.append(max(np.abs(g.numpy()).max() for g in gradient))
            if landing:
                assert float(loss) == pytest.approx(-LOG_NORMALISER, rel=1e-9)
    assert max(sizes[True]) < 1e-9 < 1e-2 < min(sizes[False])


def test_mean_field_gradient_leaves_the_absent_triangle_empty():
    _, gradient = loss_and_gradient(
        log_density, some_gaussian(False), tf.constant(exact_noise()), False
    )
    assert gradient.lower.shape == (0, 0)
