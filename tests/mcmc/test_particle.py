"""The leapfrog is exact mathematics: reversible, volume-preserving, of second order."""

import numpy as np
import pytest
from scipy import stats

from bnn_teach.mcmc import particle
from tests.mcmc.landscapes import banana, moving, normal

ONES = np.ones(2)


def quartic(z):
    """Two coupled anharmonic oscillators."""
    log_prob = -0.25 * np.sum(z**4) - 0.3 * z[0] * z[1] - 0.5 * (z[0] * z[1]) ** 2
    return log_prob, -(z**3) - 0.3 * z[::-1] - z * z[::-1] ** 2


def integrate(value_and_grad, state, step_size, inverse_mass_matrix, num_steps):
    states = [state]
    for _ in range(num_steps):
        states.append(particle.leapfrog(value_and_grad, states[-1], step_size, inverse_mass_matrix))
    return states


@pytest.mark.parametrize("value_and_grad", [normal, quartic, banana])
def test_leapfrog_is_reversible(value_and_grad):
    inverse_mass_matrix = np.array([0.5, 2.0])
    start = moving(value_and_grad, [0.3, -0.7], [1.1, 0.4])
    end = integrate(value_and_grad, start, 0.05, inverse_mass_matrix, 60)[-1]
    assert np.linalg.norm(end.position - start.position) > 0.1
    by_time = integrate(value_and_grad, end, -0.05, inverse_mass_matrix, 60)[-1]
    by_flip = integrate(
        value_and_grad, end._replace(momentum=-end.momentum), 0.05, inverse_mass_matrix, 60
    )[-1]
    np.testing.assert_allclose(by_time.position, start.position, rtol=0, atol=1e-9)
    np.testing.assert_allclose(by_time.momentum, start.momentum, rtol=0, atol=1e-9)
    np.testing.assert_allclose(by_flip.position, start.position, rtol=0, atol=1e-9)
    np.testing.assert_allclose(by_flip.momentum, -start.momentum, rtol=0, atol=1e-9)


@pytest.mark.parametrize("value_and_grad", [normal, quartic, banana])
def test_leapfrog_preserves_volume(value_and_grad):
    inverse_mass_matrix = np.array([0.5, 2.0])

    def step(zr):
        start = moving(value_and_grad, zr[:2], zr[2:])
        end = integrate(value_and_grad, start, 0.2, inverse_mass_matrix, 3)[-1]
        return np.concatenate([end.position, end.momentum])

    zr, h = np.array([0.3, -0.7, 1.1, 0.4]), 1e-5
    jacobian = np.stack([(step(zr + h * e) - step(zr - h * e)) / (2 * h) for e in np.eye(4)], -1)
    assert not np.allclose(jacobian, np.eye(4), atol=0.1)
    assert np.linalg.det(jacobian) == pytest.approx(1.0, abs=1e-7)


@pytest.mark.parametrize("value_and_grad", [normal, quartic])
def test_energy_error_is_of_order_step_size_squared(value_and_grad):
    inverse_mass_matrix = np.array([0.5, 2.0])
    start = moving(value_and_grad, [1.0, -0.5], [0.8, 0.6])
    step_sizes = 2.0 ** -np.arange(5, 10)
    errors = []
    for step_size in step_sizes:
        states = integrate(
            value_and_grad, start, step_size, inverse_mass_matrix, round(2 / step_size)
        )
        energies = [particle.energy(s, inverse_mass_matrix) for s in states]
        errors.append(np.max(np.abs(np.array(energies) - energies[0])))
    slope = np.polyfit(np.log(step_sizes), np.log(errors), 1)[0]
    assert slope == pytest.approx(2.0, abs=0.02)


def test_free_fall_is_exact():
    gravity, inverse_mass_matrix = np.array([0.0, 9.81]), np.array([1.0, 0.25])

    def weight(z):
        return -gravity @ z, -gravity

    start = moving(weight, [0.0, 10.0], [2.0, 3.0])
    for k, state in enumerate(integrate(weight, start, 0.1, inverse_mass_matrix, 20)):
        t = 0.1 * k
        momentum = start.momentum - gravity * t
        position = start.position + inverse_mass_matrix * (
            start.momentum * t - 0.5 * gravity * t**2
        )
        np.testing.assert_allclose(state.position, position, rtol=0, atol=1e-12)
        np.testing.assert_allclose(state.momentum, momentum, rtol=0, atol=1e-12)


def test_oscillator_follows_the_circle():
    start = moving(normal, [1.0, 0.0], [0.0, 1.0])
    states = integrate(normal, start, 0.001, ONES, 1571)  # a quarter of the period 2 pi
    t = 1.571
    np.testing.assert_allclose(states[-1].position, [np.cos(t), np.sin(t)], atol=1e-6)
    np.testing.assert_allclose(states[-1].momentum, [-np.sin(t), np.cos(t)], atol=1e-6)


def test_energy_adds_its_two_parts():
    state = moving(normal, [1.0, 2.0], [3.0, 4.0])
    assert particle.kinetic_energy(state.momentum, np.array([2.0, 0.5])) == pytest.approx(13.0)
    assert particle.energy(state, np.array([2.0, 0.5])) == pytest.approx(15.5)
    assert particle.energy(state._replace(log_prob=np.nan), ONES) == np.inf


def test_momentum_has_the_mass_matrix_as_covariance():
    inverse_mass_matrix, rng = np.array([4.0, 0.01]), np.random.default_rng(0)
    state = particle.initial_state(normal, np.zeros(2))
    r = np.array(
        [particle.draw_momentum(state, inverse_mass_matrix, rng).momentum for _ in range(4000)]
    )
    for scaled in (r * np.sqrt(inverse_mass_matrix)).T:
        assert stats.kstest(scaled, "norm").pvalue > 1e-5
