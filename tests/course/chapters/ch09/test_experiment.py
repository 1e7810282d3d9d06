"""Neal's funnel has the density and the gradient that its equation says, and its known answer."""

import numpy as np
from scipy import stats

from bnn_teach.course.chapters.ch09.experiment import neals_funnel

RNG = np.random.default_rng(0)


def test_the_funnel_s_density_and_gradient():
    z = RNG.normal(size=(4, 3, 6))
    log_prob, grad = neals_funnel(z)
    v, x = z[..., 0], z[..., 1:]
    exact = stats.norm.logpdf(v, 0, 3) + stats.norm.logpdf(x, 0, np.exp(v / 2)[..., None]).sum(-1)
    constant = stats.norm.logpdf(0, 0, 3) + 5 * stats.norm.logpdf(0)
    np.testing.assert_allclose(log_prob, exact - constant, rtol=1e-12)
    for axis in range(6):
        nudge = 1e-6 * np.eye(6)[axis]
        slope = (neals_funnel(z + nudge)[0] - neals_funnel(z - nudge)[0]) / 2e-6
        np.testing.assert_allclose(grad[..., axis], slope, rtol=1e-4, atol=1e-6)


def test_the_funnel_of_two_numbers_is_the_marginal_of_the_larger_one():
    """Averaged over the other x, v and one x have the density of the small funnel."""
    v, x = 0.7, -0.4
    others = np.linspace(-40, 40, 40_001)
    places = np.column_stack([np.full_like(others, v), np.full_like(others, x), others])
    integral = np.trapezoid(np.exp(neals_funnel(places)[0]), others)
    small = np.exp(neals_funnel(np.array([v, x]))[0])
    np.testing.assert_allclose(integral, small * np.sqrt(2 * np.pi), rtol=1e-9)
