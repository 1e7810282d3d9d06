"""The Gaussian families: densities are SciPy's, draws have the covariance F Fᵀ."""

import numpy as np
import pytest
from scipy import stats

from bnn_teach.engine.runtime import tf
from bnn_teach.errors import ArgumentError
from bnn_teach.vi.families import (
    Gaussian,
    entropy,
    factor,
    log_prob,
    standard_deviations,
    start_gaussian,
    transform,
)

SIZE = 4


def some_gaussian(full_rank):
    """Parameters with no symmetry; above the diagonal L holds numbers that must not count."""
    rng = np.random.default_rng(0)
    lower = rng.normal(size=(SIZE, SIZE)) if full_rank else np.zeros((0, 0))
    return Gaussian(rng.normal(size=SIZE), rng.normal(size=SIZE), lower)


def exact(q):
    covariance = factor(q) @ factor(q).T
    return stats.multivariate_normal(np.asarray(q.mean), covariance)


def as_tensors(q):
    return Gaussian(*map(tf.constant, q))


@pytest.mark.parametrize("full_rank", [False, True])
class TestGaussian:
    def test_factor_is_triangular(self, full_rank):
        q = some_gaussian(full_rank)
        np.testing.assert_array_equal(np.triu(factor(q), 1), 0.0)
        np.testing.assert_allclose(np.diag(factor(q)), np.log1p(np.exp(q.rho)))
        np.testing.assert_allclose(np.diag(factor(q)), standard_deviations(as_tensors(q)))
        assert np.any(np.tril(factor(q), -1)) == full_rank == q.is_full_rank

    def test_transform_is_mean_plus_factor_times_noise(self, full_rank):
        q, noise = some_gaussian(full_rank), np.random.default_rng(1).normal(size=(7, SIZE))
        z = transform(as_tensors(q), tf.constant(noise))
        np.testing.assert_allclose(z, q.mean + noise @ factor(q).T, rtol=1e-10)

    def test_log_prob_is_scipys(self, full_rank):
        q, z = some_gaussian(full_rank), np.random.default_rng(2).normal(size=(7, SIZE))
        np.testing.assert_allclose(
            log_prob(as_tensors(q), tf.constant(z)), exact(q).logpdf(z), rtol=1e-9
        )

    def test_entropy_is_scipys(self, full_rank):
        q = some_gaussian(full_rank)
        assert float(entropy(as_tensors(q))) == pytest.approx(exact(q).entropy(), rel=1e-10)

    def test_log_prob_of_a_draw_does_not_depend_on_the_parameters_scale(self, full_rank):
        """log q(m + F eps) = -|eps|²/2 - log det F - D/2 log 2 pi."""
        q, noise = as_tensors(some_gaussian(full_rank)), np.ones((1, SIZE))
        value = float(log_prob(q, transform(q, tf.constant(noise)))[0])
        expected = -0.5 * SIZE - np.log(np.diag(factor(q))).sum() - 0.5 * SIZE * np.log(2 * np.pi)
        assert value == pytest.approx(expected, rel=1e-9)

    @pytest.mark.parametrize("scale", [1e-4, 0.01, 1.0, 30.0])
    def test_start_has_the_scale_asked_for(self, full_rank, scale):
        mean = np.arange(SIZE, dtype=np.float32)
        q = start_gaussian("fullrank_advi" if full_rank else "advi", mean, scale)
        assert q.mean.dtype == q.rho.dtype == q.lower.dtype == np.float32
        assert q.is_full_rank == full_rank
        np.testing.assert_array_equal(q.mean, mean)
        np.testing.assert_allclose(factor(q), scale * np.eye(SIZE), rtol=1e-5, atol=0.0)


def test_start_takes_a_scale_for_every_coordinate():
    scale = np.array([0.1, 1.0, 10.0])
    q = start_gaussian("advi", np.zeros(3), scale)
    np.testing.assert_allclose(np.diag(factor(q)), scale, rtol=1e-10)


@pytest.mark.parametrize("method", ["nuts", "ADVI", "full_rank", None, 3])
def test_unknown_method_is_named(method):
    with pytest.raises(ArgumentError, match=r"is unknown; choose 'advi' or 'fullrank_advi'"):
        start_gaussian(method, np.zeros(2), 1.0)
