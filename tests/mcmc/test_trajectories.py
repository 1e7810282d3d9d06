"""A trajectory is leapfrog after leapfrog; the largest curvature limits its steps."""

import numpy as np
import pytest
from scipy import stats

from bnn_teach.errors import ArgumentError, InitialPointError, ShapeError
from bnn_teach.mcmc import particle, trajectories

MATRIX = np.array([[50.5, -49.5], [-49.5, 50.5]])  # curvatures 1 and 100


def valley(z):
    force = -z @ MATRIX
    return 0.5 * np.sum(z * force, axis=-1), force


def quartic(z):
    return -0.25 * np.sum(z**4, axis=-1), -(z**3)


def test_a_trajectory_is_leapfrog_after_leapfrog():
    mass = np.array([0.5, 2.0])
    path = trajectories.integrate(valley, [0.3, -0.2], [1.0, 0.5], 0.02, 7, mass)
    state = particle.initial_state(valley, [0.3, -0.2])._replace(momentum=np.array([1.0, 0.5]))
    for step in range(8):
        np.testing.assert_array_equal(path.positions[step], state.position)
        np.testing.assert_array_equal(path.momenta[step], state.momentum)
        assert path.energies[step] == particle.energy(state, mass)
        state = particle.leapfrog(valley, state, 0.02, mass)


def test_a_trajectory_finds_its_way_back():
    there = trajectories.integrate(quartic, [1.0, -0.5], [0.8, 0.6], 0.05, 60)
    back = trajectories.integrate(quartic, there.positions[-1], there.momenta[-1], -0.05, 60)
    np.testing.assert_allclose(back.positions[::-1], there.positions, rtol=0, atol=1e-12)


@pytest.mark.parametrize("mass", [None, (0.5, 2.0), (9.0, 0.01)])
def test_curvature_is_that_of_the_metric_s_coordinates(mass):
    scale = np.ones(2) if mass is None else np.sqrt(mass)
    expected = MATRIX * np.outer(scale, scale)
    np.testing.assert_allclose(
        trajectories.curvature(valley, [0.4, 0.1], mass), expected, rtol=1e-6, atol=1e-6
    )
    largest = np.linalg.eigvalsh(expected)[-1]
    limit = trajectories.stability_limit(valley, [0.4, 0.1], mass)
    assert limit == pytest.approx(2 / np.sqrt(largest), rel=1e-6)


@pytest.mark.parametrize(("part", "stable"), [(0.999, True), (1.001, False)])
def test_the_limit_is_where_a_trajectory_runs_away(part, stable):
    limit = trajectories.stability_limit(valley, [0.0, 0.0])
    path = trajectories.integrate(valley, [0.1, -0.1], [0.5, -0.5], part * limit, 2000)
    assert (np.ptp(path.energies) < 1e4) == stable
    assert np.isfinite(path.positions).all() == stable or not stable


def test_a_trajectory_that_overflows_ends_in_infinity_without_a_warning():
    path = trajectories.integrate(quartic, [3.0, 3.0], [0.0, 0.0], 2.0, 50)
    assert path.energies[-1] == np.inf


def test_where_nothing_curves_downwards_there_is_no_limit():
    def saddle(z):
        return 0.5 * np.sum(z**2, axis=-1), z

    assert trajectories.stability_limit(saddle, [0.0, 0.0]) == np.inf


def test_a_slice_has_the_gradient_and_the_curvature_of_the_whole():
    rng = np.random.default_rng(0)
    square = rng.normal(size=(5, 5))
    precision = square @ square.T + np.eye(5)
    mass, z = rng.uniform(0.2, 3.0, 5), rng.normal(size=5)

    def normal(z):
        force = -z @ precision
        return 0.5 * np.sum(z * force, axis=-1), force

    whole = trajectories.curvature(normal, z, mass)
    values, vectors = np.linalg.eigh(whole)
    plane = trajectories.in_plane(normal, z, vectors[:, [4, 1]].T, mass)
    np.testing.assert_allclose(
        trajectories.curvature(plane, [0.0, 0.0]), np.diag(values[[4, 1]]), rtol=1e-5, atol=1e-5
    )
    at = rng.normal(size=(3, 4, 2))
    log_prob, grad = plane(at)
    places = z + at @ (vectors[:, [4, 1]].T * np.sqrt(mass))
    exact = stats.multivariate_normal(np.zeros(5), np.linalg.inv(precision)).logpdf(places)
    np.testing.assert_allclose(np.diff(log_prob.ravel()), np.diff(exact.ravel()), rtol=1e-9)
    nudge = np.array([1e-6, 0.0])
    nudged = plane(at + nudge)[0] - plane(at - nudge)[0]
    np.testing.assert_allclose(nudged / 2e-6, grad[..., 0], rtol=1e-4, atol=1e-4)


def test_what_does_not_fit_is_told():
    with pytest.raises(ShapeError, match=r"momentum: got shape \(3,\)"):
        trajectories.integrate(valley, [0.0, 0.0], np.zeros(3), 0.1, 1)
    with pytest.raises(ShapeError, match=r"inverse_mass_matrix: got shape \(2, 2\)"):
        trajectories.integrate(valley, [0.0, 0.0], [0.0, 0.0], 0.1, 1, np.eye(2))
    with pytest.raises(ArgumentError, match="num_steps"):
        trajectories.integrate(valley, [0.0, 0.0], [0.0, 0.0], 0.1, -1)
    with pytest.raises(ShapeError, match=r"expected \(2, 2\)"):
        trajectories.in_plane(valley, [0.0, 0.0], [1.0, 0.0])
    with pytest.raises(InitialPointError, match="not finite"):
        trajectories.curvature(lambda z: (0.0, z * np.nan), [1.0, 1.0])
